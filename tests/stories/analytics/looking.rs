//! What a dashboard shows, and to whom.

use serde_json::json;

use super::number;
use crate::support::{World, a_show};

const DASHBOARD: &str = "/api/v1/admin/analytics/dashboard";

#[tokio::test]
async fn organizers_see_their_own_and_an_admin_everything() {
    let world = World::start().await;
    let (olga, rita, admin, ada) = (world.organizer(), world.organizer(), world.admin(), world.customer());
    let (of_olga, of_rita) = (a_show().on_sale(&olga).await, a_show().with_seats(3).on_sale(&rita).await);
    ada.books(&of_olga, 5).await.created();
    let given_back = ada.books(&of_olga, 2).await.id("booking_id");
    ada.cancels(given_back).await.ok();
    ada.books(&of_rita, 3).await.created();
    world.customer().joins(&of_rita, 2).await.created();

    let seen = [olga.get(DASHBOARD).await.ok(), rita.get(DASHBOARD).await.ok(), admin.get(DASHBOARD).await.ok()];
    assert_eq!(seen.each_ref().map(|seen| number(seen, "/totals/sold")), [5, 3, 8]);
    assert_eq!(seen.each_ref().map(|seen| number(seen, "/events/created")), [1, 1, 2]);
    assert_eq!(seen.each_ref().map(|seen| seen["top_events"].as_array().unwrap().len()), [1, 1, 2]);
    assert_eq!(seen[2]["top_events"][0]["event_id"], of_olga.id.to_string());
    assert_eq!(seen[0]["rates"]["utilization"], json!({ "numerator": 5, "denominator": 100, "per_mille": 50 }));
    assert_eq!(seen[0]["rates"]["cancellation"], json!({ "numerator": 2, "denominator": 7, "per_mille": 285 }));
    assert_eq!(seen[0]["rates"]["lapse"], json!({ "numerator": 0, "denominator": 0 }));
    assert_eq!(number(&seen[1], "/waitlist/tickets_wanted"), 2);
    assert_eq!(
        (&seen[0]["sold_out_events"], &seen[1]["sold_out_events"][0]["sold_out"]["now"]),
        (&json!([]), &json!(true))
    );
    let days = seen[2]["sales_over_time"]["data"].as_array().unwrap();
    assert_eq!(days.iter().map(|day| number(day, "/tickets_booked")).sum::<i64>(), 10);
    assert_eq!(number(days.last().unwrap(), "/sold"), 8);

    let event = format!("/api/v1/admin/analytics/events/{}", of_rita.id);
    assert_eq!(rita.get(&event).await.ok()["ticket_types"][0]["name"], "Stalls");
    assert_eq!(number(&admin.get(&event).await.ok(), "/totals/sold"), 3);
    olga.get(&event).await.problem(403, "not-your-event");
    let draft = a_show().draft(&rita).await;
    olga.get(&format!("/api/v1/admin/analytics/events/{}", draft.id)).await.problem(404, "not-found");
    for path in [DASHBOARD, &event, "/api/v1/admin/revenue"] {
        ada.get(path).await.problem(403, "forbidden");
        world.stranger().get(path).await.problem(401, "missing-token");
    }
}

#[tokio::test]
async fn revenue_goes_on_where_a_page_ended_whatever_happens_meanwhile() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let mut shows = Vec::new();
    for _ in 0..5 {
        shows.push(a_show().on_sale(&olga).await);
    }
    let first = olga.get("/api/v1/admin/revenue?limit=2").await.ok();
    let mut seen: Vec<_> = first["data"].as_array().unwrap().clone();
    let mut next = first["page"]["next"].clone();
    while let Some(cursor) = next.as_str() {
        ada.books(&shows[4], 1).await.created();
        let page = olga.get(&format!("/api/v1/admin/revenue?limit=2&cursor={cursor}")).await.ok();
        assert_eq!(page["as_of_position"], first["as_of_position"]);
        seen.extend(page["data"].as_array().unwrap().clone());
        next = page["page"]["next"].clone();
    }
    let ids: Vec<_> = seen.iter().map(|line| line["event_id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids, shows.iter().map(|show| show.id.to_string()).collect::<Vec<_>>());
    assert_eq!(number(&seen[4], "/booked_value"), 0, "it was booked later");

    let cursor = first["page"]["next"].as_str().unwrap();
    olga.get(&format!("/api/v1/admin/revenue?by=day&cursor={cursor}")).await.problem(400, "invalid-cursor");
    world
        .organizer()
        .get(&format!("/api/v1/admin/revenue?limit=2&cursor={cursor}"))
        .await
        .problem(400, "invalid-cursor");
}
