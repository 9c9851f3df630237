//! What was read of one file.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use jiff::Timestamp;

use super::super::{
    File, Findings, Progress, Record,
    folder::{self, Found, Stamp},
    load::each,
    read,
};

/// A file of JSON lines is read in pieces of about so many bytes, several at once.
const PIECE: usize = 1024 * 1024;

/// The hash of a text.
pub(super) type Hash = [u8; 32];
/// The hash of a line, shortened: no two lines in the world have the same.
pub(super) type LineHash = [u8; 16];

/// The records of a file, and how to tell whether they still are.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub stamp: Stamp,
    /// Whether the stamp alone tells that the file is as it was.
    pub settled: bool,
    pub hash: Hash,
    /// Each record with the hash of its line; of no meaning in a file that is not read by lines.
    pub rows: Vec<(LineHash, Record)>,
    /// Whether the next start can find it.
    pub saved: bool,
}

impl Part {
    /// Reads what has to be read of a file. `None` if it has a fault.
    pub(super) fn read(
        found: &Found,
        root: &Path,
        before: Option<&Self>,
        now: Timestamp,
        progress: &Progress,
    ) -> Option<Self> {
        let stamp = found.stamp;
        if let Some(same) = before.filter(|before| before.settled && before.stamp == stamp) {
            return Some(same.clone());
        }
        let (text, unchanged) = folder::read(found, root, progress).ok()?;
        let file = File { name: found.path.display().to_string(), text };
        let settled = stamp.is_settled(now) && unchanged == Some(stamp);
        let hash = blake3::hash(file.text.as_bytes()).into();
        if let Some(same) = before.filter(|before| before.hash == hash) {
            return Some(Self { stamp, settled, saved: false, ..same.clone() });
        }
        let known = before.map_or(&[][..], |before| &before.rows);
        let rows = if read::is_lines(&file.name) { lines(&file, known)? } else { whole(&file, known)? };
        Some(Self { stamp, settled, hash, rows, saved: false })
    }

    pub(super) fn records(&self) -> impl Iterator<Item = &Record> {
        self.rows.iter().map(|(_, record)| record)
    }
}

/// The hash of some files: of their names and what is in them.
pub(super) fn hash_of_all<'p>(files: impl Iterator<Item = (&'p PathBuf, &'p Part)>) -> Hash {
    let mut hasher = blake3::Hasher::new();
    for (path, part) in files {
        hasher.update(blake3::hash(path.as_os_str().as_encoded_bytes()).as_bytes());
        hasher.update(&part.hash);
    }
    hasher.finalize().into()
}

fn whole(file: &File, known: &[(LineHash, Record)]) -> Option<Vec<(LineHash, Record)>> {
    let known: HashMap<&str, &Record> = known.iter().map(|(_, record)| (record.id.as_str(), record)).collect();
    let (mut rows, mut findings) = (Vec::new(), Findings::quick());
    read::records(file, &mut findings, |(record, _)| {
        let same = known.get(record.id.as_str()).copied().filter(|known| **known == record).cloned();
        rows.push((LineHash::default(), same.unwrap_or(record)));
    });
    (findings.count() == 0).then_some(rows)
}

fn lines(file: &File, known: &[(LineHash, Record)]) -> Option<Vec<(LineHash, Record)>> {
    let known: HashMap<&LineHash, &Record> = known.iter().map(|(hash, record)| (hash, record)).collect();
    let is_faulty = AtomicBool::new(false);
    let pieces = each(&pieces(&file.text), |(start, piece)| {
        let (mut rows, mut findings) = (Vec::new(), Findings::quick());
        let mut start = *start;
        for line in piece.split_inclusive('\n') {
            let mut hash = LineHash::default();
            hash.copy_from_slice(&blake3::hash(line.trim_end().as_bytes()).as_bytes()[..16]);
            let record = known.get(&hash).copied().cloned();
            let record = record.or_else(|| read::line(line, start, &mut findings).map(|(record, _)| record));
            rows.extend(record.map(|record| (hash, record)));
            start += line.len();
            if findings.is_decided() || is_faulty.load(Ordering::Relaxed) {
                is_faulty.store(true, Ordering::Relaxed);
                return None;
            }
        }
        Some(rows)
    });
    let pieces: Option<Vec<_>> = pieces.into_iter().collect();
    Some(pieces?.concat())
}

/// The text in pieces of whole lines, and where each begins.
fn pieces(text: &str) -> Vec<(usize, &str)> {
    let mut pieces = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let most = text.len().min(start + PIECE);
        let end = text.as_bytes()[most..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |at| most + at + 1);
        pieces.push((start, &text[start..end]));
        start = end;
    }
    pieces
}
