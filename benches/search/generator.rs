//! Datasets of any size that look like ours: names in Latin letters and in characters, summaries, claims of every type of
//! value, links with a few hubs, sources. The same seed gives the same bytes, on every machine and with every release of
//! every library: the numbers come from `SplitMix64` (G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number
//! generators", OOPSLA 2014).

mod vocabulary;

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write as _},
    path::Path,
};

use serde_json::{Value, json};
use vocabulary::{ADJECTIVES, FAMILIES, NOUNS, PLACES, SYLLABLES, TAGS, TRADES, VERBS};

/// A file holds so many records: a team splits a large dataset too.
const LINES_PER_FILE: usize = 25_000;

/// The kinds and how many of a thousand records are of each. What is left over are companies.
const SHARES: [(&str, usize); 12] = [
    ("source", 5),
    ("place", 5),
    ("company", 0),
    ("person", 180),
    ("model", 200),
    ("product", 120),
    ("chip", 40),
    ("event", 120),
    ("policy", 40),
    ("programme", 20),
    ("figure", 40),
    ("topic", 20),
];

/// A dataset to be.
pub struct Plan {
    seed: u64,
    counts: [usize; SHARES.len()],
}

/// A row of numbers that only looks random.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.next()) * end as u128) >> 64) as usize
    }

    /// A number below `end`, small ones far more often: hubs among records, common words among words.
    fn skewed(&mut self, end: usize) -> usize {
        let unit = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        (((end as f64 + 1.0).powf(unit) - 1.0) as usize).min(end - 1)
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn word(&mut self, words: &[&'static str]) -> &'static str {
        words[self.skewed(words.len())]
    }
}

impl Plan {
    /// A dataset of so many records; at least a hundred.
    pub fn new(records: usize, seed: u64) -> Self {
        let mut counts = SHARES.map(|(_, share)| (records * share / 1000).max(2));
        counts[0] = counts[0].max(4);
        counts[2] += records.max(100) - counts.iter().sum::<usize>();
        Self { seed, counts }
    }

    /// Writes the dataset into a folder as files of JSON lines. Returns how many bytes there are.
    pub fn write(&self, dir: &Path) -> io::Result<u64> {
        fs::create_dir_all(dir)?;
        let mut bytes = 0;
        let mut lines = self.lines();
        for number in 0.. {
            let mut lines = lines.by_ref().take(LINES_PER_FILE).peekable();
            if lines.peek().is_none() {
                break;
            }
            let mut file = BufWriter::new(File::create(dir.join(format!("records-{number:03}.jsonl")))?);
            for line in lines {
                bytes += line.len() as u64 + 1;
                writeln!(file, "{line}")?;
            }
            file.flush()?;
        }
        Ok(bytes)
    }

    /// The records, one line of JSON each.
    pub fn lines(&self) -> impl Iterator<Item = String> + '_ {
        (0..SHARES.len())
            .flat_map(|kind| (0..self.counts[kind]).map(move |number| (kind, number)))
            .map(|(kind, number)| self.record(kind, number).to_string())
    }

    fn numbers(&self, kind: usize, number: usize) -> Numbers {
        let mut seed = Numbers(self.seed ^ ((kind as u64) << 56) ^ number as u64);
        Numbers(seed.next())
    }

    /// The id of some record of a kind.
    fn some(&self, numbers: &mut Numbers, kind: &str) -> String {
        id(kind, numbers.skewed(self.counts[seat(kind)]))
    }

    fn record(&self, kind: usize, number: usize) -> Value {
        let kind = SHARES[kind].0;
        let mut numbers = self.numbers(seat(kind), number);
        let (name, native, alias) = names(kind, number);
        let mut record = json!({ "kind": kind, "id": id(kind, number), "name": name });
        if let Some(native) = native {
            record["native_name"] = native.into();
        }
        if let Some(alias) = alias {
            record["aliases"] = json!([alias]);
        }
        record["summary"] = summary(&mut numbers).into();
        if kind == "source" {
            record["publisher"] = capital(numbers.word(&NOUNS)).into();
            record["authors"] = json!([names("person", number).0]);
            record["date"] = date(&mut numbers).into();
            record["url"] = format!("https://example.org/{number}").into();
            return record;
        }
        record["tags"] = json!([TAGS[numbers.below(TAGS.len())]]);
        let mut claims: Vec<Value> = Vec::new();
        for (property, value) in self.said(&mut numbers, kind) {
            let mut sources = vec![self.some(&mut numbers, "source")];
            if numbers.chance(25) {
                let other = self.some(&mut numbers, "source");
                sources.extend((other != sources[0]).then_some(other));
            }
            let mut claim = json!({ "property": property, "value": value, "sources": sources });
            if numbers.chance(40) {
                claim["as_of"] = date(&mut numbers).into();
            }
            if numbers.chance(15) {
                claim["note"] = sentence(&mut numbers, 5).into();
            }
            claims.push(claim);
        }
        record["claims"] = claims.into();
        record
    }

    /// What is said of a record: properties and values.
    fn said(&self, numbers: &mut Numbers, kind: &str) -> Vec<(&'static str, Value)> {
        let refer = |numbers: &mut Numbers, kind: &str| json!({ "ref": self.some(numbers, kind) });
        let text = |numbers: &mut Numbers| Value::from(sentence(numbers, 4));
        let quantity = |numbers: &mut Numbers, unit: &str| {
            let mut value = json!({ "amount": numbers.below(9_000) + 10, "unit": unit });
            if numbers.chance(30) {
                value["qualifier"] = ["about", "over", "almost", "at-least", "up-to"][numbers.below(5)].into();
            }
            value
        };
        let money = |numbers: &mut Numbers| {
            let currency = if numbers.chance(60) { "CNY" } else { "USD" };
            json!({ "amount": (numbers.below(900) + 1) * 10_000_000, "currency": currency })
        };
        match kind {
            "company" => vec![
                ("founded", date(numbers).into()),
                ("founder", refer(numbers, "person")),
                ("headquarters", refer(numbers, "place")),
                ("valuation", money(numbers)),
                ("focus", text(numbers)),
            ],
            "person" => vec![
                ("affiliation", refer(numbers, "company")),
                ("role", text(numbers)),
                ("education", refer(numbers, "company")),
                ("view", text(numbers)),
            ],
            "model" => vec![
                ("developer", refer(numbers, "company")),
                ("released", date(numbers).into()),
                ("parameters", quantity(numbers, "billion")),
                ("openness", text(numbers)),
                ("performance", text(numbers)),
            ],
            "product" => vec![
                ("developer", refer(numbers, "company")),
                ("based_on", refer(numbers, "model")),
                ("users", quantity(numbers, "monthly active users")),
                ("price", money(numbers)),
                ("feature", text(numbers)),
            ],
            "chip" => vec![
                ("developer", refer(numbers, "company")),
                ("announced", date(numbers).into()),
                ("process", text(numbers)),
                ("performance", text(numbers)),
            ],
            "event" => vec![
                ("date", date(numbers).into()),
                ("actor", refer(numbers, "company")),
                ("place", refer(numbers, "place")),
                ("outcome", text(numbers)),
            ],
            "policy" => vec![
                ("issued", date(numbers).into()),
                ("issuer", refer(numbers, "company")),
                ("requirement", text(numbers)),
                ("applies_to", refer(numbers, "topic")),
            ],
            "programme" => vec![
                ("announced", date(numbers).into()),
                ("operator", refer(numbers, "company")),
                ("amount", money(numbers)),
                ("goal", text(numbers)),
            ],
            "place" => vec![("capacity", quantity(numbers, "PFLOPS")), ("strategy", text(numbers))],
            "figure" => vec![
                ("about", refer(numbers, "topic")),
                ("measures", text(numbers)),
                ("reading", quantity(numbers, "%")),
            ],
            _ => vec![("finding", text(numbers)), ("status", text(numbers)), ("related", refer(numbers, "policy"))],
        }
    }
}

/// The id of the record of a kind with this number.
fn id(kind: &str, number: usize) -> String {
    format!("{kind}-{}-{number}", stem(number, seat(kind)).0)
}

/// The name of a record in both scripts, and another name that people use.
fn names(kind: &str, number: usize) -> (String, Option<String>, Option<String>) {
    let (latin, native) = stem(number, seat(kind));
    let name = capital(&latin);
    match kind {
        "company" => {
            let (trade, native_trade) = TRADES[number % TRADES.len()];
            (format!("{name} {trade}"), Some(native + native_trade), number.is_multiple_of(3).then_some(name))
        }
        "person" => {
            let (family, native_family) = FAMILIES[number % FAMILIES.len()];
            // Without the title, one's alias is in some pairs the other's name: Malin Wu, and Ma Linwu.
            let other = number.is_multiple_of(2).then(|| format!("Dr {name} {family}"));
            (format!("{family} {name}"), Some(format!("{native_family}{native}")), other)
        }
        "model" => {
            (format!("{name}-{}.{}", number % 5 + 1, number % 7), None, Some(format!("{name} {}B", number % 400 + 1)))
        }
        "product" => (name, Some(native), None),
        "chip" => (format!("{name} {}", 100 + number % 900), Some(native + "芯片"), None),
        "event" => (format!("{name} opens its {} office", PLACES[number % PLACES.len()].0), None, None),
        "policy" => (
            format!("Interim measures on the {name} {}", NOUNS[number % NOUNS.len()]),
            Some(format!("{native}管理办法")),
            None,
        ),
        "programme" => (format!("{name} plan"), Some(native + "计划"), None),
        "place" if number < PLACES.len() => (PLACES[number].0.to_owned(), Some(PLACES[number].1.to_owned()), None),
        "place" => (format!("{name} district"), Some(native + "区"), None),
        "figure" => (format!("{} of {name}", capital(NOUNS[number % NOUNS.len()])), None, None),
        "topic" => (format!("The {name} question"), None, None),
        _ => (format!("China's {name} {}", NOUNS[number % NOUNS.len()]), None, None),
    }
}

fn seat(kind: &str) -> usize {
    SHARES.iter().position(|(known, _)| *known == kind).unwrap_or_default()
}

/// Three syllables for a number below two million, of which no other number of the kind has the same.
fn stem(number: usize, kind: usize) -> (String, String) {
    // An odd factor shuffles the numbers of 21 bits without making two of them one.
    let shuffled = number.wrapping_mul(1_103_515).wrapping_add(kind * 150_001) & 0x1f_ffff;
    let parts = [shuffled >> 14, (shuffled >> 7) & 127, shuffled & 127].map(|place| SYLLABLES[place]);
    (parts.map(|(latin, _)| latin).concat(), parts.map(|(_, native)| native).concat())
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn date(numbers: &mut Numbers) -> String {
    let (year, month, day) = (2012 + numbers.below(14), numbers.below(12) + 1, numbers.below(28) + 1);
    match numbers.below(4) {
        0 => format!("{year}"),
        1 => format!("{year}-{month:02}"),
        _ => format!("{year}-{month:02}-{day:02}"),
    }
}

/// So many words or a few more.
fn sentence(numbers: &mut Numbers, words: usize) -> String {
    let mut text = capital(numbers.word(&ADJECTIVES));
    for _ in 1..words.div_ceil(2) {
        for part in [numbers.word(&NOUNS), "for", numbers.word(&ADJECTIVES)] {
            text.push(' ');
            text.push_str(part);
        }
    }
    text + " " + numbers.word(&NOUNS)
}

fn summary(numbers: &mut Numbers) -> String {
    let (maker, _) = stem(numbers.skewed(1 << 20), 2);
    let place = PLACES[numbers.skewed(PLACES.len())].0;
    format!(
        "{} {} from {place} that {} {} {} and works with {} on {}.",
        capital(numbers.word(&ADJECTIVES)),
        numbers.word(&NOUNS),
        numbers.word(&VERBS),
        numbers.word(&ADJECTIVES),
        numbers.word(&NOUNS),
        capital(&maker),
        numbers.word(&NOUNS),
    )
}
