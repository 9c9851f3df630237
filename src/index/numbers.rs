//! Numbers in every usual writing: `3.3 billion`, `3.3bn` and `3,300,000,000` are one number.

use super::words::Word;

/// Words for powers of ten that stand by themselves or at a number's end.
const SCALES: [(&str, usize); 12] = [
    ("thousand", 3),
    ("million", 6),
    ("mio", 6),
    ("mn", 6),
    ("mln", 6),
    ("billion", 9),
    ("bn", 9),
    ("bln", 9),
    ("trillion", 12),
    ("tn", 12),
    ("trn", 12),
    ("tr", 12),
];
/// And letters that do at a number's end only; they may be a unit or part of a name as well, as in `34B` and `13M`.
const LETTERS: [(&str, usize); 3] = [("k", 3), ("m", 6), ("b", 9)];
/// Chinese ones, the longer first.
const CHINESE: [(&str, usize); 3] = [("万亿", 12), ("亿", 8), ("万", 4)];
/// Numbers that are written out before a scale: `one trillion`.
const WRITTEN: [(&str, &str); 12] = [
    ("one", "1"),
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("ten", "10"),
    ("twelve", "12"),
    ("hundred", "100"),
];
/// A number of more digits is no amount of anything.
const MOST_DIGITS: usize = 24;

/// Gives each number its value in plain digits, if a scale stands at its end or after it.
pub(super) fn scale(words: &mut [Word]) {
    for place in 0..words.len() {
        let (digits, rest) = digits(&words[place].text);
        if digits.is_empty() || digits.len() > MOST_DIGITS {
            continue;
        }
        if rest.is_empty() {
            let following: String = words[place + 1..].iter().take(2).map(|word| word.text.as_str()).collect();
            let next = words.get(place + 1).map_or("", |next| next.text.as_str());
            let spoken = SCALES.iter().find(|(name, _)| *name == next || next.strip_suffix('s') == Some(*name));
            let written = CHINESE.iter().find(|(name, _)| following.starts_with(name));
            if let Some((_, power)) = spoken.or(written)
                && let Some(value) = shifted(digits, *power)
            {
                words[place].also.push(value);
                words[place].scaled = spoken.is_some();
            }
        } else if let Some((_, power)) = SCALES.iter().chain(&LETTERS).find(|(name, _)| *name == rest)
            && let Some(value) = shifted(digits, *power)
        {
            words[place].also.push(value);
        }
    }
}

/// The value of a word that can be nothing but a number with its scale, like `3.3bn`.
pub(super) fn plain(word: &Word) -> Option<&str> {
    let (digits, rest) = digits(&word.text);
    let sure = !digits.is_empty() && (word.scaled || SCALES.iter().any(|(name, _)| *name == rest));
    sure.then(|| word.also.last().map(String::as_str)).flatten()
}

/// The digits that a word begins with or that it writes out, and its end.
fn digits(word: &str) -> (&str, &str) {
    WRITTEN.iter().find(|(written, _)| *written == word).map_or_else(|| split(word), |(_, digits)| (*digits, ""))
}

/// The digits that a word begins with, and its end.
fn split(word: &str) -> (&str, &str) {
    let end = word.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(word.len());
    word.split_at(end)
}

/// A decimal number times a power of ten, in digits and exactly. `None` if a fraction would be left.
fn shifted(number: &str, power: usize) -> Option<String> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > power || fraction.contains('.') {
        return None;
    }
    let value = format!("{whole}{fraction}{}", "0".repeat(power - fraction.len()));
    let value = value.trim_start_matches('0');
    (!value.is_empty()).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shifted_exactly() {
        for (number, power, value) in [
            ("3.3", 9, Some("3300000000")),
            ("18.228", 9, Some("18228000000")),
            ("0.5", 9, Some("500000000")),
            ("1", 12, Some("1000000000000")),
            ("1.23456", 3, None),
            ("2.5.1", 9, None),
            ("0", 6, None),
        ] {
            assert_eq!(shifted(number, power).as_deref(), value, "{number}");
        }
    }
}
