//! What lists, rankings and comparisons must not leave out: remarks, other values, what one record has alone; and that what is to come
//! is not told as what is.

use std::fmt::Write as _;

use tigerdesk::{
    commands::{Ask, Desk, Outcome, Reading, answer, read},
    dataset::{File, KINDS, PROPERTIES, Record, bundled, load_files},
};

/// A day after the newest source of the dataset.
const TODAY: &str = "2026-11-26T09:00:00Z";

fn outcome(desk: &Desk, line: &str, now: &str) -> Outcome {
    let Reading::Command(invocation) = read(line) else { panic!("{line}") };
    answer(desk, &Ask::new(invocation, now.parse().unwrap(), 0))
}

fn text(desk: &Desk, line: &str) -> String {
    outcome(desk, line, TODAY).reply.text()
}

/// A record with claims, each the property, the value, the date (or none) and whether it has a remark.
fn record(kind: &str, name: &str, claims: &[(&str, &str, &str, bool)]) -> String {
    let mut record = format!("[[{kind}]]\nid = \"{}\"\nname = \"{name}\"\n", name.to_lowercase().replace(' ', "-"));
    for (property, value, date, noted) in claims {
        write!(record, "[[{kind}.claims]]\nproperty = \"{property}\"\nvalue = {value}\nsources = [\"s\"]\n").unwrap();
        if !date.is_empty() {
            writeln!(record, "as_of = \"{date}\"").unwrap();
        }
        if *noted {
            writeln!(record, "note = \"Said with a hedge.\"").unwrap();
        }
    }
    record
}

fn desk(records: &[String]) -> Desk {
    let source = "[[source]]\nid = \"s\"\nname = \"A source\"\ndate = \"2025-03\"\n".to_owned();
    let text = std::iter::once(source).chain(records.iter().cloned()).collect();
    Desk::new(load_files(&[File { name: "a.toml".to_owned(), text }]).unwrap()).unwrap()
}

fn percent(amount: u32) -> String {
    format!("{{ amount = {amount}, unit = \"%\" }}")
}

fn line_of<'t>(text: &'t str, name: &str) -> &'t str {
    text.lines().find(|line| line.starts_with(&format!("• {name}"))).unwrap_or_else(|| panic!("no {name} in {text}"))
}

#[test]
fn a_remark_is_marked_and_can_be_read() {
    let desk = desk(&[
        record("figure", "Share", &[("reading", &percent(7), "2025", true)]),
        record("figure", "Rate", &[("reading", &percent(9), "2025", false)]),
        record("company", "Lab", &[("category", "\"Start-up\"", "", true)]),
    ]);
    for line in ["!list figures", "!top value", "!list companies", "!list after:2020"] {
        let text = text(&desk, line);
        let (_, command) =
            text.split_once("† with a remark; to read one: ").unwrap_or_else(|| panic!("{line}: {text}"));
        let command = command.lines().next().unwrap();
        assert!(self::text(&desk, command).contains("Said with a hedge."), "{line}: {command}");
    }
    for line in ["!list figures", "!top value"] {
        let text = text(&desk, line);
        assert!(line_of(&text, "Share").ends_with('†') && !line_of(&text, "Rate").contains('†'), "{text}");
    }
    assert!(!text(&desk, "!list sources").contains('†'));
}

