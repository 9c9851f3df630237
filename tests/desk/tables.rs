//! What lists, rankings and comparisons must not leave out: remarks, other values, what one record has alone; and that what is to come
//! is not told as what is.

use tigerdesk::{
    commands::{Ask, Desk, Outcome, Reading, answer, read},
    dataset::{KINDS, PROPERTIES, Record, bundled},
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
fn a_part_that_only_one_has_is_compared_all_the_same() {
    let desk = Desk::new(bundled().unwrap()).unwrap();
    for kind in KINDS {
        let records: Vec<&Record> = desk.dataset.records().iter().filter(|record| record.kind == *kind).collect();
        for pair in records.windows(2).step_by(5) {
            let alone = PROPERTIES
                .iter()
                .find(|property| property.id != "related" && has(pair[0], property.id) && !has(pair[1], property.id));
            let Some(property) = alone else { continue };
            let line = format!("!compare \"{}\", \"{}\", {}", pair[0].name, pair[1].name, property.label);
            let text = text(&desk, &line);
            let value = pair[0].claims.iter().find(|claim| claim.property == property).unwrap();
            assert!(text.contains(&desk.dataset.show(&value.value)) || text.contains(" more"), "{line}: {text}");
            assert!(!text.contains("No property is known"), "{line}: {text}");
        }
    }
}

#[test]
fn what_only_one_has_is_named() {
    let desk = Desk::new(bundled().unwrap()).unwrap();
    for kind in KINDS {
        let records: Vec<&Record> = desk.dataset.records().iter().filter(|record| record.kind == *kind).collect();
        for pair in records.windows(2).step_by(3) {
            let line = format!("!compare \"{}\", \"{}\"", pair[0].name, pair[1].name);
            let text = text(&desk, &line);
            assert!(text.chars().count() <= 2_500, "{line}: {}", text.chars().count());
            let own = |place: usize| pair[place].claims.iter().map(|claim| claim.property);
            let alone = own(0).find(|property| property.id != "related" && !has(pair[1], property.id));
            if let Some(alone) = alone {
                let named = text.contains("Only of ") || text.contains("Known of one alone: ");
                // A link back may have the same label.
                assert!(named || text.contains(alone.label), "{line}: {text}");
            }
            if let Some((_, command)) = text.split_once("To see one of these: ") {
                let command = command.lines().next().unwrap();
                let shown = self::text(&desk, command);
                assert!(shown.contains("nothing known here"), "{line}: {command}: {shown}");
            }
        }
    }
}

#[test]
fn a_part_is_asked_for_in_many_words() {
    let desk = Desk::new(bundled().unwrap()).unwrap();
    let lacks = |id: &str, property: &str| !has(desk.dataset.get(id).unwrap(), property);
    let with = |property: &str| {
        let mut all = desk.dataset.records().iter().filter(|record| record.kind.id == "company");
        all.find(|record| has(record, property)).unwrap()
    };
    let (valued, other) = (with("valuation"), "baidu");
    assert!(lacks(other, "valuation"));
    for words in ["valuation", "worth", "valuations", "valuatoin", "估值"] {
        for line in [
            format!("!compare \"{}\" {other} {words}", valued.name),
            format!("!compare {other} vs {} {words}", valued.name),
            format!("!compare \"{}\", {other}, {words}", valued.name),
        ] {
            let text = text(&desk, &line);
            assert!(text.contains("Valuation\n") && text.contains("nothing known here"), "{line}: {text}");
            assert!(!text.contains("Founded\n"), "{line}: {text}");
        }
    }
    assert!(
        text(&desk, &format!("!compare {other} \"{}\" valuatoin", valued.name))
            .starts_with("I took valuatoin for valuation.")
    );
    let neither = text(&desk, "!compare nvidia baidu valuation");
    assert!(lacks("nvidia", "valuation") && neither.contains("Nothing is said here of Valuation"), "{neither}");
    assert!(neither.contains("!compare nvidia, baidu"), "{neither}");
    assert!(text(&desk, "!compare nvidia valuation").contains("!about nvidia valuation"));
    assert!(text(&desk, "!compare nvidia valuation").contains("!about nvidia valuation"));
    assert!(text(&desk, "!compare nvidia valuation").contains("!about nvidia valuation"));
    assert!(text(&desk, "!compare nvidia valuation").contains("!about nvidia valuation"));
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
