//! How the bot stands, and whether that is well.

use std::time::Duration;

/// The last sync may be so old. The homeserver lets a poll that has nothing to say wait for 20 seconds.
const OLDEST_SYNC: Duration = Duration::from_secs(35);
/// A poll ends after so long at most, one way or the other: 50 seconds of waiting for an answer, and a pause of 30.
const LONGEST_TURN: Duration = Duration::from_mins(3);

/// How the bot stands at a moment.
#[derive(Debug, Clone)]
pub struct State {
    /// As whom it is signed in, if it is.
    pub account: Option<String>,
    /// How long ago it last began to ask the homeserver for news.
    pub since_poll: Duration,
    /// How long ago the homeserver last had an answer to that.
    pub since_sync: Option<Duration>,
    /// Why the last question for news came to nothing, if it did.
    pub sync_failure: Option<SyncFailure>,
    /// How much longer it leaves the homeserver alone, because the last poll failed or the homeserver asked for that.
    pub pause: Option<Duration>,
    /// By how many seconds this machine's clock is ahead of the homeserver's, if it is by a minute and more.
    pub clock_skew: i64,
    /// In how many rooms it is.
    pub rooms: usize,
    /// The release that is answered from.
    pub release: Option<Release>,
    /// How many faults there are in a dataset that was not taken up.
    pub faults: usize,
    /// Whether a dataset is held because it withdraws more than is usual.
    pub held: bool,
    /// Whether the encryption keys are those of an older copy of the state folder.
    pub keys_old: bool,
    /// How many rooms it waits to be let into, of those whose invite it has accepted a while ago.
    pub joins_hanging: usize,
    /// For how many rooms it waits, a while already, for what was said while it was away.
    pub pages_hanging: usize,
    /// For how long the dataset is being read, if it is.
    pub reading: Duration,
    /// What keeps a newer dataset from being taken up, if it is no fault of the dataset's.
    pub in_the_way: Option<String>,
    /// What is still to be said unasked. `None`: the database does not tell.
    pub outbox: Option<Outbox>,
    /// Whether the database took what it was given to write just now. What is wrong, and what to do, if not.
    pub database: Kept,
    /// The same of what the session and its keys are kept in.
    pub session: Kept,
}

/// Whether something that is to be kept was taken. `Err`: what is wrong and what to do about it.
pub type Kept = Result<(), String>;

/// Why a question for news came to nothing, briefly, as the cause says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SyncFailure {
    /// It got no answer, or none of use.
    Homeserver(String),
    /// It was answered, and the answer could not be kept.
    Here(String),
}

/// A release that is answered from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Release {
    /// Its number.
    pub number: u64,
    /// How long ago it was taken up.
    pub age: Duration,
    /// How many records it has.
    pub records: usize,
}

/// What is still to be said unasked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Outbox {
    /// Messages that wait.
    pub waiting: u64,
    /// Messages that were given up.
    pub parked: u64,
    /// For how long the oldest one that waits has been waiting.
    pub oldest: Duration,
}

impl Default for State {
    /// A bot that has only just begun to start.
    fn default() -> Self {
        Self {
            account: None,
            since_poll: Duration::ZERO,
            since_sync: None,
            sync_failure: None,
            pause: None,
            clock_skew: 0,
            rooms: 0,
            release: None,
            faults: 0,
            held: false,
            keys_old: false,
            joins_hanging: 0,
            pages_hanging: 0,
            reading: Duration::ZERO,
            in_the_way: None,
            outbox: None,
            database: Err("the database is not open yet".to_owned()),
            session: Err("no session is open yet".to_owned()),
        }
    }
}

