//! The files of a folder: which there are, whether they are as they were, and their text.
//!
//! Whoever may write there is not trusted with more than the dataset: only regular files are read, and only those that
//! really are in the folder; what is read has limits; and nothing is waited for but the disk.

pub(crate) mod names;
mod open;
mod text;
mod walk;

use std::{fs::Metadata, os::unix::fs::MetadataExt as _, path::PathBuf};

pub(super) use open::read;
pub(super) use text::{decode, is_normal, normal};
pub use walk::{Survey, Unread};

/// A file that was changed so few seconds before it was read may be changed again without its times telling.
const UNSETTLED: i64 = 2;

/// What the file system says of a file, without reading it. Of two versions of a file it is the same only if both were
/// written within one tick of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stamp(pub(super) [u64; 7]);

impl Stamp {
    fn new(file: &Metadata) -> Self {
        let times = [file.mtime(), file.mtime_nsec(), file.ctime(), file.ctime_nsec()].map(i64::cast_unsigned);
        let [mtime, mtime_nsec, ctime, ctime_nsec] = times;
        Self([file.dev(), file.ino(), file.size(), mtime, mtime_nsec, ctime, ctime_nsec])
    }

    /// Device and inode: what a file is, by whatever path.
    fn id(&self) -> (u64, u64) {
        (self.0[0], self.0[1])
    }

    fn size(&self) -> u64 {
        self.0[2]
    }

    /// Whether the file was left alone for a while before this moment.
    pub(super) fn is_settled(&self, now: jiff::Timestamp) -> bool {
        let latest = self.0[3].cast_signed().max(self.0[5].cast_signed());
        latest.saturating_add(UNSETTLED) < now.as_second()
    }
}

/// A file of a dataset.
#[derive(Debug, Clone)]
pub struct Found {
    /// What it is called: its path from the folder as that was named.
    pub(super) path: PathBuf,
    /// Where it really is, without links.
    pub(super) real: PathBuf,
    pub(super) stamp: Stamp,
}
