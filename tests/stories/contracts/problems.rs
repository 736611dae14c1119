//! The shape of each problem: status, title, and which numbers come with it.

use std::collections::BTreeMap;

use chrono::DateTime;
use domain::access::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use super::golden;
use crate::accounts::PASSWORD;
use crate::payments::given::{Provider, succeeded};
use crate::people::Member;
use crate::support::world::token_until;
use crate::support::{Answer, World, a_house, a_show, seat};

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
    shapes.note(&ada.get(&format!("/api/v1/bookings/{}/proof", Uuid::nil())).await);
    shapes.note(&ada.get("/api/v1/events?limit=x").await);
    shapes.note(&ada.get("/api/v1/events?cursor=x").await);
    shapes.note(&ada.get("/api/v1/events").header("Evently-Min-Position", "x").await);
    shapes.note(&ada.get("/api/v1/audit/checkpoint").header("Evently-Min-Position", "1000000").await);
    shapes.note(&ada.get("/api/v1/audit/tile/x").await);
    shapes.note(&ada.post("/api/v1/admin/events").json(&a_show().body).await);
    shapes.note(&ada.post("/api/v1/auth/refresh").json(&json!({ "refresh_token": "x" })).await);
    shapes.note(&ada.post("/api/v1/auth/login").json(&json!({ "email": "x", "password": "x" })).await);
    note_refused_steps(&world, &mut shapes).await;
    note_refused_seats(&world, &mut shapes).await;
    note_refused_holds(&world, &mut shapes).await;
    note_refused_money(&world, &mut shapes).await;
    note_refused_places(&world, &mut shapes).await;
    note_refused_terms(&world, &mut shapes).await;
    shapes.note(&world.admin().get("/api/v1/admin/audit?event_type=Nothing").await);
    shapes.note(&world.admin().get("/api/v1/admin/audit?stream=tour-1").await);
    note_refused_replays(&world, &mut shapes).await;
    note_refused_people(&world, &mut shapes).await;
    note_refused_looks(&world, &mut shapes).await;
    note_refused_questions(&world, &mut shapes).await;
    golden("problems.txt", &shapes.written());
}

async fn note_refused_replays(world: &World, shapes: &mut Shapes) {
    let admin = world.admin();
    let path = |replay: Uuid, step: &str| format!("/api/v1/admin/replays/{replay}{step}");
    let built = admin.builds("shows", 1).await.id("replay_id");
    admin.waits_for_phase(built, "built").await;
    shapes.note(&admin.replays("shows").await);
    shapes.note(&admin.replays("nonsense").await);
    shapes.note(&admin.builds("bookings", 1_000_000).await);
    shapes.note(&admin.post(&path(built, "/rollback")).await);
    let done = admin.replays("waitlist").await.id("replay_id");
    admin.waits_for_phase(done, "swapped").await;
    shapes.note(&admin.delete(&path(done, "")).await);
    let show = a_show().on_sale(&world.organizer()).await;
    admin.sees_available(&show).await;
    // It is there already: folding it again can only fail.
    world.parks("availability", show.id).await;
    shapes.note(&admin.unparks("availability", show.id).await);
}

/// Moments that cannot be, files that there are not, and colleagues that nobody knows.
async fn note_refused_looks(world: &World, shapes: &mut Shapes) {
    let (ada, olga) = (world.customer(), world.organizer());
    let show = a_show().on_sale(&olga).await;
    let head = ada.books(&show, 1).await.position();
    let seats = format!("/api/v1/events/{}/seats", show.id);
    shapes.note(&ada.get(&format!("{seats}?as_of=2999-01-01T00:00:00Z")).await);
    shapes.note(&ada.get(&format!("{seats}?as_of=1999-01-01T00:00:00Z")).await);
    shapes.note(&ada.get(&format!("{seats}?as_of=1999-01-01T00:00:00Z&as_of_position={head}")).await);
    shapes.note(&ada.get(&format!("{seats}?as_of_position={}", head + 1)).await);
    shapes.note(&olga.get(&format!("/api/v1/admin/events/{}/bookings/export?format=xlsx", show.id)).await);
    let colleague = format!("/api/v1/admin/events/{}/colleagues/{}", show.id, Uuid::nil());
    shapes.note(&olga.put(&colleague).json(&json!({ "access": "door" })).await);
}

