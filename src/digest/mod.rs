//! Digests: what changed from release to release, in words worth reading, and when a room is told.

mod archive;
mod fold;
mod narrow;
mod room;

pub use archive::{Archive, Pending, Release, Span, Unavailable};
pub use fold::fold;
pub use narrow::narrow;
pub use room::{Follow, Mode, RoomSettings};
