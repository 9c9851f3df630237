//! The guard: a tiny process that ends our children when we are gone, even after SIGKILL (see `guard.py`).

use std::{
    io::Write as _,
    os::unix::process::CommandExt as _,
    path::Path,
    process::{ChildStdin, Command, Stdio},
    sync::{Mutex, OnceLock, PoisonError},
};

use anyhow::{Context as _, Result, anyhow};

/// Has `process` killed when this process ends.
pub fn watch_process(process: u32) -> Result<()> {
    order(&format!("process {process}"))
}

/// `process` has ended and was waited for: its number may be somebody else's from now on.
pub fn forget_process(process: u32) -> Result<()> {
    order(&format!("forget {process}"))
}

/// Has `folder` removed when this process ends.
pub fn watch_folder(folder: &Path) -> Result<()> {
    order(&format!("folder {}", folder.display()))
}

fn order(line: &str) -> Result<()> {
    static GUARD: OnceLock<Result<Mutex<ChildStdin>, String>> = OnceLock::new();
    let guard = GUARD.get_or_init(|| start().map(Mutex::new).map_err(|error| format!("{error:#}")));
    let guard = guard.as_ref().map_err(|error| anyhow!("{error}"))?;
    let mut pipe = guard.lock().unwrap_or_else(PoisonError::into_inner);
    writeln!(pipe, "{line}").context("the guard process is gone")
}

fn start() -> Result<ChildStdin> {
    let mut child = Command::new("python3")
        .args(["-c", include_str!("guard.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .context("python3 does not start: the end-to-end tests need Python 3.10 or newer")?;
    child.stdin.take().context("the guard has no standard input")
}
