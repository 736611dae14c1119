//! What becomes of seats: taken, given back, blocked, and seated anew.

use super::*;

#[test]
fn a_house_without_a_map_has_no_seats() {
    let house = Seating::default();
    assert_eq!((house.version(), house.is_empty(), counts(&house)), (0, true, (0, 0, 0)));
}

#[test]
fn a_map_brings_seats_of_each_type() {
    let house = house(&["..ss", "..."]);
    assert_eq!((house.version(), house.is_empty(), counts(&house)), (1, false, (5, 0, 0)));
    assert_eq!(house.counts(BOXES), Counts { seats: 2, taken: 0, blocked: 0 });
    assert_eq!(house.counts(UNHEARD_OF), Counts::default());
}

#[test]
fn taken_seats_are_taken_until_they_are_given_back() {
    let mut house = house(&["...."]);
    house.take(&labels(&["A-1", "A-3"]));
    assert_eq!((counts(&house), house.are_free(&labels(&["A-2", "A-3"]))), ((4, 2, 0), false));
    house.free(&labels(&["A-3"]));
    assert_eq!((counts(&house), house.are_free(&labels(&["A-2", "A-3"]))), ((4, 1, 0), true));
}

#[test]
fn blocked_seats_are_blocked_until_they_are_unblocked() {
    let mut house = house(&["...."]);
    house.block(&labels(&["A-1", "A-3"]));
    assert_eq!((counts(&house), house.are_free(&labels(&["A-1"]))), ((4, 0, 2), false));
    house.unblock(&labels(&["A-1"]));
    assert_eq!((counts(&house), house.are_free(&labels(&["A-1"]))), ((4, 0, 1), true));
}

#[test]
fn giving_back_does_not_unblock_and_unblocking_does_not_give_back() {
    let mut house = house(&["x#"]);
    house.free(&labels(&["A-2"]));
    house.unblock(&labels(&["A-1"]));
    house.block(&labels(&["A-1"]));
    assert_eq!(counts(&house), (2, 1, 1));
}

#[test]
fn a_fact_beats_a_block() {
    let mut house = house(&["#"]);
    house.take(&labels(&["A-1"]));
    assert_eq!(counts(&house), (1, 1, 0));
}

#[test]
fn what_happens_twice_or_to_unheard_of_seats_changes_nothing() {
    let mut house = house(&["x.#"]);
    let before = house.clone();
    house.take(&labels(&["A-1", "Z-9"]));
    house.block(&labels(&["A-3", "Z-9"]));
    house.free(&labels(&["A-2", "Z-9"]));
    house.unblock(&labels(&["A-2", "Z-9"]));
    assert_eq!(house, before);
}

#[test]
fn seats_that_are_not_there_are_not_free() {
    assert!(house(&[".."]).are_free(&[]));
    assert!(!house(&[".."]).are_free(&labels(&["A-1", "A-3"])));
}

#[test]
fn seats_keep_their_state_by_name_when_the_house_is_seated_anew() {
    let mut house = house(&["x.", ".#"]);
    let wider = SeatMapSet { version: 2, ..map(&["....", "....", "..."]) };
    house.set(&wider);
    assert_eq!((house.version(), counts(&house)), (2, (11, 1, 1)));
    assert!(!house.are_free(&labels(&["A-1"])) && !house.are_free(&labels(&["B-2"])));
    house.set(&SeatMapSet { version: 3, ..map(&[]) });
    assert_eq!((house.version(), house.is_empty(), counts(&house)), (3, true, (0, 0, 0)));
}

#[test]
fn a_snapshot_of_a_house_is_the_house() {
    let many: String = ".x".repeat(100);
    for house in [Seating::default(), house(&[]), house(&["..xxrr", "a#..s.", ""]), house(&[&many, "...."])] {
        assert_eq!(read_back(&house), house);
    }
}

#[test]
fn the_largest_house_finds_its_seats() {
    let rows: Vec<String> = (0..1_000).map(|_| ".".repeat(100)).collect();
    let sections = rows.chunks(20).zip(0..).map(|(rows, block): (_, u32)| {
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let mut section = section("Rang", b'A', &rows);
        for seat in section.rows.iter_mut().flat_map(|row| &mut row.seats) {
            seat.label = text(&format!("{block}/{}", seat.label.as_str()));
        }
        section
    });
    let set = SeatMapSet { version: 1, map: SeatMap { sections: sections.collect() } };
    let mut house = Seating::default();
    assert_eq!(house.check_map(&set.map, |_| Some(true)), Ok(()));
    house.set(&set);
    house.take(&labels(&["0/A-1", "49/T-100"]));
    assert_eq!(counts(&house), (100_000, 2, 0));
    assert_eq!(names(&house.best(STALLS, together(2)).unwrap()), ["0/A-50", "0/A-51"]);
}
