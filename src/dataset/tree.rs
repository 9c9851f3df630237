//! TOML and JSON lines as one tree whose nodes know where they stand in the file.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::{Fault, File};

/// A place in a file, in bytes.
pub(super) type Span = Range<usize>;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub span: Span,
    pub data: Data,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(super) enum Data {
    Table(Vec<(Key, Node)>),
    Array(Vec<Node>),
    Text(String),
    Number(f64),
    Other(&'static str),
}

/// A key and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub name: String,
    pub span: Span,
}

impl Data {
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
pub(super) fn from_toml(file: &File, faults: &mut Vec<Fault>) -> Vec<(Key, Node)> {
    let (document, errors) = DeTable::parse_recoverable(&file.text);
    for error in &errors {
        let span = error.span().unwrap_or(0..0);
        let mend = "write it as TOML: texts in \"quotes\", lists in [brackets], one key = value a line, each key once";
        faults.push(Fault::at(file, &span, format!("not TOML: {}", error.message()), mend));
    }
    if errors.is_empty() { table(document.get_ref()) } else { Vec::new() }
}

fn table(table: &DeTable<'_>) -> Vec<(Key, Node)> {
    let mut entries: Vec<_> = table
        .iter()
        .map(|(key, value)| {
            let key = Key { name: key.get_ref().to_string(), span: key.span() };
            (key, Node { span: value.span(), data: data(value.get_ref()) })
        })
        .collect();
    entries.sort_by_key(|(key, _)| key.span.start);
    entries
}

fn data(value: &DeValue<'_>) -> Data {
    match value {
        DeValue::String(text) => Data::Text(text.to_string()),
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
            Data::Array(items.iter().map(|item| Node { span: item.span(), data: data(item.get_ref()) }).collect())
        }
        DeValue::Table(entries) => Data::Table(table(entries)),
    }
}

/// Reads a file of JSON lines: one node a line. What is not well-formed is a fault.
pub(super) fn from_json_lines(file: &File, faults: &mut Vec<Fault>) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut start = 0;
    for line in file.text.split_inclusive('\n') {
        let span = start..start + line.trim_end().len();
        start += line.len();
        if line.trim().is_empty() {
            continue;
        }
        match serde_json::from_str(line) {
            Ok(value) => nodes.push(Node { data: json(file, &span, value), span }),
            Err(error) => {
                let at = span.start + error.column().saturating_sub(1);
                let mend = "write one JSON object a line, as in {\"kind\": \"company\", \"id\": …}";
                faults.push(Fault::at(file, &(at..at), format!("not JSON: {error}"), mend));
            }
        }
    }
    nodes
}

/// JSON has no positions of its own here: a value stands where its key is first written in the object's text.
fn json(file: &File, within: &Span, value: serde_json::Value) -> Data {
    use serde_json::Value;
    match value {
        Value::String(text) => Data::Text(text),
        Value::Number(number) => number.as_f64().map_or(Data::Other("no number"), Data::Number),
        Value::Bool(_) => Data::Other("true or false"),
        Value::Null => Data::Other("null"),
        Value::Array(items) => Data::Array(
            items.into_iter().map(|item| Node { data: json(file, within, item), span: within.clone() }).collect(),
        ),
        Value::Object(entries) => Data::Table(
            entries
                .into_iter()
                .map(|(name, value)| {
                    let text = &file.text[within.clone()];
                    let at = text.find(&format!("\"{name}\"")).map_or(within.start, |found| within.start + found);
                    let span = at..within.end;
                    let node = Node { data: json(file, &span, value), span: span.clone() };
                    (Key { name, span }, node)
                })
                .collect(),
        ),
    }
}
