//! What may be shown of a text from outside: in rooms, on terminals and in the log.

use std::fmt::{self, Write as _};

/// The character as it may be shown: line ends as spaces; no control characters, which could move a terminal's cursor,
/// and none that turn the direction of the text around them.
#[must_use]
pub fn shown(c: char) -> Option<char> {
    match c {
        '\n' | '\t' | '\r' | '\u{2028}' | '\u{2029}' => Some(' '),
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => None,
        c if c.is_control() => None,
        c => Some(c),
    }
}

/// Displays a text as it may be shown, on one line.
#[derive(Debug, Clone, Copy)]
pub struct Clean<'t>(pub &'t str);

/// Displays a text of several lines as it may be shown.
#[derive(Debug, Clone, Copy)]
pub struct CleanLines<'t>(pub &'t str);

impl fmt::Display for Clean<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Most of what is said is plain.
        if self.0.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return f.write_str(self.0);
        }
        self.0.chars().filter_map(shown).try_for_each(|c| f.write_char(c))
    }
}

impl fmt::Display for CleanLines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, line) in self.0.split('\n').enumerate() {
            write!(f, "{}{}", if number > 0 { "\n" } else { "" }, Clean(line))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_a_cursor_or_turns_a_text_is_left_out() {
        let text = "a\u{1b}[31mb\u{7}\tc\r\nd\u{202e}e\u{9b}2J月\u{2028}f";
        assert_eq!(Clean(text).to_string(), "a[31mb c  de2J月 f");
        assert_eq!(CleanLines(text).to_string(), "a[31mb c \nde2J月 f");
    }
}
