//! A real listener: bodies that are too large still get their answer, and the end is orderly.

use super::*;
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<std::io::Result<()>>,
}

async fn start(api: Router, drain: Duration) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let app = crate::assemble(api, crate::limits::Limits::default());
    let shutdown = async {
        stopped.await.ok();
    };
    Server { address, stop, ended: tokio::spawn(serve(listener, app, shutdown, drain)) }
}

/// Sends and reads until the server closes.
async fn talk(address: SocketAddr, head: &str, body: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

const GET: &str = "GET /wait HTTP/1.1\r\nhost: x\r\n\r\n";

/// An API that waits to be let go, once it has said that it was reached.
fn waiting() -> (Router, Arc<Notify>, Arc<Notify>) {
    let (entered, leave) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (on_enter, on_leave) = (Arc::clone(&entered), Arc::clone(&leave));
    let wait = get(async move || {
        on_enter.notify_one();
        on_leave.notified().await;
        "done"
    });
    (Router::new().route("/wait", wait), entered, leave)
}

#[tokio::test]
async fn finishes_what_has_begun() {
    let (api, entered, leave) = waiting();
    let server = start(api, Duration::from_mins(1)).await;
    let idle = TcpStream::connect(server.address).await.unwrap();
    let answer = tokio::spawn(talk(server.address, GET, b""));
    entered.notified().await;
    server.stop.send(()).unwrap();
    tokio::task::yield_now().await;
    leave.notify_one();
    let answer = answer.await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("done"), "{answer}");
    server.ended.await.unwrap().unwrap();
    assert!(TcpStream::connect(server.address).await.is_err());
    drop(idle);
}

#[tokio::test]
async fn waits_no_longer_than_it_may() {
    let (api, entered, _leave) = waiting();
    let server = start(api, Duration::from_millis(20)).await;
    let answer = tokio::spawn(talk(server.address, GET, b""));
    entered.notified().await;
    server.stop.send(()).unwrap();
    server.ended.await.unwrap().unwrap();
    assert_eq!(answer.await.unwrap(), "");
}

#[tokio::test]
async fn lets_senders_of_large_bodies_read_why() {
    let api = Router::new().route("/", post(async |_: crate::extract::Json<serde_json::Value>| ()));
    let server = start(api, Duration::from_secs(1)).await;
    let body = vec![b'x'; 10 * 1024 * 1024];
    let head = format!(
        "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let answer = talk(server.address, &head, &body).await;
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("body-too-large"), "{answer}");
}

#[tokio::test]
async fn knows_the_peer() {
    let api = Router::new().route("/", get(async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.ip().to_string()));
    let server = start(api, Duration::from_secs(1)).await;
    let answer = talk(server.address, "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", b"").await;
    assert!(answer.ends_with("127.0.0.1"), "{answer}");
}
