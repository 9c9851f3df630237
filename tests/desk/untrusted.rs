//! Whatever lies in a data folder: it is read within limits, judged in time that grows with it, and shown only if it is data.

use std::{fmt::Write as _, fs, os::unix::fs::symlink, path::Path, process::Command};

use tigerdesk::dataset::{Dataset, Faults, File, Loader, load, load_files};

const SOURCE: &str = "{\"kind\":\"source\",\"id\":\"s\",\"name\":\"S\"}\n";

fn record(id: usize, property: &str) -> String {
    format!(
        "{{\"kind\":\"company\",\"id\":\"c{id}\",\"name\":\"C{id}\",\"claims\":[{{\"property\":\"{property}\",\"value\":\
         \"2023\",\"sources\":[\"s\"]}}]}}\n"
    )
}

fn lines(text: String) -> Result<Dataset, Faults> {
    load_files(&[File { name: "a.jsonl".to_owned(), text }])
}

/// Counted, and large enough that what is done for each pair of anything shows as minutes.
#[test]
fn nothing_is_done_for_each_pair_of_anything() {
    const MANY: usize = 10_000;
    // One slip in every record of a generated file.
    let faults = lines((0..MANY).map(|id| record(id, "fonded")).collect()).unwrap_err();
    assert_eq!(faults.count(), MANY);
    assert_eq!(faults.0.len(), 100);
    assert!(faults.to_string().ends_with(&format!("and {} more", MANY - 100)), "{faults}");
    let toml = "[[company]]\nid = 1\n".repeat(MANY);
    let faults = load_files(&[File { name: "a.toml".to_owned(), text: toml }]).unwrap_err();
    assert!(faults.count() >= MANY && faults.0.len() == 100);
    // Ids and names that are taken, and ids that are none.
    let taken = record(0, "founded").repeat(MANY);
    assert_eq!(lines([SOURCE, &taken].concat()).unwrap_err().count(), MANY - 1);
    let named: String = (0..MANY).map(|id| record(id, "founded").replace(&format!("\"C{id}\""), "\"C\"")).collect();
    assert_eq!(lines([SOURCE, &named].concat()).unwrap_err().count(), MANY - 1);
    let lost: String = (0..MANY).map(|id| record(id, "founded").replace("[\"s\"]", &format!("[\"s{id}\"]"))).collect();
    assert_eq!(lines([SOURCE, &lost].concat()).unwrap_err().count(), MANY);
    // Much in one record.
    let texts = |what: &str| (0..MANY).map(|number| format!("\"{what}{number}\"")).collect::<Vec<_>>().join(",");
    for list in ["aliases", "tags", "formerly"] {
        let text = format!("{{\"kind\":\"company\",\"id\":\"c\",\"name\":\"C\",\"{list}\":[{}]}}\n", texts("x"));
        assert!(lines(text).is_ok(), "{list}");
    }
    let keys = (0..MANY).map(|number| format!(",\"key{number}\":1")).collect::<Vec<_>>().concat();
    let faults = lines(format!("{{\"kind\":\"company\",\"id\":\"c\",\"name\":\"C\"{keys}}}\n")).unwrap_err();
    assert_eq!(faults.count(), MANY);
    let claims: Vec<String> = (0..MANY)
        .map(|number| format!("{{\"property\":\"focus\",\"value\":\"x{number}\",\"sources\":[\"s\"]}}"))
        .collect();
    let whole =
        |claims: &str| format!("{SOURCE}{{\"kind\":\"company\",\"id\":\"c\",\"name\":\"C\",\"claims\":[{claims}]}}\n");
    assert!(lines(whole(&claims.join(","))).is_ok());
    let same = claims[0].clone() + ",";
    assert_eq!(lines(whole(same.repeat(MANY).trim_end_matches(','))).unwrap_err().count(), MANY - 1);
    let sources: String = (0..MANY)
        .map(|id| SOURCE.replace("\"s\"", &format!("\"s{id}\"")).replace("\"S\"", &format!("\"S{id}\"")))
        .collect();
    let claim = format!("{{\"property\":\"focus\",\"value\":\"x\",\"sources\":[{}]}}", texts("s"));
    assert!(lines(format!("{sources}{}", whole(&claim))).is_ok());
}

#[test]
fn a_slip_is_shown_and_what_is_no_data_is_not() {
    let secrets = [
        ("passwd.toml", "root:hunter2:0:0:root:/root:/bin/bash\n"),
        ("passwd.jsonl", "root:hunter2:0:0:root:/root:/bin/bash\n"),
        ("password.toml", "hunter2\n"),
        ("settings.toml", "[matrix]\nusername = \"desk\"\npassword = \"hunter2\"\n"),
        ("key.toml", "hunter2 = 1\n[hunter2]\n"),
        ("environment.toml", "PASSWORD=hunter2\0HOME=/root\0"),
        ("token.jsonl", "{\"access_token\":\"hunter2\"}\n"),
        ("kubernetes.jsonl", "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"data\":{\"password\":\"hunter2\"}}\n"),
        ("pretty.jsonl", "{\n  \"password\": \"hunter2\"\n}\n"),
        ("latin.toml", "hunter2"),
    ];
    for (name, text) in secrets {
        let dir = tempfile::tempdir().unwrap();
        let mut bytes = text.as_bytes().to_vec();
        if name == "latin.toml" {
            bytes.push(0xff);
        }
        fs::write(dir.path().join(name), bytes).unwrap();
        let faults = load(dir.path()).unwrap_err();
        let told = format!("{faults}\n{faults:?}");
        assert!(told.contains(name) && !told.contains("hunter2"), "{told}");
        assert!(faults.0[0].line > 0 && faults.0[0].mend.contains("take it out"), "{told}");
    }
    for (name, text, slip) in [
        ("a.toml", "[[company]]\nid = \"c\"\nname = \"C\"\nhight = 3\n", "hight = 3"),
        ("a.toml", "[[compny]]\nid = \"c\"\nname = \"C\"\n", "[[compny]]"),
        ("a.toml", "[[company]]\nid = \"c\nname = \"C\"\n", "id = \"c"),
        ("a.jsonl", "{\"kind\":\"company\",\"id\":\"c\",\"nme\":\"C\"}\n", "\"nme\":\"C\""),
        ("a.jsonl", "{\"kind\":\"company\",\"id\":\"c\",\"name\":\"C\"}\nnonsense\n", "nonsense"),
    ] {
        let faults = load_files(&[File { name: name.to_owned(), text: text.to_owned() }]).unwrap_err();
        assert!(faults.to_string().contains(slip), "{faults}");
    }
}

