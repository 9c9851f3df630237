//! `!company NAME` and its like: one for each kind of record.

use std::collections::BTreeSet;

use super::{Ask, Command, Desk, Outcome, Spec, card};
use crate::{
    dataset::{Kind, Record, Value},
    index,
    reply::{Block, Reply, Span, bold, code, italic, text},
    spelling::{key, nearest},
};

/// So many other matches, or near names, are offered.
const OFFERED: usize = 5;

/// The look-up of records of one kind.
pub(super) struct LookUp(pub Kind);

impl Command for LookUp {
    fn spec(&self) -> Spec {
        Spec {
            word: self.0.id,
            aliases: self.0.aliases,
            arguments: "NAME",
            summary: self.0.about,
            example: self.0.example,
            more: "Add one of the card's labels to see that part whole, as in: moonshot models",
        }
    }

    fn answer(&self, desk: &Desk, ask: &Ask) -> Result<Outcome, index::Error> {
        let name = ask.invocation.joined();
        if key(&name).is_empty() {
            return Ok(self.spec().how_to());
        }
        let reply = match self.find(desk, &ask.invocation.args, &name)? {
            Some(found) => found.reply(desk),
            None => self.nothing(desk, &name)?,
        };
        Ok(Outcome { reply })
    }
}

/// What a name led to.
struct Found<'d> {
    record: &'d Record,
    /// The part of the card that was asked for.
    section: Option<String>,
    /// How the name led there, if it is not the record's own.
    why: Option<Vec<Span>>,
    /// Other records that fit.
    others: Vec<&'d Record>,
}

impl LookUp {
    fn find<'d>(&self, desk: &'d Desk, args: &[String], name: &str) -> Result<Option<Found<'d>>, index::Error> {
        let exactly = |name: &str| desk.index.named(Some(self.0), name);
        let by_words = |name: &str| desk.index.with_name_words(Some(self.0), name, OFFERED + 1);
        if let Some(found) = Self::first(desk, &exactly(name)?, None) {
            return Ok(Some(found));
        }
        // The last words may name a part of the card: `moonshot models`, `alibaba backed by`.
        for taken in 1..=args.len().saturating_sub(1).min(3) {
            let (name, section) = args.split_at(args.len() - taken);
            let (name, section) = (name.join(" "), section.join(" "));
            for places in [exactly(&name)?, by_words(&name)?] {
                let found = Self::first(desk, &places, Some(section.clone()));
                if let Some(found) = found.filter(|found| card::has_section(desk, found.record, &section)) {
                    return Ok(Some(found));
                }
            }
        }
        if let Some(found) = Self::first(desk, &by_words(name)?, None) {
            return Ok(Some(found));
        }
        self.through_another_kind(desk, name)
    }

    fn first<'d>(desk: &'d Desk, places: &[usize], section: Option<String>) -> Option<Found<'d>> {
        let (first, others) = places.split_first()?;
        let others = others.iter().map(|place| &desk.dataset.records()[*place]).collect();
        Some(Found { record: &desk.dataset.records()[*first], section, why: None, others })
    }

    /// `!company kimi`: a name of another kind leads to the records of this kind that it is linked with.
    fn through_another_kind<'d>(&self, desk: &'d Desk, name: &str) -> Result<Option<Found<'d>>, index::Error> {
        for place in desk.index.named(None, name)? {
            let named = &desk.dataset.records()[place];
            let forward = named.claims.iter().filter_map(|claim| match &claim.value {
                Value::Ref(id) => desk.dataset.get(id).map(|target| (target, claim.property.label.to_lowercase())),
                _ => None,
            });
            let back = desk
                .dataset
                .links_to(&named.id)
                .map(|(from, claim)| (from, claim.property.reverse.unwrap_or("linked").to_lowercase()));
            let mut linked = forward.chain(back).filter(|(record, _)| record.kind == self.0);
            let Some((record, link)) = linked.next() else { continue };
            let mut others: Vec<&Record> = Vec::new();
            for (other, _) in linked {
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
            return Ok(Some(Found { record, section: None, why: Some(why), others }));
        }
        Ok(None)
    }

    fn nothing(&self, desk: &Desk, name: &str) -> Result<Reply, index::Error> {
        let mut spans = vec![text(format!("I know no {} called ", self.0.id)), bold(name), text(".")];
        let of_kind = || desk.dataset.records().iter().filter(|record| record.kind == self.0);
        let wanted = key(name);
        let mut near: BTreeSet<&str> = BTreeSet::new();
        for record in of_kind() {
            let keys: Vec<String> = record.names().map(key).collect();
            let slip = nearest(&wanted, keys.iter().map(String::as_str)).is_some();
            let part = wanted.chars().count() >= 3 && keys.iter().any(|key| key.contains(&wanted));
            if slip || part {
                near.insert(&record.name);
            }
        }
        let elsewhere: Vec<_> =
            desk.index.named(None, name)?.into_iter().map(|place| &desk.dataset.records()[place]).collect();
        let offers: Vec<String> = elsewhere
            .iter()
            .map(|record| format!("!{} {}", record.kind.id, record.name))
            .chain(near.iter().map(|name| format!("!{} {name}", self.0.id)))
            .take(OFFERED)
            .collect();
        if offers.is_empty() {
            spans.extend([text(" Try "), code(format!("!search {name}")), text(".")]);
        } else {
            spans.push(text(" Did you mean "));
            for (place, offer) in offers.iter().enumerate() {
                spans.extend((place > 0).then(|| text(" or ")));
                spans.push(code(offer));
            }
            spans.push(text("?"));
        }
        Ok(Reply::para(spans))
    }
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
