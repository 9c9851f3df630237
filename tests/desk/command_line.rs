//! The program as it is run from a shell.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

fn tigerdesk(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tigerdesk"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TIGERDESK__")) {
        command.env_remove(name);
    }
    command.args(arguments).stdin(Stdio::null());
    command
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/desk/dataset")
}

fn with_input(mut command: Command, input: &[u8]) -> Output {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", stderr(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn ask_prints_the_answer() {
    let output = tigerdesk(&["ask", "!company moonshot"]).output().unwrap();
    assert!(stdout(&output).starts_with("Moonshot AI (月之暗面)"));
    for arguments in [
        &["ask", "--format", "html", "!company moonshot"][..],
        &["ask", "!company moonshot", "--format", "html"],
        &["ask", "!company", "moonshot", "--format=html"],
    ] {
        let output = tigerdesk(arguments).output().unwrap();
        assert!(stdout(&output).starts_with("<p><strong>Moonshot AI</strong>"), "{arguments:?}");
    }
    assert!(
        stdout(&with_input(tigerdesk(&["ask", "-", "--format", "json"]), b"!help"))
            .starts_with("{\"command\":\"!help\"")
    );
}

#[test]
fn ask_takes_another_dataset() {
    let output = tigerdesk(&["ask", "!company deepseek", "--data"]).arg(folder()).output().unwrap();
    assert!(stdout(&output).starts_with("I know no company called deepseek"));
}

#[test]
fn ask_answers_every_line_in_order() {
    let questions = b"!company moonshot\n\n!weather\n!timeline 2023\n\xff\xfe\n!help";
    let output = with_input(tigerdesk(&["ask", "--format", "json", "-"]), questions);
    let answers: Vec<serde_json::Value> =
        stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let commands: Vec<_> = answers.iter().map(|answer| answer["command"].as_str().unwrap()).collect();
    assert_eq!(commands, ["!company moonshot", "", "!weather", "!timeline 2023", "\u{fffd}\u{fffd}", "!help"]);
    for answer in &answers {
        assert!(!answer["text"].as_str().unwrap().is_empty() && answer["html"].as_str().unwrap().starts_with("<p>"));
        assert!(answer["took_us"].is_u64() && answer["hits"].is_array());
    }
}

#[test]
fn ask_names_the_records_that_it_shows() {
    let questions = b"!company moonshot\n!company moonshot valuation\n!company moonshot models\n!search valuation\n\
        !timeline 2022\n!company nonexistentcorp\n!search submarines\n !help\n!weather";
    let mut command = tigerdesk(&["ask", "--format", "json", "-", "--data"]);
    command.arg(folder());
    let output = with_input(command, questions);
    let answers: Vec<serde_json::Value> =
        stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let company = |property: Option<&str>| {
        let (record, name) = ("moonshot-ai", "Moonshot AI");
        serde_json::json!({ "record": record, "name": name, "kind": "company", "property": property })
    };
    let first = |answer: usize| &answers[answer]["hits"][0];
    assert_eq!(*first(0), company(None));
    assert_eq!(*first(1), company(Some("valuation")));
    assert_eq!(*first(2), company(Some("developer")));
    assert_eq!(*first(3), company(Some("valuation")));
    assert_eq!((&first(4)["record"], &first(4)["property"]), (&"controls".into(), &"date".into()));
    for (answer, line) in answers.iter().zip(questions.split(|byte| *byte == b'\n')).skip(5) {
        assert_eq!(answer["command"].as_str().unwrap().as_bytes(), line);
        assert_eq!(answer["hits"], serde_json::json!([]), "{answer}");
    }
}

