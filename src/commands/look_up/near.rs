//! Names that are nearly right.

use super::{Desk, Found, MOST_MATCHES, OFFERED, card, through_another_kind};
use crate::{
    dataset::{Kind, Record, SOURCE},
    index::{self, Share, language::parse},
    reply::{Reply, Span, bold, code, text},
    spelling::{edits, forgiven, is_roman, key},
};

/// A name must have so many letters to be offered to somebody who typed more than it.
const SHORTEST_NAME: usize = 4;
/// So many words of a name are tried without one of them.
const MOST_WORDS: usize = 5;
/// Only so many letters at the end may be more.
const LONGEST_REST: usize = 16;

/// What a company may have behind its name in full.
const LEGAL_FORMS: [&str; 22] = [
    "inc",
    "incorporated",
    "corp",
    "corporation",
    "co",
    "company",
    "ltd",
    "limited",
    "llc",
    "plc",
    "ag",
    "gmbh",
    "group",
    "holding",
    "holdings",
    "platforms",
    "technology",
    "technologies",
    "公司",
    "集团",
    "有限公司",
    "股份有限公司",
];

/// The one record that a name can mean that nothing goes by: with a slip in it, in part, or with more behind it. `None` if several
/// can.
pub(super) fn meant<'d>(
    desk: &'d Desk,
    kind: Option<Kind>,
    args: &[String],
) -> Result<Option<Found<'d>>, index::Error> {
    let name = args.join(" ");
    if let Some(record) = in_full(desk, kind, args)? {
        return Ok(Some(taken(&name, record)));
    }
    if let Some(found) = slip(desk, kind, &name)? {
        return Ok(Some(found));
    }
    if let Some(record) = one_word_off(desk, kind, &name)? {
        return Ok(Some(taken(&name, record)));
    }
    written_by(desk, kind, &name)
}

fn taken<'d>(name: &str, record: &'d Record) -> Found<'d> {
    let why = vec![text("I took "), bold(name), text(" for "), bold(&record.name), text(".")];
    Found { record, section: None, lacking: false, why: Some(why), others: vec![] }
}

/// `!company baidu inc`: the name of a company with its legal form.
fn in_full<'d>(desk: &'d Desk, kind: Option<Kind>, args: &[String]) -> Result<Option<&'d Record>, index::Error> {
    let is_form = |word: &String| LEGAL_FORMS.contains(&key(word).as_str());
    let mut left = args;
    while let [rest @ .., last] = left
        && !rest.is_empty()
        && is_form(last)
    {
        left = rest;
        if let [first, ..] = desk.index.named(kind, &left.join(" "))?[..] {
            let record = &desk.dataset.records()[first];
            return Ok(Some(record).filter(|record| record.kind.id == "company"));
        }
    }
    Ok(None)
}

/// A record whose names have all words of a name but one, and for that one a word that it may be a slip of.
fn one_word_off<'d>(desk: &'d Desk, kind: Option<Kind>, name: &str) -> Result<Option<&'d Record>, index::Error> {
    let words = index::words(name);
    let mut only = None;
    for (place, word) in words.iter().enumerate().filter(|_| (2..=MOST_WORDS).contains(&words.len())) {
        // What stands in some name is no slip.
        if !desk.index.with_name_words(kind, word, 1)?.is_empty() {
            continue;
        }
        let rest = [&words[..place], &words[place + 1..]].concat();
        for found in desk.index.with_name_words(kind, &rest.join(" "), MOST_MATCHES)? {
            let record = &desk.dataset.records()[found];
            let near = record.names().flat_map(index::words).any(|own| may_mean(word, &own));
            if !near || !has_the_numbers(record, &words) {
                continue;
            }
            if only.is_some_and(|only| only != found) {
                return Ok(None);
            }
            only = Some(found);
        }
    }
    Ok(only.map(|place| &desk.dataset.records()[place]))
}

/// Whether one word of a name may be another one of it: as many edits as are forgiven, or two in the end of a word. `Eddy` may be `Eddie`.
fn may_mean(word: &str, own: &str) -> bool {
    let alike = word.chars().zip(own.chars()).take_while(|(a, b)| a == b).count();
    let most = if alike >= 3 { 2 } else { forgiven(own).min(forgiven(word)) };
    edits(word, own, most).is_some()
}

/// Whether a name of a record has the numbers that are asked for: `GPT-4o` is no `GPT-4`.
pub(super) fn has_the_numbers(record: &Record, asked: &[String]) -> bool {
    let number = |word: &&String| word.contains(|c: char| c.is_numeric()) || is_roman(word);
    let mut numbers = asked.iter().filter(number).peekable();
    numbers.peek().is_none() || {
        let own: Vec<String> = record.names().flat_map(index::words).collect();
        numbers.all(|number| own.contains(number))
    }
}

