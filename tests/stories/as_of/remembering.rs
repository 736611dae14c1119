//! Whatever was answered at a position is answered again, byte for byte, when it is asked as of there.

use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::clock::Time;
use crate::support::{Answer, Person, Show, World, a_house, a_show};

/// What somebody was told.
struct Memory {
    person: Person,
    path: String,
    answer: Answer,
}

/// Everything that anybody was told about a show.
#[derive(Default)]
struct Memories(Vec<Memory>);

impl Memories {
    async fn take(&mut self, person: &Person, path: String) {
        let answer = person.get(&path).await;
        answer.ok();
        self.0.push(Memory { person: person.clone(), path, answer });
    }

    /// All of it is told again.
    async fn last(&self) {
        for Memory { person, path, answer } in &self.0 {
            let position = &answer.ok()["as_of_position"];
            let joint = if path.contains('?') { '&' } else { '?' };
            let again = person.get(&format!("{path}{joint}as_of_position={position}")).await;
            again.ok();
            assert_eq!(again.text(), answer.text(), "{path} as of {position}");
        }
    }
}

/// A house of ten seats and two general types, one of them hidden, paid here.
async fn a_house_of_all_kinds(olga: &Person) -> Show {
    let mut plan = a_show()
        .reserved()
        .with_ticket_type("Standing", 2_000, 3)
        .with_ticket_type("Crew", 100, 5)
        .with("terms", json!({ "payment": "required", "offer_seconds": 86_400 }));
    plan.body["ticket_types"][2]["access_code"] = "CREW".into();
    let draft = plan.draft(olga).await;
    plan.publish_with(olga, &draft, &a_house(draft.ticket_type(), 2, 5)).await
}

/// People, the show, and what they are told after each thing that happens.
struct Evening {
    time: Time,
    olga: Person,
    ada: Person,
    bob: Person,
    show: Show,
    bookings: Vec<(Person, Uuid)>,
    memories: Memories,
}

impl Evening {
    async fn of(world: &World, time: Time) -> Self {
        let (olga, ada, bob) = (world.organizer(), world.customer(), world.customer());
        let show = a_house_of_all_kinds(&olga).await;
        Self { time, olga, ada, bob, show, bookings: vec![], memories: Memories::default() }
    }

    async fn holds(&mut self, person: &Person, item: Value, more: Value) -> Uuid {
        let mut members = json!({ "hold": true, "items": [item] });
        members.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let booking = person.books_with(&self.show, &members).await;
        booking.created();
        self.bookings.push((person.clone(), booking.id("booking_id")));
        self.remembers().await;
        booking.id("booking_id")
    }

    /// Pays, and waits for the money and what it buys.
    async fn pays(&mut self, person: &Person, booking: Uuid) {
        let paid = person.post(&format!("/api/v1/bookings/{booking}/pay")).json(&json!({})).await;
        self.remembers().await;
        person.waits_for(paid.position() + 2).await;
        self.remembers().await;
    }

    async fn remembers(&mut self) {
        let seats = format!("/api/v1/events/{}/seats", self.show.id);
        self.memories.take(&self.ada, seats.clone()).await;
        self.memories.take(&self.ada, format!("{seats}?access_code=crew")).await;
        self.memories.take(&self.olga, seats).await;
        for (person, booking) in self.bookings.clone() {
            self.memories.take(&person, format!("/api/v1/bookings/{booking}")).await;
        }
    }

