//! What texts are read by: numbers, words, and where both end. All texts are in lower case.

/// What is left of a text when something was read.
pub(super) type Rest<'t> = &'t str;

/// Signs that end a sentence or part it.
const ENDS: [char; 9] = ['.', ',', ';', ':', '!', '?', ')', '。', '、'];

/// The places at which a date may begin: where a word does, outside of quotes and filters, and at a number behind Chinese.
pub(super) fn starts(text: &str) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut quoted = false;
    let mut at = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let begins = word.trim_start_matches('(');
        if !quoted && !word.contains([':', '"', '：']) && !begins.trim().is_empty() {
            let start = at + word.len() - begins.len();
            starts.push(start);
            let mut last = 'a';
            for (place, c) in begins.char_indices() {
                if place > 0 && c.is_ascii_digit() && is_chinese(last) {
                    starts.push(start + place);
                }
                last = c;
            }
        }
        quoted ^= word.matches('"').count() % 2 == 1;
        at += word.len();
    }
    starts
}

pub(super) fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3007}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}')
}

/// What follows a date that ends here; `None` if the word goes on. `before` is Chinese where it may.
pub(super) fn until_end(rest: &str) -> Option<Rest<'_>> {
    let behind = rest.trim_start_matches(ENDS);
    let ended = behind.is_empty() || behind.starts_with(char::is_whitespace) || behind.starts_with(is_chinese);
    // Two dots go on.
    (ended && !rest.starts_with("..")).then(|| behind.trim_start())
}

/// A number in digits: its value, and how many digits it has.
pub(super) fn number(text: &str) -> Option<(i32, usize, Rest<'_>)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let value = text[..digits].parse().ok().filter(|_| digits <= 8)?;
    Some((value, digits, &text[digits..]))
}

/// A number of one or two digits.
pub(super) fn small(text: &str) -> Option<(i8, Rest<'_>)> {
    let (value, digits, rest) = number(text)?;
    Some((i8::try_from(value).ok().filter(|_| digits <= 2)?, rest))
}

/// Years beyond these are rather something else: 1024, 1650, 4090.
pub(super) const YEARS: std::ops::RangeInclusive<i16> = 1700..=2199;

/// A year in four digits.
pub(super) fn year(text: &str) -> Option<(i16, Rest<'_>)> {
    let (value, digits, rest) = number(text)?;
    Some((i16::try_from(value).ok().filter(|year| digits == 4 && YEARS.contains(year))?, rest))
}

/// One of some words, whole.
pub(super) fn word<'t>(text: &'t str, known: &[&str]) -> Option<Rest<'t>> {
    let (typed, rest) = letters(text);
    known.contains(&typed).then_some(rest)
}

/// The letters that a text begins with.
pub(super) fn letters(text: &str) -> (&str, Rest<'_>) {
    text.split_at(text.bytes().take_while(u8::is_ascii_alphabetic).count())
}

/// A text without one of some beginnings.
pub(super) fn begins<'t>(text: &'t str, known: &[&str]) -> Option<Rest<'t>> {
    known.iter().find_map(|known| text.strip_prefix(known))
}

/// The text behind white space.
pub(super) fn skip(text: &str) -> Rest<'_> {
    text.trim_start()
}

/// A number in Chinese, up to 99, or in digits: 三, 十一, 二十三, 11.
pub(super) fn chinese_number(text: &str) -> Option<(i8, Rest<'_>)> {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return small(text);
    }
    let end = text.find(|c: char| c != '十' && digit(c).is_none()).unwrap_or(text.len());
    let (typed, rest) = text.split_at(end);
    let one = |text: &str| -> Option<i8> {
        let mut chars = text.chars();
        let value = digit(chars.next()?);
        value.filter(|_| chars.next().is_none())
    };
    let value = match typed.split_once('十') {
        None => one(typed)?,
        Some((tens, ones)) => {
            let tens = if tens.is_empty() { 1 } else { one(tens)? };
            tens * 10 + if ones.is_empty() { 0 } else { one(ones)? }
        }
    };
    Some((value, rest))
}

/// A year in digits or in Chinese ones: 二〇二三.
pub(super) fn chinese_year(text: &str) -> Option<(i16, Rest<'_>)> {
    if let Some(read) = year(text) {
        return Some(read);
    }
    let end = text.find(|c: char| digit(c).is_none()).unwrap_or(text.len());
    let digits: Vec<i8> = text[..end].chars().filter_map(digit).collect();
    let value = digits.iter().fold(0_i16, |value, digit| value.saturating_mul(10).saturating_add((*digit).into()));
    (digits.len() == 4 && YEARS.contains(&value)).then_some((value, &text[end..]))
}

fn digit(c: char) -> Option<i8> {
    const DIGITS: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let c = match c {
        '零' => '〇',
        '两' => '二',
        c => c,
    };
    DIGITS.iter().position(|digit| *digit == c).and_then(|value| i8::try_from(value).ok())
}
