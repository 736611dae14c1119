//! Which role may call which endpoint: every endpoint, every role, one file.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::golden;
use super::openapi::endpoints;
use super::scene::Scene;
use crate::support::{Answer, World};

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
            let person = scene.caller(&world, endpoint, who).await;
            write!(table, " | {}", cell(&scene.call(&person, endpoint).await)).unwrap();
        }
        table.push('\n');
    }
    golden("access.txt", &table);
}
