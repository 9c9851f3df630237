//! What the commands answer on a small dataset, in each rendering.

use std::path::Path;

use tigerdesk::{
    commands::{Ask, Desk, Reading, answer, hint, read},
    dataset::load,
    reply::Reply,
};

fn desk() -> Desk {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/desk/dataset");
    Desk::new(load(&folder).unwrap()).unwrap()
}

fn reply(line: &str) -> Reply {
    reply_on("1970-01-01", line)
}

fn reply_on(day: &str, line: &str) -> Reply {
    let now = format!("{day}T12:00Z").parse().unwrap();
    match read(line) {
        Reading::Command(invocation) => answer(&desk(), &Ask::new(invocation, now, 0)).reply,
        Reading::Slip { word, near } => hint(&word, near),
        Reading::NotOurs | Reading::Several(_) => panic!("{line} is no command"),
    }
}

/// The three renderings of an answer, one below the other.
fn renderings(line: &str) -> String {
    let reply = reply(line);
    let ansi = reply.ansi().replace('\x1b', "␛");
    format!("{line}\n\n--- text\n{}\n\n--- html\n{}\n\n--- terminal\n{ansi}", reply.text(), reply.html())
}

macro_rules! snapshots {
    ($($name:ident: $line:literal,)*) => {$(
        #[test]
        fn $name() {
            insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
                insta::assert_snapshot!(stringify!($name), renderings($line));
            });
        }
    )*};
}

snapshots! {
    company: "!company moonshot",
    company_by_native_name: "!company 月之暗面",
    company_section: "!company moonshot valuation",
    company_of_a_model: "!company k1.5",
    company_unknown: "!company <img src=x>",
    company_nearly: "!company monshot",
    company_without_name: "!company",
    company_in_full: "!company moonshot ai ltd",
    company_not_said: "!company moonshot ceo",
    person_question: "!who founded moonshot",
    about: "!about beijing",
    cite: "!cite moonshot",
    model: "!model K1.5",
    source: "!source report",
    timeline_year: "!timeline 2025",
    timeline_range_and_words: "!timeline 2022..2023 controls",
    timeline_empty: "!timeline 1999",
    timeline_wrong_date: "!timeline 2023-13",
    search: "!search export controls",
    search_some_words: "!search moonshot submarines",
    search_nothing: "!search <img src=x>",
    search_not_said: "!search moonshot ceo",
    search_another_version: "!search kimi k9",
    search_filter_nearly: "!search tag:six-tiger",
    list: "!list companies",
    list_filtered: "!list tag:six-tigers -tag:open-source",
    list_nothing: "!list events 1999 <img>",
    list_kinds: "!list",
    top: "!top valuation",
    top_users: "!top audience companies",
    top_no_amount: "!top founder",
    compare: "!compare moonshot, zhipu",
    compare_three: "!compare moonshot zhipu minimax",
    compare_unknown: "!compare moonshot <img>",
    today: "!today",
    random: "!random company",
    help: "!help",
    help_one: "!help timeline",
    help_unknown: "!help compny",
    a_slip: "!compny moonshot",
}

#[test]
fn only_figures_grow_old() {
    let card = reply_on("2030-06-01", "!company moonshot").text();
    assert!(card.contains("2023 [") && card.contains("(2025-03, 5 years ago)"), "{card}");
    let after_a_year = reply_on("2026-03-31", "!company moonshot").text();
    assert!(after_a_year.contains("(2025-03)") && after_a_year.contains("(2024, 2 years ago)"), "{after_a_year}");
    assert!(reply_on("2026-04-01", "!company moonshot").text().contains("(2025-03, 13 months ago)"));
    for line in
        ["!company moonshot valuation", "!top valuation", "!compare moonshot zhipu", "!search moonshot valuation"]
    {
        let answer = reply_on("2026-11-27", line).text();
        assert!(answer.contains("USD 3.3 billion (2025-03, 20 months ago)"), "{line}: {answer}");
    }
}

#[test]
fn an_html_answer_says_what_the_plain_one_says() {
    for line in ["!company moonshot", "!timeline 2025", "!search export controls", "!help", "!source report"] {
        let reply = reply(line);
        let words = |text: &str| -> Vec<String> {
            text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(ToOwned::to_owned).collect()
        };
        let mut html = reply.html();
        for (entity, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")] {
            html = html.replace(entity, character);
        }
        let shown: String = html
            .split('<')
            .map(|part| part.split_once('>').map_or(part, |(_, text)| text))
            .fold(String::new(), |all, part| all + " " + part);
        for word in words(&shown) {
            assert!(words(&reply.text()).contains(&word), "{line}: {word} stands in the HTML only");
        }
    }
}

#[test]
fn only_tags_that_phones_keep() {
    for line in ["!company moonshot", "!timeline 2025", "!search export controls", "!help", "!source report"] {
        for tag in reply(line).html().split('<').skip(1) {
            let name: String = tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphabetic).collect();
            assert!(["p", "br", "strong", "em", "ul", "li", "a", "code"].contains(&name.as_str()), "{line}: <{tag}");
        }
    }
}
