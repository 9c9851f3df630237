//! What is found wrong with one file while it is read and judged.

use std::ops::Range;

use super::{
    super::{File, KINDS, kind, tree::Place},
    Fault,
};
use crate::spelling::nearest;

/// So many faults of a file are written out, the rest is counted: one slip in a generated file is in each of its records.
const MOST: usize = 100;
/// A message quotes what it is about; of a longer one than this the end is left out.
const LONGEST_MESSAGE: usize = 300;
/// So much of a line is shown.
const SHOWN: usize = 160;

/// What is found wrong with a file. Or, [quickly](Self::quick), only whether anything is.
#[derive(Debug)]
pub(in crate::dataset) struct Findings<'f> {
    page: Option<Page<'f>>,
    faults: Vec<Fault>,
    count: usize,
}

impl<'f> Findings<'f> {
    /// Only whether there is a fault: most datasets have none.
    pub(in crate::dataset) fn quick() -> Self {
        Self { page: None, faults: Vec::new(), count: 0 }
    }

    pub(in crate::dataset) fn of(file: &'f File) -> Self {
        Self {
            page: Some(Page { file, starts: Vec::new(), is_ours: None, last: (0, 0, 0) }),
            faults: Vec::new(),
            count: 0,
        }
    }

    /// How many faults were found.
    pub(in crate::dataset) fn count(&self) -> usize {
        self.count
    }

    /// Whether nobody wants to know what else is wrong.
    pub(in crate::dataset) fn is_decided(&self) -> bool {
        self.page.is_none() && self.count > 0
    }

    /// Whether what else is found is only counted, so that its words need not be found.
    pub(in crate::dataset) fn is_full(&self) -> bool {
        self.page.is_none() || self.faults.len() >= MOST
    }

    /// A fault at a place: what is wrong, and how to mend it.
    pub(in crate::dataset) fn add(&mut self, place: Place, words: impl FnOnce() -> (String, String)) {
        self.count += 1;
        if self.is_full() {
            return;
        }
        let Some(page) = &mut self.page else { return };
        let (mut message, mut mend) = words();
        let (line, column, start) = page.at(place);
        let mut text = String::new();
        if page.is_ours() {
            let rest = page.file.text[start..].lines().next().unwrap_or_default();
            text = rest.chars().take(SHOWN).collect();
        } else {
            message = without_quotes(&message);
            mend.push_str("; if this file is no part of the dataset, take it out of the folder");
        }
        let file = page.file.name.clone();
        self.faults.push(Fault { file, line, column, text, message: cut(message), mend: cut(mend), more: 0 });
    }

    /// The file and line of a place, as faults name them.
    pub(in crate::dataset) fn named(&mut self, place: Place) -> Option<String> {
        let page = self.page.as_mut()?;
        let (line, ..) = page.at(place);
        Some(format!("{}:{line}", page.file.name))
    }

    pub(in crate::dataset) fn into_faults(mut self) -> Vec<Fault> {
        let has_more = self.count > self.faults.len();
        self.faults.sort_by_key(|fault| (fault.line, fault.column));
        self.faults.dedup();
        let rest = if has_more { self.count - self.faults.len() } else { 0 };
        if let Some(last) = self.faults.last_mut() {
            last.more = rest;
        }
        self.faults
    }
}

/// A file, and what it takes to say where in it something is: worked out once, for however many faults.
#[derive(Debug)]
struct Page<'f> {
    file: &'f File,
    /// Where each line begins.
    starts: Vec<usize>,
    is_ours: Option<bool>,
    /// Line, byte and column of the last place that was asked for: the next one is mostly behind it.
    last: (usize, usize, usize),
}

impl Page<'_> {
    /// Line and column of a place, and where the line begins.
    fn at(&mut self, place: Place) -> (usize, usize, usize) {
        let text = &self.file.text;
        if self.starts.is_empty() {
            self.starts.push(0);
            self.starts.extend(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1));
        }
        let mut byte = place.byte().min(text.len());
        while !text.is_char_boundary(byte) {
            byte -= 1;
        }
        let line = self.starts.partition_point(|start| *start <= byte);
        let start = self.starts[line - 1];
        let count = |range: Range<usize>| text[range].chars().count();
        let column = match self.last {
            (last, from, column) if last == line && from <= byte => column + count(from..byte),
            _ => 1 + count(start..byte),
        };
        self.last = (line, byte, column);
        (line, column, start)
    }

    fn is_ours(&mut self) -> bool {
        *self.is_ours.get_or_insert_with(|| looks_like_data(&self.file.text))
    }
}