impl State {
    /// Whether the bot's parts go on.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        is_alive(self.account.is_some(), self.since_poll)
    }

    /// Whether a question would be answered, and what speaks for and against it, a line each.
    #[must_use]
    pub fn readiness(&self) -> (bool, String) {
        let account = match &self.account {
            Some(account) => Ok(format!("signed in as {account}")),
            None => Err("not signed in yet".to_owned()),
        };
        let kept = |kept: &Kept, well: &str| kept.clone().map(|()| well.to_owned());
        let mut checks = vec![account, self.homeserver()];
        if let Some(SyncFailure::Here(cause)) = &self.sync_failure {
            checks.push(Err(format!("what the homeserver said can't be kept ({cause}): {}", advice(cause))));
        }
        // It holds up those rooms and no other.
        checks.extend(self.waited_for().map(Ok));
        checks.extend([self.dataset()]);
        checks.extend(self.in_the_way.clone().map(Err));
        checks.extend([
            kept(&self.database, "the database takes what is to be kept"),
            kept(&self.session, "so do the stores of the session"),
        ]);
        if self.keys_old {
            let old = "the encryption keys are those of an older copy of the state folder: the log says what to do";
            checks.push(Err(old.to_owned()));
        }
        let ready = checks.iter().all(Result::is_ok);
        let lines = checks.iter().map(|check| match check {
            Ok(good) => format!("ok: {good}\n"),
            Err(bad) => format!("not ok: {bad}\n"),
        });
        let head = if ready { "ready\n" } else { "not ready\n" };
        (ready, std::iter::once(head.to_owned()).chain(lines).collect())
    }

    fn homeserver(&self) -> Result<String, String> {
        let silence = match self.since_sync {
            Some(age) if age <= OLDEST_SYNC => return Ok(format!("the homeserver answered {} s ago", age.as_secs())),
            Some(age) => format!("the homeserver has not answered for {} s", age.as_secs()),
            None => "the homeserver has not answered yet".to_owned(),
        };
        let cause = match &self.sync_failure {
            Some(SyncFailure::Homeserver(cause)) => format!(" ({cause})"),
            _ => String::new(),
        };
        let next = self.pause.map(|pause| format!("; it is asked again in {} s", pause.as_secs().max(1)));
        let next = next.unwrap_or_default();
        Err(format!("{silence}{cause}: see whether it runs, and whether this machine reaches it{next}"))
    }

    /// What the homeserver takes its time for.
    fn waited_for(&self) -> Option<String> {
        let rooms = |count: usize, what: &str| {
            (count > 0).then(|| format!("{count} {} {what}", if count == 1 { "room" } else { "rooms" }))
        };
        let waits = [
            rooms(self.joins_hanging, "to be let into"),
            rooms(self.pages_hanging, "to say what was said there meanwhile"),
        ];
        let waits: Vec<String> = waits.into_iter().flatten().collect();
        (!waits.is_empty()).then(|| format!("the homeserver takes its time with {}", waits.join(" and ")))
    }

    fn dataset(&self) -> Result<String, String> {
        let Some(release) = self.release else { return Err("no release is served yet".to_owned()) };
        let served = format!("release {} is served, {} records", release.number, release.records);
        Ok(match self.faults {
            0 if self.held => format!("{served}; a newer one withdraws too much and is held until `!reload force`"),
            0 => served,
            faults => format!("{served}; a newer one has faults, {faults} of them: see `tigerdesk check`"),
        })
    }
}

/// Whether a bot's parts go on that is signed in or not, and last began to ask the homeserver for news so long ago.
#[must_use]
pub fn is_alive(signed_in: bool, since_poll: Duration) -> bool {
    !signed_in || since_poll <= LONGEST_TURN
}

