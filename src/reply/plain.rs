//! Plain text, for the body of a message and for terminals.

use std::fmt::Write as _;

use super::{Block, Reply, Span, shown};

pub(super) fn render(reply: &Reply, ansi: bool) -> String {
    let mut blocks = Vec::new();
    for block in &reply.blocks {
        match block {
            Block::Para(content) => blocks.push((spans(content, ansi), true)),
            Block::List(items) => {
                let items: Vec<_> = items.iter().map(|item| format!("• {}", spans(item, ansi))).collect();
                blocks.push((items.join("\n"), false));
            }
        }
    }
    let mut out = String::new();
    for (number, (block, is_para)) in blocks.iter().enumerate() {
        if number > 0 {
            out.push_str(if *is_para { "\n\n" } else { "\n" });
        }
        out.push_str(block);
    }
    out
}

fn spans(spans: &[Span], ansi: bool) -> String {
    let mut out = String::new();
    for span in spans {
        match span {
            Span::Text(words) => out.push_str(&clean(words)),
            Span::Bold(words) => styled(&mut out, words, "1", ansi),
            Span::Italic(words) => styled(&mut out, words, "3", ansi),
            Span::Code(words) => styled(&mut out, words, "36", ansi),
            Span::Link { text, url } if ansi => {
                let _ = write!(out, "\x1b]8;;{}\x1b\\\x1b[4m{}\x1b[0m\x1b]8;;\x1b\\", clean(url), clean(text));
            }
            Span::Link { text, url } if text == url => out.push_str(&clean(url)),
            Span::Link { text, url } => {
                let _ = write!(out, "{} ({})", clean(text), clean(url));
            }
            Span::Break => out.push('\n'),
        }
    }
    out
}

fn styled(out: &mut String, words: &str, style: &str, ansi: bool) {
    if ansi {
        let _ = write!(out, "\x1b[{style}m{}\x1b[0m", clean(words));
    } else {
        out.push_str(&clean(words));
    }
}

fn clean(words: &str) -> String {
    words.chars().filter_map(shown).collect()
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
