//! How good the answers are: `quality.toml` lists what is asked and what must come first.

use std::{collections::BTreeMap, fmt::Write as _};

use tigerdesk::{
    commands::{Ask, Desk, Reading, answer, read},
    dataset::bundled,
};

/// What must come first has to come within the first so many.
const WITHIN: usize = 5;
/// The mean of one over the rank at which it comes, over all questions.
const MEAN_RECIPROCAL_RANK: f64 = 0.95;

#[test]
fn what_must_come_first_comes_first() {
    let desk = Desk::new(bundled().unwrap()).unwrap();
    let groups: BTreeMap<String, Vec<Vec<String>>> = toml::from_str(include_str!("quality.toml")).unwrap();
    let (mut sum, mut count, mut report, mut lost) = (0.0, 0.0, String::new(), 0);
    for (group, entries) in &groups {
        for entry in entries {
            let (ask, record, property) = (&entry[0], &entry[1], entry.get(2));
            let line = if ask.starts_with('!') { ask.clone() } else { format!("!search {ask}") };
            let Reading::Command(invocation) = read(&line) else { panic!("{line}") };
            let hits = answer(&desk, &Ask::new(invocation, jiff::Timestamp::UNIX_EPOCH, 0)).hits;
            let fits = |hit: &tigerdesk::commands::Hit| {
                record.split('|').any(|record| hit.record == record)
                    && property.is_none_or(|all| all.split('|').any(|one| hit.property.unwrap_or_default() == one))
            };
            let nothing = (record.is_empty() && hits.is_empty()).then_some(0);
            let rank = hits.iter().position(fits).or(nothing);
            count += 1.0;
            sum += rank.map_or(0.0, |rank| 1.0 / f64::from(u32::try_from(rank + 1).unwrap()));
            if rank != Some(0) {
                let first: Vec<String> =
                    hits.iter().take(3).map(|hit| format!("{} {:?}", hit.record, hit.property)).collect();
                writeln!(report, "{group}: {line} → {record} {property:?}: {rank:?} of {first:?}").unwrap();
            }
            lost += usize::from(rank.is_none_or(|rank| rank >= WITHIN));
        }
    }
    let mean = sum / count;
    assert!(count >= 150.0);
    assert!(mean >= MEAN_RECIPROCAL_RANK, "the mean reciprocal rank of {count} questions is {mean:.3}\n{report}");
    assert_eq!(lost, 0, "of what must be found, so much is not among the first {WITHIN}\n{report}");
}