/// What to do when something can't be kept, by what the system or the database says of it.
#[must_use]
pub fn advice(cause: &str) -> &'static str {
    let cause = cause.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| cause.contains(word));
    if says(&["full", "no space", "quota"]) {
        "make room on the disk of the state folder; the bot then goes on by itself"
    } else if says(&["readonly", "read-only", "permission", "not permitted"]) {
        "make the state folder and its disk writable for the bot, which then goes on by itself"
    } else if says(&["locked", "busy"]) {
        "see which other program has the files of the state folder open, a backup perhaps; the bot goes on when it is done"
    } else {
        "see to the disk of the state folder, and to who owns what is in it"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn well() -> State {
        State {
            account: Some("@desk:example.org".to_owned()),
            since_sync: Some(Duration::from_secs(3)),
            release: Some(Release { number: 4, age: Duration::from_hours(1), records: 414 }),
            outbox: Some(Outbox::default()),
            database: Ok(()),
            session: Ok(()),
            ..State::default()
        }
    }

    #[test]
    fn a_bot_that_would_answer_is_ready() {
        let (ready, told) = well().readiness();
        assert!(ready);
        assert_eq!(
            told,
            "ready\nok: signed in as @desk:example.org\nok: the homeserver answered 3 s ago\nok: release 4 is served, 414 records\n\
             ok: the database takes what is to be kept\nok: so do the stores of the session\n"
        );
        // Faults in a new dataset take nothing from what is answered.
        for (state, told) in [
            (State { faults: 3, ..well() }, "ok: release 4 is served, 414 records; a newer one has faults, 3 of them"),
            (State { held: true, ..well() }, "ok: release 4 is served, 414 records; a newer one withdraws too much"),
            (
                State { joins_hanging: 24, pages_hanging: 1, ..well() },
                "ok: the homeserver takes its time with 24 rooms to be let into and 1 room to say what was said there meanwhile",
            ),
        ] {
            let (ready, text) = state.readiness();
            assert!(ready && text.contains(told), "{text}");
        }
    }

    #[test]
    fn each_trouble_is_told() {
        let troubles = [
            (State { account: None, ..well() }, "not ok: not signed in yet"),
            (State { since_sync: None, ..well() }, "not ok: the homeserver has not answered yet"),
            (
                State { since_sync: Some(Duration::from_secs(36)), ..well() },
                "not ok: the homeserver has not answered for 36 s",
            ),
            (
                State { since_sync: Some(Duration::from_secs(36)), pause: Some(Duration::from_secs(250)), ..well() },
                "not ok: the homeserver has not answered for 36 s: see whether it runs, and whether this machine reaches it; it is asked \
                 again in 250 s",
            ),
            (State { release: None, ..well() }, "not ok: no release is served yet"),
            (State { keys_old: true, ..well() }, "not ok: the encryption keys are those of an older copy"),
            (
                State { in_the_way: Some("reading the dataset has taken 31 s".to_owned()), ..well() },
                "not ok: reading the dataset has taken 31 s",
            ),
            (
                State {
                    since_sync: Some(Duration::from_secs(36)),
                    sync_failure: Some(SyncFailure::Homeserver("Connection refused".to_owned())),
                    ..well()
                },
                "not ok: the homeserver has not answered for 36 s (Connection refused): see whether it runs",
            ),
            (
                State { sync_failure: Some(SyncFailure::Here("database or disk is full".to_owned())), ..well() },
                "ok: the homeserver answered 3 s ago\nnot ok: what the homeserver said can't be kept (database or disk is full): \
                 make room on the disk",
            ),
            (
                State { database: Err("the disk is full: make room".to_owned()), ..well() },
                "not ok: the disk is full: make room",
            ),
            (
                State { session: Err("a store is locked: see who".to_owned()), ..well() },
                "not ok: a store is locked: see who",
            ),
            (State::default(), "not ok: the database is not open yet"),
        ];
        for (state, trouble) in troubles {
            let (ready, told) = state.readiness();
            assert!(!ready && told.starts_with("not ready\n") && told.contains(trouble), "{told}");
        }
    }

    #[test]
    fn what_to_do_goes_by_the_cause() {
        for (cause, told) in [
            ("(code: 13) database or disk is full", "make room"),
            ("No space left on device (os error 28)", "make room"),
            ("Disk quota exceeded (os error 122)", "make room"),
            ("attempt to write a readonly database", "writable"),
            ("Read-only file system (os error 30)", "writable"),
            ("database is locked", "other program"),
            ("disk I/O error", "see to the disk"),
        ] {
            assert!(advice(cause).contains(told), "{cause}");
        }
    }

    #[test]
    fn a_homeserver_that_fails_now_and_then_is_no_reason_not_to_be_ready() {
        let failure = Some(SyncFailure::Homeserver("502".to_owned()));
        assert!(State { sync_failure: failure, ..well() }.readiness().0);
    }

    #[test]
    fn a_homeserver_that_is_gone_leaves_the_bot_alive_and_a_loop_that_hangs_does_not() {
        assert!(State { since_sync: None, ..well() }.is_alive());
        assert!(!State { since_poll: Duration::from_mins(4), ..well() }.is_alive());
        assert!(State::default().is_alive());
    }
}
