//! From the tree of a file to records: shape and types, one record at a time.

mod amounts;
mod reader;

use std::path::Path;

use super::{
    Claim, Facts, File, Findings, Kind, PROPERTIES, Property, Record, SourceInfo, Value, ValueType,
    folder::names::{Form, form},
    kind,
    kinds::{KINDS, SOURCE},
    property,
    tree::{Data, Key, Node, Place, from_json_line, from_toml},
};
use crate::spelling::nearest;
use reader::{Entries, Reader};

/// Where the parts of a record stand.
#[derive(Default)]
pub(super) struct Places {
    pub id: Place,
    pub name: Place,
    pub native_name: Place,
    pub aliases: Vec<Place>,
    pub summary: Place,
    pub claims: Vec<ClaimPlaces>,
}

/// Where the parts of a claim stand.
#[derive(Default)]
pub(super) struct ClaimPlaces {
    pub whole: Place,
    pub value: Place,
    pub sources: Vec<Place>,
}

/// A record as it was read, and where its parts stand.
pub(super) type Found = (Record, Places);

/// Whether a file holds JSON lines.
pub(super) fn is_lines(name: &str) -> bool {
    Path::new(name).file_name().and_then(form) == Some(Form::Lines)
}

/// Reads the records of one file, each as soon as its text is read; what can't be read is a fault.
pub(super) fn records<'f>(file: &'f File, findings: &mut Findings<'f>, mut each: impl FnMut(Found)) {
    if is_lines(&file.name) {
        let mut start = 0;
        for text in file.text.split_inclusive('\n') {
            line(text, start, findings).into_iter().for_each(&mut each);
            start += text.len();
            if findings.is_decided() {
                return;
            }
        }
        return;
    }
    let document = from_toml(file, findings);
    let mut reader = Reader { findings };
    for (key, node) in document {
        let Some(kind) = known_kind(&mut reader, &key.name, key.place) else { continue };
        let Data::Array(items) = node.data else {
            let mend = format!("begin each record with [[{}]], in two pairs of brackets", key.name);
            reader.fault(key.place, format!("`{}` is {}, not a list of records", key.name, node.data.describe()), mend);
            continue;
        };
        for item in items {
            if reader.findings.is_decided() {
                return;
            }
            record(&mut reader, kind, item).into_iter().for_each(&mut each);
        }
    }
}

/// Reads one line of a file, which begins at this byte there. None for an empty one too.
pub(super) fn line(text: &str, start: usize, findings: &mut Findings<'_>) -> Option<Found> {
    if text.trim().is_empty() {
        return None;
    }
    let line = from_json_line(text, start, findings)?;
    json_record(&mut Reader { findings }, line)
}

fn known_kind(reader: &mut Reader, name: &str, place: Place) -> Option<Kind> {
    let known = kind(name);
    if known.is_none() {
        reader.findings.add(place, || {
            let mend = match nearest(name, KINDS.iter().map(|kind| kind.id)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("use one of {}", KINDS.iter().map(|kind| kind.id).collect::<Vec<_>>().join(", ")),
            };
            (format!("`{name}` is no kind of record"), mend)
        });
    }
    known
}

fn json_record(reader: &mut Reader, line: Node<'_>) -> Option<Found> {
    let Data::Table(mut entries) = line.data else {
        reader.fault(line.place, "a line must be one JSON object", "write {\"kind\": \"company\", \"id\": …}");
        return None;
    };
    let Some(place) = entries.iter().position(|(key, _)| key.name == "kind") else {
        let mend = "add \"kind\": \"company\", or whichever it is";
        reader.fault(line.place, "the record does not say its kind", mend);
        return None;
    };
    let (key, node) = entries.remove(place);
    let name = reader.text(&key, &node)?;
    let kind = known_kind(reader, &name, key.place)?;
    record(reader, kind, Node { place: line.place, data: Data::Table(entries) })
}

fn record(reader: &mut Reader, kind: Kind, node: Node<'_>) -> Option<Found> {
    let Data::Table(entries) = node.data else {
        let mend = format!("begin each record with [[{}]] on a line of its own", kind.id);
        reader.fault(node.place, format!("a {} must be a table, not {}", kind.id, node.data.describe()), mend);
        return None;
    };
    let mut entries = Entries::new(entries);
    let (id, place) = reader.id(&mut entries, kind, node.place)?;
    let mut places = Places { id: place, ..Places::default() };
    let mut placed = |reader: &mut Reader, name: &'static str, place: &mut Place| {
        let (key, node) = entries.take(name)?;
        *place = key.place;
        reader.text(&key, &node)
    };
    let mut name = placed(reader, "name", &mut places.name);
    if name.is_none() && kind == SOURCE {
        name = placed(reader, "title", &mut places.name);
    }
    let native_name = placed(reader, "native_name", &mut places.native_name);
    let summary = placed(reader, "summary", &mut places.summary).unwrap_or_default();
    if name.is_none() && places.name == Place::default() && !entries.has_slip_of("name") {
        reader.fault(places.id, format!("`{id}` has no name"), "add a line: name = \"…\"");
    }
    let (aliases, alias_places) = reader.texts(&mut entries, "aliases");
    places.aliases = alias_places;
    let (tags, tag_places) = reader.texts(&mut entries, "tags");
    reader.check_slugs(&tags, &tag_places, "tag");
    let (formerly, former_places) = reader.texts(&mut entries, "formerly");
    reader.check_slugs(&formerly, &former_places, "former id");
    let source = (kind == SOURCE).then(|| Box::new(source_info(reader, &mut entries)));
    let mut claims = Vec::new();
    if let Some((key, node)) = entries.take("claims") {
        let Data::Array(items) = node.data else {
            let mend = format!("begin each claim with [[{}.claims]], in two pairs of brackets", kind.id);
            reader.fault(key.place, format!("`claims` is {}, not a list of claims", node.data.describe()), mend);
            return None;
        };
        claims.reserve_exact(items.len());
        for item in items {
            if let Some((read, at)) = claim(reader, kind, item) {
                claims.push(read);
                places.claims.push(at);
            }
        }
    }
    entries.refuse_rest(reader, &format!("a {}", kind.id));
    let record = Facts {
        kind,
        name: name.unwrap_or_else(|| id.clone()),
        id,
        native_name,
        aliases,
        tags,
        summary,
        formerly,
        claims,
        source,
    };
    Some((record.into(), places))
}

