//! How the bot stands, and whether that is well.

use std::time::Duration;

/// The last sync may be so old. The homeserver lets a poll that has nothing to say wait for 20 seconds.
const OLDEST_SYNC: Duration = Duration::from_secs(35);
/// A poll ends after so long at most, one way or the other: 50 seconds of waiting for an answer, and a pause of 30.
const LONGEST_TURN: Duration = Duration::from_mins(3);

/// How the bot stands at a moment.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// As whom it is signed in, if it is.
    pub account: Option<String>,
    /// How long ago it last began to ask the homeserver for news.
    pub since_poll: Duration,
    /// How long ago the homeserver last had an answer to that.
    pub since_sync: Option<Duration>,
    /// In how many rooms it is.
    pub rooms: usize,
    /// The release that is answered from.
    pub release: Option<Release>,
    /// How many faults there are in a dataset that was not taken up.
    pub faults: usize,
    /// Whether a dataset is held because it withdraws more than is usual.
    pub held: bool,
    /// For how long the dataset is being read, if it is.
    pub reading: Duration,
    /// What keeps a newer dataset from being taken up, if it is no fault of the dataset's.
    pub in_the_way: Option<String>,
    /// What is still to be said unasked. `None`: the database does not answer.
    pub outbox: Option<Outbox>,
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

impl State {
    /// Whether the bot's parts go on.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.account.is_none() || self.since_poll <= LONGEST_TURN
    }

    /// Whether a question would be answered, and what speaks for and against it, a line each.
    #[must_use]
    pub fn readiness(&self) -> (bool, String) {
        let sync = match self.since_sync {
            Some(age) if age <= OLDEST_SYNC => Ok(format!("the homeserver answered {} s ago", age.as_secs())),
            Some(age) => Err(format!("the homeserver has not answered for {} s", age.as_secs())),
            None => Err("the homeserver has not answered yet".to_owned()),
        };
        let release = match self.release {
            Some(release) => Ok(format!("release {} is served, {} records", release.number, release.records)),
            None => Err("no release is served yet".to_owned()),
        };
        let dataset = self.in_the_way.clone().map(Err);
        let checks = [
            match &self.account {
                Some(account) => Ok(format!("signed in as {account}")),
                None => Err("not signed in yet".to_owned()),
            },
            sync,
            release,
            if self.outbox.is_some() {
                Ok("the database answers".to_owned())
            } else {
                Err("the database does not answer".to_owned())
            },
        ];
        let checks: Vec<Result<String, String>> = checks.into_iter().chain(dataset).collect();
        let ready = checks.iter().all(Result::is_ok);
        let lines = checks.iter().map(|check| match check {
            Ok(good) => format!("ok: {good}\n"),
            Err(bad) => format!("not ok: {bad}\n"),
        });
        let head = if ready { "ready\n" } else { "not ready\n" };
        (ready, std::iter::once(head.to_owned()).chain(lines).collect())
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
             ok: the database answers\n"
        );
        // Faults in a new dataset take nothing from what is answered.
        assert!(State { faults: 3, held: true, ..well() }.readiness().0);
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
            (State { release: None, ..well() }, "not ok: no release is served yet"),
            (State { outbox: None, ..well() }, "not ok: the database does not answer"),
            (
                State { in_the_way: Some("reading the dataset has taken 31 s".to_owned()), ..well() },
                "not ok: reading the dataset has taken 31 s",
            ),
        ];
        for (state, trouble) in troubles {
            let (ready, told) = state.readiness();
            assert!(!ready && told.starts_with("not ready\n") && told.contains(trouble), "{told}");
        }
    }

    #[test]
    fn a_homeserver_that_is_gone_leaves_the_bot_alive_and_a_loop_that_hangs_does_not() {
        assert!(State { since_sync: None, ..well() }.is_alive());
        assert!(!State { since_poll: Duration::from_mins(4), ..well() }.is_alive());
        assert!(State::default().is_alive());
    }
}
