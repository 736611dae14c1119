//! Files: who booked an event, for those who run it (as a list, too), and what reports tell.

mod reports;

use serde_json::{Value, json};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::support::person::Request;
use crate::support::{Person, Show, World, a_show};

fn list(person: &Person, show: &Show, query: &str) -> Request {
    person.get(&format!("/api/v1/admin/events/{}/bookings{query}", show.id))
}

fn file(person: &Person, show: &Show, format: &str) -> Request {
    person.get(&format!("/api/v1/admin/events/{}/bookings/export?format={format}", show.id))
}

fn ids(list: &Value) -> Vec<String> {
    list["data"].as_array().unwrap().iter().map(|one| one["booking_id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_organizer_pages_through_who_booked() {
    let world = World::start().await;
    let (olga, ada, bob) = (world.organizer(), world.customer(), world.customer());
    let show = a_show().on_sale(&olga).await;
    let other = a_show().on_sale(&olga).await;
    ada.books(&other, 1).await.created();
    let mut booked = Vec::new();
    for person in [&ada, &bob, &ada, &bob, &ada] {
        booked.push(person.books(&show, 2).await.id("booking_id").to_string());
    }
    ada.cancels(booked[2].parse().unwrap()).await.ok();
    let hold = bob.holds(&show, 1).await.id("booking_id").to_string();
    booked.push(hold);

    let whole = list(&olga, &show, "").await.ok();
    assert_eq!(ids(&whole), booked, "the first one first");
    assert_eq!(whole["data"][1]["customer_id"], bob.account_id.to_string());
    let status: Vec<&Value> = whole["data"].as_array().unwrap().iter().map(|one| &one["status"]).collect();
    assert_eq!(status, ["confirmed", "confirmed", "cancelled", "confirmed", "confirmed", "held"]);
    assert_eq!(whole["data"][0]["items"][0]["name"], "Stalls");

    let (mut paged, mut query) = (Vec::new(), "?limit=4".to_owned());
    loop {
        let page = list(&olga, &show, &query).await.ok();
        paged.extend(ids(&page));
        let Some(next) = page["page"]["next"].as_str() else { break };
        query = format!("?limit=4&cursor={next}");
    }
    assert_eq!(paged, booked);
    let of_other = list(&olga, &other, &query).await;
    of_other.problem(400, "invalid-cursor");
    list(&olga, &show, "?limit=201").await.problem(422, "invalid");
    assert_eq!(ids(&list(&world.admin(), &show, "").await.ok()), booked);
}

#[tokio::test]
async fn the_file_is_what_the_list_is() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = a_show().with_ticket_type("=cmd, \"x\"", 2_000, 5).on_sale(&olga).await;
    olga.adds_promo_code(&show, &json!({ "code": "=sum(a1)", "percent": 10 })).await.created();
    let bought = ada.books_with(&show, &json!({ "promo_code": "=sum(a1)" })).await.id("booking_id");
    let both = show.ticket_types.iter().map(|id| json!({ "ticket_type_id": id, "quantity": 1 })).collect::<Vec<_>>();
    let held = ada.books_with(&show, &json!({ "hold": true, "items": both })).await.id("booking_id");

    let csv = file(&olga, &show, "csv").await;
    assert_eq!(csv.status, 200);
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
    let name = format!("attachment; filename=\"bookings-{}.csv\"", show.id);
    assert_eq!(csv.header("content-disposition"), Some(name.as_str()));
    let listed = list(&olga, &show, "").await.ok();
    assert_eq!(csv.header("evently-as-of-position"), Some(listed["as_of_position"].to_string().as_str()));
    let text = csv.text();
    let lines: Vec<&str> = text.split_terminator("\r\n").collect();
    assert_eq!(
        lines[0],
        "booking_id,customer_id,status,quantity,tickets,seats,total_amount,total_currency,paid_amount,paid_currency,\
         refunded_amount,refunded_currency,promo_code,booked_at,expires_at,cancelled_at"
    );
    let (ada_id, data) = (ada.account_id, &listed["data"]);
    let told = |row: usize, member: &str| data[row][member].as_str().unwrap().to_owned();
    let first = format!("{bought},{ada_id},confirmed,1,1 Stalls,,3825,EUR,,,,,'=SUM(A1),{},,", told(0, "booked_at"));
    let (booked_at, expires_at) = (told(1, "booked_at"), told(1, "expires_at"));
    let tickets = "\"1 Stalls, 1 =cmd, \"\"x\"\"\"";
    let second = format!("{held},{ada_id},held,2,{tickets},,6250,EUR,,,,,,{booked_at},{expires_at},");
    assert_eq!(lines[1..], [first, second]);

    let ndjson = file(&olga, &show, "ndjson").await;
    assert_eq!(ndjson.header("content-type"), Some("application/x-ndjson"));
    let rows: Vec<Value> = ndjson.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0]["promo_code"], "=SUM(A1)", "to programs it is what it is");
    assert_eq!(rows[0]["total"], json!({ "amount": 3825, "currency": "EUR" }));
    assert_eq!((&rows[0]["paid"], &rows[1]["status"]), (&Value::Null, &"held".into()));

    olga.calls_off(&show, "The singer is ill.").await.ok();
    let off = file(&olga, &show, "ndjson").await.text();
    assert!(off.lines().all(|line| line.contains("\"status\":\"cancelled\"")), "{off}");
    world.verifies().await;
}

#[tokio::test]
async fn a_file_of_many_pages_has_every_booking_once() {
    const BOOKINGS: usize = 1_100;
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = a_show().with_seats(2_000).on_sale(&olga).await;
    let mut booked = Vec::new();
    for _ in 0..BOOKINGS / 50 {
        let mut crowd = JoinSet::new();
        for _ in 0..50 {
            crowd.spawn(ada.books(&show, 1).into_future());
        }
        booked.extend(crowd.join_all().await.iter().map(|answer| answer.id("booking_id").to_string()));
    }
    let text = file(&olga, &show, "csv").await.text();
    let mut rows: Vec<&str> = text.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    rows.sort_unstable();
    booked.sort_unstable();
    assert_eq!(rows, booked);
}

#[tokio::test]
async fn the_bookings_of_an_event_are_for_those_who_run_it() {
    let world = World::start().await;
    let olga = world.organizer();
    let (show, draft) = (a_show().on_sale(&olga).await, a_show().draft(&olga).await);
    let nowhere = Show { id: Uuid::now_v7(), ..show.clone() };
    let asks = |person: &Person, show: &Show| [list(person, show, ""), file(person, show, "csv")];
    for ask in asks(&world.stranger(), &show) {
        ask.await.problem(401, "missing-token");
    }
    for ask in asks(&world.organizer(), &draft).into_iter().chain(asks(&olga, &nowhere)) {
        ask.await.problem(404, "not-found");
    }
    for format in ["csv", "ndjson"] {
        file(&world.customer(), &show, format).await.problem(403, "forbidden");
        file(&world.organizer(), &show, format).await.problem(403, "not-your-event");
        assert_eq!(file(&world.admin(), &show, format).await.status, 200);
    }
    list(&world.customer(), &show, "").await.problem(403, "forbidden");
    list(&world.organizer(), &show, "").await.problem(403, "not-your-event");
    for unknown in ["xlsx", "CSV", ""] {
        file(&olga, &show, unknown).await.problem(422, "unknown-format");
    }
    let twice = format!("/api/v1/admin/events/{}/bookings/export?format=csv&format=csv", show.id);
    olga.get(&twice).await.problem(400, "malformed-query");
}