fn source_info(reader: &mut Reader, entries: &mut Entries) -> SourceInfo {
    let date = entries.take("date").and_then(|(key, node)| reader.date(&key, &node));
    let url = entries.take("url").and_then(|(key, node)| {
        let url = reader.text(&key, &node)?;
        let web = url::Url::parse(&url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !web {
            reader.fault(node.place, format!("`{url}` is no web address"), "write it whole: https://example.org/page");
        }
        web.then_some(url)
    });
    let (mut authors, _) = reader.texts(entries, "authors");
    authors.extend(reader.optional(entries, "author"));
    SourceInfo {
        publisher: reader.optional(entries, "publisher"),
        authors,
        date,
        url,
        language: reader.optional(entries, "language"),
    }
}

fn claim(reader: &mut Reader, kind: Kind, node: Node<'_>) -> Option<(Claim, ClaimPlaces)> {
    let Data::Table(entries) = node.data else {
        let mend = format!("begin each claim with [[{}.claims]] on a line of its own", kind.id);
        reader.fault(node.place, format!("a claim must be a table, not {}", node.data.describe()), mend);
        return None;
    };
    let mut entries = Entries::new(entries);
    let property = known_property(reader, &mut entries, node.place);
    let value = entries.take("value");
    if value.is_none() && !entries.has_slip_of("value") {
        reader.fault(node.place, "the claim has no value", "add a line: value = …");
    }
    let value_place = value.as_ref().map_or(node.place, |(_, node)| node.place);
    let value = value.and_then(|(key, node)| self::value(reader, property?, &key, node));
    let as_of = entries.take("as_of").and_then(|(key, node)| reader.date(&key, &node));
    let note = reader.optional(&mut entries, "note");
    let had_sources = entries.has("sources");
    let faults_before = reader.findings.count();
    let (sources, source_places) = reader.texts(&mut entries, "sources");
    if sources.is_empty() && reader.findings.count() == faults_before && !entries.has_slip_of("sources") {
        let message = if had_sources { "the claim names no source" } else { "the claim has no sources" };
        reader.fault(node.place, message, "add the id of at least one source: sources = [\"…\"]");
    }
    entries.refuse_rest(reader, "a claim");
    let claim = Claim { property: property?, value: value?, as_of, sources, note };
    Some((claim, ClaimPlaces { whole: node.place, value: value_place, sources: source_places }))
}

fn known_property(reader: &mut Reader, entries: &mut Entries, claim: Place) -> Option<&'static Property> {
    let Some((key, node)) = entries.take("property") else {
        reader.fault(claim, "the claim does not say which property it is about", "add a line: property = \"…\"");
        return None;
    };
    let name = reader.text(&key, &node)?;
    let known = property(&name);
    if known.is_none() {
        reader.findings.add(node.place, || {
            let synonym = PROPERTIES.iter().find(|property| property.synonyms.contains(&name.as_str()));
            let near = synonym.map(|property| property.id).or_else(|| nearest(&name, PROPERTIES.iter().map(|p| p.id)));
            let mend = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "see the table of properties in data/README.md".to_owned(),
            };
            (format!("there is no property `{name}`"), mend)
        });
    }
    known
}

fn value(reader: &mut Reader, property: &'static Property, key: &Key, node: Node<'_>) -> Option<Value> {
    match property.value {
        ValueType::Text => match node.data {
            Data::Text(_) => reader.text(key, &node).map(Value::Text),
            _ => reader.wrong(property, &node, "a text in quotes", "value = \"…\""),
        },
        ValueType::Date => match node.data {
            Data::Text(_) => reader.date(key, &node).map(Value::Date),
            _ => reader.wrong(property, &node, "a date in quotes", "value = \"2023-03\""),
        },
        ValueType::Ref(_) => match node.data {
            Data::Table(_) => reader.reference(node).map(Value::Ref),
            _ => reader.wrong(property, &node, "a reference to a record", "value = { ref = \"the-record's-id\" }"),
        },
        ValueType::RefOrText(_) => match node.data {
            Data::Table(_) => reader.reference(node).map(Value::Ref),
            Data::Text(_) => reader.text(key, &node).map(Value::Text),
            _ => reader.wrong(property, &node, "a reference or a text", "value = { ref = \"the-record's-id\" }"),
        },
        ValueType::Quantity => reader.quantity(property, node).map(Value::Quantity),
        ValueType::Money => reader.money(property, node).map(Value::Money),
        ValueType::Amount => {
            let table = if let Data::Table(entries) = &node.data { entries.as_slice() } else { &[] };
            if table.iter().any(|(key, _)| key.name == "currency") {
                reader.money(property, node).map(Value::Money)
            } else {
                reader.quantity(property, node).map(Value::Quantity)
            }
        }
    }
}
