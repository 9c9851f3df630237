//! Citation marks, and the sources that they stand for.

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
        let marks: Vec<String> = numbers.iter().map(|number| format!("[{number}]")).collect();
        text(format!(" {}", marks.concat()))
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
            spans.push(text(format!("[{}] ", place + 1)));
            match dataset.get(id) {
                Some(source) => cite(&mut spans, source),
                None => spans.push(text(id.clone())),
            }
        }
        Some(Block::Para(spans))
    }
}

/// A source as one line: title (a link if it has one), authors or publisher, date.
fn cite(spans: &mut Vec<Span>, source: &Record) {
    let info = source.source.clone().unwrap_or_default();
    spans.push(match info.url {
        Some(url) => Span::Link { text: source.name.clone(), url },
        None => text(source.name.clone()),
    });
    let by = match info.authors.as_slice() {
        [] => info.publisher,
        [one] => Some(one.clone()),
        [first, ..] => Some(format!("{first} and others")),
    };
    let date = info.date.map_or_else(|| "undated".to_owned(), |date| date.to_string());
    let rest: Vec<String> = by.into_iter().chain([date]).collect();
    spans.push(text(format!(", {}", rest.join(", "))));
}
