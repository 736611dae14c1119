//! Which role may call which endpoint: every endpoint, every role, one file.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use domain::access::Role;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::golden;
use super::openapi::endpoints;
use crate::support::{Answer, Person, Show, World, a_show, world};

/// A scene in which every call could succeed: set up afresh for each of them.
struct Scene {
    olga: Person,
    ada: Person,
    draft: Show,
    on_sale: Show,
    paused: Show,
    booking: Uuid,
}

impl Scene {
    async fn set(world: &World, endpoint: &str) -> Self {
        let (olga, mut ada) = (world.organizer(), world.customer());
        if endpoint.contains("{account_id}") {
            // Only this endpoint looks for the account itself; a password costs time.
            ada.account_id = registered(world).await;
        }
        let draft = a_show().draft(&olga).await;
        let on_sale = a_show().on_sale(&olga).await;
        let paused = a_show().on_sale(&olga).await;
        olga.moves(&paused, "pause").await.ok();
        let booking = ada.books(&on_sale, 1).await.id("booking_id");
        Self { olga, ada, draft, on_sale, paused, booking }
    }

    /// Calls an endpoint as well as one can.
    async fn call(&self, person: &Person, endpoint: &str) -> Answer {
        let (method, template) = endpoint.split_once(' ').unwrap();
        let show = match template.rsplit('/').next().unwrap() {
            "publish" => &self.draft,
            "resume" => &self.paused,
            _ => &self.on_sale,
        };
        let path = template
            .replace("{event_id}", &show.id.to_string())
            .replace("{booking_id}", &self.booking.to_string())
            .replace("{account_id}", &self.ada.account_id.to_string());
        let mut request = person.ask(Method::from_bytes(method.as_bytes()).unwrap(), &path);
        if method == "PATCH" {
            request = request.header("If-Match", &show.etag);
        }
        match self.body(endpoint) {
            Some(body) => request.json(&body).await,
            None => request.await,
        }
    }

    fn body(&self, endpoint: &str) -> Option<Value> {
        let items = json!([{ "ticket_type_id": self.on_sale.ticket_type(), "quantity": 1 }]);
        Some(match endpoint {
            "POST /api/v1/auth/register" => {
                let email = format!("{}@example.org", Uuid::now_v7());
                json!({ "email": email, "password": "correct horse", "name": "Ada" })
            }
            "POST /api/v1/auth/login" => json!({ "email": "nobody@example.org", "password": "wrong horse" }),
            "POST /api/v1/auth/refresh" | "POST /api/v1/auth/logout" => json!({ "refresh_token": "made up" }),
            "POST /api/v1/bookings" => json!({ "event_id": self.on_sale.id, "items": items }),
            "POST /api/v1/admin/events" => a_show().body,
            "PATCH /api/v1/admin/events/{event_id}" => json!({ "title": "Another" }),
            "POST /api/v1/admin/events/{event_id}/cancel" => json!({ "reason": "Rain" }),
            "PUT /api/v1/admin/users/{account_id}/role" => json!({ "role": "organizer" }),
            _ => return None,
        })
    }
}

/// An account with a row of its own.
async fn registered(world: &World) -> Uuid {
    let email = format!("{}@example.org", Uuid::now_v7());
    let body = json!({ "email": email, "password": "correct horse", "name": "Ada" });
    world.stranger().post("/api/v1/auth/register").json(&body).await.id("account_id")
}

/// The one who asks: the owner of a booking is a customer, of everything else the organizer.
async fn caller(world: &World, scene: &Scene, endpoint: &str, who: usize) -> Person {
    let role = match who {
        0 => return world.stranger(),
        2 if endpoint.contains("{booking_id}") => return scene.ada.clone(),
        2 if !endpoint.ends_with("/me") => return scene.olga.clone(),
        1 | 2 => Role::Customer,
        3 => Role::Organizer,
        _ => Role::Admin,
    };
    let person = world::person(&scene.olga.line, role);
    if endpoint.ends_with("/me") {
        return person.with_token(&world::token(registered(world).await, role));
    }
    person
}

fn cell(answer: &Answer) -> String {
    if answer.status < 400 { answer.status.to_string() } else { format!("{} {}", answer.status, answer.code()) }
}

/// The endpoints that are not in the description.
const UNDESCRIBED: [&str; 6] =
    ["GET /healthz", "GET /readyz", "GET /metrics", "GET /openapi.json", "GET /docs/", "GET /redoc"];

#[tokio::test(flavor = "multi_thread")]
async fn every_role_at_every_endpoint_is_as_agreed() {
    let world = World::start().await;
    let document = world.stranger().get("/openapi.json").await.ok();
    let described: BTreeSet<String> = endpoints(&document);
    let mut table = String::from("# endpoint | nobody | another customer | its owner | another organizer | admin\n");
    for endpoint in described.iter().map(String::as_str).chain(UNDESCRIBED) {
        write!(table, "{endpoint}").unwrap();
        for who in 0..5 {
            let scene = Scene::set(&world, endpoint).await;
            let person = caller(&world, &scene, endpoint, who).await;
            write!(table, " | {}", cell(&scene.call(&person, endpoint).await)).unwrap();
        }
        table.push('\n');
    }
    golden("access.txt", &table);
}
