//! What digests say, and what the commands that look back answer.

mod corrections;

use std::{
    collections::HashSet,
    fmt::Write as _,
    sync::{Arc, LazyLock},
};

use jiff::{Timestamp, civil::date};
use proptest::prelude::*;
use tigerdesk::{
    commands::{Ask, Desk, Reading, answer, read},
    dataset::{Change, Dataset, File, What, diff, load_files},
    digest::{
        Archive, Correction, Digest, Follow, Pending, Release, Remark, Span, Told, Unavailable, compose, corrected,
        corrections, fold, narrow, settled,
    },
    reply::Reply,
};

const BASE: &str = include_str!("releases/base.toml");
/// The same after a good deal of work.
const NEXT: &str = include_str!("releases/next.toml");

fn dataset(text: &str) -> Dataset {
    let file = File { name: "dataset.toml".to_owned(), text: text.to_owned() };
    load_files(&[file]).unwrap_or_else(|faults| panic!("{faults}"))
}

/// The base with some pieces of its text replaced.
fn edited(edits: &[(&str, &str)]) -> Dataset {
    let mut text = BASE.to_owned();
    for (old, new) in edits {
        assert!(text.contains(old), "{old}");
        text = text.replacen(old, new, 1);
    }
    dataset(&text)
}

fn told<'a>(changes: &'a [Change], dataset: &'a Dataset) -> Told<'a> {
    Told { changes, dataset, made_up: None, corrections: &[] }
}

fn shown(digest: Option<&Digest>) -> String {
    let Some(digest) = digest else { return "nothing is sent".to_owned() };
    let mut out = format!("{}\n\n--- html\n{}", digest.head.text(), digest.head.html());
    for (number, part) in (1..).zip(&digest.thread) {
        write!(out, "\n\n--- thread {number}\n{}", part.text()).unwrap();
    }
    out
}

fn snapshot(name: &str, text: &str) {
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name.to_owned(), text);
    });
}

#[test]
fn a_digest_tells_what_changed() {
    let (old, new) = (dataset(BASE), dataset(NEXT));
    let changes = diff(&old, &new);
    snapshot("digest", &shown(compose(&told(&changes, &new)).as_ref()));
}

#[test]
fn a_digest_made_up_says_so() {
    let new = edited(&[("amount = 3.3e9", "amount = 3.5e9")]);
    let changes = diff(&dataset(BASE), &new);
    let digest = compose(&Told { made_up: Some("Monday 16 November 2026, 09:00"), ..told(&changes, &new) });
    snapshot("digest_made_up", &shown(digest.as_ref()));
}

#[test]
fn nothing_to_tell_is_nothing() {
    let base = dataset(BASE);
    assert_eq!(compose(&told(&[], &base)), None);
    let new = edited(&[("id = \"zhipu\"", "id = \"zhipu\"\nformerly = [\"z-ai\"]")]);
    let changes = diff(&base, &new);
    assert_eq!((changes.len(), compose(&told(&changes, &new))), (1, None), "an id that nobody knew is no news");
}

#[test]
fn a_newer_figure_is_told_as_a_change_and_the_older_may_stay() {
    let base = dataset(BASE);
    let newer = "[[company.claims]]\nproperty = \"valuation\"\nvalue = { amount = 4.3e9, currency = \"USD\" }\n\
        as_of = \"2025-09\"\nsources = [\"post\"]\n\n# zhipu";
    let beside = edited(&[("# zhipu", newer)]);
    let in_place = edited(&[("amount = 3.3e9", "amount = 4.3e9"), ("as_of = \"2025-03\"", "as_of = \"2025-09\"")]);
    for (new, kept) in [(beside, true), (in_place, false)] {
        let changes = diff(&base, &new);
        assert!(matches!(&changes[..], [Change { what: What::ClaimChanged { kept: is, .. }, .. }] if *is == kept));
        let text = compose(&told(&changes, &new)).unwrap().head.text();
        assert!(text.contains("USD 3.3 billion (2025-03)") && text.contains("→ USD 4.3 billion (2025-09)"), "{text}");
    }
}

#[test]
fn a_figure_that_is_confirmed_later_is_said_once() {
    let new = edited(&[("as_of = \"2025-03\"", "as_of = \"2025-10\"")]);
    let changes = diff(&dataset(BASE), &new);
    let text = compose(&told(&changes, &new)).unwrap().head.text();
    assert!(text.contains("Valuation: USD 3.3 billion (2025-03 → 2025-10) [1]"), "{text}");
}

