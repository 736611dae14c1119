//! Publishing, pausing, resuming and closing a sale.

use crate::support::log::count;
use crate::support::{Show, World, a_show};

#[tokio::test]
async fn a_published_event_is_seen_and_sold() {
    let world = World::start().await;
    let show = a_show().on_sale(&world.organizer()).await;
    assert_eq!(show.etag, "\"2\"");
    let ada = world.customer();
    assert_eq!(ada.get(&format!("/api/v1/events/{}", show.id)).await.ok()["status"], "on_sale");
    ada.books(&show, 1).await.created();
}

#[tokio::test]
async fn a_paused_sale_sells_nothing_until_it_is_resumed() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = a_show().on_sale(&olga).await;

    assert_eq!(olga.moves(&show, "pause").await.ok()["status"], "paused");
    ada.books(&show, 1).await.refused("not-on-sale");
    assert_eq!(ada.get(&format!("/api/v1/events/{}", show.id)).await.ok()["status"], "paused");
    assert_eq!(olga.moves(&show, "resume").await.ok()["status"], "on_sale");
    ada.books(&show, 1).await.created();
}

#[tokio::test]
async fn a_closed_sale_stays_closed() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = a_show().on_sale(&olga).await;

    assert_eq!(olga.moves(&show, "close").await.ok()["status"], "closed");
    ada.books(&show, 1).await.refused("sale-closed");
    for step in ["publish", "pause", "resume"] {
        olga.moves(&show, step).await.refused("sale-closed");
    }
}

#[tokio::test]
async fn a_repeated_step_is_quiet_and_says_the_same() {
    let world = World::start().await;
    let olga = world.organizer();
    let show = a_show().draft(&olga).await;
    let mut connection = world.database.connect().await;
    for step in ["publish", "pause", "resume", "close"] {
        let first = olga.moves(&show, step).await;
        let recorded = count(&mut connection).await;
        let again = olga.moves(&show, step).await;
        assert_eq!(first.ok(), again.ok());
        assert_eq!(first.etag(), again.etag());
        assert_eq!(count(&mut connection).await, recorded);
    }
}

#[tokio::test]
async fn steps_out_of_order_are_refused() {
    let world = World::start().await;
    let olga = world.organizer();
    let draft = a_show().draft(&olga).await;
    for step in ["pause", "resume", "close"] {
        olga.moves(&draft, step).await.refused("not-on-sale");
    }
    olga.moves(&draft, "publish").await.ok();
    olga.moves(&draft, "pause").await.ok();
    olga.moves(&draft, "publish").await.refused("sale-paused");

    let over = a_show().starting("2020-05-01").draft(&olga).await;
    olga.moves(&over, "publish").await.refused("event-over");
}

#[tokio::test]
async fn other_people_cannot_move_a_sale() {
    let world = World::start().await;
    let olga = world.organizer();
    let (draft, published) = (a_show().draft(&olga).await, a_show().on_sale(&olga).await);
    for step in ["publish", "pause", "resume", "close"] {
        world.customer().moves(&draft, step).await.problem(404, "not-found");
        world.organizer().moves(&draft, step).await.problem(404, "not-found");
        world.customer().moves(&published, step).await.problem(403, "forbidden");
        world.organizer().moves(&published, step).await.problem(403, "not-your-event");
        world.stranger().moves(&published, step).await.problem(401, "missing-token");
    }
    world.admin().moves(&published, "pause").await.ok();
}

#[tokio::test]
async fn an_event_that_is_not_there_cannot_be_moved() {
    let world = World::start().await;
    let olga = world.organizer();
    let nowhere = Show { id: uuid::Uuid::now_v7(), ticket_types: vec![], etag: String::new() };
    for step in ["publish", "pause", "resume", "close"] {
        olga.moves(&nowhere, step).await.problem(404, "not-found");
    }
    olga.post("/api/v1/admin/events/42/publish").await.problem(400, "malformed-id");
}
