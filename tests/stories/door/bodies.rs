//! Bodies that are no bodies of ours.

use crate::support::log::count;
use crate::support::{World, a_show};

#[tokio::test]
async fn a_body_is_json_and_says_so() {
    let world = World::start().await;
    let ada = world.customer();
    let book = || ada.post("/api/v1/bookings");
    book().await.problem(415, "unsupported-media-type");
    for kind in
        ["text/plain", "application/xml", "application/x-www-form-urlencoded", "json", "", "multipart/form-data"]
    {
        let answer = ada.post("/api/v1/bookings").header("content-type", kind).raw_body("{}").await;
        answer.problem(415, "unsupported-media-type");
    }
    let show = a_show().on_sale(&world.organizer()).await;
    let body = serde_json::json!({
        "event_id": show.id, "items": [{ "ticket_type_id": show.ticket_type(), "quantity": 1 }]
    });
    for kind in ["application/json; charset=utf-8", "Application/JSON", "application/vnd.evently+json"] {
        ada.post("/api/v1/bookings").header("content-type", kind).raw_body(body.to_string()).await.created();
    }
}

#[tokio::test]
async fn what_is_not_json_is_told_with_its_place() {
    let world = World::start().await;
    let ada = world.customer();
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;
    let deep = format!("{{\"items\":{}{}}}", "[".repeat(50_000), "]".repeat(50_000));
    let deeper = "{\"a\":".repeat(20_000);
    for body in [
        "",
        "{",
        "{\"event_id\":",
        "{'event_id': 1}",
        "{\"event_id\": NaN}",
        "{} {}",
        "nul",
        "\u{feff}{}",
        "{\"event_id\": \"\\ud800\"}",
        "{\"event_id\": \"a\nb\"}",
        &deep,
        &deeper,
    ] {
        let problem = ada.post("/api/v1/bookings").raw_json(body.to_owned()).await;
        let shown: String = body.chars().take(30).collect();
        assert!([400, 422].contains(&problem.status), "{shown}: {}", problem.text());
    }
    for body in ["", "{", "nul"] {
        let problem = ada.post("/api/v1/bookings").raw_json(body.to_owned()).await.problem(400, "malformed-json");
        assert!(problem["line"].is_u64() && problem["column"].is_u64(), "{problem}");
    }
    for body in [&b"{\"event_id\": \"\xff\xfe\"}"[..], b"\xc3\x28", b"\x00", b"{\"ev\x80ent_id\":1}"] {
        let answer = ada.post("/api/v1/bookings").raw_json(body.to_vec()).await;
        answer.problem(400, "malformed-json");
    }
    for body in ["null", "7", "\"x\"", "[]", "true"] {
        ada.post("/api/v1/bookings").raw_json(body).await.problem(422, "invalid");
    }
    let twice = "{\"event_id\":\"00000000-0000-7000-8000-000000000000\",\"items\":[],\"items\":[]}";
    ada.post("/api/v1/bookings").raw_json(twice).await.invalid_at("/items");
    assert_eq!(count(&mut connection).await, recorded);
}

#[tokio::test]
async fn ten_megabytes_are_too_many_on_every_route() {
    let world = World::start().await;
    let (ada, olga) = (world.customer(), world.organizer());
    let show = a_show().draft(&olga).await;
    let large = vec![b' '; 10 << 20];
    for path in ["/api/v1/bookings", "/api/v1/auth/register", "/api/v1/auth/login", "/api/v1/nothing"] {
        let problem = ada.post(path).raw_json(large.clone()).await.problem(413, "body-too-large");
        assert_eq!(problem["limit"], 256 * 1024);
    }
    let path = format!("/api/v1/admin/events/{}", show.id);
    olga.patch(&path).header("If-Match", &show.etag).raw_json(large).await.problem(413, "body-too-large");
    // Just above is too much, just below is read.
    let at = |bytes: usize| ada.post("/api/v1/bookings").raw_json(vec![b' '; bytes]);
    at(256 * 1024 + 1).await.problem(413, "body-too-large");
    at(256 * 1024).await.problem(400, "malformed-json");
}

#[tokio::test]
async fn a_body_of_unknown_length_is_bounded_too() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let world = World::start().await;
    let token = world.customer().token.unwrap();
    let mut stream = tokio::net::TcpStream::connect(world.address()).await.unwrap();
    let head = format!(
        "POST /api/v1/bookings HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    for _ in 0..6 {
        // The server may have hung up on us already, which is an answer as well.
        if stream.write_all(chunk.as_bytes()).await.is_err() {
            break;
        }
    }
    let mut answer = vec![0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 413");
}
