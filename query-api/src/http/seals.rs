//! The tree over the log, as other tools read it: the signed checkpoint (C2SP tlog-checkpoint) and its tiles
//! (C2SP tlog-tiles), under one prefix. Both are for everybody: they are hashes.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, Uri};
use axum::response::Response;
use edge::extract::{MinPosition, Query};
use edge::problem::Problem;
use transparency::TilePath;

use crate::app::App;
use crate::http::NoParameters;
use crate::seals;

/// Tiles, as the router knows them.
pub(crate) const TILE_ROUTE: &str = "/api/v1/audit/tile/{*path}";
const TILE_PREFIX: &str = "/api/v1/audit/tile/";

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const BYTES: HeaderValue = HeaderValue::from_static("application/octet-stream");
/// The next checkpoint is half a second away.
const SHORT: HeaderValue = HeaderValue::from_static("no-cache");
/// What a tile's path names never changes.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// Shows the signed checkpoint of the log
///
/// A signed note (C2SP tlog-checkpoint): the log's name, the number of its events, and the root of the Merkle tree
/// (RFC 6962) over them. Keep one elsewhere, and `evently audit verify` tells you whether the log is still what it
/// was.
#[utoipa::path(
    get, path = "/api/v1/audit/checkpoint", tag = "audit",
    params(("Evently-Min-Position" = Option<u64>, Header, description = "Wait until the checkpoint covers this position")),
    responses(
        (status = 200, body = String, content_type = "text/plain", description = "The signed note"),
        (status = 400, body = Problem, description = "`malformed-query`, `malformed-position`"),
        (status = 503, body = Problem, description = "`not-sealed-yet`, `unavailable`"),
    ),
    security(())
)]
pub(crate) async fn find_checkpoint(
    State(app): State<App>,
    min_position: MinPosition,
    Query(NoParameters {}): Query<NoParameters>,
) -> Result<Response, Problem> {
    let signed = seals::covering(&app.pool, min_position).await?;
    Ok(answer(signed.note.into(), TEXT, SHORT))
}

/// Shows the key that verifies checkpoints
///
/// As other tools write it: `<name>+<id>+<key>` (C2SP signed-note, Ed25519). Whoever wants to rely on it keeps it
/// from an earlier day or another source: a key that comes with what it vouches for vouches for nothing.
#[utoipa::path(
    get, path = "/api/v1/audit/key", tag = "audit",
    responses(
        (status = 200, body = String, content_type = "text/plain", description = "The key"),
        (status = 400, body = Problem, description = "`malformed-query`"),
        (status = 503, body = Problem, description = "`not-sealed-yet`, `unavailable`"),
    ),
    security(())
)]
pub(crate) async fn find_key(
    State(app): State<App>,
    Query(NoParameters {}): Query<NoParameters>,
) -> Result<Response, Problem> {
    let signed = seals::covering(&app.pool, MinPosition(None)).await?;
    Ok(answer(format!("{}\n", signed.vkey).into(), TEXT, SHORT))
}

/// Shows a tile of the tree over the log
///
/// Up to 256 hashes of 32 bytes (C2SP tlog-tiles): `<level>/<number>`, or `<level>/<number>.p/<width>` for the first
/// hashes of one that is not full yet. Level 0 holds the hashes of the events. The events themselves are not
/// published; who owns a booking gets its events with their proofs.
#[utoipa::path(
    get, path = "/api/v1/audit/tile/{path}", tag = "audit",
    params(("path" = String, Path, description = "Which tile; it may contain slashes", example = "0/x001/234.p/56")),
    responses(
        (status = 200, body = [u8], content_type = "application/octet-stream", description = "Its hashes"),
        (status = 400, body = Problem, description = "`malformed-tile-path`, `malformed-query`"),
        (status = 404, body = Problem, description = "`not-found`: the tree is not that large"),
        (status = 503, body = Problem, description = "`unavailable`"),
    ),
    security(())
)]
pub(crate) async fn find_tile(
    State(app): State<App>,
    uri: Uri,
    Query(NoParameters {}): Query<NoParameters>,
) -> Result<Response, Problem> {
    let path = uri.path().strip_prefix(TILE_PREFIX).unwrap_or_default();
    let path: TilePath = path.parse().map_err(|error| {
        Problem::bad_request("malformed-tile-path", format!("The path after {TILE_PREFIX} is {error}."))
    })?;
    let tile = seals::tile(&app.pool, path).await?;
    let tile = tile.ok_or_else(|| Problem::not_found("The tree over the log has no such tile yet."))?;
    Ok(answer(tile.into(), BYTES, FOR_EVER))
}

fn answer(body: axum::body::Body, content_type: HeaderValue, cache: HeaderValue) -> Response {
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response.headers_mut().insert(CACHE_CONTROL, cache);
    response
}
