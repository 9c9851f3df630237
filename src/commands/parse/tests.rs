use super::*;
use proptest::prelude::*;

fn command(body: &str) -> (&'static str, Vec<String>) {
    match read(body) {
        Reading::Command(invocation) => (invocation.word, invocation.args),
        other => panic!("{body}: {other:?}"),
    }
}

/// The commands of a message as one types them, and how many are left out.
fn lines(body: &str) -> (Vec<String>, usize) {
    let reading = read(body);
    let line = |part: &Reading| match part {
        Reading::Command(invocation) => invocation.line(),
        Reading::Slip { word, .. } => format!("?{word}"),
        other => panic!("{other:?}"),
    };
    (reading.parts().iter().map(line).collect(), reading.left_out())
}

#[test]
fn reads_a_word_and_its_arguments() {
    assert_eq!(command("!company moonshot"), ("company", vec!["moonshot".to_owned()]));
    assert_eq!(command("  !COMPANY  Moonshot   AI "), ("company", vec!["Moonshot".to_owned(), "AI".to_owned()]));
    assert_eq!(
        command("!search \"export controls\" chips"),
        ("search", vec!["export controls".to_owned(), "chips".to_owned()])
    );
    assert_eq!(command("!search \"half open"), ("search", vec!["\"half".to_owned(), "open".to_owned()]));
    assert_eq!(command("！help"), ("help", vec![]));
    assert_eq!(command("!help\nand more"), ("help", vec![]));
}

#[test]
fn what_people_type_around_a_command_is_no_part_of_it() {
    for typed in [
        "!company moonshot",
        "\u{200b}!company moonshot",
        "!\u{feff}company\u{200b}\u{a0}moonshot",
        "\\!company moonshot",
        "\\\\!company moonshot",
        "！company： moonshot",
        "!company: moonshot.",
        "!company:moonshot",
        "!company,moonshot!",
        "!company， moonshot？",
        "!company \u{3000}moonshot。",
        "!company, moonshot&nbsp;",
        "&#33;company moonshot\u{fe0f}",
        "!COMPANY… moonshot;",
        "!ｃｏｍｐａｎｙ moonshot",
        "\r\n!company moonshot\r\n",
    ] {
        assert_eq!(lines(typed), (vec!["!company moonshot".to_owned()], 0), "{typed:?}");
    }
    for typed in ["!help?", "!help.", "!help！", "!help。", "!help :", "!help …", "!help?!", "!help\u{2060}"] {
        assert_eq!(lines(typed).0, ["!help"], "{typed:?}");
    }
    for (typed, meant) in [
        ("!digest off.", "!digest off"),
        ("!digest off !", "!digest off"),
        ("!digest cron “0 9 * * 1–5”", "!digest cron \"0 9 * * 1-5\""),
        ("!digest cron 0 9 \\* \\* 1-5", "!digest cron 0 9 * * 1-5"),
        ("!digest cron 0 9 1 * ?", "!digest cron 0 9 1 * ?"),
        ("!search export controls –chip", "!search export controls -chip"),
        ("!search “export controls” —chip", "!search \"export controls\" -chip"),
        ("!timeline 2024..", "!timeline 2024.."),
        ("!timeline 2024…", "!timeline 2024…"),
        ("!timeline 2024.", "!timeline 2024"),
        ("!company「月之暗面」", "!company \"月之暗面\""),
        ("!company月之暗面", "!company 月之暗面"),
    ] {
        assert_eq!(lines(typed).0, [meant], "{typed}");
    }
}

