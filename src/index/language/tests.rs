use super::*;
use jiff::civil::date;
use proptest::prelude::*;

#[test]
fn words_phrases_and_what_is_not_wanted() {
    let asked = parse("nvidia \"export controls\" -robot -\"humanoid robot\" GLM-4-Voice");
    assert_eq!(asked.words, ["nvidia", "GLM-4-Voice"]);
    assert_eq!(asked.phrases, ["export controls"]);
    assert_eq!(asked.without, ["robot", "humanoid robot"]);
    assert_eq!((asked.filters.is_empty(), asked.complaint), (true, None));
}

#[test]
fn filters_narrow() {
    let asked = parse("kind:policies tag:Six-Tigers place:\"hong kong\" source:merics,sinolytics -kind:event labels");
    let kinds: Vec<&str> = asked.filters.kind.iter().map(|kind| kind.id).collect();
    assert_eq!(kinds, ["policy"]);
    assert_eq!(asked.filters.tag, ["six-tigers"]);
    assert_eq!(asked.filters.place, ["hong kong"]);
    assert_eq!(asked.filters.source, ["merics", "sinolytics"]);
    assert_eq!(asked.except.kind.len(), 1);
    assert_eq!((asked.words, asked.complaint), (vec!["labels".to_owned()], None));
}

const TODAY: Date = date(2026, 11, 26);

#[test]
fn dates_narrow() {
    for (text, after, before) in [
        ("after:2023-06", Some(date(2023, 6, 1)), None),
        ("since:2023/6", Some(date(2023, 6, 1)), None),
        ("before:2024", None, Some(date(2024, 1, 1))),
        ("until:2024", None, Some(date(2025, 1, 1))),
        ("year:2023", Some(date(2023, 1, 1)), Some(date(2024, 1, 1))),
        ("year:2022-2023", Some(date(2022, 1, 1)), Some(date(2024, 1, 1))),
        ("date:2023-06..2024-02", Some(date(2023, 6, 1)), Some(date(2024, 3, 1))),
        ("2022..2023", Some(date(2022, 1, 1)), Some(date(2024, 1, 1))),
        ("2024…2023", Some(date(2023, 1, 1)), Some(date(2025, 1, 1))),
        ("2024..", Some(date(2024, 1, 1)), None),
        ("2022 to 2023", Some(date(2022, 1, 1)), Some(date(2024, 1, 1))),
        ("since 2022 before:2024", Some(date(2022, 1, 1)), Some(date(2024, 1, 1))),
        ("last year", Some(date(2025, 1, 1)), Some(date(2026, 1, 1))),
        ("after:2022 after:2023 before:2025 before:2024", Some(date(2023, 1, 1)), Some(date(2024, 1, 1))),
    ] {
        let asked = read(text, TODAY, Wanted::Spans).unwrap();
        assert_eq!((asked.filters.after, asked.filters.before), (after, before), "{text}");
        assert!(asked.words.is_empty() && asked.complaint.is_none(), "{text}: {asked:?}");
    }
    assert_eq!(read("2023", TODAY, Wanted::Spans).unwrap().words, ["2023"]);
    let asked = read("chips 2023", TODAY, Wanted::Dates).unwrap();
    assert_eq!((asked.words, asked.filters.after), (vec!["chips".to_owned()], Some(date(2023, 1, 1))));
}

#[test]
fn a_date_that_cant_be_read_is_an_error() {
    for text in ["after:sometime chips", "after:2023-13", "2023..20244", "chips since 2023-13"] {
        assert!(read(text, TODAY, Wanted::Spans).is_err(), "{text}");
    }
    let asked = read("after:2024 before:2023 chips", TODAY, Wanted::Spans).unwrap();
    assert!(asked.filters.is_empty() && asked.complaint.unwrap().contains("left the dates out"));
}

#[test]
fn either_of_several() {
    let asked = parse("kimi OR doubao OR \"wen xiaoyan\" users");
    assert_eq!(asked.either, [["kimi", "doubao", "wen xiaoyan"]]);
    assert_eq!(asked.words, ["users"]);
    assert_eq!(parse("users kimi | doubao").words, ["users"]);
    assert_eq!(parse("kimi or doubao").words, ["kimi", "or", "doubao"]);
    assert_eq!(parse("kimi NOT users").without, ["users"]);
}

#[test]
fn what_is_malformed_is_words_and_is_told() {
    for (text, words, told) in [
        ("\"export controls", &["\"export", "controls"][..], "not closed"),
        ("kind:polcy chips", &["chips"], "kind:policy"),
        ("colour:red", &["colour:red"], "no filter colour:"),
        ("tga:chips", &["tga:chips"], "Did you mean tag:"),
        ("OR kimi", &["kimi"], "OR stands between"),
        ("kimi OR", &["kimi"], "OR stands between"),
        ("-year:2023", &[], "can't be taken off"),
    ] {
        let asked = parse(text);
        assert_eq!(asked.words, words, "{text}");
        assert!(asked.complaint.as_deref().is_some_and(|complaint| complaint.contains(told)), "{text}: {asked:?}");
        assert!(asked.filters.is_empty(), "{text}");
    }
}

#[test]
fn signs_alone_are_nothing() {
    for text in ["", " - ", "--", "\"\"", "-\"\"", "|", "?!", "https://", ":"] {
        let asked = parse(text);
        assert!(asked.words.iter().all(|word| key(word) == "https"), "{text}: {asked:?}");
    }
    assert_eq!(parse("https://example.org/a:b").words, ["https://example.org/a:b"]);
    assert_eq!(parse("title: words").words, ["title:", "words"]);
}

#[test]
fn a_question_is_cut() {
    let long = "word ".repeat(400);
    let asked = parse(&long);
    assert_eq!(asked.words.len(), MOST_PIECES);
    assert!(asked.complaint.is_some());
}

proptest! {
    #[test]
    fn any_text_is_read(text in ".{0,200}|[-\"“”「」:|. a-zA-Z0-9]{0,200}|((kind|tag|after|year|OR|NOT)[: .-]?[0-9.\"-]{0,9} ?){0,20}") {
        let asked = read(&text, TODAY, Wanted::Dates).unwrap_or_else(|_| parse(&text));
        let pieces = asked.words.len() + asked.phrases.len() + asked.either.iter().flatten().count();
        prop_assert!(pieces <= MOST_PIECES);
        prop_assert!(asked.filters.after.zip(asked.filters.before).is_none_or(|(after, before)| after < before));
    }
}
