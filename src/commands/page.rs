//! A page of a long list: as many lines as a phone can take, and the command that shows the rest.

use super::Desk;
use crate::reply::{Block, Citations, Span, code, length, text};

/// The word in a command that says how many lines the pages before have shown.
const SKIP: &str = "skip:";
/// Lines of a page, at most.
const MOST_LINES: usize = 40;

/// Takes `skip:40` out of some words: the other words, and the number.
pub(super) fn skipped(words: &[String]) -> (Vec<String>, usize) {
    let number = |word: &String| word.strip_prefix(SKIP).and_then(|number| number.parse().ok());
    let left = words.iter().filter(|word| number(word).is_none()).cloned().collect();
    (left, words.iter().find_map(number).unwrap_or_default())
}

/// Draws lines until the next one would make the page longer than `most` characters, the sources' names included. The
/// first is always drawn.
pub(super) fn fill<L>(
    desk: &Desk,
    citations: &mut Citations,
    most: usize,
    lines: impl IntoIterator<Item = L>,
    draw: impl Fn(L, &mut Citations) -> Vec<Span>,
) -> Vec<Vec<Span>> {
    let mut page = Vec::new();
    // The heading of the sources, and the empty line before it.
    let mut long = 10;
    for line in lines.into_iter().take(MOST_LINES) {
        let mut cited = citations.clone();
        let drawn = draw(line, &mut cited);
        let sources: usize = cited.lines(&desk.dataset, citations.count()).map(|line| length(&line) + 1).sum();
        long += length(&drawn) + 3 + sources;
        if long > most && !page.is_empty() {
            break;
        }
        *citations = cited;
        page.push(drawn);
    }
    page
}

/// "and 12 more: `!list companies skip:40`", if any are left.
pub(super) fn more(command: &str, left: usize, skip: usize) -> Option<Block> {
    let command = if skip > 0 { format!("{command} {SKIP}{skip}") } else { command.to_owned() };
    (left > 0).then(|| Block::Para(vec![text(format!("and {left} more: ")), code(command)]))
}

#[cfg(test)]
mod tests {

    #[test]
    fn the_number_to_skip_is_taken_out() {
        let skipped = |words: &[&str]| super::skipped(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert_eq!(skipped(&["companies", "skip:40"]), (vec!["companies".to_owned()], 40));
        assert_eq!(skipped(&["skip:x"]), (vec!["skip:x".to_owned()], 0));
    }
}
