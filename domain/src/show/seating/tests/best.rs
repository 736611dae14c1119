//! Which seats are the best, rule by rule; `naive.rs` looks at all rules at once.

use super::*;

/// The best seats of a drawn house, by name.
fn best(rows: &[&str], best: BestAvailable) -> Result<String, Rejection> {
    house(rows).best(STALLS, best).map(|seats| names(&seats).join(" "))
}

fn accessible(quantity: u32, accessible: u32) -> BestAvailable {
    BestAvailable { quantity, together: true, accessible }
}

#[expect(clippy::unnecessary_wraps, reason = "it is compared with what may be refused")]
fn granted(seats: &str) -> Result<String, Rejection> {
    Ok(seats.into())
}

#[test]
fn the_nearest_seats_are_the_best() {
    assert_eq!(best(&[".....", "....."], together(1)), granted("A-3"));
    assert_eq!(best(&["......", "......"], together(2)), granted("A-3 A-4"));
    assert_eq!(best(&["..xx..", "......"], together(2)), granted("B-3 B-4"));
}

#[test]
fn of_equally_good_seats_the_first_of_the_map_are_the_best() {
    assert_eq!(best(&["......"], together(1)), granted("A-3"));
    assert_eq!(best(&[".."], together(1)), granted("A-1"));
}

#[test]
fn each_section_has_its_own_focal_point() {
    let sections = [section("Links", b'A', &["..x.."]), section("Rechts", b'B', &["....."])];
    let mut house = Seating::default();
    house.set(&SeatMapSet { version: 1, map: SeatMap { sections: sections.into() } });
    house.take(&labels(&["A-3"]));
    assert_eq!(names(&house.best(STALLS, together(1)).unwrap()), ["B-3"]);
}

#[test]
fn people_together_sit_in_one_row_with_nobody_between() {
    assert_eq!(best(&["..x..", "...x.", "....x"], together(4)), granted("C-1 C-2 C-3 C-4"));
    assert_eq!(best(&["..s..", "...s."], together(3)), granted("B-1 B-2 B-3"));
}

#[test]
fn no_single_seat_is_left_where_that_can_be_avoided() {
    assert_eq!(best(&["x...x", "xx..x"], together(2)), granted("B-3 B-4"));
    assert_eq!(best(&["....."], together(2)), granted("A-1 A-2"), "not A-2 A-3, which are nearer");
    assert_eq!(best(&["x...x"], together(2)), granted("A-2 A-3"), "cannot be avoided");
    assert_eq!(best(&["#....#"], together(2)), granted("A-2 A-3"), "a blocked seat is a neighbour as well");
}

#[test]
fn an_accessible_seat_beside_is_company_not_a_single_seat() {
    assert_eq!(best(&["x..ax"], together(1)), granted("A-2"));
    assert_eq!(best(&["...a"], together(2)), granted("A-1 A-2"));
}

#[test]
fn a_full_view_comes_before_nearness() {
    assert_eq!(best(&["rrrrrr", "......"], together(2)), granted("B-3 B-4"));
    assert_eq!(best(&["rrrr", "xr.x"], together(2)), granted("B-2 B-3"), "one restricted view is better than two");
    assert_eq!(best(&["rrrrrr", "xxxxxx"], together(2)), granted("A-3 A-4"));
}

#[test]
fn accessible_seats_are_kept_while_there_are_others() {
    assert_eq!(best(&["aaaaaa", "......"], together(2)), granted("B-3 B-4"));
    assert_eq!(best(&["aaaa", ".a.a", "...."], together(3)), granted("C-1 C-2 C-3"));
    let apart = Rejection::NotTogether { ticket_type_id: STALLS, requested: 2, largest: 1, available: 6 };
    assert_eq!(best(&["aaaa", ".x.x"], together(2)), Err(apart), "enough others are left, though apart");
}

#[test]
fn accessible_seats_are_sold_to_anybody_when_nothing_else_is_left() {
    assert_eq!(best(&["aaaaaa", "xx.xxx"], together(2)), granted("A-3 A-4"));
    assert_eq!(best(&["aaaa", "xx.a"], together(2)), granted("B-3 B-4"), "as few of them as can be");
    assert_eq!(best(&["a"], together(1)), granted("A-1"));
}

