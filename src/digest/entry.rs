//! What a digest says of one record.

use std::collections::HashMap;

use super::{Correction, line};
use crate::{
    dataset::{Account, Aspect, Change, KINDS, SOURCE, Subject, What},
    reply::{Citations, Reply, Span, bold, code, text},
};

/// So many characters are told of a record at most.
const LONGEST: usize = 1_400;

/// One record and all that happened to it.
#[derive(Debug)]
pub struct Entry<'a> {
    /// The id of its kind.
    pub kind: &'a str,
    /// Its id.
    pub id: &'a str,
    /// Its name.
    pub name: &'a str,
    remark: Option<String>,
    corrections: Vec<&'a Correction>,
    pub(super) whats: Vec<&'a What>,
    rank: u8,
}

/// Every record that there is something to tell of, by kind, the kinds and in them the records with the most important
/// first.
#[must_use]
pub fn entries<'a>(changes: &'a [Change], corrections: &'a [Correction]) -> Vec<Entry<'a>> {
    let mut places: HashMap<(&str, &str), usize> = HashMap::new();
    let mut entries: Vec<Entry> = Vec::new();
    let mut place_of = |entries: &mut Vec<Entry<'a>>, subject: &'a Subject| {
        *places.entry((&subject.id, &subject.kind)).or_insert_with(|| {
            let (id, kind, name) = (&subject.id, &subject.kind, &subject.name);
            entries.push(Entry { kind, id, name, remark: None, corrections: vec![], whats: vec![], rank: u8::MAX });
            entries.len() - 1
        })
    };
    for correction in corrections {
        let place = place_of(&mut entries, &correction.subject);
        entries[place].corrections.push(correction);
    }
    let merged = merged(changes);
    for change in changes {
        let place = place_of(&mut entries, &change.subject);
        let entry = &mut entries[place];
        entry.remark = line::remark(change).or(entry.remark.take());
        if matches!(change.what, What::Removed(_))
            && let Some(into) = merged.get(change.subject.id.as_str())
        {
            entry.remark = Some(format!("withdrawn, now part of {into}"));
        }
        if !entry.corrections.iter().any(|correction| correction.tells(change)) {
            entry.whats.push(&change.what);
        }
    }
    for entry in &mut entries {
        entry.rank = entry.whats.iter().map(|what| rank(what, entry.kind)).min().unwrap_or(u8::MAX);
        if !entry.corrections.is_empty() {
            entry.rank = 0;
        }
    }
    entries.retain(|entry| {
        !entry.corrections.is_empty() || entry.remark.is_some() || !line::lines(&entry.whats).is_empty()
    });
    let mut best: HashMap<&str, u8> = HashMap::new();
    for entry in &entries {
        let best = best.entry(entry.kind).or_insert(u8::MAX);
        *best = entry.rank.min(*best);
    }
    let order = |kind: &str| KINDS.iter().position(|known| known.id == kind);
    entries.sort_by(|a, b| {
        let key = |entry: &Entry<'a>| (best[entry.kind], order(entry.kind), entry.rank, entry.name, entry.id);
        key(a).cmp(&key(b))
    });
    entries
}

/// The ids that records have taken over from others, and the names of those records.
fn merged(changes: &[Change]) -> HashMap<&str, &str> {
    let mut merged = HashMap::new();
    for Change { subject, what } in changes {
        let (What::Described(details) | What::Added(Account { details, .. })) = what else { continue };
        let formerly = details.iter().filter(|detail| detail.aspect == Aspect::Formerly);
        merged.extend(formerly.flat_map(|detail| &detail.now).map(|id| (id.as_str(), subject.name.as_str())));
    }
    merged
}

/// How important a change is: new records, then changed figures, then the rest. A source is new for another record's sake.
fn rank(what: &What, kind: &str) -> u8 {
    match what {
        What::Added(_) if kind == SOURCE.id => 5,
        What::Added(_) => 1,
        What::ClaimChanged { now, .. } if line::is_figure(now) => 2,
        What::Removed(_) => 3,
        What::Described(_) => 6,
        _ => 4,
    }
}

impl Entry<'_> {
    /// The record's name and what happened to it, as an item of a list.
    #[must_use]
    pub fn item(&self, citations: &mut Citations) -> Vec<Span> {
        self.under(vec![bold(self.name)], citations)
    }

    /// What happened to the record, under another heading than its name.
    #[must_use]
    pub fn under(&self, heading: Vec<Span>, citations: &mut Citations) -> Vec<Span> {
        let mut spans = heading;
        spans.extend(self.remark.as_ref().map(|remark| text(format!(" ({remark})"))));
        let corrected = self.corrections.iter().map(|correction| {
            let mark = citations.mark(&correction.now.as_ref().unwrap_or(&correction.said).sources);
            vec![bold("Correction: "), text(correction.words()), mark]
        });
        let mut lines: Vec<Vec<Span>> = corrected.collect();
        let all = line::lines(&self.whats);
        let mut length = 0;
        for (place, line) in all.iter().enumerate() {
            // What has no room must not be cited either.
            let mut cited = citations.clone();
            let drawn = line.spans(&mut cited);
            length += Reply::para(drawn.clone()).length();
            if length > LONGEST && !lines.is_empty() {
                lines.push(vec![
                    text(format!("and {} more: ", all.len() - place)),
                    code(format!("!history {}", self.id)),
                ]);
                break;
            }
            *citations = cited;
            lines.push(drawn);
        }
        let single = lines.len() == 1;
        for line in lines {
            spans.extend(if single { vec![text(": ")] } else { vec![Span::Break, text("– ")] });
            spans.extend(line);
        }
        spans
    }
}
