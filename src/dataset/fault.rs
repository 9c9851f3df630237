//! What is wrong with a dataset, where, and how to mend it.

use std::fmt;

use super::{File, tree::Place};

/// One fault of a dataset. Displays as a person wants to read it: place, reason, the line, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file, as it was named when the dataset was loaded.
    pub file: String,
    /// The line, counted from 1; 0 for a fault of the file or folder as a whole.
    pub line: usize,
    /// The column, counted in characters from 1; 0 where `line` is.
    pub column: usize,
    /// The line itself, cut at 160 characters.
    pub text: String,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub mend: String,
}

/// What is wrong with a folder that has no files for us.
pub(super) const NO_FILES: &str = "there is no .toml or .jsonl file in this folder";

impl Fault {
    /// A fault at a place in a file.
    pub(super) fn at(file: &File, place: Place, message: impl Into<String>, mend: impl Into<String>) -> Self {
        let mut start = place.byte().min(file.text.len());
        while !file.text.is_char_boundary(start) {
            start -= 1;
        }
        let before = &file.text[..start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let text = file.text[line_start..].lines().next().unwrap_or_default();
        Self {
            file: file.name.clone(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            text: text.chars().take(160).collect(),
            message: message.into(),
            mend: mend.into(),
        }
    }

    /// A fault of a whole file or folder.
    pub(super) fn of(file: &str, message: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: 0,
            column: 0,
            text: String::new(),
            message: message.into(),
            mend: mend.into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            write!(f, "{}: {}: {}", self.file, self.message, self.mend)
        } else {
            let margin = " ".repeat(self.line.to_string().len());
            let indent = " ".repeat(self.column.min(160) - 1);
            write!(
                f,
                "{}:{}:{}: {}\n {} | {}\n {margin} | {indent}^\n  to mend it: {}",
                self.file, self.line, self.column, self.message, self.line, self.text, self.mend
            )
        }
    }
}

/// Every fault that was found in a dataset, in the order of files and lines; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// Whether all that is wrong is that the folder has no files for us: a mount that is empty, perhaps.
    #[must_use]
    pub fn is_empty_folder(&self) -> bool {
        matches!(self.0.as_slice(), [only] if only.message == NO_FILES)
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [only] = self.0.as_slice()
            && only.line == 0
        {
            return only.fmt(f);
        }
        write!(f, "{} fault{}", self.0.len(), if self.0.len() == 1 { "" } else { "s" })?;
        for fault in &self.0 {
            write!(f, "\n\n{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}