#[test]
fn what_is_to_come_is_not_told_as_what_is() {
    let desk = desk(&[
        record("figure", "Share", &[("reading", &percent(5), "2030", false), ("reading", &percent(2), "2025", false)]),
        record("figure", "Goal", &[("reading", &percent(70), "2030", false), ("reading", &percent(90), "2035", false)]),
        record("figure", "Year", &[("reading", &percent(8), "2026", false), ("reading", &percent(3), "2025", false)]),
        record("event", "Summit", &[("date", "\"2030-05\"", "", false)]),
    ]);
    for line in ["!list figures", "!top value"] {
        let text = text(&desk, line);
        assert!(line_of(&text, "Share").contains("2% (2025)"), "{text}");
        assert!(line_of(&text, "Goal").contains("70% (2030, still to come)"), "{text}");
        assert!(line_of(&text, "Year").contains("8% (2026)"), "{text}");
        // What was to come has come.
        let later = outcome(&desk, line, "2031-05-01T00:00:00Z").reply.text();
        assert!(line_of(&later, "Share").contains("5% (2030)"), "{later}");
        assert!(line_of(&later, "Goal").contains("70% (2030)"), "{later}");
    }
    assert!(line_of(&text(&desk, "!list events"), "Summit").contains("2030-05 (still to come)"));
    assert!(!outcome(&desk, "!list events", "2031-05-01T00:00:00Z").reply.text().contains("to come"));
    let ranked: Vec<String> = outcome(&desk, "!top value", TODAY).hits.into_iter().map(|hit| hit.record).collect();
    assert_eq!(ranked, ["goal", "year", "share"]);
    let early = outcome(&desk, "!top value", "2025-06-01T00:00:00Z").reply.text();
    assert!(line_of(&early, "Year").contains("3% (2025)"), "{early}");
    // Who asks for a time to come is told what is said of it.
    let asked = text(&desk, "!top value 2030");
    assert!(line_of(&asked, "Share").contains("5% (2030, still to come)"), "{asked}");
}

#[test]
fn a_list_tells_that_there_are_others() {
    let makers =
        |count: usize| -> Vec<String> { (0..count).map(|n| record("company", &format!("Maker {n}"), &[])).collect() };
    let mut records = makers(6);
    let refer: Vec<String> = (0..6).map(|n| format!("{{ ref = \"maker-{n}\" }}")).collect();
    let made_by = |count: usize| -> Vec<(&str, &str, &str, bool)> {
        refer[..count].iter().map(|maker| ("developer", maker.as_str(), "", false)).collect()
    };
    records.push(record("model", "Alone", &made_by(1)));
    records.push(record("model", "Twofold", &made_by(2)));
    records.push(record("model", "Manifold", &made_by(6)));
    let contested = [("category", "\"A state lab\"", "", false), ("category", "\"A start-up\"", "", false)];
    // Each source says something else.
    records.push(record("company", "Contested", &contested).replacen("\"s\"", "\"t\"", 1));
    records.push("[[source]]\nid = \"t\"\nname = \"Another source\"\n".to_owned());
    let desk = desk(&records);
    let models = text(&desk, "!list models");
    assert!(line_of(&models, "Alone").ends_with("Maker 0 [1]"), "{models}");
    assert!(line_of(&models, "Twofold").ends_with("Maker 0 [1]; Maker 1 [1]"), "{models}");
    assert!(line_of(&models, "Manifold").ends_with("; and 3 more"), "{models}");
    let companies = text(&desk, "!list companies");
    let contested = line_of(&companies, "Contested");
    assert!(contested.contains("A state lab [1]; A start-up [2] (sources differ)"), "{companies}");
}

/// Whether a record has a claim of a property.
fn has(record: &Record, property: &str) -> bool {
    record.claims.iter().any(|claim| claim.property.id == property)
}

#[test]
fn a_part_that_only_one_has_is_compared_all_the_same() {
    let desk = Desk::new(bundled().unwrap()).unwrap();
    for kind in KINDS {
        let records: Vec<&Record> = desk.dataset.records().iter().filter(|record| record.kind == *kind).collect();
        for pair in records.windows(2).step_by(5) {
            let alone = PROPERTIES
                .iter()
                .find(|property| property.id != "related" && has(pair[0], property.id) && !has(pair[1], property.id));
            let Some(property) = alone else { continue };
            let line = format!("!compare \"{}\", \"{}\", {}", pair[0].name, pair[1].name, property.label);
            let text = text(&desk, &line);
            let value = pair[0].claims.iter().find(|claim| claim.property == property).unwrap();
            assert!(text.contains(&desk.dataset.show(&value.value)) || text.contains(" more"), "{line}: {text}");
            assert!(!text.contains("No property is known"), "{line}: {text}");
        }
    }
}

