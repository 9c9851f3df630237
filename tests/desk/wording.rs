//! How the bundled dataset is worded: in nobody else's sentences, so that it does not age, and in files by kind.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    env, fs,
    path::{Path, PathBuf},
};

use tigerdesk::dataset::{Value, bundled};

/// So many words in a document's order are a piece of its sentence.
const WINDOW: usize = 8;

/// A hash of each run of [`WINDOW`] words of the documents, sorted, eight bytes each. It holds nothing that could be read.
const FINGERPRINTS: &[u8] = include_bytes!("fingerprints.bin");

/// Official titles, which are longer, and why they may stand as they are.
const TITLES: [(&str, &str); 5] = [
    ("Enhancing International Cooperation on Capacity-building of Artificial Intelligence", "title of a UN resolution"),
    (
        "Interim Measures for the Management of Generative Artificial Intelligence Services",
        "official English name of the measures",
    ),
    (
        "Executive Order on Removing Barriers to American Leadership in Artificial Intelligence",
        "official name of the order",
    ),
    (
        "Chasing Artificial General Intelligence: China Between Breakthroughs and Bottlenecks",
        "title of one of the documents",
    ),
    (
        "China's drive toward self-reliance in artificial intelligence: from chips to large language models",
        "title of a report that a document points to",
    ),
];

/// Where the documents are at hand: a folder beside the checkout, or what this variable names.
const DOCUMENTS: &str = "TIGERDESK_DOCUMENTS";

/// The documents' texts, in the order of their names, if they are at hand.
fn documents() -> Option<Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = env::var_os(DOCUMENTS).map_or_else(|| root.join("../shared/seeds"), PathBuf::from);
    let mut files: Vec<PathBuf> = fs::read_dir(folder).ok()?.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "txt"));
    files.sort();
    (!files.is_empty()).then(|| files.iter().map(|file| fs::read_to_string(file).unwrap()).collect())
}

/// The words of a text, without case, apostrophes and whatever else is neither letter nor digit: `top-ranked` is two.
fn words(text: &str) -> Vec<String> {
    let text: String = text.to_lowercase().chars().filter(|c| !"'’‘ʼ`".contains(*c)).collect();
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(ToOwned::to_owned).collect()
}

fn fingerprint(window: &[String]) -> u64 {
    let hash = blake3::hash(window.join(" ").as_bytes());
    u64::from_le_bytes(hash.as_bytes()[..8].try_into().unwrap())
}

fn fingerprints() -> Vec<u64> {
    FINGERPRINTS.chunks_exact(8).map(|bytes| u64::from_le_bytes(bytes.try_into().unwrap())).collect()
}

/// The runs of a text's words that a document has too.
fn shared(text: &str, known: &HashSet<u64>) -> Vec<String> {
    let words = words(text);
    let runs = words.windows(WINDOW).filter(|window| known.contains(&fingerprint(window)));
    runs.map(|window| window.join(" ")).collect()
}

/// The files of the dataset: their names and texts.
fn files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let named = files.into_iter().filter(|file| file.extension().is_some_and(|ending| ending == "toml"));
    named
        .map(|file| (file.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(&file).unwrap()))
        .collect()
}

/// Every text in a file, its comments too.
fn texts(file: &str) -> Vec<String> {
    fn gather(value: &toml::Value, texts: &mut Vec<String>) {
        match value {
            toml::Value::String(text) => texts.push(text.clone()),
            toml::Value::Array(values) => values.iter().for_each(|value| gather(value, texts)),
            toml::Value::Table(table) => table.values().for_each(|value| gather(value, texts)),
            _ => {}
        }
    }
    let mut all = vec![];
    gather(&toml::Value::Table(toml::from_str(file).unwrap()), &mut all);
    let comments: Vec<&str> = file.lines().filter_map(|line| line.strip_prefix('#')).collect();
    all.push(comments.join(" "));
    all
}

#[test]
fn no_text_has_eight_words_in_the_order_of_a_document() {
    let known: HashSet<u64> = fingerprints().into_iter().collect();
    let titles: Vec<String> = TITLES.iter().map(|(title, _)| words(title).join(" ")).collect();
    let mut copied = Vec::new();
    let mut used = BTreeSet::new();
    for (name, file) in files() {
        for text in texts(&file) {
            for run in shared(&text, &known) {
                match titles.iter().position(|title| title.contains(&run)) {
                    Some(title) => drop(used.insert(title)),
                    None => copied.push(format!("{name}: “{run}”, in: {text}")),
                }
            }
        }
    }
    assert!(copied.is_empty(), "put it in our own words:\n{}", copied.join("\n"));
    assert_eq!(used.len(), TITLES.len(), "a title that is allowed stands nowhere: only {used:?} of {TITLES:#?}");
}

