use std::{ffi::OsString, fs, net::SocketAddr, path::Path, time::Duration};

use super::{LogFormat, Ops, Secret, Settings};

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

fn bytes(bytes: &[u8]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), bytes).unwrap();
    file
}

/// What comes of a password in a file.
fn from_file(file: &tempfile::NamedTempFile) -> Result<Settings, String> {
    load(None, &[("TIGERDESK__MATRIX__PASSWORD_FILE", &file.path().display().to_string())])
}

#[test]
fn a_secret_file_loses_what_editors_add_to_it_and_nothing_else() {
    for (text, expected) in [
        (" word \n", " word "),
        ("word\n\n", "word"),
        ("word\r\n\r\n", "word"),
        ("\u{feff}word\r\n", "word"),
        ("wörd", "wörd"),
        ("two words", "two words"),
    ] {
        let settings = from_file(&file(text)).unwrap();
        assert_eq!(settings.matrix.password, Some(Secret::new(expected.to_owned())), "{text:?}");
        let told = settings.odd.iter().any(|odd| odd.contains("`matrix.password` begins or ends with white space"));
        assert_eq!(told, expected.trim() != expected, "{text:?}");
    }
}

#[test]
fn a_secret_file_that_holds_no_secret_is_refused_for_what_it_is() {
    for (file, expected) in [
        (bytes(b""), "which is empty"),
        (bytes(b" \r\n\n"), "which is empty"),
        (bytes(b"\xef\xbb\xbf\n"), "which is empty"),
        (bytes(b"\xff\xfeg\0e\0h\0"), "which is UTF-16: save it as UTF-8"),
        (bytes(b"g\0e\0h\0e\0i\0m\0"), "which is UTF-16"),
        (bytes(b"\xfe\xff\0g"), "which is UTF-16"),
        (bytes(b"geheim\xe9"), "which is no UTF-8"),
        (bytes(b"geheim\ngeheim\n"), "it has several lines"),
        (bytes(&vec![b'a'; 70_000]), "too long"),
    ] {
        let told = from_file(&file).unwrap_err();
        assert!(told.contains(expected) && !told.contains("geheim"), "{told}");
    }
    let told = load(None, &[("TIGERDESK__MATRIX__PASSWORD", "  ")]).unwrap_err();
    assert!(told.contains("`matrix.password` is nothing but white space"), "{told}");
}

#[test]
fn a_token_is_a_word_whatever_stands_around_it() {
    let token = |text: &str| load(None, &[("TIGERDESK__MATRIX__ACCESS_TOKEN", text)]);
    assert_eq!(token(" syt_abc\t").unwrap().matrix.access_token, Some(Secret::new("syt_abc".to_owned())));
    for bad in ["syt_ geheim", "syt_geheim\nx", "syt_gehéim"] {
        let told = token(bad).unwrap_err();
        assert!(
            told.contains("`matrix.access_token` has white space or other characters") && !told.contains("geh"),
            "{told}"
        );
    }
}

#[test]
fn a_variable_that_misses_its_mark_is_refused() {
    for (name, expected) in [
        ("TIGERDESK_MATRIX__USERNAME", "did you mean TIGERDESK__MATRIX__USERNAME?"),
        ("TIGERDESK_MATRIX_PASSWORD", "did you mean TIGERDESK__MATRIX__PASSWORD?"),
        ("TIGER_DESK__STATE__DIR", "did you mean TIGERDESK__STATE__DIR?"),
        ("TIGERDSEK__STATE__DIR", "did you mean TIGERDESK__STATE__DIR?"),
        ("tigerdesk_log_level", "did you mean TIGERDESK__LOG__LEVEL?"),
        ("TIGERDESK_MATRIX__HOST", "settings begin with TIGERDESK__"),
        ("TIGERDESK__MATRIX_USERNAME", "did you mean `matrix.username`"),
    ] {
        let told = load(None, &[(name, "geheim")]).unwrap_err();
        assert!(told.contains(name.to_uppercase().as_str()) || told.contains(name), "{told}");
        assert!(told.contains(expected) && !told.contains("geheim"), "{name}: {told}");
    }
    for name in ["TIGERDESK_TEST_VENV", "TIGERDESK_HOME", "PATH", "MATRIX__USERNAME", "TIGERDESK"] {
        assert!(load(None, &[(name, "x")]).unwrap().odd.is_empty(), "{name}");
    }
    let odd = load(None, &[("TIGERDESK_DATA_ROOT", "x")]).unwrap().odd;
    assert!(odd.iter().any(|odd| odd.contains("TIGERDESK_DATA_ROOT is no setting")), "{odd:?}");
}