#[test]
fn what_only_one_has_is_named() {
    let desk = Desk::new(bundled().unwrap()).unwrap();
    for kind in KINDS {
        let records: Vec<&Record> = desk.dataset.records().iter().filter(|record| record.kind == *kind).collect();
        for pair in records.windows(2).step_by(3) {
            let line = format!("!compare \"{}\", \"{}\"", pair[0].name, pair[1].name);
            let text = text(&desk, &line);
            assert!(text.chars().count() <= 2_500, "{line}: {}", text.chars().count());
            let own = |place: usize| pair[place].claims.iter().map(|claim| claim.property);
            let alone = own(0).find(|property| property.id != "related" && !has(pair[1], property.id));
            if let Some(alone) = alone {
                let named = text.contains("Only of ") || text.contains("Known of one alone: ");
                // A link back may have the same label.
                assert!(named || text.contains(alone.label), "{line}: {text}");
            }
            if let Some((_, command)) = text.split_once("To see one of these: ") {
                let command = command.lines().next().unwrap();
                let shown = self::text(&desk, command);
                assert!(shown.contains("nothing known here"), "{line}: {command}: {shown}");
            }
        }
    }
}

#[test]
fn a_part_is_asked_for_in_many_words() {
    let desk = Desk::new(bundled().unwrap()).unwrap();
    let lacks = |id: &str, property: &str| !has(desk.dataset.get(id).unwrap(), property);
    let with = |property: &str| {
        let mut all = desk.dataset.records().iter().filter(|record| record.kind.id == "company");
        all.find(|record| has(record, property)).unwrap()
    };
    let (valued, other) = (with("valuation"), "baidu");
    assert!(lacks(other, "valuation"));
    for words in ["valuation", "worth", "valuations", "valuatoin", "估值"] {
        for line in [
            format!("!compare \"{}\" {other} {words}", valued.name),
            format!("!compare {other} vs {} {words}", valued.name),
            format!("!compare \"{}\", {other}, {words}", valued.name),
        ] {
            let text = text(&desk, &line);
            assert!(text.contains("Valuation\n") && text.contains("nothing known here"), "{line}: {text}");
            assert!(!text.contains("Founded\n"), "{line}: {text}");
        }
    }
    assert!(
        text(&desk, &format!("!compare {other} \"{}\" valuatoin", valued.name))
            .starts_with("I took valuatoin for valuation.")
    );
    let neither = text(&desk, "!compare nvidia baidu valuation");
    assert!(lacks("nvidia", "valuation") && neither.contains("Nothing is said here of Valuation"), "{neither}");
    assert!(neither.contains("!compare nvidia, baidu"), "{neither}");
    assert!(text(&desk, "!compare nvidia valuation").contains("!about nvidia valuation"));
}

#[test]
fn words_may_stand_before_the_kind_and_the_amount() {
    let desk = Desk::new(bundled().unwrap()).unwrap();
    let ids =
        |line: &str| -> Vec<String> { outcome(&desk, line, TODAY).hits.into_iter().map(|hit| hit.record).collect() };
    for (spoken, plain) in [
        ("!list huawei chips", "!list chips huawei"),
        ("!list all companies", "!list companies"),
        ("!list open source models", "!list models open source"),
        ("!list beijing compnaies", "!list companies beijing"),
        ("!top companies by valuation", "!top valuation companies"),
        ("!top beijing companies valuation", "!top valuation beijing companies"),
    ] {
        assert!(!ids(plain).is_empty() && ids(spoken) == ids(plain), "{spoken}: {}", text(&desk, spoken));
        assert!(text(&desk, spoken).starts_with("I took "), "{spoken}");
    }
    let nothing = text(&desk, "!list martian chips");
    assert!(nothing.contains("There are no chips here") && nothing.contains("!search martian"), "{nothing}");
    assert!(text(&desk, "!top martian companies by valuation").contains("Try !top valuation companies"));
    assert!(text(&desk, "!list companies by valuation").contains("!top valuation companies"));
    for line in ["!list startups", "!list companies bigtechs"] {
        let text = text(&desk, line);
        let (_, command) = text.split_once("Did you mean ").unwrap_or_else(|| panic!("{line}: {text}"));
        assert!(!ids(command.split('?').next().unwrap()).is_empty(), "{line}: {command}");
    }
}

