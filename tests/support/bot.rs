//! The bot under test: the real `tigerdesk` binary, set up as its users set it up.

use std::{
    collections::BTreeMap,
    env,
    ffi::OsString,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::{
    process::{Child, Command},
    time::timeout,
};

use super::{PATIENCE, account::Account, guard, synapse::Synapse};

/// How long the bot may take to end in order. It takes five seconds of its own at most; a busy machine adds to them.
const FAREWELL: Duration = Duration::from_secs(30);

/// A bot's account, settings and state folder: what stays when its process is started, killed and started again.
#[derive(Debug)]
pub struct Installation {
    /// The bot's account.
    pub account: Account,
    folder: Arc<TempDir>,
    settings: BTreeMap<String, String>,
    /// The command that becomes the bot, if it does not begin as one.
    wrapper: Vec<String>,
    starts: AtomicU32,
    /// Keeps the bot's log out of our output. In tests it is written there, where it is shown only if the test fails.
    pub quiet: bool,
}

/// How a process of the bot ended.
#[derive(Debug)]
pub struct Exit {
    /// The exit code and the signal.
    pub status: ExitStatus,
    /// What it wrote to standard error.
    pub stderr: String,
}

/// A running process of the bot; killed when dropped, or by the guard if this process ends before that.
#[derive(Debug)]
pub struct Bot {
    process: Child,
    id: u32,
    log: PathBuf,
    quiet: bool,
    /// The state folder stays for as long as the process runs.
    _folder: Arc<TempDir>,
}

impl Installation {
    /// A new account on `server`, the five settings that `run` needs, and no ear for who asks how it is.
    pub async fn new(server: &Synapse) -> Result<Self> {
        Self::with_account(Account::register(server, "tigerdesk").await?)
    }

    /// The same for `account`.
    pub fn with_account(account: Account) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("tigerdesk-state-").tempdir()?;
        guard::watch_folder(folder.path())?;
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
        let settings = [
            ("MATRIX__HOMESERVER", account.address.clone()),
            ("MATRIX__USERNAME", account.localpart.clone()),
            ("MATRIX__PASSWORD", account.password.clone()),
            ("STATE__DIR", folder.path().join("state").display().to_string()),
            ("DATA__DIR", data.display().to_string()),
            // On a slow machine minutes pass between what is asked while it is down and its start.
            ("MATRIX__MAX_QUESTION_AGE", "2h".to_owned()),
            // Many bots run side by side here.
            ("OPS__LISTEN", String::new()),
        ];
        let settings = settings.into_iter().map(|(key, value)| (format!("TIGERDESK__{key}"), value)).collect();
        Ok(Self {
            account,
            folder: Arc::new(folder),
            settings,
            wrapper: Vec::new(),
            starts: AtomicU32::new(0),
            quiet: false,
        })
    }

    /// Gives the setting `key` (`MATRIX__HOMESERVER`, …) another value.
    #[must_use]
    pub fn set(mut self, key: &str, value: &str) -> Self {
        self.settings.insert(format!("TIGERDESK__{key}"), value.to_owned());
        self
    }

    /// Gives a variable of the environment that is no setting a value.
    #[must_use]
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.settings.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Has the bot started by another command, which is to become it: it is given the program and its arguments.
    #[must_use]
    pub fn under(mut self, wrapper: Vec<String>) -> Self {
        self.wrapper = wrapper;
        self
    }

    /// Leaves the setting `key` out.
    #[must_use]
    pub fn without(mut self, key: &str) -> Self {
        self.settings.remove(&format!("TIGERDESK__{key}"));
        self
    }

    /// The bot's full user id.
    pub fn user_id(&self) -> &str {
        &self.account.user_id
    }

    /// The state folder, which the bot makes.
    pub fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// Has the bot, which must not be running, log in anew at its next start, as somebody does who sets its session aside.
    pub fn forget_session(&self) -> Result<()> {
        for entry in fs::read_dir(self.state())? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with("matrix-sdk-") {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// Starts `tigerdesk run`.
    pub fn start(&self) -> Result<Bot> {
        let number = self.starts.fetch_add(1, Ordering::Relaxed) + 1;
        let log = self.folder.path().join(format!("stderr-{number}"));
        let binary = binary()?.into_os_string();
        let mut words = self.wrapper.iter().map(OsString::from).chain([binary, "run".into()]);
        let mut command = Command::new(words.next().context("no command")?);
        command.args(words).current_dir(self.folder.path());
        for (key, _) in env::vars_os() {
            if key.to_string_lossy().starts_with("TIGERDESK__") {
                command.env_remove(key);
            }
        }
        let process = command
            .envs(&self.settings)
            .env("NO_PROXY", "127.0.0.1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log)?)
            .kill_on_drop(true)
            // Ctrl-C in a terminal is for us alone: we stop the bot.
            .process_group(0)
            .spawn()
            .context("tigerdesk does not start")?;
        let id = process.id().context("tigerdesk has no process id")?;
        guard::watch_process(id)?;
        Ok(Bot { process, id, log, quiet: self.quiet, _folder: Arc::clone(&self.folder) })
    }
}

impl Bot {
    /// Sends SIGTERM; fails unless the bot ends in order, and soon.
    pub async fn terminate(self) -> Result<()> {
        self.end_by(Signal::TERM).await
    }

    /// Sends SIGINT (Ctrl-C); fails unless the bot ends in order, and soon.
    pub async fn interrupt(self) -> Result<()> {
        self.end_by(Signal::INT).await
    }

    /// Sends SIGHUP: the bot reads its dataset again.
    pub fn hang_up(&mut self) -> Result<()> {
        self.signal(Signal::HUP)
    }

    async fn end_by(mut self, signal: Signal) -> Result<()> {
        self.signal(signal)?;
        let Ok(status) = timeout(FAREWELL, self.process.wait()).await else {
            bail!("tigerdesk still runs {FAREWELL:?} after {signal:?}");
        };
        let status = status?;
        guard::forget_process(self.id)?;
        ensure!(status.code() == Some(0), "tigerdesk did not end in order after {signal:?}: {status}");
        Ok(())
    }

    /// Sends SIGKILL and waits until the process is gone.
    pub async fn kill(mut self) -> Result<()> {
        ensure!(self.process.try_wait()?.is_none(), "tigerdesk had ended by itself");
        self.process.kill().await?;
        guard::forget_process(self.id)
    }

    /// Waits until the bot ends by itself.
    pub async fn wait_exit(mut self) -> Result<Exit> {
        let Ok(status) = timeout(PATIENCE, self.ended()).await else {
            bail!("tigerdesk still runs after {PATIENCE:?}");
        };
        let status = status?;
        guard::forget_process(self.id)?;
        Ok(Exit { status, stderr: self.log() })
    }

    /// Waits for as long as it takes until the bot ends by itself.
    pub async fn ended(&mut self) -> Result<ExitStatus> {
        Ok(self.process.wait().await?)
    }

    /// The process' id.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The most memory that the process has had in use, in bytes.
    pub fn peak_memory(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no peak")?;
        Ok(peak.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
    }

    /// What the bot wrote to standard error up to now.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_else(|error| format!("(no log: {error})"))
    }

    fn signal(&mut self, signal: Signal) -> Result<()> {
        ensure!(self.process.try_wait()?.is_none(), "tigerdesk had ended by itself");
        let id = Pid::from_raw(self.id.cast_signed()).context("process 0")?;
        kill_process(id, signal).with_context(|| format!("can't send {signal:?}"))
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        if !self.quiet {
            eprintln!("── what tigerdesk ({}) wrote ──\n{}", self.id, self.log());
        }
    }
}

/// The binary. Cargo builds it for tests and benchmarks and tells them where it is; an example builds it itself.
pub fn binary() -> Result<PathBuf> {
    if let Some(binary) = option_env!("CARGO_BIN_EXE_tigerdesk") {
        return Ok(binary.into());
    }
    // target/debug/examples/demo → target/debug/tigerdesk
    let program = env::current_exe()?;
    let folder = program.ancestors().nth(2).context("the example is not where Cargo puts it")?;
    Ok(folder.join(format!("tigerdesk{}", env::consts::EXE_SUFFIX)))
}
