//! The same question with the same position is answered with the same bytes: now, later, and after a replay.

use chrono::TimeDelta;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::payments::given::a_paid_show;
use crate::support::clock::Time;
use crate::support::{Answer, Person, Show, World, a_house, in_time};

/// Somebody's question, and what they were told.
struct Memory {
    person: Person,
    path: String,
    position: u64,
    text: String,
}

async fn ask(person: &Person, show: &Show, memories: &mut Vec<Memory>) {
    let paths = [
        "/api/v1/admin/analytics/dashboard?bucket=hour&time_zone=Asia/Kolkata".to_owned(),
        "/api/v1/admin/analytics/dashboard".to_owned(),
        format!("/api/v1/admin/analytics/events/{}?bucket=minute", show.id),
        "/api/v1/admin/revenue?by=ticket_type".to_owned(),
        "/api/v1/admin/revenue?by=day&from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00Z".to_owned(),
        "/api/v1/admin/analytics/dashboard?bucket=minute&format=csv".to_owned(),
        format!("/api/v1/admin/analytics/events/{}?bucket=hour&format=ndjson", show.id),
        "/api/v1/admin/revenue?by=ticket_type&format=csv".to_owned(),
    ];
    for path in paths {
        let answer = person.get(&path).await;
        assert_eq!(answer.status, 200, "{path}");
        let of_file = answer.header("evently-as-of-position").map(|position| position.parse().unwrap());
        let position = of_file.unwrap_or_else(|| answer.json()["as_of_position"].as_u64().unwrap());
        memories.push(Memory { person: person.clone(), path, position, text: answer.text() });
    }
}

async fn ask_again(memories: &[Memory]) {
    for Memory { person, path, position, text } in memories {
        let joint = if path.contains('?') { '&' } else { '?' };
        let again = told(person, &format!("{path}{joint}as_of_position={position}")).await;
        assert_eq!(again.text(), *text, "{path} as of {position}");
    }
}

/// An answer, as soon as what it tells of is counted.
async fn told(person: &Person, path: &str) -> Answer {
    let told = async {
        loop {
            let answer = person.get(path).await;
            if answer.status != 503 {
                assert_eq!(answer.status, 200, "{path}: {}", answer.text());
                return answer;
            }
        }
    };
    in_time("counting anew", told).await
}

/// Throws away everything that was counted; the projector counts again.
async fn forget(connection: &mut PgConnection) {
    sqlx::raw_sql(
        "BEGIN;
         UPDATE projection_checkpoints SET position = 0, generation = generation + 1
         WHERE name IN ('analytics', 'customers');
         TRUNCATE sales_scopes, sales_totals, sales_blocks, sales_titles, sales_seats,
                  customer_counts, customer_firsts, customer_scopes, customer_shows;
         COMMIT",
    )
    .execute(connection)
    .await
    .unwrap();
}

#[tokio::test]
async fn what_was_told_is_told_again_byte_for_byte() {
    let time = Time::default();
    let clock = time.clone();
    let world = World::start_with(move |settings| settings.clock = clock.clock()).await;
    let (olga, ada, bob, admin) = (world.organizer(), world.customer(), world.customer(), world.admin());
    let plan = a_paid_show().reserved().with_ticket_type("Standing", 2_000, 3);
    let draft = plan.draft(&olga).await;
    let show = plan.publish_with(&olga, &draft, &a_house(draft.ticket_type(), 2, 5)).await;
    let mut memories = Vec::new();
    ask(&olga, &show, &mut memories).await;

    olga.blocks(&show, "block", &["A-1", "B-2"]).await.ok();
    ask(&admin, &show, &mut memories).await;
    let standing = json!([{ "ticket_type_id": show.ticket_types[1], "quantity": 3 }]);
    let hold = ada.books_with(&show, &json!({ "hold": true, "items": standing })).await.id("booking_id");
    ada.pays(hold, "sandbox:succeed").await.created();
    ada.sees_become(hold, "confirmed").await;
    time.jump(TimeDelta::minutes(90));
    let seats = json!([{ "ticket_type_id": show.ticket_type(), "seats": ["A-2", "A-3"] }]);
    let lapsing: Uuid = bob.books_with(&show, &json!({ "hold": true, "items": seats })).await.id("booking_id");
    ask(&olga, &show, &mut memories).await;
    time.jump(TimeDelta::days(1));
    bob.sees_become(lapsing, "lapsed").await;
    olga.blocks(&show, "unblock", &["A-1"]).await.ok();
    let title = json!({ "title": "Chamber music in spring" });
    let etag = olga.get(&format!("/api/v1/events/{}", show.id)).await.etag();
    olga.revises(&show, &etag, &title).await.ok();
    ask(&admin, &show, &mut memories).await;
    olga.calls_off(&show, "The pianist is ill.").await.ok();
    ask(&olga, &show, &mut memories).await;

    ask_again(&memories).await;
    let mut connection = world.database.connect().await;
    forget(&mut connection).await;
    // They are told again as soon as there is something to tell.
    ask_again(&memories).await;
    let titles = memories.iter().filter(|memory| memory.text.contains("in winter")).count();
    assert!(titles > 0 && memories.iter().any(|memory| memory.text.contains("in spring")));
    world.verifies().await;

    // A time means the position that it finds.
    let (last, early) = (memories.last().unwrap(), &memories[memories.len() / 5]);
    let as_of: Value = serde_json::from_str(&early.text).unwrap();
    let by_time = format!("{}&as_of={}", early.path, as_of["as_of"].as_str().unwrap());
    let by_time = admin.get(&by_time).await;
    assert_eq!(by_time.ok()["as_of"], as_of["as_of"]);
    assert!(last.position > early.position);
}
