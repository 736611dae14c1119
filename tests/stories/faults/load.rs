//! People who go on booking, whatever happens to the server, until each has what they came for.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::access::Role;
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::support::log::Recount;
use crate::support::person::Line;
use crate::support::{Person, Show, in_time, world};

const PEOPLE: usize = 12;
/// How many tickets each of them buys, one at a time.
const EACH: usize = 40;
/// How many bookings there are in the end.
pub(super) const BOOKINGS: usize = PEOPLE * EACH;

/// A load that is running.
pub(super) struct Load {
    people: JoinSet<Told>,
    done: watch::Receiver<usize>,
}

/// What one person, or all of them, were told.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Bookings that were answered 201.
    pub(super) confirmed: Vec<Uuid>,
    /// How often each other status came, and how often no answer at all (0).
    pub(super) others: BTreeMap<u16, usize>,
}

impl Load {
    /// Starts it. `lines` says where the server is now; people move along when it changes.
    pub(super) fn start(lines: &watch::Receiver<Line>, show: &Show) -> Self {
        let (count, done) = watch::channel(0);
        let count = Arc::new(count);
        let mut people = JoinSet::new();
        for _ in 0..PEOPLE {
            let person = world::person(&lines.borrow(), Role::Customer);
            people.spawn(buys(person, lines.clone(), show.clone(), count.clone()));
        }
        Self { people, done }
    }

    /// Waits until this many bookings were answered.
    pub(super) async fn reaches(&mut self, bookings: usize) {
        in_time("the load", self.done.wait_for(|done| *done >= bookings)).await.unwrap();
    }

    /// Waits until everybody has everything.
    pub(super) async fn ends(self) -> Told {
        let mut all = Told::default();
        for told in in_time("the load", self.people.join_all()).await {
            all.confirmed.extend(told.confirmed);
            for (status, times) in told.others {
                *all.others.entry(status).or_default() += times;
            }
        }
        all
    }
}

impl Told {
    /// Everything that was acknowledged is in the log once, and nothing else is.
    pub(super) fn agrees_with(&self, log: &Recount) {
        assert_eq!(self.confirmed.len(), BOOKINGS);
        let told: HashMap<Uuid, u32> = self.confirmed.iter().map(|booking| (*booking, 1)).collect();
        assert_eq!(told.len(), BOOKINGS, "each of them is another booking");
        assert_eq!(told, log.confirmed);
    }
}

async fn buys(mut person: Person, lines: watch::Receiver<Line>, show: Show, count: Arc<watch::Sender<usize>>) -> Told {
    static KEYS: AtomicUsize = AtomicUsize::new(0);
    let mut told = Told::default();
    for _ in 0..EACH {
        let key = format!("load-{}", KEYS.fetch_add(1, Ordering::Relaxed));
        loop {
            person.line = lines.borrow().clone();
            let status = match person.books(&show, 1).key(&key).attempt().await {
                Ok(answer) if answer.status == 201 => {
                    told.confirmed.push(answer.id("booking_id"));
                    break;
                }
                Ok(answer) => answer.status,
                Err(_) => 0,
            };
            *told.others.entry(status).or_default() += 1;
            tokio::task::yield_now().await;
        }
        count.send_modify(|count| *count += 1);
    }
    told
}
