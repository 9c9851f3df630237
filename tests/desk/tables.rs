//! What lists, rankings and comparisons must not leave out: remarks, other values, what one record has alone; and that what is to come
//! is not told as what is.

use tigerdesk::{
    commands::{Ask, Desk, Outcome, Reading, answer, read},
    dataset::bundled,
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
