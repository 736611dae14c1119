//! A booking's events with the proof that they stand in the log.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use domain::access::{Action, Role, may};
use domain::event::DomainEvent as _;
use domain::ids::AccountId;
use domain::show::Event;
use edge::bearer::Caller;
use edge::extract::{MinPosition, Path, Query};
use edge::problem::Problem;
use event_log::RecordedEvent;
use serde::Serialize;
use transparency::{Hash, TileId, Tiles, inclusion, inclusion_tiles, leaf_bytes, leaf_hash, proves_inclusion};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::bookings::{self, FoundBooking};
use crate::http::{NoParameters, bytes_of, json};
use crate::seals::story::{self, Story};
use crate::seals::{self, Signed};

/// A booking's events, each with its way to the root that the checkpoint was signed for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BookingProof {
    booking_id: Uuid,
    /// The signed note (C2SP tlog-checkpoint): the log's name, its size and its root.
    checkpoint: String,
    /// The key that signed it, as other tools write it. Compare it with the one you know.
    #[schema(example = "evently.local/log+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    vkey: String,
    /// The size of the tree that all proofs are for.
    #[schema(example = 48_213)]
    tree_size: u64,
    /// Oldest first. What put the show off or called it off is among them.
    events: Vec<ProvenEvent>,
    /// False if there are more than the 500 that are proven.
    complete: bool,
    /// Up to where in the log the booking's events were looked for.
    #[schema(example = 48_213)]
    as_of_position: u64,
}

/// An event, and the proof that it stands in the log at its place.
#[derive(Debug, Serialize, ToSchema)]
struct ProvenEvent {
    #[schema(example = 48_200)]
    position: u64,
    /// `BookingConfirmed`, `BookingCancelled` ...
    #[serde(rename = "type")]
    #[schema(example = "BookingConfirmed")]
    kind: String,
    recorded_at: DateTime<Utc>,
    /// Its canonical bytes (base64); the payload is among them. Left out to all but admins if they name other people:
    /// somebody else's booking, or whoever of the organizer's side did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    leaf: Option<String>,
    /// What the proof begins with (base64): SHA-256 of a zero byte and the leaf.
    #[schema(example = "lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=")]
    leaf_hash: String,
    /// Its place among the leaves, from 0.
    #[schema(example = 48_199)]
    leaf_index: u64,
    /// The hashes beside the way from the leaf to the root, the lowest first (RFC 6962, 2.1.1; base64).
    #[schema(example = json!(["lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c="]))]
    inclusion_proof: Vec<String>,
}

/// Proves that a booking stands in the log
///
/// Every event of it with the hash of its leaf and an inclusion proof, for the owner; an admin gets any. The answer can
/// be kept, and checked later with nothing but the log's public key. The leaf itself comes with what you or the
/// platform did to this booking alone. An event that also names other bookings, or that somebody else caused, is proven
/// by its hash, and only an admin reads its leaf.
#[utoipa::path(
    get, path = "/api/v1/bookings/{booking_id}/proof", tag = "audit",
    params(
        ("booking_id" = Uuid, Path, description = "Which booking", example = "0197c2b4-6f0e-7d51-9a43-5f1b8c7e2d90"),
        ("Evently-Min-Position" = Option<u64>, Header, description = "Wait until the answer tells of this position")
    ),
    responses(
        (status = 200, body = BookingProof, description = "The events and their proofs"),
        (status = 400, body = Problem, description = "`malformed-id`, `malformed-query`, `malformed-position`"),
        (status = 401, body = Problem, description = "`missing-token`, `invalid-token`, `token-expired`, `token-revoked`"),
        (status = 404, body = Problem, description = "`no-such-booking`: there is none, or it is somebody else's"),
        (status = 503, body = Problem, description = "`read-model-behind`, `not-sealed-yet`, `unavailable`"),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn prove_booking(
    State(app): State<App>,
    Caller(caller): Caller,
    min_position: MinPosition,
    Path(booking_id): Path<Uuid>,
    Query(NoParameters {}): Query<NoParameters>,
) -> Result<Response, Problem> {
    app.freshness.reach(min_position).await?;
    app.reports.reach(min_position).await?;
    let found = bookings::find(&app.pool, booking_id).await?.rows.into_iter().next();
    let own = |found: &FoundBooking| may(&caller, Action::KeepBooking { customer: AccountId(found.customer_id) });
    let booking = found.filter(own).ok_or_else(no_such_booking)?;
    let Story { events, complete, as_of } = story::of_booking(&app, &booking).await?;
    let last = events.last().map(|event| event.position);
    let signed = seals::covering(&app.pool, MinPosition(last)).await?;
    let tiles = seals::tiles(&app.pool, &wanted(&events, signed.size)?).await?;
    let shown = |event: &RecordedEvent| caller.role == Role::Admin || is_own(event, booking_id, caller.account_id);
    let events = events.iter().map(|event| proven(event, shown(event), &signed, &tiles)).collect::<Result<_, _>>()?;
    let Signed { note, vkey, size, .. } = signed;
    let (checkpoint, tree_size, as_of_position) = (note, size, as_of);
    let answer = BookingProof { booking_id, checkpoint, vkey, tree_size, events, complete, as_of_position };
    Ok(json(bytes_of(&answer)?))
}

/// The same whether there is none or it is somebody else's: they cannot be told apart.
fn no_such_booking() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "no-such-booking", "There is no such booking.")
}

/// Whether an event tells of nobody but the booking's owner: it names no other booking, and nobody else did it.
/// What cannot be read may name anybody.
fn is_own(event: &RecordedEvent, booking_id: Uuid, owner: AccountId) -> bool {
    let Ok(fact) = Event::decode(&event.event_type, event.schema_version, &event.payload) else { return false };
    let actor = event.metadata.actor;
    let mut own = actor.is_nil() || actor == owner.0;
    fact.each_booking(|named| own &= named.0 == booking_id);
    own
}

/// The tiles that the proofs are made of.
fn wanted(events: &[Arc<RecordedEvent>], size: u64) -> Result<Vec<TileId>, Problem> {
    let mut wanted = Vec::new();
    for event in events {
        wanted.extend(inclusion_tiles(event.position - 1, size).map_err(|error| broken(&error))?);
    }
    wanted.sort_unstable();
    wanted.dedup();
    Ok(wanted)
}

fn proven(event: &RecordedEvent, shown: bool, signed: &Signed, tiles: &Tiles) -> Result<ProvenEvent, Problem> {
    let leaf_index = event.position - 1;
    let proof = inclusion(leaf_index, signed.size, tiles).map_err(|error| broken(&error))?;
    let root = signed.root.as_slice().try_into().map(Hash).unwrap_or_default();
    let leaf_hash = leaf_hash(event);
    if !proves_inclusion(&proof, leaf_index, leaf_hash, signed.size, root) {
        // It is answered all the same: that the proof fails is what its reader must see.
        tracing::error!(position = event.position, "an event of the log is not the one that was sealed");
    }
    Ok(ProvenEvent {
        position: event.position,
        kind: event.event_type.clone().into_owned(),
        recorded_at: event.recorded_at,
        leaf: shown.then(|| STANDARD.encode(leaf_bytes(event))),
        leaf_hash: STANDARD.encode(leaf_hash.0),
        leaf_index,
        inclusion_proof: proof.iter().map(|hash| STANDARD.encode(hash.0)).collect(),
    })
}

fn broken(error: &transparency::NotInTiles) -> Problem {
    tracing::error!(%error, "the tree over the log is not whole");
    Problem::unavailable("The proof cannot be made at the moment.")
}
