//! The words of a text that were asked for.

use super::words::scan;

/// The text in parts, each with whether it is one of the words asked for. Words are given as [`words`](super::words()) writes
/// them.
#[must_use]
pub fn marked<'t>(text: &'t str, asked: &[String]) -> Vec<(&'t str, bool)> {
    let mut parts: Vec<(&str, bool)> = Vec::new();
    let mut end = 0;
    let hit = |form: &String| asked.contains(form);
    let mut scaled = false;
    for word in scan(text) {
        let number = word.also.iter().any(hit);
        let fits = hit(&word.text) || number || scaled;
        // The `billion` belongs to its number.
        scaled = number && word.scaled;
        if fits {
            let meets = parts.last().is_some_and(|(_, marked)| *marked)
                && text[end..word.at.start].chars().all(|c| c.is_whitespace() || c == '-');
            if meets && let Some((last, _)) = parts.last_mut() {
                let start = end - last.len();
                *last = &text[start..word.at.end];
            } else {
                parts.extend((word.at.start > end).then(|| (&text[end..word.at.start], false)));
                parts.push((&text[word.at.clone()], true));
            }
            end = word.at.end;
        }
    }
    parts.extend((end < text.len()).then(|| (&text[end..], false)));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str, asked: &[&str]) -> String {
        let asked: Vec<String> = asked.iter().map(|word| (*word).to_owned()).collect();
        let parts = marked(text, &asked);
        parts.iter().map(|(part, marked)| if *marked { format!("[{part}]") } else { (*part).to_owned() }).collect()
    }

    #[test]
    fn words_asked_for_are_marked() {
        assert_eq!(shown("Its chips and CHIP-makers", &["chip"]), "Its [chips] and [CHIP]-makers");
        assert_eq!(shown("over USD 3.3 billion", &["3300000000"]), "over USD [3.3 billion]");
        assert_eq!(shown("Export controls, tightened", &["export", "control"]), "[Export controls], tightened");
        assert_eq!(shown("月之暗面", &["之", "暗"]), "月[之暗]面");
        assert_eq!(shown("nothing", &[]), "nothing");
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text in ".{0,60}|[a-c0-9 .,%月-]{0,60}") {
            let asked: Vec<String> = ["a", "b", "1", "percent", "月"].map(ToOwned::to_owned).into();
            let whole: String = marked(&text, &asked).into_iter().map(|(part, _)| part).collect();
            prop_assert_eq!(whole, text);
        }
    }
}
