//! `!company NAME` and its like, one for each kind of record; `!about NAME` for all of them.

mod near;

pub(super) use near::{did_you_mean, other_versions};

use super::{Ask, Command, Desk, Hit, Invocation, Outcome, Role, Spec, card, present::Present, search::Search};
use crate::{
    dataset::{Claim, KINDS, Kind, Link, PROPERTIES, Record, Value},
    index,
    reply::{Block, Reply, Span, bold, code, italic, text},
    spelling::key,
};

/// So many other matches, or near names, are offered.
const OFFERED: usize = 5;
/// Of so many matches those are chosen.
const MOST_MATCHES: usize = 48;

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
                who: Role::Member,
            },
            None => Spec {
                word: "about",
                aliases: &["tell"],
                arguments: "NAME",
                summary: "Whatever goes by a name, of any kind",
                example: "kimi",
                more,
                who: Role::Member,
            },
        }
    }

    fn answer(&self, desk: &Desk, ask: &Ask) -> Result<Outcome, index::Error> {
        let name = ask.invocation.joined();
        if key(&name).is_empty() {
            return Ok(self.spec().how_to());
        }
        if let Some(found) = find(desk, self.0, &ask.invocation.args)? {
            return Ok(found.outcome(desk, ask));
        }
        // A question rather than a name: `!who leads nvidia`, `!who is jensen huang`.
        let question =
            if self.0.is_some_and(|kind| kind.id == "person") { format!("who {name}") } else { name.clone() };
        let about = if ask.invocation.args.len() > 1 { desk.index.asked_about(&question)? } else { None };
        match about {
            Some((_, true)) => {
                let invocation = Invocation { rest: question, ..ask.invocation.clone() };
                return Search.answer(desk, &Ask { invocation, ..ask.clone() });
            }
            Some((about, false)) if about != key(&name) => {
                if let Some(found) = find(desk, self.0, &[about])? {
                    return Ok(found.outcome(desk, ask));
                }
            }
            _ => {}
        }
        Ok(near::nothing(desk, self.0, &name)?.into())
    }
}

/// Says that no record goes by a name, and what may be meant.
pub(super) fn nothing(desk: &Desk, name: &str) -> Result<Reply, index::Error> {
    near::nothing(desk, None, name)
}

/// Links that are too loose for one end to stand for the other.
const LOOSE: [&str; 5] = ["formerly_at", "education", "related", "about", "partner"];
/// Links by which a company stands for its people.
const HEADED: [&str; 2] = ["founder", "leader"];

/// What a name led to.
pub(super) struct Found<'d> {
    /// The record that fits best.
    pub record: &'d Record,
    /// The part of the card that was asked for.
    section: Option<String>,
    /// Whether it is a part that the card does not have.
    lacking: bool,
    /// How the name led there, if it is not the record's own.
    pub why: Option<Vec<Span>>,
    /// Other records that fit.
    others: Vec<&'d Record>,
}

/// Finds the record that is meant by some words.
pub(super) fn find<'d>(desk: &'d Desk, kind: Option<Kind>, args: &[String]) -> Result<Option<Found<'d>>, index::Error> {
    let name = args.join(" ");
    let exactly = |name: &str| desk.index.named(kind, name);
    let by_words = |name: &str| by_words(desk, kind, name);
    if let Some(found) = first(desk, &exactly(&name)?, None) {
        return Ok(Some(found));
    }
    if let Some(mut found) = first(desk, &by_words(&name)?, None) {
        // Something of another kind may go by just this name.
        found.others.extend(desk.index.named(None, &name)?.into_iter().map(|place| &desk.dataset.records()[place]));
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
    // Or a part that the card does not have.
    for taken in 1..=args.len().saturating_sub(1).min(3) {
        let (name, part) = args.split_at(args.len() - taken);
        let part = part.join(" ");
        if card::is_section(&part)
            && let Some(mut found) = first(desk, &exactly(&name.join(" "))?, None)
        {
            found.why = Some(not_said(desk, found.record, &part));
            found.lacking = true;
            return Ok(Some(found));
        }
    }
    near::meant(desk, kind, args)
}

/// The records whose names have all of some words; of those with equally long names the ones first of which more is said.
fn by_words(desk: &Desk, kind: Option<Kind>, name: &str) -> Result<Vec<usize>, index::Error> {
    let mut places = desk.index.with_name_words(kind, name, MOST_MATCHES)?;
    let asked = index::words(name);
    let records = desk.dataset.records();
    places.retain(|place| near::has_the_numbers(&records[*place], &asked));
    places.sort_by_cached_key(|place| {
        let record = &records[*place];
        let names = record.names().map(index::words).filter(|words| asked.iter().all(|word| words.contains(word)));
        let said = record.claims.len() + desk.dataset.links(&record.id).len();
        (names.map(|words| words.len()).min().unwrap_or(usize::MAX), std::cmp::Reverse(said))
    });
    places.truncate(OFFERED + 1);
    Ok(places)
}

