//! `!follow`, `!unfollow`, `!follows`: what a room's digests are narrowed to.

mod meant;

use super::{
    Ask, Asker, Command, Desk, Effect, Invocation, Outcome, Role, Spec, page,
    standing::{called, standing},
    text_outcome,
    who::in_no_room,
};
use crate::{
    digest::{Follow, RoomSettings},
    index,
    reply::{Block, Citations, Reply, Span, bold, code, text},
    spelling::fold,
};
use meant::{Meant, followed, parts, things};

/// A room follows so many things at most.
const MOST: usize = 100;
/// A page of what is followed has so many characters at most.
const LONGEST: usize = 2_000;

/// Has the room told of something.
pub(super) struct FollowThis;
/// Has the room not told of something any more.
pub(super) struct Unfollow;
/// What the room is told of.
pub(super) struct Follows;

const MORE: &str = "Several at once stand between commas. Without anything to follow a room is told of everything. People who may \
                    change the room's name, and admins of the bot, may change this";

/// Everybody may ask how to use it.
fn who(invocation: &Invocation) -> Role {
    if invocation.args.is_empty() { Role::Member } else { Role::Keeper }
}

impl Command for FollowThis {
    fn spec(&self) -> Spec {
        Spec {
            word: "follow",
            aliases: &[],
            arguments: "RECORD | tag:TAG | kind:KIND",
            summary: "Narrows this room's digests to what it follows",
            example: "moonshot, tag:six-tigers",
            more: MORE,
            who: Role::Keeper,
        }
    }

    fn who(&self, invocation: &Invocation) -> Role {
        who(invocation)
    }

    fn is_about_the_room(&self) -> bool {
        true
    }

    fn answer(&self, desk: &Desk, ask: &Ask) -> Result<Outcome, index::Error> {
        let Some(asker) = &ask.asker else { return Ok(in_no_room()) };
        if ask.invocation.args.is_empty() {
            return Ok(self.spec().how_to());
        }
        let mut remarks: Vec<Block> = Vec::new();
        let mut new: Vec<Follow> = Vec::new();
        let mut known: Vec<Follow> = Vec::new();
        for meant in things(desk, &ask.invocation.rest)? {
            match meant {
                Meant::Thing { follow, why } => {
                    remarks.extend(why.map(Block::Para));
                    if asker.room.follows.contains(&follow) {
                        known.push(follow);
                    } else if !new.contains(&follow) {
                        new.push(follow);
                    }
                }
                Meant::Nothing(reply) => remarks.extend(reply.blocks),
            }
        }
        if asker.room.follows.len() + new.len() > MOST {
            let full = vec![
                text(format!(
                    "A room follows {MOST} things at most, and this one follows {}. ",
                    asker.room.follows.len()
                )),
                code("!unfollow"),
                text(" makes room."),
            ];
            return Ok(Reply { blocks: remarks.into_iter().chain([Block::Para(full)]).collect() }.into());
        }
        let mut blocks = said(desk, "This room follows ", &new, " now.");
        blocks.extend(said(desk, "It follows ", &known, " already."));
        blocks.extend(remarks);
        let follows = asker.room.follows.iter().chain(&new).cloned().collect();
        Ok(changed(desk, ask, asker, blocks, follows, (!new.is_empty()).then_some(Effect::Follow(new))))
    }
}

impl Command for Unfollow {
    fn spec(&self) -> Spec {
        Spec {
            word: "unfollow",
            aliases: &[],
            arguments: "RECORD | tag:TAG | kind:KIND | all",
            summary: "Takes something off what this room follows, or all",
            example: "moonshot",
            more: MORE,
            who: Role::Keeper,
        }
    }

    fn who(&self, invocation: &Invocation) -> Role {
        who(invocation)
    }

    fn is_about_the_room(&self) -> bool {
        true
    }

