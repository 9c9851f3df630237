//! The pieces that every record is read with: texts, lists, ids, dates, references.

use super::super::{
    Fault, File, Kind, PartialDate, Property,
    tree::{Data, Key, Node, Span},
};
use crate::spelling::nearest;

/// A text longer than this many characters is refused: answers are read on a phone.
const LONGEST_TEXT: usize = 600;

/// The file that is being read, and what was found wrong with it.
pub(super) struct Reader<'f, 'a> {
    pub file: &'f File,
    pub faults: &'a mut Vec<Fault>,
}

/// The entries of a table that nobody asked for yet.
pub(super) struct Entries {
    left: Vec<(Key, Node)>,
    asked: Vec<String>,
}

impl Entries {
    pub(super) fn new(left: Vec<(Key, Node)>) -> Self {
        Self { left, asked: Vec::new() }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.left.iter().any(|(key, _)| key.name == name)
    }

    /// Whether a key is left over that is most likely meant to be this one: it is told as a fault of its own.
    pub(super) fn has_slip_of(&self, name: &str) -> bool {
        self.left.iter().any(|(key, _)| nearest(&key.name, [name]).is_some())
    }

    pub(super) fn take(&mut self, name: &str) -> Option<(Key, Node)> {
        self.asked.push(name.to_owned());
        let place = self.left.iter().position(|(key, _)| key.name == name)?;
        Some(self.left.remove(place))
    }

    /// What is left over has no meaning: a fault each.
    pub(super) fn refuse_rest(self, reader: &mut Reader, whose: &str) {
        for (key, _) in &self.left {
            let mend = match nearest(&key.name, self.asked.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the keys of {whose} are {}", self.asked.join(", ")),
            };
            reader.fault(&key.span, format!("{whose} has no key `{}`", key.name), mend);
        }
    }
}

impl Reader<'_, '_> {
    pub(super) fn fault(&mut self, span: &Span, message: impl Into<String>, mend: impl Into<String>) {
        self.faults.push(Fault::at(self.file, span, message, mend));
    }

    /// Notes a value of the wrong type.
    pub(super) fn wrong<T>(&mut self, property: &Property, node: &Node, wanted: &str, example: &str) -> Option<T> {
        let message = format!("the value of `{}` must be {wanted}, not {}", property.id, node.data.describe());
        self.fault(&node.span, message, format!("write it as in {example}"));
        None
    }

    /// A text with its white space run together.
    pub(super) fn text(&mut self, key: &Key, node: &Node) -> Option<String> {
        let Data::Text(text) = &node.data else {
            let message = format!("`{}` must be a text, not {}", key.name, node.data.describe());
            self.fault(&node.span, message, format!("put it in quotes: {} = \"…\"", key.name));
            return None;
        };
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            self.fault(&node.span, format!("`{}` is empty", key.name), "write something, or leave the line out");
            return None;
        }
        if text.chars().any(char::is_control) {
            self.fault(&node.span, format!("`{}` has a control character in it", key.name), "type the text anew");
            return None;
        }
        let length = text.chars().count();
        if length > LONGEST_TEXT {
            let message = format!("`{}` has {length} characters", key.name);
            self.fault(&node.span, message, format!("shorten it to {LONGEST_TEXT}"));
            return None;
        }
        Some(text)
    }

    pub(super) fn optional(&mut self, entries: &mut Entries, name: &str) -> Option<String> {
        let (key, node) = entries.take(name)?;
        self.text(&key, &node)
    }

    /// A list of texts and where each of them stands; an empty list where there is none.
    pub(super) fn texts(&mut self, entries: &mut Entries, name: &str) -> (Vec<String>, Vec<Span>) {
        let Some((key, node)) = entries.take(name) else { return Default::default() };
        let Data::Array(items) = node.data else {
            let message = format!("`{name}` must be a list, not {}", node.data.describe());
            self.fault(&node.span, message, format!("put it in brackets: {name} = [\"…\"]"));
            return Default::default();
        };
        let mut texts = (Vec::new(), Vec::new());
        for item in items {
            if let Some(text) = self.text(&key, &item) {
                if texts.0.contains(&text) {
                    self.fault(&item.span, format!("`{text}` stands twice in `{name}`"), "take one of them out");
                    continue;
                }
                texts.0.push(text);
                texts.1.push(item.span);
            }
        }
        texts
    }

    pub(super) fn id(&mut self, entries: &mut Entries, kind: Kind, whole: &Span) -> Option<(String, Span)> {
        let Some((key, node)) = entries.take("id") else {
            let mend = "add a line below it: id = \"a-short-name\"";
            self.fault(whole, format!("this {} has no id", kind.id), mend);
            return None;
        };
        let id = self.text(&key, &node)?;
        if !is_slug(&id) {
            self.fault(&node.span, format!("`{id}` can't be an id"), SLUG);
            return None;
        }
        Some((id, node.span))
    }

    pub(super) fn check_slugs(&mut self, texts: &[String], spans: &[Span], what: &str) {
        for (text, span) in texts.iter().zip(spans) {
            if !is_slug(text) {
                self.fault(span, format!("`{text}` can't be a {what}"), SLUG);
            }
        }
    }

    pub(super) fn date(&mut self, key: &Key, node: &Node) -> Option<PartialDate> {
        let Data::Text(text) = &node.data else {
            let message = format!("`{}` must be a date in quotes, not {}", key.name, node.data.describe());
            self.fault(&node.span, message, "write a year (\"2023\"), a month (\"2023-03\") or a day (\"2023-03-16\")");
            return None;
        };
        let date = text.parse();
        if date.is_err() {
            let mend = "write a year (\"2023\"), a month (\"2023-03\") or a day (\"2023-03-16\")";
            self.fault(&node.span, format!("`{text}` is no date"), mend);
        }
        date.ok()
    }

    pub(super) fn reference(&mut self, node: Node) -> Option<String> {
        let Data::Table(entries) = node.data else { return None };
        let mut entries = Entries::new(entries);
        let id = self.optional(&mut entries, "ref");
        if id.is_none() {
            self.fault(&node.span, "the reference names no record", "write it as in { ref = \"the-record's-id\" }");
        }
        entries.refuse_rest(self, "a reference");
        id
    }
}

const SLUG: &str = "use lower-case letters, digits and single hyphens, as in moonshot-ai";

fn is_slug(text: &str) -> bool {
    text.len() <= 80
        && text
            .split('-')
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}
