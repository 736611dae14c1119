//! What the organizer says about a show: its details, times, limits and what is sold.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use crate::access::{Action, may};
use crate::aggregate::Asked;
use crate::ids::TicketTypeId;
use crate::show::command::{BlockSeats, CreateShow, ReviseShow, SetSeatMap};
use crate::show::event::{
    CapacityLowered, CapacityRaised, CustomerLimitSet, Event, SaleTermsSet, Schedule, SeatMapSet, SeatsBlocked,
    SeatsUnblocked, ShowCreated, ShowDescribed, ShowDetails, ShowScheduled, TicketTermsSet, TicketType,
    TicketTypeAdded,
};
use crate::show::lifecycle::organized_by;
use crate::show::terms::{RefundStep, SaleTerms, TicketTerms};
use crate::show::{Counts, Offered, PutOff, Rejection, Show, Status, TICKET_TYPES_MAX, sale};

pub(super) fn create(show: &Show, create: &CreateShow, asked: &Asked) -> Result<Vec<Event>, Rejection> {
    if let Some(origin) = show.origin() {
        return if *origin == create.show { Ok(vec![]) } else { Err(Rejection::IdempotencyKeyReused) };
    }
    if !may(&asked.by, Action::CreateShow) {
        return Err(Rejection::RoleForbids);
    }
    check_times(&create.show.schedule)?;
    check_offer(create.show.ticket_types.iter())?;
    check_policy(&create.show.terms)?;
    Ok(vec![create.show.clone().into()])
}

pub(super) fn revise(show: &Show, revise: &ReviseShow, asked: &Asked) -> Result<Vec<Event>, Rejection> {
    organized_by(show, asked)?;
    check_revision(show, revise.expected_revision)?;
    let (Some(details), Some(schedule)) = (show.details(), show.schedule()) else {
        return Err(Rejection::NoSuchShow);
    };
    let mut events = vec![];
    let described = revised_details(details, revise);
    if described != *details {
        events.push(ShowDescribed { details: described }.into());
    }
    let scheduled = revised_schedule(schedule, revise);
    if scheduled != *schedule {
        check_times(&scheduled)?;
        events.push(ShowScheduled { schedule: scheduled }.into());
    }
    if let Some(max_per_customer) = revise.max_per_customer
        && max_per_customer != show.max_per_customer
    {
        events.push(CustomerLimitSet { max_per_customer }.into());
    }
    check_offer(show.offered.iter().map(|offered| &offered.ticket_type).chain(&revise.added))?;
    let added = revise.added.iter().cloned();
    events.extend(added.map(|ticket_type| TicketTypeAdded { ticket_type }.into()));
    for wish in &revise.capacities {
        events.extend(resized(show, wish.ticket_type_id, wish.capacity)?);
    }
    events.extend(revised_terms(show, revise)?);
    Ok(events)
}

fn check_revision(show: &Show, expected: u64) -> Result<(), Rejection> {
    let actual = show.revision;
    if expected == actual { Ok(()) } else { Err(Rejection::RevisionStale { expected, actual }) }
}

fn revised_terms(show: &Show, revise: &ReviseShow) -> Result<Vec<Event>, Rejection> {
    let mut events = vec![];
    if let Some(terms) = revise.terms.as_ref().filter(|terms| **terms != show.terms) {
        check_policy(terms)?;
        events.push(SaleTermsSet { terms: terms.clone() }.into());
    }
    for (ticket_type_id, terms) in &revise.ticket_terms {
        let ticket_type_id = *ticket_type_id;
        let offered = show.find_offered(ticket_type_id).ok_or(Rejection::UnknownTicketType { ticket_type_id })?;
        // Whether it has seats was settled when it was added.
        let terms = TicketTerms { reserved: offered.ticket_type.terms.reserved, ..terms.clone() };
        if terms != offered.ticket_type.terms {
            check_window(&terms)?;
            events.push(TicketTermsSet { ticket_type_id, terms }.into());
        }
    }
    Ok(events)
}

