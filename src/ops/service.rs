//! What systemd is told, if it started the bot and wants to know (`Type=notify`). Otherwise nothing happens.

use std::time::Duration;

use sd_notify::NotifyState;

/// The bot is ready.
pub fn ready() {
    tell(NotifyState::Ready);
}

/// The bot is about to end.
pub fn stopping() {
    tell(NotifyState::Stopping);
}

/// The bot is alive.
pub fn alive() {
    tell(NotifyState::Watchdog);
}

/// How often systemd is to be told that the bot is alive: twice as often as it asks for. `None` if it does not ask.
#[must_use]
pub fn watchdog() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|longest| longest / 2)
}

fn tell(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "systemd can't be told how the bot is");
    }
}
