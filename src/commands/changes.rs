//! `!changes`: what changed from release to release.

use super::{
    Ask, Command, Desk, Hit, Outcome, Role, Spec, page,
    past::{self, Since, meant},
    text_outcome,
};
use crate::{
    calendar::Unread,
    digest::{Archive, Entry, Release, Span, Unavailable, Zone, entries},
    index,
    reply::{Block, Citations, Reply, bold, code, text},
    spelling::fold,
};

/// A page has so many characters at most, its sources included.
const LONGEST: usize = 2_800;

/// What changed.
pub(super) struct Changes;

impl Command for Changes {
    fn spec(&self) -> Spec {
        Spec {
            word: "changes",
            aliases: &["changed"],
            arguments: "[since RELEASE | DATE | N days] [NAME]",
            summary: "What changed in the dataset lately, or since a release or a day",
            example: "since 7 days",
            more: "Releases are numbered: since 3, or 2026-11-20, yesterday, last week, between 2026-10 and 2026-11. A name narrows \
                   it: since 3 moonshot",
            who: Role::Member,
        }
    }

    fn takes(&self, so_far: &str, line: &str) -> bool {
        so_far.is_empty() && line.split_whitespace().next().is_some_and(|word| fold(word) == "since")
    }

    fn is_about_the_room(&self) -> bool {
        true
    }

    fn answer(&self, desk: &Desk, ask: &Ask) -> Result<Outcome, index::Error> {
        let Some(archive) = ask.archive.as_deref() else { return Ok(past::without_archive()) };
        let (args, skip) = page::skipped(&ask.invocation.args);
        let zone = ask.zone();
        let latest = match archive.latest() {
            Ok(Some(latest)) => latest,
            Ok(None) => return Ok(text_outcome(vec![text("There is no release yet to compare with.")])),
            Err(error) => return Ok(past::unavailable(&error)),
        };
        let (since, words) = match past::since(&args, zone.date(ask.now), latest.number) {
            Ok(read) => read,
            Err(unread) => return Ok(text_outcome(vec![text(unread.told())])),
        };
        if since.is_none() && words.first().is_some_and(|word| fold(word) == "since") {
            let unread = Unread::NoDate(words.join(" "));
            let spans = vec![text(unread.told()), text(" Or the number of a release: "), code("!changes since 3")];
            return Ok(text_outcome(spans));
        }
        let record = if words.is_empty() {
            None
        } else {
            match meant(desk, archive, &words)? {
                Ok(Some(record)) => Some(record),
                Ok(None) => return Ok(super::look_up::nothing(desk, &words.join(" "))?.into()),
                Err(error) => return Ok(past::unavailable(&error)),
            }
        };
        let asked = Asked { command: format!("!changes {}", args.join(" ")), since, record, skip };
        Ok(asked.answer(desk, archive, &latest, &zone).unwrap_or_else(|error| past::unavailable(&error)))
    }
}

/// What is asked for.
struct Asked {
    command: String,
    since: Option<Since>,
    record: Option<past::Meant>,
    skip: usize,
}

impl Asked {
    fn answer(
        &self,
        desk: &Desk,
        archive: &dyn Archive,
        latest: &Release,
        zone: &Zone,
    ) -> Result<Outcome, Unavailable> {
        let (after, since) = self.since.as_ref().map_or((None, None), |since| since.bounds(zone));
        let record = self.record.as_ref().map(|record| record.id.clone());
        let (mut releases, left_out) = archive.releases(&Span { after, since, record, limit: past::MOST_CHANGES })?;
        if let Some(last) = self.since.as_ref().and_then(Since::last_day) {
            releases.retain(|release| zone.date(release.at) <= last);
        }
        let all: Vec<(&Release, Entry)> = releases
            .iter()
            .flat_map(|release| entries(&release.changes, &[]).into_iter().map(move |entry| (release, entry)))
            .collect();
        let mut blocks: Vec<Block> = self.record.iter().filter_map(|record| record.why.clone()).collect();
        let left = all.get(self.skip..).unwrap_or_default();
        if left.is_empty() {
            blocks.push(Block::Para(self.nothing(latest, zone)));
            blocks.extend(past::folded(archive, zone)?);
            return Ok(Reply { blocks }.into());
        }
        let mut title = vec![bold(if self.since.is_some() { "Changes" } else { "Latest changes" })];
        title.extend(self.record.as_ref().map(|record| text(format!(" of {}", record.name))));
        title.extend(self.since.as_ref().map(|since| text(format!(" {}", since.spoken()))));
        blocks.push(Block::Para(title));
        let mut citations = Citations::default();
        let items = page::fill(desk, &mut citations, LONGEST, left, |(_, entry), citations| entry.item(citations));
        let shown = &left[..items.len()];
        let mut items = items.into_iter();
        for of_release in shown.chunk_by(|(a, _), (b, _)| a.number == b.number) {
            blocks.push(Block::Para(vec![bold(past::title(of_release[0].0, zone))]));
            blocks.push(Block::List(items.by_ref().take(of_release.len()).collect()));
        }
        let end = self.skip + shown.len();
        blocks.extend(page::more(self.command.trim_end(), all.len() - end, end));
        if all.len() == end && left_out > 0 {
            let words = format!("and {left_out} earlier changes: ask for a record, or of a later time");
            blocks.push(Block::Para(vec![text(words)]));
        } else if all.len() == end {
            blocks.extend(past::folded(archive, zone)?);
        }
        blocks.extend(citations.block(&desk.dataset));
        let hits = shown.iter().filter_map(|(_, entry)| desk.dataset.get(entry.id)).map(Hit::whole).collect();
        Ok(Outcome { reply: Reply { blocks }, hits, effect: None })
    }

    fn nothing(&self, latest: &Release, zone: &Zone) -> Vec<crate::reply::Span> {
        let of = self.record.as_ref().map(|record| format!(" of {}", record.name)).unwrap_or_default();
        let since = self.since.as_ref().map(|since| format!(" {}", since.spoken())).unwrap_or_default();
        let taken_up = zone.clock(latest.at).date();
        let newest = format!(" The newest release is number {}, of {taken_up}.", latest.number);
        vec![text(format!("No change{of} is remembered{since}.{newest}"))]
    }
}
