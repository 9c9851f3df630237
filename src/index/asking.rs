//! The words that questions are asked with: small words that say nothing, what properties are called, and what a question
//! word hints at.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use super::{
    verbs::inflections,
    words::{Word, words},
};
use crate::dataset::{KINDS, Kind, PROPERTIES, Property, ValueType, property};

/// What people say for a property, and what says nothing, has so many words at most.
pub(super) const LONGEST_PHRASE: usize = 6;

/// Words that say nothing of what is asked, unless nothing else is asked.
const STOP_WORDS: &str = "\
    a about actually all also an and any are as at be been but by can could current currently did do does doing done \
    exact exactly for from get give had has have hello hey hi how i if in into is it its latest let many me much my of on or please \
    recently should show shown so some tell than that the their them there they this those to versus vs was we were what when \
    where which who whom whose why will with would you";

/// Several words that say nothing, and Chinese ones.
const SILENT: &str = "\
    number of, list, list of, list all, name of, statistic on, figure for, how high, tell us, show us, give us, let us, used to, what about, how about, kind of, at all, in total, amount of, \
    chinese name, native name, name in chinese, called in chinese, called in china, chinese characters, in chinese \
    characters, in chinese, how do you write, how do you say, how to write, 谁, 是, 的, 了, 吗, 呢, 在, 什么, 哪, 哪里, 哪个, 哪些, \
    哪年, 何时, 什么时候, 多少, 如何, 怎么, 为什么, 中文名, 请问";

/// Which of them ask how the Chinese write a name.
const NATIVE: [&str; 6] =
    ["chinese name", "native name", "in chinese", "called in china", "chinese character", "中文名"];

/// Small words that may tell something where they stand, but that nobody looks for, so that nothing is a slip of them: Moore is
/// not `more`, nor a rover `over`.
const NEVER_MEANT: &str = "\
    above across after again against almost along already always among another around away back before below between both \
    down during each either else even ever every few first further here just last least less like long more most near \
    never new next not now off often once one only other our out over own per same since still such then these though \
    through too two under until up upon very well while within without yet";

/// Questions of which the words stand around the name: how they begin and end, and the property that they ask for.
const FRAMES: [(&str, &str, &str); 10] = [
    ("what is", "for", "goal"),
    ("what are", "for", "goal"),
    ("who is", "by", "developer"),
    ("who set", "up", "founder"),
    ("where does", "work", "affiliation"),
    ("where do", "work", "affiliation"),
    ("where did", "work", "formerly_at"),
    ("where was", "before", "formerly_at"),
    ("why was", "created", "goal"),
    ("why was", "made", "goal"),
];

/// What may stand behind a company's name and is no part of it.
const LEGAL_FORMS: [&str; 11] =
    ["inc", "incorporated", "corp", "corporation", "co", "ltd", "limited", "llc", "plc", "holding", "group"];

/// What people call the properties, words in the singular and one space between them.
static CALLED: LazyLock<HashMap<String, Vec<&'static Property>>> = LazyLock::new(|| {
    let mut called: HashMap<String, Vec<&'static Property>> = HashMap::new();
    let asked = || PROPERTIES.iter().filter(|property| property.id != "related");
    let own = asked().flat_map(|property| [property.label, property.id].map(|name| (name, property)));
    // What a property is called itself stands before what others may be called too.
    for (name, property) in own.chain(asked().flat_map(|property| property.called().map(move |name| (name, property))))
    {
        let properties = called.entry(words(&name.replace('_', " ")).join(" ")).or_default();
        if !properties.contains(&property) {
            properties.push(property);
        }
    }
    // A start-up is none that starts.
    called.insert("start up".to_owned(), Vec::new());
    called
});

/// Those of them that are one word.
pub(super) static PROPERTY_WORDS: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| CALLED.keys().map(String::as_str).filter(|name| !name.contains(' ')).collect());

static STOPS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| STOP_WORDS.split(' ').collect());

static NEVER: LazyLock<HashSet<&'static str>> = LazyLock::new(|| NEVER_MEANT.split(' ').collect());

static SILENT_PHRASES: LazyLock<HashSet<String>> =
    LazyLock::new(|| SILENT.split(", ").map(|phrase| words(phrase).join(" ")).collect());

/// The properties that are called so, a verb in whatever form.
pub(super) fn called(spoken: &str) -> Option<&'static Vec<&'static Property>> {
    CALLED.get(spoken).or_else(|| inflections(spoken).iter().find_map(|form| CALLED.get(form)))
}

