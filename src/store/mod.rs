//! What the bot remembers on its own: the state folder and, as the only importer of `sqlx`, the database in it.

mod archive;
mod commands;
mod database;
mod digests;
mod folder;
mod outbox;
mod probe;
mod releases;
mod rooms;

pub use archive::moment;
pub use commands::{Entry, Kind, Unfinished, Verdict};
pub use database::{Fault, Store};
pub use digests::{Announced, Composed, Due, Edit, Gathering};
pub use folder::{Folder, FolderFault};
pub use outbox::{Body, Depth, Purpose, Waiting};
pub use releases::{NewRelease, StoredRelease, StoredRow};
pub use rooms::Room;