#[test]
fn nothing_that_is_shown_moves_a_terminal() {
    let dir = tempfile::tempdir().unwrap();
    let name = "a\u{1b}]0;title\u{7}\nforged.toml";
    let text = "[[company]]\nid = \"c\"\nname = \"C\"\n\"k\\u001b[2Jey\" = 1 # \u{202e}\u{9b}2J\n";
    fs::write(dir.path().join(name), text).unwrap();
    fs::write(dir.path().join("d.toml"), "# \u{1b}[31m\n").unwrap();
    fs::write(dir.path().join("b\u{1b}[2J.toml.txt"), "").unwrap();
    symlink("/etc/\u{1b}[1mpasswd", dir.path().join("c\u{1b}[2J.jsonl")).unwrap();
    let is_clean = |said: &[u8]| {
        let said = String::from_utf8(said.to_vec()).unwrap();
        let clean = said.chars().all(|c| c == '\n' || (!c.is_control() && !('\u{202a}'..='\u{202e}').contains(&c)));
        assert!(clean && !said.contains("\nforged"), "{said:?}");
        said
    };
    let binary = Path::new(env!("CARGO_BIN_EXE_tigerdesk"));
    for action in [&["check"][..], &["ask", "!help", "--data"], &["diff", "/nowhere"]] {
        let output = Command::new(binary).args(action).arg(dir.path()).env_clear().output().unwrap();
        assert!(!output.status.success());
        is_clean(&output.stdout);
        is_clean(&output.stderr);
    }
    fs::remove_file(dir.path().join("c\u{1b}[2J.jsonl")).unwrap();
    fs::remove_file(dir.path().join("d.toml")).unwrap();
    let output = Command::new(binary).arg("check").arg(dir.path()).env_clear().output().unwrap();
    let said = is_clean(&output.stdout);
    assert!(said.contains("has no key `k") && said.contains("b[2J.toml.txt: rename it"), "{said}");
}

#[test]
fn a_text_may_come_from_any_editor() {
    let toml = "[[source]]\nid = \"s\"\nname = \"Größe\"\n\n[[company]]\nid = \"c\"\nname = \"\"\"\nTwo\nlines\"\"\"\n";
    let jsonl =
        "{\"kind\":\"place\",\"id\":\"p\",\"name\":\"上海\"}\n{\"kind\":\"place\",\"id\":\"q\",\"name\":\"Q\"}\n";
    let plain = load_files(
        &[("a.toml", toml), ("b.jsonl", jsonl)]
            .map(|(name, text)| File { name: name.to_owned(), text: text.to_owned() }),
    );
    let plain: Vec<_> = plain.unwrap().rows().collect();
    assert_eq!(plain.len(), 4);
    for mark in ["", "\u{feff}"] {
        for end in ["\n", "\r\n", "\r"] {
            for last in [true, false] {
                let dir = tempfile::tempdir().unwrap();
                let mut files = Vec::new();
                for (name, text) in [("a.toml", toml), ("b.jsonl", jsonl)] {
                    let text = if last { text } else { text.trim_end() };
                    let text = format!("{mark}{}", text.replace('\n', end));
                    fs::write(dir.path().join(name), &text).unwrap();
                    files.push(File { name: name.to_owned(), text });
                }
                for read in [load(dir.path()), load_files(&files)] {
                    let read: Vec<_> = read.unwrap().rows().collect();
                    assert_eq!(read, plain, "{mark:?} {end:?} {last}");
                }
                // Faults have the places that an editor shows.
                fs::write(dir.path().join("b.jsonl"), format!("{mark}{end}x")).unwrap();
                let faults = load(dir.path()).unwrap_err().0;
                assert_eq!((faults[0].line, faults[0].column), (2, 1), "{faults:?}");
            }
        }
    }
}

#[test]
fn what_is_not_read_although_it_looks_like_it_is_named() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["a.toml", "b.toml.txt", "c.json", "d.tml", "README.md"] {
        fs::write(dir.path().join(name), "").unwrap();
    }
    let mut loader = Loader::new(None);
    loader.load(dir.path(), jiff::Timestamp::UNIX_EPOCH).unwrap();
    let mut told = String::new();
    for unread in loader.unread() {
        let _ = writeln!(told, "{}: {}", unread.path.file_name().unwrap().display(), unread.advice);
    }
    assert_eq!(
        told,
        "b.toml.txt: rename it to b.toml\n\
         c.json: write one record a line and rename it to c.jsonl, or leave it if it is no data\n\
         d.tml: rename it to d.toml\n"
    );
}