#[test]
fn ask_stops_in_silence_when_nobody_reads() {
    let mut child =
        tigerdesk(&["ask", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut input = child.stdin.take().unwrap();
    let _ = input.write_all(&b"!help\n".repeat(100));
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", stderr(&output));
}

#[test]
fn ask_reads_what_editors_and_other_systems_write() {
    let asked = |input: &[u8]| {
        let output = with_input(tigerdesk(&["ask", "--format", "json", "-"]), input);
        let lines = stdout(&output);
        let answers = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        answers
            .map(|answer| (answer["command"].as_str().unwrap().to_owned(), answer["text"].as_str().unwrap().to_owned()))
            .collect::<Vec<_>>()
    };
    let answers = asked(b"\xef\xbb\xbf!company moonshot\r\n!company zhipu\r\ncaf\xe9\r\n!today");
    let commands: Vec<&str> = answers.iter().map(|(command, _)| command.as_str()).collect();
    assert_eq!(commands, ["!company moonshot", "!company zhipu", "caf\u{fffd}", "!today"]);
    assert!(answers[0].1.starts_with("Moonshot AI") && answers[1].1.starts_with("Zhipu AI"), "{answers:?}");
    assert!(answers[2].1.starts_with("That line is no UTF-8"), "{answers:?}");
    for utf16 in [&b"\xff\xfe!\0h\0e\0l\0p\0\n\0"[..], b"\xfe\xff\0!\0h\0e\0l\0p", b"!\0h\0e\0l\0p\0"] {
        let output = with_input(tigerdesk(&["ask", "-"]), utf16);
        assert!(
            !output.status.success() && stderr(&output).contains("is UTF-16: save it as UTF-8"),
            "{}",
            stderr(&output)
        );
    }
}

#[test]
fn ask_answers_what_is_pasted_line_by_line() {
    let ask = |question: &str| stdout(&tigerdesk(&["ask", question]).output().unwrap());
    assert!(ask("!company\nmoonshot").starts_with("Moonshot AI"));
    let two = ask("!company moonshot\r\n!company zhipu\nthanks");
    assert!(
        two.starts_with("!company moonshot\n\nMoonshot AI") && two.contains("\n!company zhipu\n\nZhipu AI"),
        "{two}"
    );
    assert!(!two.contains("thanks"), "{two}");
    let bare = ask("company moonshot\ncompany zhipu");
    assert!(bare.contains("Moonshot AI (") && bare.contains("Zhipu AI ("), "{bare}");
    assert!(ask(&"!today\n".repeat(7)).contains("left out 2 more"));
    for typed in [
        "\u{200b}!company\u{a0}moonshot&nbsp;",
        "\\!company moonshot",
        "！company：moonshot？",
        "company\u{200b} moonshot.",
    ] {
        assert!(ask(typed).starts_with("Moonshot AI"), "{typed}");
    }
}

#[test]
fn nothing_that_prints_minds_when_nobody_reads() {
    let dir = folder();
    let dir = dir.to_str().unwrap();
    for arguments in [&["chat"][..], &["check", dir], &["schema"], &["diff", dir, dir], &["ask", "!help"], &["--help"]]
    {
        let mut child =
            tigerdesk(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let _ = child.stdin.take().unwrap().write_all(&b"!help\n".repeat(100));
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{arguments:?}: {}", stderr(&output));
    }
}

#[test]
fn check_counts_or_names_every_fault() {
    let output = tigerdesk(&["check"]).arg(folder()).output().unwrap();
    let counts = stdout(&output);
    assert!(counts.contains("company            3      13") && counts.contains("no faults"), "{counts}");

    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.toml"), "[[company]]\nid = \"acme\"\n").unwrap();
    let output = tigerdesk(&["check"]).arg(dir.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stderr(&output), "tigerdesk: the check found 1 fault in the dataset\n");
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(
        report.contains("a.toml:2:6: `acme` has no name\n 2 | id = \"acme\"\n   |      ^\n  to mend it: add a line"),
        "{report}"
    );

    let output = tigerdesk(&["check", "/nowhere"]).output().unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.code() == Some(1) && report.contains("/nowhere: can't read this folder"), "{report}");
}

#[test]
fn diff_says_what_a_digest_would() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a.toml");
    let text = std::fs::read_to_string(folder().join("dataset.toml")).unwrap();
    let diff = |format: &str| {
        tigerdesk(&["diff", "--format", format]).args([folder().as_path(), dir.path()]).output().unwrap()
    };
    std::fs::write(&file, format!("# a remark\n{text}")).unwrap();
    assert_eq!(stdout(&diff("text")), "No differences.\n");
    assert_eq!(stdout(&diff("json")), "[]\n");

    std::fs::write(&file, text.replace("name = \"Yang Zhilin\"", "name = \"Yang Z.\"")).unwrap();
    let said = stdout(&diff("text"));
    assert!(
        said.starts_with("What changed: 1 changed\n") && said.contains("Yang Z. (until now Yang Zhilin)"),
        "{said}"
    );
    assert!(stdout(&diff("html")).contains("<strong>Yang Z.</strong>"));
    let changes: serde_json::Value = serde_json::from_str(&stdout(&diff("json"))).unwrap();
    assert_eq!(changes[0]["what"]["renamed"]["name"], "Yang Zhilin");

    std::fs::write(&file, "[[company]]\nid = \"acme\"\n").unwrap();
    let output = diff("text");
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.code() == Some(1) && report.contains("a.toml:2:6: `acme` has no name"), "{report}");
}

