//! The parts of a command's line.

use unicode_normalization::char::is_combining_mark;

/// Signs that may end the word of a command, or a sentence.
const ENDS: [char; 10] = ['.', '?', '!', ',', ';', ':', '…', '。', '、', '·'];
/// Signs that may stand between the word and what follows it without a space.
const JOINTS: [char; 6] = [',', ':', ';', '、', '。', '='];
/// Signs that open what follows the word.
const OPENING: [char; 6] = ['"', '\'', '(', '[', '《', '【'];

/// The word that a line begins with, and what follows it. `None` if the word goes on with something that is no word.
pub(super) fn parted(line: &str) -> Option<(&str, &str)> {
    let end =
        line.find(|c: char| !(c.is_alphanumeric() || is_combining_mark(c)) || is_chinese(c)).unwrap_or(line.len());
    let (word, after) = line.split_at(end);
    let behind = after.trim_start_matches(ENDS);
    // Chinese is written without spaces.
    let begins = |text: &str| text.starts_with(is_chinese) || text.starts_with(OPENING);
    if behind.is_empty() || behind.starts_with(char::is_whitespace) {
        return Some((word, behind.trim()));
    }
    (after.starts_with(JOINTS) || begins(after)).then(|| (word, after.trim_start_matches(JOINTS).trim()))
}

fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{323af}')
}

/// The arguments without the sign that ends them as a sentence. Two dots are a range that is open, and a `?` by itself is a
/// field of a schedule.
pub(super) fn without_end(text: &str) -> &str {
    let mut left = text.trim();
    loop {
        let Some(end) = left.chars().next_back().filter(|end| ENDS.contains(end)) else { return left };
        let before = &left[..left.len() - end.len_utf8()];
        let stands = match end {
            '…' => !before.is_empty(),
            '.' => before.ends_with(['.', ' ']),
            '!' => false,
            _ => before.ends_with([' ', '*']),
        };
        if stands {
            return left;
        }
        left = before.trim_end();
    }
}

/// Splits at white space; what stands in quotes stays together. A quote that is never closed is an ordinary character.
pub(super) fn arguments(text: &str) -> Vec<String> {
    let mut arguments = Vec::new();
    let mut left = text.trim_start();
    while !left.is_empty() {
        let quoted = left.strip_prefix('"').and_then(|inside| inside.split_once('"'));
        let (argument, after) =
            quoted.unwrap_or_else(|| left.split_at(left.find(char::is_whitespace).unwrap_or(left.len())));
        if !argument.trim().is_empty() {
            arguments.push(argument.trim().to_owned());
        }
        left = after.trim_start();
    }
    arguments
}
