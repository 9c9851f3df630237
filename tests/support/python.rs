//! The virtual environment that Synapse runs in: made once, kept between runs.

use std::{
    collections::hash_map::DefaultHasher,
    env,
    ffi::OsStr,
    fs::{self, File},
    hash::{Hash as _, Hasher as _},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use anyhow::{Context as _, Result, anyhow, bail};

use super::guard;

/// Synapse and everything it needs, pinned.
const REQUIREMENTS: &str = include_str!("requirements.txt");

/// The Python interpreter of an environment in which Synapse is installed.
///
/// The environment is made on first use, in `$TIGERDESK_TEST_VENV` or else beside Cargo's output, and used again by
/// later runs until the requirements change.
pub fn interpreter() -> Result<&'static Path> {
    static INTERPRETER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let made = INTERPRETER.get_or_init(|| provide().map_err(|error| format!("{error:#}")));
    made.as_deref().map_err(|error| anyhow!("no Python environment with Synapse: {error}"))
}

fn provide() -> Result<PathBuf> {
    let folder = folder()?;
    let parent = folder.parent().context("the environment's folder has no parent")?;
    fs::create_dir_all(parent).with_context(|| format!("can't make {}", parent.display()))?;
    // Several test processes may start at once: one makes the environment, the others wait for it here. The lock
    // goes with its process, so that one that was killed half-way holds up nobody.
    let lock = File::create(folder.with_extension("lock")).context("can't make the environment's lock file")?;
    lock.lock().context("can't lock the environment")?;

    let python = folder.join("bin/python");
    let complete = folder.join("complete");
    if complete.exists() && runs_synapse(&python) {
        return Ok(python);
    }
    eprintln!("making the Python environment for Synapse in {} (once, about a minute)", folder.display());
    if folder.exists() {
        fs::remove_dir_all(&folder).context("can't remove a half-made environment")?;
    }
    run("python3 -m venv", Command::new(base()).args(["-m", "venv"]).arg(&folder))?;
    let requirements = folder.join("requirements.txt");
    fs::write(&requirements, REQUIREMENTS)?;
    run(
        "pip install",
        Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "-r"])
            .arg(&requirements),
    )?;
    if !runs_synapse(&python) {
        bail!("Synapse was installed in {} but can't be imported", folder.display());
    }
    // Written last: an environment without it is a half-made one.
    fs::write(&complete, "")?;
    Ok(python)
}

/// The Python that the environment is made with: the system's if it can, else the first in `PATH`.
///
/// Those who build a Python by hand mostly leave out the optimisations that distributions build theirs with, and Synapse
/// then takes twice the time for the same.
fn base() -> &'static str {
    const SYSTEM: &str = "/usr/bin/python3";
    let able = succeeds(SYSTEM, "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))");
    if able { SYSTEM } else { "python3" }
}

/// `$TIGERDESK_TEST_VENV`, or a folder in Cargo's target folder that is named after the requirements and the Python.
fn folder() -> Result<PathBuf> {
    if let Some(folder) = env::var_os("TIGERDESK_TEST_VENV").filter(|folder| !folder.is_empty()) {
        return std::path::absolute(folder).context("TIGERDESK_TEST_VENV is not a usable path");
    }
    let mut hasher = DefaultHasher::new();
    (REQUIREMENTS, base()).hash(&mut hasher);
    let name = format!("tigerdesk-synapse-{:016x}", hasher.finish());
    let program = env::current_exe()?;
    // Cargo marks the top of its output with this file, wherever a setting has put it.
    let target = program.ancestors().find(|folder| folder.join("CACHEDIR.TAG").exists());
    let parent = match (target, env::var_os("HOME")) {
        (Some(target), _) => target.to_owned(),
        (None, Some(home)) => PathBuf::from(home).join(".cache"),
        (None, None) => bail!("no folder to keep it in: set TIGERDESK_TEST_VENV"),
    };
    Ok(parent.join(name))
}

/// False also when the interpreter that the environment was made with is gone.
fn runs_synapse(python: &Path) -> bool {
    succeeds(python, "import synapse.app.homeserver")
}

/// Whether an interpreter is there and carries out `program` without an error.
fn succeeds(python: impl AsRef<OsStr>, program: &str) -> bool {
    Command::new(python)
        .args(["-c", program])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn run(what: &str, command: &mut Command) -> Result<()> {
    let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let process = command.spawn().with_context(|| format!("`{what}` does not start"))?;
    // Killed with us: left behind, it would write into an environment that the next run is making anew.
    let id = process.id();
    guard::watch_process(id)?;
    let output = process.wait_with_output()?;
    guard::forget_process(id)?;
    if output.status.success() {
        return Ok(());
    }
    // `venv` explains on standard output what package the system lacks, pip on standard error.
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let lines: Vec<&str> = said.lines().collect();
    bail!("`{what}` failed ({}):\n{}", output.status, lines[lines.len().saturating_sub(20)..].join("\n"));
}
