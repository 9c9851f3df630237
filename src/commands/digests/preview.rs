//! `!digest preview`: what the room would be told now.

use super::super::{Ask, Asker, Desk, Outcome, text_outcome};
use crate::{
    digest::{Mode, Pending, Release},
    reply::{Block, Reply, text},
};

/// What the room would be told now, and when it will be.
pub(super) fn preview(desk: &Desk, ask: &Ask, asker: &Asker) -> Outcome {
    let Some(archive) = &ask.archive else {
        return text_outcome(vec![text("Nothing is remembered of earlier releases here.")]);
    };
    let read = archive.pending().and_then(|pending| Ok((pending, archive.latest()?)));
    match read {
        Ok((pending, latest)) => {
            let mut reply = composed(desk, asker, &pending).unwrap_or_else(|| nothing(latest.as_ref()));
            if let Some(due) = due(ask, asker, &pending) {
                reply.blocks.push(Block::Para(vec![text(due)]));
            }
            reply.into()
        }
        Err(error) => {
            tracing::error!(%error, "a preview failed");
            text_outcome(vec![text("Sorry, I could not look that up. The log of the bot says why.")])
        }
    }
}

fn nothing(latest: Option<&Release>) -> Reply {
    Reply::para(vec![text(match latest {
        Some(release) => format!("Nothing to tell since release {}.", release.number),
        None => "Nothing to tell: there is no release yet.".to_owned(),
    })])
}

/// The digest of what the room has not been told; `None` if that is nothing.
fn composed(_desk: &Desk, _asker: &Asker, pending: &Pending) -> Option<Reply> {
    let changes: usize = pending.releases.iter().map(|release| release.changes.len()).sum();
    let (first, last) = (pending.releases.first()?.number, pending.releases.last()?.number);
    let releases = if first == last { format!("release {first}") } else { format!("releases {first} to {last}") };
    Some(Reply::para(vec![text(format!("Not told yet: {changes} changes of {releases}."))]))
}

/// When the room will be told, if it will.
fn due(ask: &Ask, asker: &Asker, pending: &Pending) -> Option<String> {
    let zone = asker.room.own_zone();
    let zone = match &asker.room.mode {
        Mode::Off => return Some("Digests are off in this room.".to_owned()),
        Mode::On => &zone,
        Mode::Scheduled(schedule) => schedule.zone(&zone),
    };
    let due = pending.due.or_else(|| asker.room.next(ask.now))?;
    Some(format!("Due: {}.", zone.spoken(due)))
}