/// `!source mengying tao`: what somebody wrote.
fn written_by<'d>(desk: &'d Desk, kind: Option<Kind>, name: &str) -> Result<Option<Found<'d>>, index::Error> {
    let Some(kind) = kind.filter(|kind| *kind == SOURCE) else { return Ok(None) };
    let mut asked = parse(name);
    asked.filters.kind.push(kind);
    let words = index::words(name);
    let wrote = |author: &String| {
        let author = index::words(author);
        words.iter().all(|word| author.contains(word))
    };
    let records = desk.dataset.records();
    let found = desk.index.list(&asked)?.into_iter().map(|place| &records[place]);
    let mut found =
        found.filter(|record| record.source.as_ref().is_some_and(|source| source.authors.iter().any(wrote)));
    let Some(record) = found.next() else { return Ok(None) };
    let why = vec![bold(name), text(" is an author of "), bold(&record.name), text(".")];
    Ok(Some(Found { record, section: None, lacking: false, why: Some(why), others: found.take(OFFERED).collect() }))
}

/// The one record that a name with a slip in it, or the beginning of a name, can mean.
fn slip<'d>(desk: &'d Desk, kind: Option<Kind>, name: &str) -> Result<Option<Found<'d>>, index::Error> {
    if let Some(record) = only(desk, kind, name)? {
        return Ok(Some(taken(name, record)));
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
    let offers = offers(desk, kind, name)?;
    if !offers.is_empty() {
        spans.extend(did_you_mean(&offers));
    } else if is_found(desk, name)? {
        spans.extend([text(" Try "), code(format!("!search {name}")), text(".")]);
    } else {
        let list = kind.map_or_else(|| "!list".to_owned(), |kind| format!("!list {}", kind.plural));
        spans.extend([text(" Nothing here mentions it. What there is: "), code(list), text(".")]);
    }
    Ok(Reply::para(spans))
}

/// Whether a search finds something that has all of the words.
fn is_found(desk: &Desk, words: &str) -> Result<bool, index::Error> {
    let asked = parse(words);
    let found = if asked.is_empty() { return Ok(false) } else { desk.index.ask(&asked, 1)? };
    Ok(!found.hits.is_empty() && found.share != Share::Some && !found.unsaid)
}

/// The look-ups that may be meant by a name that nothing goes by.
fn offers(desk: &Desk, kind: Option<Kind>, name: &str) -> Result<Vec<String>, index::Error> {
    let typed = key(name);
    let mut near: Vec<usize> =
        desk.index.near(kind, name, forgiven(&typed).max(1))?.into_iter().map(|near| near.record).collect();
    let letters: Vec<char> = typed.chars().collect();
    for length in (SHORTEST_NAME.max(letters.len().saturating_sub(LONGEST_REST))..letters.len()).rev() {
        near.extend(desk.index.named(kind, &letters[..length].iter().collect::<String>())?);
    }
    if near.is_empty() {
        near.extend(desk.index.with_name_words(kind, &without_numbers(name), OFFERED)?);
    }
    let mut elsewhere = desk.index.named(None, name)?;
    elsewhere.extend(desk.index.with_name_words(None, name, OFFERED)?);
    Ok(commands(desk, elsewhere.into_iter().chain(near)))
}

/// The look-ups of what has the words of a question but for its numbers, and of the names in it: other versions, or other parts of
/// the same maker.
pub(in crate::commands) fn other_versions(
    desk: &Desk,
    asked: &str,
    names: &[String],
) -> Result<Vec<String>, index::Error> {
    let mut places = desk.index.with_name_words(None, &without_numbers(asked), OFFERED)?;
    for name in names {
        places.extend(desk.index.named(None, name)?);
    }
    Ok(commands(desk, places.into_iter()))
}

/// The words that have no digit in them.
fn without_numbers(name: &str) -> String {
    let words =
        name.split_whitespace().filter(|word| !word.contains(|c: char| c.is_numeric()) && !is_roman(&key(word)));
    words.collect::<Vec<_>>().join(" ")
}

/// The first look-ups of some records.
fn commands(desk: &Desk, places: impl Iterator<Item = usize>) -> Vec<String> {
    let mut offers: Vec<String> = Vec::new();
    for record in places.map(|place| &desk.dataset.records()[place]) {
        let offer = card::command(record);
        if offers.len() < OFFERED && !offers.contains(&offer) {
            offers.push(offer);
        }
    }
    offers
}

/// Asks whether one of some look-ups was meant.
pub(in crate::commands) fn did_you_mean(offers: &[String]) -> Vec<Span> {
    let mut spans = vec![text(" Did you mean ")];
    for (place, offer) in offers.iter().enumerate() {
        spans.extend((place > 0).then(|| text(" or ")));
        spans.push(code(offer));
    }
    spans.push(text("?"));
    spans
}
