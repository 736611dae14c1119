//! Which maps and which seats are refused, each for its reason.

use alloc::vec;

use super::*;

fn is_reserved(ticket_type_id: TicketTypeId) -> Option<bool> {
    (ticket_type_id != UNHEARD_OF).then_some(ticket_type_id != STANDING)
}

/// `rows`, with the first seat called or sold otherwise.
fn with_first(rows: &[&str], change: impl FnOnce(&mut Seat)) -> SeatMap {
    let mut map = map(rows).map;
    change(&mut map.sections[0].rows[0].seats[0]);
    map
}

#[test]
fn a_house_can_be_seated_and_seated_anew() {
    assert_eq!(Seating::default().check_map(&map(&["..s", "ar"]).map, is_reserved), Ok(()));
    assert_eq!(house(&["x.s", "#r"]).check_map(&map(&["...", ".."]).map, is_reserved), Ok(()));
    assert_eq!(house(&["..s", "ar"]).check_map(&map(&[]).map, is_reserved), Ok(()));
}

#[test]
fn a_map_with_too_many_seats_is_refused() {
    let row = ".".repeat(10_000);
    let most: Vec<&str> = vec![&row; 10];
    let more: Vec<&str> = most.iter().copied().chain(["."]).collect();
    let limit = SeatMap::SEATS_MAX;
    assert_eq!(Seating::default().check_map(&map(&most).map, is_reserved), Ok(()));
    assert_eq!(Seating::default().check_map(&map(&more).map, is_reserved), Err(Rejection::TooManySeats { limit }));
}

#[test]
fn a_map_that_gives_two_seats_one_name_is_refused() {
    let mut map = with_first(&["..", "..", ".."], |seat| seat.label = text("C-1"));
    let twice = |name| Err(Rejection::DuplicateSeatLabel { seat: text(name) });
    assert_eq!(Seating::default().check_map(&map, is_reserved), twice("C-1"));
    map.sections[0].rows[1].seats[1].label = text("A-2");
    assert_eq!(Seating::default().check_map(&map, is_reserved), twice("A-2"), "the first one that repeats another");
}

#[test]
fn a_map_with_seats_of_a_type_that_is_not_sold_is_refused() {
    let map = with_first(&[".."], |seat| seat.ticket_type_id = UNHEARD_OF);
    let unknown = Rejection::UnknownTicketType { ticket_type_id: UNHEARD_OF };
    assert_eq!(Seating::default().check_map(&map, is_reserved), Err(unknown));
}

#[test]
fn a_map_with_seats_of_general_admission_is_refused() {
    let map = with_first(&[".."], |seat| seat.ticket_type_id = STANDING);
    let general = Rejection::NotReserved { ticket_type_id: STANDING };
    assert_eq!(Seating::default().check_map(&map, is_reserved), Err(general));
}

#[test]
fn a_map_without_seats_that_are_in_use_is_refused_by_name() {
    let house = house(&["x..", "#.."]);
    let in_use = |names| Err(Rejection::SeatsInUse { seats: labels(names) });
    assert_eq!(house.check_map(&map(&[]).map, is_reserved), in_use(&["A-1", "B-1"]));
    assert_eq!(house.check_map(&map(&["..."]).map, is_reserved), in_use(&["B-1"]));
    assert_eq!(house.check_map(&map(&["s..", "..."]).map, is_reserved), in_use(&["A-1"]), "sold as something else");
}

#[test]
fn free_seats_can_be_asked_for_by_name() {
    assert_eq!(house(&["x.a", "r#"]).check_named(STALLS, &labels(&["B-1", "A-2", "A-3"])), Ok(()));
}

#[test]
fn a_seat_can_be_asked_for_once() {
    let twice = Rejection::SeatListedTwice { seat: text("A-2") };
    let seats = labels(&["A-1", "A-2", "A-3", "A-2", "A-1"]);
    assert_eq!(house(&["x.."]).check_named(STALLS, &seats), Err(twice.clone()));
    assert_eq!(house(&["x.."]).check_blocking(&seats, true), Err(twice));
}

#[test]
fn a_seat_that_is_not_there_cannot_be_asked_for() {
    let unknown = Rejection::UnknownSeat { seat: text("A-9") };
    assert_eq!(house(&["x.."]).check_named(STALLS, &labels(&["A-1", "A-9"])), Err(unknown.clone()));
    assert_eq!(house(&["x.."]).check_blocking(&labels(&["A-9"]), false), Err(unknown));
}

#[test]
fn a_seat_of_another_type_cannot_be_asked_for() {
    let unknown = Rejection::UnknownSeat { seat: text("A-2") };
    assert_eq!(house(&[".s"]).check_named(STALLS, &labels(&["A-1", "A-2"])), Err(unknown));
    assert_eq!(house(&[".s"]).check_named(BOXES, &labels(&["A-2"])), Ok(()));
}

#[test]
fn all_seats_that_somebody_was_quicker_to_take_are_named() {
    let taken = Rejection::SeatsTaken { seats: labels(&["A-4", "A-1"]) };
    assert_eq!(house(&["x..#"]).check_named(STALLS, &labels(&["A-4", "A-2", "A-1"])), Err(taken));
}

#[test]
fn seats_that_are_blocked_already_are_left_out_of_blocking() {
    let house = house(&["..#s"]);
    assert_eq!(house.check_blocking(&labels(&["A-4", "A-3", "A-1"]), true), Ok(labels(&["A-4", "A-1"])));
    assert_eq!(house.check_blocking(&labels(&["A-3"]), true), Ok(vec![]));
}

#[test]
fn seats_that_are_not_blocked_are_left_out_of_unblocking() {
    let house = house(&[".x##"]);
    assert_eq!(house.check_blocking(&labels(&["A-4", "A-2", "A-1"]), false), Ok(labels(&["A-4"])));
    assert_eq!(house.check_blocking(&labels(&["A-1"]), false), Ok(vec![]));
}

#[test]
fn seats_that_somebody_has_cannot_be_blocked() {
    let taken = Rejection::SeatsTaken { seats: labels(&["A-1", "A-4"]) };
    assert_eq!(house(&["x.#x"]).check_blocking(&labels(&["A-1", "A-2", "A-3", "A-4"]), true), Err(taken));
}
