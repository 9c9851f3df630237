//! TOML and JSON lines as one tree whose nodes know where they stand in the file.

use std::borrow::Cow;

use toml::de::{DeTable, DeValue};

use super::{File, Findings};

mod json;

/// Where something begins in a file, in bytes. A file has fewer than 2³² of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place(u32);

impl Place {
    pub(super) fn new(byte: usize) -> Self {
        Self(u32::try_from(byte).unwrap_or(u32::MAX))
    }

    pub(super) fn byte(self) -> usize {
        self.0 as usize
    }
}

/// A value and where it stands. Borrows from the text of the file what stands there as it is.
#[derive(Debug)]
pub(super) struct Node<'f> {
    pub place: Place,
    pub data: Data<'f>,
}

/// What a value is.
#[derive(Debug)]
pub(super) enum Data<'f> {
    Table(Vec<(Key<'f>, Node<'f>)>),
    Array(Vec<Node<'f>>),
    Text(Cow<'f, str>),
    Number(f64),
    Other(&'static str),
}

/// A key and where it stands.
#[derive(Debug)]
pub(super) struct Key<'f> {
    pub name: Cow<'f, str>,
    pub place: Place,
}

impl Data<'_> {
    /// What the value is called in a message.
    pub(super) fn describe(&self) -> &'static str {
        match self {
            Self::Table(_) => "a table",
            Self::Array(_) => "a list",
            Self::Text(_) => "a text",
            Self::Number(_) => "a number",
            Self::Other(name) => name,
        }
    }
}

/// Reads a TOML file. What is not well-formed is a fault; the rest is read all the same.
pub(super) fn from_toml<'f>(file: &'f File, findings: &mut Findings<'f>) -> Vec<(Key<'f>, Node<'f>)> {
    let (document, errors) = DeTable::parse_recoverable(&file.text);
    for error in &errors {
        let place = Place::new(error.span().unwrap_or(0..0).start);
        let mend = "write it as TOML: texts in \"quotes\", lists in [brackets], one key = value a line, each key once";
        findings.add(place, || (format!("not TOML: {}", error.message()), mend.to_owned()));
    }
    if errors.is_empty() { table(document.into_inner()) } else { Vec::new() }
}

fn table(table: DeTable<'_>) -> Vec<(Key<'_>, Node<'_>)> {
    let mut entries: Vec<_> = table
        .into_iter()
        .map(|(key, value)| {
            let place = Place::new(key.span().start);
            let key = Key { name: key.into_inner(), place };
            (key, Node { place: Place::new(value.span().start), data: data(value.into_inner()) })
        })
        .collect();
    entries.sort_by_key(|(key, _)| key.place);
    entries
}

fn data(value: DeValue<'_>) -> Data<'_> {
    match value {
        DeValue::String(text) => Data::Text(text),
        DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix()).map_or(
            Data::Other("a number that is too large"),
            |whole| {
                #[expect(clippy::cast_precision_loss, reason = "amounts are compared, not counted")]
                Data::Number(whole as f64)
            },
        ),
        DeValue::Float(float) => float.as_str().parse().map_or(Data::Other("no number"), Data::Number),
        DeValue::Boolean(_) => Data::Other("true or false"),
        DeValue::Datetime(_) => Data::Other("a date without quotes"),
        DeValue::Array(items) => {
            let node = items.into_iter().map(|item| (Place::new(item.span().start), data(item.into_inner())));
            Data::Array(node.map(|(place, data)| Node { place, data }).collect())
        }
        DeValue::Table(entries) => Data::Table(table(entries)),
    }
}

/// Reads a line of JSON that begins at this byte of its file.
pub(super) fn from_json_line<'t>(line: &'t str, start: usize, findings: &mut Findings<'_>) -> Option<Node<'t>> {
    let unread = |error: serde_json::Error| {
        let at = Place::new(start + error.column().saturating_sub(1));
        let mend = "write one JSON object a line, as in {\"kind\": \"company\", \"id\": …}";
        findings.add(at, || (format!("not JSON: {error}"), mend.to_owned()));
    };
    json::node(line, start).map_err(unread).ok()
}
