//! A small dataset in a folder of its own, which a test changes as an editor would.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use tempfile::TempDir;

use super::guard;

/// A company of the small dataset: id, name, another name, tags, and how many people worked there at first.
pub const COMPANIES: [(&str, &str, &str, &str, u32); 8] = [
    ("moonshot-ai", "Moonshot AI", "Moonshot", "six-tigers", 1_001),
    ("zhipu-ai", "Zhipu AI", "Zhipu", "six-tigers", 1_002),
    ("minimax", "MiniMax", "Xiyu", "six-tigers", 1_003),
    ("deepseek", "DeepSeek", "High-Flyer AI", "hangzhou", 1_004),
    ("iflytek", "iFlytek", "Keda Xunfei", "voice", 1_005),
    ("sensetime", "SenseTime", "Shangtang", "vision", 1_006),
    ("cambricon", "Cambricon", "Hanwuji", "chips", 1_007),
    ("biren", "Biren", "Bishu", "chips", 1_008),
];

/// The folder; removed when dropped, or by the guard if this process ends before that.
#[derive(Debug)]
pub struct Facts {
    folder: TempDir,
}

impl Facts {
    /// The first release: two sources and eight companies, each in a file of its own.
    pub fn new() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("tigerdesk-data-").tempdir()?;
        guard::watch_folder(folder.path())?;
        let facts = Self { folder };
        facts.write("sources.toml", SOURCES)?;
        for (id, ..) in COMPANIES {
            facts.write(&format!("{id}.toml"), &Self::company(id)?)?;
        }
        Ok(facts)
    }

    /// The folder, for the setting `data.dir`.
    pub fn dir(&self) -> &Path {
        self.folder.path()
    }

    /// Where the file called `name` is.
    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What the file of the company `id` says at first.
    pub fn company(id: &str) -> Result<String> {
        let company = COMPANIES.iter().find(|(known, ..)| *known == id);
        let (id, name, alias, tag, employees) = company.with_context(|| format!("no company {id}"))?;
        Ok(company_file(id, name, alias, tag, *employees))
    }

    /// Writes the file called `name` in place, as a plain editor does.
    pub fn write(&self, name: &str, text: &str) -> Result<()> {
        fs::write(self.at(name), text).with_context(|| format!("can't write {name}"))
    }

    /// Has `employees` people work for the company `id` from now on; replaces its file at once.
    pub fn set_employees(&self, id: &str, employees: u32) -> Result<()> {
        let company = COMPANIES.iter().find(|(known, ..)| *known == id);
        let (id, name, alias, tag, _) = company.with_context(|| format!("no company {id}"))?;
        self.replace(&format!("{id}.toml"), &company_file(id, name, alias, tag, employees))
    }

    /// Puts a new file in the place of the one called `name`, as a careful editor does: nobody ever sees half of it.
    pub fn replace(&self, name: &str, text: &str) -> Result<()> {
        let draft = self.at(&format!(".{name}.new"));
        fs::write(&draft, text)?;
        fs::rename(&draft, self.at(name)).with_context(|| format!("can't replace {name}"))
    }

    /// Removes the file called `name`.
    pub fn remove(&self, name: &str) -> Result<()> {
        fs::remove_file(self.at(name)).with_context(|| format!("can't remove {name}"))
    }
}

/// A file with one company.
pub fn company_file(id: &str, name: &str, alias: &str, tag: &str, employees: u32) -> String {
    format!(
        r#"[[company]]
id = "{id}"
name = "{name}"
aliases = ["{alias}"]
tags = ["{tag}"]

[[company.claims]]
property = "founded"
value = "2015"
sources = ["desk-2025"]

[[company.claims]]
property = "employees"
value = {{ amount = {employees}, unit = "people" }}
as_of = "2025-03"
sources = ["desk-2025"]
"#
    )
}

/// `text` without the commas inside its numbers: 1,328 is 1328.
pub fn bare_numbers(text: &str) -> String {
    let mut bare = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let in_number = c == ',' && bare.ends_with(|c: char| c.is_ascii_digit());
        if !(in_number && rest.peek().is_some_and(char::is_ascii_digit)) {
            bare.push(c);
        }
    }
    bare
}

const SOURCES: &str = r#"[[source]]
id = "desk-2025"
name = "Notes of the desk"
publisher = "The desk"
date = "2025-03"

[[source]]
id = "paper-2025"
name = "A paper"
publisher = "An institute"
date = "2025-09"
"#;
