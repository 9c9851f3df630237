//! `!history NAME`: all that is remembered of one record.

use super::{
    Ask, Command, Desk, Hit, Outcome, Role, Spec, look_up, page,
    past::{self, Meant, meant},
};
use crate::{
    digest::{Archive, Span, Unavailable, entries},
    index,
    reply::{Block, Citations, Reply, bold, text},
    spelling::key,
};

/// A page has so many characters at most, its sources included.
const LONGEST: usize = 2_800;

/// The history of a record.
pub(super) struct History;

impl Command for History {
    fn spec(&self) -> Spec {
        Spec {
            word: "history",
            aliases: &[],
            arguments: "NAME",
            summary: "What changed about one record from release to release",
            example: "moonshot",
            more: "A record is found under its earlier ids and names too, also when it is gone",
            who: Role::Member,
        }
    }

    fn is_about_the_room(&self) -> bool {
        true
    }

    fn answer(&self, desk: &Desk, ask: &Ask) -> Result<Outcome, index::Error> {
        let (args, skip) = page::skipped(&ask.invocation.args);
        if key(&args.join(" ")).is_empty() {
            return Ok(self.spec().how_to());
        }
        let Some(archive) = ask.archive.as_deref() else { return Ok(past::without_archive()) };
        let record = match meant(desk, archive, &args)? {
            Ok(Some(record)) => record,
            Ok(None) => return Ok(look_up::nothing(desk, &args.join(" "))?.into()),
            Err(error) => return Ok(past::unavailable(&error)),
        };
        let command = format!("!history {}", args.join(" "));
        Ok(told(desk, ask, archive, record, &command, skip).unwrap_or_else(|error| past::unavailable(&error)))
    }
}

fn told(
    desk: &Desk,
    ask: &Ask,
    archive: &dyn Archive,
    meant: Meant,
    command: &str,
    skip: usize,
) -> Result<Outcome, Unavailable> {
    let zone = ask.zone();
    let limit = past::MOST_CHANGES;
    let (releases, left_out) = archive.releases(&Span { record: Some(meant.id.clone()), limit, ..Span::default() })?;
    let all: Vec<_> = releases
        .iter()
        .flat_map(|release| entries(&release.changes, &[]).into_iter().map(move |entry| (release, entry)))
        .collect();
    let record = desk.dataset.get(&meant.id);
    let gone = if record.is_none() { ", not in the dataset any more" } else { "" };
    let mut blocks: Vec<Block> = meant.why.into_iter().collect();
    blocks.push(Block::Para(vec![bold(&meant.name), text(format!(", {}{gone}", meant.kind))]));
    let left = all.get(skip..).unwrap_or_default();
    let mut citations = Citations::default();
    if left.is_empty() {
        blocks.push(Block::Para(vec![text("No change of it is remembered.")]));
    } else {
        let items = page::fill(desk, &mut citations, LONGEST, left, |(release, entry), citations| {
            let mut heading = vec![bold(past::title(release, &zone))];
            heading.extend((entry.name != meant.name).then(|| text(format!(", {}", entry.name))));
            entry.under(heading, citations)
        });
        let end = skip + items.len();
        blocks.push(Block::List(items));
        blocks.extend(page::more(command, all.len() - end + left_out, end));
    }
    blocks.extend(past::folded(archive, &zone)?);
    blocks.extend(citations.block(&desk.dataset));
    let hits = record.map(Hit::whole).into_iter().collect();
    Ok(Outcome { reply: Reply { blocks }, hits, effect: None })
}
