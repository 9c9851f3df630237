//! Records as a release stores them: one line of JSON each, in one writing.
//!
//! What a record says decides its line; the order of files, keys and lists, spacing, comments and the writing of numbers
//! don't. The lines are those of a `.jsonl` file, so that [`load_files`](super::load_files) builds the release again.

use serde::Serialize;

use super::{Amount, Claim, Dataset, Faults, File, Findings, Money, Qualifier, Record, Value, read};

/// The number of this writing. It goes up whenever the same record would get another line, so that a release written
/// differently is not taken for one that says something else.
pub const FORMAT: u32 = 1;

/// So many hexadecimal digits of a BLAKE3 hash are kept, half of them: that two texts share them is out of the question.
const DIGITS: usize = 32;

/// A record as a release stores it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The record's id.
    pub id: String,
    /// The hash of `text`, in hexadecimal digits.
    pub hash: String,
    /// The line, without an end of line.
    pub text: String,
}

impl Row {
    /// The row of a record.
    #[must_use]
    pub fn new(record: &Record) -> Self {
        let text = line(record);
        Self { id: record.id.clone(), hash: digits(&blake3::hash(text.as_bytes())), text }
    }
}

impl Dataset {
    /// The dataset as a release stores it, in the order of the ids. Each row is made when it is asked for.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row> {
        self.records().iter().map(Row::new)
    }
}

/// The hash of a whole release, from those of its rows in the order of the ids.
pub fn content<'a>(rows: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = blake3::Hasher::new();
    for row in rows {
        hasher.update(row.as_bytes());
    }
    digits(&hasher.finalize())
}

/// Reads rows by themselves: what they point to need not be there.
///
/// # Errors
/// What can't be read, if the rows are of another format or are damaged.
pub fn read_rows<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Vec<Record>, Faults> {
    let (mut records, mut faults) = (Vec::new(), Vec::new());
    for text in texts {
        let file = File { name: "release.jsonl".to_owned(), text: text.to_owned() };
        let mut findings = Findings::of(&file);
        read::records(&file, &mut findings, |(record, _)| records.push(record));
        faults.extend(findings.into_faults());
    }
    if faults.is_empty() { Ok(records) } else { Err(Faults::sorted(faults)) }
}

/// A value in one writing.
pub(super) fn value(value: &Value) -> String {
    json(&ValueLine::new(value))
}

fn digits(whole: &blake3::Hash) -> String {
    whole.to_hex()[..DIGITS].to_owned()
}

fn line(record: &Record) -> String {
    let mut claims: Vec<String> = record.claims.iter().map(|claim| json(&ClaimLine::new(claim))).collect();
    claims.sort_unstable();
    let source = record.source.as_ref();
    let head = json(&RecordLine {
        aliases: sorted(&record.aliases),
        authors: source.map(|source| source.authors.as_slice()).unwrap_or_default(),
        date: source.and_then(|source| source.date).map(|date| date.to_string()),
        formerly: sorted(&record.formerly),
        id: &record.id,
        kind: record.kind.id,
        language: source.and_then(|source| source.language.as_deref()),
        name: &record.name,
        native_name: record.native_name.as_deref(),
        publisher: source.and_then(|source| source.publisher.as_deref()),
        summary: &record.summary,
        tags: sorted(&record.tags),
        url: source.and_then(|source| source.url.as_deref()),
    });
    if claims.is_empty() {
        return head;
    }
    // The claims are the last key, each of them written already.
    format!("{},\"claims\":[{}]}}", head.trim_end_matches('}'), claims.join(","))
}

fn json(line: &impl Serialize) -> String {
    // Texts, numbers and lists of them under keys of their own: nothing here can fail to be written.
    serde_json::to_string(line).unwrap_or_default()
}

fn sorted(list: &[String]) -> Vec<&str> {
    let mut sorted: Vec<&str> = list.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    sorted
}

fn is_empty<T>(list: &[T]) -> bool {
    list.is_empty()
}

#[derive(Serialize)]
struct RecordLine<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<&'a str>,
    #[serde(skip_serializing_if = "is_empty")]
    authors: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    formerly: Vec<&'a str>,
    id: &'a str,
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    native_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    publisher: Option<&'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    summary: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

#[derive(Serialize)]
struct ClaimLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    property: &'a str,
    sources: Vec<&'a str>,
    value: ValueLine<'a>,
}

impl<'a> ClaimLine<'a> {
    fn new(claim: &'a Claim) -> Self {
        Self {
            as_of: claim.as_of.map(|date| date.to_string()),
            note: claim.note.as_deref(),
            property: claim.property.id,
            sources: sorted(&claim.sources),
            value: ValueLine::new(&claim.value),
        }
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum ValueLine<'a> {
    Text(&'a str),
    Date(String),
    Ref {
        #[serde(rename = "ref")]
        id: &'a str,
    },
    Amount(AmountLine<'a>),
}

#[derive(Serialize)]
struct AmountLine<'a> {
    amount: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    converted: Option<Box<AmountLine<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    qualifier: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'a str>,
}

impl<'a> ValueLine<'a> {
    fn new(value: &'a Value) -> Self {
        match value {
            Value::Text(text) => Self::Text(text),
            Value::Date(date) => Self::Date(date.to_string()),
            Value::Ref(id) => Self::Ref { id },
            Value::Quantity(quantity) => {
                Self::Amount(AmountLine { unit: quantity.unit.as_deref(), ..AmountLine::new(&quantity.amount) })
            }
            Value::Money(money) => Self::Amount(AmountLine::of_money(money)),
        }
    }
}

impl<'a> AmountLine<'a> {
    fn new(amount: &Amount) -> Self {
        let name =
            |qualifier| Qualifier::ALL.iter().find(|(known, ..)| *known == qualifier).map_or("", |(_, name, _)| name);
        Self {
            amount: rounded(amount.from),
            converted: None,
            currency: None,
            qualifier: amount.qualifier.map(name),
            to: amount.to.map(rounded),
            unit: None,
        }
    }

    fn of_money(money: &'a Money) -> Self {
        Self {
            converted: money.converted.as_deref().map(|money| Box::new(Self::of_money(money))),
            currency: Some(&money.currency),
            ..Self::new(&money.amount)
        }
    }
}

/// A number of 15 digits at most: so many survive any reader of TOML or JSON, and no source gives as many.
fn rounded(number: f64) -> f64 {
    const WHOLE: f64 = 1e15;
    if number.abs() < WHOLE && number.fract() == 0.0 {
        // Adding nothing takes the sign off a zero.
        return number + 0.0;
    }
    let near = format!("{number:.14e}").parse().unwrap_or(number);
    if f64::is_finite(near) { near } else { 1e308_f64.copysign(number) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_writing() {
        let written = [-0.0, 3.3e9, 0.1 + 0.2, f64::MAX].map(|number| rounded(number).to_string());
        assert_eq!(written[..3], ["0", "3300000000", "0.3"]);
        assert!(written[3].starts_with("100000"));
    }
}
