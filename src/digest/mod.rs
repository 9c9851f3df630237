//! Digests: what changed from release to release, in words worth reading, and when a room is told.

mod archive;
mod compose;
mod correction;
mod entry;
mod fold;
mod line;
mod narrow;
mod room;
mod schedule;
mod zone;

pub use archive::{Archive, Pending, Release, Span, Unavailable};
pub use compose::{Digest, Told, compose};
pub use correction::{Correction, Remark, corrected, corrections, settled};
pub use entry::{Entry, entries};
pub use fold::fold;
pub use narrow::narrow;
pub use room::{Follow, Mode, RoomSettings};
pub use schedule::{FIELDS, NotASchedule, Schedule};
pub use zone::{UnknownZone, Why, Zone};
