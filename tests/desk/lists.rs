//! Lists, rankings, comparisons and what is of the day, on the dataset that the program carries and on crowded ones.

use std::{collections::HashSet, fmt::Write as _};

use tigerdesk::{
    commands::{Ask, Desk, Outcome, Reading, answer, read},
    dataset::{File, KINDS, PROPERTIES, ValueType, bundled, load_files},
};

/// A Matrix event may have 65,536 bytes; so many of them are left to both bodies.
const MOST_BYTES: usize = 32 * 1024;

fn bundled_desk() -> Desk {
    Desk::new(bundled().unwrap()).unwrap()
}

fn outcome_at(desk: &Desk, line: &str, now: jiff::Timestamp, seed: u64) -> Outcome {
    let Reading::Command(invocation) = read(line) else { panic!("{line}") };
    let outcome = answer(desk, &Ask::new(invocation, now, seed));
    let (text, html) = (outcome.reply.text(), outcome.reply.html());
    let most = match line.split(' ').next() {
        Some("!list") => 6_000,
        Some("!timeline") => 13_000,
        _ => 2_500,
    };
    assert!(text.chars().count() <= most, "{line} has {} characters", text.chars().count());
    assert!(text.len() + html.len() <= MOST_BYTES, "{line}");
    outcome
}

fn outcome(desk: &Desk, line: &str) -> Outcome {
    outcome_at(desk, line, jiff::Timestamp::UNIX_EPOCH, 0)
}

fn text(desk: &Desk, line: &str) -> String {
    outcome(desk, line).reply.text()
}

fn ids(outcome: &Outcome) -> Vec<&str> {
    outcome.hits.iter().map(|hit| hit.record.as_str()).collect()
}

/// Every page from this command on: the lines, without the numbers of their sources, and the records.
fn walk(desk: &Desk, line: &str) -> (Vec<String>, Vec<String>) {
    let (mut lines, mut records) = (Vec::new(), Vec::new());
    let mut command = line.to_owned();
    let mut commands = HashSet::new();
    loop {
        assert!(commands.insert(command.clone()), "{command} leads to itself");
        let outcome = outcome(desk, &command);
        let text = outcome.reply.text();
        let shown = text.lines().filter_map(|line| line.strip_prefix("• "));
        lines.extend(shown.map(|line| line.split(" [").next().unwrap().to_owned()));
        records.extend(outcome.hits.into_iter().map(|hit| hit.record));
        let Some((_, next)) = text.split_once(" more: ") else { return (lines, records) };
        next.lines().next().unwrap().clone_into(&mut command);
    }
}

#[test]
fn every_record_stands_once_in_the_list_of_its_kind() {
    let desk = bundled_desk();
    for kind in KINDS {
        let (_, mut listed) = walk(&desk, &format!("!list {}", kind.plural));
        let mut all: Vec<_> = desk.dataset.records().iter().filter(|record| record.kind == *kind).collect();
        all.sort_by(|a, b| a.id.cmp(&b.id));
        listed.sort();
        assert_eq!(listed, all.iter().map(|record| record.id.as_str()).collect::<Vec<_>>(), "{}", kind.plural);
    }
}

#[test]
fn filters_narrow_a_list() {
    let desk = bundled_desk();
    let records = |line: &str| walk(&desk, line).1;
    let tigers = records("!list companies tag:six-tigers");
    assert!(tigers.iter().any(|id| id == "moonshot-ai") && tigers.len() < 10, "{tigers:?}");
    for id in &tigers {
        assert!(desk.dataset.get(id).unwrap().tags.iter().any(|tag| tag == "six-tigers"), "{id}");
    }
    let rest = records("!list companies -tag:six-tigers");
    let all = records("!list company");
    assert_eq!(rest.len() + tigers.len(), all.len());
    let models = records("!list models place:beijing");
    assert!(models.iter().any(|id| id == "k1-5") && models.len() < records("!list models").len(), "{models:?}");
    let policies = records("!list policies 2023");
    assert!(!policies.is_empty() && policies == records("!list policies year:2023"), "{policies:?}");
    assert!(records("!list tag:six-tigers").len() >= tigers.len());
    for nothing in [
        "!list policies 1999",
        "!list models place:atlantis",
        "!list companies tag:nothing",
        "!list models source:nobody",
    ] {
        assert!(text(&desk, nothing).starts_with("There are no "), "{nothing}: {}", text(&desk, nothing));
        assert!(outcome(&desk, nothing).hits.is_empty());
    }
    let with_words = records("!list companies kimi");
    assert!(with_words.iter().any(|id| id == "moonshot-ai") && with_words.len() < 10, "{with_words:?}");
    assert!(!records("!list companies tag:six-tigers -kimi").iter().any(|id| id == "moonshot-ai"));
}

