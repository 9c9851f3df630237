//! `cargo bench --bench roundtrip`: from question to answer on a local Synapse, in a plain and in an encrypted room,
//! beside a bare echo that shows what the homeserver and the asking client cost by themselves.
//!
//! The contenders take turns in small blocks, so that whatever else the machine does hits all of them alike.
#![expect(clippy::print_stdout, reason = "the benchmark is what it prints")]

use std::{
    env,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

mod echo;
#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/support/mod.rs"]
mod support;

use support::{
    account::Account, bot::Installation, listen::Participant, person::Person, sealed::SealedPerson, synapse::Synapse,
};

const QUESTION: &str = "!company moonshot";
/// Questions to one contender in a row, back to back, before the next one's turn.
const BLOCK: usize = 10;
/// Questions before measuring, to fill caches and set up encryption.
const WARM_UP: usize = 5;
const PAUSE: Duration = Duration::from_secs(2);

const USAGE: &str = "cargo bench --bench roundtrip [-- [--back-to-back N] [--paused N]]

  --back-to-back N   questions to each contender, one after the other (200; or ROUNDTRIP_BACK_TO_BACK)
  --paused N         questions to each contender with 2 s between them (30; or ROUNDTRIP_PAUSED)";

/// How many questions each contender is asked.
struct Plan {
    back_to_back: usize,
    paused: usize,
}

/// Who answers, who asks, and where.
struct Contender<'a, P> {
    name: &'a str,
    asker: &'a P,
    room: &'a str,
    /// Back to back.
    brisk: Vec<Duration>,
    /// With a pause before each question.
    paused: Vec<Duration>,
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
    let questions = Plan {
        back_to_back: number(&arguments, "--back-to-back", "ROUNDTRIP_BACK_TO_BACK", 200)?,
        paused: number(&arguments, "--paused", "ROUNDTRIP_PAUSED", 30)?,
    };
    measure(&questions).await
}

/// The number after `flag`, or in the environment under `variable`, or `default`.
fn number(arguments: &[String], flag: &str, variable: &str, default: usize) -> Result<usize> {
    let given = arguments.iter().position(|argument| argument == flag).map(|at| arguments.get(at + 1).cloned());
    let Some(text) = given.unwrap_or_else(|| env::var(variable).ok()) else {
        return if arguments.iter().any(|argument| argument == flag) {
            bail!("{flag} needs a number")
        } else {
            Ok(default)
        };
    };
    text.parse().with_context(|| format!("{flag}: {text:?} is not a number"))
}

async fn measure(questions: &Plan) -> Result<()> {
    let server = tokio::task::spawn_blocking(Synapse::start).await??;
    let mut desk = Installation::new(&server).await?;
    desk.quiet = true;
    let bot = desk.start()?;

    let alice = Person::register(&server, "alice").await?;
    let parrot = Account::register(&server, "echo").await?;
    let echo_room = alice.create_room(&[&parrot.user_id]).await?;
    let echo = tokio::spawn(echo::run(parrot.clone(), echo_room.clone()));
    alice.wait_joined(&echo_room, &parrot.user_id).await?;

    let bob = Person::register(&server, "bob").await?;
    let plain_room = bob.create_room(&[desk.user_id()]).await?;
    bob.wait_joined(&plain_room, desk.user_id()).await?;

    let carol = SealedPerson::register(&server, "carol").await?;
    let sealed_room = carol.create_room(&[desk.user_id()]).await?;
    carol.wait_joined(&sealed_room, desk.user_id()).await?;

    let mut bare = Contender::new("bare echo, plain room", &alice, &echo_room);
    let mut plain = Contender::new("tigerdesk, plain room", &bob, &plain_room);
    let mut sealed = Contender::new("tigerdesk, encrypted room *", &carol, &sealed_room);
    for _ in 0..WARM_UP {
        bare.ask().await?;
        plain.ask().await?;
        sealed.ask().await?;
    }
    let mut left = questions.back_to_back;
    while left > 0 {
        let block = left.min(BLOCK);
        bare.ask_in_a_row(block).await?;
        plain.ask_in_a_row(block).await?;
        sealed.ask_in_a_row(block).await?;
        left -= block;
    }
    for _ in 0..questions.paused {
        // One pause serves all: each has had no question for at least that long.
        tokio::time::sleep(PAUSE).await;
        bare.ask_after_pause().await?;
        plain.ask_after_pause().await?;
        sealed.ask_after_pause().await?;
    }
    echo.abort();
    bot.terminate().await?;

    println!("\nfrom question ({QUESTION}) to answer, milliseconds\n");
    println!(
        "{:30}{:^32}{:^32}",
        "",
        format!("back to back (n = {})", questions.back_to_back),
        format!("2 s between (n = {})", questions.paused)
    );
    println!("{:30}{:>8}{:>8}{:>14}  {:>8}{:>8}{:>14}", "", "p50", "p99", "p50 × echo", "p50", "p99", "p50 × echo");
    let reference = (percentile(&bare.brisk, 50), percentile(&bare.paused, 50));
    bare.print(reference);
    plain.print(reference);
    sealed.print(reference);
    println!("\n* asked by a matrix-sdk client, whose own encryption and decryption is in the figure;");
    println!(
        "  in the plain rooms the asking client is bare HTTP: a long poll under way while it sends, as people's are"
    );
    Ok(())
}

impl<'a, P: Participant> Contender<'a, P> {
    fn new(name: &'a str, asker: &'a P, room: &'a str) -> Self {
        Self { name, asker, room, brisk: Vec::new(), paused: Vec::new() }
    }

    /// Asks once; the time from before the question is sent until its answer is there.
    async fn ask(&self) -> Result<Duration> {
        let start = Instant::now();
        let (question, heard) =
            tokio::join!(self.asker.say(self.room, QUESTION), self.asker.listen(Duration::from_secs(10)));
        heard?;
        self.asker.answer_to(&question?).await.with_context(|| self.name.to_owned())?;
        Ok(start.elapsed())
    }

    async fn ask_in_a_row(&mut self, questions: usize) -> Result<()> {
        for _ in 0..questions {
            let took = self.ask().await?;
            self.brisk.push(took);
        }
        Ok(())
    }

    async fn ask_after_pause(&mut self) -> Result<()> {
        let took = self.ask().await?;
        self.paused.push(took);
        Ok(())
    }

    fn print(&self, (brisk, paused): (Option<f64>, Option<f64>)) {
        let cells = |times: &[Duration], reference: Option<f64>| {
            let (Some(median), Some(worst), Some(reference)) =
                (percentile(times, 50), percentile(times, 99), reference)
            else {
                return format!("{:>8}{:>8}{:>14}", "–", "–", "–");
            };
            format!("{median:>8.1}{worst:>8.1}{:>14.2}", median / reference)
        };
        println!("{:30}{}  {}", self.name, cells(&self.brisk, brisk), cells(&self.paused, paused));
    }
}

/// The `percent`th percentile of `times` in milliseconds, by nearest rank; none of nothing.
fn percentile(times: &[Duration], percent: usize) -> Option<f64> {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).map(|time| time.as_secs_f64() * 1000.0)
}
