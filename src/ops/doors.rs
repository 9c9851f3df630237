//! Who is let in, so that no stranger keeps out those who ask how the bot is.
//!
//! A connection is a guest. One that has not asked anything yet is worth nothing: where there are too many, of one peer or in
//! all, the oldest of those is hung up on and the newest let in. Whoever asks at once, as a health check does, has asked by
//! the time that somebody would have to go.

use std::{
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

/// So many connections are open at a time. They take few of the files that the bot needs to open.
const MOST: usize = 64;
/// So many of one peer that have not asked anything yet.
const MOST_SILENT: usize = 16;
/// What has asked is answered in so long, or its answer is read slowly: then it may have to go as well.
const ANSWERED: Duration = Duration::from_secs(1);

/// The guests, in the order of their arrival.
#[derive(Debug, Default)]
pub(super) struct Doors(Mutex<Guests>);

#[derive(Debug, Default)]
struct Guests {
    next: u64,
    inside: Vec<Guest>,
}

#[derive(Debug)]
struct Guest {
    id: u64,
    peer: IpAddr,
    since: Instant,
    asked: bool,
    /// Dropped, it tells the guest's task to hang up.
    _stay: oneshot::Sender<()>,
}

/// A guest's place inside, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    doors: Arc<Doors>,
    id: u64,
}

impl Doors {
    /// Lets in a connection of `peer`, and hangs up on another one if there are too many. `None`: there is no room for it.
    /// What comes with its place ends when the guest has to go.
    pub(super) fn enter(self: &Arc<Self>, peer: IpAddr, now: Instant) -> Option<(Place, oneshot::Receiver<()>)> {
        let peer = household(peer);
        let mut guests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if guests.silent(peer) >= MOST_SILENT {
            let oldest = guests.inside.iter().position(|guest| !guest.asked && guest.peer == peer)?;
            guests.inside.remove(oldest);
        } else if guests.inside.len() >= MOST {
            let leaves = guests.next_to_leave(now)?;
            guests.inside.remove(leaves);
        }
        guests.next += 1;
        let id = guests.next;
        let (stay, go) = oneshot::channel();
        guests.inside.push(Guest { id, peer, since: now, asked: false, _stay: stay });
        Some((Place { doors: Arc::clone(self), id }, go))
    }

    /// Hangs up on all who have not asked anything.
    pub(super) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).inside.retain(|guest| guest.asked);
    }
}

impl Guests {
    fn silent(&self, peer: IpAddr) -> usize {
        self.inside.iter().filter(|guest| !guest.asked && guest.peer == peer).count()
    }

    /// The oldest silent one of the peer with most of them, or else the oldest that does not take its answer.
    fn next_to_leave(&self, now: Instant) -> Option<usize> {
        let silent = self.inside.iter().enumerate().filter(|(_, guest)| !guest.asked);
        // Of those with equally many, the one that comes first here is the last in the reversed order.
        let silent = silent.rev().max_by_key(|(_, guest)| self.silent(guest.peer)).map(|(at, _)| at);
        silent.or_else(|| self.inside.iter().position(|guest| now.saturating_duration_since(guest.since) >= ANSWERED))
    }
}

impl Place {
    /// The guest has asked something.
    pub(super) fn asked(&self) {
        let mut guests = self.doors.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(guest) = guests.inside.iter_mut().find(|guest| guest.id == self.id) {
            guest.asked = true;
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut guests = self.doors.0.lock().unwrap_or_else(PoisonError::into_inner);
        guests.inside.retain(|guest| guest.id != self.id);
    }
}

/// What counts as one peer: an address, and with IPv6 the network that is one customer's at least.
fn household(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() & (u128::MAX << 64)).into(),
        ip @ IpAddr::V4(_) => ip,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(last: u8) -> IpAddr {
        [127, 0, 0, last].into()
    }

    fn is_let_stay(go: &mut oneshot::Receiver<()>) -> bool {
        go.try_recv() == Err(oneshot::error::TryRecvError::Empty)
    }

    #[test]
    fn of_one_peers_silent_guests_the_oldest_leaves() {
        let (doors, now) = (Arc::<Doors>::default(), Instant::now());
        let (asking, mut asked) = doors.enter(peer(1), now).unwrap();
        asking.asked();
        let mut silent: Vec<_> = (0..MOST_SILENT).map(|_| doors.enter(peer(1), now).unwrap()).collect();
        let (_other, mut other) = doors.enter(peer(2), now).unwrap();
        assert!(silent.iter_mut().all(|(_, go)| is_let_stay(go)));
        let (_newest, mut newest) = doors.enter(peer(1), now).unwrap();
        let stay: Vec<bool> = silent.iter_mut().map(|(_, go)| is_let_stay(go)).collect();
        assert_eq!(stay.iter().position(|stays| !stays), Some(0));
        assert_eq!(stay.iter().filter(|stays| !**stays).count(), 1);
        assert!([&mut asked, &mut other, &mut newest].into_iter().all(is_let_stay));
    }

    #[test]
    fn where_all_is_full_the_peer_with_most_silent_guests_loses_its_oldest() {
        let (doors, now) = (Arc::<Doors>::default(), Instant::now());
        let mut inside: Vec<_> =
            (0..MOST).map(|n| doors.enter(peer(u8::try_from(n / 10).unwrap()), now).unwrap()).collect();
        drop(inside.split_off(MOST - 4));
        let many: Vec<_> = (0..4).map(|_| doors.enter(peer(3), now).unwrap()).collect();
        let (_newest, _go) = doors.enter(peer(200), now).unwrap();
        let gone: Vec<usize> = (0..inside.len()).filter(|at| !is_let_stay(&mut inside[*at].1)).collect();
        assert_eq!(gone, [30]);
        drop(many);
    }

    #[test]
    fn who_has_asked_stays_until_it_ought_to_have_its_answer() {
        let (doors, now) = (Arc::<Doors>::default(), Instant::now());
        let mut inside: Vec<_> =
            (0..MOST).map(|_| doors.enter(peer(1), now).inspect(|(place, _)| place.asked()).unwrap()).collect();
        assert!(doors.enter(peer(2), now).is_none());
        assert!(doors.enter(peer(2), now + ANSWERED).is_some());
        assert!(!is_let_stay(&mut inside[0].1) && is_let_stay(&mut inside[1].1));
    }

    #[test]
    fn a_place_is_free_again_when_its_guest_has_gone() {
        let (doors, now) = (Arc::<Doors>::default(), Instant::now());
        for _ in 0..3 * MOST {
            let (place, _go) = doors.enter(peer(1), now).unwrap();
            place.asked();
        }
        assert!(doors.0.lock().unwrap().inside.is_empty());
    }

    #[test]
    fn a_network_of_one_customer_is_one_peer() {
        let of = |text: &str| household(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
