//! One wrong fact behind a life that is right: each is named.

use serde_json::{Value, json};

use crate::given::{ADA, BOB, World, booked, id, time};
use crate::life::*;

/// Puts facts behind the life, one second after the other, and expects these words about the last one.
async fn names(facts: &[(&'static str, Value)], words: &str) {
    let world = World::new().await;
    let mut last = world.life().await;
    for (at, (event_type, payload)) in (1300..).zip(facts) {
        last = world.then(at, event_type, payload.clone()).await;
    }
    world.finds(&format!("position {last}, show-{LIFE} version {last}: ")).await;
    world.finds(words).await;
}

/// A hold by somebody who has nothing yet, at 1300.
fn taken(items: &[Value]) -> (&'static str, Value) {
    ("SeatsHeld", held(id(900), id(9), items, 1300, 2))
}

#[tokio::test]
async fn passes_over_a_life_that_is_right() {
    let world = World::new().await;
    world.life().await;
    let report = world.verify().await;
    assert_eq!((report.events, report.bookings, report.difference), (32, 3, None));
}

#[tokio::test]
async fn names_a_colleague_who_gains_or_loses_nothing() {
    let again = json!({ "account_id": CLEO, "access": "manager" });
    names(&[("ColleagueAdded", again)], &format!("{CLEO} gets the access that they have")).await;
    let gone = json!({ "account_id": DAN });
    names(&[("ColleagueRemoved", gone)], &format!("{DAN} loses access without having it")).await;
    names(&[("ColleagueAdded", json!({ "account_id": DAN, "access": "emperor" }))], "is damaged").await;
}

#[tokio::test]
async fn names_a_seat_that_nobody_could_have_taken() {
    names(&[taken(&[row(&["A-1"])])], &format!("takes seat A-1, which booking {BOUGHT} has")).await;
    names(&[taken(&[row(&["A-4"])])], "takes seat A-4, which is blocked").await;
    names(&[taken(&[row(&["Z-9"])])], "there never was a seat Z-9").await;
    names(&[taken(&[row(&["A-2", "A-2"])])], "takes seat A-2, which booking").await;
    names(&[taken(&[with(row(&["A-2"]), "quantity", 2)])], "and names 1 seats").await;
    let block = json!({ "seats": ["A-1"], "reason": "No." });
    names(&[("SeatsBlocked", block)], "seat A-1 is blocked, but was not free").await;
    let unblock = json!({ "seats": ["A-2"], "reason": "No." });
    names(&[("SeatsUnblocked", unblock)], "seat A-2 is unblocked, but was not blocked").await;
}

#[tokio::test]
async fn names_a_seat_map_that_drops_what_somebody_has() {
    let all = ["A-1", "A-2", "A-3", "A-4"];
    names(&[("SeatMapSet", seat_map(2, &all[1..]))], "seat map 2 drops seat A-1").await;
    names(&[("SeatMapSet", seat_map(2, &all[..3]))], "seat map 2 drops seat A-4").await;
    names(&[("SeatMapSet", seat_map(3, &all))], "seat map 3 comes after 1").await;
    names(&[("SeatMapSet", seat_map(2, &["A-1", "A-4", "A-1"]))], "two seats of the map are called A-1").await;
    let raised = json!({ "ticket_type_id": ROW, "capacity": 9 });
    names(&[("CapacityRaised", raised)], "is set by hand, but its seats are its capacity").await;
}

#[tokio::test]
async fn names_what_the_terms_of_the_sale_forbid() {
    names(&[taken(&[floor(2)])], "is oversold: 5 of 4 are taken with booking").await;
    names(&[taken(&[row(&["A-2", "A-3", "A-4"])])], "is about 3 tickets of").await;
    let policy = held(id(900), BOB, &[floor(1)], 1300, 1);
    names(&[("SeatsHeld", policy)], "has refund policy 1, number 2 is in force").await;
    let limit = held(id(900), CLEO, &[floor(1), row(&["A-2", "A-3"])], 1300, 2);
    names(&[("SeatsHeld", limit)], "holds 5 tickets with booking").await;
    let closed = json!({ "ticket_type_id": FLOOR, "terms": { "sale_closes_at": time(1300) } });
    names(&[("TicketTermsSet", closed), taken(&[floor(1)])], "is not sold").await;
    let at_once = with(booked(id(900), BOB, &[floor(1)]), "policy", 2);
    names(&[("BookingConfirmed", at_once)], "is confirmed without being held first").await;
}

#[tokio::test]
async fn names_a_promo_code_that_was_not_to_be_had() {
    let hold = |items: &[Value], code: &str| ("SeatsHeld", with(taken(items).1, "promo_code", code));
    names(&[hold(&[cheap_floor(1)], "EARLY")], "is use 2 of promo code EARLY, the limit is 1").await;
    names(&[hold(&[cheap_floor(1)], "LATE")], "uses promo code LATE, which is not there").await;
    names(&[hold(&[row(&["A-2"])], "EARLY")], "uses a promo code that is for none of its tickets").await;
    names(&[hold(&[floor(1)], "EARLY")], "pays 4250 for").await;
    names(&[taken(&[cheap_floor(1)])], "pays 2125 for").await;
    let removed = ("PromoCodeRemoved", json!({ "code": "EARLY" }));
    names(&[removed, hold(&[cheap_floor(1)], "EARLY")], "uses promo code EARLY, which is not there").await;
}

#[tokio::test]
async fn names_a_hold_that_keeps_no_deadline() {
    let longer = with(taken(&[floor(1)]).1, "expires_at", json!(time(9999)));
    names(&[("SeatsHeld", longer)], "a hold lasts 600 seconds").await;
    let extended = json!({ "booking_id": HELD, "expires_at": time(2800) });
    names(&[("HoldExtended", extended)], "the last it can have is").await;
    let early = lapsed(HELD, CLEO, &[floor(2)], 1500);
    names(&[("HoldsLapsed", early)], "before its deadline at 2029-06-01 12:25:00 UTC").await;
    let other = lapsed(HELD, CLEO, &[floor(2)], 1200);
    names(&[("HoldsLapsed", other)], "but its deadline is 2029-06-01 12:25:00 UTC").await;
    let overdue = held(id(900), BOB, &[floor(1)], 1500, 2);
    names(&[("SeatsHeld", overdue)], "had reached its deadline at 2029-06-01 12:25:00 UTC").await;
    names(&[("HoldReleased", given_back(LAPSED, BOB, &[floor(2)]))], "is released, but it is lapsed").await;
    names(&[("HoldReleased", given_back(HELD, CLEO, &[floor(1)]))], "is released with other words").await;
}

#[tokio::test]
async fn names_a_hold_that_was_not_to_be_bought() {
    let unpaid = bought(HELD, CLEO, &[floor(2)], 1300, false);
    names(&[("HoldConfirmed", unpaid)], "is confirmed, but only 0 of 8500 are paid").await;
    let free = ("SaleTermsSet", json!({ "terms": terms("none", &json!([]), 0) }));
    let retaken = ("HoldConfirmed", bought(LAPSED, BOB, &[floor(2)], 1301, true));
    names(&[free.clone(), retaken], "is oversold: 5 of 4 are taken").await;
    let late = ("HoldConfirmed", bought(LAPSED, BOB, &[floor(2)], 1301, false));
    names(&[free.clone(), late], "is confirmed, but it is lapsed").await;
    let overdue = ("HoldConfirmed", bought(HELD, CLEO, &[floor(2)], 1500, false));
    names(&[free, overdue], "had reached its deadline at 2029-06-01 12:25:00 UTC").await;
}

#[tokio::test]
async fn names_a_payment_that_makes_no_sense() {
    let start = |amount, until| ("PaymentStarted", payment(id(910), HELD, CLEO, amount, until));
    names(&[start(1, 2200)], "is of 1, it should be 8500").await;
    names(&[start(8500, 2201)], "the last it can have is 2029-06-01 12:36:40 UTC").await;
    names(&[("PaymentSucceeded", succeeded(PAID, 6250))], "succeeded twice").await;
    names(&[("PaymentSucceeded", succeeded(FAILED, 6251))], "is of 6251, it should be 6250").await;
    names(&[("PaymentSucceeded", succeeded(id(910), 6250))], "succeeded, but was never started").await;
    let failed = json!({ "payment_id": PAID, "booking_id": BOUGHT, "reason": "No.", "expires_at": null });
    names(&[("PaymentFailed", failed)], "failed, but was not under way").await;
    let unrelated = [("PaymentSucceeded", succeeded(FAILED, 6250)), ("SalePaused", json!({}))];
    names(&unrelated, "6250 of booking 00000000-0000-0000-0000-000000000032 must go back (not_needed)").await;
    let paid = with(succeeded(id(910), 8500), "booking_id", HELD.to_string());
    let paid = [start(8500, 2200), ("PaymentSucceeded", with(paid, "customer_id", CLEO.to_string()))];
    names(&[&paid[..], &[("SalePaused", json!({}))]].concat(), "was paid and must be confirmed").await;
}

#[tokio::test]
async fn names_money_that_is_missing_where_the_log_ends() {
    let world = World::new().await;
    world.life().await;
    world.then(1300, "PaymentSucceeded", succeeded(FAILED, 6250)).await;
    world.finds(&format!("show-{LIFE}: 6250 of booking {BOUGHT} must go back (not_needed), and the log ends")).await;
}

#[tokio::test]
async fn names_a_payment_or_an_entry_that_begins_twice() {
    for (event_type, payload, word) in [
        ("PaymentStarted", payment(PAID, HELD, CLEO, 8500, 2200), "payment"),
        ("WaitlistJoined", joined(DECLINED, DAN, 2, 1300), "waitlist entry"),
    ] {
        let world = World::new().await;
        world.life().await;
        world.at(1300);
        // The key differs, or the log itself would refuse it.
        world.event_with_key(LIFE, event_type, payload, Some(id(901))).await;
        world
            .finds(&format!(
                "{word} {} begins again, first at position",
                if word == "payment" { PAID } else { DECLINED }
            ))
            .await;
    }
}

#[tokio::test]
async fn names_a_refund_that_is_not_owed() {
    names(&[("RefundDue", refund(4, 1, "goodwill"))], "number 3 is next").await;
    names(&[("RefundDue", refund(3, 4126, "goodwill"))], "6250 were paid, 2125 go back already").await;
    names(&[("RefundDue", refund(3, -1, "goodwill"))], "is of -1").await;
    names(&[("RefundDue", refund(3, 1, "given_back"))], "goes back (given_back) without a reason").await;
    names(&[("RefundSucceeded", refund_said(1, 2025))], "goes from succeeded to succeeded").await;
    names(&[("RefundRetried", refund_said(2, 100))], "goes from due to due, which no rule allows").await;
    names(&[("RefundSucceeded", refund_said(2, 99))], "is of 99, it should be 100").await;
    names(&[("RefundFailed", refund_said(3, 1))], "has no refund 3").await;
}

#[tokio::test]
async fn names_a_refund_that_the_policy_does_not_give() {
    // Everything comes back for a while since the show was put off; before, 100 were kept of each ticket.
    let back = ("BookingReduced", given_back(BOUGHT, ADA, &[cheap_floor(1)]));
    let words = "2125 of booking 00000000-0000-0000-0000-000000000032 must go back (given_back)";
    names(&[back.clone(), ("RefundDue", refund(3, 2025, "given_back"))], words).await;
    names(&[back, ("SalePaused", json!({}))], words).await;
    let never_had = given_back(BOUGHT, ADA, &[cheap_floor(2)]);
    names(&[("BookingReduced", never_had)], "gives back what it does not have").await;
    let all = given_back(BOUGHT, ADA, &[cheap_floor(1), row(&["A-1"])]);
    names(&[("BookingReduced", all)], "gives back what it does not have").await;
}

#[tokio::test]
async fn names_a_queue_that_is_not_kept() {
    let join = |entry, customer, quantity, at| ("WaitlistJoined", joined(id(entry), id(customer), quantity, at));
    names(&[join(920, 9, 1, 1300)], "waits for 1 of 00000000-0000-0000-0000-000000000029, but 1 can be had").await;
    names(&[join(920, 9, 2, 1300), join(921, 9, 2, 1301)], "twice").await;
    names(&[join(920, 9, 5, 1300)], "waits for more tickets than they may hold").await;

    let raised = ("CapacityRaised", json!({ "ticket_type_id": FLOOR, "capacity": 5 }));
    let others = ("SeatsHeld", held(id(900), BOB, &[row(&["A-2"])], 1303, 2));
    let queue = [join(920, 9, 2, 1300), join(921, 10, 2, 1301), raised];
    let overtaken = format!("overtakes waitlist entry {}, which joined at position 33 and fits", id(920));
    names(&[&queue[..], &[others]].concat(), &overtaken).await;

    let offer = |entry, customer, at| ("SeatsOffered", offered(id(entry), id(customer), &[floor(2)], at));
    names(&[&queue[..], &[offer(921, 10, 1303)]].concat(), &format!("but {} joined before and fits", id(920))).await;
    let paused = ("SalePaused", json!({}));
    let while_paused = [join(920, 9, 2, 1300), paused, offer(920, 9, 1302)];
    names(&while_paused, "is offered tickets at 2029-06-01 12:21:42 UTC, when the sale is not open").await;
    names(&[join(920, 9, 2, 1300), offer(920, 9, 1302)], "is offered until").await;
    names(&[join(920, 9, 2, 1300), offer(920, 9, 1301)], "is offered tickets, but does not fit").await;
}

#[tokio::test]
async fn names_an_offer_that_is_not_open() {
    let take = |entry: uuid::Uuid, customer| {
        ("SeatsHeld", with(held(id(900), customer, &[floor(1)], 1300, 2), "offer", entry.to_string()))
    };
    names(&[take(DECLINED, DAN)], "goes from declined to accepted, which no rule allows").await;
    names(&[take(DECLINED, BOB)], "is one of customer").await;
    let left = json!({ "entry_id": ACCEPTED, "customer_id": CLEO });
    names(&[("WaitlistLeft", left)], "goes from accepted to left, which no rule allows").await;
    let declined = json!({ "entry_id": ACCEPTED, "customer_id": CLEO, "items": [floor(2)] });
    names(&[("OfferDeclined", declined)], "goes from accepted to declined, which no rule allows").await;
}

#[tokio::test]
async fn names_an_offer_that_takes_somebody_over_their_limit() {
    let accepted = with(held(id(901), DAN, &[floor(2)], 1305, 2), "offer", id(920).to_string());
    let facts = [
        ("WaitlistJoined", joined(id(920), DAN, 2, 1300)),
        ("CapacityRaised", json!({ "ticket_type_id": FLOOR, "capacity": 5 })),
        ("SeatsOffered", offered(id(920), DAN, &[floor(2)], 1302)),
        ("SeatsHeld", held(id(900), DAN, &[row(&["A-2", "A-3"])], 1303, 2)),
        ("CustomerLimitSet", json!({ "max_per_customer": 3 })),
        ("SeatsHeld", accepted),
    ];
    names(&facts, "holds 4 tickets with booking").await;
}

#[tokio::test]
async fn names_a_key_that_is_not_the_id_of_what_begins() {
    for (event_type, payload, key, words) in [
        ("SeatsHeld", taken(&[floor(1)]).1, None, "its key is not the id of the booking that it holds"),
        ("PaymentStarted", payment(id(910), HELD, CLEO, 8500, 2200), None, "its key is not the id of the payment"),
        ("WaitlistJoined", joined(id(920), BOB, 2, 1300), Some(id(1)), "its key is not the id of the waitlist entry"),
        ("SalePaused", json!({}), Some(id(1)), "it has a key, though nothing begins with it"),
    ] {
        let world = World::new().await;
        world.life().await;
        world.at(1300);
        world.event_with_key(LIFE, event_type, payload, key).await;
        world.finds(words).await;
    }
}

#[tokio::test]
async fn names_what_happens_after_a_show_was_cancelled() {
    let cancelled = ("ShowCancelled", json!({ "reason": "Rain." }));
    let after = "something happens to the show after it was cancelled";
    names(&[cancelled.clone(), ("HoldsLapsed", lapsed(HELD, CLEO, &[floor(2)], 1500))], after).await;
    names(&[cancelled.clone(), taken(&[floor(1)])], "is held while the show is cancelled").await;
    let rest = refund(4, 1, "goodwill");
    names(&[cancelled, ("RefundDue", rest)], "6250 were paid, 6250 go back already").await;
}
