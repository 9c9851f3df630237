//! The files for those who host the bot agree with the program and with each other.

use std::{collections::BTreeSet, fs, path::Path};

use tigerdesk::{ops::NAMES, settings::DEFAULTS};

fn file(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// Every run of letters, digits and underscores in `text` that begins with `start`.
fn words(text: &str, start: &str) -> BTreeSet<String> {
    let of_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split(|c| !of_word(c)).filter(|word| word.starts_with(start)).map(str::to_owned).collect()
}

#[test]
fn every_variable_is_a_setting() {
    let defaults: toml::Table = DEFAULTS.parse().unwrap();
    let settings: BTreeSet<String> = defaults
        .iter()
        .flat_map(|(section, keys)| keys.as_table().unwrap().keys().map(move |key| format!("{section}__{key}")))
        .map(|name| format!("TIGERDESK__{}", name.to_uppercase()))
        .collect();
    for name in ["Dockerfile", "compose.yaml", ".env.example", "config/demo/demo.env", "config/tigerdesk.service"] {
        let mut variables = words(&file(name), "TIGERDESK__");
        // How a variable's name is made up, in a comment.
        variables.remove("TIGERDESK__");
        assert!(!variables.is_empty(), "{name} has no variables");
        for variable in &variables {
            assert!(settings.contains(variable), "{name} has {variable}, which is no setting");
        }
    }
}

#[test]
fn the_image_is_labelled_as_the_crate_is() {
    let dockerfile = file("Dockerfile");
    for (label, value) in [
        ("title", env!("CARGO_PKG_NAME")),
        ("description", env!("CARGO_PKG_DESCRIPTION")),
        ("version", env!("CARGO_PKG_VERSION")),
        ("licenses", env!("CARGO_PKG_LICENSE")),
    ] {
        let label = format!("org.opencontainers.image.{label}=\"{value}\"");
        assert!(dockerfile.contains(&label), "Dockerfile does not have {label}");
    }
    let rust = format!("FROM rust:{}-", env!("CARGO_PKG_RUST_VERSION"));
    assert!(dockerfile.contains(&rust), "Dockerfile does not begin with {rust}");
}

#[test]
fn what_compose_opens_is_open_to_this_machine_only() {
    let compose = file("compose.yaml");
    let ports: Vec<&str> = compose.lines().filter(|line| line.trim_start().starts_with("ports:")).collect();
    assert!(ports.len() > 1 && ports.iter().all(|line| line.contains("[\"127.0.0.1:")), "{ports:?}");
}

#[test]
fn no_memory_ends_up_in_a_file() {
    assert!(file("config/tigerdesk.service").lines().any(|line| line == "LimitCORE=0"));
    let compose = file("compose.yaml");
    let (bot, _) = compose.split_once("\n  homeserver:").unwrap();
    assert!(bot.lines().any(|line| line.trim() == "ulimits: { core: 0 }"));
}

#[test]
fn the_demo_has_the_homeserver_that_the_tests_have() {
    let requirements = file("tests/support/requirements.txt");
    let version = requirements.lines().find_map(|line| line.strip_prefix("matrix-synapse==")).unwrap();
    let image = format!("image: matrixdotorg/synapse:v{version}\n");
    assert_eq!(file("compose.yaml").matches(&image).count(), 2, "{image}");
}

#[test]
fn what_is_watched_is_what_the_bot_tells() {
    let told: BTreeSet<&str> = NAMES.into();
    for name in ["config/alerts.yml", "config/alerts_test.yml", "config/grafana-dashboard.json"] {
        for metric in words(&file(name), "tigerdesk_") {
            assert!(
                told.contains(metric.trim_end_matches("_bucket")),
                "{name} has {metric}, which the bot does not tell"
            );
        }
    }
    let dashboard = file("config/grafana-dashboard.json");
    for metric in told {
        assert!(dashboard.contains(metric), "the dashboard does not show {metric}");
    }
}
