//! What the bot remembers on its own: the state folder and, as the only importer of `sqlx`, the database in it.

mod commands;
mod folder;

pub use commands::{Entry, Fault, Kind, Store, Unfinished, Verdict};
pub use folder::{Folder, FolderFault};
