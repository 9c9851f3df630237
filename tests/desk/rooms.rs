//! What a room asks for: digests, what it follows, and who may change that.

use std::{fmt::Write as _, path::Path, sync::Arc, time::Duration};

use jiff::Timestamp;
use tigerdesk::{
    commands::{Ask, Asker, Desk, Effect, Outcome, Reading, Role, answer, read, role_needed},
    dataset::{Dataset, File, diff, load, load_files},
    digest::{Archive, Follow, Mode, Pending, Release, RoomSettings, Span, Unavailable},
};

fn desk() -> Desk {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/desk/dataset");
    Desk::new(load(&folder).unwrap()).unwrap()
}

/// An archive whose last release is number 7, and which has some releases to tell.
#[derive(Debug, Default)]
struct Remembered(Vec<Release>);

impl Archive for Remembered {
    fn latest(&self) -> Result<Option<Release>, Unavailable> {
        Ok(Some(Release { number: 7, at: Timestamp::UNIX_EPOCH, changes: Vec::new() }))
    }

    fn releases(&self, _: &Span) -> Result<(Vec<Release>, usize), Unavailable> {
        Ok((Vec::new(), 0))
    }

    fn folded_until(&self) -> Result<Option<Timestamp>, Unavailable> {
        Ok(None)
    }

    fn pending(&self) -> Result<Pending, Unavailable> {
        Ok(Pending { releases: self.0.clone(), corrections: Vec::new(), due: None })
    }
}

/// A room as the app keeps it: it carries out what the commands ask for.
struct Room {
    desk: Desk,
    settings: RoomSettings,
    untold: Vec<Release>,
}

impl Room {
    fn new() -> Self {
        Self { desk: desk(), settings: RoomSettings::default(), untold: Vec::new() }
    }

    fn say(&mut self, role: Role, line: &str) -> Outcome {
        let Reading::Command(invocation) = read(line) else { panic!("{line} is no command") };
        let now = "2026-11-21T22:15:00Z".parse().unwrap();
        let room = self.settings.clone();
        let asker = Asker { role, room, quiet_period: Duration::from_mins(1) };
        let ask = Ask {
            asker: Some(asker),
            archive: Some(Arc::new(Remembered(self.untold.clone()))),
            ..Ask::new(invocation, now, 0)
        };
        let outcome = answer(&self.desk, &ask);
        let settings = &mut self.settings;
        match outcome.effect.clone() {
            Some(Effect::Digest(mode)) => settings.mode = mode,
            Some(Effect::Zone(zone)) => settings.zone = zone,
            Some(Effect::Follow(new)) => settings.follows.extend(new),
            Some(Effect::Unfollow(gone)) => settings.follows.retain(|follow| !gone.contains(follow)),
            Some(Effect::UnfollowAll) => settings.follows.clear(),
            Some(Effect::SendNow | Effect::Reload { .. }) | None => {}
        }
        outcome
    }

    /// Says something as somebody who may change the room, and shows what comes of it.
    fn shown(&mut self, line: &str) -> String {
        let outcome = self.say(Role::Keeper, line);
        let effect = outcome.effect.map(|effect| format!("\n→ {effect:?}")).unwrap_or_default();
        let effect = if effect.contains("Schedule {") { "\n→ (a schedule)".to_owned() } else { effect };
        format!("> {line}\n{}{effect}\n\n", outcome.reply.text())
    }
}

/// A conversation in one room.
fn conversation(lines: &[&str]) -> String {
    let mut room = Room::new();
    lines.iter().fold(String::new(), |mut all, line| {
        write!(all, "{}", room.shown(line)).unwrap();
        all
    })
}

fn snapshot(name: &str, lines: &[&str]) {
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, conversation(lines));
    });
}

#[test]
fn a_room_sets_its_digests() {
    snapshot(
        "digest_settings",
        &[
            "!digest",
            "!digest on",
            "!digest zone Asia/Shanghai",
            "!digest",
            "!digest daily 9:00",
            "!digest weekly monday 9am berlin",
            "!digest zone new york",
            "!digest cron “0 9 * * 1-5”",
            "!digest off",
            "!digest off",
            "!digest now",
            "!digest preview",
        ],
    );
}

#[test]
fn a_slip_in_a_setting_is_told() {
    snapshot(
        "digest_slips",
        &[
            "!digest dayly 9:00",
            "!digest 9:00",
            "!digest monday 9:00",
            "!digest hourly",
            "!digest stop",
            "!digest whenever <you> like",
            "!digest daily",
            "!digest daily 25:00",
            "!digest weekly 9:00",
            "!digest daily 9:00 Europe/Berln",
            "!digest zone Munich",
            "!digest zone",
            "!digest cron \"0 0 9 * * 1\"",
            "!digest cron \"0 9 30 2 *\"",
            "!digest cron",
        ],
    );
}

#[test]
fn a_room_follows_things() {
    snapshot(
        "follows",
        &[
            "!follows",
            "!follow",
            "!follow moonshot",
            "!digest on",
            "!follow monshot",
            "!follow zhipu, tag:six-tigers, kind:policies, nobody at all",
            "!follow tag:six-tigrs",
            "!follow kind:polcy",
            "!follow six-tigers",
            "!follows",
            "!unfollow moonshot ai",
            "!unfollow tag: six tigers, kimi",
            "!follows",
            "!unfollow all",
            "!unfollow zhipu",
        ],
    );
}

/// The test dataset with another valuation of Moonshot AI.
fn valued(amount: &str) -> Dataset {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/desk/dataset/dataset.toml");
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains("amount = 3.3e9"));
    let text = text.replace("amount = 3.3e9", &format!("amount = {amount}"));
    load_files(&[File { name: "dataset.toml".to_owned(), text }]).unwrap()
}

