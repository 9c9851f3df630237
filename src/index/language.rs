//! The query language: words with phrases, filters and what is not wanted among them.
//!
//! | | |
//! | --- | --- |
//! | `"export controls"` | these words side by side |
//! | `-robot`, `-"humanoid robot"`, `-kind:event` | without it |
//! | `kind:policy`, `tag:six-tigers`, `place:beijing`, `source:merics` | records of that kind, tag, place, source |
//! | `after:2023-06`, `before:2024` | from the first day of June 2023 on; until the last day of 2023 |
//! | `year:2023`, `year:2022..2023`, `2022..2023-06`, `since 2023`, `last year` | within these days, both ends included: see [`calendar`] |
//! | `kimi OR doubao` | either of the two |
//!
//! A filter that is given twice, or with a comma, lets either through; different filters have to fit all. Only a date that can't be
//! read is an error: what else can't be read as meant is a plain word (but an unknown kind, which is left out), and
//! [`Asked::complaint`] tells what was wrong with it.

mod pieces;

use jiff::civil::Date;

use self::pieces::{Piece, pieces};
use crate::{
    calendar::{self, Days, Unread, Wanted},
    dataset::{KINDS, Kind},
    spelling::{fold, key, nearest},
};

/// A question is read up to so many characters, counted as they are compared.
pub const LONGEST_QUESTION: usize = 500;
/// So many words, phrases and filters of it together are read.
pub const MOST_PIECES: usize = 24;
/// And so many spans of time.
const MOST_SPANS: usize = 6;

/// What narrows a search or a list to some of the records. An empty list lets everything through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    /// Records of one of these kinds.
    pub kind: Vec<Kind>,
    /// Records with one of these tags, as they were typed.
    pub tag: Vec<String>,
    /// Records at, or within, one of these places: names as they were typed.
    pub place: Vec<String>,
    /// What one of these sources says: ids, names or publishers, or beginnings of them, as they were typed.
    pub source: Vec<String>,
    /// The first day of which something is to be said.
    pub after: Option<Date>,
    /// The first day that is too late.
    pub before: Option<Date>,
}

impl Filters {
    /// Whether everything fits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A question as it was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The plain words, in order.
    pub words: Vec<String>,
    /// The texts in quotes.
    pub phrases: Vec<String>,
    /// Words and phrases of which one of each group is wanted.
    pub either: Vec<Vec<String>>,
    /// Words and phrases that are not wanted.
    pub without: Vec<String>,
    /// The filters.
    pub filters: Filters,
    /// Filters of which none may fit.
    pub except: Filters,
    /// What was wrong with it, as a sentence.
    pub complaint: Option<String>,
}

impl Asked {
    /// Every word that is wanted, phrases and alternatives included, as one text.
    #[must_use]
    pub fn text(&self) -> String {
        let all = self.words.iter().chain(&self.phrases).chain(self.either.iter().flatten());
        all.map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    /// Whether nothing at all is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { words, phrases, either, without, filters, except, complaint: _ } = self;
        words.is_empty() && phrases.is_empty() && either.is_empty() && without.is_empty() && {
            filters.is_empty() && except.is_empty()
        }
    }

    /// Whether it is nothing but words.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        let words = Self { words: self.words.clone(), complaint: self.complaint.clone(), ..Self::default() };
        *self == words
    }

    /// Keeps the first complaint: one is enough to learn from.
    fn complain(&mut self, complaint: impl Into<String>) {
        self.complaint.get_or_insert_with(|| complaint.into());
    }

    fn want(&mut self, text: String, quoted: bool) {
        let list = if quoted { &mut self.phrases } else { &mut self.words };
        list.push(text);
    }
}

/// Reads a question, with dates as of today. See the [module](self) for the language.
///
/// # Errors
/// A date that can't be read, or what looks like one.
pub fn read(text: &str, today: Date, wanted: Wanted) -> Result<Asked, Unread> {
    let (mut days, mut left) = calendar::filters(text, today)?;
    for _ in 0..MOST_SPANS {
        let Some(found) = calendar::find(&left, today, wanted)? else { break };
        days = days.and(found.days);
        left = found.left();
    }
    let mut asked = parse(&left);
    if days.is_empty() {
        asked.complain("No day is both after the one date and before the other, so I left the dates out.");
    } else {
        let Days { from, to } = days;
        (asked.filters.after, asked.filters.before) = (from, to.and_then(|last| last.tomorrow().ok()));
    }
    Ok(asked)
}

