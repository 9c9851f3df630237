//! `!digest`: when a room is told what changed.

mod preview;

use super::{
    Ask, Asker, Command, Desk, Effect, Invocation, Outcome, Role, Spec, standing::standing, text_outcome,
    who::in_no_room,
};
use crate::{
    digest::{Mode, RoomSettings, Schedule, Zone},
    index,
    reply::{Block, Reply, Span, code, text},
    spelling::{fold, nearest},
};

/// The words that may follow `!digest`.
const WORDS: [&str; 9] = ["on", "off", "daily", "weekly", "cron", "zone", "preview", "now", "status"];

/// What people may say in place of them.
const OTHER_WORDS: [(&str, &str); 9] = [
    ("hourly", "cron \"0 * * * *\""),
    ("monthly", "cron \"0 9 1 * *\""),
    ("weekdays", "cron \"0 9 * * 1-5\""),
    ("workdays", "cron \"0 9 * * 1-5\""),
    ("start", "on"),
    ("stop", "off"),
    ("never", "off"),
    ("test", "preview"),
    ("send", "now"),
];

/// The digests of a room.
pub(super) struct Digests;

/// What is asked of a room's digests.
enum Asked<'i> {
    Status,
    Preview,
    Now,
    Mode(&'i str),
    Zone(&'i str),
    Unknown(&'i str),
}

/// The first word of the arguments says what is asked.
fn asked(rest: &str) -> Asked<'_> {
    let rest = rest.trim();
    let (first, more) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let more = more.trim();
    match fold(first).as_str() {
        "" | "status" => Asked::Status,
        "preview" => Asked::Preview,
        "now" => Asked::Now,
        "on" | "off" | "daily" | "weekly" | "cron" => Asked::Mode(rest),
        "zone" | "timezone" | "tz" => Asked::Zone(more),
        _ => Asked::Unknown(rest),
    }
}

impl Command for Digests {
    fn spec(&self) -> Spec {
        Spec {
            word: "digest",
            aliases: &["digests"],
            arguments: "[on | off | daily HH:MM | weekly DAY HH:MM | cron \"EXPR\" | zone ZONE | preview | now]",
            summary: "When this room is told what changed in the dataset",
            example: "weekly mon 09:00 Europe/Berlin",
            more: "on: after each change. A schedule keeps the room's time zone (!digest zone Asia/Shanghai, or UTC+8) unless it names one \
                   itself; a time that the clocks skip in spring is made up when they go on, one that they show twice counts \
                   once. preview: what would be told now. now: tell it now. What a room is told of: !follow. People who may \
                   change the room's name, and admins of the bot, may change this",
            who: Role::Member,
        }
    }

    fn who(&self, invocation: &Invocation) -> Role {
        match asked(&invocation.rest) {
            Asked::Status | Asked::Preview | Asked::Unknown(_) | Asked::Zone("") => Role::Member,
            Asked::Mode(_) | Asked::Zone(_) | Asked::Now => Role::Keeper,
        }
    }

    fn is_about_the_room(&self) -> bool {
        true
    }

    fn takes(&self, so_far: &str, line: &str) -> bool {
        let words = format!("{so_far} {line}");
        match asked(&words) {
            Asked::Mode(words) => words.parse::<Mode>().is_ok(),
            Asked::Zone(name) => name.parse::<Zone>().is_ok(),
            Asked::Preview | Asked::Now | Asked::Status => !line.contains(' '),
            Asked::Unknown(_) => false,
        }
    }

    fn answer(&self, desk: &Desk, ask: &Ask) -> Result<Outcome, index::Error> {
        let Some(asker) = &ask.asker else { return Ok(in_no_room()) };
        let shown = |room: &RoomSettings| standing(desk, asker, room, ask.now);
        Ok(match asked(&ask.invocation.rest) {
            Asked::Status => Reply { blocks: vec![shown(&asker.room)] }.into(),
            Asked::Preview => preview::preview(desk, ask, asker),
            Asked::Now => Outcome { effect: Some(Effect::SendNow), ..Outcome::default() },
            Asked::Mode(words) => match words.parse::<Mode>() {
                Ok(mode) => {
                    let head = match (&mode, &asker.room.mode) {
                        (Mode::Off, Mode::Off) => "This room gets no digests.",
                        (Mode::Off, _) => "This room gets no digests any more.",
                        (Mode::On | Mode::Scheduled(_), Mode::Off) => "From now on this room is told what changes.",
                        (Mode::On | Mode::Scheduled(_), _) => "This room is told like this from now on.",
                    };
                    let room = RoomSettings { mode: mode.clone(), ..asker.room.clone() };
                    let own = if let Mode::Scheduled(schedule) = &mode { schedule.own_zone() } else { None };
                    let remark = own.and_then(|zone| zone.remark(ask.now)).map(|remark| text(format!(" {remark}")));
                    let head = [text(head)].into_iter().chain(remark).collect();
                    let blocks = vec![Block::Para(head), shown(&room)];
                    Outcome { effect: Some(Effect::Digest(mode)), ..Reply { blocks }.into() }
                }
                Err(error) => unread(words, &error.to_string()),
            },
            Asked::Zone("") => {
                let mut outcome: Outcome = Reply { blocks: vec![shown(&asker.room)] }.into();
                let how = vec![text("To set the time zone: "), code("!digest zone Asia/Shanghai")];
                outcome.reply.blocks.push(Block::Para(how));
                outcome
            }
            Asked::Zone(name) => match name.parse::<Zone>() {
                Ok(zone) => set_zone(ask, asker, zone, shown),
                Err(error) => text_outcome(vec![text(error.to_string())]),
            },
            Asked::Unknown(words) => unknown(words),
        })
    }
}

fn set_zone(ask: &Ask, asker: &Asker, zone: Zone, shown: impl Fn(&RoomSettings) -> Block) -> Outcome {
    let mut head = vec![text(format!("By this room's clocks it is {} now.", zone.spoken(ask.now)))];
    head.extend(zone.remark(ask.now).map(|remark| text(format!(" {remark}"))));
    if let Mode::Scheduled(schedule) = &asker.room.mode
        && let Some(own) = schedule.own_zone()
    {
        head.push(text(format!(" The schedule keeps its own time zone, {own}.")));
    }
    let room = RoomSettings { zone: Some(zone.clone()), ..asker.room.clone() };
    let blocks = vec![Block::Para(head), shown(&room)];
    Outcome { effect: Some(Effect::Zone(Some(zone))), ..Reply { blocks }.into() }
}

/// What is said to words that begin like a schedule and are none.
fn unread(words: &str, fault: &str) -> Outcome {
    let example = match fold(words).split_whitespace().next() {
        Some("weekly") => "!digest weekly mon 09:00 Europe/Berlin",
        Some("cron") => "!digest cron \"0 9 * * 1-5\" Europe/Berlin",
        _ => "!digest daily 09:00 Europe/Berlin",
    };
    text_outcome(vec![text(format!("{fault} For example: ")), code(example)])
}

/// What is said to words that ask for nothing that there is.
fn unknown(words: &str) -> Outcome {
    let (first, more) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    let folded = fold(first);
    let given = |word: &str| OTHER_WORDS.iter().find(|(said, _)| *said == word).map(|(_, meant)| (*meant).to_owned());
    // A schedule without its word: `!digest 9:00`, `!digest monday 9:00`.
    let bare = || {
        let read = |word: &str| format!("{word} {words}").parse::<Schedule>().ok();
        read("daily").or_else(|| read("weekly")).map(|schedule| schedule.to_string())
    };
    let slip = || nearest(&folded, WORDS).map(|word| format!("{word} {more}"));
    let mut spans: Vec<Span> = vec![text("I don't know "), code(format!("!digest {first}")), text(". ")];
    match given(&folded).or_else(bare).or_else(slip) {
        Some(meant) => {
            spans.extend([text("Did you mean "), code(format!("!digest {}", meant.trim_end())), text("?")]);
        }
        None => spans.extend([text("There is "), code(WORDS.join(", ")), text("; more in "), code("!help digest")]),
    }
    text_outcome(spans)
}
