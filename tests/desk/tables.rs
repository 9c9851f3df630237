//! What lists, rankings and comparisons must not leave out: remarks, other values, what one record has alone; and that what is to come
//! is not told as what is.

use tigerdesk::{
    commands::{Ask, Desk, Outcome, Reading, answer, read},
    dataset::{Record, bundled},
};

/// A day after the newest source of the dataset.
const TODAY: &str = "2026-11-26T09:00:00Z";

fn outcome(desk: &Desk, line: &str, now: &str) -> Outcome {
    let Reading::Command(invocation) = read(line) else { panic!("{line}") };
    answer(desk, &Ask::new(invocation, now.parse().unwrap(), 0))
}

fn text(desk: &Desk, line: &str) -> String {
    outcome(desk, line, TODAY).reply.text()
}

/// Whether a record has a claim of a property.
fn has(record: &Record, property: &str) -> bool {
    record.claims.iter().any(|claim| claim.property.id == property)
}

#[test]
fn a_time_near_today_is_a_time() {
    let desk = Desk::new(bundled().unwrap()).unwrap();
    for (spoken, plain) in [
        ("!timeline last year", "!timeline 2025"),
        ("!timeline last year ernie", "!timeline 2025 ernie"),
        ("!timeline this month", "!timeline 2026-11"),
        ("!timeline yesterday", "!timeline 2026-11-25"),
    ] {
        assert_eq!(text(&desk, spoken), text(&desk, plain), "{spoken}");
    }
    assert!(!outcome(&desk, "!timeline last year", TODAY).hits.is_empty());
}

#[test]
fn a_part_of_a_topic_may_be_asked_for_in_the_plural() {
    let desk = Desk::new(bundled().unwrap()).unwrap();
    let topics = desk.dataset.records().iter().filter(|record| record.kind.id == "topic" && has(record, "finding"));
    let mut count = 0;
    for topic in topics {
        for words in ["finding", "findings", "Findings"] {
            let hits = outcome(&desk, &format!("!topic {} {words}", topic.name), TODAY).hits;
            assert_eq!((hits[0].record.as_str(), hits[0].property), (topic.id.as_str(), Some("finding")), "{words}");
        }
        count += 1;
    }
    assert!(count > 5);
}
