//! Each kind of fault, with its place and how to mend it.

use tigerdesk::dataset::{File, load_files};

const SOUND: &str = r#"
[[source]]
id = "report"
name = "Report"

[[person]]
id = "somebody"
name = "Somebody"
"#;

fn faults(text: &str) -> Vec<tigerdesk::dataset::Fault> {
    let files = [("sound.toml", SOUND), ("new.toml", text)];
    let files = files.map(|(name, text)| File { name: name.to_owned(), text: text.to_owned() });
    load_files(&files).map_or_else(|faults| faults.0, |_| Vec::new())
}

/// Puts a claim into a company and expects one fault at this line of the claim (1 is `property`) with these words.
fn claim(lines: &str, line: usize, message: &str, mend: &str) {
    let text = format!("[[company]]\nid = \"acme\"\nname = \"Acme\"\n\n[[company.claims]]\n{lines}\n");
    expect(&text, line + 5, message, mend);
}

fn expect(text: &str, line: usize, message: &str, mend: &str) {
    let found = faults(text);
    assert_eq!(found.len(), 1, "{text}\n{found:#?}");
    let fault = &found[0];
    assert_eq!((fault.file.as_str(), fault.line), ("new.toml", line), "{fault}");
    assert!(fault.message.contains(message) && fault.mend.contains(mend), "{fault}");
    let source = text.lines().nth(line - 1).unwrap_or_default();
    assert!(fault.text == source && fault.column >= 1 && fault.column <= source.chars().count() + 1, "{fault}");
    let shown = fault.to_string();
    assert!(shown.contains(&format!("new.toml:{line}:{}", fault.column)) && shown.contains(&fault.mend), "{shown}");
}

#[test]
fn a_sound_record_has_none() {
    let text = "[[company]]\nid = \"acme\"\nname = \"Acme\"\nformerly = [\"old-acme\"]\n\n[[company.claims]]\n\
                property = \"valuation\"\nvalue = { amount = 3_300_000_000, currency = \"USD\" }\nas_of = \"2025-03\"\n\
                sources = [\"report\"]\nnote = \"A note.\"\n";
    assert_eq!(faults(text), []);
}

#[test]
fn values_must_fit_the_property() {
    claim(
        "property = \"founded\"\nvalue = \"March 2023\"\nsources = [\"report\"]",
        2,
        "`March 2023` is no date",
        "\"2023-03\"",
    );
    claim(
        "property = \"founded\"\nvalue = 2023\nsources = [\"report\"]",
        2,
        "must be a date in quotes",
        "value = \"2023-03\"",
    );
    claim(
        "property = \"founded\"\nvalue = 2023-03-01\nsources = [\"report\"]",
        2,
        "must be a date in quotes",
        "value = ",
    );
    claim("property = \"founder\"\nvalue = \"Somebody\"\nsources = [\"report\"]", 2, "must be a reference", "{ ref = ");
    claim(
        "property = \"founder\"\nvalue = { ref = \"sombody\" }\nsources = [\"report\"]",
        2,
        "no record `sombody`",
        "`somebody`",
    );
    claim(
        "property = \"founder\"\nvalue = { ref = \"report\" }\nsources = [\"report\"]",
        2,
        "must name a person",
        "that kind",
    );
    claim("property = \"users\"\nvalue = \"many\"\nsources = [\"report\"]", 2, "must be a quantity", "amount = 800");
    claim(
        "property = \"users\"\nvalue = { amount = \"5\" }\nsources = [\"report\"]",
        2,
        "must be a number, not a text",
        "amount",
    );
    claim("property = \"users\"\nvalue = { amount = nan }\nsources = [\"report\"]", 2, "must be a number", "amount");
    claim(
        "property = \"users\"\nvalue = { amount = 5, to = 2 }\nsources = [\"report\"]",
        2,
        "ends where it begins",
        "larger",
    );
    claim(
        "property = \"users\"\nvalue = { amount = 5, qualifier = \"abot\" }\nsources = [\"report\"]",
        2,
        "no qualifier `abot`",
        "`about`",
    );
    claim("property = \"users\"\nvalue = { amout = 5 }\nsources = [\"report\"]", 2, "no key `amout`", "`amount`");
    claim(
        "property = \"users\"\nvalue = { unit = \"%\" }\nsources = [\"report\"]",
        2,
        "the amount is missing",
        "amount",
    );
    claim(
        "property = \"valuation\"\nvalue = { amount = 5 }\nsources = [\"report\"]",
        2,
        "no currency",
        "currency = \"USD\"",
    );
    claim(
        "property = \"valuation\"\nvalue = { amount = 5, currency = \"dollars\" }\nsources = [\"report\"]",
        2,
        "no currency code",
        "USD",
    );
    claim("property = \"role\"\nvalue = 5\nsources = [\"report\"]", 2, "must be a text in quotes", "value = \"…\"");
}

#[test]
fn a_claim_needs_its_parts() {
    claim("property = \"foundr\"\nvalue = \"x\"\nsources = [\"report\"]", 1, "no property `foundr`", "`founder`");
    claim("property = \"worth\"\nvalue = \"x\"\nsources = [\"report\"]", 1, "no property `worth`", "`valuation`");
    claim("property = \"role\"\nvalue = \"x\"\nsources = [\"reprt\"]", 3, "no source `reprt`", "`report`");
    claim("property = \"role\"\nvalue = \"x\"\nsources = [\"somebody\"]", 3, "must name a source", "that kind");
    claim("property = \"role\"\nvalue = \"x\"\nsources = \"report\"", 3, "`sources` must be a list", "[\"…\"]");
    claim("property = \"role\"\nvalue = \"x\"\nsources = [\"report\"]\nasof = \"2023\"", 4, "no key `asof`", "`as_of`");
    claim(
        "property = \"role\"\nvalue = \"x\"\nsources = [\"report\"]\nas_of = \"2023-13\"",
        4,
        "`2023-13` is no date",
        "2023",
    );
}