/// Reads a question that is not about days.
#[must_use]
pub fn parse(text: &str) -> Asked {
    let mut asked = Asked::default();
    let (pieces, complaint) = pieces(text);
    asked.complaint = complaint;
    // The words that an `OR` may join are kept until it is clear that none follows.
    let mut open: Vec<(String, bool)> = Vec::new();
    let mut joined = false;
    let mut unwanted = false;
    for piece in pieces {
        match piece {
            Piece::Or => {
                if open.is_empty() || joined {
                    asked.complain("OR stands between two words: kimi OR doubao.");
                }
                joined = !open.is_empty();
            }
            Piece::Not => unwanted = true,
            Piece::Words { text, quoted, without } => {
                if without || unwanted {
                    asked.without.push(text);
                } else {
                    if !joined {
                        close(&mut asked, &mut open);
                    }
                    open.push((text, quoted));
                    joined = false;
                }
                unwanted = false;
            }
            Piece::Filter { name, value, without } => {
                let without = without || unwanted;
                match filter(&mut asked, &name, &value, without) {
                    Ok(()) => {}
                    Err(word) if without => asked.without.push(word),
                    Err(word) => {
                        close(&mut asked, &mut open);
                        open.push((word, false));
                    }
                }
                unwanted = false;
                joined = false;
            }
        }
    }
    if joined {
        asked.complain("OR stands between two words: kimi OR doubao.");
    }
    close(&mut asked, &mut open);
    asked
}

/// One word goes to the words, several that `OR` joins become alternatives.
fn close(asked: &mut Asked, open: &mut Vec<(String, bool)>) {
    match open.len() {
        0 => {}
        1 => open.drain(..).for_each(|(text, quoted)| asked.want(text, quoted)),
        _ => asked.either.push(open.drain(..).map(|(text, _)| text).collect()),
    }
}

/// Takes a filter in, or complains and gives back what is to be searched as a word.
fn filter(asked: &mut Asked, name: &str, value: &str, without: bool) -> Result<(), String> {
    const NAMES: [&str; 10] = ["kind", "tag", "place", "source", "after", "since", "before", "until", "year", "date"];
    let name = if name == "type" { "kind" } else { name };
    if without && !matches!(name, "kind" | "tag" | "place" | "source") {
        asked.complain(format!("-{name}: can't be taken off; after: and before: narrow the time."));
        return Err(value.to_owned());
    }
    let target = if without { &mut asked.except } else { &mut asked.filters };
    let values = value.split([',', '，', '、']).map(str::trim).filter(|value| !key(value).is_empty());
    match name {
        "tag" => target.tag.extend(values.map(fold)),
        "place" => target.place.extend(values.map(ToOwned::to_owned)),
        "source" => target.source.extend(values.map(ToOwned::to_owned)),
        "kind" => {
            // Nothing is of no kind, so that there is no word to look for instead.
            let mut unknown = None;
            for value in values.map(fold) {
                match kind_called(&value) {
                    Some(kind) => target.kind.push(kind),
                    None => unknown = Some(unknown_kind(&value)),
                }
            }
            if let Some(unknown) = unknown {
                asked.complain(unknown);
            }
        }
        // What a date could be read from is no more here.
        "after" | "since" | "before" | "until" | "year" | "date" => return Err(value.to_owned()),
        _ => {
            let near = nearest(name, NAMES).map_or(String::new(), |near| format!(" Did you mean {near}: ?"));
            asked.complain(format!(
                "There is no filter {name}: here, only kind: tag: place: source: after: before: and year:.{near}"
            ));
            return Err(format!("{name}:{value}"));
        }
    }
    Ok(())
}

fn kind_called(name: &str) -> Option<Kind> {
    KINDS.iter().copied().find(|kind| kind.id == name || kind.plural == name || kind.aliases.contains(&name))
}

fn unknown_kind(value: &str) -> String {
    let kinds: Vec<&str> = KINDS.iter().map(|kind| kind.id).collect();
    match nearest(value, kinds.iter().copied()) {
        Some(near) => format!("There is no kind {value} here. Did you mean kind:{near}?"),
        None => format!("There is no kind {value} here. The kinds are {}.", kinds.join(", ")),
    }
}

#[cfg(test)]
mod tests;