#[test]
fn who_asks_for_accessible_seats_gets_them() {
    assert_eq!(best(&["......", "..a..."], accessible(1, 1)), granted("B-3"));
    assert_eq!(best(&["......", "..a..."], accessible(2, 1)), granted("B-3 B-4"));
    assert_eq!(best(&["aa....", ".a...."], accessible(3, 1)), granted("B-1 B-2 B-3"), "no more of them than asked for");
    assert_eq!(best(&["aa..xx"], accessible(3, 1)), granted("A-2 A-3 A-4"));
    assert_eq!(best(&["aaxx.a"], accessible(2, 2)), granted("A-1 A-2"));
}

#[test]
fn more_accessible_seats_than_seats_are_as_many_as_seats() {
    assert_eq!(best(&["..aa"], accessible(2, 9)), granted("A-3 A-4"));
}

#[test]
fn too_few_accessible_seats_are_refused() {
    let too_few = Rejection::NoAccessibleSeats { ticket_type_id: STALLS, requested: 2, available: 1 };
    assert_eq!(best(&["a...", "...."], accessible(3, 2)), Err(too_few));
}

#[test]
fn too_few_seats_are_sold_out() {
    let sold_out = |requested, available| Err(Rejection::SoldOut { ticket_type_id: STALLS, requested, available });
    assert_eq!(best(&["x#.a", "ssss"], together(3)), sold_out(3, 2));
    assert_eq!(best(&["x#.a", "ssss"], apart(3)), sold_out(3, 2));
    assert_eq!(best(&["ss"], together(1)), sold_out(1, 0));
    assert_eq!(best(&[], accessible(1, 1)), sold_out(1, 0));
}

#[test]
fn nobody_gets_no_seats() {
    assert_eq!(best(&["..."], together(0)), granted(""));
}

#[test]
fn who_cannot_sit_together_hears_what_would_be_possible() {
    let ticket_type_id = STALLS;
    let not_together =
        |requested, largest, available| Rejection::NotTogether { ticket_type_id, requested, largest, available };
    assert_eq!(best(&["...x..", "..x..."], together(5)), Err(not_together(5, 3, 10)));
    assert_eq!(best(&["..x..", "aaaa"], together(4)), Err(not_together(4, 2, 8)), "accessible ones are not offered");
    assert_eq!(best(&["aa..x", "a.x.."], accessible(5, 2)), Err(not_together(5, 4, 8)));
    assert_eq!(best(&["a.a", "xa."], accessible(3, 3)), Err(not_together(3, 1, 5)));
    let rows = [&".".repeat(20)[..], &".".repeat(30)];
    assert_eq!(best(&rows, together(31)), Err(not_together(31, 30, 50)));
}

#[test]
fn who_would_rather_sit_apart_sits_together_if_possible() {
    assert_eq!(best(&["...x..", "......"], apart(4)), best(&["...x..", "......"], together(4)));
    assert_eq!(best(&["..x.."], apart(2)), granted("A-1 A-2"));
}

#[test]
fn who_must_sit_apart_sits_in_the_largest_groups() {
    assert_eq!(best(&["..x...", ".xx..x"], apart(5)), granted("A-4 A-5 A-6 B-4 B-5"));
    assert_eq!(best(&["x.x.x.", "......"], apart(8)), granted("A-2 A-4 B-1 B-2 B-3 B-4 B-5 B-6"));
    assert_eq!(best(&[".x.x.x.", ".x.x.x."], apart(2)), granted("A-3 A-5"), "of groups of one size the nearest");
    assert_eq!(best(&["a.", "xa", "x."], apart(2)), granted("A-2 C-2"), "accessible ones are kept");
}

#[test]
fn nobody_is_left_to_sit_alone_on_an_accessible_seat() {
    let seats = BestAvailable { quantity: 3, together: false, accessible: 1 };
    assert_eq!(best(&["..xx.", "xx.a."], seats), granted("B-3 B-4 B-5"));
    assert_eq!(best(&["..x..", "xxx.a"], seats), granted("A-2 B-4 B-5"));
    let seats = BestAvailable { quantity: 4, together: false, accessible: 2 };
    assert_eq!(best(&["a.xa.", "....."], seats), granted("A-1 A-2 A-4 A-5"));
}

#[test]
fn groups_apart_take_no_more_accessible_seats_than_they_must() {
    assert_eq!(best(&["aaaax.", ".x.x.x"], apart(5)), granted("A-4 A-6 B-1 B-3 B-5"));
}
