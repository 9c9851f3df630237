//! Whoever watches the desk: health, readiness, metrics, the log.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use reqwest::StatusCode;
use serde_json::Value;
use tokio::{net::UnixDatagram, time::timeout};

use crate::{
    digests::Newsroom,
    scene::Scene,
    support::{
        PATIENCE,
        api::http_client,
        bot::{Installation, binary},
        facts::Facts,
        listen::Participant as _,
        proxy::Fault,
        synapse::{Synapse, free_port},
    },
};

/// A bot that tells on a port of its own how it is.
pub fn watched(desk: Installation) -> Result<(Installation, String)> {
    let address = format!("127.0.0.1:{}", free_port()?);
    Ok((desk.set("OPS__LISTEN", &address), address))
}

/// What the bot tells at `path`.
pub async fn get(address: &str, path: &str) -> Result<(StatusCode, String)> {
    let response = http_client()?.get(format!("http://{address}{path}")).send().await?;
    Ok((response.status(), response.text().await?))
}

/// The value of a metric, given with its labels.
pub async fn metric(address: &str, name: &str) -> Result<f64> {
    let (status, text) = get(address, "/metrics").await?;
    ensure!(status == StatusCode::OK, "{status}: {text}");
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.with_context(|| format!("no {name} in:\n{text}"))?.parse().context("not a number")
}

