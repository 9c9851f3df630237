//! Names that are nearly right.

use super::{Desk, Found, OFFERED, through_another_kind};
use crate::{
    dataset::{Kind, Record},
    index,
    reply::{Reply, bold, code, text},
    spelling::{forgiven, key},
};

/// A name must have so many letters to be offered to somebody who typed more than it.
const SHORTEST_NAME: usize = 4;
/// Only so many letters at the end may be more.
const LONGEST_REST: usize = 16;

/// The one record that a name with a slip in it, or the beginning of a name, can mean. `None` if several can.
pub(super) fn slip<'d>(desk: &'d Desk, kind: Option<Kind>, name: &str) -> Result<Option<Found<'d>>, index::Error> {
    if let Some(record) = only(desk, kind, name)? {
        let why = vec![text("I took "), bold(name), text(" for "), bold(&record.name), text(".")];
        return Ok(Some(Found { record, section: None, why: Some(why), others: vec![] }));
    }
    if kind.is_none() {
        return Ok(None);
    }
    let Some(record) = only(desk, None, name)? else { return Ok(None) };
    let places = desk.index.named(Some(record.kind), &record.name)?;
    Ok(through_another_kind(desk, kind, &places).map(|mut found| {
        let mut why = vec![text("I took "), bold(name), text(" for "), bold(&record.name), text(". ")];
        why.extend(found.why.take().into_iter().flatten());
        found.why = Some(why);
        found
    }))
}

/// The only record among the nearest, if there is just one.
fn only<'d>(desk: &'d Desk, kind: Option<Kind>, name: &str) -> Result<Option<&'d Record>, index::Error> {
    let near = desk.index.near(kind, name, forgiven(&key(name)))?;
    Ok(match near[..] {
        [only] => Some(only),
        [first, second, ..] if first.edits < second.edits => Some(first),
        _ => None,
    }
    .map(|near| &desk.dataset.records()[near.record]))
}

/// Says that there is no such record, and what may be meant.
pub(super) fn nothing(desk: &Desk, kind: Option<Kind>, name: &str) -> Result<Reply, index::Error> {
    let what = kind.map_or("record", |kind| kind.id);
    let mut spans = vec![text(format!("I know no {what} called ")), bold(name), text(".")];
    let typed = key(name);
    let mut near: Vec<usize> =
        desk.index.near(kind, name, forgiven(&typed).max(1))?.into_iter().map(|near| near.record).collect();
    let letters: Vec<char> = typed.chars().collect();
    for length in (SHORTEST_NAME.max(letters.len().saturating_sub(LONGEST_REST))..letters.len()).rev() {
        near.extend(desk.index.named(kind, &letters[..length].iter().collect::<String>())?);
    }
    let mut elsewhere = desk.index.named(None, name)?;
    elsewhere.extend(desk.index.with_name_words(None, name, OFFERED)?);
    let mut offers: Vec<String> = Vec::new();
    for record in elsewhere.into_iter().chain(near).map(|place| &desk.dataset.records()[place]) {
        let offer = format!("!{} {}", record.kind.id, record.name);
        if offers.len() < OFFERED && !offers.contains(&offer) {
            offers.push(offer);
        }
    }
    if offers.is_empty() {
        spans.extend([text(" Try "), code(format!("!search {name}")), text(".")]);
    } else {
        spans.push(text(" Did you mean "));
        for (place, offer) in offers.iter().enumerate() {
            spans.extend((place > 0).then(|| text(" or ")));
            spans.push(code(offer));
        }
        spans.push(text("?"));
    }
    Ok(Reply::para(spans))
}
