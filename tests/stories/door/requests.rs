//! Paths, methods and request ids.

use reqwest::Method;

use crate::support::World;

#[tokio::test]
async fn what_is_not_there_is_a_problem() {
    let world = World::start().await;
    let person = world.stranger();
    for path in
        ["/", "/api", "/api/v1", "/api/v1/nothing", "/api/v2/events", "/api/v1/events/", "/admin", "/.env", "/docs/x"]
    {
        person.get(path).await.problem(404, "not-found");
    }
    person.get(&format!("/{}", "x".repeat(5_000))).await.problem(404, "not-found");
    person.get("/%00%ff/../..").await.problem(404, "not-found");
}

#[tokio::test]
async fn a_wrong_method_names_the_right_ones() {
    let world = World::start().await;
    let person = world.customer();
    let id = "00000000-0000-7000-8000-000000000000";
    let table = [
        (Method::PUT, "/api/v1/bookings".to_owned(), "POST"),
        (Method::GET, "/api/v1/bookings".to_owned(), "POST"),
        (Method::POST, "/api/v1/events".to_owned(), "GET,HEAD"),
        (Method::DELETE, format!("/api/v1/events/{id}"), "GET,HEAD"),
        (Method::PATCH, format!("/api/v1/events/{id}/seats"), "GET,HEAD"),
        (Method::GET, "/api/v1/auth/login".to_owned(), "POST"),
        (Method::POST, format!("/api/v1/admin/users/{id}/role"), "DELETE,PUT"),
        (Method::GET, format!("/api/v1/admin/events/{id}"), "PATCH"),
        (Method::POST, "/healthz".to_owned(), "GET,HEAD"),
        (Method::from_bytes(b"BREW").unwrap(), "/api/v1/bookings".to_owned(), "POST"),
    ];
    for (method, path, expected) in table {
        let answer = person.ask(method.clone(), &path).await;
        answer.problem(405, "method-not-allowed");
        let mut allowed: Vec<&str> = answer.header("allow").unwrap().split(',').map(str::trim).collect();
        allowed.sort_unstable();
        assert_eq!(allowed.join(","), expected, "{method} {path}");
    }
    // One path, two sides of the platform: both are allowed.
    let answer = person.post(&format!("/api/v1/bookings/{id}")).await;
    answer.problem(405, "method-not-allowed");
    for method in ["GET", "DELETE"] {
        assert!(answer.header("allow").unwrap().contains(method), "{:?}", answer.header("allow"));
    }
}

#[tokio::test]
async fn a_request_id_comes_back_or_is_made() {
    let world = World::start().await;
    let person = world.stranger();
    for id in ["7", "0f7a3c0a-5f0e-4a9e-9a49-3f1f7d0f6f55", "a/b:c", &"r".repeat(128)] {
        let answer = person.get("/api/v1/events").header("X-Request-Id", id).await;
        assert_eq!(answer.header("x-request-id"), Some(id));
        let answer = person.get("/api/v1/nothing").header("X-Request-Id", id).await;
        assert_eq!(answer.header("x-request-id"), Some(id), "on refusals too");
    }
    let made = async || person.get("/healthz").await.header("x-request-id").unwrap().to_owned();
    assert_ne!(made().await, made().await);
    for id in ["", "two words", &"r".repeat(129)] {
        let answer = person.get("/api/v1/events").header("X-Request-Id", id).await;
        assert!(answer.header("x-request-id").unwrap().parse::<uuid::Uuid>().is_ok(), "{id}: {answer:?}");
    }
    let answer = person.get("/healthz").header("X-Request-Id", b"\xff").await;
    assert!(answer.header("x-request-id").unwrap().parse::<uuid::Uuid>().is_ok());
}

#[tokio::test]
async fn a_request_id_ties_a_fact_to_its_request() {
    let world = World::start().await;
    let id = "0f7a3c0a-5f0e-4a9e-9a49-3f1f7d0f6f55";
    let plan = crate::support::a_show();
    world.organizer().post("/api/v1/admin/events").header("X-Request-Id", id).json(&plan.body).await.created();
    let tied: uuid::Uuid = sqlx::query_scalar("SELECT correlation_id FROM events ORDER BY position DESC LIMIT 1")
        .fetch_one(&mut world.database.connect().await)
        .await
        .unwrap();
    assert_eq!(tied.to_string(), id);
}
