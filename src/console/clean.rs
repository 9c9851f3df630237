//! What is written to a terminal or a log, without what could turn or move it.

use std::{fmt, io};

use crate::spelling::{Clean, CleanLines};

/// Writes texts of one line each, as they may be shown; each with one call.
#[derive(Debug)]
pub struct CleanWriter<W>(pub W);

impl<W: io::Write> io::Write for CleanWriter<W> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.write_all(text)?;
        Ok(text.len())
    }

    fn write_all(&mut self, text: &[u8]) -> io::Result<()> {
        let text = String::from_utf8_lossy(text);
        match text.strip_suffix('\n') {
            Some(line) => self.0.write_all(format!("{}\n", Clean(line)).as_bytes()),
            None => self.0.write_all(Clean(&text).to_string().as_bytes()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// An error for the person at the terminal, whoever's words are in it.
#[must_use]
pub fn told(error: &impl fmt::Display) -> String {
    CleanLines(&error.to_string()).to_string()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn an_event_is_one_line_without_escapes() {
        let mut out = CleanWriter(Vec::new());
        out.write_all(b"WARN cause=\x1b]0;title\x07\nERROR forged\n").unwrap();
        out.write_all("second \u{202e}line\n".as_bytes()).unwrap();
        assert_eq!(String::from_utf8(out.0).unwrap(), "WARN cause=]0;title ERROR forged\nsecond line\n");
        assert_eq!(told(&"first\n second\u{1b}[2J"), "first\n second[2J");
    }
}
