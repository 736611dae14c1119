//! `Evently-Min-Position`: reading one's own writes, and being told when that cannot be.

use crate::support::{World, a_show};

#[tokio::test]
async fn people_read_what_they_have_just_written() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().with_seats(60).on_sale(&world.organizer()).await;
    for sold in 1..=30 {
        // Each read carries the position of the booking before it.
        ada.books(&show, 1).await.created();
        assert_eq!(ada.sees_available(&show).await, 60 - sold);
    }
}

#[tokio::test]
async fn an_answer_names_the_position_it_rests_on() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().on_sale(&world.organizer()).await;
    let position = ada.books(&show, 1).await.position();
    for path in [
        "/api/v1/events".to_owned(),
        format!("/api/v1/events/{}", show.id),
        format!("/api/v1/events/{}/seats", show.id),
        "/api/v1/users/bookings".to_owned(),
    ] {
        let answer = ada.get(&path).await.ok();
        assert!(answer["as_of_position"].as_u64().unwrap() >= position, "{path}");
    }
}

#[tokio::test]
async fn a_position_that_is_not_reached_in_time_is_told() {
    let world = World::start().await;
    let mut ada = world.customer();
    let show = a_show().on_sale(&world.organizer()).await;
    // This person's requests carry no position of their own.
    ada.line.seen = std::sync::Arc::default();
    for path in ["/api/v1/events".to_owned(), format!("/api/v1/events/{}/seats", show.id)] {
        let answer = ada.get(&path).header("Evently-Min-Position", "1000000").await;
        let problem = answer.problem(503, "read-model-behind");
        assert_eq!(problem["min_position"], 1_000_000);
        assert_eq!(answer.header("retry-after"), Some("1"));
    }
    for position in ["", "x", "-1", "1.5", "+1", "99999999999999999999", "18446744073709551615"] {
        let answer = ada.get("/api/v1/events").header("Evently-Min-Position", position).await;
        answer.problem(400, "malformed-position");
    }
}
