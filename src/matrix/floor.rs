//! A floor under polls that bring nothing and return at once.
//!
//! The homeserver holds a poll until there is news. One that does not (a proxy that caches, a long poll that is switched
//! off) would be asked as fast as it answers.

use std::time::Duration;

/// The pause after the first such poll; each further one doubles it.
const FIRST: Duration = Duration::from_millis(50);
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(1);

/// How many polls in a row have returned at once with nothing.
#[derive(Debug, Default)]
pub(super) struct Floor(u32);

impl Floor {
    /// How long to wait before the next poll when one took so long. Nobody waits after one that brought something.
    pub(super) fn after(&mut self, took: Duration, brought: bool) -> Duration {
        let floor = FIRST.saturating_mul(1 << self.0.min(16)).min(LONGEST);
        if brought || took >= LONGEST {
            self.0 = 0;
            return Duration::ZERO;
        }
        self.0 = self.0.saturating_add(1);
        floor.saturating_sub(took)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_polls_that_return_at_once_with_nothing_are_slowed_down() {
        let mut floor = Floor::default();
        let at_once = Duration::from_millis(1);
        assert_eq!(floor.after(at_once, true), Duration::ZERO);
        assert_eq!(floor.after(Duration::from_secs(20), false), Duration::ZERO);
        let pauses: Vec<u128> = (0..7).map(|_| (floor.after(at_once, false) + at_once).as_millis()).collect();
        assert_eq!(pauses, [50, 100, 200, 400, 800, 1000, 1000]);
        assert_eq!(floor.after(Duration::from_millis(700), false), Duration::from_millis(300));
        assert_eq!(floor.after(at_once, true), Duration::ZERO);
        assert_eq!(floor.after(at_once, false) + at_once, FIRST);
    }
}
