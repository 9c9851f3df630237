//! What is counted and measured, in the text format of Prometheus.

use std::{
    fs,
    sync::{Mutex, PoisonError, atomic::AtomicU64},
    time::{Duration, Instant},
};

use prometheus_client::{
    encoding::{EncodeLabelSet, prometheus_text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram, info::Info},
    registry::{Metric, Registry},
};

use super::State;

pub(super) use prometheus_client::encoding::prometheus_text::CONTENT_TYPE;

/// The name of every metric; those of the duration end in `_bucket`, `_sum` and `_count` besides.
pub const NAMES: [&str; 22] = [
    "tigerdesk_build_info",
    "tigerdesk_clock_skew_seconds",
    "tigerdesk_command_duration_seconds",
    "tigerdesk_commands_total",
    "tigerdesk_dataset_faults",
    "tigerdesk_dataset_held",
    "tigerdesk_dataset_reading_seconds",
    "tigerdesk_dataset_records",
    "tigerdesk_decryption_failures_total",
    "tigerdesk_outbox_oldest_seconds",
    "tigerdesk_outbox_parked",
    "tigerdesk_outbox_waiting",
    "tigerdesk_ready",
    "tigerdesk_release_age_seconds",
    "tigerdesk_release_number",
    "tigerdesk_resident_memory_bytes",
    "tigerdesk_rooms",
    "tigerdesk_send_retries_total",
    "tigerdesk_sends_total",
    "tigerdesk_signed_in",
    "tigerdesk_sync_age_seconds",
    "tigerdesk_uptime_seconds",
];

/// Upper bounds of the histogram's buckets, in seconds: from an answer on the same machine to one that waited for a
/// homeserver's limits.
const BUCKETS: [f64; 14] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 600.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Command {
    word: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Word {
    word: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Send {
    purpose: &'static str,
    status: &'static str,
}

type Number = Gauge<u64, AtomicU64>;
type Seconds = Gauge<f64, AtomicU64>;

/// What is counted while the bot runs, and what is looked at when somebody asks.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    started: Instant,
    commands: Family<Command, Counter>,
    durations: Family<Word, Histogram, fn() -> Histogram>,
    sends: Family<Send, Counter>,
    retries: Family<Send, Counter>,
    undecrypted: Counter,
    /// Held while the gauges are set and written, so that each answer is of one moment.
    gauges: Mutex<Gauges>,
}

#[derive(Debug, Default)]
struct Gauges {
    signed_in: Number,
    ready: Number,
    sync_age: Seconds,
    clock_skew: Gauge,
    rooms: Number,
    release: Number,
    release_age: Seconds,
    records: Number,
    faults: Number,
    held: Number,
    reading: Seconds,
    waiting: Number,
    parked: Number,
    oldest: Seconds,
    memory: Number,
    uptime: Seconds,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("tigerdesk");
        let gauges = Gauges::default();
        gauges.register(&mut registry);
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The version of the bot", version);
        let histogram: fn() -> Histogram = || Histogram::new(BUCKETS);
        Self {
            started: Instant::now(),
            commands: counted(&mut registry, "commands", "Commands by word and by what became of them"),
            durations: registered(
                &mut registry,
                "command_duration_seconds",
                "From the arrival of a command until the homeserver has its answer",
                Family::new_with_constructor(histogram),
            ),
            sends: counted(&mut registry, "sends", "Attempts to send a message, by purpose and HTTP status"),
            retries: counted(&mut registry, "send_retries", "Those of them that were not the first for their message"),
            undecrypted: counted(
                &mut registry,
                "decryption_failures",
                "Messages that could not be decrypted when they came; their keys may have come later",
            ),
            gauges: Mutex::new(gauges),
            registry,
        }
    }
}

impl Metrics {
    /// A command was dealt with. `outcome`: `answered`, `failed` (an apology was sent) or `dropped` (nothing was).
    pub fn command(&self, word: &'static str, outcome: &'static str, took: Duration) {
        self.commands.get_or_create(&Command { word, outcome }).inc();
        self.durations.get_or_create(&Word { word }).observe(took.as_secs_f64());
    }

    /// A message was tried to be sent: `Err` with the HTTP status if it was not taken, if there was one. `again`: not for
    /// the first time.
    pub fn sent(&self, purpose: &'static str, outcome: Result<(), Option<u16>>, again: bool) {
        let status = match outcome {
            Ok(()) => "ok",
            Err(Some(429)) => "429",
            Err(Some(400..=499)) => "4xx",
            Err(Some(500..)) => "5xx",
            Err(_) => "network",
        };
        let send = Send { purpose, status };
        self.sends.get_or_create(&send).inc();
        if again {
            self.retries.get_or_create(&send).inc();
        }
    }

    /// A message came that could not be decrypted.
    pub fn undecrypted(&self) {
        self.undecrypted.inc();
    }

