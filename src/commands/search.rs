//! `!search WORDS`: the records and claims that fit the words best.

use super::{Ask, Command, Desk, Outcome, Spec, card, text_outcome};
use crate::{
    index,
    reply::{Block, Citations, Reply, bold, code, italic, text},
};

/// So many records are shown: what fits on a phone's screen or two.
const SHOWN: usize = 8;

/// The search.
pub(super) struct Search;

impl Command for Search {
    fn spec(&self) -> Spec {
        Spec {
            word: "search",
            aliases: &["find"],
            arguments: "WORDS",
            summary: "The facts that fit some words best",
            example: "export controls",
            more: "Words in names count most",
        }
    }

    fn answer(&self, desk: &Desk, ask: &Ask) -> Result<Outcome, index::Error> {
        let words = ask.invocation.joined();
        if index::words(&words).is_empty() {
            return Ok(self.spec().how_to());
        }
        let found = desk.index.search(&words, SHOWN + 1)?;
        if found.hits.is_empty() {
            return Ok(text_outcome(vec![
                text("Nothing here has the words "),
                bold(words),
                text(". Try fewer or other words, or "),
                code("!help"),
                text("."),
            ]));
        }
        let mut citations = Citations::default();
        let items = found.hits.iter().take(SHOWN).map(|hit| {
            let record = &desk.dataset.records()[hit.record];
            let mut item = vec![bold(&record.name), text(format!(" ({}): ", record.kind.id))];
            match hit.claim.and_then(|place| record.claims.get(place)) {
                Some(claim) => {
                    item.push(text(format!("{}: ", claim.property.label)));
                    card::claim(&mut item, desk, claim, &mut citations, true);
                }
                None => card::summary(&mut item, desk, record, &mut citations),
            }
            item
        });
        let list = Block::List(items.collect());
        let mut intro = vec![bold(words.clone())];
        if !found.all_words {
            intro.push(italic(" (nothing has all of these words; these have some)"));
        }
        let mut blocks = vec![Block::Para(intro), list];
        let first = &desk.dataset.records()[found.hits[0].record];
        let mut more = vec![text("All of the first: "), code(format!("!{} {}", first.kind.id, first.name))];
        if found.hits.len() > SHOWN {
            more.push(text(". There is more: add a word to narrow it"));
        }
        blocks.push(Block::Para(more));
        blocks.extend(citations.block(&desk.dataset));
        Ok(Outcome { reply: Reply { blocks } })
    }
}