/// Each step of a refund policy ends later than the one before, and gives no more.
fn check_policy(terms: &SaleTerms) -> Result<(), Rejection> {
    let Some(policy) = &terms.refund_policy else { return Ok(()) };
    let follows =
        |one: &RefundStep, next: &RefundStep| next.hours_before < one.hours_before && next.percent <= one.percent;
    let in_order = policy.steps.iter().zip(policy.steps.iter().skip(1)).all(|(one, next)| follows(one, next));
    if in_order { Ok(()) } else { Err(Rejection::OverlappingPolicySteps) }
}

fn check_window(terms: &TicketTerms) -> Result<(), Rejection> {
    let empty = terms.sale_opens_at.zip(terms.sale_closes_at).is_some_and(|(opens, closes)| closes <= opens);
    let none_fits = terms.min_per_booking.zip(terms.max_per_booking).is_some_and(|(min, max)| max < min);
    if empty || none_fits { Err(Rejection::ContradictoryTimes) } else { Ok(()) }
}

pub(super) fn set_seat_map(show: &Show, set: &SetSeatMap, asked: &Asked) -> Result<Vec<Event>, Rejection> {
    organized_by(show, asked)?;
    check_revision(show, set.expected_revision)?;
    let reserved = |id| show.find_offered(id).map(|offered| offered.ticket_type.terms.reserved);
    show.seating.check_map(&set.map, reserved)?;
    let version = show.seating.version() + 1;
    Ok(vec![SeatMapSet { version, map: set.map.clone() }.into()])
}

pub(super) fn block_seats(show: &Show, block: &BlockSeats, asked: &Asked) -> Result<Vec<Event>, Rejection> {
    organized_by(show, asked)?;
    let seats = show.seating.check_blocking(&block.seats, block.block)?;
    if seats.is_empty() {
        return Ok(vec![]);
    }
    let (seats, reason) = (seats.into(), block.reason.clone());
    Ok(vec![if block.block { SeatsBlocked { seats, reason }.into() } else { SeatsUnblocked { seats, reason }.into() }])
}

fn revised_details(now: &ShowDetails, revise: &ReviseShow) -> ShowDetails {
    ShowDetails {
        title: revise.title.clone().unwrap_or_else(|| now.title.clone()),
        description: revise.description.clone().unwrap_or_else(|| now.description.clone()),
        venue: revise.venue.clone().unwrap_or_else(|| now.venue.clone()),
    }
}

fn revised_schedule(now: &Schedule, revise: &ReviseShow) -> Schedule {
    Schedule {
        time_zone: revise.time_zone.clone().unwrap_or_else(|| now.time_zone.clone()),
        starts_at: revise.starts_at.unwrap_or(now.starts_at),
        ends_at: revise.ends_at.unwrap_or(now.ends_at),
        sale_opens_at: revise.sale_opens_at.unwrap_or(now.sale_opens_at),
        sale_closes_at: revise.sale_closes_at.unwrap_or(now.sale_closes_at),
    }
}

fn resized(show: &Show, ticket_type_id: TicketTypeId, capacity: u32) -> Result<Option<Event>, Rejection> {
    let offered = show.find_offered(ticket_type_id).ok_or(Rejection::UnknownTicketType { ticket_type_id })?;
    if offered.ticket_type.terms.reserved {
        return Err(Rejection::CapacityFromSeatMap { ticket_type_id });
    }
    if capacity < offered.taken {
        return Err(Rejection::CapacityBelowTaken { ticket_type_id, requested: capacity, taken: offered.taken });
    }
    Ok(match capacity.cmp(&offered.ticket_type.capacity) {
        core::cmp::Ordering::Less => Some(CapacityLowered { ticket_type_id, capacity }.into()),
        core::cmp::Ordering::Equal => None,
        core::cmp::Ordering::Greater => Some(CapacityRaised { ticket_type_id, capacity }.into()),
    })
}

pub(super) fn check_times(schedule: &Schedule) -> Result<(), Rejection> {
    let sale_is_empty = schedule.sale_opens_at.is_some_and(|opens_at| schedule.sale_end() <= opens_at);
    if schedule.ends_at <= schedule.starts_at || sale_is_empty {
        return Err(Rejection::ContradictoryTimes);
    }
    Ok(())
}