/// The longest beginning of the words of which something is told, and that.
pub(super) fn beginning<T>(words: &[Word], told: impl Fn(&str) -> Option<T>) -> Option<(usize, T)> {
    (1..=words.len().min(LONGEST_PHRASE))
        .rev()
        .find_map(|length| told(&spoken(&words[..length])).map(|told| (length, told)))
}

/// The words with a space between each two.
pub(super) fn spoken(words: &[Word]) -> String {
    words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// The property that a question asks for by how it begins and ends.
pub(super) fn framed(words: &[Word]) -> Option<&'static Property> {
    let (begin, end) = (spoken(words.get(..2)?), &words.last()?.text);
    let frame = FRAMES.iter().find(|(first, last, _)| *first == begin && last == end)?;
    (words.len() > 3).then(|| property(frame.2)).flatten()
}

/// Whether the words say nothing of what is asked.
pub(super) fn is_silent(spoken: &str) -> bool {
    is_stop(spoken) || SILENT_PHRASES.contains(spoken)
}

/// Whether a word, as [`words`] writes it, says nothing by itself.
#[must_use]
pub fn is_stop(word: &str) -> bool {
    STOPS.contains(word)
}

/// Whether nothing is a slip of the word.
pub(super) fn is_never_meant(word: &str) -> bool {
    is_stop(word) || NEVER.contains(word)
}

/// Whether the words behind a company's name begin with one that is no part of it.
pub(super) fn begins_legal_form(words: &[Word]) -> bool {
    let is_form = |word: &Word| LEGAL_FORMS.contains(&word.text.as_str());
    let trade = |word: &Word| matches!(word.text.as_str(), "technology" | "platform" | "company");
    match words {
        [word, rest @ ..] => is_form(word) || trade(word) && rest.first().is_none_or(is_form),
        [] => false,
    }
}

/// What kinds are called in Chinese.
const CHINESE_KINDS: [(&str, &str); 8] = [
    ("公司", "company"),
    ("企业", "company"),
    ("模型", "model"),
    ("产品", "product"),
    ("政策", "policy"),
    ("芯片", "chip"),
    ("事件", "event"),
    ("人物", "person"),
];

/// The kind that a word names.
pub(super) fn kind(word: &str) -> Option<Kind> {
    let word = CHINESE_KINDS.iter().find(|(chinese, _)| *chinese == word).map_or(word, |(_, kind)| *kind);
    KINDS.iter().copied().find(|kind| kind.id == word || words(kind.plural).concat() == word)
}

/// Whether it is asked how the Chinese write a name.
pub(super) fn asks_native(said: &[&str]) -> bool {
    let said = said.join(" ");
    NATIVE.iter().any(|phrase| said.contains(&words(phrase).join(" ")))
}

/// The properties that a question word hints at.
pub(super) fn hints(said: &[&str]) -> Vec<&'static str> {
    let all = said.concat();
    let asks = |word: &str, chinese: &[&str]| said.contains(&word) || chinese.iter().any(|word| all.contains(word));
    let (who, place) = (asks("who", &["谁"]), asks("where", &["哪里", "在哪"]));
    let when = asks("when", &["何时", "什么时候", "哪年"]);
    let many = asks("many", &["多少"]) || said.windows(2).any(|pair| pair == ["number", "of"]);
    let much = many || asks("much", &[]);
    let fits = |property: &&Property| match property.value {
        ValueType::Date => when,
        ValueType::Ref(kinds) | ValueType::RefOrText(kinds) => {
            who && (kinds.contains(&"person") || kinds.contains(&"company")) || place && kinds.contains(&"place")
        }
        ValueType::Money | ValueType::Amount => much,
        ValueType::Quantity => many,
        ValueType::Text => false,
    };
    PROPERTIES.iter().filter(fits).map(|property| property.id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_goes_first_by_its_own_name() {
        let first = |spoken: &str| called(spoken).unwrap()[0].id;
        for (spoken, id) in [
            ("founder", "founder"),
            ("who own", "parent"),
            ("alma mater", "education"),
            ("funding", "funding"),
            ("released", "released"),
            ("估 值", "valuation"),
        ] {
            assert_eq!(first(spoken), id, "{spoken}");
        }
    }

    #[test]
    fn small_words_are_silent() {
        assert!(is_silent("number of") && is_silent("the") && is_silent("什 么"));
        assert!(!is_silent("number") && !is_silent("deepseek"));
        assert!(asks_native(&["moonshot", "chinese", "name"]));
    }
}