#[test]
fn chat_greets_answers_and_leaves() {
    let home = tempfile::tempdir().unwrap();
    let mut command = tigerdesk(&[]);
    command.env("HOME", home.path()).env_remove("XDG_STATE_HOME");
    let output = with_input(command, b"!company moonshot\nhelp\n\n!quit\n!help\n");
    let said = stdout(&output);
    assert!(said.starts_with("tigerdesk: ") && said.contains("To put it in a room: tigerdesk run"), "{said}");
    assert!(said.contains("Moonshot AI (月之暗面)"), "{said}");
    assert!(said.matches("a research desk on China's AI industry").count() == 1, "{said}");
    assert!(!said.contains('\x1b'), "no colours where there is no terminal");
}

#[test]
fn chat_goes_on_behind_a_line_that_it_cant_read() {
    let home = tempfile::tempdir().unwrap();
    let mut command = tigerdesk(&["chat"]);
    command.env("HOME", home.path()).env_remove("XDG_STATE_HOME");
    let output = with_input(command, b"!company moonshot\n\xff\xfe nonsense\n!company zhipu\n");
    let said = stdout(&output);
    assert!(said.contains("That line is no UTF-8"), "{said}");
    assert!(said.contains("Moonshot AI (") && said.contains("Zhipu AI ("), "{said}");
}

#[test]
fn the_help_says_what_there_is() {
    let help = stdout(&tigerdesk(&["--help"]).output().unwrap());
    for word in ["run", "chat", "ask", "check", "diff", "--config", "TIGERDESK__MATRIX__HOMESERVER"] {
        assert!(help.contains(word), "{word}: {help}");
    }
}

#[test]
fn faults_of_the_settings_are_one_sentence() {
    let output = tigerdesk(&["ask", "!help"]).env("TIGERDESK__MATRIX__HOMESRVER", "geheim").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(said.lines().count() == 1 && said.contains("did you mean `matrix.homeserver`"), "{said}");
    assert!(!said.contains("geheim"));
}

#[test]
fn a_question_may_begin_with_the_word_of_a_command() {
    let first = |question: &str| {
        let output = tigerdesk(&["ask", "--format", "json", question]).output().unwrap();
        let answer: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
        answer["hits"][0]["record"].as_str().unwrap_or_default().to_owned()
    };
    for (question, record) in [
        ("when was deepseek founded", "deepseek"),
        ("law against monopolies", "antitrust"),
        ("company moonshot", "moonshot-ai"),
        ("company nonexistentcorp", ""),
    ] {
        assert_eq!(first(question), record, "{question}");
    }
    let dated = stdout(&tigerdesk(&["ask", "when 2023"]).output().unwrap());
    assert!(dated.starts_with("2023\n"), "{dated}");
}