#[test]
fn what_means_nothing_is_refused_with_what_would_mean_something() {
    for (key, value, expected) in [
        ("LOG__LEVEL", "loud", "`log.level` is `loud`"),
        ("LOG__LEVEL", "info,tigerdsk=debug", "did you mean tigerdesk?"),
        ("DATA__POLL", "0s", "`data.poll` is `0s`"),
        ("DATA__POLL", "-5m", "`data.poll` is `-5m`"),
        ("DATA__POLL", "60", "write a duration such as 90s"),
        ("DATA__POLL", "1ns", "at least 100ms"),
        ("DATA__POLL", "2d", "at most 24h"),
        ("DATA__POLL", "1 month", "`data.poll` is `1 month`"),
        ("MATRIX__MAX_QUESTION_AGE", "1ms", "at least 1s"),
        ("DIGEST__HISTORY", "forever", "at most 3650d"),
        ("DIGEST__MAX_WITHDRAWN", "20", "write a share from 0 to 1"),
        ("DIGEST__MAX_WITHDRAWN", "inf", "write a share from 0 to 1"),
        ("OPS__LISTEN", "9464", "write an address and a port"),
        ("OPS__LISTEN", ":9464", "write an address and a port"),
        ("OPS__LISTEN", "127.0.0.1", "write an address and a port"),
        ("OPS__LISTEN", "127.0.0.1:0", "write an address and a port"),
        ("OPS__LISTEN", "127.0.0.1:70000", "write an address and a port"),
        ("OPS__LISTEN", "off", "write an address and a port"),
        ("ACCESS__ADMINS", "alice", "write @alice:example.org"),
        ("ACCESS__ADMINS", "@alice:https://example.org", "which is no user id"),
        ("ACCESS__ADMIN_ROOM", "https://matrix.to/#/#room:x.org", "which is no room"),
        ("STATE__DIR", "~/state", "write the whole path"),
        ("DATA__DIR", "$HOME/data", "write the whole path"),
        ("MATRIX__PASSWORD_FILE", "~/password", "write the whole path"),
        ("MATRIX__DEVICE_ID", "AB CD", "`matrix.device_id` is \"AB CD\""),
    ] {
        let told = load(None, &[(&format!("TIGERDESK__{key}"), value)]).unwrap_err();
        assert!(told.contains(expected), "{key}={value}: {told}");
    }
    let told = load(None, &[("TIGERDESK__STATE__DIR", "/a"), ("TIGERDESK__DATA__DIR", "/a")]).unwrap_err();
    assert!(told.contains("are the same folder"), "{told}");
    let odd = load(None, &[("TIGERDESK__MATRIX__DEVICE_ID", "ABCD")]).unwrap().odd;
    assert!(odd.iter().any(|odd| odd.contains("`matrix.device_id` goes with `matrix.access_token`")), "{odd:?}");
    assert_eq!(load(None, &[("TIGERDESK__LOG__LEVEL", "warning")]).unwrap().log.level, "warn");
    assert!(load(None, &[]).unwrap().odd.is_empty());
}

#[test]
fn a_settings_file_may_begin_with_a_byte_order_mark_and_is_no_utf_16() {
    let marked = file("\u{feff}[matrix]\nusername = \"desk\"\n");
    assert_eq!(load(Some(marked.path()), &[]).unwrap().matrix.username, "desk");
    let told = load(Some(bytes(b"\xff\xfe[\0").path()), &[]).unwrap_err();
    assert!(told.contains("it is UTF-16: save it as UTF-8"), "{told}");
}

#[test]
fn an_empty_variable_is_not_given() {
    let settings = load(None, &[("TIGERDESK__MATRIX__DEVICE_NAME", ""), ("TIGERDESK__DATA__DIR", "")]).unwrap();
    assert_eq!((settings.matrix.device_name.as_str(), settings.data.dir), ("tigerdesk", None));
}

#[test]
fn a_list_is_a_list_or_a_text_with_commas() {
    let lists = [
        "[access]\nadmins = [\"@a:x.org\", \"@b:x.org\"]\n",
        "[access]\nadmins = \"@a:x.org, @b:x.org\"\n",
        "[access]\nadmins = [\"@a:x.org,@b:x.org\"]\n",
    ];
    for list in lists {
        let settings = load(Some(file(list).path()), &[]).unwrap();
        assert!(settings.access.is_admin("@a:x.org") && settings.access.is_admin("@b:x.org"), "{list}");
        assert!(!settings.access.is_admin("@c:x.org"), "{list}");
        // A list is replaced by a stronger layer's, not added to.
        let settings = load(Some(file(list).path()), &[("TIGERDESK__ACCESS__ADMINS", "@c:x.org,@d:x.org")]).unwrap();
        assert!(settings.access.is_admin("@d:x.org") && !settings.access.is_admin("@a:x.org"), "{list}");
    }
    assert!(!load(None, &[]).unwrap().access.is_admin("@a:x.org"));
}

