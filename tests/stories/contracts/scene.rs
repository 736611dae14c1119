//! A scene in which a call of an endpoint could succeed, and the best call of it.

use domain::access::Role;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, Person, Show, World, a_house, a_show, world};

/// Set up afresh for each call.
pub(super) struct Scene {
    olga: Person,
    ada: Person,
    /// The show that the call is about.
    show: Show,
    booking: Uuid,
    entry: Uuid,
    replay: Uuid,
}

/// The promo code of every scene.
const CODE: &str = "SPRING";

impl Scene {
    pub(super) async fn set(world: &World, endpoint: &str) -> Self {
        let (olga, mut ada) = (world.organizer(), world.customer());
        if endpoint.contains("{account_id}") {
            // Only this endpoint looks for the account itself; a password costs time.
            ada.account_id = registered(world).await;
        }
        let show = set_show(endpoint, &olga).await;
        let (mut booking, mut entry) = (Uuid::now_v7(), Uuid::now_v7());
        if endpoint.contains("/waitlist") {
            let all = olga.books(&show, 1).await.id("booking_id");
            if !endpoint.starts_with("POST /api/v1/events") {
                entry = ada.joins(&show, 1).await.id("entry_id");
            }
            if endpoint.contains("accept") || endpoint.contains("decline") {
                olga.cancels(all).await.ok();
            }
        } else if endpoint.contains("{booking_id}") {
            booking = set_booking(endpoint, &ada, &show).await;
        }
        let mut replay = Uuid::now_v7();
        if endpoint.contains("{replay_id}") {
            replay = set_replay(world, endpoint).await;
        }
        if endpoint.contains("{stream}") {
            world.parks("waitlist", show.id).await;
        }
        if endpoint.starts_with("DELETE") && endpoint.contains("{code}") {
            olga.adds_promo_code(&show, &json!({ "code": CODE, "percent": 10 })).await.created();
        }
        Self { olga, ada, show, booking, entry, replay }
    }

    /// Calls an endpoint as well as one can.
    pub(super) async fn call(&self, person: &Person, endpoint: &str) -> Answer {
        let (method, template) = endpoint.split_once(' ').unwrap();
        let path = template
            .replace("{event_id}", &self.show.id.to_string())
            .replace("{booking_id}", &self.booking.to_string())
            .replace("{entry_id}", &self.entry.to_string())
            .replace("{replay_id}", &self.replay.to_string())
            .replace("{projection}", "waitlist")
            .replace("{stream}", &format!("show-{}", self.show.id))
            .replace("{code}", CODE)
            .replace("{path}", "0/000.p/1")
            .replace("{stream}", &format!("show-{}", self.show.id))
            .replace("{account_id}", &self.ada.account_id.to_string());
        let mut request = person.ask(Method::from_bytes(method.as_bytes()).unwrap(), &path);
        if method == "PATCH" || template.ends_with("/seat-map") {
            request = request.header("If-Match", &self.show.etag);
        }
        match good_bodies(endpoint, &self.show).into_iter().next() {
            Some(body) => request.json(&body).await,
            None => request.await,
        }
    }

    /// The one who asks: the owner of a booking or a place is a customer, of everything else the organizer.
    pub(super) async fn caller(&self, world: &World, endpoint: &str, who: usize) -> Person {
        let customers = endpoint.contains("{booking_id}") || endpoint.contains("{entry_id}");
        let role = match who {
            0 => return world.stranger(),
            2 if customers && !endpoint.contains("/admin/") => return self.ada.clone(),
            2 if !endpoint.contains("/users/me") => return self.olga.clone(),
            1 | 2 => Role::Customer,
            3 => Role::Organizer,
            _ => Role::Admin,
        };
        let person = world::person(&self.olga.line, role);
        if endpoint.contains("/users/me") {
            return person.with_token(&world::token(registered(world).await, role));
        }
        person
    }
}

