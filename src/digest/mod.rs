//! Digests: what changed from release to release, in words worth reading, and when a room is told.

mod archive;
mod room;
mod schedule;
mod zone;

pub use archive::{Archive, Pending, Release, Span, Unavailable};
pub use room::{Follow, Mode, RoomSettings};
pub use schedule::{FIELDS, NotASchedule, Schedule};
pub use zone::{UnknownZone, Zone};
