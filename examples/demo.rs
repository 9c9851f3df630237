//! `cargo run --example demo`: a homeserver, an encrypted room with a person and the desk in it, and a conversation.
//!
//! Any Matrix client on this machine can walk in with the address, name and password that it prints. Ctrl-C (or SIGTERM)
//! ends everything, in order: the bot first, then the homeserver, whose folder goes with it.
#![expect(clippy::print_stdout, reason = "the demo is what it prints")]

use std::{
    env,
    path::Path,
    process::{Command, ExitCode},
};

use anyhow::{Context as _, Result, bail, ensure};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    task::spawn_blocking,
};

#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../tests/support/mod.rs"]
mod support;

use support::{
    account::Account,
    bot::{self, Installation},
    listen::Participant as _,
    sealed::{Identity, SealedPerson},
    synapse::{SERVER_NAME, Synapse},
};

const CONVERSATION: [&str; 4] = ["!company moonshot", "!timeline 2023-11", "!search export controls", "!help"];

/// Ctrl-C, or SIGTERM.
struct Farewell {
    interrupt: Signal,
    terminate: Signal,
}

impl Farewell {
    fn new() -> Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn said(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nThe demo failed: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(demo());
    // Installing or starting Synapse can't be interrupted from here: not waited for, it is ended by the guard.
    runtime.shutdown_background();
    result
}

async fn demo() -> Result<()> {
    let mut farewell = Farewell::new()?;
    let server = tokio::select! {
        server = raise() => server?,
        () = farewell.said() => return Ok(()),
    };
    let desk = tokio::select! {
        desk = hire(&server) => desk?,
        () = farewell.said() => return Ok(()),
    };
    let mut bot = desk.start()?;
    let outcome = tokio::select! {
        outcome = play(&server, &desk) => outcome,
        status = bot.ended() => status.and_then(|status| bail!("the bot ended by itself ({status})")),
        () = farewell.said() => Ok(()),
    };
    let outcome = outcome.with_context(|| format!("the bot's log:\n{}", bot.log()));
    if outcome.is_ok() {
        println!("\nStopping the bot and the homeserver.");
        bot.terminate().await?;
    }
    drop(server);
    outcome
}

/// Brings up the homeserver, and builds the bot meanwhile.
async fn raise() -> Result<Synapse> {
    println!("Starting a homeserver (the first time, Synapse is installed: about a minute) …");
    let server = spawn_blocking(Synapse::start);
    spawn_blocking(build).await??;
    server.await?
}

/// Builds the bot's binary, which Cargo does not do for an example, in the way that this example was built.
fn build() -> Result<()> {
    let binary = bot::binary()?;
    let folder = binary.parent().and_then(Path::file_name).context("the binary is in no profile's folder")?;
    let profile = if folder == "debug" { "dev".as_ref() } else { folder };
    let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--quiet", "--bin", "tigerdesk", "--profile"])
        .arg(profile)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .context("cargo does not start")?;
    ensure!(status.success(), "tigerdesk can't be built");
    Ok(())
}

/// Registers the bot and prepares its settings: the five that `run` needs.
async fn hire(server: &Synapse) -> Result<Installation> {
    let password = format!("{:032x}", rand::random::<u128>());
    let account = Account::register_as(server, "tigerdesk", &password).await?;
    let mut desk = Installation::with_account(account)?;
    desk.quiet = true;
    Ok(desk)
}

/// The person makes the room and asks; then the room stays open for as long as this is waited for.
async fn play(server: &Synapse, desk: &Installation) -> Result<()> {
    let account = Account::register_as(server, "alice", "six-tigers").await?;
    // Cross-signing is left to the client with which somebody walks in: it can then set it up without our keys.
    let alice = SealedPerson::log_in(account, Identity::Bare).await?;
    let room = alice.create_room_called(Some("desk"), &[desk.user_id()]).await?;
    println!();
    println!("  Homeserver  {}", server.address());
    println!("  Name        {}", alice.account.user_id);
    println!("  Password    {}", alice.account.password);
    println!("  Room        #desk:{SERVER_NAME} ({room}), encrypted");
    println!("  The bot     {}", desk.user_id());
    alice.wait_joined(&room, desk.user_id()).await?;
    for question in CONVERSATION {
        println!("\n── alice: {question}");
        let answer = alice.ask(&room, question).await?;
        if !answer.decrypted {
            bail!("the answer did not come encrypted: {answer}");
        }
        println!("── tigerdesk:");
        for line in answer.body().lines() {
            println!("   {line}");
        }
    }
    println!("\nThe room stays open. Ctrl-C ends it.");
    std::future::pending().await
}
