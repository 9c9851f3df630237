//! A change in words.

use std::borrow::Cow;

use crate::{
    dataset::{Account, Aspect, Change, Detail, Statement, ValueType, What, property},
    reply::{Citations, Span, italic, text},
};

/// A text longer than this many characters is cut.
const LONGEST_TEXT: usize = 180;
/// So many claims of a new record are told.
const MOST_CLAIMS: usize = 4;

/// What a line tells.
pub(super) enum Line<'a> {
    /// What a new record is.
    Added(&'a Account),
    /// What a record was that is gone.
    Removed(&'a Account),
    /// A claim that was and is.
    Changed(&'a Statement, &'a Statement),
    /// Claims of one property that came.
    Came(Vec<&'a Statement>),
    /// Claims of one property that went.
    Went(Vec<&'a Statement>),
    /// A detail of the record, in words already.
    Detail(String),
}

/// The lines that tell what happened to one record, most important first. Empty if there is nothing worth telling.
pub(super) fn lines<'a>(whats: &[&'a What]) -> Vec<Line<'a>> {
    let mut lines: Vec<Line<'a>> = Vec::new();
    for what in whats {
        match what {
            What::Added(account) if account.claims.is_empty() && about(account).is_none() => {}
            What::Added(account) => lines.push(Line::Added(account)),
            What::Removed(account) => lines.push(Line::Removed(account)),
            What::Renamed { .. } => {}
            What::Described(details) => lines.extend(details.iter().filter_map(detail).map(Line::Detail)),
            What::ClaimChanged { was, now, .. } => lines.push(Line::Changed(was, now)),
            // What came or went of one property stands in one line.
            What::ClaimAdded(claim) => match lines.last_mut() {
                Some(Line::Came(claims)) if claims[0].property == claim.property => claims.push(claim),
                _ => lines.push(Line::Came(vec![claim])),
            },
            What::ClaimWithdrawn(claim) => match lines.last_mut() {
                Some(Line::Went(claims)) if claims[0].property == claim.property => claims.push(claim),
                _ => lines.push(Line::Went(vec![claim])),
            },
        }
    }
    lines.sort_by_key(|line| match line {
        Line::Added(_) | Line::Removed(_) => 0,
        Line::Changed(_, now) if is_figure(now) => 1,
        Line::Changed(..) => 2,
        Line::Came(_) | Line::Went(_) => 3,
        Line::Detail(_) => 4,
    });
    lines
}

impl Line<'_> {
    /// The line in words, with marks for the sources.
    pub(super) fn spans(&self, citations: &mut Citations) -> Vec<Span> {
        match self {
            Self::Added(account) => added(account, citations),
            Self::Removed(account) => removed(account, citations),
            Self::Changed(was, now) => changed(was, now, citations),
            Self::Came(claims) => came_or_went("added", claims, citations),
            Self::Went(claims) => came_or_went("withdrawn", claims, citations),
            Self::Detail(words) => vec![text(words)],
        }
    }
}

/// What stands behind the record's name: whether it is new, gone, or was called otherwise.
pub(super) fn remark(change: &Change) -> Option<String> {
    match &change.what {
        What::Added(_) => Some("new".to_owned()),
        What::Removed(_) => Some("withdrawn".to_owned()),
        What::Renamed { name, .. } if *name != change.subject.name => Some(format!("until now {name}")),
        What::Renamed { id, .. } => Some(format!("its id is {} now, not {id}", change.subject.id)),
        _ => None,
    }
}

/// Whether a claim is an amount.
pub(super) fn is_figure(claim: &Statement) -> bool {
    property(&claim.property).is_some_and(|property| property.value.is_amount())
}

fn label(claim: &Statement) -> &str {
    property(&claim.property).map_or(claim.property.as_str(), |property| property.label)
}

/// What a record is: its summary or, of a source, who wrote it and when, and where it is.
fn about(account: &Account) -> Option<String> {
    let told = |aspect| {
        let detail = account.details.iter().find(|detail| detail.aspect == aspect);
        detail.map(|detail| detail.now.join(", ")).filter(|words| !words.is_empty())
    };
    let source = || {
        let parts: Vec<String> =
            [Aspect::Authors, Aspect::Publisher, Aspect::Date, Aspect::Url].into_iter().filter_map(told).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    };
    told(Aspect::Summary).or_else(source)
}

fn added(account: &Account, citations: &mut Citations) -> Vec<Span> {
    let mut spans = Vec::new();
    if let Some(about) = about(account) {
        spans.push(text(clipped(&about)));
    }
    // Dates and figures first; the others in the order of a card.
    let mut claims: Vec<&Statement> = account.claims.iter().collect();
    claims.sort_by_key(|claim| {
        let dated = property(&claim.property).is_some_and(|property| property.value == ValueType::Date);
        (!dated, !is_figure(claim))
    });
    let mut parts: Vec<(&str, Vec<Span>)> = Vec::new();
    for claim in claims.iter().take(MOST_CLAIMS) {
        let joined = parts.last().is_some_and(|(last, _)| *last == label(claim));
        let mut part = if joined { Vec::new() } else { vec![text(format!("{}: ", label(claim)))] };
        said(&mut part, claim, citations);
        parts.push((label(claim), part));
    }
    for (_, part) in parts {
        let between = match spans.last() {
            None => "",
            Some(Span::Text(words)) if words.ends_with(['.', '!', '?', '…']) => " ",
            Some(_) if spans.len() == 1 => ". ",
            Some(_) => "; ",
        };
        spans.push(text(between));
        spans.extend(part);
    }
    let left = account.claims.len().saturating_sub(MOST_CLAIMS);
    spans.extend((left > 0).then(|| text(format!("; and {left} more"))));
    spans.retain(|span| *span != text(""));
    spans
}