/// The releases from one valuation to the next, numbered up to 7.
fn revalued(amounts: &[&str]) -> Vec<Release> {
    let steps = amounts.windows(2).zip(9 - amounts.len() as u64..);
    let release = |(step, number): (&[&str], u64)| {
        let changes = diff(&valued(step[0]), &valued(step[1]));
        Release { number, at: Timestamp::UNIX_EPOCH, changes }
    };
    steps.map(release).collect()
}

#[test]
fn a_preview_is_what_the_room_would_be_told() {
    let mut room = Room::new();
    room.untold = revalued(&["3.0e9", "3.2e9", "3.3e9"]);
    let lines = [
        "!digest preview",
        "!follow kind:model",
        "!digest preview",
        "!follow moonshot",
        "!digest daily 9",
        "!digest preview",
    ];
    let said = lines.iter().fold(String::new(), |all, line| all + room.shown(line).as_str());
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("digest_preview", said);
    });
    // What was taken back before it was told is nothing.
    room.untold = revalued(&["3.3e9", "3.2e9", "3.3e9"]);
    let nothing = room.say(Role::Member, "!digest preview").reply.text();
    assert!(nothing.starts_with("Nothing to tell up to release 7:"), "{nothing}");
}

#[test]
fn only_keepers_change_a_room_and_only_admins_reload() {
    for line in
        ["!digest", "!digest preview", "!digest zone", "!digest dayly 9", "!follows", "!follow", "!unfollow", "!help"]
    {
        let Reading::Command(invocation) = read(line) else { panic!("{line}") };
        assert!(role_needed(&invocation) == Role::Member, "{line}");
        assert!(!Room::new().say(Role::Member, line).reply.text().contains("Only"), "{line}");
    }
    for line in
        ["!digest on", "!DIGEST Daily 9:00", "!digest now", "!digest zone utc", "!follow moonshot", "!unfollow all"]
    {
        let Reading::Command(invocation) = read(line) else { panic!("{line}") };
        assert!(role_needed(&invocation) > Role::Member, "{line}");
        let refused = Room::new().say(Role::Member, line);
        assert!(refused.effect.is_none(), "{line}");
        assert_eq!(
            refused.reply.text(),
            "Only people who may change this room's name, or an admin of the bot, may do that."
        );
    }
    for role in [Role::Member, Role::Keeper] {
        let refused = Room::new().say(role, "!reload force");
        assert!(refused.effect.is_none());
        assert!(refused.reply.text().starts_with("Only an admin of the bot"), "{}", refused.reply.text());
    }
    let reload = |line| Room::new().say(Role::Admin, line).effect;
    assert_eq!(reload("!reload"), Some(Effect::Reload { force: false }));
    assert_eq!(reload("!reload Force"), Some(Effect::Reload { force: true }));
    assert_eq!(reload("!reload everything"), None);
}

#[test]
fn in_a_terminal_there_is_no_room() {
    let desk = desk();
    for line in ["!digest on", "!follow moonshot", "!unfollow all", "!follows", "!reload"] {
        let Reading::Command(invocation) = read(line) else { panic!("{line}") };
        let outcome = answer(&desk, &Ask::new(invocation, Timestamp::UNIX_EPOCH, 0));
        assert!(outcome.effect.is_none(), "{line}");
        let text = outcome.reply.text();
        assert!(text.contains("in a Matrix room") || text.contains("start anew"), "{line}: {text}");
    }
}

#[test]
fn a_room_follows_a_hundred_things_at_most() {
    let mut room = Room::new();
    room.settings.follows = (0..100).map(|number| Follow::Tag(format!("t{number}"))).collect();
    let refused = room.say(Role::Keeper, "!follow moonshot");
    assert!(refused.effect.is_none());
    assert!(refused.reply.text().contains("100 things at most"), "{}", refused.reply.text());
    let known = room.settings.follows.clone();
    let mut listed = 0;
    let mut line = "!follows".to_owned();
    for _ in 0..10 {
        let text = room.say(Role::Member, &line).reply.text();
        listed += text.lines().filter(|line| line.starts_with("• tag:t")).count();
        match text.split_once("more: ") {
            Some((_, next)) => line = next.trim().to_owned(),
            None => break,
        }
    }
    assert_eq!(listed, known.len());
}

#[test]
fn what_is_gone_from_the_dataset_can_be_unfollowed() {
    let mut room = Room::new();
    room.settings.follows = vec![Follow::Record("gone-long-ago".to_owned()), Follow::Tag("gone".to_owned())];
    assert!(room.say(Role::Member, "!follows").reply.text().contains("gone-long-ago (not in the dataset any more)"));
    room.say(Role::Keeper, "!unfollow gone-long-ago, tag:gone");
    assert_eq!(room.settings.follows, []);
}

#[test]
fn the_next_run_is_always_shown() {
    for line in ["!digest daily 9:00", "!digest weekly fri 17:00 Asia/Tokyo", "!digest cron \"*/5 * * * *\""] {
        let mut room = Room::new();
        let set = room.say(Role::Keeper, line).reply.text();
        assert!(set.contains("Next: ") && set.contains("2026, "), "{line}: {set}");
        for after in ["!digest", "!digest zone UTC", "!follow moonshot", "!unfollow all", "!follows"] {
            let text = room.say(Role::Keeper, after).reply.text();
            assert!(text.contains("Next: ") || after == "!follows", "{line}, {after}: {text}");
        }
        assert!(matches!(room.settings.mode, Mode::Scheduled(_)));
    }
}
