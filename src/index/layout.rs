//! Where the words of a record stand in the one text that is indexed of it.
//!
//! The text has parts: the names, the other names, the summary, what is said elsewhere, and then the value and the note of
//! each claim. Each part begins at a position of its own, so that a word's position tells which part it stands in.

/// A part has so many positions; words beyond them all stand at its last one.
const PART: u32 = 1 << 9;
/// The parts before those of the claims.
const BEFORE_CLAIMS: u32 = 4;
/// Begins the next part.
const NEXT: char = '\u{1}';
/// Stands between texts of one part that are not to be read as one.
const APART: char = '\u{2}';

/// A part of what is said of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The name and the native name.
    Names,
    /// The other names.
    Aliases,
    /// The kind, the summary, the tags and, of a source, who wrote it.
    Summary,
    /// What the properties of the claims are called.
    Elsewhere,
    /// The value of a claim.
    Value(usize),
    /// The note of a claim.
    Note(usize),
}

/// The part that a position is in.
pub(super) fn part(position: u32) -> Part {
    let part = position / PART;
    let claim = |part: u32| usize::try_from((part - BEFORE_CLAIMS) / 2).unwrap_or(usize::MAX);
    match part {
        0 => Part::Names,
        1 => Part::Aliases,
        2 => Part::Summary,
        3 => Part::Elsewhere,
        _ if part % 2 == BEFORE_CLAIMS % 2 => Part::Value(claim(part)),
        _ => Part::Note(claim(part)),
    }
}

/// Whether this is where the summary begins: where the record's kind stands.
pub(super) fn is_kind(position: u32) -> bool {
    position == 2 * PART
}

/// The text of a record, part by part.
#[derive(Debug, Default)]
pub(super) struct Text(String);

impl Text {
    /// Adds a text to the part.
    pub(super) fn add(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = rest.find([NEXT, APART]) {
            self.0.push_str(&rest[..at]);
            self.0.push(' ');
            rest = &rest[at + 1..];
        }
        self.0.push_str(rest);
        self.0.push(APART);
    }

    /// Begins the next part.
    pub(super) fn next(&mut self) {
        self.0.push(NEXT);
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }
}

/// The texts that were added, each with the part that it is in, counted from 0.
pub(super) fn texts(text: &str) -> impl Iterator<Item = (u32, &str)> {
    (0..).zip(text.split(NEXT)).flat_map(|(part, texts)| texts.split(APART).map(move |text| (part, text)))
}

/// The position of a word in its part.
pub(super) fn position(part: u32, word: u32) -> u32 {
    part * PART + word.min(PART - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_tells_its_part() {
        let parts = [Part::Names, Part::Aliases, Part::Summary, Part::Elsewhere, Part::Value(0), Part::Note(0)];
        for (number, expected) in (0..).zip(parts).chain([(6, Part::Value(1)), (7, Part::Note(1))]) {
            assert_eq!(part(position(number, 0)), expected);
            assert_eq!(part(position(number, 10_000)), expected);
        }
    }

    #[test]
    fn texts_come_back_with_their_parts() {
        let mut text = Text::default();
        text.add("a b\u{1}c");
        text.next();
        text.next();
        text.add("d");
        let text = text.into_string();
        let texts: Vec<_> = texts(&text).filter(|(_, text)| !text.is_empty()).collect();
        assert_eq!(texts, [(0, "a b c"), (2, "d")]);
    }
}