#[test]
fn the_fingerprints_are_those_of_the_documents() {
    let committed = fingerprints();
    assert_eq!(FINGERPRINTS.len() % 8, 0);
    assert!(committed.windows(2).all(|pair| pair[0] < pair[1]), "they are sorted, each once");
    // A run that is known to be in the documents is found, case and punctuation aside; the same words in another order are not.
    let known: HashSet<u64> = committed.iter().copied().collect();
    assert_eq!(
        shared("the INTERIM measures, for the management of generative “artificial intelligence”", &known).len(),
        3
    );
    assert!(
        shared("measures for the interim management of artificial generative intelligence services", &known).is_empty()
    );
    let Some(documents) = documents() else {
        let many = committed.len();
        eprintln!(
            "the documents are not at hand (see {DOCUMENTS}): the {many} fingerprints were not compared with them"
        );
        assert!(many > 15_000, "five documents have more runs of words than {many}");
        return;
    };
    let windows = documents.iter().flat_map(|document| {
        let words = words(document);
        words.windows(WINDOW).map(fingerprint).collect::<Vec<_>>()
    });
    let found: BTreeSet<u64> = windows.collect();
    let found: Vec<u64> = found.into_iter().collect();
    if env::var_os("TIGERDESK_WRITE_FINGERPRINTS").is_some() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/desk/fingerprints.bin");
        fs::write(file, found.iter().flat_map(|print| print.to_le_bytes()).collect::<Vec<_>>()).unwrap();
    }
    assert!(found == committed, "run this test with TIGERDESK_WRITE_FINGERPRINTS=1 where the documents are at hand");
}

/// Words that say a thing of the day on which they were written.
const OF_A_DAY: [&str; 18] = [
    "latest",
    "newest",
    "now",
    "currently",
    "today",
    "recently",
    "lately",
    "so far",
    "still",
    "upcoming",
    "forthcoming",
    "is to",
    "are to",
    "is expected",
    "are expected",
    "planned",
    "soon",
    "next",
];

/// Whether a text says a thing of the day on which it was written and doesn't tell which day that was.
fn ages(text: &str) -> bool {
    let words = words(text).join(" ");
    let tells_a_year =
        words.split(' ').any(|word| word.len() == 4 && word.starts_with("20") && word.parse::<u16>().is_ok());
    let said = format!(" {words} ");
    !tells_a_year && OF_A_DAY.iter().any(|day| said.contains(&format!(" {day} ")))
}

#[test]
fn what_may_have_passed_is_dated() {
    assert!(ages("Baidu's latest chip.") && ages("Robots are to race.") && !ages("The newest chip as of March 2025."));
    assert!(!ages("It knows.") && !ages("Known nowadays."));
    let dataset = bundled().unwrap();
    let mut undated = Vec::new();
    for record in dataset.records() {
        let described = [record.name.as_str(), record.summary.as_str()].map(ToOwned::to_owned);
        let claimed =
            record.claims.iter().filter(|claim| claim.as_of.is_none()).filter_map(|claim| match &claim.value {
                Value::Text(text) => Some(text.clone()),
                _ => None,
            });
        undated.extend(
            described.into_iter().chain(claimed).filter(|text| ages(text)).map(|text| (record.id.clone(), text)),
        );
    }
    assert!(undated.is_empty(), "say of which day it holds: {undated:#?}");
}

#[test]
fn files_are_named_by_the_kind_that_they_hold() {
    let mut holding: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, file) in files() {
        let kinds: Vec<String> = toml::from_str::<toml::Table>(&file).unwrap().keys().cloned().collect();
        assert_eq!(kinds.len(), 1, "{name} holds {kinds:?}");
        holding.entry(kinds[0].clone()).or_default().push(name);
    }
    for (kind, files) in holding {
        let expected = if kind == "company" { 2 } else { 1 };
        assert_eq!(files.len(), expected, "{kind}: {files:?}");
    }
}

#[test]
fn a_tag_has_one_spelling() {
    let dataset = bundled().unwrap();
    let tags: BTreeSet<&String> = dataset.records().iter().flat_map(|record| &record.tags).collect();
    for tag in &tags {
        assert!(!tags.contains(&format!("{tag}s")), "{tag} and {tag}s");
        assert!(**tag == tag.to_lowercase() && !tag.contains(' '), "{tag}");
    }
    for record in dataset.records() {
        assert!(!record.tags.is_empty(), "{} has no tag", record.id);
    }
}
