//! What the desk says: a small tree of blocks, and its renderings.

/// One answer, ready to be rendered for a room, as plain text or for a terminal.
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
}

/// A run of text in one style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// Plain words.
    Text(String),
}

impl Reply {
    /// The reply as the HTML that Matrix clients show. Everything in it is escaped.
    #[must_use]
    pub fn html(&self) -> String {
        String::new()
    }

    /// The reply as plain text, which says the same as [`Reply::html`].
    #[must_use]
    pub fn text(&self) -> String {
        String::new()
    }
}