async fn set_show(endpoint: &str, olga: &Person) -> Show {
    match endpoint.rsplit('/').next().unwrap() {
        "publish" => a_show().draft(olga).await,
        "resume" => {
            let show = a_show().on_sale(olga).await;
            olga.moves(&show, "pause").await.ok();
            show
        }
        "seat-map" | "block" | "unblock" => a_show().reserved().seated(olga, 1, 2).await,
        "pay" | "refunds" => a_show().with("terms", json!({ "payment": "required" })).on_sale(olga).await,
        _ if endpoint.contains("/waitlist") => a_show().with_seats(1).on_sale(olga).await,
        _ => a_show().on_sale(olga).await,
    }
}

async fn set_booking(endpoint: &str, ada: &Person, show: &Show) -> Uuid {
    let holds = ["extend", "confirm", "pay", "refunds"].iter().any(|part| endpoint.ends_with(part));
    let booking = if holds { ada.holds(show, 1).await } else { ada.books(show, 1).await }.id("booking_id");
    if endpoint.ends_with("/refunds") {
        let paid = ada.post(&format!("/api/v1/bookings/{booking}/pay")).json(&json!({})).await;
        // The money, and the booking that it confirms.
        ada.waits_for(paid.position() + 2).await;
    }
    booking
}

/// A replay that serves, or for a call that cancels, one that stands built until it is cancelled.
async fn set_replay(world: &World, endpoint: &str) -> Uuid {
    let admin = world.admin();
    if !endpoint.starts_with("DELETE") {
        let replay = admin.replays("waitlist").await.expect(202)["replay_id"].as_str().unwrap().parse().unwrap();
        admin.waits_for_phase(replay, "swapped").await;
        return replay;
    }
    let asked = admin.post("/api/v1/admin/replays").json(&json!({ "projection": "payments", "to_position": 1 })).await;
    // One that an earlier call was not allowed to cancel is in the way, and as good.
    let replay = asked.id("replay_id");
    admin.waits_for_phase(replay, "built").await;
    replay
}

/// An account with a row of its own.
async fn registered(world: &World) -> Uuid {
    let email = format!("{}@example.org", Uuid::now_v7());
    let body = json!({ "email": email, "password": "correct horse", "name": "Ada" });
    world.stranger().post("/api/v1/auth/register").json(&body).await.id("account_id")
}

/// Good bodies for an endpoint that takes one; the first is the plainest.
pub(super) fn good_bodies(endpoint: &str, show: &Show) -> Vec<Value> {
    let this = show.ticket_type();
    let item = |member: &str, wish: Value| json!([{ "ticket_type_id": this, member: wish }]);
    let Some((method, path)) = endpoint.split_once(" /api/v1/") else { return vec![] };
    match (method, path) {
        ("POST", "auth/register") => {
            let email = format!("{}@example.org", Uuid::now_v7());
            vec![json!({ "email": email, "password": "correct horse", "name": "Ada" })]
        }
        ("POST", "auth/login") => vec![json!({ "email": "nobody@example.org", "password": "wrong horse" })],
        ("POST", "auth/refresh" | "auth/logout") => vec![json!({ "refresh_token": "made up" })],
        ("POST", "bookings") => {
            let book = |items: Value| json!({ "event_id": show.id, "items": items });
            let best = json!({ "quantity": 1, "together": false, "accessible": 0 });
            let codes = json!({ "event_id": show.id, "items": item("quantity", json!(1)), "hold": true,
                "promo_code": "A", "access_code": "B" });
            vec![
                book(item("quantity", json!(1))),
                book(item("seats", json!(["A-1"]))),
                book(item("best_available", best)),
                codes,
            ]
        }
        ("POST", "bookings/{booking_id}/cancel") => {
            vec![json!({ "items": item("quantity", json!(1)) }), json!({ "items": item("seats", json!(["A-1"])) })]
        }
        ("POST", "bookings/{booking_id}/confirm") => vec![json!({ "payment_reference": "invoice 1" })],
        ("POST", "bookings/{booking_id}/pay") => vec![json!({ "method": "sandbox:succeed" })],
        ("POST", "events/{event_id}/waitlist") => {
            let plain = json!({ "ticket_type_id": this, "quantity": 1 });
            vec![plain, json!({ "ticket_type_id": this, "quantity": 1, "access_code": "B" })]
        }
        ("POST", "payments/webhook") => {
            vec![json!({ "type": "payment.succeeded", "payment_id": Uuid::nil(), "amount": 1, "currency": "EUR" })]
        }
        ("POST", "admin/replays") => {
            vec![json!({ "projection": "shows" }), json!({ "projection": "bookings", "to_position": 1 })]
        }
        ("PUT", "admin/users/{account_id}/role") => vec![json!({ "role": "organizer" })],
        ("POST", "admin/users/{account_id}/suspend") => vec![json!({ "reason": "fraud" })],
        ("DELETE", "users/me") => vec![json!({ "password": "correct horse" })],
        _ => bodies_of_running(method, path, show),
    }
}

