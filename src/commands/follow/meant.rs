//! What is meant by the things that somebody wants to follow.

use super::super::{Desk, list::kind_called, look_up};
use crate::{
    dataset::KINDS,
    digest::Follow,
    index,
    reply::{Block, Reply, Span, bold, code, text},
    spelling::{fold, key, nearest},
};

/// What some words mean.
pub(super) enum Meant {
    /// Something to follow, and what the words were taken for if that needs to be said.
    Thing { follow: Follow, why: Option<Vec<Span>> },
    /// Nothing that there is, and what to say then.
    Nothing(Reply),
}

/// What the words mean, one after the other.
pub(super) fn things(desk: &Desk, words: &str) -> Result<Vec<Meant>, index::Error> {
    parts(desk, words)?.iter().map(|part| meant(desk, part)).collect()
}

/// The words at their commas, unless a record is called like the whole of them.
pub(super) fn parts(desk: &Desk, words: &str) -> Result<Vec<String>, index::Error> {
    let words: String = words.chars().filter(|c| !"\"“”„«»".contains(*c)).collect();
    if words.contains(',') && !desk.index.named(None, &words)?.is_empty() {
        return Ok(vec![words]);
    }
    let parts = words.split([',', '，', '、', ';']).map(str::trim).filter(|part| !part.is_empty());
    Ok(parts.map(ToOwned::to_owned).collect())
}

/// A word before a colon, and what stands after it: `tag: six tigers`.
fn filter(typed: &str) -> Option<(String, &str)> {
    let (word, value) = typed.split_once([':', '：'])?;
    let word = fold(word.trim());
    ["tag", "kind", "record"].contains(&word.as_str()).then_some((word, value.trim()))
}

fn tag(desk: &Desk, typed: &str) -> Result<Follow, Reply> {
    let tags = desk.catalogue.tags();
    let folded = fold(typed);
    let joined = folded.split_whitespace().collect::<Vec<_>>().join("-");
    if let Some(tag) = [folded, joined.clone()].into_iter().find(|tag| tags.contains(tag)) {
        return Ok(Follow::Tag(tag));
    }
    let mut spans = vec![text("Nothing here has the tag "), bold(typed), text(".")];
    if let Some(near) = nearest(&joined, tags.iter().map(String::as_str)) {
        spans.extend([text(" Did you mean "), code(format!("tag:{near}")), text("?")]);
    } else if let Some(longer) = tags.iter().find(|tag| joined.chars().count() > 2 && tag.starts_with(&joined)) {
        spans.extend([text(" Did you mean "), code(format!("tag:{longer}")), text("?")]);
    }
    Err(Reply::para(spans))
}

fn kind(typed: &str) -> Result<Follow, Reply> {
    if let Some(kind) = kind_called(typed) {
        return Ok(Follow::Kind(kind.id.to_owned()));
    }
    let mut spans = vec![text("There is no kind of record called "), bold(typed), text(".")];
    let words = KINDS.iter().flat_map(|kind| [kind.id, kind.plural]);
    if let Some(near) = nearest(&fold(typed), words).and_then(kind_called) {
        spans.extend([text(" Did you mean "), code(format!("kind:{}", near.id)), text("?")]);
    } else {
        let kinds: Vec<&str> = KINDS.iter().map(|kind| kind.id).collect();
        spans.push(text(format!(" There is {}.", kinds.join(", "))));
    }
    Err(Reply::para(spans))
}

fn meant(desk: &Desk, typed: &str) -> Result<Meant, index::Error> {
    let plain = |read: Result<Follow, Reply>| match read {
        Ok(follow) => Meant::Thing { follow, why: None },
        Err(reply) => Meant::Nothing(reply),
    };
    let name = match filter(typed) {
        Some((word, value)) if word == "tag" => return Ok(plain(tag(desk, value))),
        Some((word, value)) if word == "kind" => return Ok(plain(kind(value))),
        Some((_, value)) => value,
        None => typed,
    };
    let args: Vec<String> = name.split_whitespace().map(ToOwned::to_owned).collect();
    if key(name).is_empty() {
        return Ok(Meant::Nothing(look_up::nothing(desk, name)?));
    }
    let Some(found) = look_up::find(desk, None, &args)? else {
        let mut reply = look_up::nothing(desk, name)?;
        // Somebody may have left the `tag:` or `kind:` out.
        let other = tag(desk, name).or_else(|_| kind(name));
        reply.blocks.extend(
            other.ok().map(|follow| Block::Para(vec![text("There is "), code(format!("!follow {follow}")), text(".")])),
        );
        return Ok(Meant::Nothing(reply));
    };
    let follow = Follow::Record(found.record.id.clone());
    let mut why = found.why.clone();
    if let Some(part) = found.section() {
        let whole = [text("A record is followed whole, not only "), bold(part), text(".")];
        why = Some(why.into_iter().flatten().chain(whole).collect());
    }
    Ok(Meant::Thing { follow, why })
}

/// The one of the things followed that is meant.
pub(super) fn followed(desk: &Desk, follows: &[Follow], typed: &str) -> Result<Option<Follow>, index::Error> {
    let known = |follow: Follow| follows.contains(&follow).then_some(follow);
    let as_tag = |value: &str| {
        let value = fold(value);
        let joined = value.split_whitespace().collect::<Vec<_>>().join("-");
        known(Follow::Tag(value)).or_else(|| known(Follow::Tag(joined)))
    };
    let as_kind = |value: &str| kind_called(value).and_then(|kind| known(Follow::Kind(kind.id.to_owned())));
    let name = match filter(typed) {
        Some((word, value)) if word == "tag" => return Ok(as_tag(value)),
        Some((word, value)) if word == "kind" => return Ok(as_kind(value)),
        Some((_, value)) => value,
        None => typed,
    };
    let called_so = |follow: &&Follow| match follow {
        Follow::Record(id) => key(id) == key(name) || key(&super::called(desk, follow)) == key(name),
        Follow::Tag(_) | Follow::Kind(_) => false,
    };
    if let Some(follow) = follows.iter().find(called_so) {
        return Ok(Some(follow.clone()));
    }
    let args: Vec<String> = name.split_whitespace().map(ToOwned::to_owned).collect();
    if let Some(found) = look_up::find(desk, None, &args)? {
        let ids = std::iter::once(&found.record.id).chain(&found.record.formerly);
        if let Some(follow) = ids.cloned().find_map(|id| known(Follow::Record(id))) {
            return Ok(Some(follow));
        }
    }
    Ok(as_tag(name).or_else(|| as_kind(name)))
}
