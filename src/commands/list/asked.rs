//! Which kind a list is to be of, and what narrows it.

use super::{command, kind_called, kind_meant};
use crate::{
    dataset::Kind,
    reply::{Span, bold, code, text},
};

/// Words before a kind that narrow nothing: `!list all companies`.
const FILLERS: [&str; 7] = ["a", "all", "any", "every", "me", "of", "the"];

/// What is asked for.
#[derive(Debug)]
pub(super) struct Asked {
    /// The kind; `None` for all of them.
    pub kind: Option<Kind>,
    /// The filters, in order.
    pub filters: Vec<String>,
    /// What the words were taken for, if they say it in another way than the command does.
    pub remark: Option<Vec<Span>>,
}

/// Reads the kind and the filters. `None` if there is neither.
pub(super) fn asked(typed: &[String]) -> Option<Asked> {
    let (first, rest) = typed.split_first()?;
    if let Some(kind) = kind_called(first) {
        return Some(Asked { kind: Some(kind), filters: rest.to_vec(), remark: None });
    }
    // Filters alone list records of every kind; but `place:beijing companies` names one.
    let filter = first.contains(':');
    let last = rest.iter().rposition(|word| kind_called(word).is_some()).map(|place| place + 1);
    if let Some(place) = last {
        return kind_called(&typed[place]).map(|kind| behind(typed, place, kind));
    }
    if filter {
        return Some(Asked { kind: None, filters: typed.to_vec(), remark: None });
    }
    if let Some(kind) = kind_meant(first) {
        let remark = vec![text("I took "), bold(first), text(format!(" for {}.", kind.plural))];
        return Some(Asked { kind: Some(kind), filters: rest.to_vec(), remark: Some(remark) });
    }
    let place = typed.len() - 1;
    kind_meant(&typed[place]).map(|kind| behind(typed, place, kind))
}

/// `!list chinese chips`: the kind stands at a place behind what narrows it.
fn behind(typed: &[String], place: usize, kind: Kind) -> Asked {
    let filler = |word: &str| FILLERS.contains(&word.to_lowercase().as_str());
    let before = typed[..place].iter().filter(|word| !filler(word));
    let filters: Vec<String> = before.chain(&typed[place + 1..]).cloned().collect();
    let meant = command(Some(kind), &filters.join(" "));
    let remark = vec![text("I took "), bold(typed.join(" ")), text(" for "), code(meant), text(".")];
    Asked { kind: Some(kind), filters, remark: Some(remark) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<(Option<&'static str>, String)> {
        let typed: Vec<String> = line.split(' ').map(ToOwned::to_owned).collect();
        asked(&typed).map(|asked| (asked.kind.map(|kind| kind.id), asked.filters.join(" ")))
    }

    #[test]
    fn a_kind_may_stand_behind_what_narrows_it() {
        for (line, kind, filters) in [
            ("chips", Some("chip"), ""),
            ("companies of people", Some("company"), "of people"),
            ("chinese chips", Some("chip"), "chinese"),
            ("open source models 2025", Some("model"), "open source 2025"),
            ("all the companies", Some("company"), ""),
            ("ai chip companies", Some("company"), "ai chip"),
            ("chinese compnaies", Some("company"), "chinese"),
            ("tag:x place:y", None, "tag:x place:y"),
            ("place:y companies", Some("company"), "place:y"),
        ] {
            assert_eq!(read(line), Some((kind, filters.to_owned())), "{line}");
        }
        assert_eq!(read("sausages"), None);
        assert_eq!(read("fried sausages"), None);
    }

    #[test]
    fn what_is_said_as_the_command_says_it_needs_no_remark() {
        for (line, remarked) in [("chips huawei", false), ("chinese chips", true), ("chisp", true), ("tag:x", false)] {
            let typed: Vec<String> = line.split(' ').map(ToOwned::to_owned).collect();
            assert_eq!(asked(&typed).unwrap().remark.is_some(), remarked, "{line}");
        }
    }
}
