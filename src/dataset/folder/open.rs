//! Opening and reading one file, whoever put it there.

use std::{
    fs::{self, File, Metadata, OpenOptions},
    io::{self, Read as _},
    os::{
        fd::AsRawFd as _,
        unix::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _},
    },
    path::Path,
};

use rustix::fs::OFlags;

use super::{
    super::{Fault, Progress},
    Found, Stamp, decode,
};

/// A dataset file larger than this is refused: a file is held in memory while it is read.
pub(super) const LARGEST_FILE: u64 = 256 * 1024 * 1024;
/// What is wrong with a link that ends somewhere else.
pub(super) const LEADS_OUT: &str = "this link leads out of the dataset's folder and is not followed";
/// What is read at a time.
const PIECE: u64 = 1024 * 1024;

/// The text of a file, and its stamp if nobody wrote to it meanwhile. `root`: the folder's own path, without links.
pub(in crate::dataset) fn read(
    file: &Found,
    root: &Path,
    progress: &Progress,
) -> Result<(String, Option<Stamp>), Fault> {
    let name = file.path.display().to_string();
    let _reading = progress.at(&file.path);
    let unreadable = |error: io::Error| Fault::of(&name, format!("can't read this file ({error})"), "make it readable");
    // Not waiting: a pipe is opened only to see that it is none of ours.
    let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::NOCTTY;
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    let opened = OpenOptions::new().read(true).custom_flags(flags).open(&file.real).map_err(unreadable)?;
    let metadata = opened.metadata().map_err(unreadable)?;
    if let Some(kind) = no_file(&metadata) {
        return Err(not_a_file(&name, kind));
    }
    if !is_within(&opened, &metadata, &file.real, root) {
        return Err(Fault::of(&name, LEADS_OUT, "put the file itself there"));
    }
    let too_large = || Fault::of(&name, "this file is larger than 256 MiB", "split it into several files");
    if metadata.len() > LARGEST_FILE {
        return Err(too_large());
    }
    let stamp = Stamp::new(&metadata);
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default().saturating_add(1));
    // Some files are longer than they say.
    while (&opened).take(PIECE).read_to_end(&mut bytes).map_err(unreadable)? > 0 {
        progress.step();
        if bytes.len() as u64 > LARGEST_FILE {
            return Err(too_large());
        }
    }
    let after = opened.metadata().map_err(unreadable)?;
    let text = decode(&name, bytes)?;
    Ok((text, Some(stamp).filter(|stamp| *stamp == Stamp::new(&after))))
}

/// What it is, if it is no regular file.
pub(super) fn no_file(metadata: &Metadata) -> Option<&'static str> {
    let kind = metadata.file_type();
    if kind.is_file() {
        None
    } else if kind.is_fifo() {
        Some("a pipe")
    } else if kind.is_socket() {
        Some("a socket")
    } else if kind.is_dir() {
        Some("a folder")
    } else {
        Some("a device")
    }
}

pub(super) fn not_a_file(name: &str, kind: &str) -> Fault {
    Fault::of(name, format!("this is {kind}, not a file"), "take it out of the folder, or put a file in its place")
}

/// Whether an open file is in the folder. Its path led there when it was looked at; a part of it may have become a link since.
fn is_within(opened: &File, metadata: &Metadata, real: &Path, root: &Path) -> bool {
    if let Ok(path) = fs::read_link(format!("/proc/self/fd/{}", opened.as_raw_fd())) {
        return path.starts_with(root);
    }
    let same = |path: &Path| {
        let now = fs::symlink_metadata(path);
        now.is_ok_and(|now| (now.dev(), now.ino()) == (metadata.dev(), metadata.ino()))
    };
    fs::canonicalize(real).is_ok_and(|path| path.starts_with(root) && same(&path))
}
