//! Revenue agrees with the payments' ledger to the cent, whatever happened.

use evently::verify::verify_database;
use serde_json::{Value, json};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::{number, sum};
use crate::payments::given::{Provider, a_paid_show, succeeded};
use crate::support::{Person, Show, World};

/// What came in and what went back, of one show or of all, as the provider's ledger has it.
async fn ledger(connection: &mut PgConnection, show: Option<Uuid>) -> [i64; 3] {
    let sums: (i64, i64, i64) = sqlx::query_as(
        "SELECT (SELECT coalesce(sum(amount), 0)::bigint FROM payments
                 WHERE state = 'succeeded' AND show_id = coalesce($1, show_id)),
                (SELECT coalesce(sum(amount), 0)::bigint FROM refunds WHERE show_id = coalesce($1, show_id)),
                (SELECT coalesce(sum(amount), 0)::bigint FROM refunds
                 WHERE state = 'succeeded' AND show_id = coalesce($1, show_id))",
    )
    .bind(show)
    .fetch_one(connection)
    .await
    .unwrap();
    [sums.0, sums.1, sums.2]
}

/// The same as revenue has it.
fn told(line: &Value) -> [i64; 3] {
    let paid = number(line, "/gross") - number(line, "/discounts");
    assert_eq!(number(line, "/net"), paid - number(line, "/refunds"), "{line}");
    [paid, number(line, "/refunds"), number(line, "/paid_out")]
}

/// Half comes back, less a fee.
async fn a_show_with_a_policy(olga: &Person) -> Show {
    let steps = json!([{ "hours_before": 24, "percent": 50 }]);
    let terms = json!({ "payment": "required", "refund_policy": { "steps": steps, "fee": 101 } });
    a_paid_show().with("terms", terms).with_ticket_type("Balcony", 1_999, 50).on_sale(olga).await
}

/// People buy, some of it cheaper, and give back; one pays late, one twice, one gets a present.
async fn a_lively_evening(world: &World, olga: &Person) -> [Show; 3] {
    let [ada, bob, eve] = [world.customer(), world.customer(), world.customer()];
    let (show, doomed) = (a_show_with_a_policy(olga).await, a_show_with_a_policy(olga).await);
    let free = crate::support::a_show().on_sale(olga).await;
    olga.adds_promo_code(&show, &json!({ "code": "SPRING", "percent": 15 })).await.created();
    let both = json!([{ "ticket_type_id": show.ticket_types[0], "quantity": 3 },
                      { "ticket_type_id": show.ticket_types[1], "quantity": 2 }]);
    let cheap = ada.books_with(&show, &json!({ "hold": true, "promo_code": "SPRING", "items": both })).await;
    let cheap = cheap.id("booking_id");
    ada.pays(cheap, "sandbox:succeed").await.created();
    ada.sees_become(cheap, "confirmed").await;
    let one = json!([{ "ticket_type_id": show.ticket_types[0], "quantity": 1 }]);
    ada.gives_back(cheap, &one).await.ok();

    let whole = bob.buys(&show, 2).await;
    bob.cancels(whole).await.ok();
    let present = bob.buys(&show, 1).await;
    olga.refunds(present, 777).await.created();

    // What comes in for a hold that was given up buys nothing and goes back.
    let given_up = eve.holds(&show, 1).await.id("booking_id");
    let payment = eve.pays(given_up, "sandbox:late").await.id("payment_id");
    eve.cancels(given_up).await.ok();
    Provider::of(world).says(&succeeded(payment, 4_250)).await.ok();

    let called_off = eve.buys(&doomed, 2).await;
    olga.refunds(called_off, 50).await.created();
    ada.buys(&doomed, 1).await;
    olga.calls_off(&doomed, "The pianist is ill.").await.ok();

    eve.books(&free, 4).await.created();
    [show, doomed, free]
}

#[tokio::test]
async fn revenue_agrees_with_the_payments_to_the_cent() {
    let world = World::start().await;
    let (olga, admin) = (world.organizer(), world.admin());
    let shows = a_lively_evening(&world, &olga).await;
    // One given back in part, one wholly, one present, one too late; then what a show called off owes, and a present.
    olga.sees_refunds(&shows[0], [0, 4, 0]).await;
    olga.sees_refunds(&shows[1], [0, 3, 0]).await;

    let mut connection = world.database.connect().await;
    let everything = ledger(&mut connection, None).await;
    assert!(everything.iter().all(|sum| *sum > 0));
    for path in ["by=event", "by=ticket_type", "by=day", "by=currency", "by=day&time_zone=Pacific/Auckland"] {
        let revenue = admin.get(&format!("/api/v1/admin/revenue?{path}&limit=200")).await.ok();
        assert_eq!(told(&revenue["totals"][0]), everything, "{path}");
        let lines = &revenue["data"];
        let paid = sum(lines, "gross") - sum(lines, "discounts");
        assert_eq!([paid, sum(lines, "refunds")], everything[..2], "{path}");
        assert_eq!(sum(lines, "fees"), number(&revenue, "/totals/0/fees"), "{path}");
    }
    let by_event = olga.get("/api/v1/admin/revenue").await.ok();
    for (show, line) in shows.iter().zip(by_event["data"].as_array().unwrap()) {
        assert_eq!(line["event_id"], show.id.to_string());
        assert_eq!(told(line), ledger(&mut connection, Some(show.id)).await, "{line}");
        let event = olga.get(&format!("/api/v1/admin/analytics/events/{}", show.id)).await.ok();
        assert_eq!(told(&event["revenue"]), told(line));
        let types = event["ticket_types"].as_array().unwrap();
        let of_types: i64 = types.iter().map(|of_type| number(of_type, "/revenue/net")).sum();
        assert_eq!(of_types, number(line, "/net"));
    }
    let dashboard = admin.get("/api/v1/admin/analytics/dashboard").await.ok();
    assert_eq!(told(&dashboard["revenue"][0]), everything);
    // What was sold for nothing here still has its value.
    assert_eq!(number(&by_event, "/data/2/booked_value"), 4 * 4_250);
    assert_eq!(number(&by_event, "/data/1/net"), 0, "all of a show that is called off goes back");
    // 15 percent off three and two: 637 of 4,250 each, 299 of 1,999.
    assert_eq!(number(&by_event, "/data/0/discounts"), 3 * 637 + 2 * 299);
    // One of 3,613 came back by half less 101, two of 4,250 as well.
    assert_eq!(number(&by_event, "/data/0/fees"), (3_613 - (1_806 - 101)) + 2 * (4_250 - (2_125 - 101)));
    world.verifies().await;
    notices_what_is_changed(&world, &mut connection).await;
}

/// The recount is worth as much as what it notices.
async fn notices_what_is_changed(world: &World, connection: &mut PgConnection) {
    let pool = PgPool::connect_with(world.database.options()).await.unwrap();
    for (change, said) in [
        ("UPDATE sales_blocks SET position = position - 1", "1 of them incomplete"),
        (
            "WITH whole AS (UPDATE sales_blocks SET position = position + 1)
             UPDATE sales_scopes SET kind = 'nobody' WHERE kind = 'organizer'",
            "but the numbers of organizer",
        ),
        ("DELETE FROM sales_blocks", "there are 0 blocks of 1"),
    ] {
        sqlx::query(change).execute(&mut *connection).await.unwrap();
        let difference = verify_database(&pool).await.unwrap().difference.unwrap_or_default();
        assert!(difference.starts_with("numbers of sales: ") && difference.contains(said), "{change}: {difference}");
    }
    pool.close().await;
}
