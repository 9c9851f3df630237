//! Trouble with the dataset, and who is told of it.

use super::{
    super::{Failure, locked, reports},
    Data, Reloaded,
};
use crate::{dataset::Unread, digest::Release, matrix, store::Body};

/// Under this name it is noted which trouble with the dataset was reported last.
const REPORTED: &str = "reported";

impl Data {
    /// What the state folder could not take, or took the reading down, is tried again and ends nothing: the old desk goes on.
    pub(super) fn unless_stuck(&self, reloaded: Result<Reloaded, Failure>) -> Result<Reloaded, Failure> {
        match reloaded {
            Err(failure @ (Failure::Store(_) | Failure::Index(_) | Failure::Reading)) => {
                let reason = failure.to_string();
                locked(&self.standing).stuck = Some(reason.clone());
                Ok(Reloaded::Stuck(reason))
            }
            other => other,
        }
    }

    /// Names what is not read although it looks like it, each file once.
    pub(super) fn tell_unread(&self, unread: Vec<Unread>) {
        let mut told = locked(&self.unread);
        told.retain(|known| unread.binary_search(known).is_ok());
        for unread in unread {
            if !told.contains(&unread) {
                let Unread { path, advice } = &unread;
                tracing::warn!(
                    "{} is not read, for its name does not end in .toml or .jsonl: {advice}",
                    path.display()
                );
                told.insert(unread);
            }
        }
    }

    /// As [`report`](Self::report), where it may be the store that is in trouble: the log is told in any case.
    pub(super) async fn report_if_possible(&self, reloaded: &Reloaded, serving: &Release, start: bool) {
        if let Err(failure) = self.report(reloaded, serving, start).await {
            tracing::debug!(%failure, "those who run the bot can't be told yet");
        }
    }

    /// Reports trouble to the log and the admin room, unless it was the last that was reported. A start says it once more to
    /// the room, and every start to the log.
    pub(super) async fn report(&self, reloaded: &Reloaded, serving: &Release, start: bool) -> Result<(), Failure> {
        let trouble = match reloaded {
            Reloaded::Same(_) | Reloaded::New(_) => return Ok(()),
            Reloaded::Faulty(faults) => faults.to_string(),
            Reloaded::Held(withdrawal) => format!("{withdrawal:?}"),
            Reloaded::Hangs(..) => "hangs".to_owned(),
            Reloaded::Stuck(reason) => reason.clone(),
        };
        let report = reports::reloaded(reloaded, &self.place(), serving);
        let named = |when: &str| blake3::hash(format!("{when} {trouble}").as_bytes()).to_hex().to_string();
        let (at_start, running) = (named("start"), named("while running"));
        let is_new = locked(&self.logged).replace(trouble.clone()).is_none_or(|logged| logged != trouble);
        let last = self.store.noted(REPORTED).await;
        let known =
            |last: &Option<String>| last.as_ref().is_some_and(|last| *last == at_start || (!start && *last == running));
        let is_known = last.as_ref().is_ok_and(known);
        if start || (is_new && !is_known) {
            for line in report.text().lines().filter(|line| !line.trim().is_empty()) {
                tracing::error!("{line}");
            }
        }
        last?;
        if is_known {
            return Ok(());
        }
        let name = if start { at_start } else { running };
        let Some(room) = &self.admin_room else { return Ok(self.store.note(REPORTED, &name).await?) };
        let body = Body { text: report.text(), html: report.html() };
        self.store.put_notice(room, &body, matrix::now(), (REPORTED, &name)).await?;
        self.outbox_filled.notify_one();
        Ok(())
    }

    /// There is no trouble with the dataset any more.
    pub(super) async fn mended(&self) -> Result<(), Failure> {
        locked(&self.logged).take();
        if self.store.noted(REPORTED).await?.is_some_and(|reported| !reported.is_empty()) {
            self.store.withdraw_notices((REPORTED, "")).await?;
        }
        Ok(())
    }
}
