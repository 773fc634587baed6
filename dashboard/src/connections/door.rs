//! Who may be connected: places for each machine and in all, of which silent ones give way to whoever comes.

use std::net::SocketAddr;
use std::sync::Arc;

use super::activity::Activity;
use crate::access::Access;
use crate::counters;
use crate::machine::Machine;
use crate::places::{Bounds, Full, Holder, Place, Places};

/// Fewer in all than the 1024 files that a process may usually have open. A browser opens six.
const CONNECTIONS: Bounds = Bounds { most: 800, of_one: 50, kept_here: 40 };

/// Lets connections in.
pub(super) struct Door {
    access: Arc<Access>,
    places: Places<Arc<Activity>>,
}

/// A connection that was let in. Its place is free again when this is dropped.
pub(super) struct Admitted {
    pub(super) activity: Arc<Activity>,
    _place: Place<Arc<Activity>>,
}

impl Door {
    pub(super) fn guarded_by(access: Arc<Access>) -> Self {
        Self { access, places: Places::within(CONNECTIONS) }
    }

    /// Lets a connection in. When there is no place, the one that has been silent for longest is closed for it: of the
    /// same machine where that has its share, else of the one that holds most.
    pub(super) fn admit(&self, peer: SocketAddr) -> Result<Admitted, Full> {
        let address = peer.ip();
        let machine = Machine::at(address);
        let holder = Holder::new(machine, self.access.is_proxy(address));
        let activity = Arc::new(Activity::begun());
        let mut taken = self.places.take(holder, Arc::clone(&activity));
        if let Err(full) = taken {
            let of = (full == Full::OfOne).then_some(machine);
            if let Some(silent) = self.places.displace(of, |activity| activity.silent_since()) {
                silent.close();
                counters::connection_closed("displaced");
                taken = self.places.take(holder, Arc::clone(&activity));
            }
        }
        let place = taken.inspect_err(|full| counters::connection_refused(full.as_str()))?;
        Ok(Admitted { activity, _place: place })
    }

    /// Closes connections that have been waited for too long.
    pub(super) fn close_overdue(&self) {
        for activity in self.places.things().iter().filter(|activity| activity.is_overdue()) {
            activity.close();
            counters::connection_closed("silent");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::FutureExt as _;
    use tokio::time::advance;

    use super::*;

    fn door() -> Door {
        let folder = tempfile::tempdir().unwrap();
        let access = Access::of(folder.path()).behind(vec!["10.0.0.1".parse().unwrap()]);
        Door::guarded_by(Arc::new(access))
    }

    fn enter(door: &Door, address: &str, many: usize) -> Vec<Admitted> {
        let peer = SocketAddr::new(address.parse().unwrap(), 50_000);
        (0..many).map_while(|_| door.admit(peer).ok()).collect()
    }

    /// The same, each of which has asked something that is not answered yet.
    fn enter_to_ask(door: &Door, address: &str, many: usize) -> Vec<Admitted> {
        let ask = |_| enter(door, address, 1).into_iter().inspect(|it| it.activity.is_asked());
        (0..many).flat_map(ask).collect()
    }

    fn closed(connections: &[Admitted]) -> usize {
        let is_closed = |it: &&Admitted| it.activity.closing().now_or_never().is_some();
        connections.iter().filter(is_closed).count()
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_comes_takes_the_place_of_the_longest_silent_one() {
        let door = door();
        let silent = enter(&door, "127.0.0.1", 900);
        assert_eq!((silent.len(), closed(&silent)), (900, 180));
        let network: Vec<_> =
            (1..=20).flat_map(|n| enter(&door, &format!("192.168.1.{n}"), 60)).collect();
        assert_eq!(network.len(), 20 * 60, "each comes in, and may have fifty");
        assert!(door.places.things().len() <= CONNECTIONS.most - CONNECTIONS.kept_here);
    }

    #[tokio::test(start_paused = true)]
    async fn a_machine_whose_connections_are_all_at_work_gets_no_more_and_others_do() {
        let door = door();
        let busy = enter_to_ask(&door, "192.168.1.7", 50);
        assert!(enter(&door, "192.168.1.7", 1).is_empty());
        assert_eq!(enter(&door, "192.168.1.8", 1).len(), 1);
        assert_eq!(enter(&door, "10.0.0.1", 200).len(), 200, "a proxy stands for many");
        assert_eq!(closed(&busy), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn places_are_kept_for_this_machine_when_the_network_is_at_work_everywhere() {
        let door = door();
        let busy: Vec<_> =
            (0..20).flat_map(|n| enter_to_ask(&door, &format!("192.168.1.{n}"), 50)).collect();
        assert_eq!(busy.len(), CONNECTIONS.most - CONNECTIONS.kept_here);
        assert!(enter(&door, "192.168.2.1", 1).is_empty());
        assert_eq!(enter(&door, "127.0.0.1", 1).len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_says_nothing_is_closed_by_itself() {
        let door = door();
        let connections = enter(&door, "192.168.1.7", 2);
        connections[0].activity.is_asked();
        advance(Duration::from_secs(10)).await;
        door.close_overdue();
        assert_eq!(closed(&connections), 1);
    }
}
