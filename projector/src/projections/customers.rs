//! `customer_*`: who buys, how much, and how many buyers there were at any position. The rows depend on the log
//! alone: not on pages, restarts or clocks.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use async_trait::async_trait;
use domain::show::{BookedItem, Event};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::{FoldError, demand_rows};
use crate::page::{Fact, Page};
use crate::projection::{Projection, signed};

mod buyers;
mod counts;

use buyers::Buyers;
use counts::Counts;

/// Every customer who ever bought or let a hold lapse.
pub(crate) struct Customers;

#[async_trait]
impl Projection for Customers {
    fn name(&self) -> &'static str {
        "customers"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["customer_counts", "customer_firsts", "customer_scopes", "customer_shows"]
    }

    fn deferred_indexes(&self) -> &'static [&'static str] {
        &["customer_firsts_by_position"]
    }

    fn born_of(&self) -> &'static [(&'static str, &'static [&'static str])] {
        &[("customer_shows", &["ShowCreated"])]
    }

    async fn write(&self, page: Page<'_>, connection: &mut PgConnection) -> Result<(), FoldError> {
        let mut changes = Changes::default();
        page.facts().for_each(|fact| changes.take(fact));
        changes.write(connection).await
    }
}

/// A booking that was confirmed.
struct Purchase {
    show_id: Uuid,
    customer_id: Uuid,
    position: i64,
}

/// What a page changes. Sorted by key, so that neighbours are written one after the other.
#[derive(Default)]
struct Changes {
    /// Whose shows there are from now on.
    shows: BTreeMap<Uuid, Uuid>,
    counts: BTreeMap<Uuid, Counts>,
    /// In the order of the log.
    purchases: Vec<Purchase>,
}

const INSERT_SHOWS: &str = "\
INSERT INTO customer_shows (show_id, organizer_id) SELECT * FROM unnest($1::uuid[], $2::uuid[])";

const FIND_SHOWS: &str = "SELECT show_id, organizer_id FROM customer_shows WHERE show_id = ANY($1)";

impl Changes {
    fn take(&mut self, fact: &Fact) {
        match &fact.event {
            Event::ShowCreated(created) => {
                self.shows.insert(fact.show_id(), created.organizer_id.0);
            }
            Event::BookingConfirmed(confirmed) => self.buy(fact, confirmed.customer_id.0, &confirmed.items),
            Event::HoldConfirmed(confirmed) => self.buy(fact, confirmed.customer_id.0, &confirmed.items),
            // What was held only was never bought.
            Event::BookingReduced(reduced) if !reduced.held => {
                self.of(reduced.customer_id.0).cancelled_tickets += tickets(&reduced.items);
            }
            Event::BookingCancelled(cancelled) => {
                let counts = self.of(cancelled.customer_id.0);
                counts.cancelled_bookings += 1;
                counts.cancelled_tickets += tickets(&cancelled.items);
            }
            Event::HoldsLapsed(lapsed) => {
                lapsed.holds.iter().for_each(|hold| self.of(hold.customer_id.0).lapsed_holds += 1);
            }
            _ => {}
        }
    }

    fn of(&mut self, customer_id: Uuid) -> &mut Counts {
        self.counts.entry(customer_id).or_default()
    }

    fn buy(&mut self, fact: &Fact, customer_id: Uuid, items: &[BookedItem]) {
        let counts = self.of(customer_id);
        counts.bookings += 1;
        counts.tickets += tickets(items);
        self.purchases.push(Purchase { show_id: fact.show_id(), customer_id, position: signed(fact.position) });
    }

    async fn write(self, connection: &mut PgConnection) -> Result<(), FoldError> {
        if !self.shows.is_empty() {
            let (shows, organizers): (Vec<Uuid>, Vec<Uuid>) = self.shows.iter().unzip();
            sqlx::query(INSERT_SHOWS).bind(shows).bind(organizers).execute(&mut *connection).await?;
        }
        counts::add(&self.counts, connection).await?;
        if self.purchases.is_empty() {
            return Ok(());
        }
        let organizers = self.organizers(connection).await?;
        Buyers::of(&self.purchases, &organizers).write(connection).await
    }

    /// Whose the shows are that something was bought for.
    async fn organizers(&self, connection: &mut PgConnection) -> Result<HashMap<Uuid, Uuid>, FoldError> {
        let shows: BTreeSet<Uuid> = self.purchases.iter().map(|purchase| purchase.show_id).collect();
        let (known, asked): (Vec<Uuid>, Vec<Uuid>) =
            shows.iter().partition(|show_id| self.shows.contains_key(*show_id));
        let mut organizers: HashMap<Uuid, Uuid> =
            known.iter().filter_map(|show_id| Some((*show_id, *self.shows.get(show_id)?))).collect();
        if !asked.is_empty() {
            let found: Vec<(Uuid, Uuid)> = sqlx::query_as(FIND_SHOWS).bind(&asked).fetch_all(connection).await?;
            demand_rows("customer_shows", found.len() as u64, asked.len())?;
            organizers.extend(found);
        }
        Ok(organizers)
    }
}

/// How many tickets these are.
fn tickets(items: &[BookedItem]) -> i64 {
    items.iter().map(|item| i64::from(item.quantity)).sum()
}
