//! Codes that make tickets cheaper: never for more than they are meant for.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::log::count;
use crate::support::{Person, Show, World, a_show};

/// Books one ticket with a code.
fn books_cheaper(person: &Person, show: &Show, code: &str) -> crate::support::person::Request {
    person.books_with(show, &json!({ "promo_code": code }))
}

#[tokio::test]
async fn a_share_or_an_amount_comes_off_each_ticket() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = a_show().with_ticket_type("Balcony", 1_000, 50).on_sale(&olga).await;
    let added = olga.adds_promo_code(&show, &json!({ "code": " spring ", "percent": 25 })).await;
    assert_eq!((&added.created()["code"], &added.created()["percent"]), (&"SPRING".into(), &25.into()));
    let fifteen = json!({ "code": "FIFTEEN", "amount": 1_500, "ticket_type_ids": [show.ticket_types[1]] });
    olga.adds_promo_code(&show, &fifteen).await.created();
    let items = json!([
        { "ticket_type_id": show.ticket_types[0], "quantity": 2 },
        { "ticket_type_id": show.ticket_types[1], "quantity": 1 },
    ]);
    let book = |code: &str| ada.books_with(&show, &json!({ "items": items, "promo_code": code }));

    let answer = book("Spring").await;
    let booking = answer.created();
    assert_eq!(booking["promo_code"], "SPRING");
    // A quarter of 42.50 is 10.625: whole cents, rounded down.
    assert_eq!(booking["items"][0]["unit_price"]["amount"], 3_188);
    assert_eq!(booking["items"][0]["discount"], json!({ "amount": 1_062, "currency": "EUR" }));
    assert_eq!(booking["total"]["amount"], 2 * 3_188 + 750);
    let seen = ada.sees_booking(answer.id("booking_id")).await;
    assert_eq!((&seen["promo_code"], &seen["total"]), (&booking["promo_code"], &booking["total"]));
    assert_eq!(seen["items"][0]["discount"], booking["items"][0]["discount"]);

    let booking = book("fifteen").await.created();
    assert!(booking["items"][0].get("discount").is_none(), "it is not for these");
    assert_eq!(booking["items"][1]["unit_price"]["amount"], 0, "never below nothing");
    assert_eq!(booking["total"]["amount"], 8_500);
    let stalls = json!([{ "ticket_type_id": show.ticket_types[0], "quantity": 1 }]);
    let none = ada.books_with(&show, &json!({ "items": stalls, "promo_code": "FIFTEEN" })).await;
    none.refused("promo-code-invalid");
    world.verifies().await;
}

#[tokio::test]
async fn a_budget_is_not_exceeded_by_a_race() {
    let world = World::start().await;
    let olga = world.organizer();
    let show = a_show().on_sale(&olga).await;
    olga.adds_promo_code(&show, &json!({ "code": "FIVE", "percent": 50, "uses_max": 5 })).await.created();
    let mut crowd = tokio::task::JoinSet::new();
    for _ in 0..20 {
        crowd.spawn(books_cheaper(&world.customer(), &show, "FIVE").into_future());
    }
    let answers = crowd.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 5);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.refused("promo-code-used-up")["limit"], 5);
    }
    let codes = olga.get(&format!("/api/v1/admin/events/{}/promo-codes", show.id)).await.ok();
    assert_eq!((&codes["data"][0]["code"], &codes["data"][0]["uses"]), (&"FIVE".into(), &5.into()));
    world.verifies().await;
}

#[tokio::test]
async fn uses_come_back_with_the_tickets() {
    let world = World::start().await;
    let (olga, ada, bob) = (world.organizer(), world.customer(), world.customer());
    let show = a_show().on_sale(&olga).await;
    let once = json!({ "code": "ONCE", "amount": 100, "uses_max": 2, "uses_per_customer_max": 1 });
    olga.adds_promo_code(&show, &once).await.created();
    let hold = ada.books_with(&show, &json!({ "hold": true, "promo_code": "ONCE" })).await;
    assert_eq!(books_cheaper(&ada, &show, "ONCE").await.refused("promo-code-used-up")["limit"], 1);
    ada.cancels(hold.id("booking_id")).await.ok();
    books_cheaper(&ada, &show, "ONCE").await.created();
    let booking = books_cheaper(&bob, &show, "ONCE").await.id("booking_id");
    let carl = world.customer();
    assert_eq!(books_cheaper(&carl, &show, "ONCE").await.refused("promo-code-used-up")["limit"], 2);
    bob.cancels(booking).await.ok();
    books_cheaper(&carl, &show, "ONCE").await.created();
    world.verifies().await;
}

