use std::{ffi::OsString, fs, path::Path, time::Duration};

use super::{Secret, Settings};

fn load(file: Option<&Path>, variables: &[(&str, &str)]) -> Result<Settings, String> {
    let variables = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
    Settings::load(file, variables).map_err(|error| error.to_string())
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), text).unwrap();
    file
}

#[test]
fn the_defaults_stand_by_themselves() {
    let settings = load(None, &[]).unwrap();
    assert_eq!(settings.matrix.max_question_age, Duration::from_mins(10));
    assert_eq!(settings.matrix.device_name, "tigerdesk");
    assert_eq!((settings.matrix.password, settings.state.dir, settings.data.dir), (None, None, None));
}

#[test]
fn the_environment_is_stronger_than_the_file() {
    let file = file("[matrix]\nhomeserver = \"https://a.example\"\nusername = \"desk\"\n");
    let settings = load(Some(file.path()), &[("TIGERDESK__MATRIX__HOMESERVER", "https://b.example")]).unwrap();
    assert_eq!(settings.matrix.homeserver, "https://b.example");
    assert_eq!(settings.matrix.username, "desk");
}

#[test]
fn secrets_are_taken_verbatim() {
    for secret in ["007", "true", " a,b ", "1e5", "p@ss=\"#'", "$HOME"] {
        let settings = load(None, &[("TIGERDESK__MATRIX__PASSWORD", secret)]).unwrap();
        assert_eq!(settings.matrix.password, Some(Secret::new(secret.to_owned())), "{secret}");
    }
}

#[test]
fn a_secret_file_loses_its_last_line_end_only() {
    let secret = file(" word \n\n");
    let path = secret.path().display().to_string();
    let settings = load(None, &[("TIGERDESK__MATRIX__PASSWORD_FILE", &path)]).unwrap();
    assert_eq!(settings.matrix.password, Some(Secret::new(" word \n".to_owned())));
}

#[test]
fn an_empty_variable_is_not_given() {
    let settings = load(None, &[("TIGERDESK__MATRIX__DEVICE_NAME", ""), ("TIGERDESK__DATA__DIR", "")]).unwrap();
    assert_eq!((settings.matrix.device_name.as_str(), settings.data.dir), ("tigerdesk", None));
}

#[test]
fn every_fault_is_one_sentence_that_says_what_to_change() {
    let unknown = file("[matrx]\nhomeserver = \"x\"\n");
    let syntax = file("[matrix]\npassword = \"geheim\nusername = 1\n");
    let list = file("[matrix]\nusername = [\"a\", \"b\"]\n");
    let missing = Path::new("/nowhere/settings.toml");
    let faults = [
        (
            load(Some(unknown.path()), &[]),
            "sets `matrx.homeserver`, which is no setting: did you mean `matrix.homeserver`",
        ),
        (load(Some(syntax.path()), &[]), "is not TOML at line 2, column"),
        (load(Some(list.path()), &[]), "sets `matrix.username` to a list or a table"),
        (load(Some(missing), &[]), "can't be read"),
        (
            load(None, &[("TIGERDESK__MATRIX__HOMESRVER", "x")]),
            "TIGERDESK__MATRIX__HOMESRVER sets `matrix.homesrver`, which is no setting: did you mean `matrix.homeserver`",
        ),
        (load(None, &[("TIGERDESK__DATA", "x")]), "sets `data`, which is no setting"),
        (load(None, &[("TIGERDESK__MATRIX__PASSWORD__X", "geheim")]), "sets `matrix.password.x`, which is no setting"),
        (load(None, &[("TIGERDESK__MATRIX__MAX_QUESTION_AGE", "soon")]), "`matrix.max_question_age` is `soon`"),
        (load(None, &[("TIGERDESK__MATRIX__MAX_QUESTION_AGE", "13h")]), "at most 12h"),
        (
            load(None, &[("TIGERDESK__MATRIX__PASSWORD_FILE", "/nowhere")]),
            "`matrix.password_file` names the file /nowhere",
        ),
    ];
    for (result, expected) in faults {
        let message = result.unwrap_err();
        assert!(message.contains(expected), "{message}");
        assert!(!message.contains("geheim") && !message.contains('\n'), "{message}");
    }
}

#[test]
fn debug_shows_no_secret() {
    let settings = load(None, &[("TIGERDESK__MATRIX__PASSWORD", "geheim")]).unwrap();
    assert!(!format!("{settings:?}").contains("geheim"));
}
