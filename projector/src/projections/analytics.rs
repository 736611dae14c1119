//! `sales_*`: how sales go, as totals that run from the beginning of the log. The fold is the domain's; here it is
//! written down in segments and blocks, so that any past moment is a look-up. The rows depend on positions and
//! recorded times alone: not on pages, restarts or clocks.

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::analytics::seats_of;
use domain::ids::TicketTypeId;
use domain::show::{Event, SeatLabel};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::FoldError;
use crate::page::{Fact, Page};
use crate::projection::{Memory, Projection};

mod batch;
mod loading;
mod numbers;
mod scopes;

use batch::Batch;
use numbers::Numbers;

/// The most shows whose numbers are kept in memory between pages. Beyond that they are read again when their time
/// comes.
const SHOWS_IN_MEMORY_MAX: usize = 50_000;

/// Everything that is counted.
pub(crate) struct Analytics;

/// Blocks follow one another up to the checkpoint's. Where it cannot go on it may fall one short.
const TALLY: &str = "\
SELECT (SELECT count(*) FROM sales_blocks), CASE $1::bigint WHEN 0 THEN 0 ELSE ($1 >> 12) + 1 END
WHERE NOT EXISTS (SELECT FROM parked_streams WHERE projection = 'analytics')";

#[async_trait]
impl Projection for Analytics {
    fn name(&self) -> &'static str {
        "analytics"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["sales_scopes", "sales_totals", "sales_blocks", "sales_titles", "sales_seats"]
    }

    fn tally(&self) -> Option<&'static str> {
        Some(TALLY)
    }

    async fn write(&self, page: Page<'_>, connection: &mut PgConnection) -> Result<(), FoldError> {
        self.write_on(page, &mut None, connection).await
    }

    async fn write_on(
        &self,
        page: Page<'_>,
        memory: &mut Memory,
        connection: &mut PgConnection,
    ) -> Result<(), FoldError> {
        let remembered = memory.take().and_then(|memory| memory.downcast::<Numbers>().ok());
        let mut numbers = match remembered {
            Some(numbers) => numbers,
            None => Box::new(loading::load(connection).await?),
        };
        if page.facts().next().is_some_and(|fact| fact.position <= numbers.reached) {
            return Err(FoldError::OutOfOrder);
        }
        let missing = numbers.missing(page.facts().map(Fact::show_id));
        loading::load_shows(&mut numbers, &missing, connection).await?;
        let mut batch = Batch::default();
        let mut seats = Seats::default();
        for fact in page.facts() {
            note_words(fact, &mut batch);
            let known = seats.of(fact, &numbers, &mut batch, connection).await?;
            numbers.take(fact, known, &mut batch);
        }
        numbers.end_page(page.up_to(), &mut batch);
        batch.write(connection).await?;
        if numbers.shows_known() <= SHOWS_IN_MEMORY_MAX {
            *memory = Some(numbers);
        }
        Ok(())
    }
}

/// What a show is called from now on.
fn note_words(fact: &Fact, batch: &mut Batch) {
    match &fact.event {
        Event::ShowCreated(created) => batch.title(fact, created.details.title.as_str()),
        Event::ShowDescribed(described) => batch.title(fact, described.details.title.as_str()),
        _ => {}
    }
}

/// The seats of the show that was last asked for.
#[derive(Default)]
struct Seats {
    show_id: Option<Uuid>,
    seats: BTreeMap<SeatLabel, TicketTypeId>,
}

impl Seats {
    /// What each seat is sold as, if the fact speaks of seats by their names alone. Few do.
    async fn of(
        &mut self,
        fact: &Fact,
        numbers: &Numbers,
        batch: &mut Batch,
        connection: &mut PgConnection,
    ) -> Result<&BTreeMap<SeatLabel, TicketTypeId>, FoldError> {
        let show_id = fact.show_id();
        if let Event::SeatMapSet(set) = &fact.event {
            (self.show_id, self.seats) = (Some(show_id), seats_of(&set.map));
            batch.seats.insert(show_id, serde_json::to_string(&self.seats)?);
        } else if self.show_id != Some(show_id) && numbers.asks_for_seats(fact) {
            let known = match batch.seats.get(&show_id) {
                Some(known) => Some(known.clone()),
                None => loading::seats(show_id, connection).await?,
            };
            let seats = known.map(|known| serde_json::from_str(&known)).transpose()?;
            (self.show_id, self.seats) = (Some(show_id), seats.unwrap_or_default());
        }
        Ok(&self.seats)
    }
}
