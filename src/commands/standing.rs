//! How it stands with a room's digests, in a few lines.

use std::time::Duration;

use jiff::Timestamp;

use super::{Asker, Desk};
use crate::{
    digest::{Follow, Mode, RoomSettings},
    reply::{Block, Span, bold, code, text},
};

/// So many of the things that a room follows are named.
const NAMED: usize = 5;

/// When the room is told next, in its own time, what of and how.
pub(super) fn standing(desk: &Desk, asker: &Asker, room: &RoomSettings, now: Timestamp) -> Block {
    let zone = room.own_zone();
    let mut lines = vec![vec![bold("Digests:"), text(" "), code(room.mode.to_string())]];
    match &room.mode {
        Mode::Off => lines[0].extend([
            text(". To be told of each change: "),
            code("!digest on"),
            text(", or once a day: "),
            code("!digest daily 09:00"),
        ]),
        Mode::On => {
            let quiet = spoken(asker.quiet_period);
            lines.push(vec![
                bold("Next:"),
                text(format!(" after the next change, once the data has been quiet for {quiet}")),
            ]);
        }
        Mode::Scheduled(schedule) => {
            let next = room.next(now).map_or_else(|| "never".to_owned(), |at| schedule.zone(&zone).spoken(at));
            lines.push(vec![bold("Next:"), text(format!(" {next}, if anything has changed by then"))]);
        }
    }
    let mut clocks = vec![bold("Time zone of the room:"), text(format!(" {zone}"))];
    if room.zone.is_none() {
        clocks.extend([text(" (none is set: "), code("!digest zone Europe/Berlin"), text(")")]);
    }
    lines.push(clocks);
    lines.push(followed(desk, &room.follows));
    Block::List(lines)
}

fn followed(desk: &Desk, follows: &[Follow]) -> Vec<Span> {
    let mut spans = vec![bold("Follows:"), text(" ")];
    if follows.is_empty() {
        spans.extend([text("everything. To narrow it: "), code("!follow moonshot")]);
        return spans;
    }
    let named: Vec<String> = follows.iter().take(NAMED).map(|follow| called(desk, follow)).collect();
    spans.push(text(named.join(", ")));
    if follows.len() > NAMED {
        spans.extend([text(format!(" and {} more: ", follows.len() - NAMED)), code("!follows")]);
    }
    spans
}

/// What is followed, as people call it.
pub(super) fn called(desk: &Desk, follow: &Follow) -> String {
    let Follow::Record(id) = follow else { return follow.to_string() };
    let renamed = || desk.dataset.records().iter().find(|record| record.formerly.contains(id));
    match desk.dataset.get(id).or_else(renamed) {
        Some(record) => record.name.clone(),
        None => format!("{id} (not in the dataset any more)"),
    }
}

fn spoken(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match (seconds / 60, seconds % 60) {
        (0, 0) => format!("{} milliseconds", duration.subsec_millis()),
        (0, 1) => "1 second".to_owned(),
        (0, _) => format!("{seconds} seconds"),
        (1, 0) => "1 minute".to_owned(),
        (minutes, 0) => format!("{minutes} minutes"),
        _ => format!("{seconds} seconds"),
    }
}
