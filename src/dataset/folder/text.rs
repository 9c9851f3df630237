//! From bytes to a text as every reader here expects it: UTF-8, no byte order mark, lines that end in a line feed.

use super::super::{Fault, File, Findings, tree::Place};

const MARK: char = '\u{feff}';
const AS_UTF8: &str = "save the file in the encoding UTF-8";

/// The text of a file.
pub(in crate::dataset) fn decode(name: &str, mut bytes: Vec<u8>) -> Result<String, Fault> {
    if let Some(encoding) = wide(&bytes) {
        return Err(Fault::of(name, format!("this is {encoding} text, not UTF-8"), AS_UTF8));
    }
    // Both also for the place of what is no UTF-8.
    while bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    end_lines(&mut bytes);
    match String::from_utf8(bytes) {
        Ok(text) if is_normal(&text) => Ok(text),
        Ok(text) => Ok(normal(&text)),
        Err(error) => {
            let place = Place::new(error.utf8_error().valid_up_to());
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let file = File { name: name.to_owned(), text };
            let mut findings = Findings::of(&file);
            let words = || ("this is not UTF-8 text (Latin-1 or GBK, perhaps)".to_owned(), AS_UTF8.to_owned());
            findings.add(place, words);
            let fault = findings.into_faults().pop();
            Err(fault.unwrap_or_else(|| Fault::of(name, "this is not UTF-8 text", AS_UTF8)))
        }
    }
}

/// The encoding of a text that is not written byte by byte: by its byte order mark, or because every other byte is zero.
fn wide(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => return Some("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => return Some("UTF-16"),
        _ => {}
    }
    let start = &bytes[..bytes.len().min(64)];
    let zeros = |odd: usize| start.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let pairs = start.len() / 2;
    // Chinese characters between have no zero byte; what a record begins with has.
    let mostly = |odd: usize| zeros(odd) * 2 > pairs && zeros(1 - odd) == 0;
    (pairs >= 2 && (mostly(0) || mostly(1))).then_some("UTF-16")
}

/// Makes a carriage return that ends a line by itself, as on old Macs, a line feed. In no encoding at hand is it a part of a
/// character, and places stay what they are.
fn end_lines(bytes: &mut [u8]) {
    if !bytes.contains(&b'\r') {
        return;
    }
    for at in 0..bytes.len() {
        if bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n') {
            bytes[at] = b'\n';
        }
    }
}

/// Whether a text needs no [`normal`] form.
pub(in crate::dataset) fn is_normal(text: &str) -> bool {
    let bytes = text.as_bytes();
    let ends_as_usual =
        || bytes.iter().enumerate().all(|(at, byte)| *byte != b'\r' || bytes.get(at + 1) == Some(&b'\n'));
    !text.starts_with(MARK) && !text.contains("\n\u{feff}") && (!bytes.contains(&b'\r') || ends_as_usual())
}

/// The text without byte order marks where lines begin (files that have one are put one after the other), and with line
/// feeds where lines end.
pub(in crate::dataset) fn normal(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.trim_start_matches(MARK).replace("\n\u{feff}", "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &[u8]) -> Fault {
        decode("a.toml", bytes.to_vec()).unwrap_err()
    }

    fn wide_of(text: &str, little: bool) -> Vec<u8> {
        let bytes = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn marks_and_line_ends_make_no_difference() {
        for text in
            ["\u{feff}a\nb\n", "a\r\nb\r\n", "a\rb\r", "\u{feff}a\n\u{feff}b\n", "a\nb\r", "\u{feff}\u{feff}a\nb\n"]
        {
            assert_eq!(decode("a.toml", text.as_bytes().to_vec()).unwrap().replace("\r\n", "\n"), "a\nb\n", "{text:?}");
            assert_eq!(normal(text), "a\nb\n", "{text:?}");
        }
    }

    #[test]
    fn other_encodings_are_named() {
        for little in [true, false] {
            let mark = if little { [0xff, 0xfe] } else { [0xfe, 0xff] };
            let text = wide_of("[[company]]\r\nname = \"月之暗面\"\r\n", little);
            for bytes in [text.clone(), [&mark[..], &text].concat()] {
                let fault = told(&bytes);
                assert!(fault.message.contains("UTF-16") && fault.mend.contains("UTF-8"), "{fault}");
            }
        }
    }

    #[test]
    fn the_first_bad_byte_is_shown() {
        // Latin-1 and GBK, and after line ends of each kind.
        for (bytes, line, column) in [
            (&b"# gr\xfc\xdfe"[..], 1, 5),
            (b"a = 1\nname = \"\xd4\xc2\xd6\xae\"\n", 2, 9),
            (b"a = 1\rb = 2\r# \xe9t\xe9", 3, 3),
            (b"\xef\xbb\xbfa = 1\r\n# \xe9", 2, 3),
        ] {
            let fault = told(bytes);
            assert!(fault.message.contains("not UTF-8"), "{fault}");
            assert_eq!((fault.line, fault.column), (line, column), "{fault}");
        }
    }
}
