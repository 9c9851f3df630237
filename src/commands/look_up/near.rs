//! Names that are nearly right.

use super::{Desk, Found, OFFERED, through_another_kind};
use crate::{
    dataset::{Kind, Record},
    index,
    reply::{Reply, bold, code, text},
    spelling::{edits, forgiven, key},
};

/// A beginning of a name must have so many letters to stand for it.
const SHORTEST_PREFIX: usize = 4;

/// The one record that a name with a slip in it, or the beginning of a name, can mean. `None` if several can.
pub(super) fn slip<'d>(desk: &'d Desk, kind: Option<Kind>, name: &str) -> Option<Found<'d>> {
    let typed = key(name);
    if let Some(place) = only(desk, &typed, |record| kind.is_none_or(|kind| record.kind == kind)) {
        let record = &desk.dataset.records()[place];
        let why = vec![text("I took "), bold(name), text(" for "), bold(&record.name), text(".")];
        return Some(Found { record, section: None, why: Some(why), others: vec![] });
    }
    let place = only(desk, &typed, |_| true)?;
    through_another_kind(desk, kind, &[place]).map(|mut found| {
        let mut why =
            vec![text("I took "), bold(name), text(" for "), bold(&desk.dataset.records()[place].name), text(". ")];
        why.extend(found.why.take().into_iter().flatten());
        found.why = Some(why);
        found
    })
}

/// The place of the only record among the nearest, if there is just one.
fn only(desk: &Desk, typed: &str, fits: impl Fn(&Record) -> bool) -> Option<usize> {
    let most = forgiven(typed);
    let mut best: Vec<(usize, usize)> = Vec::new();
    for (place, record) in desk.dataset.records().iter().enumerate().filter(|(_, record)| fits(record)) {
        let distance = record.names().filter_map(|name| distance(typed, &key(name), most)).min();
        best.extend(distance.map(|distance| (distance, place)));
    }
    best.sort_unstable();
    match best[..] {
        [(_, only)] => Some(only),
        [(first, only), (second, _), ..] if first < second => Some(only),
        _ => None,
    }
}

/// How far a typed name is from a name: its edits, or one more than any edits for the beginning of a longer name.
fn distance(typed: &str, name: &str, most: usize) -> Option<usize> {
    let begins = typed.chars().count() >= SHORTEST_PREFIX && name.starts_with(typed);
    edits(typed, name, most).or(begins.then_some(most + 1))
}

/// Says that there is no such record, and what may be meant.
pub(super) fn nothing(desk: &Desk, kind: Option<Kind>, name: &str) -> Result<Reply, index::Error> {
    let what = kind.map_or("record", |kind| kind.id);
    let mut spans = vec![text(format!("I know no {what} called ")), bold(name), text(".")];
    let typed = key(name);
    let most = forgiven(&typed).max(1);
    let mut near: Vec<(usize, &Record)> = Vec::new();
    for record in desk.dataset.records().iter().filter(|record| kind.is_none_or(|kind| record.kind == kind)) {
        let distance = record
            .names()
            .filter_map(|name| {
                let name = key(name);
                let long = |key: &str| key.chars().count() >= SHORTEST_PREFIX;
                let within = long(&typed) && name.contains(&typed) || long(&name) && typed.starts_with(&name);
                distance(&typed, &name, most).or(within.then_some(most + 2))
            })
            .min();
        near.extend(distance.map(|distance| (distance, record)));
    }
    near.sort_by(|a, b| (a.0, &a.1.id).cmp(&(b.0, &b.1.id)));
    let mut elsewhere = desk.index.named(None, name)?;
    elsewhere.extend(desk.index.with_name_words(None, name, OFFERED)?);
    let elsewhere = elsewhere.into_iter().map(|place| &desk.dataset.records()[place]);
    let mut offers: Vec<String> = Vec::new();
    for record in elsewhere.chain(near.into_iter().map(|(_, record)| record)) {
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
