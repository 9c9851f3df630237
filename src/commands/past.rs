//! What the commands that look back have in common.

mod since;

pub(super) use since::{Since, since};

use super::{Desk, Outcome, look_up, text_outcome};
use crate::{
    dataset::What,
    digest::{Archive, Release, Span, Unavailable, Zone},
    index,
    reply::{Block, italic, text},
    spelling::{fold, key},
};

/// So many changes are read for one answer at most.
pub(super) const MOST_CHANGES: usize = 2_000;

/// What to say where no earlier release is remembered.
pub(super) fn without_archive() -> Outcome {
    text_outcome(vec![text(
        "Earlier releases are only remembered where the bot runs with a state folder (tigerdesk run).",
    )])
}

/// What to say when the archive fails.
pub(super) fn unavailable(error: &Unavailable) -> Outcome {
    tracing::error!(%error, "the archive failed a command");
    text_outcome(vec![text("Sorry, I could not look that up. The log of the bot says why.")])
}

/// "Release 7, 2026-11-21".
pub(super) fn title(release: &Release, zone: &Zone) -> String {
    format!("Release {}, {}", release.number, zone.clock(release.at).date())
}

/// Says that earlier changes are forgotten, if they are.
pub(super) fn folded(archive: &dyn Archive, zone: &Zone) -> Result<Option<Block>, Unavailable> {
    let until = archive.folded_until()?;
    Ok(until.map(|until| {
        let day = zone.clock(until).date();
        Block::Para(vec![italic(format!("What changed before {day} is not remembered in detail any more."))])
    }))
}

/// A record that is, or that was.
pub(super) struct Meant {
    /// Its id, or one that it had.
    pub id: String,
    /// Its name, or the one that it had last.
    pub name: String,
    /// Its kind, or the one that it had last.
    pub kind: String,
    /// How the words led there, if they are not its own.
    pub why: Option<Block>,
}

/// Finds the record that is meant by some words: one that is there, one that had the id or the name once, or one that is
/// nearly called so.
pub(super) fn meant(
    desk: &Desk,
    archive: &dyn Archive,
    args: &[String],
) -> Result<Result<Option<Meant>, Unavailable>, index::Error> {
    let slug = args.iter().map(|word| fold(word)).collect::<Vec<_>>().join("-");
    let is = |record: &crate::dataset::Record| Meant {
        id: record.id.clone(),
        name: record.name.clone(),
        kind: record.kind.id.to_owned(),
        why: None,
    };
    if let Some(record) = desk.dataset.get(&slug) {
        return Ok(Ok(Some(is(record))));
    }
    let found = look_up::find(desk, None, args)?;
    if let Some(found) = found.as_ref().filter(|found| found.why.is_none()) {
        return Ok(Ok(Some(is(found.record))));
    }
    if let Some(record) = desk.dataset.records().iter().find(|record| record.formerly.contains(&slug)) {
        return Ok(Ok(Some(is(record))));
    }
    Ok(once(archive, &slug, &args.join(" "))
        .map(|once| once.or_else(|| found.map(|found| Meant { why: found.why.map(Block::Para), ..is(found.record) }))))
}

/// The record that had this id or this name in an earlier release.
fn once(archive: &dyn Archive, id: &str, name: &str) -> Result<Option<Meant>, Unavailable> {
    let limit = MOST_CHANGES;
    let (mut releases, _) = archive.releases(&Span { record: Some(id.to_owned()), limit, ..Span::default() })?;
    let by_id = !releases.is_empty();
    if !by_id {
        releases = archive.releases(&Span { limit, ..Span::default() })?.0;
    }
    let name = key(name);
    let change = releases.iter().flat_map(|release| release.changes.iter().rev()).find(|change| {
        let earlier = matches!(&change.what, What::Renamed { name: earlier, .. } if key(earlier) == name);
        by_id || key(&change.subject.name) == name || earlier
    });
    Ok(change.map(|change| {
        let subject = change.subject.clone();
        Meant { id: subject.id, name: subject.name, kind: subject.kind, why: None }
    }))
}