#[test]
fn each_line_that_begins_with_a_command_is_one() {
    for (typed, meant) in [
        ("!company moonshot\n!company zhipu", &["!company moonshot", "!company zhipu"][..]),
        ("!company moonshot\r!company zhipu\u{2028}!today", &["!company moonshot", "!company zhipu", "!today"]),
        ("!company\nmoonshot", &["!company moonshot"]),
        ("!company\n\n  moonshot ai\nthanks!", &["!company moonshot ai"]),
        ("!company moonshot\nthanks!", &["!company moonshot"]),
        ("!company\n!company zhipu", &["!company", "!company zhipu"]),
        ("!compare\nmoonshot\nzhipu\nthanks", &["!compare moonshot zhipu"]),
        ("!timeline\n2023", &["!timeline 2023"]),
        ("!digest\ndaily 09:00", &["!digest daily 09:00"]),
        ("!digest\nthanks", &["!digest"]),
        ("!help\ntimeline", &["!help timeline"]),
        ("!changes\nsince 7 days", &["!changes since 7 days"]),
        ("!changes\nthank you", &["!changes"]),
        ("!random\nmodel", &["!random model"]),
        ("!today\nmoonshot", &["!today"]),
        ("Good morning!\n!company moonshot", &["!company moonshot"]),
        ("> !company zhipu\n!company moonshot", &["!company moonshot"]),
        ("> !company zhipu\nwell", &[]),
        ("```\n!digest off\n```\n!company moonshot", &["!company moonshot"]),
        ("type `!digest off`\n`!digest off`", &[]),
        ("!company moonshot\n!weather beijing\n!company zhipu", &["!company moonshot", "!company zhipu"]),
        ("!weather\nmoonshot", &[]),
        ("!company moonshot\n!compny zhipu", &["!company moonshot", "?compny"]),
        ("hello\n!compny zhipu", &[]),
    ] {
        assert_eq!(lines(typed).0, meant, "{typed:?}");
    }
}

#[test]
fn five_commands_of_a_message_are_read() {
    let (read, left_out) = lines(&"!today\n".repeat(8));
    assert_eq!((read.len(), left_out), (MOST_COMMANDS, 3));
}

#[test]
fn leaves_what_is_not_ours() {
    for body in [
        "",
        "!",
        "! company",
        "company moonshot",
        "!weather",
        "!companyx",
        "!companies-list",
        "!help/me",
        "!search.com",
        "hello !help",
        "!hlp",
        "!!help",
        "!co",
    ] {
        let read = read(body);
        assert!(!matches!(read, Reading::Command(_)), "{body}: {read:?}");
    }
    for body in ["!weather", "!hlp", "!", "!timer", "!halp"] {
        assert_eq!(read(body), Reading::NotOurs, "{body}");
    }
}

#[test]
fn hints_at_a_word_one_slip_away() {
    for typed in ["!compny moonshot", "!compny, moonshot", "\u{200b}!compny?"] {
        assert_eq!(read(typed), Reading::Slip { word: "compny".to_owned(), near: "company" });
    }
    assert_eq!(read("!tiemline 2023"), Reading::Slip { word: "tiemline".to_owned(), near: "timeline" });
}

#[test]
fn no_command_is_longer_than_its_bound_however_it_is_compared() {
    for (sign, times) in [("\u{fdfa}", 490), ("+", 600), ("İ", 600), ("㌖", 600), ("a", 600), ("tag:\u{fdfa},", 400)]
    {
        for word in ["top", "follow", "search", "company", "list", "timeline", "digest zone", "compare"] {
            let Reading::Command(command) = read(&format!("!{word} {}", sign.repeat(times))) else { panic!("{word}") };
            for length in [fold(&command.rest), crate::spelling::key(&command.rest)] {
                assert!(length.chars().count() <= LONGEST_COMMAND, "!{word} {sign}: {}", length.len());
            }
            assert!(command.rest.len() > 50, "!{word} {sign}");
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_read(body in "(?s).{0,80}|[!！](help|search) [\"“„«»” a-z]{0,40}|([!\\\\>`a-z ]{0,3}!?(company|digest|today)[ .?:\n\r]{0,3}[a-z]{0,4}\n?){0,9}") {
        let reading = read(&body);
        prop_assert!(reading.parts().len() <= MOST_COMMANDS);
        for part in reading.parts() {
            let is_one = matches!(part, Reading::Command(_) | Reading::Slip { .. });
            prop_assert!(is_one);
        }
    }
}
