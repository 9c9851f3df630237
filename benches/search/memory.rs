//! How much memory and time the process takes, as Linux tells it.

use std::fs;

/// Memory that is in use now, in MiB.
pub fn resident() -> f64 {
    status("VmRSS:")
}

/// The most that was ever in use, in MiB.
pub fn peak() -> f64 {
    status("VmHWM:")
}

/// The processor time that this thread has had, in seconds: what others do on the machine is not in it.
pub fn processor() -> f64 {
    let told = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds: f64 = told.split(' ').next().and_then(|spent| spent.parse().ok()).unwrap_or_default();
    nanoseconds / 1e9
}

fn status(name: &str) -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("0 kB");
    let kib: f64 = line.trim().trim_end_matches(" kB").trim().parse().unwrap_or(0.0);
    kib / 1024.0
}
