//! The dataset that the program carries, asked as people would.

use tigerdesk::{
    commands::{Ask, Desk, Reading, answer, read},
    dataset::{Dataset, KINDS, bundled},
    reply::Reply,
};

/// A Matrix event may have 65,536 bytes; so many of them are left to both bodies.
const MOST_BYTES: usize = 32 * 1024;

fn desk() -> Desk {
    Desk::new(bundled().unwrap()).unwrap()
}

fn reply(desk: &Desk, line: &str) -> Reply {
    let Reading::Command(invocation) = read(line) else { panic!("{line}") };
    answer(desk, &Ask::new(invocation, jiff::Timestamp::UNIX_EPOCH, 0)).reply
}

fn text(desk: &Desk, line: &str) -> String {
    reply(desk, line).text()
}

/// A look-up for each name of each record.
fn look_ups(dataset: &Dataset) -> impl Iterator<Item = (String, &str)> {
    dataset
        .records()
        .iter()
        .flat_map(|record| record.names().map(|name| (format!("!{} {name}", record.kind.id), record.name.as_str())))
}

#[test]
fn every_record_is_found_by_each_of_its_names() {
    let desk = desk();
    for (line, name) in look_ups(&desk.dataset) {
        assert!(text(&desk, &line).starts_with(name), "{line} does not lead to {name}");
    }
}

#[test]
fn every_answer_is_short_enough() {
    let desk = desk();
    for (line, _) in look_ups(&desk.dataset) {
        let reply = reply(&desk, &line);
        assert!(reply.text().chars().count() <= 2_500, "{line} has {} characters", reply.text().chars().count());
        assert!(reply.text().len() + reply.html().len() <= MOST_BYTES, "{line}");
    }
    for record in desk.dataset.records() {
        let reply = reply(&desk, &format!("!search {}", record.summary));
        assert!(reply.text().len() + reply.html().len() <= MOST_BYTES, "{}", record.id);
    }
}

#[test]
fn two_years_of_the_timeline_are_shown_whole() {
    let desk = desk();
    for year in 2010..2026 {
        let text = text(&desk, &format!("!timeline {year}..{}", year + 1));
        assert!(text.chars().count() <= 6_000, "{year}: {} characters", text.chars().count());
        assert!(!text.contains(" more: !timeline"), "{year} is cut");
    }
}

#[test]
fn the_timeline_can_be_walked_to_its_end() {
    let desk = desk();
    let mut seen = Vec::new();
    let mut line = "!timeline 1900..".to_owned();
    loop {
        let text = text(&desk, &line);
        seen.extend(text.lines().filter_map(|line| line.strip_prefix("• ")).map(|line| {
            // The numbers of the citations begin anew on each page.
            line.split(" [").next().unwrap_or_default().to_owned()
        }));
        match text.split_once(" more: ") {
            Some((_, next)) => line = next.lines().next().unwrap().to_owned(),
            None => break,
        }
    }
    let mut once = seen.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), seen.len(), "an entry is shown twice: {seen:#?}");
    for event in desk.dataset.records().iter().filter(|record| record.kind.id == "event") {
        assert!(seen.iter().any(|line| line.ends_with(&event.name)), "{} is missing", event.id);
    }
}

#[test]
fn every_claim_is_sourced_and_every_source_is_used() {
    let dataset = bundled().unwrap();
    let claims = || dataset.records().iter().flat_map(|record| &record.claims);
    assert!(claims().all(|claim| !claim.sources.is_empty()));
    for source in dataset.records().iter().filter(|record| record.kind.id == "source") {
        assert!(claims().any(|claim| claim.sources.contains(&source.id)), "{} is cited by nothing", source.id);
    }
}

#[test]
fn the_developers_have_their_models_and_founders() {
    let desk = desk();
    for (company, expected) in [
        ("zhipu", &["2019", "Tsinghua", "ChatGLM", "GLM-130B"][..]),
        ("moonshot", &["Yang Zhilin", "2023", "Beijing", "USD 3.3 billion", "k1.5", "Kimi"]),
        ("minimax", &["Yan Junjie", "2021", "Shanghai", "USD 2.5 billion", "Talkie", "Hailuo"]),
        ("baichuan", &["Wang Xiaochuan", "2023-03", "Baichuan-13B", "CNY 20 billion"]),
        ("stepfun", &["Jiang Daxin", "2023", "Shanghai", "Step-2"]),
        ("01.ai", &["Kai-Fu Lee", "2023", "Yi-Lightning", "Yi-34B"]),
        ("deepseek", &["Liang Wenfeng", "Hangzhou", "DeepSeek-R1", "DeepSeek-V3"]),
        ("alibaba", &["Qwen", "Eddie Wu"]),
        ("baidu", &["ERNIE", "Robin Li"]),
        ("bytedance", &["Doubao"]),
        ("tencent", &["Hunyuan"]),
        ("huawei", &["PanGu", "Ascend"]),
    ] {
        let whole: String = ["", " models", " founder", " products", " chips"]
            .iter()
            .map(|part| text(&desk, &format!("!company {company}{part}")))
            .collect();
        for word in expected {
            assert!(whole.contains(word), "{company}: {word} is missing in\n{whole}");
        }
    }
}

#[test]
fn every_kind_says_what_it_is() {
    for kind in KINDS {
        assert!(!kind.about.is_empty() && !kind.title.is_empty() && !kind.example.is_empty(), "{}", kind.id);
    }
}
