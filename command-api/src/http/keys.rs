//! How a request is known again: ids that follow from the caller's `Idempotency-Key`, and the show
//! that such an id belongs to.

use domain::access::Actor;
use domain::aggregate::Aggregate as _;
use domain::ids::{BookingId, EntryId, ShowId};
use domain::show::{Rejection, Show};
use edge::problem::Problem;
use event_log::{Among, Search};
use uuid::Uuid;

use super::problem::{show_refused, unavailable};
use crate::app::App;
use crate::lane::Refused;

/// The id of what a request creates: chosen by the person's key if there is one, so that a repeat
/// has the same id, and nobody can guess or spend the id of somebody else's request.
pub(super) fn id_for(actor: &Actor, kind: &str, key: Option<&str>) -> Uuid {
    request_for(actor, kind, key).unwrap_or_else(Uuid::now_v7)
}

/// The name of a request that creates nothing, by which its repeat is known; absent without a key.
pub(super) fn request_for(actor: &Actor, kind: &str, key: Option<&str>) -> Option<Uuid> {
    key.map(|key| Uuid::new_v5(&actor.account_id.0, format!("{kind}:{key}").as_bytes()))
}

/// Refuses a key that another event has spent, before it costs a lane its batch. Two requests that
/// race past this still meet in the log, which lets one of them through.
pub(super) async fn refuse_spent_key(app: &App, show_id: ShowId, id: Uuid) -> Result<(), Problem> {
    match find(app, id).await? {
        Some(owner) if owner != show_id => Err(show_refused(Refused::Rejected(Show::key_spent()))),
        _ => Ok(()),
    }
}

/// The show that a booking is for.
pub(super) async fn show_of_booking(app: &App, booking_id: BookingId) -> Result<ShowId, Problem> {
    let unknown = || show_refused(Refused::Rejected(Rejection::NoSuchBooking));
    find(app, booking_id.0).await?.ok_or_else(unknown)
}

/// The show that a place on a waitlist is for.
pub(super) async fn show_of_entry(app: &App, entry_id: EntryId) -> Result<ShowId, Problem> {
    let unknown = || show_refused(Refused::Rejected(Rejection::NoSuchEntry));
    find(app, entry_id.0).await?.ok_or_else(unknown)
}

/// The event that something began with, and its show.
pub(super) async fn find_beginning(app: &App, id: Uuid) -> Result<Option<(ShowId, Uuid)>, Problem> {
    let search = Search { among: Among::Key(id), limit: 1, ..Search::all() };
    let found = app.log.search(&search).await.map_err(|error| {
        tracing::warn!(%error, "what a report is about cannot be looked up");
        unavailable()
    })?;
    Ok(found.events.first().map(|event| (ShowId(event.stream.id()), event.event_id)))
}

/// Where something stands in the log.
pub(super) async fn find(app: &App, id: Uuid) -> Result<Option<ShowId>, Problem> {
    let stream = app.log.find_key(id).await.map_err(|error| {
        tracing::warn!(%error, "what a request is about cannot be looked up");
        unavailable()
    })?;
    Ok(stream.map(|stream| ShowId(stream.id())))
}
