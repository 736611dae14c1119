//! Correcting a show.

use super::*;
use crate::show::{
    CapacityLowered, CapacityRaised, CapacityWish, CustomerLimitSet, Rejection, ShowDescribed, ShowScheduled,
    TICKET_TYPES_MAX, TicketTypeAdded,
};

/// The organizer looks at a draft nobody has touched since.
fn look() -> ReviseShow {
    ReviseShow { expected_revision: 1, ..ReviseShow::default() }
}

fn resize(ticket_type_id: TicketTypeId, capacity: u32) -> ReviseShow {
    ReviseShow { capacities: vec![CapacityWish { ticket_type_id, capacity }], ..look() }
}

fn limit(max_per_customer: Option<u32>) -> Event {
    CustomerLimitSet { max_per_customer }.into()
}

#[test]
fn new_details_are_recorded_whole() {
    let described = ShowDetails { title: line("A Night"), description: Some(line("Bring a coat")), ..details() };
    let wish = ReviseShow { title: Some(line("A Night")), description: Some(Some(line("Bring a coat"))), ..look() };
    draft([]).at(ORGANIZER, NOON).when(&revise(wish)).then([ShowDescribed { details: described }.into()]);
}

#[test]
fn another_venue_is_a_new_description() {
    let venue = Venue { name: line("Roxy"), ..details().venue };
    let described = ShowDetails { venue: venue.clone(), ..details() };
    let wish = ReviseShow { venue: Some(venue), ..look() };
    draft([]).at(ORGANIZER, NOON).when(&revise(wish)).then([ShowDescribed { details: described }.into()]);
}

#[test]
fn a_description_can_be_removed() {
    let wordy = ShowDetails { description: Some(line("Bring a coat")), ..details() };
    let wish = ReviseShow { expected_revision: 2, description: Some(None), ..ReviseShow::default() };
    draft([ShowDescribed { details: wordy }.into()])
        .at(ORGANIZER, NOON)
        .when(&revise(wish))
        .then([ShowDescribed { details: details() }.into()]);
}

#[test]
fn new_times_are_recorded_whole() {
    let later = Schedule {
        time_zone: line("Europe/Zurich"),
        starts_at: hours(5),
        ends_at: hours(7),
        sale_opens_at: Some(NOON),
        sale_closes_at: Some(hours(4)),
    };
    let wish = ReviseShow {
        time_zone: Some(later.time_zone.clone()),
        starts_at: Some(later.starts_at),
        ends_at: Some(later.ends_at),
        sale_opens_at: Some(later.sale_opens_at),
        sale_closes_at: Some(later.sale_closes_at),
        ..look()
    };
    draft([]).at(ORGANIZER, NOON).when(&revise(wish)).then([ShowScheduled { schedule: later }.into()]);
}

#[test]
fn sale_times_can_be_removed() {
    let open = Schedule { sale_opens_at: None, ..schedule() };
    let wish = ReviseShow { sale_opens_at: Some(None), ..look() };
    draft([]).at(ORGANIZER, NOON).when(&revise(wish)).then([ShowScheduled { schedule: open }.into()]);
}

#[test]
fn a_customer_limit_is_set_and_lifted() {
    let set = ReviseShow { max_per_customer: Some(Some(4)), ..look() };
    draft([]).at(ORGANIZER, NOON).when(&revise(set)).then([limit(Some(4))]);
    let lift = ReviseShow { expected_revision: 2, max_per_customer: Some(None), ..ReviseShow::default() };
    draft([limit(Some(4))]).at(ORGANIZER, NOON).when(&revise(lift)).then([limit(None)]);
}

#[test]
fn a_ticket_type_is_added() {
    let wish = ReviseShow { added: vec![ticket_type(UNHEARD_OF, 5)], ..look() };
    let added = TicketTypeAdded { ticket_type: ticket_type(UNHEARD_OF, 5) };
    draft([]).at(ORGANIZER, NOON).when(&revise(wish)).then([added.into()]);
}

#[test]
fn a_capacity_is_raised() {
    let raised = CapacityRaised { ticket_type_id: SEATS, capacity: 11 };
    draft([]).at(ORGANIZER, NOON).when(&revise(resize(SEATS, 11))).then([raised.into()]);
}

#[test]
fn a_capacity_is_lowered_down_to_what_is_taken() {
    let wish = ReviseShow { expected_revision: 2, ..resize(SEATS, 4) };
    let lowered = CapacityLowered { ticket_type_id: SEATS, capacity: 4 };
    on_sale([booked(FIRST, ANNA, &[(SEATS, 4)])]).at(ORGANIZER, NOON).when(&revise(wish)).then([lowered.into()]);
}

#[test]
fn a_capacity_below_what_is_taken_is_refused() {
    let wish = ReviseShow { expected_revision: 2, ..resize(SEATS, 3) };
    on_sale([booked(FIRST, ANNA, &[(SEATS, 4)])])
        .at(ORGANIZER, NOON)
        .when(&revise(wish))
        .then_rejected(Rejection::CapacityBelowTaken { ticket_type_id: SEATS, requested: 3, taken: 4 });
}

#[test]
fn several_wishes_are_granted_together() {
    let wish = ReviseShow { title: Some(line("A Night")), max_per_customer: Some(Some(4)), ..resize(STANDING, 30) };
    draft([]).at(ORGANIZER, NOON).when(&revise(wish)).then([
        ShowDescribed { details: ShowDetails { title: line("A Night"), ..details() } }.into(),
        limit(Some(4)),
        CapacityRaised { ticket_type_id: STANDING, capacity: 30 }.into(),
    ]);
}