async fn note_refused_questions(world: &World, shapes: &mut Shapes) {
    let admin = world.admin();
    let questions = [
        "analytics/dashboard?as_of=2099-01-01T00:00:00Z",
        "analytics/dashboard?as_of_position=0",
        "analytics/dashboard?as_of_position=1000000",
        "analytics/dashboard?as_of_position=1&as_of=2024-01-01T00:00:00Z",
        "analytics/dashboard?bucket=week",
        "analytics/dashboard?time_zone=Europe/Atlantis",
        "analytics/dashboard?bucket=minute&from=2005-01-01T00:00:00Z",
        "revenue?from=2024-01-02T00:00:00Z&to=2024-01-01T00:00:00Z",
        "revenue?by=colour",
        "revenue?format=csv&limit=1",
    ];
    for question in questions {
        shapes.note(&admin.get(&format!("/api/v1/admin/{question}")).await);
    }
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

async fn note_refused_seats(world: &World, shapes: &mut Shapes) {
    let (ada, olga) = (world.customer(), world.organizer());
    let show = a_show().reserved().with_ticket_type("Standing", 100, 5).seated(&olga, 1, 5).await;
    let book = |at: usize, member: &str, wish: Value| {
        ada.books_items(show.id, &json!([{ "ticket_type_id": show.ticket_types[at], member: wish }]))
    };
    ada.books_seats(&show, &["A-3"]).await.created();
    shapes.note(&book(0, "seats", json!(["A-3"])).await);
    shapes.note(&book(0, "seats", json!(["Z-1"])).await);
    shapes.note(&book(0, "seats", json!(["A-1", "A-1"])).await);
    shapes.note(&book(0, "quantity", json!(1)).await);
    shapes.note(&book(1, "seats", json!(["A-1"])).await);
    shapes.note(&book(0, "best_available", json!({ "quantity": 3 })).await);
    shapes.note(&book(0, "best_available", json!({ "quantity": 1, "accessible": 1 })).await);
    shapes.note(&olga.seats(&show, &show.etag, &a_house(show.ticket_type(), 1, 2)).await);
    shapes.note(&olga.seats(&show, &show.etag, &a_house(show.ticket_type(), 401, 250)).await);
    let mut house = a_house(show.ticket_type(), 1, 5);
    seat(&mut house, "A-2")["label"] = "A-1".into();
    shapes.note(&olga.seats(&show, &show.etag, &house).await);
    let resized = json!({ "ticket_types": [{ "ticket_type_id": show.ticket_type(), "capacity": 9 }] });
    shapes.note(&olga.revises(&show, &show.etag, &resized).await);
}

async fn note_refused_holds(world: &World, shapes: &mut Shapes) {
    let (ada, olga) = (world.customer(), world.organizer());
    let show = a_show().with_seats(1).with("terms", json!({ "hold_seconds": 5 })).on_sale(&olga).await;
    let lapsed = ada.holds(&show, 1).await;
    let longer = olga.revises(&show, &show.etag, &json!({ "terms": { "hold_seconds": 3_600 } })).await;
    ada.waits_for(longer.position() + 1).await;
    shapes.note(&ada.extends(lapsed.id("booking_id")).await);

    let show = a_show().with("terms", json!({ "hold_seconds": 60 })).on_sale(&olga).await;
    let hold = ada.holds(&show, 1).await.id("booking_id");
    olga.revises(&show, &show.etag, &json!({ "terms": { "hold_seconds": 3_600 } })).await.ok();
    ada.extends(hold).await.ok();
    shapes.note(&ada.extends(hold).await);
    let other = json!([{ "ticket_type_id": Uuid::nil(), "quantity": 1 }]);
    shapes.note(&ada.gives_back(hold, &other).await);
    ada.confirms(hold).await.ok();
    shapes.note(&ada.confirms(hold).await);
    ada.cancels(hold).await.ok();
    shapes.note(&ada.confirms(hold).await);
}

async fn note_refused_money(world: &World, shapes: &mut Shapes) {
    let (ada, olga) = (world.customer(), world.organizer());
    let plan = a_show().with("terms", json!({ "payment": "required" })).with_ticket_type("Free", 0, 5);
    let show = plan.on_sale(&olga).await;
    let pay =
        |booking: Uuid| ada.post(&format!("/api/v1/bookings/{booking}/pay")).json(&json!({ "method": "sandbox:late" }));
    let refund = |booking: Uuid, amount: i64| {
        olga.post(&format!("/api/v1/admin/bookings/{booking}/refunds")).json(&json!({ "amount": amount }))
    };
    shapes.note(&ada.books(&show, 1).await);
    let hold = ada.holds(&show, 1).await.id("booking_id");
    shapes.note(&ada.confirms(hold).await);
    shapes.note(&refund(hold, 1).await);
    shapes.note(&refund(hold, 0).await);
    let payment = pay(hold).await.id("payment_id");
    shapes.note(&ada.extends(hold).await);
    let free = json!([{ "ticket_type_id": show.ticket_types[1], "quantity": 1 }]);
    let free = ada.books_with(&show, &json!({ "hold": true, "items": free })).await.id("booking_id");
    shapes.note(&pay(free).await);
    shapes.note(&ada.post("/api/v1/payments/webhook").json(&json!({})).await);
    let provider = Provider::of(world);
    shapes.note(&provider.says(&succeeded(Uuid::nil(), 1)).await);
    shapes.note(&provider.says(&succeeded(payment, 1)).await);
    let refund =
        json!({ "type": "refund.succeeded", "refund_id": format!("{hold}.9"), "amount": 1, "currency": "EUR" });
    shapes.note(&provider.says(&refund).await);
    shapes.note(&provider.says_at(DateTime::UNIX_EPOCH, &refund).await);
}

async fn note_refused_places(world: &World, shapes: &mut Shapes) {
    let (ada, olga) = (world.customer(), world.organizer());
    let show = a_show().with_seats(1).with("terms", json!({ "offer_seconds": 5 })).on_sale(&olga).await;
    shapes.note(&ada.joins(&show, 1).await);
    let mut all = olga.books(&show, 1).await.id("booking_id");
    let places = [world.customer(), world.customer(), ada.clone()];
    let mut entries = Vec::new();
    for person in &places {
        entries.push(person.joins(&show, 1).await.id("entry_id"));
    }
    shapes.note(&ada.joins(&show, 1).await);
    shapes.note(&ada.accepts(entries[0]).await);
    shapes.note(&ada.accepts(entries[2]).await);
    olga.cancels(all).await.ok();
    all = places[0].accepts(entries[0]).await.id("booking_id");
    shapes.note(&places[0].declines(entries[0]).await);
    places[0].cancels(all).await.ok();
    let declined = places[1].declines(entries[1]).await;
    shapes.note(&places[1].accepts(entries[1]).await);
    ada.waits_for(declined.position() + 1).await;
    shapes.note(&ada.accepts(entries[2]).await);
}

async fn note_refused_terms(world: &World, shapes: &mut Shapes) {
    let (ada, olga) = (world.customer(), world.organizer());
    let mut plan = a_show();
    plan.body["ticket_types"][0]["max_per_booking"] = 2.into();
    let show = plan.on_sale(&olga).await;
    shapes.note(&ada.books(&show, 3).await);
    let once = json!({ "code": "ONCE", "percent": 10, "uses_max": 1 });
    olga.adds_promo_code(&show, &once).await.created();
    shapes.note(&olga.adds_promo_code(&show, &json!({ "code": "ONCE", "percent": 20 })).await);
    ada.books_with(&show, &json!({ "promo_code": "ONCE" })).await.created();
    shapes.note(&ada.books_with(&show, &json!({ "promo_code": "ONCE" })).await);
    shapes.note(&ada.books_with(&show, &json!({ "promo_code": "NEVER" })).await);
    shapes.note(&ada.books_with(&show, &json!({ "promo_code": "x".repeat(65) })).await);
    shapes.note(&olga.delete(&format!("/api/v1/admin/events/{}/promo-codes/NEVER", show.id)).await);
    let step = json!({ "hours_before": 24, "percent": 50 });
    let twice = json!({ "terms": { "refund_policy": { "steps": [step, step] } } });
    shapes.note(&olga.revises(&show, &show.etag, &twice).await);
    let past = json!({
        "starts_at": "2041-01-01T19:00:00Z", "ends_at": "2041-01-01T21:00:00Z", "refund_until": "2020-01-01T00:00:00Z"
    });
    shapes.note(&olga.post(&format!("/api/v1/admin/events/{}/reschedule", show.id)).json(&past).await);
}

async fn note_refused_people(world: &World, shapes: &mut Shapes) {
    let admin = world.admin();
    let bea = Member::signs_up(world, "bea@example.org").await;
    let suspend = json!({ "reason": "abuse" });
    bea.is("suspend", &admin).json(&suspend).await.ok();
    shapes.note(&bea.person.get("/api/v1/users/me").await);
    shapes.note(&bea.signs_in(PASSWORD).await);
    bea.is("erase", &admin).await.ok();
    shapes.note(&bea.is("suspend", &admin).json(&suspend).await);
    let dan = Member::signs_up(world, "dan@example.org").await;
    dan.refreshes().await.ok();
    shapes.note(&dan.refreshes().await);
    let boss = Member::admin(world).await;
    shapes.note(&boss.is("erase", &admin).await);
}
