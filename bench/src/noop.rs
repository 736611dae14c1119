//! The yardstick: an endpoint that checks the bearer token as Evently does, and does nothing else.

use std::net::SocketAddr;
use std::path::Path;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::post;
use axum::serve::ListenerExt as _;
use command_api::SigningKeys;
use edge::bearer::{Caller, Verifier};
use tokio::net::TcpListener;

/// Its only path.
pub(crate) const PATH: &str = "/noop";

/// Serves until the process ends, trusting the key in `data_dir`.
#[tokio::main]
pub(crate) async fn serve(data_dir: &Path, listen: SocketAddr) -> anyhow::Result<()> {
    let verifier = Verifier::new(&SigningKeys::load_or_create(data_dir)?.jwks());
    let app = Router::new().route(PATH, post(nothing)).with_state(verifier);
    let listener = TcpListener::bind(listen).await?.tap_io(|stream| {
        // Without it the endpoint is only slower, which would flatter Evently: worth a line.
        if let Err(error) = stream.set_nodelay(true) {
            eprintln!("no-op connection without TCP_NODELAY: {error}");
        }
    });
    axum::serve(listener, app).await?;
    Ok(())
}

async fn nothing(_: Caller) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], r#"{"done":true}"#)
}