fn bodies_of_running(method: &str, path: &str, show: &Show) -> Vec<Value> {
    let step = json!({ "hours_before": 24, "percent": 50 });
    let policy = json!({ "steps": [step], "fee": 1 });
    let terms = json!({ "hold_seconds": 60, "offer_seconds": 60, "payment": "none", "refund_policy": policy });
    let of_type = json!({ "ticket_type_id": show.ticket_type(), "capacity": 100, "min_per_booking": 1,
        "max_per_booking": 9, "access_code": "B", "sale_opens_at": null, "sale_closes_at": null });
    match (method, path.strip_prefix("admin/").unwrap_or_default()) {
        ("POST", "events") => vec![a_show().body, a_show().with("terms", terms).body, a_show().reserved().body],
        ("PATCH", "events/{event_id}") => vec![
            json!({ "title": "Another", "venue": { "name": "Hall", "city": "Bonn", "country": "DE" }, "max_per_customer": 1 }),
            json!({ "title": "x", "venue": {}, "ticket_types": [], "max_per_customer": 1 }),
            json!({ "terms": terms, "ticket_types": [of_type] }),
        ],
        ("POST", "events/{event_id}/cancel") => vec![json!({ "reason": "Rain" })],
        ("POST", "events/{event_id}/reschedule") => vec![json!({
            "starts_at": "2041-01-01T19:00:00Z", "ends_at": "2041-01-01T21:00:00Z", "refund_until": "2040-12-01T00:00:00Z"
        })],
        ("PUT", "events/{event_id}/seat-map") => {
            let mut house = a_house(show.ticket_type(), 1, 2);
            house["sections"][0]["focal_point"] = json!({ "x": 0, "y": 0 });
            house["sections"][0]["rows"][0]["seats"][0] = json!({ "label": "A-1", "position": { "x": 0, "y": 0 },
                "accessible": true, "restricted_view": false, "ticket_type_id": show.ticket_type() });
            vec![house]
        }
        ("POST", "events/{event_id}/seats/block" | "events/{event_id}/seats/unblock") => {
            vec![json!({ "seats": ["A-1"], "reason": "The camera stands there." })]
        }
        ("POST", "events/{event_id}/promo-codes") => vec![
            json!({ "code": CODE, "percent": 10 }),
            json!({ "code": "AUTUMN", "amount": 10, "ticket_type_ids": [show.ticket_type()], "uses_max": 1,
                "uses_per_customer_max": 1, "valid_from": "2030-01-01T00:00:00Z", "valid_until": "2031-01-01T00:00:00Z" }),
        ],
        ("POST", "bookings/{booking_id}/refunds") => vec![json!({ "amount": 100 })],
        ("PUT", "events/{event_id}/colleagues/{account_id}") => vec![json!({ "access": "door" })],
        _ => vec![],
    }
}
