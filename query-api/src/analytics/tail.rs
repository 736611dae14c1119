//! What the log says between the last block of the tables and the moment that is asked for: at most a block.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::aggregate::Aggregate;
use domain::analytics::{BLOCK_BITS, Before, Measure, Moment, Part, Sale, Totals, seats_of};
use domain::event::DomainEvent;
use domain::ids::{AccountId, TicketTypeId};
use domain::show::{Event, SeatLabel, Show};
use edge::problem::Problem;
use event_log::{PAGE_EVENTS_MAX, RecordedEvent};
use uuid::Uuid;

use super::picture::{self, Picture};
use super::{PartNumbers, Standing, scopes_of_shows};
use crate::app::App;
use crate::as_of::unreadable;

const _: () = assert!(1 << BLOCK_BITS < PAGE_EVENTS_MAX, "the events of a block are one page of the log");

/// A fact of the tail.
struct Fact {
    moment: Moment,
    show_id: Uuid,
    event: Event,
}

/// Brings numbers from `covered` up to the moment, with the events that were [`read`].
pub(super) async fn fold(
    app: &App,
    standing: &Standing,
    read: &[Arc<RecordedEvent>],
    covered: u64,
    picture: &mut Picture,
    with_parts: bool,
) -> Result<(), Problem> {
    if read.is_empty() {
        return Ok(());
    }
    let facts: Vec<Fact> = read.iter().filter_map(|recorded| fact(standing, picture, recorded)).collect();
    let mut sales = sales(app, standing, picture, &facts, covered, with_parts).await?;
    for fact in &facts {
        let Some(at) = picture.by_show.get(&fact.show_id).copied() else { continue };
        let Some(sale) = sales.get_mut(&at) else { continue };
        // Rows of minutes that are over may know more than the last block.
        let counted = sale.total()[Measure::Touched].cast_unsigned().max(covered);
        if fact.moment.position <= counted {
            sale.recall(fact.moment.position, Before::of(&fact.event));
            continue;
        }
        let seats = seats(app, sale, &fact.event).await?;
        sale.take(fact.moment, &fact.event, &seats);
        let currency = sale.total()[Measure::Currency];
        let of_currency = |totals: &Totals| totals[Measure::Currency] == currency;
        let known = picture.wholes.iter_mut().find(|whole| of_currency(&whole.totals));
        if let Some(whole) = known {
            whole.totals.take(sale.changes(), fact.moment);
        }
    }
    for (at, sale) in sales {
        write_back(picture, at, &sale, with_parts);
    }
    Ok(())
}

/// What is not in the numbers up to `covered` yet, and with it the last event that is: the first one may refer to it.
/// The log gives it page by page, of whatever size, and without what is not folded.
pub(super) async fn read(app: &App, covered: u64, up_to: u64) -> Result<Vec<Arc<RecordedEvent>>, Problem> {
    if covered >= up_to {
        return Ok(Vec::new());
    }
    let (mut read, mut reached) = (Vec::new(), covered.saturating_sub(1));
    while reached < up_to {
        let page = app.log.read_bare(reached, up_to, PAGE_EVENTS_MAX).await.map_err(unreadable)?;
        let Some(last) = page.last() else { break };
        reached = last.position;
        read.extend(page);
    }
    Ok(read)
}

fn fact(standing: &Standing, picture: &Picture, recorded: &Arc<RecordedEvent>) -> Option<Fact> {
    let show_id = recorded.stream.id();
    if recorded.stream.category() != Show::CATEGORY || !picture.by_show.contains_key(&show_id) {
        return None;
    }
    // What the projector goes on without is left out here as well.
    let parked = || standing.parked.get(&recorded.stream.to_string());
    if !standing.parked.is_empty() && parked().is_some_and(|since| *since <= recorded.position) {
        return None;
    }
    let event = Event::decode(&recorded.event_type, recorded.schema_version, &recorded.payload).ok()?;
    Some(Fact { moment: Moment { position: recorded.position, at: recorded.recorded_at }, show_id, event })
}

/// The shows that the tail speaks of, as they were before it.
async fn sales(
    app: &App,
    standing: &Standing,
    picture: &mut Picture,
    facts: &[Fact],
    covered: u64,
    with_parts: bool,
) -> Result<HashMap<usize, Sale>, Problem> {
    if !with_parts {
        let needy = facts.iter().filter(|fact| fact.moment.position > covered && Sale::needs_parts(&fact.event));
        let needy: Vec<Uuid> = needy.map(|fact| fact.show_id).collect();
        if !needy.is_empty() {
            let blocks = picture::blocks(app, standing.as_of.position, true);
            let (rows, (blocks, _)) = tokio::try_join!(scopes_of_shows(app, standing, needy), blocks)?;
            for show in picture::assemble(rows, &blocks)?.shows {
                if let Some(at) = picture.by_show.get(&show.show_id) {
                    picture.shows[*at].parts = show.parts;
                }
            }
        }
    }
    let mut sales = HashMap::new();
    for fact in facts {
        let Some(at) = picture.by_show.get(&fact.show_id).copied() else { continue };
        sales.entry(at).or_insert_with(|| {
            let (show, organizer) = (&picture.shows[at], picture.organizers[at]);
            let is_there = |part: &&PartNumbers| part.totals[Measure::Since] != 0;
            let parts = show.parts.iter().filter(is_there).map(|part| Part {
                ticket_type_id: part.ticket_type_id.map(TicketTypeId),
                totals: part.totals.clone(),
            });
            Sale::new(AccountId(organizer), show.totals.clone(), parts.collect())
        });
    }
    Ok(sales)
}

/// What each seat is sold as, where a fact names seats alone.
async fn seats(app: &App, sale: &Sale, event: &Event) -> Result<BTreeMap<SeatLabel, TicketTypeId>, Problem> {
    let Some(position) = sale.seat_map_for(event).filter(|position| *position > 0) else { return Ok(BTreeMap::new()) };
    let map = app.log.read_all(position - 1, position, 1).await.map_err(unreadable)?;
    let set = map.first().and_then(|map| Event::decode(&map.event_type, map.schema_version, &map.payload).ok());
    Ok(match set {
        Some(Event::SeatMapSet(set)) => seats_of(&set.map),
        _ => BTreeMap::new(),
    })
}

fn write_back(picture: &mut Picture, at: usize, sale: &Sale, with_parts: bool) {
    let show = &mut picture.shows[at];
    show.totals = sale.total().clone();
    if !with_parts {
        show.parts.clear();
        return;
    }
    for part in sale.parts() {
        let ticket_type_id = part.ticket_type_id.map(|id| id.0);
        if let Some(known) = show.parts.iter_mut().find(|known| known.ticket_type_id == ticket_type_id) {
            known.totals = part.totals.clone();
        }
    }
}
