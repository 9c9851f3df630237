//! What is wrong with a dataset, where, and how to mend it.

mod findings;

use std::fmt;

use crate::spelling::Clean;
pub(super) use findings::Findings;

/// One fault of a dataset. Displays as a person wants to read it: place, reason, the line, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file, as it was named when the dataset was loaded.
    pub file: String,
    /// The line, counted from 1; 0 for a fault of the file or folder as a whole.
    pub line: usize,
    /// The column, counted in characters from 1; 0 where `line` is.
    pub column: usize,
    /// The line itself, cut at 160 characters. Empty where the file does not look like a part of a dataset: it may be
    /// anything, and faults are read by more people than files are.
    pub text: String,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub mend: String,
    /// So many faults follow in the same file that are only counted.
    pub more: usize,
}

/// What is wrong with a folder that has no files for us.
pub(super) const NO_FILES: &str = "there is no .toml or .jsonl file in this folder";

/// A dataset has so many faults written out, at most; the rest is counted.
const MOST_WRITTEN: usize = 1_000;

impl Fault {
    /// A fault of a whole file or folder.
    pub(super) fn of(file: &str, message: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: 0,
            column: 0,
            text: String::new(),
            message: message.into(),
            mend: mend.into(),
            more: 0,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [file, text, message, mend] = [&self.file, &self.text, &self.message, &self.mend].map(|part| Clean(part));
        if self.line == 0 {
            write!(f, "{file}: {message}: {mend}")?;
        } else if self.text.is_empty() {
            write!(f, "{file}:{}:{}: {message}\n  to mend it: {mend}", self.line, self.column)?;
        } else {
            let margin = " ".repeat(self.line.to_string().len());
            let indent = " ".repeat(self.column.min(160) - 1);
            let (line, column) = (self.line, self.column);
            write!(
                f,
                "{file}:{line}:{column}: {message}\n {line} | {text}\n {margin} | {indent}^\n  to mend it: {mend}"
            )?;
        }
        if self.more > 0 {
            write!(f, "\n\n{file}: and {} more", self.more)?;
        }
        Ok(())
    }
}

/// The faults that were found in a dataset, in the order of files and lines; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// In the order of files and lines, those beyond the first many only counted.
    pub(super) fn sorted(mut faults: Vec<Fault>) -> Self {
        faults.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
        let rest: usize = faults.iter().skip(MOST_WRITTEN).map(|fault| 1 + fault.more).sum();
        faults.truncate(MOST_WRITTEN);
        if let Some(last) = faults.last_mut() {
            last.more += rest;
        }
        Self(faults)
    }

    /// How many faults there are, those included that are only counted.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.iter().map(|fault| 1 + fault.more).sum()
    }

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
        let count = self.count();
        write!(f, "{count} fault{}", if count == 1 { "" } else { "s" })?;
        for fault in &self.0 {
            write!(f, "\n\n{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}
