//! `!random`: a record that nobody asked for.

use super::{Ask, Command, Desk, Hit, Outcome, Role, Spec, card, list::kind_called, look_up, present::Present};
use crate::{
    dataset::{KINDS, Kind, SOURCE},
    index,
};

/// The draw.
pub(super) struct Random;

impl Command for Random {
    fn spec(&self) -> Spec {
        Spec {
            word: "random",
            aliases: &["surprise"],
            arguments: "[KIND]",
            summary: "Something that you did not ask for",
            example: "model",
            more: "Without a kind it may be anything but a source",
            who: Role::Member,
        }
    }

    fn takes(&self, so_far: &str, line: &str) -> bool {
        so_far.is_empty() && kind_called(line).is_some()
    }

    fn answer(&self, desk: &Desk, ask: &Ask) -> Result<Outcome, index::Error> {
        let kind = match ask.invocation.args.first() {
            None => None,
            Some(word) => match kind_called(word) {
                Some(kind) => Some(kind),
                None => return Ok(super::list::no_kind(word)),
            },
        };
        let fits = |known: &Kind| kind.map_or(*known != SOURCE, |kind| kind == *known);
        let pools = KINDS.iter().copied().filter(fits).map(|kind| desk.catalogue.of_kind(kind));
        let pools: Vec<&[u32]> = pools.collect();
        let all: usize = pools.iter().map(|pool| pool.len()).sum();
        let drawn = usize::try_from(ask.seed % (all.max(1) as u64)).unwrap_or_default();
        let Some(place) = pools.iter().copied().flatten().nth(drawn) else {
            return Ok(look_up::nothing(desk, &ask.invocation.joined())?.into());
        };
        let record = &desk.dataset.records()[*place as usize];
        Ok(Outcome {
            reply: card::card(desk, Present::of(desk, ask), record),
            hits: vec![Hit::whole(record)],
            effect: None,
        })
    }
}