fn removed(account: &Account, citations: &mut Citations) -> Vec<Span> {
    // A remark that all its claims have is the reason; another may be about anything.
    let mut notes: Vec<Option<&str>> = account.claims.iter().map(|claim| claim.note.as_deref()).collect();
    notes.dedup();
    let mut spans = match account.claims.len() {
        0 => vec![text("nothing was said of it")],
        1 => {
            let mut spans = vec![text(format!("it had one claim: {}: ", label(&account.claims[0])))];
            said(&mut spans, &account.claims[0], citations);
            spans
        }
        many => vec![text(format!("it had {many} claims"))],
    };
    if let [Some(only)] = notes[..] {
        spans.push(italic(format!(" ({})", clipped(only))));
    }
    spans
}

/// A claim's value, its date, and the marks of its sources.
fn said(spans: &mut Vec<Span>, claim: &Statement, citations: &mut Citations) {
    spans.push(text(dated(claim)));
    spans.push(citations.mark(&claim.sources));
}

/// A claim's value and its date.
pub(super) fn dated(claim: &Statement) -> String {
    let date = claim.as_of.as_ref().map(|date| format!(" ({date})")).unwrap_or_default();
    format!("{}{date}", clipped(&claim.text))
}

fn changed(was: &Statement, now: &Statement, citations: &mut Citations) -> Vec<Span> {
    let mut spans = vec![text(format!("{}: ", label(now)))];
    let same = was.value == now.value && was.as_of == now.as_of;
    let mut now = Cow::Borrowed(now);
    if was.value == now.value && was.as_of.is_some() && now.as_of.is_some() && !same {
        // "USD 1 billion (2025-03 → 2025-10)"
        let dates = was.as_of.iter().chain(&now.as_of).map(String::as_str).collect::<Vec<_>>().join(" → ");
        now.to_mut().as_of = Some(dates);
    } else if !same {
        spans.push(text(dated(was)));
        if was.sources != now.sources {
            spans.push(citations.mark(&was.sources));
        }
        spans.push(text(" → "));
    }
    let now = now.as_ref();
    if same && was.sources.iter().all(|source| now.sources.contains(source)) && was.sources != now.sources {
        let more: Vec<String> = now.sources.iter().filter(|source| !was.sources.contains(source)).cloned().collect();
        said(&mut spans, was, citations);
        spans.extend([text(", now also"), citations.mark(&more)]);
    } else {
        said(&mut spans, now, citations);
        if same && was.sources != now.sources {
            spans.extend([text(", before"), citations.mark(&was.sources)]);
        }
    }
    match (&was.note, &now.note) {
        (was, now) if was == now => {}
        (_, Some(note)) if same => spans.push(italic(format!(" (new remark: {})", clipped(note)))),
        (_, Some(note)) => spans.push(italic(format!(" ({})", clipped(note)))),
        (_, None) if same => spans.push(italic(" (without a remark now)")),
        (_, None) => {}
    }
    spans
}

fn came_or_went(what: &str, claims: &[&Statement], citations: &mut Citations) -> Vec<Span> {
    let mut spans = Vec::new();
    for claim in claims {
        spans.push(text(if spans.is_empty() { format!("{}, {what}: ", label(claim)) } else { "; ".to_owned() }));
        said(&mut spans, claim, citations);
        // The remark on what is withdrawn is the reason, if there is one.
        spans.extend(claim.note.as_deref().map(|note| italic(format!(" ({})", clipped(note)))));
    }
    spans
}

fn detail(detail: &Detail) -> Option<String> {
    let name = match detail.aspect {
        Aspect::Formerly => return None,
        Aspect::Kind => "Kind of record",
        Aspect::NativeName => "Native name",
        Aspect::Summary => "Summary",
        Aspect::Aliases => "Also called",
        Aspect::Tags => "Tags",
        Aspect::Publisher => "Publisher",
        Aspect::Authors => "Authors",
        Aspect::Date => "Date",
        Aspect::Url => "Link",
        Aspect::Language => "Language",
    };
    let (was, now) = (&detail.was, &detail.now);
    Some(match detail.aspect {
        Aspect::Summary => match now.first() {
            Some(now) => format!("{name}: {}", clipped(now)),
            None => format!("{name} taken out"),
        },
        Aspect::Aliases | Aspect::Tags => {
            let only = |these: &[String], those: &[String]| {
                these.iter().filter(|this| !those.contains(this)).cloned().collect::<Vec<_>>().join(", ")
            };
            let (more, less) = (only(now, was), only(was, now));
            let less = if less.is_empty() { less } else { format!("no longer {less}") };
            let parts: Vec<String> = [more, less].into_iter().filter(|part| !part.is_empty()).collect();
            clipped(&format!("{name}: {}", parts.join("; ")))
        }
        _ => {
            let list = |list: &[String]| if list.is_empty() { "none".to_owned() } else { clipped(&list.join(", ")) };
            format!("{name}: {} → {}", list(was), list(now))
        }
    })
}

fn clipped(words: &str) -> String {
    match words.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => format!("{}…", words[..end].trim_end()),
        None => words.to_owned(),
    }
}