#[test]
fn a_time_near_today_is_a_time() {
    let desk = Desk::new(bundled().unwrap()).unwrap();
    for (spoken, plain) in [
        ("!timeline last year", "!timeline 2025"),
        ("!timeline last year ernie", "!timeline 2025 ernie"),
        ("!timeline this month", "!timeline 2026-11"),
        ("!timeline yesterday", "!timeline 2026-11-25"),
    ] {
        assert_eq!(text(&desk, spoken), text(&desk, plain), "{spoken}");
    }
    assert!(!outcome(&desk, "!timeline last year", TODAY).hits.is_empty());
}

#[test]
fn a_part_of_a_topic_may_be_asked_for_in_the_plural() {
    let desk = Desk::new(bundled().unwrap()).unwrap();
    let topics = desk.dataset.records().iter().filter(|record| record.kind.id == "topic" && has(record, "finding"));
    let mut count = 0;
    for topic in topics {
        for words in ["finding", "findings", "Findings"] {
            let hits = outcome(&desk, &format!("!topic {} {words}", topic.name), TODAY).hits;
            assert_eq!((hits[0].record.as_str(), hits[0].property), (topic.id.as_str(), Some("finding")), "{words}");
        }
        count += 1;
    }
    assert!(count > 5);
}

#[test]
fn a_summary_is_cited_after_all_that_it_takes_to_say_it() {
    let toml = |id: &str, summary: &str, claims: &str| {
        format!("[[company]]\nid = \"{id}\"\nname = \"{id}\"\nsummary = \"{summary}\"\n{claims}")
    };
    let claim = |property: &str, value: &str, source: &str| {
        format!("[[company.claims]]\nproperty = \"{property}\"\nvalue = {value}\nsources = [\"{source}\"]\n")
    };
    let own = [
        claim("focus", "\"Sells lanterns\"", "s"),
        claim("finding", "\"Sells most of its lanterns abroad\"", "t"),
        claim("finding", "\"Has a canteen\"", "u"),
    ]
    .concat();
    let fair = [claim("date", "\"2024\"", "s"), claim("actor", "{ ref = \"birch\" }", "s")].concat();
    let fair = fair.replace("company", "event");
    let desk = desk(&[
        "[[source]]\nid = \"t\"\nname = \"Second source\"\n".to_owned(),
        "[[source]]\nid = \"u\"\nname = \"Third source\"\n".to_owned(),
        toml("alder", "Seller of lanterns, most of them abroad.", &own),
        toml("birch", "Exporter of kettles.", &claim("finding", "\"Has a canteen\"", "u")),
        toml("cedar", "Bought kettles.", &claim("partner", "{ ref = \"birch\" }", "t")),
        format!("[[event]]\nid = \"fair\"\nname = \"Kettles fair\"\n{fair}"),
    ]);
    let cited = |name: &str| {
        let text = text(&desk, &format!("!search {name}"));
        let marks: Vec<String> = line_of(&text, name).split('[').skip(1).map(|mark| mark[..1].to_owned()).collect();
        let named =
            |mark: &String| text.lines().find(|line| line.starts_with(&format!("[{mark}]"))).unwrap().to_owned();
        marks.iter().map(named).collect::<Vec<_>>()
    };
    assert!(cited("alder").iter().all(|source| !source.contains("Third")), "{:?}", cited("alder"));
    assert_eq!(cited("alder").iter().filter(|source| source.contains("Second")).count(), 1);
    // What is not said of it itself is said by what is about it.
    assert!(cited("birch")[0].contains("A source"), "{:?}", cited("birch"));
}

#[test]
fn of_what_is_not_said_the_nearest_is_offered() {
    let desk = Desk::new(bundled().unwrap()).unwrap();
    let text = text(&desk, "!company moonshot users");
    assert!(text.contains("What comes near: !product Kimi users."), "{text}");
    assert!(text.contains("All of it: !company Moonshot AI"), "{text}");
    assert!(!text.contains("Valuation"), "who asks for one thing is not told all the others: {text}");
    assert!(outcome(&desk, "!product Kimi users", TODAY).hits.first().is_some_and(|hit| hit.property.is_some()));
}
