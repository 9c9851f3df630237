//! Waiting longer after each failure.

use std::time::Duration;

/// The first wait.
const FIRST: Duration = Duration::from_millis(500);

/// Exponential backoff with jitter: 0.5 s, 1 s, 2 s, … up to a cap, each shortened by up to a half at random, so that
/// many clients of a server that comes back don't return in step.
#[derive(Debug, Clone)]
pub struct Backoff {
    failures: u32,
    cap: Duration,
}

impl Backoff {
    /// A backoff whose waits are never longer than `cap`.
    #[must_use]
    pub fn new(cap: Duration) -> Self {
        Self { failures: 0, cap }
    }

    /// The same after so many failures.
    #[must_use]
    pub fn resumed(failures: u32, cap: Duration) -> Self {
        Self { failures, cap }
    }

    /// The wait after one more failure. What the server asks for (`retry_after`) is never undercut.
    pub fn next(&mut self, retry_after: Option<Duration>) -> Duration {
        let wait = self.plan(rand::random_range(0.5..=1.0));
        self.failures = self.failures.saturating_add(1);
        retry_after.map_or(wait, |asked| asked.max(wait.min(FIRST)))
    }

    /// Starts over after a success.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// How many failures there were in a row.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.failures
    }

    fn plan(&self, jitter: f64) -> Duration {
        FIRST.saturating_mul(1 << self.failures.min(16)).min(self.cap).mul_f64(jitter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_cap_and_jitter_only_shortens_them() {
        let mut backoff = Backoff::new(Duration::from_secs(30));
        assert_eq!(backoff.plan(1.0), Duration::from_millis(500));
        for _ in 0..100 {
            let wait = backoff.next(None);
            assert!(wait >= Duration::from_millis(250) && wait <= Duration::from_secs(30), "{wait:?}");
        }
        assert_eq!(backoff.plan(1.0), Duration::from_secs(30));
        backoff.reset();
        assert_eq!(backoff.plan(0.5), Duration::from_millis(250));
    }

    #[test]
    fn what_the_server_asks_for_is_never_undercut() {
        let mut backoff = Backoff::new(Duration::from_secs(30));
        assert!(backoff.next(Some(Duration::from_secs(90))) >= Duration::from_secs(90));
    }
}
