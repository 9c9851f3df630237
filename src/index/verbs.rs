//! The forms of English verbs, and of what is of a country.

/// Verbs that have forms of their own, all forms of one in a row.
const IRREGULAR: [&[&str]; 42] = [
    &["begin", "began", "begun"],
    &["break", "broke", "broken"],
    &["bring", "brought"],
    &["build", "built"],
    &["buy", "bought"],
    &["choose", "chose", "chosen"],
    &["come", "came"],
    &["deal", "dealt"],
    &["draw", "drew", "drawn"],
    &["drive", "drove", "driven"],
    &["fall", "fell", "fallen"],
    &["fight", "fought"],
    &["find", "found"],
    &["forbid", "forbade", "forbidden"],
    &["get", "got"],
    &["give", "gave", "given"],
    &["go", "went", "gone"],
    &["grow", "grew", "grown"],
    &["hold", "held"],
    &["keep", "kept"],
    &["know", "knew", "known"],
    &["lead", "led"],
    &["leave", "left"],
    &["lend", "lent"],
    &["lose", "lost"],
    &["make", "made"],
    &["mean", "meant"],
    &["meet", "met"],
    &["pay", "paid"],
    &["rise", "rose", "risen"],
    &["run", "ran"],
    &["say", "said"],
    &["see", "saw", "seen"],
    &["seek", "sought"],
    &["sell", "sold"],
    &["send", "sent"],
    &["spend", "spent"],
    &["take", "took", "taken"],
    &["teach", "taught"],
    &["tell", "told"],
    &["win", "won"],
    &["write", "wrote", "written"],
];

/// What is of a country, and the country.
const COUNTRIES: [[&str; 2]; 11] = [
    ["american", "america"],
    ["british", "britain"],
    ["chinese", "china"],
    ["european", "europe"],
    ["french", "france"],
    ["german", "germany"],
    ["indian", "india"],
    ["japanese", "japan"],
    ["korean", "korea"],
    ["russian", "russia"],
    ["taiwanese", "taiwan"],
];

/// The forms that an English verb may have besides this one, whether they exist or not, and the country of what is `chinese`.
pub(super) fn inflections(word: &str) -> Vec<String> {
    let irregular = IRREGULAR.iter().filter(|forms| forms.contains(&word)).flat_map(|forms| forms.iter());
    let mut known: Vec<String> = irregular.filter(|form| **form != word).map(|form| (*form).to_owned()).collect();
    known.extend(COUNTRIES.iter().filter(|[of, _]| *of == word).map(|[_, country]| (*country).to_owned()));
    if word.len() < 4 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return known;
    }
    let bare = word.strip_suffix("ing").or(word.strip_suffix("ed")).or(word.strip_suffix('e')).unwrap_or(word);
    let mut stems = vec![bare.to_owned()];
    let mut letters = bare.chars().rev();
    if let (Some(last), Some(before)) = (letters.next(), letters.next()) {
        if last == before {
            stems.push(bare[..bare.len() - 1].to_owned());
        } else if bare.len() == 3 {
            stems.push(format!("{bare}{last}"));
        }
    }
    let forms = stems
        .iter()
        .filter(|stem| stem.len() > 2)
        .flat_map(|stem| ["", "e", "ed", "ing"].map(|ending| format!("{stem}{ending}")));
    known.extend(forms.filter(|form| form != word));
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_have_their_forms() {
        for (word, form) in [
            ("block", "blocked"),
            ("raised", "raise"),
            ("planning", "plan"),
            ("buy", "bought"),
            ("won", "win"),
            ("chinese", "china"),
        ] {
            assert!(inflections(word).contains(&form.to_owned()), "{word}: {form}");
        }
    }
}