/// Whether a text is meant to be a part of a dataset. Anything can lie in a folder under any name, and what is not ours to show
/// is shown to nobody.
fn looks_like_data(text: &str) -> bool {
    /// So many headings of other kinds are looked at, in case they are slips of ours.
    const MOST_SLIPS: usize = 100;
    const KEYS: [&str; 8] = ["id", "name", "property", "value", "sources", "summary", "aliases", "title"];
    let (mut heading, mut key, mut slips) = (false, false, 0);
    for line in text.lines().map(str::trim_start) {
        if let Some(inner) = line.strip_prefix('[') {
            let word = word(inner.trim_start_matches(['[', ' ', '"', '\'']));
            slips += usize::from(!heading);
            let near = |word| nearest(word, KINDS.iter().map(|kind| kind.id)).is_some();
            heading = heading || kind(word).is_some() || (slips <= MOST_SLIPS && near(word));
        } else if line.starts_with('{') {
            if is_row(line) {
                return true;
            }
        } else {
            let word = word(line);
            key = key || (line[word.len()..].trim_start().starts_with('=') && KEYS.contains(&word));
        }
        if heading && key {
            return true;
        }
    }
    false
}

/// Whether a line of JSON is meant to be a record: by its kind, or because it makes claims.
fn is_row(line: &str) -> bool {
    let value = |key: &str| {
        let after = line.split_once(key)?.1.trim_start().strip_prefix(':')?;
        Some(after.trim_start())
    };
    let is_kind = value("\"kind\"").and_then(|value| value.strip_prefix('"')).is_some_and(|value| {
        let word = word(value);
        kind(word).is_some() || nearest(word, KINDS.iter().map(|kind| kind.id)).is_some()
    });
    is_kind || (value("\"id\"").is_some() && value("\"claims\"").is_some_and(|value| value.starts_with('[')))
}

/// The letters and signs of an id that a text begins with. Not many: no kind or key is long.
fn word(text: &str) -> &str {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let end = text.char_indices().take(40).find(|(_, c)| !is_part(*c)).map_or(text.len().min(40), |(at, _)| at);
    text.get(..end).unwrap_or_default()
}

/// A message without what it quotes.
fn without_quotes(message: &str) -> String {
    match (message.find('`'), message.rfind('`')) {
        (Some(start), Some(end)) if start < end => format!("{}…{}", &message[..=start], &message[end..]),
        _ => message.to_owned(),
    }
}

fn cut(text: String) -> String {
    match text.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_data_is_known_by_its_records() {
        for text in [
            "[[company]]\nid = \"a\"\n",
            "# Notes\n\n  [[compny]]\nname = \"A\n",
            "[company]\nid = \"a\"\n",
            "garbage\n[[model.claims]\nproperty = \"founded\"\n",
            "{\"kind\":\"company\",\"id\":",
            "{ \"id\" : \"a\", \"knd\" : \"company\", \"claims\" : [",
            "nonsense\n{\"kind\": \"compny\"}\n",
        ] {
            assert!(looks_like_data(text), "{text}");
        }
        for text in [
            "",
            "root:x:0:0:root:/root:/bin/bash\n",
            "password = \"hunter2\"\n",
            "[database]\nname = \"a\"\npassword = \"hunter2\"\n",
            "TOKEN=syt_abc\n",
            "{\"access_token\":\"syt_abc\"}\n",
            "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"data\":{}}\n",
            "{\"id\":1,\"name\":\"a\",\"token\":\"x\"}\n",
            "[[company]]\n",
            "-----BEGIN PRIVATE KEY-----\n",
        ] {
            assert!(!looks_like_data(text), "{text}");
        }
    }

    #[test]
    fn places_are_those_of_an_editor() {
        let file = File { name: "a.toml".to_owned(), text: "aé\n\nc月d\n".to_owned() };
        let mut page = Findings::of(&file).page.unwrap();
        for (byte, place) in
            [(0, (1, 1, 0)), (3, (1, 3, 0)), (4, (2, 1, 4)), (9, (3, 3, 5)), (5, (3, 1, 5)), (99, (4, 1, 11))]
        {
            assert_eq!(page.at(Place::new(byte)), place, "{byte}");
        }
    }

    #[test]
    fn beyond_the_first_many_faults_are_counted_and_cost_no_words() {
        let file = File { name: "a.toml".to_owned(), text: "[[company]]\nid = 1\n".repeat(1_000) };
        let mut findings = Findings::of(&file);
        let mut worded = 0;
        for number in 0..5_000 {
            findings.add(Place::new(number), || {
                worded += 1;
                (format!("`{}`", "x".repeat(1_000)), String::new())
            });
        }
        assert_eq!((findings.count(), worded), (5_000, MOST));
        let faults = findings.into_faults();
        assert_eq!((faults.len(), faults[MOST - 1].more), (MOST, 5_000 - MOST));
        assert!(faults[0].message.chars().count() <= LONGEST_MESSAGE + 1);
        assert_eq!(super::super::Faults::sorted(faults).count(), 5_000);
    }
}
