//! A Synapse of our own, on a loopback port, in a folder of its own.

use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, anyhow, bail};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{PATIENCE, guard, python};

/// The homeserver's name, in user ids. It federates with nobody.
pub const SERVER_NAME: &str = "desk.test";

/// So many events of a room one sync brings, if the client asks for so many.
pub const TIMELINE_LIMIT: u32 = 1000;

/// A running Synapse; stopped and its folder removed when dropped, or by the guard if this process ends before that.
#[derive(Debug)]
pub struct Synapse {
    process: Child,
    port: u16,
    folder: TempDir,
}

/// How many messages a person may send.
#[derive(Clone, Copy, Debug)]
pub enum Messages {
    /// As many as they like.
    Boundless,
    /// What Synapse allows if nobody says otherwise: ten at once, then one every five seconds.
    Default,
    /// Five times as many: two at once, then one a second.
    Scarce,
}

impl Synapse {
    /// The one that all tests of this process share; each brings accounts and rooms of its own.
    pub fn shared() -> Result<&'static Self> {
        static SHARED: OnceLock<Result<Synapse, String>> = OnceLock::new();
        let shared = SHARED.get_or_init(|| Self::start().map_err(|error| format!("{error:#}")));
        shared.as_ref().map_err(|error| anyhow!("no homeserver to test with: {error}"))
    }

    /// Starts a Synapse and waits until it answers. It limits nobody.
    pub fn start() -> Result<Self> {
        Self::start_with(Messages::Boundless)
    }

    /// Starts a Synapse of another name.
    pub fn start_named(name: &str) -> Result<Self> {
        Self::start_as(name, Messages::Boundless, None)
    }

    /// Starts a Synapse on which a session lasts so many seconds.
    pub fn start_forgetful(seconds: u32) -> Result<Self> {
        Self::start_as(SERVER_NAME, Messages::Boundless, Some(seconds))
    }

    /// Starts a Synapse that limits messages as this says, and waits until it answers.
    pub fn start_with(messages: Messages) -> Result<Self> {
        Self::start_as(SERVER_NAME, messages, None)
    }

    fn start_as(name: &str, messages: Messages, lifetime: Option<u32>) -> Result<Self> {
        let python = python::interpreter()?;
        let mut attempts = 0;
        loop {
            attempts += 1;
            match Self::attempt(python, name, messages, lifetime) {
                // Between our choice of a port and Synapse's use of it, somebody else may take it.
                Err(error) if attempts < 5 && error.to_string().contains("already in use") => {}
                outcome => return outcome,
            }
        }
    }

    /// The address for clients, without a trailing slash.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    fn attempt(python: &Path, name: &str, messages: Messages, lifetime: Option<u32>) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("tigerdesk-synapse-").tempdir()?;
        guard::watch_folder(folder.path())?;
        let port = free_port()?;
        let config = folder.path().join("homeserver.yaml");
        let mut settings = settings(folder.path(), name, port, messages);
        if let Some(seconds) = lifetime {
            settings["session_lifetime"] = json!(format!("{seconds}s"));
        }
        // JSON is YAML.
        fs::write(&config, settings.to_string())?;
        fs::write(folder.path().join("log.yaml"), log_settings(folder.path()).to_string())?;
        let output = File::create(folder.path().join("output"))?;
        let process = Command::new(python)
            .args(["-m", "synapse.app.homeserver", "-c"])
            .arg(&config)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            // Ctrl-C in a terminal is for us alone: we stop it when the bot is done with it.
            .process_group(0)
            .spawn()
            .context("Synapse does not start")?;
        guard::watch_process(process.id())?;
        let mut synapse = Self { process, port, folder };
        synapse.wait_ready()?;
        Ok(synapse)
    }

    fn wait_ready(&mut self) -> Result<()> {
        let start = Instant::now();
        loop {
            let answers = answers(self.port);
            // Asked in this order, an answer that came from somebody else on our port is not taken for Synapse's.
            if let Some(status) = self.process.try_wait()? {
                bail!("Synapse ended while starting ({status}):\n{}", self.last_words());
            }
            if answers {
                return Ok(());
            }
            if start.elapsed() > PATIENCE {
                bail!("Synapse did not answer within {PATIENCE:?}:\n{}", self.last_words());
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// The end of what Synapse printed and logged.
    fn last_words(&self) -> String {
        let read = |name| fs::read_to_string(self.folder.path().join(name)).unwrap_or_default();
        let said = [read("output"), read("homeserver.log")].concat();
        let lines: Vec<&str> = said.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}

impl Drop for Synapse {
    fn drop(&mut self) {
        // Its folder goes with it: there is nothing to save, so nothing to ask it to do first.
        let killed = self.process.kill().and_then(|()| self.process.wait());
        if let Err(error) = killed.map_err(Into::into).and_then(|_| guard::forget_process(self.process.id())) {
            eprintln!("Synapse could not be stopped: {error:#}");
        }
    }
}

/// A port on 127.0.0.1 that nobody listens on.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Whether the homeserver on `port` answers. Blocking and by hand: tests that share it each have a runtime of their own.
fn answers(port: u16) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        stream.write_all(b"GET /_matrix/client/versions HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.contains(" 200 ") && answer.contains("versions"))
}

fn settings(folder: &Path, name: &str, port: u16, messages: Messages) -> Value {
    let boundless = json!({ "per_second": 100_000, "burst_count": 100_000 });
    let messages = match messages {
        Messages::Boundless => boundless.clone(),
        // What Synapse does when nothing is set.
        Messages::Default => json!({ "per_second": 0.2, "burst_count": 10 }),
        Messages::Scarce => json!({ "per_second": 1, "burst_count": 2 }),
    };
    json!({
        "server_name": name,
        "public_baseurl": format!("http://127.0.0.1:{port}/"),
        "pid_file": folder.join("homeserver.pid"),
        "listeners": [{
            "port": port, "type": "http", "tls": false, "bind_addresses": ["127.0.0.1"],
            "resources": [{ "names": ["client"] }],
        }],
        "database": { "name": "sqlite3", "args": { "database": folder.join("homeserver.db") } },
        "log_config": folder.join("log.yaml"),
        "media_store_path": folder.join("media"),
        // Secrets of a server that nobody but its test can reach.
        "signing_key": format!("ed25519 a_test {}", "A".repeat(43)),
        "macaroon_secret_key": "macaroon",
        "form_secret": "form",
        "enable_registration": true,
        "enable_registration_without_verification": true,
        "report_stats": false,
        "trusted_key_servers": [],
        // What it does for clients other than ours takes a tenth of its time, and looking for garbage as much.
        "presence": { "enabled": false },
        "push": { "enabled": false },
        "stats": { "enabled": false },
        "update_user_directory_from_worker": "nobody",
        "gc_min_interval": ["10s", "1m", "10m"],
        "bcrypt_rounds": 4,
        "caches": { "global_factor": 0.5 },
        // By default it cuts every timeline at 100 events, whatever the client asks for.
        "filter_timeline_limit": TIMELINE_LIMIT,
        "rc_message": messages,
        "rc_registration": boundless,
        "rc_login": { "address": boundless, "account": boundless, "failed_attempts": boundless },
        "rc_joins": { "local": boundless, "remote": boundless },
        "rc_joins_per_room": boundless,
        "rc_invites": { "per_room": boundless, "per_user": boundless, "per_issuer": boundless },
        "rc_room_creation": boundless,
        "rc_key_requests": boundless,
        "rc_admin_redaction": boundless,
    })
}

fn log_settings(folder: &Path) -> Value {
    json!({
        "version": 1,
        "formatters": { "line": { "format": "%(asctime)s %(levelname)s %(name)s: %(message)s" } },
        "handlers": { "file": {
            "class": "logging.FileHandler", "formatter": "line", "filename": folder.join("homeserver.log"),
        } },
        "root": { "level": "WARNING", "handlers": ["file"] },
        "disable_existing_loggers": false,
    })
}