#[test]
fn several_wishes_are_refused_together() {
    let wish = ReviseShow { title: Some(line("A Night")), ..resize(UNHEARD_OF, 30) };
    draft([])
        .at(ORGANIZER, NOON)
        .when(&revise(wish))
        .then_rejected(Rejection::UnknownTicketType { ticket_type_id: UNHEARD_OF });
}

#[test]
fn wishing_what_is_already_so_is_quiet() {
    let wish = ReviseShow {
        title: Some(details().title),
        description: Some(None),
        venue: Some(details().venue),
        starts_at: Some(STARTS),
        sale_opens_at: Some(Some(OPENS)),
        max_per_customer: Some(None),
        ..resize(SEATS, 10)
    };
    draft([]).at(ORGANIZER, NOON).when(&revise(wish)).then_nothing();
    draft([]).at(ORGANIZER, NOON).when(&revise(look())).then_nothing();
}

#[test]
fn a_correction_of_an_older_revision_is_refused() {
    let wish = ReviseShow { title: Some(line("A Night")), ..look() };
    on_sale([])
        .at(ORGANIZER, NOON)
        .when(&revise(wish))
        .then_rejected(Rejection::RevisionStale { expected: 1, actual: 2 });
}

#[test]
fn a_correction_of_a_revision_that_is_not_there_yet_is_refused() {
    let wish = ReviseShow { expected_revision: 2, title: Some(line("A Night")), ..look() };
    draft([])
        .at(ORGANIZER, NOON)
        .when(&revise(wish))
        .then_rejected(Rejection::RevisionStale { expected: 2, actual: 1 });
}

#[test]
fn bookings_do_not_make_a_correction_stale() {
    let wish = ReviseShow { expected_revision: 2, max_per_customer: Some(Some(4)), ..ReviseShow::default() };
    on_sale([booked(FIRST, ANNA, &[(SEATS, 4)]), given_back(FIRST, ANNA, &[(SEATS, 4)])])
        .at(ORGANIZER, NOON)
        .when(&revise(wish))
        .then([limit(Some(4))]);
}

#[test]
fn a_cancelled_show_is_not_corrected() {
    let wish = ReviseShow { expected_revision: 3, title: Some(line("A Night")), ..ReviseShow::default() };
    on_sale([called_off()]).at(ORGANIZER, NOON).when(&revise(wish)).then_rejected(Rejection::EventCancelled);
}

#[test]
fn times_cannot_be_corrected_into_a_contradiction() {
    let backwards = ReviseShow { ends_at: Some(STARTS), ..look() };
    draft([]).at(ORGANIZER, NOON).when(&revise(backwards)).then_rejected(Rejection::ContradictoryTimes);
    let unsaleable = ReviseShow { sale_closes_at: Some(Some(OPENS)), ..look() };
    draft([]).at(ORGANIZER, NOON).when(&revise(unsaleable)).then_rejected(Rejection::ContradictoryTimes);
}

#[test]
fn a_ticket_type_in_another_currency_is_refused() {
    let francs = TicketType { price: money(4_250, "CHF"), ..ticket_type(UNHEARD_OF, 5) };
    let wish = ReviseShow { added: vec![francs], ..look() };
    draft([]).at(ORGANIZER, NOON).when(&revise(wish)).then_rejected(Rejection::MixedCurrencies);
}

fn add(count: usize) -> ReviseShow {
    let id = |n: usize| TicketTypeId(Uuid::from_u128(0x1000 + n as u128));
    ReviseShow { added: (0..count).map(|n| ticket_type(id(n), 1)).collect(), ..look() }
}

#[test]
fn ticket_types_are_added_up_to_the_limit() {
    let wish = add(TICKET_TYPES_MAX - 2);
    let added: Vec<Event> =
        wish.added.iter().map(|ticket_type| TicketTypeAdded { ticket_type: ticket_type.clone() }.into()).collect();
    draft([]).at(ORGANIZER, NOON).when(&revise(wish)).then(added);
}

#[test]
fn one_ticket_type_more_than_the_limit_is_not_added() {
    draft([])
        .at(ORGANIZER, NOON)
        .when(&revise(add(TICKET_TYPES_MAX - 1)))
        .then_rejected(Rejection::TooManyTicketTypes { limit: TICKET_TYPES_MAX });
}

#[test]
fn an_admin_corrects_any_show() {
    let wish = ReviseShow { max_per_customer: Some(Some(4)), ..look() };
    draft([]).at(ADMIN, NOON).when(&revise(wish)).then([limit(Some(4))]);
}

#[test]
fn correcting_is_for_those_who_run_the_show() {
    let wish = || revise(ReviseShow { expected_revision: 2, ..ReviseShow::default() });
    on_sale([]).at(RIVAL, NOON).when(&wish()).then_rejected(Rejection::NotYourShow);
    on_sale([]).at(ANNA, NOON).when(&wish()).then_rejected(Rejection::RoleForbids);
    draft([]).at(RIVAL, NOON).when(&wish()).then_rejected(Rejection::NoSuchShow);
    nothing().at(ADMIN, NOON).when(&wish()).then_rejected(Rejection::NoSuchShow);
}
