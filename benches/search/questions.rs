//! What each command is asked while it is measured, and how its times are told.

use std::time::{Duration, Instant};

use tigerdesk::{
    commands::{Ask, Desk, Reading, answer, read, registry},
    dataset::Record,
};

/// Each command is asked so many questions.
const QUESTIONS: usize = 300;

/// Times of one thing, done again and again.
#[derive(Debug, Clone)]
pub struct Times(Vec<Duration>);

impl Times {
    /// Takes so many times.
    pub fn of(times: usize, mut act: impl FnMut(usize)) -> Self {
        for number in 0..times.min(20) {
            act(number);
        }
        let mut taken: Vec<Duration> = (0..times)
            .map(|number| {
                let start = Instant::now();
                act(number);
                start.elapsed()
            })
            .collect();
        taken.sort_unstable();
        Self(taken)
    }

    /// The time that so many of a hundred stay below, in microseconds.
    pub fn percentile(&self, percent: usize) -> f64 {
        let place = (self.0.len() * percent).div_ceil(100).clamp(1, self.0.len()) - 1;
        self.0[place].as_secs_f64() * 1e6
    }
}

/// Answers one line as a room gets it: read, answered, rendered in both forms.
pub fn ask(desk: &Desk, line: &str) -> usize {
    let Reading::Command(invocation) = read(line) else { panic!("{line} is no command") };
    let reply = answer(desk, &Ask::new(invocation, jiff::Timestamp::UNIX_EPOCH, 1)).reply;
    reply.html().len() + reply.text().len()
}

/// Every command's times: its word, and for some of them what was asked.
pub fn every_command(desk: &Desk) -> Vec<(String, Times)> {
    let times = |lines: &[String]| {
        Times::of(QUESTIONS, |number| {
            std::hint::black_box(ask(desk, &lines[number % lines.len()]));
        })
    };
    all_lines(desk).into_iter().map(|(what, lines)| (what, times(&lines))).collect()
}

/// What every command is asked.
pub fn all_lines(desk: &Desk) -> Vec<(String, Vec<String>)> {
    let mut all = Vec::new();
    for command in registry::commands() {
        let spec = command.spec();
        for (what, lines) in lines(desk, spec.word, &spec.example_line()) {
            all.push((format!("!{} {what}", spec.word).trim_end().to_owned(), lines));
        }
    }
    all
}

/// Records of a kind (or of any), spread over the whole dataset.
fn some<'d>(desk: &'d Desk, kind: Option<&str>) -> Vec<&'d Record> {
    let all: Vec<&Record> =
        desk.dataset.records().iter().filter(|record| kind.is_none_or(|kind| record.kind.id == kind)).collect();
    (0..QUESTIONS).map(|number| all[number * all.len() / QUESTIONS]).collect()
}

/// The record that most others point to, or that most claims rest on.
fn hub<'d>(desk: &'d Desk, kind: &str) -> &'d Record {
    let of_kind = desk.dataset.records().iter().filter(|record| record.kind.id == kind);
    let points = |record: &&Record| desk.dataset.links(&record.id).len() + desk.dataset.citations(&record.id).len();
    of_kind.max_by_key(points).expect("every kind has a record")
}

