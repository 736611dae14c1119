//! The agenda: makes visible what time does by itself, and goes on with what was begun. Several times a
//! second it looks at the read models for holds and offers past their deadline, refunds that are due, and
//! payments of which nothing was heard, and sends commands or asks the provider.
//!
//! It is the only place of the writing side that reads read models, and takes them for hints: no decision
//! rests on one, and a command that was not needed decides nothing.

mod due;
mod reminders;

use std::num::NonZeroUsize;
use std::time::Duration;

use domain::Timestamp;
use domain::access::Actor;
use domain::ids::ShowId;
use domain::show::{Command, Rejection};
use lru::LruCache;
use sqlx::PgConnection;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval};
use uuid::Uuid;

use crate::app::App;
use crate::lane::{Done, Refused};
use due::{Due, List, Overdue, Page, Place};
pub(crate) use reminders::Reminders;

/// How often it looks, in milliseconds. Lapses are to be visible within a second, whoever asks.
const AGENDA_POLL_MS: u64 = 250;
/// The most pages of a list that one look goes through; the next look goes on from there.
const PAGES_PER_LOOK_MAX: usize = 20;
/// The most shows that are being settled at once; others wait for the next look.
const SETTLING_MAX: usize = 1_000;
/// The most shows of which is remembered until when they were settled.
const SETTLED_MAX: NonZeroUsize = NonZeroUsize::new(10_000).expect("ten thousand is not zero");

/// What a show said when it was told the time.
type Settled = (ShowId, Result<Done<()>, Refused<Rejection>>);

/// Works through the agenda until its task is aborted.
pub(crate) async fn keep(app: App) {
    let mut looks = interval(Duration::from_millis(AGENDA_POLL_MS));
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut agenda = Agenda {
        app,
        settled: LruCache::new(SETTLED_MAX),
        settling: JoinSet::new(),
        refunds: Place::START,
        payments: Place::START,
        blind: false,
    };
    loop {
        tokio::select! {
            _ = looks.tick() => agenda.look().await,
            Some(ended) = agenda.settling.join_next() => agenda.ended(ended),
        }
    }
}

struct Agenda {
    app: App,
    /// Until when each show is settled, or is being settled. A read model that lags goes on listing it.
    settled: LruCache<ShowId, Timestamp>,
    settling: JoinSet<Settled>,
    /// Where the next look goes on in each list.
    refunds: Place,
    payments: Place,
    /// The last look failed.
    blind: bool,
}

impl Agenda {
    async fn look(&mut self) {
        match self.go_through().await {
            Ok(()) if self.blind => {
                self.blind = false;
                tracing::info!("the agenda can be read again");
            }
            Ok(()) => {}
            Err(error) if self.blind => tracing::debug!(%error, "the agenda cannot be read"),
            Err(error) => {
                self.blind = true;
                tracing::warn!(%error, "the agenda cannot be read; what is due waits for the next command");
            }
        }
    }

    async fn go_through(&mut self) -> Result<(), sqlx::Error> {
        let now = (self.app.clock)();
        let mut connection = self.app.pool.acquire().await?;
        for overdue in due::overdue(&mut connection, now).await? {
            self.settle(&overdue, now);
        }
        self.refunds = self.walk(List::Refunds, self.refunds, &mut connection, now).await?;
        self.payments = self.walk(List::Payments, self.payments, &mut connection, now).await?;
        Ok(())
    }

    /// Lets a show take note of the time, unless it has, and only the read model does not show it yet.
    fn settle(&mut self, overdue: &Overdue, now: Timestamp) {
        let show_id = overdue.show_id;
        let known = self.settled.get(&show_id).is_some_and(|settled| *settled >= overdue.latest);
        if known || self.settling.len() >= SETTLING_MAX {
            return;
        }
        self.settled.put(show_id, now);
        let shows = self.app.shows.clone();
        self.settling.spawn(async move {
            let settled = shows.execute(show_id.0, Command::Settle, Actor::PLATFORM, Uuid::now_v7(), |_| ()).await;
            (show_id, settled)
        });
    }

    fn ended(&mut self, ended: Result<Settled, JoinError>) {
        match ended {
            Ok((_, Ok(_))) => {}
            Ok((show_id, Err(Refused::Rejected(rejection)))) => {
                tracing::error!(%show_id, %rejection, "a show refuses to take note of the time");
            }
            Ok((show_id, Err(Refused::Overloaded | Refused::Unavailable))) => {
                self.settled.pop(&show_id);
            }
            Err(error) => {
                // Which one it was is not told. To settle some of them once more does no harm.
                tracing::error!(%error, "a show could not be told the time");
                self.settled.clear();
            }
        }
    }

    /// Asks the provider for what stands in a list from a place on. Says where to go on the next time.
    async fn walk(
        &mut self,
        list: List,
        from: Place,
        connection: &mut PgConnection,
        now: Timestamp,
    ) -> Result<Place, sqlx::Error> {
        let mut place = from;
        for _ in 0..PAGES_PER_LOOK_MAX {
            let Page { dues, more } = list.page(connection, place, now).await?;
            for due in dues {
                let next = due.place;
                if !self.ask(due) {
                    return Ok(place);
                }
                place = next;
            }
            if !more {
                return Ok(Place::START);
            }
        }
        Ok(place)
    }

    /// Asks the provider, unless it was asked lately. `false`: it has no room.
    fn ask(&self, due: Due) -> bool {
        let (id, now) = (due.request.id(), Instant::now());
        if !self.app.reminders.is_time(id, now) {
            return true;
        }
        let taken = self.app.payments.ask(due.request);
        if taken {
            self.app.reminders.asked(id, due.show_id, now);
        }
        taken
    }
}
