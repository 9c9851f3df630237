//! `cargo bench --bench digests`: from one edit of a file to the last of a thousand rooms having its digest, beside as many
//! bare messages of the same size, as many at a time, to the same Synapse; and what a question waits for amid digests.
//!
//! The two take turns, so that whatever else the machine does hits both alike. The questions come amid the digests of more
//! edits, which are not compared: whoever asks goes first, so that they take as long as somebody asks.
#![expect(clippy::print_stdout, reason = "the benchmark is what it prints")]

use std::{
    env,
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use tokio::{sync::Semaphore, task::JoinSet};

#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/support/mod.rs"]
mod support;

use support::{
    bot::Installation,
    event::Event,
    facts::{COMPANIES, Facts},
    listen::Participant as _,
    person::Person,
    synapse::Synapse,
};

const QUIET_PERIOD: Duration = Duration::from_secs(1);
/// Questions without digests, to compare with.
const QUESTIONS: usize = 40;
/// From an answer until the next question: of somebody who asks one thing after the other, and of somebody who reads the answers.
const THOUGHTS: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(4)];
/// One for each company but the first, and one for each way to ask amid digests.
const MOST_ROUNDS: usize = COMPANIES.len() - 1 - THOUGHTS.len();

const USAGE: &str = "cargo bench --bench digests [-- [--rooms N] [--rounds N] [--at-a-time N]]

  --rooms N        rooms that asked for digests (1000; or DIGESTS_ROOMS)
  --rounds N       edits (3, at most 5; or DIGESTS_ROUNDS)
  --at-a-time N    bare messages under way at once: as many as the desk has digests under way (1; or DIGESTS_AT_A_TIME)";

struct Plan {
    rooms: usize,
    rounds: usize,
    at_a_time: usize,
}

/// One edit.
struct Round {
    digests: Duration,
    bare: Duration,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    // `cargo bench` says so; `cargo test --benches` does not, and is not for measuring.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return Ok(());
    }
    if arguments.iter().any(|argument| matches!(argument.as_str(), "--help" | "-h")) {
        println!("{USAGE}");
        return Ok(());
    }
    let plan = Plan {
        rooms: number(&arguments, "--rooms", "DIGESTS_ROOMS", 1000)?,
        rounds: number(&arguments, "--rounds", "DIGESTS_ROUNDS", 3)?.min(MOST_ROUNDS),
        at_a_time: number(&arguments, "--at-a-time", "DIGESTS_AT_A_TIME", 1)?,
    };
    measure(&plan).await
}

/// The number after `flag`, or in the environment under `variable`, or `default`.
fn number(arguments: &[String], flag: &str, variable: &str, default: usize) -> Result<usize> {
    let given = match arguments.iter().position(|argument| argument == flag) {
        Some(at) => Some(arguments.get(at + 1).with_context(|| format!("{flag} needs a number"))?.clone()),
        None => env::var(variable).ok(),
    };
    let Some(text) = given else { return Ok(default) };
    match text.parse() {
        Ok(0) | Err(_) => bail!("{flag}: {text:?} is not a number of one or more"),
        Ok(number) => Ok(number),
    }
}

async fn measure(plan: &Plan) -> Result<()> {
    let server = tokio::task::spawn_blocking(Synapse::start).await??;
    let facts = Facts::new()?;
    let mut desk = Installation::new(&server)
        .await?
        .set("DATA__DIR", &facts.dir().display().to_string())
        .set("DIGEST__QUIET_PERIOD", &format!("{}s", QUIET_PERIOD.as_secs()));
    desk.quiet = true;
    let bot = desk.start()?;
    let alice = Arc::new(Person::register(&server, "alice").await?);
    let bob = Person::register(&server, "bob").await?;
    let aside = bob.create_room(&[desk.user_id()]).await?;
    bob.wait_joined(&aside, desk.user_id()).await?;

    let start = Instant::now();
    let rooms = open_rooms(&alice, desk.user_id(), plan).await?;
    println!("{} rooms asked for digests ({:.0} s)", rooms.len(), start.elapsed().as_secs_f64());
    // The first digest of a room costs more: the next ones are measured.
    facts.set_employees(COMPANIES[0].0, 2_000)?;
    let example = heard_everywhere(&alice, &rooms, 2_000).await?.content().clone();
    let mut rounds = Vec::new();
    for round in 0..plan.rounds {
        let (employees, edited) = edit(&facts, round)?;
        let last = heard_everywhere(&alice, &rooms, employees).await?;
        let last = last.sent_at()?;
        let digests = Duration::from_millis(last).saturating_sub(edited);
        let bare = send_everywhere(&alice, &rooms, &example, plan.at_a_time).await?;
        rounds.push(Round { digests, bare });
    }

    let mut idle = Vec::new();
    for _ in 0..QUESTIONS {
        idle.push(ask(&bob, &aside, THOUGHTS[0]).await?);
    }
    let mut questions = vec![("no digests under way".to_owned(), idle)];
    for (more, thought) in THOUGHTS.into_iter().enumerate() {
        let mut amid = Vec::new();
        let (employees, _) = edit(&facts, plan.rounds + more)?;
        let asking = async {
            // From before the first digest is sent until the others are done, which ends this.
            loop {
                amid.push(ask(&bob, &aside, thought).await?);
            }
        };
        tokio::select! {
            last = heard_everywhere(&alice, &rooms, employees) => drop(last?),
            ended = asking => return ended,
        }
        questions.push((format!("amid digests, {} s between", thought.as_secs_f64()), amid));
    }
    print(plan, &rounds, &questions);
    bot.terminate().await
}

