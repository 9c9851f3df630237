//! What can only be judged with the whole dataset in sight: ids, names, references, sources, contradictions.

use std::collections::{HashMap, HashSet};

use super::{
    Fault, Kind, Value, ValueType,
    kinds::SOURCE,
    read::{ClaimSpans, Found},
    tree::Span,
};
use crate::spelling::{key, nearest};

/// A summary longer than this many characters does not fit on a phone.
const LONGEST_SUMMARY: usize = 300;

/// Finds the faults between records.
pub(super) fn check(found: &[Found], faults: &mut Vec<Fault>) {
    let by_id = ids(found, faults);
    names(found, faults);
    for found in found {
        let mut fault = |span: &Span, message: String, mend: String| {
            faults.push(Fault::at(found.file, span, message, mend));
        };
        let length = found.record.summary.chars().count();
        if length > LONGEST_SUMMARY {
            let message = format!("the summary has {length} characters");
            fault(&found.spans.summary, message, format!("shorten it to {LONGEST_SUMMARY}"));
        }
        for required in found.record.kind.required {
            if !found.record.claims.iter().any(|claim| claim.property.id == *required) {
                let message = format!("the {} `{}` has no {required}", found.record.kind.id, found.record.id);
                fault(&found.spans.id, message, format!("add a claim with property = \"{required}\""));
            }
        }
        for (claim, spans) in found.record.claims.iter().zip(&found.spans.claims) {
            if let (Value::Ref(id), ValueType::Ref(kinds) | ValueType::RefOrText(kinds)) =
                (&claim.value, claim.property.value)
            {
                reference(&by_id, id, kinds, claim.property.id, &spans.value, &mut fault);
            }
            for (source, span) in claim.sources.iter().zip(&spans.sources) {
                reference(&by_id, source, &[SOURCE.id], "sources", span, &mut fault);
            }
        }
        contradictions(found, &mut fault);
    }
}

fn ids<'a>(found: &'a [Found], faults: &mut Vec<Fault>) -> HashMap<&'a str, Kind> {
    let mut first: HashMap<&str, &Found> = HashMap::new();
    for found in found {
        let id = found.record.id.as_str();
        if let Some(other) = first.get(id) {
            let there = Fault::at(other.file, &other.spans.id, "", "");
            let message = format!("the id `{id}` is taken: see {}:{}", there.file, there.line);
            faults.push(Fault::at(found.file, &found.spans.id, message, "give one of the two another id"));
        } else {
            first.insert(id, found);
        }
    }
    first.into_iter().map(|(id, found)| (id, found.record.kind)).collect()
}

/// An alias may lead to one record only, and a name to one record of a kind.
fn names(found: &[Found], faults: &mut Vec<Fault>) {
    let mut aliases: HashMap<String, &str> = HashMap::new();
    let mut names: HashMap<(&str, String), &str> = HashMap::new();
    let mut twice = |found: &Found, span: &Span, text: &str, other: &str| {
        let message = format!("the name `{text}` is claimed by `{other}` too");
        faults.push(Fault::at(found.file, span, message, "leave it to the record that people mean by it"));
    };
    for found in found {
        let record = &found.record;
        let native = record.native_name.iter().map(|name| (name, &found.spans.native_name));
        for (name, span) in std::iter::once((&record.name, &found.spans.name)).chain(native) {
            match names.insert((record.kind.id, key(name)), &record.id) {
                Some(other) if other != record.id => twice(found, span, name, other),
                _ => {}
            }
        }
    }
    for found in found {
        let record = &found.record;
        for (alias, span) in record.aliases.iter().zip(&found.spans.aliases) {
            let folded = key(alias);
            let named = names.get(&(record.kind.id, folded.clone())).copied();
            let taken = aliases.insert(folded, &record.id);
            if let Some(other) = named.or(taken).filter(|other| *other != record.id) {
                twice(found, span, alias, other);
            }
        }
    }
}

fn reference(
    by_id: &HashMap<&str, Kind>,
    id: &str,
    kinds: &[&str],
    what: &str,
    span: &Span,
    fault: &mut impl FnMut(&Span, String, String),
) {
    let fits = |kind: &Kind| kinds.is_empty() || kinds.contains(&kind.id);
    match by_id.get(id) {
        Some(kind) if fits(kind) => {}
        Some(kind) => {
            let message = format!("`{what}` must name a {}, but `{id}` is a {}", kinds.join(" or a "), kind.id);
            fault(span, message, "name a record of that kind".to_owned());
        }
        None => {
            let near = nearest(id, by_id.iter().filter(|(_, kind)| fits(kind)).map(|(id, _)| *id));
            let mend = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("add a record with this id, or correct it ({})", kinds.join(" or ")),
            };
            let noun = if kinds == [SOURCE.id] { "source" } else { "record" };
            fault(span, format!("there is no {noun} `{id}`"), mend);
        }
    }
}

/// One source can't say two things at once, and nothing is said twice.
fn contradictions(found: &Found, fault: &mut impl FnMut(&Span, String, String)) {
    let mut said = HashSet::new();
    let mut values = HashSet::new();
    for (claim, ClaimSpans { whole, .. }) in found.record.claims.iter().zip(&found.spans.claims) {
        let property = claim.property;
        if !values.insert((property.id, format!("{:?} {:?}", claim.value, (!property.many).then_some(claim.as_of)))) {
            let message = format!("`{}` is given twice with the same value", property.id);
            fault(whole, message, "make one claim of the two, with all the sources".to_owned());
            continue;
        }
        if property.many {
            continue;
        }
        for source in &claim.sources {
            if !said.insert((property.id, source, claim.as_of)) {
                let message = format!("`{source}` gives `{}` twice for one date", property.id);
                let mend = "a source can give it once for one date: correct one of them, or give each its as_of";
                fault(whole, message, mend.to_owned());
            }
        }
    }
}
