//! The moments that a schedule stands for.
//!
//! croner counts on the zone's wall clock alone; the moments at which the clock shows a slot are found here, so that every
//! schedule keeps the same rule when clocks change: a slot that is skipped runs at the end of the gap, one that the clock
//! shows twice runs the first time only. Later slots are never earlier moments, whatever the clocks do.

use jiff::Timestamp;

use super::Schedule;
use crate::digest::Zone;

impl Schedule {
    /// The zone that counts for a room: the schedule's own, or else the room's.
    #[must_use]
    pub fn zone<'z>(&'z self, room: &'z Zone) -> &'z Zone {
        self.zone.as_ref().unwrap_or(room)
    }

    /// The first slot after a moment, in a room with this zone.
    #[must_use]
    pub fn next(&self, after: Timestamp, room: &Zone) -> Option<Timestamp> {
        let zone = self.zone(room);
        let mut clock = zone.clock(after);
        loop {
            clock = self.cron.find_next_occurrence(&clock, false).ok()?;
            // In the hour that the clocks show a second time, the slots have been.
            let at = zone.moment(clock)?;
            if at > after {
                return Some(at);
            }
        }
    }

    /// The last slot that is not after a moment, in a room with this zone.
    #[must_use]
    pub fn last(&self, now: Timestamp, room: &Zone) -> Option<Timestamp> {
        let zone = self.zone(room);
        let mut clock = zone.furthest_clock(now);
        let mut inclusive = true;
        loop {
            clock = self.cron.find_previous_occurrence(&clock, inclusive).ok()?;
            let at = zone.moment(clock)?;
            if at <= now {
                return Some(at);
            }
            inclusive = false;
        }
    }
}