fn check_offer<'a>(ticket_types: impl Iterator<Item = &'a TicketType> + Clone) -> Result<(), Rejection> {
    if ticket_types.clone().count() > TICKET_TYPES_MAX {
        return Err(Rejection::TooManyTicketTypes { limit: TICKET_TYPES_MAX });
    }
    ticket_types.clone().try_for_each(|ticket_type| check_window(&ticket_type.terms))?;
    let mut currencies = ticket_types.map(|ticket_type| ticket_type.price.currency);
    let first = currencies.next();
    if currencies.any(|currency| Some(currency) != first) {
        return Err(Rejection::MixedCurrencies);
    }
    Ok(())
}

/// Takes in what the organizer said and did.
pub(super) fn evolve(show: &mut Show, event: &Event) {
    match event {
        Event::ShowCreated(created) => created_show(show, created),
        Event::ShowDescribed(described) => show.details = Some(described.details.clone()),
        Event::ShowScheduled(scheduled) => show.schedule = Some(scheduled.schedule.clone()),
        Event::ShowRescheduled(put_off) => {
            show.schedule = Some(put_off.schedule.clone());
            show.put_off = Some(PutOff { decided_at: put_off.rescheduled_at, refund_until: put_off.refund_until });
        }
        Event::CustomerLimitSet(limit) => show.max_per_customer = limit.max_per_customer,
        Event::SaleTermsSet(set) => agree(show, &set.terms),
        Event::TicketTypeAdded(added) => offer(show, &added.ticket_type),
        Event::TicketTermsSet(set) => {
            if let Some(offered) = show.offered_mut(set.ticket_type_id) {
                offered.ticket_type.terms = set.terms.clone();
            }
        }
        Event::CapacityRaised(raised) => resize(show, raised.ticket_type_id, raised.capacity),
        Event::CapacityLowered(lowered) => resize(show, lowered.ticket_type_id, lowered.capacity),
        Event::PromoCodeAdded(added) => sale::promo_code_added(show, &added.promo_code),
        Event::PromoCodeRemoved(removed) => sale::promo_code_removed(show, &removed.code),
        Event::SeatMapSet(set) => {
            show.seating.set(set);
            count_seats(show);
        }
        Event::SeatsBlocked(blocked) => {
            show.seating.block(&blocked.seats);
            count_seats(show);
        }
        Event::SeatsUnblocked(unblocked) => {
            show.seating.unblock(&unblocked.seats);
            count_seats(show);
        }
        Event::ShowPublished(_) | Event::SaleResumed(_) => show.status = Status::OnSale,
        Event::SalePaused(_) => show.status = Status::Paused,
        Event::SaleClosed(_) => show.status = Status::Closed,
        Event::ShowCancelled(_) => show.end_all(),
        // Everything else is what customers and the provider did, and is taken in elsewhere.
        _ => {}
    }
}

fn created_show(show: &mut Show, created: &ShowCreated) {
    show.details = Some(created.details.clone());
    show.schedule = Some(created.schedule.clone());
    show.max_per_customer = created.max_per_customer;
    agree(show, &created.terms);
    for ticket_type in &created.ticket_types {
        offer(show, ticket_type);
    }
    show.origin = Some(Box::new(created.clone()));
}

/// New terms; a refund policy that was not in force gets the next number.
fn agree(show: &mut Show, terms: &SaleTerms) {
    if let Some(policy) = &terms.refund_policy
        && show.terms.refund_policy.as_ref() != Some(policy)
    {
        show.policies.push(policy.clone());
    }
    show.terms = terms.clone();
}

fn offer(show: &mut Show, ticket_type: &TicketType) {
    show.offered.push(Offered { ticket_type: ticket_type.clone(), taken: 0, blocked: 0 });
}

fn resize(show: &mut Show, ticket_type_id: TicketTypeId, capacity: u32) {
    if let Some(offered) = show.offered_mut(ticket_type_id) {
        offered.ticket_type.capacity = capacity;
    }
}

/// The map says how many seats a reserved ticket type has.
fn count_seats(show: &mut Show) {
    let seating = &show.seating;
    for offered in show.offered.iter_mut().filter(|offered| offered.ticket_type.terms.reserved) {
        let Counts { seats, blocked, .. } = seating.counts(offered.ticket_type.ticket_type_id);
        offered.ticket_type.capacity = seats;
        offered.blocked = blocked;
    }
}