    fn answer(&self, desk: &Desk, ask: &Ask) -> Result<Outcome, index::Error> {
        let Some(asker) = &ask.asker else { return Ok(in_no_room()) };
        if ask.invocation.args.is_empty() {
            return Ok(self.spec().how_to());
        }
        let follows = &asker.room.follows;
        if follows.is_empty() {
            return Ok(text_outcome(vec![text(
                "This room follows nothing in particular: its digests tell of everything.",
            )]));
        }
        if ["all", "everything"].contains(&fold(&ask.invocation.joined()).as_str()) {
            let blocks = vec![Block::Para(vec![text("This room follows nothing in particular any more.")])];
            return Ok(changed(desk, ask, asker, blocks, Vec::new(), Some(Effect::UnfollowAll)));
        }
        let mut gone: Vec<Follow> = Vec::new();
        let mut remarks: Vec<Block> = Vec::new();
        for typed in parts(desk, &ask.invocation.rest)? {
            match followed(desk, follows, &typed)? {
                Some(follow) if gone.contains(&follow) => {}
                Some(follow) => gone.push(follow),
                None => remarks.push(Block::Para(vec![
                    text("This room does not follow "),
                    bold(typed),
                    text(". What it follows: "),
                    code("!follows"),
                ])),
            }
        }
        let mut blocks = said(desk, "This room does not follow ", &gone, " any more.");
        blocks.extend(remarks);
        let left = follows.iter().filter(|follow| !gone.contains(follow)).cloned().collect();
        Ok(changed(desk, ask, asker, blocks, left, (!gone.is_empty()).then_some(Effect::Unfollow(gone))))
    }
}

impl Command for Follows {
    fn spec(&self) -> Spec {
        Spec {
            word: "follows",
            aliases: &["following"],
            arguments: "",
            summary: "What this room's digests are narrowed to",
            example: "",
            more: "",
            who: Role::Member,
        }
    }

    fn is_about_the_room(&self) -> bool {
        true
    }

    fn answer(&self, desk: &Desk, ask: &Ask) -> Result<Outcome, index::Error> {
        let Some(asker) = &ask.asker else { return Ok(in_no_room()) };
        let (_, skip) = page::skipped(&ask.invocation.args);
        let mut follows = asker.room.follows.clone();
        follows.sort_by_cached_key(|follow| (matches!(follow, Follow::Record(_)), fold(&called(desk, follow))));
        let left = follows.get(skip..).unwrap_or_default();
        if left.is_empty() {
            return Ok(changed(desk, ask, asker, Vec::new(), follows, None));
        }
        let lines =
            page::fill(desk, &mut Citations::default(), LONGEST, left, |follow, _| vec![text(called(desk, follow))]);
        let shown = lines.len();
        let count = follows.len();
        let head = format!("This room follows {count} {}", if count == 1 { "thing" } else { "things" });
        let mut blocks = vec![Block::Para(vec![bold(head)]), Block::List(lines)];
        blocks.extend(page::more("!follows", left.len() - shown, skip + shown));
        Ok(Reply { blocks }.into())
    }
}

/// A sentence that names things, if there are any.
fn said(desk: &Desk, before: &str, things: &[Follow], after: &str) -> Vec<Block> {
    if things.is_empty() {
        return Vec::new();
    }
    let mut spans: Vec<Span> = vec![text(before)];
    for (place, follow) in things.iter().enumerate() {
        spans.extend((place > 0).then(|| text(", ")));
        spans.push(bold(called(desk, follow)));
    }
    spans.push(text(after));
    vec![Block::Para(spans)]
}

/// The reply, with how the room stands if it stands otherwise than before.
fn changed(
    desk: &Desk,
    ask: &Ask,
    asker: &Asker,
    mut blocks: Vec<Block>,
    follows: Vec<Follow>,
    effect: Option<Effect>,
) -> Outcome {
    let room = RoomSettings { follows, ..asker.room.clone() };
    if effect.is_some() || blocks.is_empty() {
        blocks.push(standing(desk, asker, &room, ask.now));
    }
    Outcome { effect, ..Reply { blocks }.into() }
}