#[test]
fn a_kind_may_have_a_slip_in_it() {
    let desk = bundled_desk();
    assert!(text(&desk, "!list compnaies").starts_with("I took compnaies for companies."));
    assert!(text(&desk, "!list sausages").starts_with("I have no list of sausages"));
    assert!(text(&desk, "!list").contains("!list companies"));
    assert!(text(&desk, "!list companies tag:six-tiger").contains("Did you mean tag:six-tigers?"));
    assert!(text(&desk, "!list companies taiger").starts_with("I took taiger for tiger."));
}

#[test]
fn every_amount_can_be_ranked() {
    let desk = bundled_desk();
    let amounts = PROPERTIES
        .iter()
        .filter(|property| matches!(property.value, ValueType::Quantity | ValueType::Money | ValueType::Amount));
    for property in amounts {
        let having =
            desk.dataset.records().iter().filter(|record| record.claims.iter().any(|claim| claim.property == property));
        let (_, ranked) = walk(&desk, &format!("!top {}", property.label));
        for record in having {
            assert!(ranked.contains(&record.id), "{}: {}", property.id, record.id);
        }
    }
}

#[test]
fn amounts_are_asked_for_in_many_words() {
    let desk = bundled_desk();
    for line in ["!top valuation", "!top valuations companies", "!top worth", "!top valuatoin"] {
        let outcome = outcome(&desk, line);
        assert_eq!(outcome.hits[0].property, Some("valuation"), "{line}");
    }
    assert!(text(&desk, "!top valuatoin").starts_with("I took valuatoin for valuation."));
    assert!(outcome(&desk, "!top users products").hits.iter().all(|hit| hit.kind == "product"));
    assert!(outcome(&desk, "!top monthly active users").hits.iter().all(|hit| hit.property == Some("users")));
    assert!(text(&desk, "!top founder").starts_with("Founder is no amount"));
    assert!(text(&desk, "!top sausages").starts_with("I know no amount called sausages"));
    assert!(outcome(&desk, "!top valuation 1999").hits.is_empty());
    assert!(outcome(&desk, "!top budget policies").hits.iter().all(|hit| hit.property == Some("amount")));
}

#[test]
fn records_of_one_kind_can_be_compared() {
    let desk = bundled_desk();
    for kind in KINDS {
        let names: Vec<&str> = desk
            .dataset
            .records()
            .iter()
            .filter(|record| record.kind == *kind)
            .map(|record| record.name.as_str())
            .collect();
        for pair in names.windows(4) {
            let outcome = outcome(&desk, &format!("!compare \"{}\" \"{}\"", pair[0], pair[1]));
            assert!(!outcome.hits.is_empty(), "{pair:?}: {}", outcome.reply.text());
            let four: Vec<String> = pair.iter().map(|name| format!("\"{name}\"")).collect();
            let _ = self::outcome(&desk, &format!("!compare {}", four.join(" ")));
        }
    }
}

