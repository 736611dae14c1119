//! Postgres going away in the middle of appends: success is never claimed for what is not in the
//! log, nor "certainly not written" for what is.

use std::collections::HashMap;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use event_log::{AppendError, Appended, EventLog, Position, RecordedEvent};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgConnection};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::database::{Database, Server, log};
use super::history::{assert_dense, everything, key, keyed, noon, some, stream, these, write};

const WRITERS: usize = 8;
/// How many events must come between one disturbance and the next.
const CALM_EVENTS: Position = 60;
/// How long a door waits for a connection here.
const ACQUIRE: Duration = Duration::from_millis(500);
/// How often something that must come is looked for, and how long at most.
const POLL: Duration = Duration::from_millis(2);
const COMES: Duration = Duration::from_secs(90);

/// What a writer was told about one event.
type Told = (Uuid, Result<Appended, AppendError>);

/// Writes one event after the other until told to stop. After a failure it looks where the stream
/// stands, as a lane does.
async fn keep_writing(log: Arc<dyn EventLog>, writer: usize, stop: Arc<AtomicBool>) -> Vec<Told> {
    let (mut told, mut version) = (Vec::new(), 0);
    while !stop.load(Ordering::Relaxed) {
        let event = keyed(key(writer * 1_000_000 + told.len()));
        let event_id = event.event_id;
        let outcome = log.append(&[these([event], stream(writer), version)], noon()).await;
        version += 1;
        if outcome.is_err() {
            version = until(|| async { Some(log.versions(&[stream(writer)]).await.ok()?[0]) }).await;
        }
        told.push((event_id, outcome));
    }
    told
}

/// Asks until there is an answer.
async fn until<T, F: Future<Output = Option<T>>>(mut answer: impl FnMut() -> F) -> T {
    let asking = async {
        loop {
            if let Some(found) = answer().await {
                return found;
            }
            sleep(POLL).await;
        }
    };
    timeout(COMES, asking).await.expect("what must come does not come")
}

/// Lets writers write, disturbs them as often as `rounds` says, and then holds what they were told
/// against the log.
async fn nobody_is_lied_to(options: &PgConnectOptions, rounds: usize, disturb: impl AsyncFn(&mut PgConnection)) {
    let (door, stop) = (log(options, ACQUIRE), Arc::new(AtomicBool::new(false)));
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        writers.spawn(keep_writing(door.clone(), writer, stop.clone()));
    }
    let mut calm = 0;
    for _ in 0..rounds {
        calm = until(|| async { door.head().await.ok().filter(|head| *head >= calm) }).await + CALM_EVENTS;
        let mut superuser = until(|| async { options.clone().database("postgres").connect().await.ok() }).await;
        disturb(&mut superuser).await;
    }
    until(|| async { door.head().await.ok().filter(|head| *head >= calm) }).await;
    stop.store(true, Ordering::Relaxed);
    let told: Vec<Told> = writers.join_all().await.into_iter().flatten().collect();

    let events = everything(&*log(options, COMES)).await;
    assert_dense(&events);
    let failures = told.iter().filter(|(_, outcome)| outcome.is_err()).count();
    assert!(failures > 0, "nobody was disturbed in {} appends", told.len());
    assert_told_the_truth(&told, &events);
}

fn assert_told_the_truth(told: &[Told], events: &[RecordedEvent]) {
    let written: HashMap<Uuid, Position> = events.iter().map(|event| (event.event_id, event.position)).collect();
    assert_eq!(written.len(), events.len(), "an event stands twice in the log");
    for (event_id, outcome) in told {
        let found = written.get(event_id).copied();
        match outcome {
            Ok(appended) => assert_eq!(found, Some(appended.first), "a false success"),
            Err(AppendError::Unknown(_)) => {}
            Err(error) => assert_eq!(found, None, "it is written, though the writer was told: {error}"),
        }
    }
}

fn kill(pid: u32) {
    let killed = Command::new("kill").args(["-9", &pid.to_string()]).status().expect("there is a kill command");
    assert!(killed.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_lied_to_when_connections_are_terminated() {
    let database = Database::create().await;
    let name = database.options().get_database().expect("it has a name").to_owned();
    nobody_is_lied_to(database.options(), 40, async |superuser| {
        let terminate = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
        sqlx::query(terminate).bind(&name).execute(superuser).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_lied_to_when_a_server_process_is_killed() {
    let server = Server::start().await;
    let options = server.copy().await;
    nobody_is_lied_to(&options, 3, async |superuser| {
        let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(superuser).await.unwrap();
        kill(pid.cast_unsigned());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_lied_to_when_the_whole_server_is_killed() {
    let server = Server::start().await;
    let options = server.copy().await;
    nobody_is_lied_to(&options, 2, async |_| kill(server.postgres.postmaster_pid().expect("it runs"))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_whose_server_has_stopped_cannot_be_reached() {
    let server = Server::start().await;
    let door = log(&server.copy().await, ACQUIRE);
    write(&*door, &[some(1, stream(1), 0)]).await;
    server.postgres.stop().await.unwrap();
    for _ in 0..3 {
        let refused = timeout(COMES, door.append(&[some(1, stream(1), 1)], noon())).await.expect("it answers in time");
        assert!(matches!(refused, Err(AppendError::Unavailable(_))), "{refused:?}");
    }
    assert!(door.head().await.is_err());
    assert!(door.versions(&[stream(1)]).await.is_err());
    assert!(door.read_stream(stream(1), 0).await.is_err());
    assert!(door.find_key(key(1)).await.is_err());
    assert_eq!(*door.watch_head().borrow(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_was_never_there_cannot_be_reached() {
    let nowhere = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(1);
    let refused = log(&nowhere, ACQUIRE).append(&[some(1, stream(1), 0)], noon()).await;
    assert!(matches!(refused, Err(AppendError::Unavailable(_))), "{refused:?}");
}
