//! Questions from the command line or from standard input.

use std::{
    io::{self, BufRead as _},
    time::Instant,
};

use serde::Serialize;

use super::{Error, answer_to};
use crate::{
    cli::Format,
    commands::{Desk, Hit, Outcome},
};

/// A line of standard input longer than this many bytes is cut here.
const LONGEST_LINE: u64 = 64 * 1024;

#[derive(Serialize)]
struct Answer<'a> {
    command: &'a str,
    text: String,
    html: String,
    hits: Vec<Hit>,
    took_us: u128,
}

/// Answers a question; for `-` one for each line of standard input, in order.
///
/// # Errors
/// If standard input or output fails.
pub fn ask(desk: &Desk, question: &str, format: Format) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    let result = if question == "-" {
        each_line(|line| print(&mut out, desk, line, format, true))
    } else {
        print(&mut out, desk, question, format, false)
    };
    match result {
        // Whoever reads the answers has enough of them.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

fn each_line(mut answer: impl FnMut(&str) -> io::Result<()>) -> io::Result<()> {
    let mut input = io::stdin().lock();
    let mut line = Vec::new();
    loop {
        line.clear();
        if io::Read::take(&mut input, LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        if line.last() != Some(&b'\n') {
            // The rest of a line that is too long is no question of its own.
            io::Read::by_ref(&mut input).skip_until(b'\n')?;
        }
        answer(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']))?;
    }
}

fn print(out: &mut impl io::Write, desk: &Desk, question: &str, format: Format, several: bool) -> io::Result<()> {
    let start = Instant::now();
    let Outcome { reply, hits, .. } = answer_to(desk, question);
    match format {
        Format::Text if several => writeln!(out, "{}\n", reply.text())?,
        Format::Text => writeln!(out, "{}", reply.text())?,
        Format::Html => writeln!(out, "{}", reply.html())?,
        Format::Json => {
            let (text, html) = (reply.text(), reply.html());
            let answer = Answer { command: question, text, html, hits, took_us: start.elapsed().as_micros() };
            serde_json::to_writer(&mut *out, &answer)?;
            writeln!(out)?;
        }
    }
    out.flush()
}
