//! Who buys: how many people did as of any moment, and what one of them bought.

use serde_json::json;

use super::number;
use crate::payments::given::a_paid_show;
use crate::people::Member;
use crate::support::{Person, World, a_show};

const DASHBOARD: &str = "/api/v1/admin/analytics/dashboard";

async fn buyers(person: &Person) -> (i64, u64, String) {
    let answer = person.get(DASHBOARD).await;
    let told = answer.ok();
    (number(&told, "/customers/buyers"), told["as_of_position"].as_u64().unwrap(), answer.text())
}

#[tokio::test]
async fn buyers_are_people_and_not_bookings_as_of_any_moment() {
    let world = World::start().await;
    let (olga, rita, admin) = (world.organizer(), world.organizer(), world.admin());
    let (of_olga, of_rita) = (a_show().on_sale(&olga).await, a_show().on_sale(&rita).await);
    let (ada, bob) = (world.customer(), world.customer());
    let mut told = Vec::new();
    let mut seen = Vec::new();
    let steps = [(&ada, &of_olga), (&ada, &of_olga), (&bob, &of_olga), (&ada, &of_rita)];
    for (person, show) in steps {
        let booking = person.books(show, 1).await.id("booking_id");
        // Whoever gives it all back has been a buyer nevertheless.
        person.cancels(booking).await.ok();
        let mut now = Vec::new();
        for asker in [&olga, &rita, &admin] {
            let (buyers, position, text) = buyers(asker).await;
            now.push(buyers);
            told.push((asker, position, text));
        }
        seen.push(now);
    }
    assert_eq!(seen, [[1, 0, 1], [1, 0, 1], [2, 0, 2], [2, 1, 2]]);
    for (asker, position, text) in told {
        let again = asker.get(&format!("{DASHBOARD}?as_of_position={position}")).await;
        assert_eq!(again.text(), text, "as of {position}");
    }
    world.verifies().await;
}

#[tokio::test]
async fn an_account_shows_what_was_bought_and_paid() {
    let world = World::start().await;
    let (admin, olga, ada) =
        (world.admin(), world.organizer(), Member::signs_up(&world, "ada@example.org").await.person);
    let (free, paid) = (a_show().on_sale(&olga).await, a_paid_show().on_sale(&olga).await);
    let given_back = ada.books(&free, 3).await.id("booking_id");
    ada.cancels(given_back).await.ok();
    let bought = ada.buys(&paid, 2).await;
    let position = ada.sees_become(bought, "confirmed").await["as_of_position"].as_u64().unwrap();
    admin.waits_for(position).await;

    let mut seen = admin.get(&format!("/api/v1/admin/users/{}", ada.account_id)).await.ok();
    let purchases = seen["purchases"].as_object_mut().unwrap();
    assert!(purchases.remove("as_of_position").and_then(|at| at.as_u64()).unwrap() >= position);
    let expected = json!({
        "bookings": 2, "tickets": 5, "cancelled_bookings": 1, "cancelled_tickets": 3, "lapsed_holds": 0,
    });
    assert_eq!(seen["purchases"], expected);
    assert_eq!(seen["money"], json!([{ "currency": "EUR", "paid": 8_500, "refunded": 0 }]));
}
