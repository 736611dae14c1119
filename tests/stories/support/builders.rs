//! Shows as stories describe them: `a_show().with_seats(100).on_sale(&olga)`.

use serde_json::{Value, json};
use uuid::Uuid;

use super::answer::id;
use super::{Answer, Person};

/// A show that is going to be created.
#[derive(Clone)]
pub(crate) struct ShowPlan {
    pub(crate) body: Value,
}

/// A show that was created.
#[derive(Clone)]
pub(crate) struct Show {
    pub(crate) id: Uuid,
    pub(crate) ticket_types: Vec<Uuid>,
    /// As it was when the builder was done with it.
    pub(crate) etag: String,
}

impl Show {
    /// What an answer says about a show.
    pub(crate) fn of(answer: &Answer) -> Self {
        let json = answer.json();
        let ticket_types = json["ticket_types"].as_array().unwrap().iter().map(|sold| id(sold, "ticket_type_id"));
        Self { id: id(&json, "event_id"), ticket_types: ticket_types.collect(), etag: answer.etag() }
    }

    /// Its first ticket type.
    pub(crate) fn ticket_type(&self) -> Uuid {
        self.ticket_types[0]
    }
}

/// A show with one ticket type of 100 seats at 42.50 EUR, far in the future.
pub(crate) fn a_show() -> ShowPlan {
    let body = json!({
        "title": "Chamber music in winter",
        "description": "Brahms and Schubert",
        "venue": { "name": "Philharmonie", "city": "Berlin", "country": "DE" },
        "time_zone": "Europe/Berlin",
        "starts_at": "2040-01-18T19:00:00Z",
        "ends_at": "2040-01-18T21:30:00Z",
        "ticket_types": [{ "name": "Stalls", "price": { "amount": 4250, "currency": "EUR" }, "capacity": 100 }],
    });
    ShowPlan { body }
}

impl ShowPlan {
    /// Any member of the body.
    pub(crate) fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.body[member] = value.into();
        self
    }

    pub(crate) fn without(mut self, member: &str) -> Self {
        self.body.as_object_mut().unwrap().remove(member);
        self
    }

    pub(crate) fn called(self, title: &str) -> Self {
        self.with("title", title)
    }

    pub(crate) fn in_city(mut self, city: &str) -> Self {
        self.body["venue"]["city"] = city.into();
        self
    }

    pub(crate) fn with_seats(mut self, capacity: u32) -> Self {
        self.body["ticket_types"][0]["capacity"] = capacity.into();
        self
    }

    pub(crate) fn with_ticket_type(mut self, name: &str, amount: i64, capacity: u32) -> Self {
        let added = json!({ "name": name, "price": { "amount": amount, "currency": "EUR" }, "capacity": capacity });
        self.body["ticket_types"].as_array_mut().unwrap().push(added);
        self
    }

    /// From `starts_at` on, for two hours.
    pub(crate) fn starting(self, date: &str) -> Self {
        self.with("starts_at", format!("{date}T19:00:00Z")).with("ends_at", format!("{date}T21:00:00Z"))
    }

    /// Created, and seen by nobody else.
    pub(crate) async fn draft(&self, organizer: &Person) -> Show {
        let answer = organizer.post("/api/v1/admin/events").json(&self.body).await;
        answer.created();
        Show::of(&answer)
    }

    /// Created and published.
    pub(crate) async fn on_sale(&self, organizer: &Person) -> Show {
        let show = self.draft(organizer).await;
        let answer = organizer.moves(&show, "publish").await;
        assert_eq!(answer.ok()["status"], "on_sale");
        Show::of(&answer)
    }
}
