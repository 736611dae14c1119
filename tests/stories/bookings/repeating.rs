//! An `Idempotency-Key` makes a booking safe to repeat, and is good for one booking alone.

use serde_json::json;

use crate::support::log::count;
use crate::support::{World, a_show};

#[tokio::test]
async fn a_repeat_gets_the_first_answer_and_says_so() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().with_seats(2).on_sale(&world.organizer()).await;
    let first = ada.books(&show, 2).key("evening").await;
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;

    // Though the house is full by now.
    let again = ada.books(&show, 2).key("evening").await;

    assert_eq!(first.created(), again.created());
    assert!(!first.is_replay() && again.is_replay());
    assert!(again.position() >= first.position());
    assert_eq!(count(&mut connection).await, recorded);
}

#[tokio::test]
async fn without_a_key_it_is_another_booking() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().on_sale(&world.organizer()).await;
    assert_ne!(ada.books(&show, 1).await.id("booking_id"), ada.books(&show, 1).await.id("booking_id"));
}

#[tokio::test]
async fn a_key_with_another_request_is_refused() {
    let world = World::start().await;
    let ada = world.customer();
    let olga = world.organizer();
    let show = a_show().with_ticket_type("Balcony", 1900, 10).on_sale(&olga).await;
    let elsewhere = a_show().on_sale(&olga).await;
    ada.books(&show, 2).key("evening").await.created();
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;

    ada.books(&show, 3).key("evening").await.problem(422, "idempotency-key-reused");
    let balcony = json!([{ "ticket_type_id": show.ticket_types[1], "quantity": 2 }]);
    ada.books_items(show.id, &balcony).key("evening").await.problem(422, "idempotency-key-reused");
    // Once by the log, and from then on before it costs a lane its batch.
    for _ in 0..3 {
        ada.books(&elsewhere, 2).key("evening").await.problem(422, "idempotency-key-reused");
    }
    // The key is still good for what it was made for.
    ada.books(&show, 2).key("evening").await.created();

    assert_eq!(count(&mut connection).await, recorded);
    assert_eq!(ada.sees_available(&elsewhere).await, 100);
}

#[tokio::test]
async fn a_key_belongs_to_one_person() {
    let world = World::start().await;
    let show = a_show().on_sale(&world.organizer()).await;
    let first = world.customer().books(&show, 1).key("evening").await.id("booking_id");
    let other = world.customer().books(&show, 2).key("evening").await;
    assert_ne!(first, other.id("booking_id"));
    assert!(!other.is_replay());
}

#[tokio::test]
async fn a_late_repeat_revives_nothing() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().with_seats(2).on_sale(&world.organizer()).await;
    let first = ada.books(&show, 2).key("evening").await;
    ada.cancels(first.id("booking_id")).await.ok();

    let late = ada.books(&show, 2).key("evening").await;

    assert!(late.is_replay());
    assert_eq!(late.created(), first.created(), "the first answer over again");
    assert_eq!(ada.sees_available(&show).await, 2, "but no seat is taken");
    let path = format!("/api/v1/bookings/{}", first.id("booking_id"));
    assert_eq!(ada.get(&path).await.ok()["status"], "cancelled");
}

#[tokio::test]
async fn a_refused_booking_leaves_its_key_free() {
    let world = World::start().await;
    let (ada, bob) = (world.customer(), world.customer());
    let show = a_show().with_seats(1).on_sale(&world.organizer()).await;
    let taken = bob.books(&show, 1).await.id("booking_id");
    ada.books(&show, 1).key("evening").await.refused("sold-out");
    bob.cancels(taken).await.ok();
    assert!(!ada.books(&show, 1).key("evening").await.is_replay());
    assert_eq!(ada.sees_available(&show).await, 0);
}

#[tokio::test]
async fn twenty_repeats_at_once_are_one_booking() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().on_sale(&world.organizer()).await;
    let mut crowd = tokio::task::JoinSet::new();
    for _ in 0..20 {
        crowd.spawn(ada.books(&show, 1).key("evening").into_future());
    }
    let answers = crowd.join_all().await;
    assert!(answers.iter().all(|answer| answer.created() == answers[0].created()));
    assert_eq!(answers.iter().filter(|answer| !answer.is_replay()).count(), 1);
    assert_eq!(ada.sees_available(&show).await, 99);
}

#[tokio::test]
async fn a_key_is_one_word() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().on_sale(&world.organizer()).await;
    for key in ["", "two words", "\t", &"k".repeat(256)] {
        ada.books(&show, 1).key(key).await.problem(400, "invalid-idempotency-key");
    }
    ada.books(&show, 1).header("Idempotency-Key", b"caf\xe9").await.problem(400, "invalid-idempotency-key");
    ada.books(&show, 1).key("one").key("two").await.problem(400, "invalid-idempotency-key");
    ada.books(&show, 1).key(&"k".repeat(255)).await.created();
    assert_eq!(ada.sees_available(&show).await, 99);
}