#[test]
fn names_are_parted_where_they_should_be() {
    let desk = bundled_desk();
    for line in [
        "!compare moonshot zhipu",
        "!compare moonshot ai zhipu ai",
        "!compare moonshot vs zhipu",
        "!compare Moonshot AI, Zhipu AI",
        "!compare moonshot and zhipu",
        "!compare \"Moonshot AI\" \"Zhipu AI\"",
        "!compare 月之暗面 智谱",
        "!compare moonsht zhipu",
    ] {
        assert_eq!(ids(&outcome(&desk, line)), ["moonshot-ai", "zhipu-ai"], "{line}: {}", text(&desk, line));
    }
    assert_eq!(ids(&outcome(&desk, "!compare alibaba baidu tencent")), ["alibaba", "baidu", "tencent"]);
    assert_eq!(ids(&outcome(&desk, "!compare deepseek r1 deepseek v3")), ["deepseek-r1", "deepseek-v3"]);
    for line in ["!compare moonshot zhipu valuation", "!compare moonshot valuation vs zhipu"] {
        let text = text(&desk, line);
        assert!(text.contains("Valuation\n") && !text.contains("Founded\n"), "{line}: {text}");
    }
    let unknown = text(&desk, "!compare moonshot nonexistentcorp");
    assert!(
        unknown.contains("called nonexistentcorp")
            && outcome(&desk, "!compare moonshot nonexistentcorp").hits.is_empty()
    );
    assert!(text(&desk, "!compare moonshot zhipu nonexistentcorp").contains("called nonexistentcorp"));
    assert!(text(&desk, "!compare moonshot").contains("For example"));
    assert!(text(&desk, "!compare moonshot 月之暗面").contains("once more"));
}

#[test]
fn each_day_has_something_to_tell() {
    let desk = bundled_desk();
    for day in 0..366 {
        let now = jiff::Timestamp::from_second(1_704_067_200 + day * 86_400).unwrap();
        let outcome = outcome_at(&desk, "!today", now, 0);
        assert!(!outcome.hits.is_empty(), "{now}: {}", outcome.reply.text());
    }
}

#[test]
fn chance_reaches_everything_but_the_sources() {
    let desk = bundled_desk();
    let all = desk.dataset.records().len() as u64;
    let drawn: HashSet<String> = (0..all)
        .flat_map(|seed| outcome_at(&desk, "!random", jiff::Timestamp::UNIX_EPOCH, seed).hits)
        .map(|hit| hit.record)
        .collect();
    let sources = desk.dataset.records().iter().filter(|record| record.kind.id == "source").count() as u64;
    assert_eq!(drawn.len() as u64, all - sources);
    assert_eq!(outcome_at(&desk, "!random models", jiff::Timestamp::UNIX_EPOCH, u64::MAX).hits[0].kind, "model");
    assert!(text(&desk, "!random sausages").starts_with("I have no list of sausages"));
}

/// A desk with many events on one day.
fn crowded(date: &str, count: usize) -> Desk {
    let mut file = "[[source]]\nid = \"s\"\nname = \"A source\"\n".to_owned();
    for number in 0..count {
        let claim = format!("property = \"date\"\nvalue = \"{date}\"\nsources = [\"s\"]");
        writeln!(file, "[[event]]\nid = \"e-{number}\"\nname = \"Event number {number}\"\n[[event.claims]]\n{claim}")
            .unwrap();
    }
    Desk::new(load_files(&[File { name: "a.toml".to_owned(), text: file }]).unwrap()).unwrap()
}

#[test]
fn a_crowded_day_is_walked_to_its_end() {
    for (date, line) in [("2023", "!timeline 2023"), ("2023-03-16", "!timeline 2023"), ("2023", "!timeline ..2025")] {
        let desk = crowded(date, 900);
        let (lines, records) = walk(&desk, line);
        let once: HashSet<&String> = lines.iter().collect();
        assert_eq!((once.len(), records.len()), (900, 900), "{line}");
    }
    let desk = crowded("2023-01-01", 200);
    let mut command = "!today".to_owned();
    let mut seen = 0;
    while seen < 200 {
        let outcome = outcome(&desk, &command);
        seen += outcome.hits.len();
        let text = outcome.reply.text();
        command = text.split_once(" more: ").map_or(String::new(), |(_, next)| next.lines().next().unwrap().to_owned());
    }
    assert_eq!((seen, command.as_str()), (200, ""));
}
