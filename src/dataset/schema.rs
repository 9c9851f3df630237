//! A JSON Schema of the dataset's files, derived from the registry of kinds and the table of properties, so that editors
//! complete and check the TOML.

use serde_json::{Value, json};

use super::{KINDS, Kind, PROPERTIES, Property, Qualifier, SOURCE, ValueType};

const SLUG: &str = "^[a-z0-9]+(-[a-z0-9]+)*$";
const DATE: &str = "^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$";

/// The schema (draft 2020-12) of one TOML file of the dataset.
#[must_use]
pub fn schema() -> Value {
    let kinds: serde_json::Map<String, Value> =
        KINDS.iter().map(|kind| (kind.id.to_owned(), json!({ "type": "array", "items": record(kind) }))).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A file of a tigerdesk dataset",
        "type": "object",
        "properties": kinds,
        "additionalProperties": false,
        "$defs": {
            "slug": { "type": "string", "pattern": SLUG, "maxLength": 80 },
            "date": { "type": "string", "pattern": DATE, "description": "A year, a month or a day: 2023, 2023-03, 2023-03-16" },
            "text": { "type": "string", "minLength": 1, "maxLength": 600 },
            "ref": {
                "type": "object",
                "properties": { "ref": { "$ref": "#/$defs/slug", "description": "The id of a record" } },
                "required": ["ref"],
                "additionalProperties": false
            },
            "quantity": { "anyOf": [{ "type": "number" }, amount(&json!({ "unit": { "$ref": "#/$defs/text" } }), &["amount"])] },
            "money": amount(
                &json!({ "currency": { "type": "string", "pattern": "^[A-Z]{3}$" }, "converted": { "$ref": "#/$defs/money" } }),
                &["amount", "currency"],
            ),
            "claim": claim(),
        }
    })
}

fn amount(more: &Value, required: &[&str]) -> Value {
    let qualifiers: Vec<&str> = Qualifier::ALL.iter().map(|(_, name, _)| *name).collect();
    let mut properties = json!({
        "amount": { "type": "number" },
        "to": { "type": "number", "description": "The upper end of a range" },
        "qualifier": { "enum": qualifiers },
    });
    if let (Some(properties), Some(more)) = (properties.as_object_mut(), more.as_object()) {
        properties.extend(more.clone());
    }
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn record(kind: Kind) -> Value {
    let texts = json!({ "type": "array", "items": { "$ref": "#/$defs/text" }, "uniqueItems": true });
    let slugs = json!({ "type": "array", "items": { "$ref": "#/$defs/slug" }, "uniqueItems": true });
    let mut properties = json!({
        "id": { "$ref": "#/$defs/slug" },
        "name": { "$ref": "#/$defs/text" },
        "native_name": { "$ref": "#/$defs/text" },
        "aliases": texts,
        "tags": slugs,
        "summary": { "type": "string", "minLength": 1, "maxLength": 300 },
        "formerly": slugs,
        "claims": { "type": "array", "items": { "$ref": "#/$defs/claim" } },
    });
    let mut required = vec!["id", "name"];
    if kind == SOURCE {
        let text = json!({ "$ref": "#/$defs/text" });
        let source = json!({
            "title": text, "publisher": text, "authors": texts, "author": text,
            "date": { "$ref": "#/$defs/date" }, "url": { "type": "string", "pattern": "^https?://" }, "language": text,
        });
        if let (Some(properties), Some(source)) = (properties.as_object_mut(), source.as_object()) {
            properties.extend(source.clone());
        }
        required = vec!["id"];
    }
    json!({
        "type": "object",
        "description": kind.title,
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn claim() -> Value {
    let properties: Vec<&str> = PROPERTIES.iter().map(|property| property.id).collect();
    let values: Vec<Value> = PROPERTIES
        .iter()
        .map(|property| {
            json!({
                "if": { "properties": { "property": { "const": property.id } }, "required": ["property"] },
                "then": { "properties": { "value": value(property) } },
            })
        })
        .collect();
    json!({
        "type": "object",
        "properties": {
            "property": { "enum": properties },
            "value": {},
            "as_of": { "$ref": "#/$defs/date" },
            "sources": { "type": "array", "items": { "$ref": "#/$defs/slug" }, "minItems": 1, "uniqueItems": true },
            "note": { "$ref": "#/$defs/text" },
        },
        "required": ["property", "value", "sources"],
        "additionalProperties": false,
        "allOf": values,
    })
}

fn value(property: &Property) -> Value {
    let one = |name: &str| json!({ "$ref": format!("#/$defs/{name}") });
    match property.value {
        ValueType::Text => one("text"),
        ValueType::Date => one("date"),
        ValueType::Ref(_) => one("ref"),
        ValueType::RefOrText(_) => json!({ "anyOf": [one("ref"), one("text")] }),
        ValueType::Quantity => one("quantity"),
        ValueType::Money => one("money"),
        ValueType::Amount => json!({ "anyOf": [one("quantity"), one("money")] }),
    }
}
