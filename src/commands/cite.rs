//! `!cite NAME`: the sources behind a record, ready to paste.

use std::collections::BTreeSet;

use super::{Ask, Command, Desk, Hit, Outcome, Role, Spec, look_up};
use crate::{
    dataset::{Record, SOURCE},
    index,
    reply::{Block, Reply, Span, bold, code, italic, text},
    spelling::key,
};

/// The citation.
pub(super) struct Cite;

impl Command for Cite {
    fn spec(&self) -> Spec {
        Spec {
            word: "cite",
            aliases: &["bibtex"],
            arguments: "NAME",
            summary: "The sources behind a record, ready to paste, in BibTeX too",
            example: "moonshot",
            more: "Of a source it cites the source itself",
            who: Role::Member,
        }
    }

    fn answer(&self, desk: &Desk, ask: &Ask) -> Result<Outcome, index::Error> {
        let name = ask.invocation.joined();
        if key(&name).is_empty() {
            return Ok(self.spec().how_to());
        }
        let Some(found) = look_up::find(desk, None, &ask.invocation.args)? else {
            return Ok(look_up::nothing(desk, &name)?.into());
        };
        let record = found.record;
        let sources: Vec<&Record> = if record.kind == SOURCE {
            vec![record]
        } else {
            let cited: BTreeSet<&String> = record.claims.iter().flat_map(|claim| &claim.sources).collect();
            cited.into_iter().filter_map(|id| desk.dataset.get(id)).collect()
        };
        let mut blocks: Vec<Block> = found.why.into_iter().map(Block::Para).collect();
        blocks.push(Block::Para(vec![bold(&record.name), text(format!(", {}", record.kind.id))]));
        let shown = sources.iter().copied().filter(|source| source.id != record.id);
        let hits = std::iter::once(record).chain(shown).map(Hit::whole).collect();
        if sources.is_empty() {
            blocks.push(Block::Para(vec![text("No claim is made of it here, so that there is nothing to cite.")]));
        }
        blocks.extend(
            // What is not known of a source, such as its own title, stands in its summary.
            sources.into_iter().map(|source| {
                let mut spans = vec![text(plain(source)), Span::Break];
                spans.extend([italic(&source.summary), Span::Break].into_iter().filter(|_| !source.summary.is_empty()));
                spans.push(code(bibtex(source)));
                Block::Para(spans)
            }),
        );
        Ok(Outcome { reply: Reply { blocks }, hits, effect: None })
    }
}

/// Authors (or publisher), date, title, publisher, address: as far as they are known.
fn plain(source: &Record) -> String {
    let info = source.source.clone().unwrap_or_default();
    let date = info.date.map_or_else(|| "undated".to_owned(), |date| date.to_string());
    let by = if info.authors.is_empty() { info.publisher.clone() } else { Some(info.authors.join(", ")) };
    let publisher = info.publisher.filter(|_| !info.authors.is_empty());
    let mut parts = match by {
        Some(by) => vec![format!("{by} ({date})"), source.name.clone()],
        None => vec![format!("{} ({date})", source.name)],
    };
    parts.extend(publisher);
    parts.extend(info.url);
    parts.join(". ")
}

fn bibtex(source: &Record) -> String {
    let info = source.source.clone().unwrap_or_default();
    let mut fields = vec![("title", format!("{{{}}}", escaped(&source.name)))];
    if !info.authors.is_empty() {
        let authors: Vec<String> = info.authors.iter().map(|author| escaped(author)).collect();
        fields.push(("author", authors.join(" and ")));
    }
    fields.extend(info.publisher.map(|publisher| ("publisher", escaped(&publisher))));
    // BibTeX itself reads the year, biblatex the date.
    fields.extend(info.date.map(|date| ("year", date.year().to_string())));
    fields.extend(info.date.map(|date| ("date", date.to_string())));
    fields.extend(info.url.map(|url| ("url", url)));
    let fields: Vec<String> = fields.into_iter().map(|(name, value)| format!("{name} = {{{value}}}")).collect();
    format!("@misc{{{}, {}}}", source.id, fields.join(", "))
}

/// The characters that BibTeX gives a meaning to, with that meaning taken off.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\textbackslash{}"),
            '{' | '}' | '&' | '%' | '#' | '_' | '$' => out.extend(['\\', c]),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            c => out.push(c),
        }
    }
    out
}
