//! `!digest preview`: what the room would be told now.

use super::super::{Ask, Asker, Desk, Outcome, text_outcome};
use crate::{
    digest::{Digest, Mode, Pending, Release, Told, compose, fold, narrow, settled},
    reply::{Block, Reply, italic, text},
};

/// What the room would be told now, and when it will be.
pub(super) fn preview(desk: &Desk, ask: &Ask, asker: &Asker) -> Outcome {
    let Some(archive) = &ask.archive else {
        return text_outcome(vec![text("Nothing is remembered of earlier releases here.")]);
    };
    let read = archive.pending().and_then(|pending| Ok((pending, archive.latest()?)));
    match read {
        Ok((pending, latest)) => {
            let mut reply = composed(desk, asker, &pending).unwrap_or_else(|| nothing(&pending, latest.as_ref()));
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

fn nothing(pending: &Pending, latest: Option<&Release>) -> Reply {
    Reply::para(vec![text(match (pending.releases.last(), latest) {
        (Some(release), _) => {
            format!(
                "Nothing to tell up to release {}: in the end nothing differs of what this room follows.",
                release.number
            )
        }
        (None, Some(release)) => format!("Nothing to tell since release {}.", release.number),
        (None, None) => "Nothing to tell: there is no release yet.".to_owned(),
    })])
}

/// The digest of what the room has not been told; `None` if that is nothing.
fn composed(desk: &Desk, asker: &Asker, pending: &Pending) -> Option<Reply> {
    let net = fold(pending.releases.iter().map(|release| release.changes.as_slice()));
    let corrections = settled(pending.corrections.clone(), &net);
    let changes = narrow(net, &asker.room.follows, &desk.dataset);
    let told = Told { changes: &changes, dataset: &desk.dataset, made_up: None, corrections: &corrections };
    let Digest { head, thread } = compose(&told)?;
    let mut blocks = vec![Block::Para(vec![italic("This is what a digest would say now:")])];
    blocks.extend(head.blocks);
    if !thread.is_empty() {
        let more =
            if thread.len() == 1 { "1 more message".to_owned() } else { format!("{} more messages", thread.len()) };
        blocks.push(Block::Para(vec![italic(format!("The thread would have {more}."))]));
    }
    Some(Reply { blocks })
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
