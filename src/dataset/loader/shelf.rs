//! The folder in which the records of each file are kept for the next start.
//!
//! A file there begins with who wrote it and ends with the hash of all that stands before: what is not whole, or was
//! written by another version of the program, is as good as not there.

mod code;

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    super::{KINDS, PROPERTIES},
    Hash,
    part::Part,
};
use code::{Reader, Writer};

/// To be raised with every change of what is written.
const FORMAT: u32 = 1;
/// What the names of the files end in.
const ENDING: &str = "records";
/// The file that says which files had no fault between them.
const SOUND: &str = "sound";

/// The folder.
#[derive(Debug)]
pub(super) struct Shelf {
    dir: PathBuf,
    writer: Hash,
}

impl Shelf {
    pub(super) fn new(dir: &Path) -> Self {
        // Kinds and properties are written as their places in the tables, and each build may judge records otherwise.
        let kinds = KINDS.iter().map(|kind| format!("{kind:?}"));
        let properties = PROPERTIES.iter().map(|property| format!("{property:?}"));
        let tables: Vec<String> = kinds.chain(properties).collect();
        let writer = format!("{FORMAT} {} {}", env!("CARGO_PKG_VERSION"), tables.join(" "));
        Self { dir: dir.to_owned(), writer: blake3::hash(writer.as_bytes()).into() }
    }

    /// Where the records of a file are kept.
    pub(super) fn place(&self, path: &Path) -> PathBuf {
        let name = blake3::hash(path.as_os_str().as_encoded_bytes()).to_hex();
        self.dir.join(&name[..32]).with_extension(ENDING)
    }

    /// What is kept of a file.
    pub(super) fn get(&self, path: &Path) -> Option<Part> {
        let bytes = self.open(&self.place(path))?;
        Reader::new(&bytes).part().ok()
    }

    pub(super) fn put(&self, path: &Path, part: &Part) -> io::Result<()> {
        let mut writer = Writer::default();
        writer.part(part);
        self.write(&self.place(path), &writer.bytes)
    }

    /// The hash of the files that had no fault between them.
    pub(super) fn sound(&self) -> Option<Hash> {
        self.open(&self.dir.join(SOUND))?.try_into().ok()
    }

    /// Forgets all but some files, and writes down that there was no fault.
    pub(super) fn keep(&self, kept: &HashSet<PathBuf>, sound: Option<Hash>) -> io::Result<()> {
        if sound != self.sound()
            && let Some(sound) = sound
        {
            self.write(&self.dir.join(SOUND), &sound)?;
        }
        for entry in fs::read_dir(&self.dir)? {
            let path = entry?.path();
            let ours = path.extension().is_some_and(|ending| ending == ENDING || ending == "new");
            if ours && !kept.contains(&path) {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    /// What stands in a file between its two ends, if they are as they have to be.
    fn open(&self, path: &Path) -> Option<Vec<u8>> {
        let mut bytes = fs::read(path).ok()?;
        let end = bytes.len().checked_sub(32).filter(|end| *end >= 32)?;
        let whole = blake3::hash(&bytes[..end]).as_bytes() == &bytes[end..];
        if !whole || bytes[..32] != self.writer {
            return None;
        }
        bytes.truncate(end);
        bytes.drain(..32);
        Some(bytes)
    }

    /// Writes a file so that it is there whole or as it was before.
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.dir)?;
        let mut whole = [&self.writer, bytes].concat();
        let hash = blake3::hash(&whole);
        whole.extend_from_slice(hash.as_bytes());
        let aside = path.with_extension("new");
        fs::write(&aside, whole)?;
        fs::rename(aside, path)
    }
}
