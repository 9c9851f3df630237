//! `!company NAME` and its like, one for each kind of record; `!about NAME` for all of them.

mod near;

use super::{Ask, Command, Desk, Outcome, Spec, card};
use crate::{
    dataset::{Claim, Kind, Record, Value},
    index,
    reply::{Block, Reply, Span, bold, code, italic, text},
    spelling::key,
};

/// So many other matches, or near names, are offered.
const OFFERED: usize = 5;

/// The look-up of records of one kind, or of all.
pub(super) struct LookUp(pub Option<Kind>);

impl Command for LookUp {
    fn spec(&self) -> Spec {
        let more = "Add one of the card's labels to see that part whole, as in: moonshot models";
        match self.0 {
            Some(kind) => Spec {
                word: kind.id,
                aliases: kind.aliases,
                arguments: "NAME",
                summary: kind.about,
                example: kind.example,
                more,
            },
            None => Spec {
                word: "about",
                aliases: &["tell"],
                arguments: "NAME",
                summary: "Whatever goes by a name, of any kind",
                example: "kimi",
                more,
            },
        }
    }

    fn answer(&self, desk: &Desk, ask: &Ask) -> Result<Outcome, index::Error> {
        let name = ask.invocation.joined();
        if key(&name).is_empty() {
            return Ok(self.spec().how_to());
        }
        let reply = match find(desk, self.0, &ask.invocation.args)? {
            Some(found) => found.reply(desk),
            None => near::nothing(desk, self.0, &name)?,
        };
        Ok(Outcome { reply })
    }
}

/// Says that no record goes by a name, and what may be meant.
pub(super) fn nothing(desk: &Desk, name: &str) -> Result<Reply, index::Error> {
    near::nothing(desk, None, name)
}

/// What a name led to.
pub(super) struct Found<'d> {
    /// The record that fits best.
    pub record: &'d Record,
    /// The part of the card that was asked for.
    section: Option<String>,
    /// How the name led there, if it is not the record's own.
    pub why: Option<Vec<Span>>,
    /// Other records that fit.
    others: Vec<&'d Record>,
}

/// Finds the record that is meant by some words.
pub(super) fn find<'d>(desk: &'d Desk, kind: Option<Kind>, args: &[String]) -> Result<Option<Found<'d>>, index::Error> {
    let name = args.join(" ");
    let exactly = |name: &str| desk.index.named(kind, name);
    let by_words = |name: &str| desk.index.with_name_words(kind, name, OFFERED + 1);
    if let Some(found) = first(desk, &exactly(&name)?, None) {
        return Ok(Some(found));
    }
    if let Some(found) = first(desk, &by_words(&name)?, None) {
        return Ok(Some(found));
    }
    // The last words may name a part of the card: `moonshot models`, `alibaba backed by`.
    for taken in 1..=args.len().saturating_sub(1).min(3) {
        let (name, section) = args.split_at(args.len() - taken);
        let (name, section) = (name.join(" "), section.join(" "));
        for places in [exactly(&name)?, by_words(&name)?] {
            let found = first(desk, &places, Some(section.clone()));
            if let Some(found) = found.filter(|found| card::has_section(desk, found.record, &section)) {
                return Ok(Some(found));
            }
        }
    }
    if let Some(found) = through_another_kind(desk, kind, &desk.index.named(None, &name)?) {
        return Ok(Some(found));
    }
    Ok(near::slip(desk, kind, &name))
}

fn first<'d>(desk: &'d Desk, places: &[usize], section: Option<String>) -> Option<Found<'d>> {
    let (first, others) = places.split_first()?;
    let others = others.iter().map(|place| &desk.dataset.records()[*place]).collect();
    Some(Found { record: &desk.dataset.records()[*first], section, why: None, others })
}

/// `!company kimi`: a name of another kind leads to the records of this kind that it is linked with.
fn through_another_kind<'d>(desk: &'d Desk, kind: Option<Kind>, places: &[usize]) -> Option<Found<'d>> {
    let kind = kind?;
    places.iter().find_map(|place| {
        let named = &desk.dataset.records()[*place];
        let linked = linked(desk, named);
        let mut of_kind = linked.iter().filter(|(record, _)| record.kind == kind);
        let (record, link) = of_kind.next()?;
        let mut others: Vec<&Record> = Vec::new();
        for (other, _) in of_kind {
            if other.id != record.id && others.iter().all(|known| known.id != other.id) {
                others.push(other);
            }
        }
        let why = vec![
            bold(&named.name),
            text(format!(" is a {} ({link}: ", named.kind.id)),
            bold(&record.name),
            text("). "),
            code(format!("!{} {}", named.kind.id, named.name)),
            text(" tells more of it."),
        ];
        Some(Found { record, section: None, why: Some(why), others })
    })
}

/// The records that a record is linked with and what the link is called, its own links in the order of the property table first.
fn linked<'d>(desk: &'d Desk, record: &'d Record) -> Vec<(&'d Record, String)> {
    let mut own: Vec<&Claim> = record.claims.iter().collect();
    own.sort_by_key(|claim| claim.property.rank());
    let forward = own.into_iter().filter_map(|claim| match &claim.value {
        Value::Ref(id) => desk.dataset.get(id).map(|target| (target, claim.property.label.to_lowercase())),
        _ => None,
    });
    let back = desk
        .dataset
        .links_to(&record.id)
        .map(|(from, claim)| (from, claim.property.reverse.unwrap_or("linked").to_lowercase()));
    forward.chain(back).collect()
}

impl Found<'_> {
    fn reply(self, desk: &Desk) -> Reply {
        let mut reply = match &self.section {
            Some(section) => card::section(desk, self.record, section),
            None => card::card(desk, self.record),
        };
        if let Some(why) = self.why {
            reply.blocks.insert(0, Block::Para(why));
        }
        if !self.others.is_empty() {
            let mut also = vec![italic("Also: ")];
            for (place, other) in self.others.iter().take(OFFERED).enumerate() {
                also.extend((place > 0).then(|| text(", ")));
                also.push(code(format!("!{} {}", other.kind.id, other.name)));
            }
            reply.blocks.push(Block::Para(also));
        }
        reply
    }
}