/// Says that a card does not have the part that was asked for, and what comes near to it: another part, or the same of what is
/// its own, as the users of its product.
fn not_said(desk: &Desk, record: &Record, part: &str) -> Vec<Span> {
    let mut spans = vec![text("Nothing is said here of "), bold(part), text(" for "), bold(&record.name), text(".")];
    let called = card::properties_called(part);
    let made = desk.dataset.links_to(&record.id).take(MOST_MATCHES).filter(|(_, link)| link.property.id == "developer");
    let mut own = made.flat_map(|(from, _)| from.claims.iter().map(move |claim| (from, claim.property)));
    let own = own.find(|(_, property)| called.contains(property));
    let mut kin = called.iter().flat_map(|property| property.kin()).map(|kin| (record, kin));
    let kin = kin.find(|(_, kin)| card::has_section(desk, record, kin.id));
    for (place, (of, property)) in own.into_iter().chain(kin).enumerate() {
        spans.push(text(if place == 0 { " What comes near: " } else { " or " }));
        spans.push(code(card::part_command(of, property.label)));
    }
    spans.extend((own.is_some() || kin.is_some()).then(|| text(".")));
    spans
}

fn first<'d>(desk: &'d Desk, places: &[usize], section: Option<String>) -> Option<Found<'d>> {
    let (first, others) = places.split_first()?;
    let others = others.iter().map(|place| &desk.dataset.records()[*place]).collect();
    Some(Found { record: &desk.dataset.records()[*first], section, lacking: false, why: None, others })
}

/// `!company kimi`: a name of another kind leads to the records of this kind that it points to. Where records of this kind
/// only point to it, its own card is shown, with their names.
fn through_another_kind<'d>(desk: &'d Desk, kind: Option<Kind>, places: &[usize]) -> Option<Found<'d>> {
    let kind = kind?;
    places.iter().find_map(|place| {
        let named = &desk.dataset.records()[*place];
        let mut own: Vec<&Claim> = named.claims.iter().collect();
        own.sort_by_key(|claim| claim.property.rank());
        let forward = own.iter().filter(|claim| !LOOSE.contains(&claim.property.id)).filter_map(|claim| {
            let Value::Ref(id) = &claim.value else { return None };
            desk.dataset.get(id).map(|target| (target, claim.property.label.to_lowercase()))
        });
        // A record may have very many links: only those that count are followed.
        let links = desk.dataset.links(&named.id).iter().filter(|link| *KINDS[usize::from(link.kind)] == *kind);
        let follow = |link: &Link| desk.dataset.follow(*link);
        let heading = |link: &&Link| HEADED.contains(&PROPERTIES[usize::from(link.property)].id);
        let headed = links.clone().filter(heading).map(follow);
        let headed = headed.map(|(from, claim)| (from, claim.property.reverse.unwrap_or_default().to_lowercase()));
        let forward = of_kind(kind, forward.chain(headed));
        let back = of_kind(kind, links.map(|link| (follow(link).0, String::new())));
        let what = text(format!(" is a {}", named.kind.id));
        if let [(record, link), others @ ..] = forward.as_slice() {
            let why = vec![
                bold(&named.name),
                what,
                text(format!(" ({link}: ")),
                bold(&record.name),
                text("). "),
                code(card::command(named)),
                text(" tells more of it."),
            ];
            let others = others.iter().map(|(other, _)| *other).collect();
            return Some(Found { record, section: None, lacking: false, why: Some(why), others });
        }
        let others: Vec<&Record> = back.iter().map(|(other, _)| *other).collect();
        let why = vec![bold(&named.name), what, text(format!(". The {} that go with it stand below.", kind.plural))];
        (!others.is_empty()).then_some(Found { record: named, section: None, lacking: false, why: Some(why), others })
    })
}

/// The first records of a kind among the links, each once; not more than can be offered.
fn of_kind<'d>(kind: Kind, links: impl Iterator<Item = (&'d Record, String)>) -> Vec<(&'d Record, String)> {
    let mut found: Vec<(&Record, String)> = Vec::new();
    for (record, link) in links.filter(|(record, _)| record.kind == kind) {
        if found.iter().all(|(known, _)| known.id != record.id) {
            found.push((record, link));
        }
        if found.len() > OFFERED {
            break;
        }
    }
    found
}

impl Found<'_> {
    /// The part of the card that was asked for.
    pub(super) fn section(&self) -> Option<&str> {
        self.section.as_deref()
    }

    fn outcome(self, desk: &Desk, ask: &Ask) -> Outcome {
        let present = Present::of(desk, ask);
        let property = self.section.as_ref().and_then(|section| card::section_property(desk, self.record, section));
        let shown = std::iter::once(Hit::new(self.record, property));
        let hits = shown.chain(self.others.iter().take(OFFERED).map(|other| Hit::whole(other))).collect();
        let mut reply = match &self.section {
            Some(section) => card::section(desk, present, self.record, section),
            // Who asks for one thing is not told all the others.
            None if self.lacking => card::brief(desk, self.record),
            None => card::card(desk, present, self.record),
        };
        if let Some(why) = self.why {
            reply.blocks.insert(0, Block::Para(why));
        }
        if !self.others.is_empty() {
            let mut also = vec![italic("Also: ")];
            for (place, other) in self.others.iter().take(OFFERED).enumerate() {
                also.extend((place > 0).then(|| text(", ")));
                also.push(code(card::command(other)));
            }
            reply.blocks.push(Block::Para(also));
        }
        Outcome { reply, hits, effect: None }
    }
}
