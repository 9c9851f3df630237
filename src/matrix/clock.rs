//! How our clock stands to the homeserver's.
//!
//! How old an event is the homeserver says itself, mostly. Where it doesn't, its time of sending and our clock must do, and
//! a clock that is hours ahead would make every question too old. So the two clocks are compared: by the date of an answer
//! at the start, and by what the bot said whenever that comes back to it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Clocks that are closer than this count as equal. A live event is on its way for 40 seconds at most.
const EQUAL: Duration = Duration::from_mins(1);

/// How far our clock is ahead of the homeserver's. Cheap to clone; all clones are one.
#[derive(Debug, Clone, Default)]
pub(super) struct Skew(Arc<AtomicI64>);

/// What a comparison of the clocks brought.
#[derive(Debug, PartialEq, Eq)]
enum News {
    Same,
    Wrong,
    Mended,
}

impl Skew {
    /// In milliseconds; negative if it is behind.
    pub(super) fn milliseconds(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    /// The homeserver's clock shows `theirs` while ours shows `ours`. Warns, once, if they differ by much.
    pub(super) fn compare(&self, ours: i64, theirs: i64) {
        let news = self.note(ours, theirs);
        let seconds = self.milliseconds() / 1000;
        match news {
            News::Wrong => tracing::warn!(
                seconds,
                "this machine's clock differs from the homeserver's by so many seconds (it is ahead of it, or with a minus \
                 behind): set it right, or digests come at the wrong time and questions may be taken for old ones"
            ),
            News::Mended => tracing::info!("this machine's clock agrees with the homeserver's again"),
            News::Same => {}
        }
    }

    fn note(&self, ours: i64, theirs: i64) -> News {
        let ahead = ours.saturating_sub(theirs);
        let equal = ahead.unsigned_abs() < milliseconds(EQUAL).unsigned_abs();
        let before = self.0.swap(if equal { 0 } else { ahead }, Ordering::Relaxed);
        match (before == 0, equal) {
            (true, false) => News::Wrong,
            (false, true) => News::Mended,
            _ => News::Same,
        }
    }
}

/// Milliseconds since 1970 by our clock.
#[must_use]
pub fn now() -> i64 {
    milliseconds(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// A duration in milliseconds, as many as an `i64` holds.
#[must_use]
pub fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// A date of HTTP in milliseconds since 1970 (<https://www.rfc-editor.org/rfc/rfc9110#name-date-time-formats>).
pub(super) fn milliseconds_of(date: &str) -> Option<i64> {
    jiff::fmt::rfc2822::parse(date).ok().map(|date| date.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_wrong_is_told_of_once_until_it_is_right_again() {
        let skew = Skew::default();
        let hour = 3_600_000;
        assert_eq!(skew.note(1_000, 31_000), News::Same);
        assert_eq!(skew.milliseconds(), 0);
        assert_eq!(skew.note(2 * hour, 0), News::Wrong);
        assert_eq!(skew.note(2 * hour + 9, 0), News::Same);
        assert_eq!(skew.milliseconds(), 2 * hour + 9);
        assert_eq!(skew.note(0, 10), News::Mended);
        assert_eq!(skew.note(0, hour), News::Wrong);
        assert_eq!(skew.milliseconds(), -hour);
        skew.note(i64::MAX, i64::MIN);
        assert_eq!(skew.milliseconds(), i64::MAX);
    }

    #[test]
    fn a_date_of_http_is_read() {
        assert_eq!(milliseconds_of("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777_000));
        assert_eq!(milliseconds_of("yesterday"), None);
    }
}
