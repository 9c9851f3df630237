//! A session that ends: with the password at hand the bot logs in anew, keeps what rooms have asked for, and says so once.

use std::{fs, path::Path, process::Command};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tokio::time::{Duration, Instant, sleep};

use crate::{
    digests::Newsroom,
    scene::{Scene, check_answered_once, installation_behind_proxy, signed_devices},
    support::{
        PATIENCE,
        account::Account,
        bot::{Bot, Installation},
        listen::Participant,
        person::Person,
        proxy::{Fault, Proxy},
        sealed::SealedPerson,
        synapse::Synapse,
    },
};

/// In the path of every message that the bot sends.
const SEND: &str = "/send/";

fn soft_logout() -> Fault {
    Fault::Answer(401, json!({ "errcode": "M_UNKNOWN_TOKEN", "error": "expired", "soft_logout": true }))
}

/// Waits until the bot has logged that.
async fn wait_logged(bot: &Bot, word: &str) -> Result<()> {
    let start = Instant::now();
    while !bot.log().contains(word) {
        ensure!(start.elapsed() < PATIENCE, "{word:?} was not logged:\n{}", bot.log());
        sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

/// Fails unless the homeserver shows `device` of the desk, signed by the identity that `before` shows, and no other device.
async fn check_signed(onlooker: &Person, desk: &Installation, device: &str, before: &Value) -> Result<()> {
    let user = desk.user_id();
    let start = Instant::now();
    loop {
        let now = onlooker.keys_of(user).await?;
        if signed_devices(&now, user) == [(device.to_owned(), true)] {
            let (now, before) = (&now["master_keys"][user]["keys"], &before["master_keys"][user]["keys"]);
            ensure!(now == before, "the identity was replaced: {before} by {now}");
            return Ok(());
        }
        ensure!(start.elapsed() < PATIENCE, "{device} is not the only device, signed: {now}");
        sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn signed_out_everywhere_it_logs_in_anew_and_keeps_what_rooms_asked_for() -> Result<()> {
    let mut desk = Newsroom::open().await?;
    let before = desk.alice.keys_of(desk.desk.user_id()).await?;
    let first = desk.desk.account.devices().await?;
    for round in 1..=2 {
        if round == 1 {
            desk.desk.account.log_out_everywhere().await?;
            let question = desk.alice.say(&desk.room, "!company moonshot").await?;
            check_answered_once(&desk.alice, &desk.room, &[question]).await?;
        } else {
            desk.bot.terminate().await?;
            desk.desk.account.log_out_everywhere().await?;
            let question = desk.alice.say(&desk.room, "!company moonshot").await?;
            desk.bot = desk.desk.start()?;
            check_answered_once(&desk.alice, &desk.room, &[question]).await?;
        }
        let devices = desk.desk.account.devices().await?;
        ensure!(devices.len() == 1 && !first.contains(&devices[0]), "round {round}: {devices:?} after {first:?}");
        check_signed(&desk.alice, &desk.desk, &devices[0], &before).await?;
        desk.report_with(&devices[0]).await?;
        desk.change_and_wait("moonshot-ai", 3_000 + round).await?;
    }
    // A start that finds its session says nothing more of it.
    desk.bot.terminate().await?;
    desk.bot = desk.desk.start()?;
    desk.alice.ask(&desk.room, "!help").await?;
    let reports = desk.alice.said_by(&desk.admins, desk.desk.user_id()).await?;
    let told = reports.iter().filter(|report| report.body().contains("logged in anew")).count();
    ensure!(told == 2, "told {told} times");
    desk.bot.terminate().await
}

#[tokio::test]
async fn a_session_that_expires_goes_on_as_the_same_device() -> Result<()> {
    let (desk, proxy) = installation_behind_proxy().await?;
    let alice = SealedPerson::register(Synapse::shared()?, "alice").await?;
    let bot = desk.start()?;
    let room = alice.create_room(&[desk.user_id()]).await?;
    alice.wait_joined(&room, desk.user_id()).await?;
    alice.ask(&room, "!help").await?;
    let devices = desk.account.devices().await?;
    // While it runs, and at a start.
    let logins = proxy.count("POST", "/login");
    proxy.harm("GET", "/sync", soft_logout());
    let question = alice.say(&room, "!company moonshot").await?;
    proxy.wait_seen("POST", "/login", logins + 1).await?;
    proxy.heal();
    check_answered_once(&alice, &room, &[question]).await?;
    bot.terminate().await?;
    let logins = proxy.count("POST", "/login");
    proxy.harm("GET", "/sync", soft_logout());
    let bot = desk.start()?;
    proxy.wait_seen("POST", "/login", logins + 1).await?;
    proxy.heal();
    let answer = alice.ask(&room, "!company moonshot").await?;
    ensure!(answer.decrypted, "{answer}");
    ensure!(desk.account.devices().await? == devices, "another device");
    bot.terminate().await
}

/// For so many seconds a session lasts there.
const LASTS: u32 = 30;

#[tokio::test]
async fn a_homeserver_on_which_sessions_last_a_while_is_logged_in_to_again_and_again() -> Result<()> {
    let server = Synapse::start_forgetful(LASTS)?;
    let account = Account::register(&server, "alice").await?;
    let desk = Installation::new(&server).await?;
    let bot = desk.start()?;
    wait_logged(&bot, "ready").await?;
    let alice = Person::log_in(account.clone()).await?;
    let room = alice.create_room(&[desk.user_id()]).await?;
    alice.wait_joined(&room, desk.user_id()).await?;
    alice.ask(&room, "!help").await?;
    let devices = desk.account.devices().await?;
    for _ in 0..2 {
        sleep(Duration::from_secs(u64::from(LASTS) + 1)).await;
        // Alice's session is over, too.
        let alice = Person::log_in(account.clone()).await?;
        alice.ask(&room, "!company moonshot").await?;
        ensure!(desk.account.devices().await? == devices, "another device");
    }
    ensure!(bot.log().matches("logs in anew").count() >= 2, "{}", bot.log());
    bot.terminate().await
}

#[tokio::test]
async fn one_refusal_of_a_session_that_holds_is_no_end() -> Result<()> {
    let (Scene { alice, desk, bot, room }, proxy) = Scene::behind_proxy().await?;
    alice.ask(&room, "!help").await?;
    let devices = desk.account.devices().await?;
    let before = proxy.count("GET", "/sync");
    proxy.harm("GET", "/sync", Fault::Answer(401, json!({ "errcode": "M_UNKNOWN_TOKEN", "error": "?" })));
    let question = alice.say(&room, "!company moonshot").await?;
    proxy.wait_seen("GET", "/sync", before + 1).await?;
    proxy.heal();
    check_answered_once(&alice, &room, &[question]).await?;
    ensure!(desk.account.devices().await? == devices, "another device");
    bot.terminate().await
}

#[tokio::test]
async fn an_answer_of_the_device_before_is_not_given_again() -> Result<()> {
    let (Scene { alice, desk, bot, room }, proxy) = Scene::behind_proxy().await?;
    alice.ask(&room, "!help").await?;
    proxy.harm("PUT", SEND, Fault::LoseAnswer);
    let taken = alice.say(&room, "!company moonshot").await?;
    proxy.wait_served("PUT", SEND, 1).await?;
    bot.kill().await?;
    proxy.heal();
    desk.account.log_out_everywhere().await?;
    let bot = desk.start()?;
    check_answered_once(&alice, &room, &[taken]).await?;
    bot.terminate().await
}

#[tokio::test]
async fn a_question_that_the_device_before_could_read_is_answered_by_the_next() -> Result<()> {
    let (desk, proxy) = installation_behind_proxy().await?;
    let alice = SealedPerson::register(Synapse::shared()?, "alice").await?;
    let bot = desk.start()?;
    let room = alice.create_room(&[desk.user_id()]).await?;
    alice.wait_joined(&room, desk.user_id()).await?;
    alice.ask(&room, "!help").await?;
    let before = proxy.count("PUT", SEND);
    proxy.harm("PUT", SEND, Fault::Hold);
    let question = alice.say(&room, "!company moonshot").await?;
    proxy.wait_seen("PUT", SEND, before + 1).await?;
    bot.kill().await?;
    proxy.heal();
    desk.account.log_out_everywhere().await?;
    let bot = desk.start()?;
    check_answered_once(&alice, &room, &[question]).await?;
    bot.terminate().await
}

#[tokio::test]
async fn killed_while_it_logs_in_anew_it_makes_one_device_all_the_same() -> Result<()> {
    for (method, path, fault) in [
        ("POST", "/login", Fault::Hold),
        ("POST", "/login", Fault::LoseAnswer),
        ("POST", "/keys/upload", Fault::Hold),
        ("GET", "/sync", Fault::LoseAnswer),
    ] {
        let (Scene { alice, desk, bot, room }, proxy) = Scene::behind_proxy().await?;
        alice.ask(&room, "!help").await?;
        let old = desk.account.devices().await?;
        let identity = alice.keys_of(desk.user_id()).await?;
        bot.terminate().await?;
        desk.account.log_out_everywhere().await?;
        let before = proxy.count(method, path);
        proxy.harm(method, path, fault);
        let bot = desk.start()?;
        proxy.wait_seen(method, path, before + 1).await?;
        sleep(Duration::from_millis(100)).await;
        bot.kill().await?;
        proxy.heal();
        let bot = desk.start()?;
        alice.ask(&room, "!help").await?;
        let devices = desk.account.devices().await?;
        ensure!(devices.len() == 1 && devices != old, "{path}: {devices:?} after {old:?}");
        check_signed(&alice, &desk, &devices[0], &identity).await?;
        bot.terminate().await?;
    }
    Ok(())
}

#[tokio::test]
async fn without_the_password_it_says_what_to_do() -> Result<()> {
    let account = Account::register(Synapse::shared()?, "tigerdesk").await?;
    let session = account.log_in().await?;
    let desk = Installation::with_account(account)?
        .without("MATRIX__PASSWORD")
        .set("MATRIX__ACCESS_TOKEN", &session.token)
        .set("MATRIX__DEVICE_ID", &session.device_id);
    let Scene { alice, desk, bot, room } = Scene::with(desk).await?;
    alice.ask(&room, "!digest on").await.ok();
    desk.account.log_out_everywhere().await?;
    for exit in [bot.wait_exit().await?, desk.start()?.wait_exit().await?] {
        ensure!(exit.status.code() == Some(1), "{:?}", exit.status);
        for word in ["access token", "TIGERDESK__MATRIX__ACCESS_TOKEN", "TIGERDESK__MATRIX__PASSWORD"] {
            ensure!(exit.stderr.contains(word), "no word of {word}: {}", exit.stderr);
        }
    }
    // It is done: once with the token of another device, and once with the password.
    let session = desk.account.log_in().await?;
    let desk = desk.set("MATRIX__ACCESS_TOKEN", &session.token).set("MATRIX__DEVICE_ID", &session.device_id);
    let bot = desk.start()?;
    alice.ask(&room, "!help").await?;
    bot.terminate().await?;
    desk.account.log_out_everywhere().await?;
    let password = desk.account.password.clone();
    let desk = desk.without("MATRIX__ACCESS_TOKEN").without("MATRIX__DEVICE_ID").set("MATRIX__PASSWORD", &password);
    let bot = desk.start()?;
    alice.ask(&room, "!help").await?;
    let devices = desk.account.devices().await?;
    ensure!(devices.len() == 1 && devices[0] != session.device_id, "{devices:?}");
    bot.terminate().await
}

/// Copies a state folder.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    let status = Command::new("cp").arg("-a").arg(from).arg(to).status()?;
    ensure!(status.success(), "cp: {status}");
    Ok(())
}

#[tokio::test]
async fn an_older_copy_of_the_state_folder_is_noticed_and_mended() -> Result<()> {
    let desk = Installation::new(Synapse::shared()?).await?;
    let alice = SealedPerson::register(Synapse::shared()?, "alice").await?;
    let bot = desk.start()?;
    let room = alice.create_room(&[desk.user_id()]).await?;
    alice.wait_joined(&room, desk.user_id()).await?;
    alice.ask(&room, "!help").await?;
    let identity = Person::log_in(alice.account.clone()).await?;
    let keys = identity.keys_of(desk.user_id()).await?;
    bot.terminate().await?;
    let copied = desk.state().with_extension("copy");
    copy(&desk.state(), &copied)?;
    // It goes on, and says things that the copy does not know of.
    let bot = desk.start()?;
    let newer = alice.create_room(&[desk.user_id()]).await?;
    alice.wait_joined(&newer, desk.user_id()).await?;
    alice.ask(&newer, "!company moonshot").await?;
    bot.terminate().await?;
    let old = desk.account.devices().await?;

    copy(&copied, &desk.state())?;
    let bot = desk.start()?;
    wait_logged(&bot, "older copy").await?;
    for room in [&room, &newer] {
        let answer = alice.ask(room, "!company moonshot").await?;
        ensure!(answer.decrypted && answer.body().contains("Moonshot"), "{answer}");
    }
    let devices = desk.account.devices().await?;
    ensure!(devices.len() == 1 && devices != old, "{devices:?} after {old:?}");
    check_signed(&identity, &desk, &devices[0], &keys).await?;
    bot.terminate().await?;
    // And that was that.
    let bot = desk.start()?;
    alice.ask(&newer, "!help").await?;
    ensure!(desk.account.devices().await? == devices, "another device again");
    bot.terminate().await
}

#[tokio::test]
async fn an_older_copy_without_the_password_is_not_ready_and_says_what_to_do() -> Result<()> {
    let account = Account::register(Synapse::shared()?, "tigerdesk").await?;
    let session = account.log_in().await?;
    let desk = Installation::with_account(account)?
        .without("MATRIX__PASSWORD")
        .set("MATRIX__ACCESS_TOKEN", &session.token)
        .set("MATRIX__DEVICE_ID", &session.device_id);
    let port = crate::support::synapse::free_port()?;
    let listen = format!("127.0.0.1:{port}");
    let Scene { alice, desk, bot, room } = Scene::with(desk.set("OPS__LISTEN", &listen)).await?;
    alice.ask(&room, "!help").await?;
    bot.terminate().await?;
    let copied = desk.state().with_extension("copy");
    copy(&desk.state(), &copied)?;
    let bot = desk.start()?;
    alice.ask(&room, "!help").await?;
    bot.terminate().await?;
    copy(&copied, &desk.state())?;
    let bot = desk.start()?;
    wait_logged(&bot, "put the newest copy of the folder back").await?;
    // In a plain room it can be read.
    alice.ask(&room, "!company moonshot").await?;
    let ready = reqwest::Client::builder().no_proxy().tls_certs_only([]).build()?;
    let ready = ready.get(format!("http://{listen}/readyz")).send().await?;
    ensure!(ready.status().as_u16() == 503, "{}", ready.status());
    let told = ready.text().await?;
    ensure!(told.contains("older copy"), "{told}");
    bot.terminate().await
}

#[tokio::test]
async fn keys_that_are_lost_are_made_anew() -> Result<()> {
    let Scene { alice, desk, bot, room } = Scene::open().await?;
    alice.ask(&room, "!help").await?;
    let old = desk.account.devices().await?;
    bot.terminate().await?;
    fs::remove_file(desk.state().join("matrix-sdk-crypto.sqlite3"))?;
    let bot = desk.start()?;
    alice.ask(&room, "!help").await?;
    let devices = desk.account.devices().await?;
    ensure!(devices.len() == 1 && devices != old, "{devices:?} after {old:?}");
    bot.terminate().await
}

#[tokio::test]
async fn a_lost_database_beside_a_session_is_told_of() -> Result<()> {
    let mut desk = Newsroom::open().await?;
    desk.bot.terminate().await?;
    for name in ["desk.db", "desk.db-wal", "desk.db-shm"] {
        // The side files are there or not.
        let _ = fs::remove_file(desk.desk.state().join(name));
    }
    desk.bot = desk.desk.start()?;
    let report = desk.report_with("desk.db").await?;
    ensure!(report.body().contains("!digest on"), "{}", report.body());
    wait_logged(&desk.bot, "desk.db is new").await?;
    desk.bot.terminate().await?;
    desk.bot = desk.desk.start()?;
    desk.alice.ask(&desk.room, "!help").await?;
    let reports = desk.alice.said_by(&desk.admins, desk.desk.user_id()).await?;
    let told = reports.iter().filter(|report| report.body().contains("desk.db")).count();
    ensure!(told == 1, "told {told} times");
    ensure!(!desk.bot.log().contains("desk.db is new"), "{}", desk.bot.log());
    desk.bot.terminate().await
}

#[tokio::test]
async fn a_database_that_another_program_holds_is_waited_for() -> Result<()> {
    let Scene { alice, desk, bot, room } = Scene::open().await?;
    alice.ask(&room, "!help").await?;
    let holder = rusqlite::Connection::open(desk.state().join("desk.db"))?;
    holder.execute_batch("BEGIN IMMEDIATE")?;
    let mut asked = vec![alice.say(&room, "!company moonshot").await?];
    wait_logged(&bot, "desk.db is busy").await?;
    sleep(Duration::from_secs(5)).await;
    holder.execute_batch("ROLLBACK")?;
    check_answered_once(&alice, &room, &asked).await?;
    bot.terminate().await?;
    // At the start, too.
    holder.execute_batch("BEGIN IMMEDIATE")?;
    let bot = desk.start()?;
    asked.push(alice.say(&room, "!company moonshot").await?);
    wait_logged(&bot, "desk.db is busy").await?;
    sleep(Duration::from_secs(5)).await;
    drop(holder);
    check_answered_once(&alice, &room, &asked).await?;
    bot.terminate().await
}

/// Every file below a folder that holds `text`.
fn holding(folder: &Path, text: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(holding(&path, text)?);
        } else if let Ok(bytes) = fs::read(&path)
            && bytes.windows(text.len()).any(|window| window == text.as_bytes())
        {
            found.push(path.display().to_string());
        }
    }
    Ok(found)
}

#[tokio::test]
async fn no_secret_and_no_word_of_a_room_lies_in_the_state_folder() -> Result<()> {
    const WORDS: &str = "zanzibar quokka marmalade";
    for passphrase in [None, Some("correct horse battery")] {
        let proxy = Proxy::before(Synapse::shared()?).await?;
        let desk = Installation::new(Synapse::shared()?).await?.set("MATRIX__HOMESERVER", proxy.address());
        let desk = match passphrase {
            Some(passphrase) => desk.set("STATE__PASSPHRASE", passphrase),
            None => desk,
        };
        let Scene { alice, desk, bot, room } = Scene::with(desk).await?;
        alice.ask(&room, &format!("!search {WORDS}")).await?;
        alice.say(&room, WORDS).await?;
        alice.ask(&room, "!help").await?;
        let token = proxy.token().context("no request with a token went by")?;
        let check = |moment: &str| -> Result<()> {
            let secrets = [token.as_str(), desk.account.password.trim(), WORDS].into_iter().chain(passphrase);
            for secret in secrets {
                let found = holding(&desk.state(), secret)?;
                ensure!(found.is_empty(), "{moment}: {secret:?} lies in {found:?}");
            }
            Ok(())
        };
        check("while it runs")?;
        bot.kill().await?;
        check("after a kill")?;
        let bot = desk.start()?;
        alice.ask(&room, "!help").await?;
        bot.terminate().await?;
        check("after its end")?;
    }
    Ok(())
}