#[test]
fn a_record_with_another_id_is_neither_gone_nor_new() {
    let base = dataset(BASE);
    let new = edited(&[
        ("id = \"yang-zhilin\"", "id = \"zhilin-yang\"\nformerly = [\"yang-zhilin\"]"),
        ("{ ref = \"yang-zhilin\" }", "{ ref = \"zhilin-yang\" }"),
    ]);
    let changes = diff(&base, &new);
    assert!(matches!(&changes[0].what, What::Renamed { id, .. } if id == "yang-zhilin"), "{changes:?}");
    assert!(changes.iter().all(|change| change.subject.id == "zhilin-yang"), "who points to it has not changed");
    assert_eq!(tigerdesk::dataset::withdrawn(&changes), 0);
}

#[test]
fn a_room_is_told_of_what_it_follows() {
    let (old, new) = (dataset(BASE), dataset(NEXT));
    let ids = |follow: &str| -> Vec<String> {
        let follows: Vec<Follow> = follow.split_whitespace().map(|follow| follow.parse().unwrap()).collect();
        let mut ids: Vec<String> =
            narrow(diff(&old, &new), &follows, &new).into_iter().map(|change| change.subject.id).collect();
        ids.dedup();
        ids
    };
    assert_eq!(ids("kind:model"), ["kimi-k2"]);
    assert_eq!(ids("tag:six-tigers"), ["moonshot", "zhipu"], "also one that lost the tag");
    assert_eq!(
        ids("record:yang-zhilin"),
        ["moonshot", "zhilin-yang"],
        "by its earlier id, and where claims lead to it"
    );
    assert_eq!(ids("record:nobody"), [""; 0]);
    assert_eq!(ids("kind:model record:zhipu"), ["kimi-k2", "zhipu"]);
}

#[test]
fn corrections_are_told_and_remarked() {
    let (first, second) = (edited(&[("amount = 3.3e9", "amount = 33e9")]), dataset(BASE));
    let announced = diff(&dataset(BASE), &first);
    let newer = diff(&first, &second);
    let found: Vec<Correction> = corrections(&announced, &newer);
    let stored = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Correction>>(&stored).unwrap(), found);
    let next = compose(&Told { corrections: &found, ..told(&newer, &second) });
    let remarks: Vec<Remark> =
        found.iter().map(|correction| Remark { date: date(2026, 11, 22), correction: correction.clone() }).collect();
    let edit = corrected(&told(&announced, &second), &remarks).unwrap();
    let texts = format!("--- the next digest\n{}\n\n--- the edit\n{}", shown(next.as_ref()), edit.text());
    snapshot("digest_corrected", &texts);
    assert_eq!(corrections(&newer, &[]), []);
    assert_eq!(corrections(&announced, &announced), [], "what was announced does not correct itself");
}

#[test]
fn a_correction_is_told_as_it_stands_in_the_end() {
    let at = |amount: &str| edited(&[("amount = 3.3e9", amount)]);
    let (base, wrong, wrong_again, right) =
        (dataset(BASE), at("amount = 33e9"), at("amount = 44e9"), at("amount = 55e9"));
    let announced = diff(&base, &wrong);
    let (second, third) = (diff(&wrong, &wrong_again), diff(&wrong_again, &right));
    let found = corrections(&announced, &second);
    let net = fold([second.as_slice(), third.as_slice()]);
    let told_in_the_end = settled(found.clone(), &net);
    let Some(now) = told_in_the_end.first().and_then(|correction| correction.now.as_ref()) else {
        panic!("no correction: {told_in_the_end:?}")
    };
    assert!(now.text.contains("55"), "{}", now.text);
    let digest = compose(&Told { corrections: &told_in_the_end, ..told(&net, &right) }).unwrap();
    assert!(digest.head.text().contains("55") && !digest.head.text().contains("44"), "{}", digest.head.text());
    // What holds again after all was right when it was announced.
    let back = fold([second.as_slice(), diff(&wrong_again, &wrong).as_slice()]);
    assert_eq!(settled(found, &back), []);
}

/// A dataset of so many companies, each with a figure and a remark of some length.
fn many(count: usize, amount: usize) -> Dataset {
    let mut text = "[[source]]\nid = \"report\"\nname = \"Report\"\n".to_owned();
    for number in 0..count {
        write!(
            text,
            "[[company]]\nid = \"c-{number}\"\nname = \"Firm no. {number} of the <list>\"\n[[company.claims]]\n\
             property = \"valuation\"\nvalue = {{ amount = {amount}{number:05}, currency = \"USD\" }}\nsources = [\"report\"]\n\
             [[company.claims]]\nproperty = \"focus\"\nvalue = \"{} {amount} & 月之暗面\"\nsources = [\"report\"]\n",
            "long words ".repeat(12)
        )
        .unwrap();
    }
    dataset(&text)
}