    /// Seats are sold, given back, blocked, held and lost.
    async fn sells(&mut self) {
        let (olga, ada, bob) = (self.olga.clone(), self.ada.clone(), self.bob.clone());
        let [stalls, standing, crew] = self.show.ticket_types[..] else { panic!("three types") };
        let seats = |seats: [&str; 2]| json!({ "ticket_type_id": stalls, "seats": seats });
        olga.adds_promo_code(&self.show, &json!({ "code": "SPRING", "percent": 10 })).await.created();
        let bought = self.holds(&ada, seats(["A-1", "A-2"]), json!({ "promo_code": "SPRING" })).await;
        self.pays(&ada, bought).await;
        let lost = self.holds(&bob, seats(["B-1", "B-2"]), json!({})).await;
        bob.extends(lost).await.ok();
        let silent = self.holds(&ada, seats(["B-3", "B-4"]), json!({})).await;
        let silence = json!({ "method": "sandbox:late" });
        ada.post(&format!("/api/v1/bookings/{silent}/pay")).json(&silence).await.created();
        self.remembers().await;
        let hidden =
            self.holds(&bob, json!({ "ticket_type_id": crew, "quantity": 1 }), json!({ "access_code": "CREW" }));
        let hidden = hidden.await;
        olga.blocks(&self.show, "block", &["B-5"]).await.ok();
        self.remembers().await;
        let back = json!([{ "ticket_type_id": stalls, "seats": ["A-2"] }]);
        let given = ada.gives_back(bought, &back).await;
        given.ok();
        ada.waits_for(given.position() + 1).await;
        self.remembers().await;
        let all = self.holds(&ada, json!({ "ticket_type_id": standing, "quantity": 3 }), json!({})).await;
        bob.joins_with(&self.show, &json!({ "ticket_type_id": standing, "quantity": 2 })).await.created();
        bob.cancels(hidden).await.ok();
        // What is released goes to who waits, as an offer.
        ada.cancels(all).await.ok();
        self.remembers().await;
        self.time.jump(TimeDelta::minutes(10));
        let lapsed = bob.sees_booking(lost).await["as_of_position"].as_u64().unwrap() + 1;
        bob.waits_for(lapsed).await;
        self.remembers().await;
    }

    /// The organizer puts it off, gives it another house, and at last calls it off.
    async fn changes(&mut self) {
        let (olga, ada, show) = (self.olga.clone(), self.ada.clone(), self.show.clone());
        let stalls = show.ticket_type();
        let etag = |answer: &Answer| answer.etag();
        let now = olga.get(&format!("/api/v1/events/{}", show.id)).await;
        let larger = olga.seats(&show, &etag(&now), &a_house(stalls, 2, 6)).await;
        larger.ok();
        self.remembers().await;
        olga.revises(&show, &etag(&larger), &json!({ "title": "Another evening" })).await.ok();
        let off = json!({
            "starts_at": "2041-01-01T19:00:00Z", "ends_at": "2041-01-01T21:00:00Z",
            "refund_until": "2040-12-01T00:00:00Z"
        });
        olga.post(&format!("/api/v1/admin/events/{}/reschedule", show.id)).json(&off).await.ok();
        let held = json!({ "ticket_type_id": stalls, "seats": ["A-6"] });
        self.holds(&ada, held, json!({})).await;
        let paying = self.holds(&ada, json!({ "ticket_type_id": stalls, "seats": ["B-6"] }), json!({})).await;
        self.pays(&ada, paying).await;
        olga.calls_off(&show, "The singer is ill.").await.ok();
        self.remembers().await;
    }
}

#[tokio::test]
async fn what_was_told_is_told_again_for_ever() {
    let time = Time::default();
    let world = World::start_with(|settings| settings.clock = time.clock()).await;
    let mut evening = Evening::of(&world, time).await;
    evening.remembers().await;
    evening.sells().await;
    evening.memories.last().await;
    evening.changes().await;
    evening.memories.last().await;
    let told: Vec<Value> = evening.memories.0.iter().map(|memory| memory.answer.json()).collect();
    for word in ["held", "paying", "confirmed", "lapsed", "released", "cancelled"] {
        assert!(told.iter().any(|told| told["booking_id"].is_string() && told["status"] == word), "no {word} booking");
    }
    for letter in ['f', 'h', 's', 'b'] {
        let mut seats = told.iter().filter_map(|told| told["sections"][0]["seats"].as_str());
        assert!(seats.any(|seats| seats.contains(letter)), "no seat is ever {letter}");
    }
    world.verifies().await;
}
