//! How people ask for a property, beside its label and its synonyms: whole phrases in English, and words in Chinese.

/// For a property the phrases that ask for it, a comma between two of them.
pub(super) const ASKED: &[(&str, &str)] = &[
    ("date", "take place, took place, 日期, 何时, 什么时候"),
    (
        "founded",
        "foundation, year of foundation, start, began, how old, since when, was founded, 成立, 成立时间, 创立时间, 创立",
    ),
    ("announced", "announcement, announcement date, unveiled, 宣布"),
    ("issued", "passage, date of issue, date from, enacted, 颁布, 出台, 公布, 发布"),
    ("effective", "take effect, took effect, come into force, came into force, 生效, 施行, 实施"),
    (
        "released",
        "brought out, launch date, release date, out yet, come out, appear, appeared, debut, debuted, 发布, 推出, 上线, 问世",
    ),
    ("ended", "结束, 废除"),
    (
        "founder",
        "who set, co-founder, cofounder, co-founded, who co-founded, who created, who established, 创始人, 联合创始人, 创办人, 创办, \
         创立, 谁创立, 谁创立了, 谁创办, 谁创办了",
    ),
    (
        "leader",
        "executive, top executive, leadership, management, chief executive, chief executive officer, chairwoman, chair, leads, who led, who heads, who chairs, who directs, \
         in charge, in charge of, headed by, 首席执行官, 董事长, 总裁, 总经理, 负责人, 掌门人, 老板, 谁领导",
    ),
    (
        "developer",
        "whose product, whose model, whose chip, whose app, behind, is behind, develop, developed, make, made, build, built, create, created, created by, creator, who created, manufacturer, \
         manufactured, who manufactures, design, designed, designed by, who designed, invented, inventor, who invented, \
         trained by, who trained, company behind, who is behind, 开发商, 开发者, 开发, 研发, 谁开发, 谁开发了, 谁研发, \
         制造商, 哪家公司",
    ),
    (
        "issuer",
        "brought out, who brought out, who is behind, who released, who published, who adopted, who passed, who enacted, who announced, who drafted, published by, \
         released by, adopted by, 发布机构, 发布单位, 制定, 谁发布, 谁发布了, 谁制定",
    ),
    (
        "actor",
        "participant, participated, attended, who attended, who joined, who signed, signed by, signatory, take part, \
         take part in, took part, took part in, 参与方, 谁参加, 谁签署",
    ),
    ("operator", "operator, operated by, operate, who operates, 运营商, 运营"),
    ("author", "author, written by, wrote, who wrote, authored, writer, 作者, 谁写"),
    ("headquarters", "based in, located, headquartered, 总部, 总部在哪里, 位于, 在哪里, 在哪"),
    ("place", "held, venue, takes place, 地点, 在哪里, 在哪里举行"),
    (
        "parent",
        "company owns, companies own, company that owns, who owns, who owned, owned, belong to, belongs to, subsidiary, 母公司, 谁拥有, 属于, 隶属",
    ),
    ("origin", "spun off, spin off, spinoff, grew out of, come out of, came out of, emerged from, 起源"),
    (
        "affiliation",
        "employed at, employed by, work at, work for, works for, working at, working for, 任职, 就职, 供职",
    ),
    ("role", "职位, 职务"),
    (
        "formerly_at",
        "use to work, used to work, employed before, employed earlier, formerly employed, work earlier, worked earlier, work previously, worked for, work before, worked before, working before, previous employer, former employer, 曾任职, 前东家, 以前",
    ),
    (
        "education",
        "alma mater, graduated, degree, phd, go to university, went to university, 毕业, 毕业于, 毕业院校, 母校, 学历",
    ),
    ("recognition", "获奖, 荣誉"),
    ("category", "what kind of, what sort of, 类型"),
    ("focus", "work on, works on, working on, specialise in, specialises in, focused on, focus on, 专注, 领域"),
    ("family", "系列"),
    ("based_on", "what powers, powers it, based on, builds on, runs on, running on, powered by, underlying, 基于"),
    ("modality", "多模态"),
    ("architecture", "架构"),
    ("parameters", "参数, 参数量, 多大"),
    ("training", "trained, training data, pretrained, pre-trained, 训练, 训练数据"),
    ("openness", "open or closed, open weight, open weights, 开源"),
    ("process", "制程, 工艺, 纳米"),
    ("yield", "良率, 良品率"),
    ("capacity", "容量"),
    ("performance", "how good, how well, any good, rank, perform, performs, 性能, 排名, 表现"),
    ("feature", "特点, 功能"),
    (
        "former_name",
        "previously known as, previously called, known previously, known formerly, formerly known as, formerly called, called before, called earlier, called previously, called originally, \
         known before, old name, former name, previous name, original name, originally called, 曾用名, 原名, 以前叫什么",
    ),
    ("article", "条款"),
    ("requirement", "require, required, 要求"),
    ("goal", "purpose, objective, what is it for, 目标, 目的"),
    (
        "applies_to",
        "scope, apply to whom, subject to, covered by, apply, apply to, applies, affected, affected by, 适用, 适用于",
    ),
    ("valuation", "how valuable, valuable, valued at, market value, market cap, 估值, 市值, 价值, 值多少钱"),
    (
        "funding",
        "funding round, financing round, funds raised, capital raised, 融资, 融资额, 融了多少, 融了多少钱, 募资",
    ),
    ("financing", "funding round, financing round, 融资, 轮"),
    (
        "investor",
        "put money into, put money in, backer, backed, who backed, who funds, who funded, who finances, who financed, funded by, financed by, \
         who invests, invest in, invests in, shareholder, stake, 投资方, 投资者, 投资人, 股东, 投资, 谁投资, 谁投资了",
    ),
    ("spending", "invest, invest in, invested in, spend, 支出, 花费, 投入"),
    ("amount", "volume, how much money, fined, sum, size, how big, how large, 金额, 规模, 罚款, 多少钱"),
    (
        "users",
        "active users, user base, user numbers, user count, 用户, 用户数, 用户量, 多少用户, 活跃用户, 月活跃用户, 月活",
    ),
    ("employees", "workforce, workers, how many people work, 员工, 员工数, 员工人数, 人数, 多少员工, 多少人"),
    ("model_count", "model count, 多少模型"),
    ("sales", "turnover, 销量, 销售额, 营收, 收入"),
    ("price", "how expensive, 价格, 售价, 多少钱"),
    ("efficiency", "效率"),
    ("reading", "percentage, 储量, 数量, 占比, 份额, 比例"),
    (
        "used_by",
        "use, using, used, companies use, who is using, who used, who adopted, who deploys, who deployed, who bought, 客户, 使用者, 谁使用, 谁在用",
    ),
    ("partner", "partner, partnered, who works with, works with, work with, cooperate, collaborate, 合作, 合作伙伴"),
    ("strategy", "planning, planned, 战略, 策略"),
    ("view", "say, think, believe, 观点, 看法, 怎么看"),
    ("outcome", "led to, lead to, 结果, 影响"),
    ("status", "how far, how far along, out yet, available, unreleased, stage, progress, 状态, 进展"),
    ("restriction", "sanctioned, restricted, 禁令, 限制"),
];