#[test]
fn a_long_digest_names_each_record_once_in_messages_that_fit() {
    for count in [1, 12, 60, 300] {
        let (old, new) = (many(count, 1), many(count, 2));
        let changes = diff(&old, &new);
        let digest = compose(&told(&changes, &new)).unwrap();
        assert!(digest.head.text().chars().count() <= 4_500, "{}", digest.head.text());
        let parts: Vec<&Reply> = std::iter::once(&digest.head).chain(&digest.thread).collect();
        let mut seen = HashSet::new();
        for part in &parts {
            let (text, html) = (part.text(), part.html());
            assert!(text.len() + html.len() < 40_000, "{} bytes", text.len() + html.len());
            for line in text.lines().filter_map(|line| line.strip_prefix("• ")) {
                assert!(seen.insert(line.to_owned()), "twice: {line}");
            }
        }
        assert_eq!(seen.len(), count, "of {} parts", parts.len());
    }
    let (old, new) = (many(40, 1), many(40, 2));
    snapshot("digest_long", &compose(&told(&diff(&old, &new), &new)).unwrap().head.text());
}

#[test]
fn a_mass_of_changes_ends_somewhere() {
    let (old, new) = (many(0, 1), many(9_000, 1));
    let changes = diff(&old, &new);
    let digest = compose(&told(&changes, &new)).unwrap();
    assert!(digest.thread.len() == 50 && digest.thread[49].text().contains("more records: !changes"));
}

/// What two releases after the first one changed, as the store keeps it.
#[derive(Debug)]
struct Remembered {
    releases: Vec<Release>,
    folded: Option<Timestamp>,
}

impl Remembered {
    fn new(steps: &[&Dataset]) -> Self {
        let first: Timestamp = "2026-11-18T09:00:00Z".parse().unwrap();
        let release = |(place, two): (usize, &[&Dataset])| Release {
            number: place as u64 + 2,
            at: first + jiff::SignedDuration::from_hours(24 * i64::try_from(place).unwrap()),
            changes: diff(two[0], two[1]),
        };
        Self { releases: steps.windows(2).enumerate().map(release).collect(), folded: None }
    }
}

impl Archive for Remembered {
    fn latest(&self) -> Result<Option<Release>, Unavailable> {
        Ok(self.releases.last().cloned())
    }

    fn releases(&self, span: &Span) -> Result<(Vec<Release>, usize), Unavailable> {
        let mut ids: Vec<String> = span.record.iter().cloned().collect();
        for change in self.releases.iter().flat_map(|release| &release.changes) {
            if let What::Renamed { id, .. } = &change.what
                && (ids.contains(id) || ids.contains(&change.subject.id))
            {
                ids.extend([id.clone(), change.subject.id.clone()]);
            }
        }
        let mut releases: Vec<Release> = self.releases.iter().rev().cloned().collect();
        let mut left = span.limit;
        let mut left_out = 0;
        releases.retain_mut(|release| {
            let fits = span.after.is_none_or(|after| release.number > after)
                && span.since.is_none_or(|since| release.at >= since);
            release.changes.retain(|change| fits && (span.record.is_none() || ids.contains(&change.subject.id)));
            left_out += release.changes.len().saturating_sub(left);
            release.changes.truncate(left);
            left -= release.changes.len();
            !release.changes.is_empty()
        });
        Ok((releases, left_out))
    }

    fn folded_until(&self) -> Result<Option<Timestamp>, Unavailable> {
        Ok(self.folded)
    }

    fn pending(&self) -> Result<Pending, Unavailable> {
        Err(Unavailable("nobody asks".to_owned()))
    }
}

fn ask(desk: &Desk, archive: Option<Arc<dyn Archive>>, line: &str) -> tigerdesk::commands::Outcome {
    let Reading::Command(invocation) = read(line) else { panic!("{line}") };
    let now = "2026-11-20T12:00:00Z".parse().unwrap();
    answer(desk, &Ask { archive, ..Ask::new(invocation, now, 0) })
}

