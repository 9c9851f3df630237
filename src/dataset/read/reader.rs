//! The pieces that every record is read with: texts, lists, ids, dates, references.

use std::collections::HashSet;

use super::super::{
    Findings, Kind, PartialDate, Property,
    quick::{BuildQuick, quick},
    tree::{Data, Key, Node, Place},
};
use crate::spelling::nearest;

/// A text longer than this many characters is refused: answers are read on a phone.
const LONGEST_TEXT: usize = 600;

/// In a table with more keys that nobody knows than this none is a slip.
const MOST_SLIPS: usize = 64;
/// Of a list with more texts than this it is remembered which have been.
const FEW: usize = 16;

/// What reads a file, and notes what is wrong with it.
pub(super) struct Reader<'f, 'a> {
    pub findings: &'a mut Findings<'f>,
}

/// The entries of a table that nobody asked for yet.
pub(super) struct Entries<'f> {
    left: Vec<(Key<'f>, Node<'f>)>,
    asked: Vec<&'static str>,
}

impl<'f> Entries<'f> {
    pub(super) fn new(left: Vec<(Key<'f>, Node<'f>)>) -> Self {
        Self { left, asked: Vec::new() }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.left.iter().any(|(key, _)| key.name == name)
    }

    /// Whether a key is left over that is most likely meant to be this one: it is told as a fault of its own.
    pub(super) fn has_slip_of(&self, name: &str) -> bool {
        self.left.iter().take(MOST_SLIPS).any(|(key, _)| nearest(&key.name, [name]).is_some())
    }

    pub(super) fn take(&mut self, name: &'static str) -> Option<(Key<'f>, Node<'f>)> {
        self.asked.push(name);
        let place = self.left.iter().position(|(key, _)| key.name == name)?;
        Some(self.left.remove(place))
    }

    /// What is left over has no meaning: a fault each.
    pub(super) fn refuse_rest(self, reader: &mut Reader, whose: &str) {
        for (key, _) in &self.left {
            reader.findings.add(key.place, || {
                let mend = match nearest(&key.name, self.asked.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the keys of {whose} are {}", self.asked.join(", ")),
                };
                (format!("{whose} has no key `{}`", key.name), mend)
            });
        }
    }
}

impl Reader<'_, '_> {
    pub(super) fn fault(&mut self, place: Place, message: impl Into<String>, mend: impl Into<String>) {
        self.findings.add(place, || (message.into(), mend.into()));
    }

    /// Notes a value of the wrong type.
    pub(super) fn wrong<T>(&mut self, property: &Property, node: &Node, wanted: &str, example: &str) -> Option<T> {
        let message = format!("the value of `{}` must be {wanted}, not {}", property.id, node.data.describe());
        self.fault(node.place, message, format!("write it as in {example}"));
        None
    }

    /// A text with its white space run together.
    pub(super) fn text(&mut self, key: &Key, node: &Node) -> Option<String> {
        let Data::Text(text) = &node.data else {
            let message = format!("`{}` must be a text, not {}", key.name, node.data.describe());
            self.fault(node.place, message, format!("put it in quotes: {} = \"…\"", key.name));
            return None;
        };
        let text = run_together(text);
        if text.is_empty() {
            self.fault(node.place, format!("`{}` is empty", key.name), "write something, or leave the line out");
            return None;
        }
        let plain = text.bytes().all(|byte| (b' '..0x7f).contains(&byte));
        if !plain && text.chars().any(char::is_control) {
            self.fault(node.place, format!("`{}` has a control character in it", key.name), "type the text anew");
            return None;
        }
        let length = if text.len() > LONGEST_TEXT { text.chars().count() } else { 0 };
        if length > LONGEST_TEXT {
            let message = format!("`{}` has {length} characters", key.name);
            self.fault(node.place, message, format!("shorten it to {LONGEST_TEXT}"));
            return None;
        }
        Some(text)
    }

    pub(super) fn optional(&mut self, entries: &mut Entries, name: &'static str) -> Option<String> {
        let (key, node) = entries.take(name)?;
        self.text(&key, &node)
    }

    /// A list of texts and where each of them stands; an empty list where there is none.
    pub(super) fn texts(&mut self, entries: &mut Entries, name: &'static str) -> (Vec<String>, Vec<Place>) {
        let Some((key, node)) = entries.take(name) else { return Default::default() };
        let Data::Array(items) = node.data else {
            let message = format!("`{name}` must be a list, not {}", node.data.describe());
            self.fault(node.place, message, format!("put it in brackets: {name} = [\"…\"]"));
            return Default::default();
        };
        let mut texts = (Vec::with_capacity(items.len()), Vec::with_capacity(items.len()));
        // Hashes of those that have been, where they are many: two texts may share one.
        let mut hashes: Option<HashSet<u64, BuildQuick>> = (items.len() > FEW).then(HashSet::default);
        for item in items {
            if let Some(text) = self.text(&key, &item) {
                let may_be_twice = hashes.as_mut().is_none_or(|hashes| !hashes.insert(quick(&text)));
                if may_be_twice && texts.0.contains(&text) {
                    self.fault(item.place, format!("`{text}` stands twice in `{name}`"), "take one of them out");
                    continue;
                }
                texts.0.push(text);
                texts.1.push(item.place);
            }
        }
        texts
    }

    pub(super) fn id(&mut self, entries: &mut Entries, kind: Kind, whole: Place) -> Option<(String, Place)> {
        let Some((key, node)) = entries.take("id") else {
            let mend = "add a line below it: id = \"a-short-name\"";
            self.fault(whole, format!("this {} has no id", kind.id), mend);
            return None;
        };
        let id = self.text(&key, &node)?;
        if !is_slug(&id) {
            self.fault(node.place, format!("`{id}` can't be an id"), SLUG);
            return None;
        }
        Some((id, node.place))
    }

    pub(super) fn check_slugs(&mut self, texts: &[String], places: &[Place], what: &str) {
        for (text, place) in texts.iter().zip(places) {
            if !is_slug(text) {
                self.fault(*place, format!("`{text}` can't be a {what}"), SLUG);
            }
        }
    }

    pub(super) fn date(&mut self, key: &Key, node: &Node) -> Option<PartialDate> {
        let Data::Text(text) = &node.data else {
            let message = format!("`{}` must be a date in quotes, not {}", key.name, node.data.describe());
            self.fault(node.place, message, "write a year (\"2023\"), a month (\"2023-03\") or a day (\"2023-03-16\")");
            return None;
        };
        let date = text.parse();
        if date.is_err() {
            let mend = "write a year (\"2023\"), a month (\"2023-03\") or a day (\"2023-03-16\")";
            self.fault(node.place, format!("`{text}` is no date"), mend);
        }
        date.ok()
    }

    pub(super) fn reference(&mut self, node: Node<'_>) -> Option<String> {
        let Data::Table(entries) = node.data else { return None };
        let mut entries = Entries::new(entries);
        let id = self.optional(&mut entries, "ref");
        if id.is_none() {
            self.fault(node.place, "the reference names no record", "write it as in { ref = \"the-record's-id\" }");
        }
        entries.refuse_rest(self, "a reference");
        id
    }
}

/// A text with each run of white space as one space, and none around it.
fn run_together(text: &str) -> String {
    let clean = text.trim().len() == text.len()
        && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
        && !text.contains("  ");
    if clean { text.to_owned() } else { text.split_whitespace().collect::<Vec<_>>().join(" ") }
}

const SLUG: &str = "use lower-case letters, digits and single hyphens, as in moonshot-ai";

fn is_slug(text: &str) -> bool {
    text.len() <= 80
        && text
            .split('-')
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}
