//! Plain text, for the body of a message and for terminals.

use super::{Block, Reply, Span};
use crate::spelling::shown;

/// What plain text is written to.
pub(super) trait Out {
    /// Adds a text as it is.
    fn add(&mut self, text: &str);
}

impl Out for String {
    fn add(&mut self, text: &str) {
        self.push_str(text);
    }
}

/// Counts the characters instead.
#[derive(Debug, Default)]
pub(super) struct Count(pub usize);

impl Out for Count {
    fn add(&mut self, text: &str) {
        self.0 += if text.is_ascii() { text.len() } else { text.chars().count() };
    }
}

pub(super) fn render(out: &mut impl Out, reply: &Reply, ansi: bool) {
    for (number, block) in reply.blocks.iter().enumerate() {
        let (gap, items) = match block {
            Block::Para(content) => ("\n\n", std::slice::from_ref(content)),
            Block::List(items) => ("\n", items.as_slice()),
        };
        out.add(if number > 0 { gap } else { "" });
        for (place, item) in items.iter().enumerate() {
            out.add(if place > 0 { "\n" } else { "" });
            out.add(if matches!(block, Block::List(_)) { "• " } else { "" });
            spans(out, item, ansi);
        }
    }
}

pub(super) fn spans(out: &mut impl Out, spans: &[Span], ansi: bool) {
    for span in spans {
        match span {
            Span::Text(words) => clean(out, words),
            Span::Bold(words) => styled(out, words, "1", ansi),
            Span::Italic(words) => styled(out, words, "3", ansi),
            Span::Code(words) => styled(out, words, "36", ansi),
            Span::Link { text, url } if ansi => {
                around(out, "\x1b]8;;", url, "\x1b\\\x1b[4m");
                around(out, "", text, "\x1b[0m\x1b]8;;\x1b\\");
            }
            Span::Link { text, url } if text == url => clean(out, url),
            Span::Link { text, url } => {
                clean(out, text);
                around(out, " (", url, ")");
            }
            Span::Break => out.add("\n"),
        }
    }
}

fn styled(out: &mut impl Out, words: &str, style: &str, ansi: bool) {
    if ansi {
        out.add("\x1b[");
        out.add(style);
        around(out, "m", words, "\x1b[0m");
    } else {
        clean(out, words);
    }
}

fn around(out: &mut impl Out, before: &str, words: &str, after: &str) {
    out.add(before);
    clean(out, words);
    out.add(after);
}

fn clean(out: &mut impl Out, words: &str) {
    // Most of what is said is plain.
    if words.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        out.add(words);
        return;
    }
    let mut rest = words;
    while let Some((at, c)) = rest.char_indices().find(|(_, c)| shown(*c) != Some(*c)) {
        out.add(&rest[..at]);
        if let Some(c) = shown(c) {
            out.add(c.encode_utf8(&mut [0; 4]));
        }
        rest = &rest[at + c.len_utf8()..];
    }
    out.add(rest);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply::{bold, code, text};

    fn sample() -> Reply {
        let link = Span::Link { text: "page".to_owned(), url: "https://example.org".to_owned() };
        Reply {
            blocks: vec![
                Block::Para(vec![bold("Name"), Span::Break, text("says\u{1b}[31m "), code("!x")]),
                Block::List(vec![vec![text("one")], vec![link]]),
                Block::Para(vec![text("end")]),
            ],
        }
    }

    #[test]
    fn plain_text_has_no_escapes() {
        assert_eq!(sample().text(), "Name\nsays[31m !x\n• one\n• page (https://example.org)\n\nend");
    }

    #[test]
    fn a_terminal_gets_styles_and_links() {
        assert_eq!(
            sample().ansi(),
            "\x1b[1mName\x1b[0m\nsays[31m \x1b[36m!x\x1b[0m\n• one\n• \
             \x1b]8;;https://example.org\x1b\\\x1b[4mpage\x1b[0m\x1b]8;;\x1b\\\n\nend"
        );
    }
}
