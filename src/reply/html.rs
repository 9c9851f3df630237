//! Matrix HTML: only tags that mobile clients keep.

use super::{Block, Reply, Span};
use crate::spelling::shown;

pub(super) fn render(reply: &Reply) -> String {
    let mut out = String::new();
    for block in &reply.blocks {
        match block {
            Block::Para(content) => {
                out.push_str("<p>");
                spans(&mut out, content);
                out.push_str("</p>");
            }
            Block::List(items) => {
                out.push_str("<ul>");
                for item in items {
                    out.push_str("<li>");
                    spans(&mut out, item);
                    out.push_str("</li>");
                }
                out.push_str("</ul>");
            }
        }
    }
    out
}

fn spans(out: &mut String, spans: &[Span]) {
    for span in spans {
        match span {
            Span::Text(words) => escape(out, words),
            Span::Bold(words) => tagged(out, "strong", words),
            Span::Italic(words) => tagged(out, "em", words),
            Span::Code(words) => tagged(out, "code", words),
            Span::Link { text, url } => {
                out.push_str("<a href=\"");
                escape(out, url);
                out.push_str("\">");
                escape(out, text);
                out.push_str("</a>");
            }
            Span::Break => out.push_str("<br>"),
        }
    }
}

fn tagged(out: &mut String, tag: &str, words: &str) {
    out.push('<');
    out.push_str(tag);
    out.push('>');
    escape(out, words);
    out.push_str("</");
    out.push_str(tag);
    out.push('>');
}

/// Escapes for text and for attributes.
fn escape(out: &mut String, words: &str) {
    let mut rest = words;
    let as_it_is = |c: char| shown(c) == Some(c) && !matches!(c, '&' | '<' | '>' | '"' | '\'');
    while let Some((at, c)) = rest.char_indices().find(|(_, c)| !as_it_is(*c)) {
        out.push_str(&rest[..at]);
        match shown(c) {
            Some('&') => out.push_str("&amp;"),
            Some('<') => out.push_str("&lt;"),
            Some('>') => out.push_str("&gt;"),
            Some('"') => out.push_str("&quot;"),
            Some('\'') => out.push_str("&#39;"),
            other => out.extend(other),
        }
        rest = &rest[at + c.len_utf8()..];
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply::{bold, code, italic, text};
    use proptest::prelude::*;

    #[test]
    fn every_style_has_its_tag() {
        let link = Span::Link { text: "a & b".to_owned(), url: "https://example.org/?a=1&b=\"".to_owned() };
        let reply = Reply {
            blocks: vec![
                Block::Para(vec![bold("x"), Span::Break, italic("y"), code("!z")]),
                Block::List(vec![vec![text("1 < 2")], vec![link]]),
            ],
        };
        assert_eq!(
            reply.html(),
            "<p><strong>x</strong><br><em>y</em><code>!z</code></p><ul><li>1 &lt; 2</li>\
             <li><a href=\"https://example.org/?a=1&amp;b=&quot;\">a &amp; b</a></li></ul>"
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_a_tag(words in "\\PC{0,40}|.{0,40}") {
            let html = Reply::para(vec![bold(words)]).html();
            let inside = html.strip_prefix("<p><strong>").and_then(|rest| rest.strip_suffix("</strong></p>"));
            prop_assert!(inside.is_some_and(|inside| !inside.contains(['<', '>', '"', '\''])), "{html}");
        }
    }
}