/// Changes a figure; tells the new one, and when that was since the epoch.
fn edit(facts: &Facts, round: usize) -> Result<(u32, Duration)> {
    // Another company each time: changed again within a day, a figure would be a correction, for which the digest that told
    // it first is edited in every room.
    let (employees, (company, ..)) = (2_001 + u32::try_from(round)?, COMPANIES[1 + round]);
    let edited = SystemTime::now().duration_since(UNIX_EPOCH)?;
    facts.set_employees(company, employees)?;
    Ok((employees, edited))
}

/// Makes the rooms, waits for the desk, and asks for digests in each.
async fn open_rooms(alice: &Arc<Person>, desk: &str, plan: &Plan) -> Result<Vec<String>> {
    let slots = Arc::new(Semaphore::new(plan.at_a_time));
    let mut making = JoinSet::new();
    for _ in 0..plan.rooms {
        let (alice, desk, slots) = (Arc::clone(alice), desk.to_owned(), Arc::clone(&slots));
        making.spawn(async move {
            let _slot = slots.acquire().await?;
            alice.create_room(&[&desk]).await
        });
    }
    let rooms = making.join_all().await.into_iter().collect::<Result<Vec<_>>>()?;
    let mut asked = Vec::new();
    for room in &rooms {
        alice.wait_joined(room, desk).await?;
        asked.push(alice.say(room, "!digest on").await?);
    }
    for question in asked {
        alice.answer_to(&question).await?;
    }
    Ok(rooms)
}

/// Waits until the digest that tells `number` is in every room; returns the one that was sent last.
async fn heard_everywhere(alice: &Person, rooms: &[String], number: u32) -> Result<Event> {
    let wanted = format!("{},{:03}", number / 1000, number % 1000);
    let start = Instant::now();
    loop {
        let heard = alice
            .heard()
            .all(|event| event.digest_key().is_some() && event.replaces().is_none() && event.body().contains(&wanted));
        if heard.len() >= rooms.len() {
            let last = heard.into_iter().max_by_key(|event| event.sent_at().ok());
            return last.context("no rooms");
        }
        if start.elapsed() > Duration::from_mins(15) {
            bail!("only {} of {} rooms have a digest after {:?}", heard.len(), rooms.len(), start.elapsed());
        }
        alice.listen(Duration::from_secs(5)).await?;
    }
}

/// Sends `content` to every room, `at_a_time` at once; the time from the first request to the last answer.
async fn send_everywhere(alice: &Arc<Person>, rooms: &[String], content: &Value, at_a_time: usize) -> Result<Duration> {
    let mut content = content.clone();
    // Of the same size, but no digest.
    if let Some(key) = content.as_object_mut().and_then(|content| content.remove("org.tigerdesk.digest")) {
        content["org.example.message"] = key;
    }
    content["m.mentions"] = json!({});
    let slots = Arc::new(Semaphore::new(at_a_time));
    let mut sending = JoinSet::new();
    let start = Instant::now();
    for room in rooms {
        let (alice, room, content, slots) = (Arc::clone(alice), room.clone(), content.clone(), Arc::clone(&slots));
        sending.spawn(async move {
            let _slot = slots.acquire().await?;
            alice.send(&room, "m.room.message", &content).await
        });
    }
    // Whoever hears the digests hears these too: that keeps Synapse busy alike.
    let hearing = async {
        loop {
            alice.listen(Duration::from_secs(5)).await?;
        }
    };
    let sent = tokio::select! {
        sent = sending.join_all() => sent,
        ended = hearing => return ended,
    };
    sent.into_iter().collect::<Result<Vec<_>>>()?;
    let took = start.elapsed();
    alice.listen(Duration::ZERO).await?;
    Ok(took)
}

/// Asks once, after a pause; the time from before the question is sent until its answer is there.
async fn ask(bob: &Person, room: &str, thought: Duration) -> Result<Duration> {
    tokio::time::sleep(thought).await;
    let start = Instant::now();
    let question = bob.say(room, "!company moonshot").await?;
    bob.answer_to(&question).await?;
    Ok(start.elapsed())
}

fn print(plan: &Plan, rounds: &[Round], questions: &[(String, Vec<Duration>)]) {
    let waits = QUIET_PERIOD.as_secs_f64();
    println!("\nseconds for {} rooms, {} bare messages at a time", plan.rooms, plan.at_a_time);
    println!("the digests' first {waits} s are the quiet period that was asked for; then \"net\"\n");
    println!("{:>6}{:>18}{:>8}{:>16}{:>12}", "edit", "to last digest", "net", "bare messages", "net / bare");
    for (number, round) in rounds.iter().enumerate() {
        let (digests, bare) = (round.digests.as_secs_f64(), round.bare.as_secs_f64());
        let net = digests - waits;
        println!("{:>6}{digests:>18.2}{net:>8.2}{bare:>16.2}{:>12.2}", number + 1, net / bare);
    }
    let percents = [50, 90, 99, 100];
    let columns = percents.map(|percent| format!("{:>8}", format!("p{percent}"))).concat();
    println!("\nmilliseconds from question to answer   {columns}{:>8}", "asked");
    for (name, times) in questions {
        let columns = percents.map(|percent| format!("{:>8.1}", percentile(times, percent))).concat();
        println!("{name:<39}{columns}{:>8}", times.len());
    }
}

/// The `percent`th percentile of `times` in milliseconds, by nearest rank; 0 of nothing.
fn percentile(times: &[Duration], percent: usize) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(rank).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
}
