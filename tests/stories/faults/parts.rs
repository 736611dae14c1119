//! The same platform as three processes: one writes, one retells, one shows.

use domain::access::Role;

use crate::support::database::OwnDatabase;
use crate::support::person::Line;
use crate::support::process::{Server, evently};
use crate::support::{Person, a_show, world};

/// The same person at another process, with what they know.
fn at(server: &Server, person: &Person) -> Person {
    let line = Line { seen: person.line.seen.clone(), ..server.line() };
    Person { line, ..person.clone() }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_processes_are_one_platform() {
    let database = OwnDatabase::create().await;
    let command = Server::start(&database.url(), "command").await;
    let projector = Server::start(&database.url(), "projector").await;
    let query = Server::start(&database.url(), "query").await;
    let olga = world::person(&command.line(), Role::Organizer);
    let ada = Person { account_id: uuid::Uuid::now_v7(), ..world::person(&olga.line, Role::Customer) };
    let show = a_show().with_seats(10).on_sale(&olga).await;

    let booking = ada.books(&show, 3).await.id("booking_id");
    let reader = at(&query, &ada);
    assert_eq!(reader.sees_available(&show).await, 7);
    assert_eq!(reader.get(&format!("/api/v1/bookings/{booking}")).await.ok()["status"], "confirmed");
    ada.cancels(booking).await.ok();
    assert_eq!(reader.sees_available(&show).await, 10);

    // Each does its own work alone.
    at(&command, &ada).get("/api/v1/events").await.problem(404, "not-found");
    reader.books(&show, 1).await.problem(404, "not-found");
    at(&projector, &ada).get("/api/v1/events").await.problem(404, "not-found");
    for server in [&command, &projector, &query] {
        assert_eq!(at(server, &ada).get("/readyz").await.ok()["status"], "ready");
        assert_eq!(at(server, &ada).get("/healthz").await.status, 200);
    }

    // Without its projector the reading side says so, and catches up when there is one again.
    projector.kill().await;
    ada.books(&show, 1).await.created();
    reader.get("/api/v1/events").await.problem(503, "read-model-behind");
    let projector = Server::start(&database.url(), "projector").await;
    assert_eq!(reader.sees_available(&show).await, 9);
    for server in [command, projector, query] {
        assert!(server.interrupt().await.success());
    }
    let (content, said) = evently(&database.url(), &["verify"]).await;
    assert!(content, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_see_where_it_stands() {
    let database = OwnDatabase::create().await;
    let (content, said) = evently(&database.url(), &["migrate"]).await;
    assert!(content, "{said}");
    let (content, said) = evently(&database.url(), &["seed"]).await;
    assert!(content, "{said}");
    let (again, said) = evently(&database.url(), &["seed"]).await;
    assert!(again, "doing it twice changes nothing: {said}");
    let (content, said) = evently(&database.url(), &["status"]).await;
    assert!(content, "{said}");
    for word in ["shows", "availability", "bookings"] {
        assert!(said.contains(word), "{said}");
    }
    let (content, said) = evently(&database.url(), &["verify"]).await;
    assert!(content, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_finds_what_somebody_changed_by_hand() {
    let world = crate::support::World::start().await;
    let show = a_show().with_seats(10).on_sale(&world.organizer()).await;
    let ada = world.customer();
    ada.books(&show, 2).await.created();
    assert_eq!(ada.sees_available(&show).await, 8);
    let database = world.stop().await;
    let (content, said) = evently(&database.url(), &["verify"]).await;
    assert!(content, "{said}");

    let mut connection = database.connect().await;
    sqlx::query("UPDATE ticket_types SET sold = sold + 1").execute(&mut connection).await.unwrap();
    let (content, said) = evently(&database.url(), &["verify"]).await;
    assert!(!content && said.contains(&show.ticket_type().to_string()), "{said}");
}