type Asked = Vec<(&'static str, Vec<String>)>;

fn lines(desk: &Desk, word: &str, example: &str) -> Asked {
    let names = |kind, name: &dyn Fn(&Record) -> String| -> Vec<String> {
        some(desk, kind).into_iter().map(|record| format!("!{word} {}", name(record))).collect()
    };
    let exact = |record: &Record| record.name.clone();
    if tigerdesk::dataset::kind(word).is_some() {
        return vec![
            ("NAME", names(Some(word), &exact)),
            ("(slip)", names(Some(word), &|record| slip(&record.name))),
            ("(most links)", vec![format!("!{word} {}", hub(desk, word).name)]),
        ];
    }
    match word {
        "about" | "cite" => vec![
            ("NAME", names(None, &exact)),
            ("(slip)", names(None, &|record| slip(&record.name))),
            ("(nothing)", vec![format!("!{word} nonexistentcorp")]),
        ],
        "search" => vec![
            ("(two words)", names(None, &two_words)),
            ("(a name)", names(None, &exact)),
            ("(slip)", names(None, &|record| slip(&record.name))),
            ("(common words)", vec![format!("!{word} model data compute chip training inference agent language")]),
            ("(characters)", names(Some("company"), &|record| record.native_name.clone().unwrap_or_default())),
            ("(a phrase)", names(None, &|record| format!("\"{}\"", side_by_side(record)))),
            ("(OR)", names(None, &|record| two_words(record).replace(' ', " OR "))),
            ("(without)", names(None, &|record| two_words(record).replace(' ', " -"))),
            (
                "(filters)",
                names(None, &|record| format!("{} kind:{}{}", one_word(record), record.kind.id, tag(record))),
            ),
            ("(years)", names(None, &|record| format!("{} 2018..2022", one_word(record)))),
            ("(nothing but filters)", vec![format!("!{word} kind:company after:2020 before:2022")]),
        ],
        "timeline" => vec![
            ("(a month)", (0..12).map(|month| format!("!timeline 2023-{:02}", month + 1)).collect()),
            ("(a year)", (2013..2025).map(|year| format!("!timeline {year}")).collect()),
            ("(open)", vec!["!timeline 2013..".to_owned()]),
            ("(words)", names(None, &|record| format!("2013..2020 {}", two_words(record)))),
            ("(common word)", vec!["!timeline 2013..2025 model".to_owned()]),
        ],
        "list" => vec![
            ("", vec![example.to_owned()]),
            ("(all)", vec!["!list companies".to_owned()]),
            ("(words)", names(None, &|record| format!("{} {}", record.kind.plural, two_words(record)))),
            ("(common word)", vec!["!list models model".to_owned()]),
            ("(a year)", (2013..2025).map(|year| format!("!list events {year}")).collect()),
            ("(filters)", names(None, &|record| format!("{} after:2019{}", record.kind.plural, tag(record)))),
            ("(without)", vec!["!list companies model -data".to_owned()]),
        ],
        "top" => vec![
            ("", vec![example.to_owned()]),
            ("(words)", names(None, &|record| format!("valuation {}", one_word(record)))),
            ("(filters)", names(None, &|record| format!("valuation companies after:2020{}", tag(record)))),
        ],
        "compare" => {
            let pairs = |lines: Vec<String>, other: &str| lines.into_iter().map(|line| line + other).collect();
            vec![
                ("", vec![example.to_owned()]),
                ("NAME NAME", pairs(names(Some("company"), &exact), &format!(" vs {}", hub(desk, "company").name))),
                ("(unquoted)", pairs(names(Some("model"), &exact), &format!(" {}", hub(desk, "model").name))),
            ]
        }
        _ => vec![("", vec![example.to_owned()])],
    }
}

/// Two words of a record's summary.
pub fn two_words(record: &Record) -> String {
    let words: Vec<&str> = record.summary.split(|c: char| !c.is_alphabetic()).filter(|word| word.len() > 4).collect();
    words.iter().step_by(3).take(2).copied().collect::<Vec<_>>().join(" ")
}

/// One of them.
fn one_word(record: &Record) -> String {
    two_words(record).split(' ').next().unwrap_or_default().to_owned()
}

/// Three words of a record's summary that stand side by side.
fn side_by_side(record: &Record) -> String {
    record.summary.split(' ').skip(1).take(3).collect::<Vec<_>>().join(" ")
}

/// A filter for a record's first tag.
fn tag(record: &Record) -> String {
    record.tags.first().map(|tag| format!(" tag:{tag}")).unwrap_or_default()
}

/// A name with two of its letters swapped.
fn slip(name: &str) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    if letters.len() > 4 {
        letters.swap(2, 3);
    }
    letters.into_iter().collect()
}