#[test]
fn the_past_is_answered_from_the_archive() {
    let (old, between) = (dataset(BASE), edited(&[("amount = 3.3e9", "amount = 3.4e9")]));
    let desk = &*DESK;
    let archive: Arc<dyn Archive> = Arc::new(Remembered::new(&[&old, &between, &desk.dataset]));
    let mut texts = String::new();
    for line in [
        "!changes",
        "!changes since 2",
        "!changes #3",
        "!changes yesterday zhipu",
        "!changes since last week yang-zhilin",
        "!changes nobody",
        "!history",
        "!history moonshot",
        "!history yang-zhilin",
        "!history old-lab",
        "!history The Old Lab",
        "!history monshot",
        "!history beijing",
        "!history nobody",
    ] {
        let outcome = ask(desk, Some(archive.clone()), line);
        let hits: Vec<&str> = outcome.hits.iter().map(|hit| hit.record.as_str()).collect();
        writeln!(texts, "{line}\n\n{}\n\nhits: {}\n\n----", outcome.reply.text(), hits.join(", ")).unwrap();
    }
    snapshot("the_past", &texts);
}

#[test]
fn what_is_forgotten_or_not_to_be_had_is_said() {
    let old = dataset(BASE);
    let text = |archive, line| ask(&DESK, archive, line).reply.text();
    for line in ["!changes", "!history moonshot"] {
        assert!(text(None, line).contains("only remembered where the bot runs with a state folder"), "{line}");
        let mut remembered = Remembered::new(&[&old, &DESK.dataset]);
        remembered.folded = Some("2026-10-01T00:00:00Z".parse().unwrap());
        let said = text(Some(Arc::new(remembered)), line);
        assert!(said.contains("before 2026-10-01 is not remembered"), "{said}");
        let said = text(Some(Arc::new(Broken)), line);
        assert!(said.contains("could not look that up"), "{said}");
    }
}

#[test]
fn long_lists_of_changes_are_paged() {
    let (old, new) = (many(200, 1), many(200, 2));
    let desk = Desk::new(many(200, 2)).unwrap();
    let archive: Arc<dyn Archive> = Arc::new(Remembered::new(&[&old, &new]));
    let mut seen = HashSet::new();
    let mut line = "!changes".to_owned();
    for _ in 0..100 {
        let outcome = ask(&desk, Some(archive.clone()), &line);
        let text = outcome.reply.text();
        assert!(text.chars().count() < 4_500, "{text}");
        assert!(outcome.hits.into_iter().all(|hit| seen.insert(hit.record)));
        let Some((_, next)) = text.split_once(" more: ") else { break };
        line = next.lines().next().unwrap().to_owned();
    }
    assert_eq!(seen.len(), 200);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn whatever_is_asked_of_the_past_is_answered(
        word in "changes|history",
        rest in "(since |#|moonshot |last |[0-9]{1,20}|d|y|h| |days|years|months|weeks|hours|ago|-|2026|skip:[0-9]{1,20}|\\PC){0,6}",
    ) {
        let archive: Arc<dyn Archive> = Arc::new(Remembered::new(&[&dataset(BASE), &DESK.dataset]));
        let text = ask(&DESK, Some(archive), &format!("!{word} {rest}")).reply.text();
        prop_assert!(!text.is_empty() && text.chars().count() < 5_000);
    }
}

static DESK: LazyLock<Desk> = LazyLock::new(|| Desk::new(dataset(NEXT)).unwrap());

/// An archive whose database can't be read.
#[derive(Debug)]
struct Broken;

impl Archive for Broken {
    fn latest(&self) -> Result<Option<Release>, Unavailable> {
        Err(Unavailable("the disk is gone".to_owned()))
    }

    fn releases(&self, _: &Span) -> Result<(Vec<Release>, usize), Unavailable> {
        Err(Unavailable("the disk is gone".to_owned()))
    }

    fn folded_until(&self) -> Result<Option<Timestamp>, Unavailable> {
        Err(Unavailable("the disk is gone".to_owned()))
    }

    fn pending(&self) -> Result<Pending, Unavailable> {
        Err(Unavailable("the disk is gone".to_owned()))
    }
}

#[test]
fn what_comes_and_goes_between_two_digests_is_not_told() {
    let (old, new) = (dataset(BASE), dataset(NEXT));
    let (there, back) = (diff(&old, &new), diff(&new, &old));
    let net = fold([there.as_slice(), &back]);
    // An id that is given up and taken again is another record in between, and the only trace that is left.
    assert!(
        net.iter().all(|change| change.subject.id.contains("zhilin") || change.subject.id == "moonshot"),
        "{net:#?}"
    );
    assert_eq!(fold([there.as_slice()]), there);
}
