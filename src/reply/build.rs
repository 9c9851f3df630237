//! Citation marks, and the sources that they stand for.

use std::fmt::Write as _;

use super::{Block, Span, bold, text};
use crate::dataset::{Dataset, Record};

/// Gives each cited source a number, in the order of first use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Citations {
    ids: Vec<String>,
}

impl Citations {
    /// The marks for these sources: ` [1][3]`, in rising order.
    pub fn mark(&mut self, sources: &[String]) -> Span {
        let mut numbers: Vec<usize> = sources.iter().map(|id| self.number(id)).collect();
        numbers.sort_unstable();
        let mut marks = String::from(" ");
        for number in numbers {
            // Writing to a string can't fail.
            let _ = write!(marks, "[{number}]");
        }
        text(marks)
    }

    fn number(&mut self, id: &str) -> usize {
        let known = self.ids.iter().position(|known| known == id);
        known.unwrap_or_else(|| {
            self.ids.push(id.to_owned());
            self.ids.len() - 1
        }) + 1
    }

    /// The paragraph that names the sources, if any was cited.
    #[must_use]
    pub fn block(&self, dataset: &Dataset) -> Option<Block> {
        if self.ids.is_empty() {
            return None;
        }
        let mut spans = vec![bold(if self.ids.len() == 1 { "Source" } else { "Sources" })];
        for (place, id) in self.ids.iter().enumerate() {
            spans.push(Span::Break);
            spans.extend(line(place, id, dataset));
        }
        Some(Block::Para(spans))
    }

    /// How many sources have been cited.
    #[must_use]
    pub fn count(&self) -> usize {
        self.ids.len()
    }

    /// The lines of [`Citations::block`] that name the sources beyond the first so many.
    pub fn lines(&self, dataset: &Dataset, beyond: usize) -> impl Iterator<Item = Vec<Span>> {
        self.ids.iter().enumerate().skip(beyond).map(|(place, id)| line(place, id, dataset))
    }
}

fn line(place: usize, id: &str, dataset: &Dataset) -> Vec<Span> {
    let mut spans = vec![text(format!("[{}] ", place + 1))];
    match dataset.get(id) {
        Some(source) => cite(&mut spans, source),
        None => spans.push(text(id)),
    }
    spans
}

/// A source as one line: title (a link if it has one), authors or publisher, date.
fn cite(spans: &mut Vec<Span>, source: &Record) {
    let info = source.source.as_deref();
    spans.push(match info.and_then(|info| info.url.clone()) {
        Some(url) => Span::Link { text: source.name.clone(), url },
        None => text(source.name.clone()),
    });
    let by = match info.map(|info| info.authors.as_slice()).unwrap_or_default() {
        [] => info.and_then(|info| info.publisher.clone()),
        [one] => Some(one.clone()),
        [first, ..] => Some(format!("{first} and others")),
    };
    let date = info.and_then(|info| info.date).map_or_else(|| "undated".to_owned(), |date| date.to_string());
    spans.push(text(by.map_or_else(|| format!(", {date}"), |by| format!(", {by}, {date}"))));
}