#[test]
fn a_claim_without_value_or_sources_is_told_at_its_head() {
    let head = "[[company]]\nid = \"acme\"\nname = \"Acme\"\n\n[[company.claims]]\nproperty = \"role\"\n";
    expect(&format!("{head}sources = [\"report\"]\n"), 5, "no value", "value = ");
    expect(&format!("{head}value = \"x\"\n"), 5, "has no sources", "sources = ");
}

#[test]
fn one_source_can_not_contradict_itself() {
    let head = "[[company]]\nid = \"acme\"\nname = \"Acme\"\n\n";
    let claim = |value: &str| {
        format!("[[company.claims]]\nproperty = \"founded\"\nvalue = \"{value}\"\nsources = [\"report\"]\n")
    };
    expect(&format!("{head}{}{}", claim("2019"), claim("2020")), 9, "gives `founded` twice for one date", "as_of");
    expect(&format!("{head}{}{}", claim("2019"), claim("2019")), 9, "twice with the same value", "one claim");
}

#[test]
fn records_need_ids_and_names_of_their_own() {
    expect("[[company]]\nname = \"Acme\"\n", 1, "has no id", "id = ");
    expect("[[company]]\nid = \"acme\"\n", 2, "has no name", "name = ");
    expect("[[company]]\nid = \"Acme Inc\"\nname = \"Acme\"\n", 2, "can't be an id", "lower-case");
    expect("[[company]]\nid = \"somebody\"\nname = \"Acme\"\n", 2, "is taken: see sound.toml:7", "another id");
    expect("[[compny]]\nid = \"acme\"\nname = \"Acme\"\n", 1, "`compny` is no kind", "`company`");
    expect("[[company]]\nid = \"acme\"\nname = \"Acme\"\nalias = [\"A\"]\n", 4, "no key `alias`", "`aliases`");
    expect("[company]\nid = \"acme\"\nname = \"Acme\"\n", 1, "not a list of records", "[[company]]");
    let two = "[[company]]\nid = \"acme\"\nname = \"Acme\"\naliases = [\"A.C.M.E.\", \"X\"]\n[[company]]\nid = \"other\"\nname = \"Other\"\naliases = [\"x\"]\n";
    expect(two, 8, "`x` is claimed by `acme` too", "leave it");
    let long = format!("[[company]]\nid = \"acme\"\nname = \"Acme\"\nsummary = \"{}\"\n", "x".repeat(301));
    let found = faults(&long);
    assert!(found.len() == 1 && found[0].message.contains("301 characters") && found[0].line == 4, "{found:?}");
}

#[test]
fn an_event_needs_a_date() {
    expect(
        "[[event]]\nid = \"launch\"\nname = \"Launch\"\n",
        2,
        "the event `launch` has no date",
        "property = \"date\"",
    );
}

#[test]
fn what_is_no_toml_is_told_with_its_line() {
    expect("[[company]]\nid = \"acme\nname = \"Acme\"\n", 2, "not TOML", "quotes");
}

#[test]
fn every_fault_is_found_at_once() {
    let text = "[[company]]\nid = \"acme\"\nname = \"Acme\"\nfoo = 1\nbar = 2\n\n[[compny]]\nid = \"x\"\n";
    assert_eq!(faults(text).len(), 3);
}

#[test]
fn json_lines_are_read_like_toml() {
    let file = |text: &str| File { name: "new.jsonl".to_owned(), text: text.to_owned() };
    let sound = || File { name: "sound.toml".to_owned(), text: SOUND.to_owned() };
    let good = r#"{"kind":"company","id":"acme","name":"Acme","claims":[{"property":"founded","value":"2023","sources":["report"]}]}"#;
    assert_eq!(load_files(&[sound(), file(&format!("{good}\n\n"))]).unwrap().records().len(), 3);
    for (line, message) in [
        ("{\"kind\":\"company\",", "not JSON"),
        ("[1]", "must be one JSON object"),
        ("{\"id\":\"acme\",\"name\":\"Acme\"}", "does not say its kind"),
        ("{\"kind\":\"compny\",\"id\":\"acme\",\"name\":\"Acme\"}", "no kind of record"),
    ] {
        let found = load_files(&[sound(), file(&format!("{good}\n{line}\n"))]).unwrap_err().0;
        assert!(found.len() == 1 && found[0].message.contains(message) && found[0].line == 2, "{found:#?}");
    }
}

#[test]
fn dot_files_are_skipped_and_an_empty_folder_is_a_fault() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("..data")).unwrap();
    std::fs::write(dir.path().join("..data/x.toml"), "broken").unwrap();
    std::fs::write(dir.path().join(".x.toml"), "broken").unwrap();
    std::fs::write(dir.path().join("notes.md"), "# Notes").unwrap();
    let found = tigerdesk::dataset::load(dir.path()).unwrap_err().0;
    assert!(found.len() == 1 && found[0].message.contains("no .toml or .jsonl file"), "{found:?}");
    std::fs::write(dir.path().join("sound.toml"), SOUND).unwrap();
    assert_eq!(tigerdesk::dataset::load(dir.path()).unwrap().records().len(), 2);
    std::fs::write(dir.path().join("latin.toml"), b"# gr\xfc\xdfe").unwrap();
    let found = tigerdesk::dataset::load(dir.path()).unwrap_err().0;
    assert!(found.len() == 1 && found[0].message.contains("not UTF-8"), "{found:?}");
    assert_eq!((found[0].line, found[0].column), (1, 5));
}