#[test]
fn digests_have_settings() {
    let settings = load(None, &[]).unwrap();
    assert_eq!(settings.digest.quiet_period, Duration::from_mins(1));
    assert_eq!(settings.digest.longest_gathering, Duration::from_mins(10));
    assert_eq!(settings.digest.history, Duration::from_hours(365 * 24));
    assert!((settings.digest.max_withdrawn - 0.2).abs() < f64::EPSILON);
    assert_eq!((settings.data.poll, settings.access.admin_room), (Duration::from_mins(1), None));
    let variables = [
        ("TIGERDESK__DIGEST__QUIET_PERIOD", "1s"),
        ("TIGERDESK__DIGEST__MAX_WITHDRAWN", "1"),
        ("TIGERDESK__ACCESS__ADMIN_ROOM", "!room:x.org"),
        ("TIGERDESK__DATA__POLL", "500ms"),
    ];
    let settings = load(None, &variables).unwrap();
    assert_eq!(settings.digest.quiet_period, Duration::from_secs(1));
    assert!((settings.digest.max_withdrawn - 1.0).abs() < f64::EPSILON);
    assert_eq!(settings.access.admin_room.as_deref(), Some("!room:x.org"));
    assert_eq!(settings.data.poll, Duration::from_millis(500));
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
        (load(None, &[("TIGERDESK__DIGEST__HISTORY", "4000d")]), "at most 3650d"),
        (load(None, &[("TIGERDESK__DIGEST__QUIET_PERIOD", "0s")]), "`digest.quiet_period` is `0s`"),
        (load(None, &[("TIGERDESK__DIGEST__QUIET_PERIOD", "11m")]), "`digest.longest_gathering` is shorter than"),
        (load(None, &[("TIGERDESK__DIGEST__MAX_WITHDRAWN", "20%")]), "`digest.max_withdrawn` is `20%`: write a share"),
        (load(None, &[("TIGERDESK__DIGEST__MAX_WITHDRAWN", "NaN")]), "write a share from 0 to 1"),
        (load(None, &[("TIGERDESK__DIGEST__MAX_WITHDRAWN", "-0.1")]), "write a share from 0 to 1"),
        (
            load(None, &[("TIGERDESK__ACCESS__ADMINS", "@a:x.org,bob")]),
            "`access.admins` has `bob`, which is no user id",
        ),
        (load(None, &[("TIGERDESK__ACCESS__ADMIN_ROOM", "room")]), "`access.admin_room` is `room`, which is no room"),
        (load(None, &[("TIGERDESK__ACCESS__ADMINS__X", "@a:x.org")]), "sets `access.admins.x`, which is no setting"),
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

#[test]
fn where_to_listen_is_an_address_or_nowhere() {
    let listen = |variables: &[(&str, &str)]| load(None, variables).map(|settings| settings.ops);
    let standard: Option<SocketAddr> = "127.0.0.1:9464".parse().ok();
    assert_eq!(listen(&[]).unwrap(), Ops { listen: standard, is_default: true });
    let asked_for = listen(&[("TIGERDESK__OPS__LISTEN", "127.0.0.1:9464")]).unwrap();
    assert_eq!(asked_for, Ops { listen: standard, is_default: false });
    assert_eq!(listen(&[("TIGERDESK__OPS__LISTEN", "")]).unwrap().listen, None);
    let file = file("[ops]\nlisten = \"\"\n");
    assert_eq!(load(Some(file.path()), &[]).unwrap().ops.listen, None);
    let error = listen(&[("TIGERDESK__OPS__LISTEN", "localhost")]).unwrap_err();
    assert!(error.contains("`ops.listen` is `localhost`"), "{error}");
}

#[test]
fn a_log_is_for_people_or_for_programs() {
    assert_eq!(load(None, &[]).unwrap().log.format, LogFormat::Human);
    assert_eq!(load(None, &[("TIGERDESK__LOG__FORMAT", "json")]).unwrap().log.format, LogFormat::Json);
    let error = load(None, &[("TIGERDESK__LOG__FORMAT", "xml")]).unwrap_err();
    assert!(error.contains("human or json"), "{error}");
}

#[test]
fn an_empty_value_in_a_file_is_not_given() {
    let file = file("[log]\nlevel = \"\"\n[data]\npoll = \"\"\n");
    let settings = load(Some(file.path()), &[]).unwrap();
    assert!(settings.log.level.starts_with("info"), "{}", settings.log.level);
    assert_eq!(settings.data.poll, Duration::from_mins(1));
}

#[test]
fn a_secrets_file_is_stronger_than_the_secret_of_a_weaker_layer() {
    let secret = file("fresh");
    let path = secret.path().display().to_string();
    let stale = file("[matrix]\naccess_token = \"stale\"\npassword = \"word\"\n");
    let settings = load(Some(stale.path()), &[("TIGERDESK__MATRIX__ACCESS_TOKEN_FILE", &path)]).unwrap();
    assert_eq!(settings.matrix.access_token, Some(Secret::new("fresh".to_owned())));
    assert_eq!(settings.matrix.password, Some(Secret::new("word".to_owned())));
    let both = [("TIGERDESK__MATRIX__PASSWORD_FILE", path.as_str()), ("TIGERDESK__MATRIX__PASSWORD", "given")];
    let settings = load(None, &both).unwrap();
    assert_eq!(settings.matrix.password, Some(Secret::new("given".to_owned())));
}
