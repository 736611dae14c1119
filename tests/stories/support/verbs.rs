//! The verbs of holding, waiting and seating.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use uuid::Uuid;

use super::person::Request;
use super::{Person, Show, in_time};

impl Person {
    /// Holds tickets of the show's first type.
    pub(crate) fn holds(&self, show: &Show, quantity: u32) -> Request {
        let items = json!([{ "ticket_type_id": show.ticket_type(), "quantity": quantity }]);
        self.books_with(show, &json!({ "hold": true, "items": items }))
    }

    /// Books what the members say: items, hold, codes.
    pub(crate) fn books_with(&self, show: &Show, members: &Value) -> Request {
        let mut body = json!({ "event_id": show.id });
        body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        if body.get("items").is_none() {
            body["items"] = json!([{ "ticket_type_id": show.ticket_type(), "quantity": 1 }]);
        }
        self.post("/api/v1/bookings").json(&body)
    }

    /// Books these seats of the show's first type.
    pub(crate) fn books_seats(&self, show: &Show, seats: &[&str]) -> Request {
        self.books_items(show.id, &json!([{ "ticket_type_id": show.ticket_type(), "seats": seats }]))
    }

    /// Books the best seats of the show's first type.
    pub(crate) fn books_best(&self, show: &Show, best: &Value) -> Request {
        self.books_items(show.id, &json!([{ "ticket_type_id": show.ticket_type(), "best_available": best }]))
    }

    pub(crate) fn extends(&self, booking_id: Uuid) -> Request {
        self.post(&format!("/api/v1/bookings/{booking_id}/extend"))
    }

    pub(crate) fn confirms(&self, booking_id: Uuid) -> Request {
        self.post(&format!("/api/v1/bookings/{booking_id}/confirm"))
    }

    /// Gives back a part of a booking.
    pub(crate) fn gives_back(&self, booking_id: Uuid, items: &Value) -> Request {
        self.post(&format!("/api/v1/bookings/{booking_id}/cancel")).json(&json!({ "items": items }))
    }

    /// A booking as the reading side tells it.
    pub(crate) async fn sees_booking(&self, booking_id: Uuid) -> Value {
        self.get(&format!("/api/v1/bookings/{booking_id}")).await.ok()
    }

    /// Waits for tickets of the show's first type.
    pub(crate) fn joins(&self, show: &Show, quantity: u32) -> Request {
        self.joins_with(show, &json!({ "ticket_type_id": show.ticket_type(), "quantity": quantity }))
    }

    /// Waits for whatever the story says.
    pub(crate) fn joins_with(&self, show: &Show, body: &Value) -> Request {
        self.post(&format!("/api/v1/events/{}/waitlist", show.id)).json(body)
    }

    pub(crate) fn leaves(&self, entry_id: Uuid) -> Request {
        self.delete(&format!("/api/v1/waitlist/{entry_id}"))
    }

    pub(crate) fn accepts(&self, entry_id: Uuid) -> Request {
        self.post(&format!("/api/v1/waitlist/{entry_id}/accept"))
    }

    pub(crate) fn declines(&self, entry_id: Uuid) -> Request {
        self.post(&format!("/api/v1/waitlist/{entry_id}/decline"))
    }

    /// A place on the waitlist as the reading side tells it.
    pub(crate) async fn sees_entry(&self, entry_id: Uuid) -> Value {
        self.get(&format!("/api/v1/waitlist/{entry_id}")).await.ok()
    }

    /// Gives a show its seats, having seen it as `etag`.
    pub(crate) fn seats(&self, show: &Show, etag: &str, house: &Value) -> Request {
        self.put(&format!("/api/v1/admin/events/{}/seat-map", show.id)).header("If-Match", etag).json(house)
    }

    /// Blocks or unblocks seats.
    pub(crate) fn blocks(&self, show: &Show, how: &str, seats: &[&str]) -> Request {
        let body = json!({ "seats": seats, "reason": "The camera stands there." });
        self.post(&format!("/api/v1/admin/events/{}/seats/{how}", show.id)).json(&body)
    }

    /// Makes tickets cheaper for those who know a code.
    pub(crate) fn adds_promo_code(&self, show: &Show, body: &Value) -> Request {
        self.post(&format!("/api/v1/admin/events/{}/promo-codes", show.id)).json(body)
    }

    /// What of a show's seats everybody sees.
    pub(crate) async fn sees_seats(&self, show: &Show) -> Value {
        self.get(&format!("/api/v1/events/{}/seats", show.id)).await.ok()
    }

    /// Waits until the log has come this far and the reading side with it, whoever wrote there: how a
    /// story waits for what the platform does by itself.
    pub(crate) async fn waits_for(&self, position: u64) {
        let mut patient = self.clone();
        // Its requests carry no position of their own, only the one that is waited for.
        patient.line.seen = Arc::default();
        let reached = async || {
            let answer = patient.get("/api/v1/events").header("Evently-Min-Position", position.to_string()).await;
            answer.status == 200
        };
        in_time("what is waited for", async { while !reached().await {} }).await;
        self.line.seen.fetch_max(position, Ordering::SeqCst);
    }
}