    /// Everything, with how the bot stands.
    #[must_use]
    pub fn render(&self, state: &State) -> String {
        let gauges = self.gauges.lock().unwrap_or_else(PoisonError::into_inner);
        gauges.set(state, self.started.elapsed());
        let mut text = String::new();
        // Writing to a String never fails.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

impl Gauges {
    fn register(&self, registry: &mut Registry) {
        let numbers = [
            ("signed_in", "Whether the bot is signed in to its homeserver", &self.signed_in),
            ("ready", "Whether a question would be answered: what /readyz tells", &self.ready),
            ("rooms", "Rooms that the bot is in", &self.rooms),
            ("release_number", "The number of the release that is answered from", &self.release),
            ("dataset_records", "Records in that release", &self.records),
            ("dataset_faults", "Faults in a newer dataset, which is not taken up for them", &self.faults),
            ("dataset_held", "Whether a newer dataset is held because it withdraws too much", &self.held),
            ("outbox_waiting", "Messages that wait to be said unasked", &self.waiting),
            ("outbox_parked", "Messages that were given up because their rooms did not take them", &self.parked),
            ("resident_memory_bytes", "Memory that the process has in use", &self.memory),
        ];
        for (name, help, gauge) in numbers {
            registry.register(name, help, gauge.clone());
        }
        let help = "By how much this machine's clock is ahead of the homeserver's, if it is by a minute and more";
        registry.register("clock_skew_seconds", help, self.clock_skew.clone());
        let seconds = [
            (
                "sync_age_seconds",
                "Since the homeserver last answered a sync; since the start if it never did",
                &self.sync_age,
            ),
            ("release_age_seconds", "Since the release that is answered from was taken up", &self.release_age),
            ("outbox_oldest_seconds", "For how long the oldest message in the outbox has been waiting", &self.oldest),
            ("dataset_reading_seconds", "For how long the dataset is being read; 0 if it is not", &self.reading),
            ("uptime_seconds", "Since the process started", &self.uptime),
        ];
        for (name, help, gauge) in seconds {
            registry.register(name, help, gauge.clone());
        }
    }

    fn set(&self, state: &State, uptime: Duration) {
        let release = state.release.unwrap_or_default();
        let outbox = state.outbox.unwrap_or_default();
        for (gauge, number) in [
            (&self.signed_in, u64::from(state.account.is_some())),
            (&self.ready, u64::from(state.readiness().0)),
            (&self.rooms, state.rooms as u64),
            (&self.release, release.number),
            (&self.records, release.records as u64),
            (&self.faults, state.faults as u64),
            (&self.held, u64::from(state.held)),
            (&self.waiting, outbox.waiting),
            (&self.parked, outbox.parked),
            (&self.memory, resident_memory()),
        ] {
            gauge.set(number);
        }
        self.clock_skew.set(state.clock_skew);
        for (gauge, duration) in [
            (&self.sync_age, state.since_sync.unwrap_or(uptime)),
            (&self.release_age, release.age),
            (&self.oldest, outbox.oldest),
            (&self.reading, state.reading),
            (&self.uptime, uptime),
        ] {
            gauge.set(duration.as_secs_f64());
        }
    }
}

fn counted<M: Metric + Clone + Default>(registry: &mut Registry, name: &str, help: &str) -> M {
    registered(registry, name, help, M::default())
}

fn registered<M: Metric + Clone>(registry: &mut Registry, name: &str, help: &str, metric: M) -> M {
    registry.register(name, help, metric.clone());
    metric
}

/// The memory that the process has in use, in bytes. 0 where the system does not tell.
fn resident_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0_u64) * 1024
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn rendered() -> String {
        let metrics = Metrics::default();
        metrics.command("company", "answered", Duration::from_millis(30));
        metrics.sent("digest", Ok(()), false);
        for status in [Some(429), Some(403), Some(502), None] {
            metrics.sent("digest", Err(status), true);
        }
        metrics.undecrypted();
        metrics.render(&State { rooms: 3, ..State::default() })
    }

    #[test]
    fn every_metric_is_known_by_its_name() {
        let text = rendered();
        let told: BTreeSet<&str> =
            text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
        assert_eq!(told, BTreeSet::from(NAMES), "{text}");
        let helped = text.lines().filter(|line| line.starts_with("# HELP ")).count();
        assert_eq!(helped, NAMES.len(), "{text}");
    }

    #[test]
    fn numbers_stand_under_their_labels() {
        let text = rendered();
        for line in [
            r#"tigerdesk_commands_total{word="company",outcome="answered"} 1"#,
            r#"tigerdesk_command_duration_seconds_bucket{word="company",le="0.05"} 1"#,
            r#"tigerdesk_sends_total{purpose="digest",status="ok"} 1"#,
            r#"tigerdesk_sends_total{purpose="digest",status="429"} 1"#,
            r#"tigerdesk_sends_total{purpose="digest",status="4xx"} 1"#,
            r#"tigerdesk_sends_total{purpose="digest",status="5xx"} 1"#,
            r#"tigerdesk_sends_total{purpose="digest",status="network"} 1"#,
            r#"tigerdesk_send_retries_total{purpose="digest",status="429"} 1"#,
            "tigerdesk_decryption_failures_total 1",
            "tigerdesk_rooms 3",
            "tigerdesk_ready 0",
        ] {
            assert!(text.lines().any(|told| told == line), "{line} is not in:\n{text}");
        }
        let memory = text.lines().find_map(|line| line.strip_prefix("tigerdesk_resident_memory_bytes "));
        assert!(memory.unwrap().parse::<u64>().unwrap() > 1_000_000);
    }
}
