//! A bound on what an answer of the homeserver may take in memory.
//!
//! The SDK reads each answer whole before it looks at it, and neither it nor the client below it has a limit: one that never
//! ends would take all the memory there is. What unpacks to more than was sent is not asked for ([`client`]); of what is, the
//! process's memory tells how much has come.

use std::{fs, pin::Pin, time::Duration};

use matrix_sdk::reqwest::{self, tls};

use super::trouble::Trouble;

/// By so much the process may grow while it waits for one answer, in bytes: more than a large dataset takes that is read
/// meanwhile, and than the first sync of an account in a thousand rooms.
const LIMIT: u64 = 384 * 1024 * 1024;
/// How often is looked. A homeserver on the same machine sends a hundred megabytes in between.
const LOOK: Duration = Duration::from_millis(100);

/// The HTTP client for everything that is asked of the homeserver. `limit`: how long a request may take.
pub(super) fn client(limit: Duration) -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .user_agent(concat!("tigerdesk/", env!("CARGO_PKG_VERSION")))
        .min_tls_version(tls::Version::TLS_1_2)
        .no_gzip()
        .timeout(limit)
        .build()
}

/// Does `work`, which waits for one answer, unless that becomes too long. `work` can be dropped at any moment. The SDK's futures
/// are large and of deep types: beyond here nobody has to know.
///
/// # Errors
///
/// When the answer is too long: what to do next.
pub(super) fn bounded<'w, T: Send + 'w>(
    work: impl Future<Output = T> + Send + 'w,
) -> Pin<Box<dyn Future<Output = Result<T, Trouble>> + Send + 'w>> {
    Box::pin(bounded_by(LIMIT, work))
}

async fn bounded_by<T>(limit: u64, work: impl Future<Output = T>) -> Result<T, Trouble> {
    let before = resident();
    let flooded = async {
        loop {
            tokio::time::sleep(LOOK).await;
            if resident().saturating_sub(before) >= limit {
                break;
            }
        }
    };
    tokio::select! {
        biased;
        done = work => Ok(done),
        () = flooded => Err(Trouble::again("the homeserver's answer is too long, and was not read to its end")),
    }
}

/// The memory that the process has in use, in bytes. 0 where the system does not tell.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or_default().saturating_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_grows_without_end_is_stopped_and_what_does_not_is_waited_for() {
        assert!(resident() > 1_000_000);
        let grows = async {
            let mut answer: Vec<u8> = Vec::new();
            loop {
                answer.resize(answer.len() + (1 << 20), 7);
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let ended: Result<(), _> = bounded_by(32 << 20, grows).await;
        assert!(matches!(ended, Err(Trouble::Again { after: None, .. })), "{ended:?}");
        let waits = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            7
        };
        assert_eq!(bounded(waits).await, Ok(7));
    }
}
