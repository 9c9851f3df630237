//! Names of files: which are files of a dataset, and which only look like one. The build script reads this file too.

use std::ffi::OsStr;

/// How a file of a dataset is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// As TOML.
    Toml,
    /// As JSON, one record a line.
    Lines,
}

/// What stands before the name of a file that nobody is meant to see: editors, git and Kubernetes keep such.
pub(crate) fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

/// How a file of this name is read; `None` if it is no file of a dataset. Capitals make no difference.
pub(crate) fn form(name: &OsStr) -> Option<Form> {
    if is_hidden(name) {
        return None;
    }
    let name = name.as_encoded_bytes();
    let end = name.iter().rposition(|byte| *byte == b'.')?;
    let ending = &name[end + 1..];
    if ending.eq_ignore_ascii_case(b"toml") {
        Some(Form::Toml)
    } else if ending.eq_ignore_ascii_case(b"jsonl") {
        Some(Form::Lines)
    } else {
        None
    }
}

/// Endings that are other words for JSON lines.
const LINES: [&str; 6] = ["jsonlines", "ndjson", "ldjson", "jsonlns", "json-lines", "jsons"];
/// Endings of other ways to write down the same.
const OTHERS: [&str; 7] = ["json", "json5", "jsonc", "yaml", "yml", "csv", "tsv"];
/// Endings that editors and careful people add.
const COPIES: [&str; 13] =
    ["bak", "backup", "old", "orig", "save", "saved", "copy", "tmp", "temp", "swp", "swo", "rej", "disabled"];

/// What to do about a file that is not read although its name looks as if it were meant to be. `None` for all others.
pub(crate) fn near_miss(name: &OsStr) -> Option<String> {
    if is_hidden(name) || form(name).is_some() {
        return None;
    }
    let whole = name.to_string_lossy();
    let given = whole.trim_end();
    let name = given.to_ascii_lowercase();
    let (stem, ending) = match name.rfind('.') {
        Some(dot) => (&given[..dot], &name[dot + 1..]),
        None => ("", name.as_str()),
    };
    if LINES.contains(&ending) {
        return Some(format!("rename it to {stem}.jsonl"));
    }
    if ending == "json" {
        return Some(format!("write one record a line and rename it to {stem}.jsonl, or leave it if it is no data"));
    }
    if OTHERS.contains(&ending) {
        return Some("write it as .toml or .jsonl, or leave it if it is no data".to_owned());
    }
    let named = ["toml", "jsonl", "ndjson"].iter().find_map(|meant| Some((whole_word(&name, meant)?, *meant)));
    let is_copy = name.ends_with(['~', '#']) || COPIES.contains(&ending);
    if !is_copy {
        let slip = |meant: &str| !stem.is_empty() && is_one_slip(ending, meant);
        if slip("toml") {
            return Some(format!("rename it to {stem}.toml"));
        }
        if slip("jsonl") {
            return Some(format!("rename it to {stem}.jsonl"));
        }
    }
    let (at, meant) = named?;
    let meant = if meant == "toml" { "toml" } else { "jsonl" };
    let stem = given[..at].trim_end_matches(['.', '_', '-', ' ']);
    if is_copy {
        Some(format!("take it out of the folder, or rename it so that it ends in .{meant}"))
    } else if stem.is_empty() {
        Some(format!("rename it so that it ends in .{meant}"))
    } else {
        Some(format!("rename it to {stem}.{meant}"))
    }
}

/// Where a word stands by itself in a name.
fn whole_word(name: &str, word: &str) -> Option<usize> {
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    name.match_indices(word).map(|(at, _)| at).find(|at| {
        let (before, after) = (&name[..*at], &name[at + word.len()..]);
        !is_letter(before.chars().next_back()) && !is_letter(after.chars().next())
    })
}

/// Whether one letter too many, too few, another or two in the wrong order tell the words apart.
fn is_one_slip(word: &str, meant: &str) -> bool {
    let (word, meant): (Vec<char>, Vec<char>) = (word.chars().collect(), meant.chars().collect());
    let start = word.iter().zip(&meant).take_while(|(a, b)| a == b).count();
    let (word, meant) = (&word[start..], &meant[start..]);
    match (word, meant) {
        ([_, rest @ ..], _) if rest == meant => true,
        (_, [_, rest @ ..]) if rest == word => true,
        ([_, a @ ..], [_, b @ ..]) if a == b => true,
        ([a, b, rest @ ..], [c, d, more @ ..]) => a == d && b == c && rest == more,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_make_no_difference_and_dots_in_front_hide() {
        for name in ["a.toml", "a.TOML", "A.b.Toml", "智.tOmL"] {
            assert_eq!(form(OsStr::new(name)), Some(Form::Toml), "{name}");
        }
        for name in ["a.jsonl", "a.JSONL", "a.JsonL"] {
            assert_eq!(form(OsStr::new(name)), Some(Form::Lines), "{name}");
        }
        for name in [".a.toml", "..toml", ".toml", "toml", "a.toml ", "a.toml~", "a.json", "a"] {
            assert_eq!(form(OsStr::new(name)), None, "{name}");
        }
    }

    #[test]
    fn what_looks_like_data_is_told_what_to_do_about_it() {
        for (name, told) in [
            ("a.toml.txt", "rename it to a.toml"),
            ("a.toml ", "rename it to a.toml"),
            ("a_toml", "rename it to a.toml"),
            ("a.tml", "rename it to a.toml"),
            ("a.tolm", "rename it to a.toml"),
            ("A.TOML.txt", "rename it to A.toml"),
            ("a.toml~", "take it out"),
            ("a.toml.bak", "take it out"),
            ("a.jsonl.orig", "take it out"),
            ("a.toml.gz", "rename it to a.toml"),
            ("toml", "ends in .toml"),
            ("a.json", "one record a line"),
            ("a.jsonlines", "rename it to a.jsonl"),
            ("a.ndjson", "rename it to a.jsonl"),
            ("a.NDJSON", "rename it to a.jsonl"),
            ("a.jsonll", "rename it to a.jsonl"),
            ("a.jsnol", "rename it to a.jsonl"),
            ("a.yaml", "write it as"),
        ] {
            let advice = near_miss(OsStr::new(name));
            assert!(advice.as_deref().is_some_and(|advice| advice.contains(told)), "{name}: {advice:?}");
        }
        for name in [
            "a.toml",
            "a.JSONL",
            ".a.toml.swp",
            "README.md",
            "notes.txt",
            "Makefile",
            "LICENSE",
            "a.lock",
            "4913",
            "a.html",
            "a.tom.txt",
            "automl.txt",
            "tomlinson.md",
            "photo.jpg",
        ] {
            assert_eq!(near_miss(OsStr::new(name)), None, "{name}");
        }
    }
}
