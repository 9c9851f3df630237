//! What is told of a start that found something gone: the device before this one, or what rooms had asked for.

use super::{Bot, Failure};
use crate::{
    matrix,
    reply::{Reply, bold, code, text},
    store::{Body, Fault, Store},
};

/// Under these names it is noted since when which device is used, and of which the admins were told.
const DEVICE: &str = "device";
const TOLD: &str = "device_told";

/// Since when `device` is used: from now on, if another was used before. Milliseconds since 1970.
pub(super) async fn device_since(store: &Store, device: &str, now: i64) -> Result<i64, Fault> {
    let noted = store.noted(DEVICE).await?;
    let noted = noted.as_deref().and_then(|noted| noted.split_once(' '));
    if let Some((known, since)) = noted
        && known == device
    {
        return Ok(since.parse().unwrap_or(now));
    }
    store.note(DEVICE, &format!("{device} {now}")).await?;
    Ok(now)
}

impl Bot {
    /// Tells the log and the admin room, once, of a device that took another's place, and of settings that are gone.
    pub(super) async fn tell_of_the_start(&self) -> Result<(), Failure> {
        let device = self.account.device();
        if let Some(how) = self.account.follows()
            && self.store.noted(TOLD).await?.as_deref() != Some(device)
        {
            tracing::warn!(
                device,
                "the session before this one is over ({how}): the bot has logged in as a new device"
            );
            self.tell_admins(&another_device(device, how), (TOLD, device)).await?;
        }
        if self.store.is_new().await? {
            // With a session that an earlier run made, there was a database too.
            if self.account.was_here() {
                tracing::warn!(
                    "desk.db is new beside a session that is not: what rooms had asked for (digests, follows, time zones) is gone"
                );
                self.tell_admins(&settings_gone(), Store::KNOWN).await?;
            } else {
                self.store.note(Store::KNOWN.0, Store::KNOWN.1).await?;
            }
        }
        Ok(())
    }

    /// Puts a notice into the outbox for the admin room, if there is one, and notes a value in the same moment.
    async fn tell_admins(&self, reply: &Reply, note: (&str, &str)) -> Result<(), Failure> {
        let Some(room) = &self.access.admin_room else { return Ok(self.store.note(note.0, note.1).await?) };
        let body = Body { text: reply.text(), html: reply.html() };
        self.store.put_word(room, &body, matrix::now(), note).await?;
        self.data.outbox_filled.notify_one();
        Ok(())
    }
}

fn another_device(device: &str, how: &str) -> Reply {
    Reply::para(vec![
        bold("I have logged in anew"),
        text(format!(
            ", as the device {device}: my session before was over ({how}). What rooms have asked for stays, and so does what I \
             still have to say."
        )),
    ])
}

fn settings_gone() -> Reply {
    Reply::para(vec![
        bold("My database desk.db is gone"),
        text(
            ", or was put aside, and with it what rooms had asked for: their digests, follows and time zones. Put a copy of it back, or ask for them again, for example with ",
        ),
        code("!digest on"),
        text("."),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_admins_are_told_what_is_gone_and_what_stays() {
        let told = another_device("ABCDEFGHIJ", "it had expired").text();
        assert!(told.contains("the device ABCDEFGHIJ") && told.contains("it had expired"), "{told}");
        assert!(told.contains("What rooms have asked for stays"), "{told}");
        let told = settings_gone().text();
        assert!(told.contains("desk.db") && told.contains("!digest on"), "{told}");
    }

    #[tokio::test]
    async fn a_device_is_used_since_it_was_first_seen() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        assert_eq!(device_since(&store, "ONE", 10).await.unwrap(), 10);
        assert_eq!(device_since(&store, "ONE", 20).await.unwrap(), 10);
        assert_eq!(device_since(&store, "TWO", 30).await.unwrap(), 30);
        assert_eq!(device_since(&store, "TWO", 40).await.unwrap(), 30);
    }
}
