//! What the desk says: a small tree of blocks, and its renderings for a room, as plain text and for a terminal.

mod build;
mod html;
mod plain;

pub use build::Citations;

/// One answer, ready to be rendered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reply {
    /// The paragraphs and lists, top to bottom.
    pub blocks: Vec<Block>,
}

/// A paragraph or a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// One paragraph.
    Para(Vec<Span>),
    /// A list with an item for each entry.
    List(Vec<Vec<Span>>),
}

/// A run of text in one style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// Plain words.
    Text(String),
    /// A label or a name.
    Bold(String),
    /// A remark.
    Italic(String),
    /// Something to type.
    Code(String),
    /// A web link, `http://` or `https://`.
    Link {
        /// The words to show.
        text: String,
        /// Where they lead.
        url: String,
    },
    /// A new line within a paragraph.
    Break,
}

/// Plain words.
pub fn text(words: impl Into<String>) -> Span {
    Span::Text(words.into())
}

/// A label or a name.
pub fn bold(words: impl Into<String>) -> Span {
    Span::Bold(words.into())
}

/// A remark.
pub fn italic(words: impl Into<String>) -> Span {
    Span::Italic(words.into())
}

/// Something to type.
pub fn code(words: impl Into<String>) -> Span {
    Span::Code(words.into())
}

/// How many characters some spans have as plain text.
#[must_use]
pub fn length(spans: &[Span]) -> usize {
    let mut count = plain::Count::default();
    plain::spans(&mut count, spans, false);
    count.0
}

impl Reply {
    /// A reply of one paragraph.
    #[must_use]
    pub fn para(spans: Vec<Span>) -> Self {
        Self { blocks: vec![Block::Para(spans)] }
    }

    /// The reply as the HTML that Matrix clients show, on phones too. Everything in it is escaped.
    #[must_use]
    pub fn html(&self) -> String {
        html::render(self)
    }

    /// The reply as plain text, which says the same as [`Reply::html`].
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        plain::render(&mut text, self, false);
        text
    }

    /// How many characters [`Reply::text`] has.
    #[must_use]
    pub fn length(&self) -> usize {
        let mut count = plain::Count::default();
        plain::render(&mut count, self, false);
        count.0
    }

    /// The reply for a terminal: as [`Reply::text`], with bold, colours and links in ANSI escapes.
    #[must_use]
    pub fn ansi(&self) -> String {
        let mut text = String::new();
        plain::render(&mut text, self, true);
        text
    }
}
