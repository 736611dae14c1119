//! Replays where writing, retelling and showing are processes of their own, and from the command line.

use domain::access::Role;
use uuid::Uuid;

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
async fn a_replay_survives_the_projector_that_is_killed_in_the_middle() {
    let database = OwnDatabase::create().await;
    let command = Server::start(&database.url(), "command").await;
    let projector = Server::start(&database.url(), "projector").await;
    let query = Server::start(&database.url(), "query").await;
    let admin = world::person(&command.line(), Role::Admin);
    let reader = at(&query, &admin);
    let show = a_show().with_seats(10).on_sale(&admin).await;
    admin.books(&show, 3).await.created();
    assert_eq!(reader.sees_available(&show).await, 7);
    // Somebody looks at one table for so long that it cannot be exchanged.
    let mut long_reader = database.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE payments IN ACCESS SHARE MODE").execute(&mut long_reader).await.unwrap();
    let replay = admin.replays("all").await.id("replay_id");
    reader.waits_for_phase(replay, "verifying").await;

    projector.kill().await;
    sqlx::raw_sql("ROLLBACK").execute(&mut long_reader).await.unwrap();
    admin.books(&show, 1).await.created();
    let projector = Server::start(&database.url(), "projector").await;
    reader.waits_for_phase(replay, "swapped").await;

    assert_eq!(reader.sees_available(&show).await, 6);
    admin.books(&show, 2).await.created();
    assert_eq!(reader.sees_available(&show).await, 4);
    for server in [command, projector, query] {
        assert!(server.interrupt().await.success());
    }
    let (content, said) = evently(&database.url(), &["verify"]).await;
    assert!(content, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_replays_with_and_without_a_platform() {
    let database = OwnDatabase::create().await;
    let (content, said) = evently(&database.url(), &["seed"]).await;
    assert!(content, "{said}");

    let (content, said) = evently(&database.url(), &["replay", "all"]).await;
    assert!(content && said.contains("all serves now"), "nobody else does it: {said}");
    let (content, said) = evently(&database.url(), &["replay", "bookings", "--to-position", "100"]).await;
    assert!(content && said.contains("in the schema replay_bookings"), "{said}");
    let (content, said) = evently(&database.url(), &["status"]).await;
    assert!(content && said.contains("of bookings: built, 100 of 100"), "{said}");
    for (arguments, reason) in [
        (&["replay", "bookings"][..], "running already"),
        (&["replay", "bookings", "--to-position", "99"], "running already"),
        (&["replay", "nonsense"], "no projection of that name"),
        (&["replay", "shows", "--to-position", "99999"], "does not go so far"),
    ] {
        let (content, said) = evently(&database.url(), arguments).await;
        assert!(!content && said.contains(reason), "{said}");
    }

    let (content, said) = evently(&database.url(), &["replay", "bookings", "--to-position", "100"]).await;
    assert!(content && said.contains("in the schema replay_bookings"), "the same is found where it was left: {said}");
    // As it stands after one that was killed a moment ago.
    let mut owner = database.connect().await;
    let left = "WITH asked AS (
            INSERT INTO replays (replay_id, projection, phase, worker)
            VALUES (gen_random_uuid(), 'waitlist', 'building', gen_random_uuid()) RETURNING *)
        INSERT INTO replayed_projections (projection, replay_id) SELECT projection, replay_id FROM asked";
    sqlx::raw_sql(left).execute(&mut owner).await.unwrap();
    let (content, said) = evently(&database.url(), &["replay", "waitlist"]).await;
    assert!(content && said.contains("waitlist serves now"), "it is taken up again: {said}");

    let server = Server::start(&database.url(), "all").await;
    let admin = world::person(&server.line(), Role::Admin);
    let listed = admin.get("/api/v1/admin/replays").await.ok();
    let built = listed["data"].as_array().unwrap().iter().find(|one| one["phase"] == "built").unwrap();
    let built: Uuid = built["replay_id"].as_str().unwrap().parse().unwrap();
    admin.cancels_replay(built).await.expect(202);
    admin.waits_for_phase(built, "cancelled").await;
    let (content, said) = evently(&database.url(), &["replay", "bookings"]).await;
    assert!(content && said.contains("bookings serves now"), "the platform does it: {said}");
    assert!(server.interrupt().await.success());
    let (content, said) = evently(&database.url(), &["verify"]).await;
    assert!(content, "{said}");
}
