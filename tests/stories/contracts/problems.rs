//! The shape of each problem: status, title, and which numbers come with it.

use std::collections::BTreeMap;

use domain::access::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use super::golden;
use crate::support::world::token_until;
use crate::support::{Answer, World, a_show};

#[derive(Default)]
struct Shapes(BTreeMap<String, String>);

impl Shapes {
    fn note(&mut self, answer: &Answer) {
        let problem = answer.json();
        let members: Vec<&str> = problem.as_object().unwrap().keys().map(String::as_str).collect();
        let mut members: Vec<&str> = members.into_iter().filter(|member| *member != "instance").collect();
        members.sort_unstable();
        assert_eq!(problem["type"], format!("https://evently.dev/problems/{}", answer.code()));
        let shape = format!("{} {} [{}]", problem["status"], problem["title"], members.join(" "));
        let known = self.0.entry(answer.code()).or_insert_with(|| shape.clone());
        assert_eq!(*known, shape, "one code, one shape");
    }

    fn written(&self) -> String {
        self.0.iter().fold(String::new(), |text, (code, shape)| format!("{text}{code}: {shape}\n"))
    }
}

#[tokio::test]
async fn problems_look_as_agreed() {
    let world = World::start().await;
    let (mut ada, olga) = (world.customer(), world.organizer());
    // This person's requests carry no position of their own.
    ada.line.seen = std::sync::Arc::default();
    let mut shapes = Shapes::default();
    let show = a_show().with_seats(3).with("max_per_customer", 2).on_sale(&olga).await;
    let one = |id: Uuid, quantity: u32| json!([{ "ticket_type_id": id, "quantity": quantity }]);
    let this = show.ticket_type();

    shapes.note(&world.stranger().books(&show, 1).await);
    shapes.note(&ada.with_token("x").books(&show, 1).await);
    shapes.note(&ada.with_token(&token_until(ada.account_id, Role::Customer, 1)).books(&show, 1).await);
    shapes.note(&ada.get("/api/v1/events").header("Evently-Min-Position", "1000000").await);
    shapes.note(&ada.books_items(Uuid::nil(), &one(this, 1)).await);
    shapes.note(&ada.books_items(show.id, &one(Uuid::nil(), 1)).await);
    shapes.note(&ada.books_items(show.id, &one(this, 0)).await);
    shapes.note(&ada.books(&show, 4).await);
    shapes.note(&ada.books(&show, 3).await);
    ada.books(&show, 2).key("k").await.created();
    shapes.note(&ada.books(&show, 1).key("k").await);
    shapes.note(&ada.books(&show, 1).key("two words").await);
    shapes.note(&ada.post("/api/v1/bookings").raw_json("{").await);
    shapes.note(&ada.post("/api/v1/bookings").await);
    shapes.note(&ada.post("/api/v1/bookings").raw_json(vec![b' '; 300_000]).await);
    shapes.note(&ada.put("/api/v1/bookings").await);
    shapes.note(&ada.get("/api/v1/bookings/42").await);
    shapes.note(&ada.get("/api/v1/events?limit=x").await);
    shapes.note(&ada.get("/api/v1/events?cursor=x").await);
    shapes.note(&ada.get("/api/v1/events").header("Evently-Min-Position", "x").await);
    shapes.note(&ada.post("/api/v1/admin/events").json(&a_show().body).await);
    shapes.note(&ada.post("/api/v1/auth/refresh").json(&json!({ "refresh_token": "x" })).await);
    shapes.note(&ada.post("/api/v1/auth/login").json(&json!({ "email": "x", "password": "x" })).await);
    note_refused_steps(&world, &mut shapes).await;
    golden("problems.txt", &shapes.written());
}

async fn note_refused_steps(world: &World, shapes: &mut Shapes) {
    let (ada, olga) = (world.customer(), world.organizer());
    let show = a_show().with_seats(3).on_sale(&olga).await;
    ada.books(&show, 2).await.created();
    let revise = |change: Value| olga.revises(&show, &show.etag, &change);
    let price = json!({ "amount": 1, "currency": "USD" });

    shapes.note(&olga.patch(&format!("/api/v1/admin/events/{}", show.id)).json(&json!({})).await);
    shapes.note(&olga.revises(&show, "\"9\"", &json!({ "title": "x" })).await);
    shapes.note(&world.organizer().moves(&show, "pause").await);
    shapes.note(&revise(json!({ "ends_at": "2020-01-01T00:00:00Z" })).await);
    shapes.note(&revise(json!({ "ticket_types": [{ "name": "x", "price": price, "capacity": 1 }] })).await);
    shapes.note(&revise(json!({ "ticket_types": [{ "ticket_type_id": show.ticket_type(), "capacity": 1 }] })).await);
    let many: Vec<Value> = (0..100).map(|_| json!({ "name": "x", "price": price, "capacity": 1 })).collect();
    shapes.note(&revise(json!({ "ticket_types": many })).await);
    let early = a_show().with("sale_opens_at", "2039-01-01T00:00:00Z").on_sale(&olga).await;
    shapes.note(&ada.books(&early, 1).await);
    let over = a_show().starting("2020-01-01").draft(&olga).await;
    shapes.note(&olga.moves(&over, "publish").await);
    shapes.note(&olga.moves(&over, "pause").await);
    olga.moves(&show, "pause").await.ok();
    shapes.note(&olga.moves(&show, "publish").await);
    olga.moves(&show, "close").await.ok();
    shapes.note(&ada.books(&show, 1).await);
    olga.calls_off(&show, "Rain").await.ok();
    shapes.note(&ada.books(&show, 1).await);
    let taken = json!({ "email": crate::support::world::ADMIN_EMAIL, "password": "correct horse", "name": "x" });
    shapes.note(&ada.post("/api/v1/auth/register").json(&taken).await);
}