#[tokio::test]
async fn a_code_is_good_in_its_time_and_until_it_is_removed() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = a_show().on_sale(&olga).await;
    let early = json!({ "code": "EARLY", "percent": 10, "valid_from": "2039-01-01T00:00:00Z" });
    let late = json!({ "code": "LATE", "percent": 10, "valid_until": "2020-01-01T00:00:00Z" });
    let now = json!({ "code": "NOW", "percent": 100 });
    for code in [&early, &late, &now] {
        olga.adds_promo_code(&show, code).await.created();
    }
    for code in ["EARLY", "LATE", "NEVER"] {
        books_cheaper(&ada, &show, code).await.refused("promo-code-invalid");
    }
    assert_eq!(books_cheaper(&ada, &show, "NOW").await.created()["total"]["amount"], 0);

    let path = |code: &str| format!("/api/v1/admin/events/{}/promo-codes/{code}", show.id);
    let removed = olga.delete(&path("now")).await;
    assert_eq!((removed.status, removed.body.len()), (204, 0));
    assert!(removed.position() > 0);
    assert_eq!(olga.delete(&path("NOW")).await.status, 204, "again is the same answer");
    books_cheaper(&ada, &show, "NOW").await.refused("promo-code-invalid");
    olga.delete(&path("NEVER")).await.problem(404, "no-such-promo-code");
    olga.delete(&path("%20")).await.problem(404, "no-such-promo-code");
    olga.delete(&path(&"x".repeat(10_000))).await.problem(422, "code-too-long");
    world.verifies().await;
}

#[tokio::test]
async fn a_code_does_one_thing() {
    let world = World::start().await;
    let olga = world.organizer();
    let show = a_show().on_sale(&olga).await;
    let spring = json!({ "code": "SPRING", "percent": 20, "uses_max": 9 });
    let first = olga.adds_promo_code(&show, &spring).await;
    let again = olga.adds_promo_code(&show, &spring).await;
    assert_eq!((again.created(), again.is_replay()), (first.created(), true));
    let other = json!({ "code": "spring", "percent": 30 });
    olga.adds_promo_code(&show, &other).await.refused("promo-code-exists");
    olga.delete(&format!("/api/v1/admin/events/{}/promo-codes/SPRING", show.id)).await;
    olga.adds_promo_code(&show, &other).await.created();
    let codes = olga.get(&format!("/api/v1/admin/events/{}/promo-codes", show.id)).await.ok();
    assert_eq!(codes["data"].as_array().unwrap().len(), 1);
    assert_eq!(codes["data"][0]["percent"], 30);
}

#[tokio::test]
async fn what_is_no_code_is_refused() {
    let world = World::start().await;
    let olga = world.organizer();
    let show = a_show().on_sale(&olga).await;
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;
    let types = |count: usize| json!(vec![Uuid::nil(); count]);
    for (body, pointer) in [
        (json!({ "percent": 10 }), "/code"),
        (json!({ "code": "", "percent": 10 }), "/code"),
        (json!({ "code": "a\nb", "percent": 10 }), "/code"),
        (json!({ "code": "X" }), "/percent"),
        (json!({ "code": "X", "percent": 0 }), "/percent"),
        (json!({ "code": "X", "percent": 101 }), "/percent"),
        (json!({ "code": "X", "percent": -5 }), "/percent"),
        (json!({ "code": "X", "percent": 12.5 }), "/percent"),
        (json!({ "code": "X", "amount": 0 }), "/amount"),
        (json!({ "code": "X", "amount": -1 }), "/amount"),
        (json!({ "code": "X", "amount": i64::MAX }), "/amount"),
        (json!({ "code": "X", "percent": 10, "amount": 10 }), "/amount"),
        (json!({ "code": "X", "percent": 10, "uses_max": 0 }), "/uses_max"),
        (json!({ "code": "X", "percent": 10, "uses_per_customer_max": 0 }), "/uses_per_customer_max"),
        (json!({ "code": "X", "percent": 10, "ticket_type_ids": types(101) }), "/ticket_type_ids"),
        (json!({ "code": "X", "percent": 10, "ticket_type_ids": types(2) }), "/ticket_type_ids"),
        (json!({ "code": "X", "percent": 10, "valid_from": "0001-01-01T00:00:00Z" }), "/valid_from"),
        (
            json!({ "code": "X", "percent": 10, "valid_from": "2030-01-02T00:00:00Z", "valid_until": "2030-01-01T00:00:00Z" }),
            "/valid_until",
        ),
        (json!({ "code": "X", "percent": 10, "budget": 1 }), "/budget"),
    ] {
        olga.adds_promo_code(&show, &body).await.invalid_at(pointer);
    }
    let long = |letters: usize| json!({ "code": "x".repeat(letters), "percent": 10 });
    for letters in [65, 10_000] {
        assert_eq!(olga.adds_promo_code(&show, &long(letters)).await.problem(422, "code-too-long")["limit"], 64);
    }
    // Sixty-four letters that are more in upper case are too many.
    olga.adds_promo_code(&show, &json!({ "code": "ß".repeat(64), "percent": 10 })).await.problem(422, "code-too-long");
    let ada = world.customer();
    books_cheaper(&ada, &show, &"x".repeat(10_000)).await.problem(422, "code-too-long");
    books_cheaper(&ada, &show, " ").await.invalid_at("/promo_code");
    let unknown = json!({ "code": "X", "percent": 10, "ticket_type_ids": types(1) });
    olga.adds_promo_code(&show, &unknown).await.refused("unknown-ticket-type");
    let good = json!({ "code": "X", "percent": 10 });
    ada.adds_promo_code(&show, &good).await.problem(403, "forbidden");
    world.organizer().adds_promo_code(&show, &good).await.problem(403, "not-your-event");
    world.stranger().adds_promo_code(&show, &good).await.problem(401, "missing-token");
    assert_eq!(count(&mut connection).await, recorded, "nothing is written");
    let codes = olga.get(&format!("/api/v1/admin/events/{}/promo-codes", show.id)).await.ok();
    assert_eq!(codes["data"], Value::Array(vec![]));
}
