//! Questions from the command line or from standard input.

use std::{
    io::{self, BufRead as _},
    time::Instant,
};

use serde::Serialize;

use super::{Error, answer_to, not_utf8};
use crate::{
    cli::Format,
    commands::{Desk, Hit, Outcome},
};

/// A line of standard input longer than this many bytes is cut here.
const LONGEST_LINE: u64 = 64 * 1024;
/// What some editors put at the beginning of a file.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

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
/// If standard input or output fails, or the input is UTF-16.
pub fn ask(desk: &Desk, question: &str, format: Format) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    if question == "-" {
        return each_line(|line| match std::str::from_utf8(line) {
            Ok(line) => print(&mut out, line, format, true, || answer_to(desk, line)),
            Err(_) => print(&mut out, &String::from_utf8_lossy(line), format, true, || not_utf8().into()),
        });
    }
    Ok(print(&mut out, question, format, false, || answer_to(desk, question))?)
}

fn each_line(mut answer: impl FnMut(&[u8]) -> io::Result<()>) -> Result<(), Error> {
    let mut input = io::stdin().lock();
    if is_utf16(input.fill_buf()?) {
        return Err(Error::Utf16);
    }
    let mut line = Vec::new();
    let mut first = true;
    loop {
        line.clear();
        if io::Read::take(&mut input, LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let whole = line.pop_if(|last| *last == b'\n').is_some();
        if !whole {
            // The rest of a line that is too long is no question of its own, nor is half of a character.
            io::Read::by_ref(&mut input).skip_until(b'\n')?;
            if let Err(error) = std::str::from_utf8(&line)
                && error.error_len().is_none()
            {
                line.truncate(error.valid_up_to());
            }
        }
        while line.pop_if(|last| *last == b'\r').is_some() {}
        let mark = if first { BYTE_ORDER_MARK } else { &[] };
        answer(line.strip_prefix(mark).unwrap_or(line.as_slice()))?;
        first = false;
    }
}

/// Whether a text begins as UTF-16 does: with its mark, or with a zero in one of two bytes.
fn is_utf16(begin: &[u8]) -> bool {
    matches!(begin, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, 1..=255, ..] | [1..=255, 0, ..])
}

fn print(
    out: &mut impl io::Write,
    question: &str,
    format: Format,
    several: bool,
    answer: impl FnOnce() -> Outcome,
) -> io::Result<()> {
    let start = Instant::now();
    let Outcome { reply, hits, .. } = answer();
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
