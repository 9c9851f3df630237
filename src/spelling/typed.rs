//! One cleaning of what was typed, before anything reads it: what keyboards, editors and clients put into a text and nobody
//! sees, and the many signs that people take for one.

use std::{iter::once, str::Chars};

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// The longest name or number of an HTML entity, and its semicolon.
const LONGEST_ENTITY: usize = 10;

/// HTML entities that editors leave behind in plain text.
const ENTITIES: [(&str, char); 30] = [
    ("nbsp", ' '),
    ("ensp", ' '),
    ("emsp", ' '),
    ("thinsp", ' '),
    ("numsp", ' '),
    ("shy", '\u{ad}'),
    ("zwj", '\u{200d}'),
    ("zwnj", '\u{200c}'),
    ("lrm", '\u{200e}'),
    ("rlm", '\u{200f}'),
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("excl", '!'),
    ("quest", '?'),
    ("colon", ':'),
    ("num", '#'),
    ("plus", '+'),
    ("hellip", '…'),
    ("ndash", '-'),
    ("mdash", '-'),
    ("minus", '-'),
    ("ldquo", '"'),
    ("rdquo", '"'),
    ("bdquo", '"'),
    ("lsquo", '\''),
    ("rsquo", '\''),
    ("NewLine", '\n'),
];

/// The text without characters that nobody sees, with one kind each of space, line end, quote and dash, with full-width signs
/// as narrow ones, HTML entities as what they stand for, and without the backslashes that Markdown editors put before signs.
#[must_use]
pub fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut left = text.chars();
    while let Some(c) = left.next() {
        let next = left.clone().next();
        match c {
            '\r' if next == Some('\n') => {}
            '\\' if next == Some('\\') => {
                left.next();
                // Of several before a `!` all are an editor's.
                clean.extend((left.clone().next() != Some('!')).then_some('\\'));
            }
            '\\' if next.is_some_and(|next| next.is_ascii_punctuation() || next == '！') => {}
            '&' => clean.extend(plain(entity(&mut left).unwrap_or('&'))),
            c => clean.extend(plain(c)),
        }
    }
    clean
}

/// Takes what an `&` begins, if it is an entity.
fn entity(left: &mut Chars<'_>) -> Option<char> {
    let text = left.as_str();
    let end = text.bytes().take(LONGEST_ENTITY).position(|byte| byte == b';')?;
    let name = text.get(..end)?;
    let meant = match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
        None => ENTITIES.iter().find(|(known, _)| *known == name)?.1,
    };
    *left = text[end + 1..].chars();
    Some(meant)
}

/// The character for which one stands; `None` for one that nobody sees.
fn plain(c: char) -> Option<char> {
    Some(match c {
        ' '..='~' | '\n' => c,
        '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
        // The pattern of no dots in Braille is as empty as a space.
        '\u{2800}' => ' ',
        c if c.is_whitespace() => ' ',
        c if is_unseen(c) => return None,
        '“' | '”' | '„' | '‟' | '«' | '»' | '〝' | '〞' | '〟' | '「' | '」' | '『' | '』' | '｢' | '｣' | '″' | '❝'
        | '❞' => '"',
        '‘' | '’' | '‚' | '‛' | '′' | 'ʼ' | '❛' | '❜' => '\'',
        '\u{2010}'..='\u{2015}' | '−' | '⁃' | '﹘' | '﹣' => '-',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0)?,
        '﹗' | '︕' => '!',
        '﹖' | '︖' => '?',
        '﹕' | '︓' => ':',
        '﹐' | '︐' => ',',
        '｡' => '。',
        '〜' => '~',
        c => c,
    })
}

/// Whether a character is a control or format character, a variation selector or one of those that are to be ignored where
/// they can't be shown (`Default_Ignorable_Code_Point` of Unicode 16), or stands for an object that a text can't hold.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffc}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// The longest beginning of a text of which what it is compared by, folded or as a key, has at most so many characters: one
/// character may stand for eighteen.
#[must_use]
pub fn beginning(text: &str, most: usize) -> &str {
    let mut length = 0;
    let over = text.char_indices().find(|(_, c)| {
        length += weight(*c);
        length > most
    });
    over.map_or(text, |(at, _)| &text[..at])
}

/// How many characters another one may become when it is compared.
fn weight(c: char) -> usize {
    match c {
        '+' => "plus".len(),
        c if c.is_ascii() => 1,
        c => once(c).nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).count().max(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spelling::{fold, key};
    use proptest::prelude::*;

    #[test]
    fn what_nobody_sees_is_gone() {
        for unseen in [
            "\u{200b}",
            "\u{feff}",
            "\u{ad}",
            "\u{200d}",
            "\u{2060}",
            "\u{fe0f}",
            "\u{202e}",
            "\u{e0041}",
            "\u{0}",
            "\u{1b}",
            "\u{180e}",
            "\u{fffc}",
            "&shy;",
            "&#8203;",
            "&#x200B;",
            "&zwnj;",
        ] {
            assert_eq!(clean(&format!("{unseen}!com{unseen}pany{unseen} moonshot{unseen}")), "!company moonshot");
        }
    }

    #[test]
    fn there_is_one_kind_of_each_sign() {
        for (typed, meant) in [
            ("a\u{a0}b\u{3000}c\u{2009}d\te&nbsp;", "a b c d e "),
            ("a\r\nb\rc\u{2028}d\u{85}e", "a\nb\nc\nd\ne"),
            ("“a” „b“ «c» 「d」 ＂e＂ ‘f’", "\"a\" \"b\" \"c\" \"d\" \"e\" 'f'"),
            ("–a —b −c －d ‑e ﹣f", "-a -b -c -d -e -f"),
            ("！ｈｅｌｐ？ ２０２３：", "!help? 2023:"),
            ("&lt;a&gt; &amp;&#33; R&D &unknown; &;", "<a> &! R&D &unknown; &;"),
            ("\\!help \\* \\- \\_ a\\b \\\\!x \\", "!help * - _ a\\b !x \\"),
        ] {
            assert_eq!(clean(typed), meant, "{typed}");
        }
    }

    #[test]
    fn a_beginning_is_as_long_as_it_is_compared() {
        assert_eq!(beginning("moonshot", 4), "moon");
        assert_eq!(beginning("月之暗面", 4), "月之暗面");
        let swollen = "\u{fdfa}".repeat(490);
        assert!(fold(&swollen).chars().count() > 8_000);
        assert!(fold(beginning(&swollen, 500)).chars().count() <= 500);
    }

    proptest! {
        #[test]
        fn no_form_of_a_beginning_is_longer(text in "\\PC{0,200}|[+ﷺİﬃ㌖½ⅷ%a ]{0,200}", most in 0_usize..120) {
            let beginning = beginning(&text, most);
            prop_assert!(fold(beginning).chars().count() <= most && key(beginning).chars().count() <= most);
        }

        #[test]
        fn what_is_clean_stays_so(text in "[^&\\\\＆＼]{0,80}") {
            let once = clean(&text);
            prop_assert_eq!(clean(&once), once);
        }
    }
}