/// Waits until `/readyz` answers with `wanted`; how long that took.
pub async fn wait_ready(address: &str, wanted: StatusCode) -> Result<(Duration, String)> {
    let start = Instant::now();
    loop {
        match get(address, "/readyz").await {
            Ok((status, text)) if status == wanted => return Ok((start.elapsed(), text)),
            last if start.elapsed() > PATIENCE => bail!("not {wanted} within {PATIENCE:?}: {last:?}"),
            _ => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// What `tigerdesk health` says, with its exit code.
pub fn health(address: &str, arguments: &[&str]) -> Result<(Option<i32>, String)> {
    let output =
        Command::new(binary()?).arg("health").args(arguments).env("TIGERDESK__OPS__LISTEN", address).output()?;
    let said = [output.stdout, output.stderr].concat();
    Ok((output.status.code(), String::from_utf8(said)?))
}

#[tokio::test]
async fn it_tells_how_it_is_and_what_it_did() -> Result<()> {
    let (desk, address) = watched(Installation::new(Synapse::shared()?).await?)?;
    let (status, said) = health(&address, &[])?;
    ensure!(status == Some(1) && said.contains("nobody answers"), "not running: {status:?}, {said}");
    let scene = Scene::with(desk).await?;
    wait_ready(&address, StatusCode::OK).await?;
    ensure!(get(&address, "/healthz").await?.0 == StatusCode::OK, "not alive");
    for arguments in [&[][..], &["--alive"]] {
        let (status, said) = health(&address, arguments)?;
        ensure!(status == Some(0), "{arguments:?}: {status:?}, {said}");
    }
    scene.alice.ask(&scene.room, "!company moonshot").await?;
    scene.alice.ask(&scene.room, "!compny moonshot").await?;
    scene.alice.ask(&scene.room, "!help").await?;
    for (name, value) in [
        (r#"tigerdesk_commands_total{word="company",outcome="answered"}"#, 1.0),
        (r#"tigerdesk_commands_total{word="company",outcome="hinted"}"#, 1.0),
        (r#"tigerdesk_command_duration_seconds_count{word="company"}"#, 2.0),
        (r#"tigerdesk_sends_total{purpose="answer",status="ok"}"#, 3.0),
        ("tigerdesk_rooms", 1.0),
        ("tigerdesk_release_number", 1.0),
        ("tigerdesk_dataset_faults", 0.0),
        ("tigerdesk_outbox_waiting", 0.0),
        ("tigerdesk_ready", 1.0),
    ] {
        let told = metric(&address, name).await?;
        ensure!((told - value).abs() < f64::EPSILON, "{name} is {told}, not {value}");
    }
    scene.bot.terminate().await
}

#[tokio::test]
async fn without_its_homeserver_it_is_alive_but_soon_not_ready() -> Result<()> {
    let (desk, proxy) = crate::scene::installation_behind_proxy().await?;
    let (desk, address) = watched(desk)?;
    let bot = desk.start()?;
    wait_ready(&address, StatusCode::OK).await?;
    // Polls hang, as if the cable were cut.
    proxy.harm("", "/", Fault::Hold);
    let (took, told) = wait_ready(&address, StatusCode::SERVICE_UNAVAILABLE).await?;
    ensure!(took < Duration::from_secs(40), "noticed after {took:?} only");
    ensure!(told.contains("the homeserver has not answered for"), "{told}");
    ensure!(get(&address, "/healthz").await?.0 == StatusCode::OK, "not alive");
    let (status, said) = health(&address, &[])?;
    ensure!(status == Some(1) && said.contains("the homeserver has not answered for"), "{status:?}: {said}");
    proxy.heal();
    wait_ready(&address, StatusCode::OK).await?;
    bot.terminate().await
}

#[tokio::test]
async fn a_faulty_dataset_shows_in_the_metrics_until_it_is_mended() -> Result<()> {
    let (desk, address) = watched(Installation::new(Synapse::shared()?).await?)?;
    let newsroom = Newsroom::over(desk, Facts::new()?).await?;
    newsroom.facts.write("faulty.toml", "[[company]]\nid = \"x\"\nname = 3\n")?;
    newsroom.report_with("faulty.toml").await?;
    ensure!(metric(&address, "tigerdesk_dataset_faults").await? > 0.0, "no fault is told");
    ensure!(get(&address, "/readyz").await?.0 == StatusCode::OK, "the old desk does not answer");
    newsroom.facts.remove("faulty.toml")?;
    newsroom.change_and_wait("moonshot-ai", 2_001).await?;
    ensure!(metric(&address, "tigerdesk_dataset_faults").await? < 1.0, "a mended fault is told");
    ensure!(metric(&address, "tigerdesk_release_number").await? > 1.0, "not the new release");
    let sent = metric(&address, r#"tigerdesk_sends_total{purpose="head",status="ok"}"#).await?;
    ensure!((sent - 1.0).abs() < f64::EPSILON, "{sent} digests");
    newsroom.bot.terminate().await
}

#[tokio::test]
async fn an_address_that_somebody_else_has_is_refused() -> Result<()> {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = taken.local_addr()?.to_string();
    let desk = Installation::new(Synapse::shared()?).await?.set("OPS__LISTEN", &address);
    let exit = desk.start()?.wait_exit().await?;
    ensure!(exit.status.code() == Some(1) && exit.stderr.contains(&address), "{}: {}", exit.status, exit.stderr);
    Ok(())
}

#[tokio::test]
async fn systemd_hears_that_it_is_ready_alive_and_stopping() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path)?;
    let desk = Installation::new(Synapse::shared()?).await?;
    let desk = desk.variable("NOTIFY_SOCKET", &path.display().to_string()).variable("WATCHDOG_USEC", "400000");
    let bot = desk.start()?;
    hear(&socket, "READY=1").await?;
    for _ in 0..3 {
        hear(&socket, "WATCHDOG=1").await?;
    }
    bot.terminate().await?;
    hear(&socket, "STOPPING=1").await
}

/// Waits until systemd would be told `wanted`.
async fn hear(socket: &UnixDatagram, wanted: &str) -> Result<()> {
    let hearing = async {
        loop {
            let mut said = [0; 256];
            let length = socket.recv(&mut said).await?;
            if String::from_utf8_lossy(&said[..length]).lines().any(|line| line == wanted) {
                return Ok(());
            }
        }
    };
    timeout(PATIENCE, hearing).await.with_context(|| format!("no {wanted} within {PATIENCE:?}"))?
}

#[tokio::test]
async fn the_log_in_json_tells_of_a_command_and_not_what_was_said() -> Result<()> {
    let desk = Installation::new(Synapse::shared()?).await?.set("LOG__FORMAT", "json");
    let scene = Scene::with(desk).await?;
    scene.alice.ask(&scene.room, "!company moonshot").await?;
    scene.alice.ask(&scene.room, "!help").await?;
    let log = scene.bot.log();
    ensure!(!log.to_lowercase().contains("moonshot"), "what was said is in the log");
    let lines: Vec<Value> = log.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let answered = lines.iter().find(|line| line["message"] == "answered").context("no answer is told")?;
    let span = &answered["span"];
    ensure!(span["name"] == "command" && span["word"] == "company", "{answered}");
    ensure!(span["room"] == scene.room && span["release"] == 1 && span["duration_ms"].is_u64(), "{answered}");
    scene.bot.terminate().await
}
