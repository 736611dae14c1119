//! Colleagues of an event: who may run or see it with its organizer.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::access::Access;
use domain::account::Account;
use domain::aggregate::Aggregate as _;
use domain::ids::AccountId;
use domain::show::Command;
use edge::bearer::Caller;
use edge::extract::{CorrelationId, Json, Path};
use edge::problem::Problem;
use event_log::StreamId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::answer::{obeyed, obeyed_silently};
use super::problem::{show_refused, unavailable};
use crate::app::App;
use crate::lane::Committed;

/// What somebody is trusted with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AddColleagueBody {
    /// `manager` runs the event like its organizer, but gives nobody access and does not cancel it; `door` sees
    /// the event and its bookings.
    #[schema(value_type = String, example = "door")]
    access: Access,
}

/// Somebody who is trusted with an event.
#[derive(Serialize, ToSchema)]
pub(super) struct ColleagueAnswer {
    event_id: Uuid,
    account_id: Uuid,
    /// `manager` or `door`.
    #[schema(example = "door")]
    access: &'static str,
}

/// Give a colleague access to an event
///
/// Whatever the role of the account. Who has access already has this one from then on. At most 100 colleagues.
#[utoipa::path(
    put, path = "/api/v1/admin/events/{event_id}/colleagues/{account_id}", tag = "running events",
    request_body = AddColleagueBody,
    params(("event_id" = Uuid, Path), ("account_id" = Uuid, Path)),
    responses(
        (status = 200, description = "Given, now or before", body = ColleagueAnswer),
        (status = 403, description = "`forbidden` or `not-your-event`: the organizer and administrators give access"),
        (status = 404, description = "`not-found` or `no-such-account`"),
        (status = 422, description = "`invalid` or `too-many-colleagues`"),
    ),
    security(("bearer" = []))
)]
pub(super) async fn add_colleague(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    Path((event_id, account_id)): Path<(Uuid, Uuid)>,
    Json(body): Json<AddColleagueBody>,
) -> Result<Response, Problem> {
    demand_account(&app, account_id).await?;
    let command = Command::AddColleague { account_id: AccountId(account_id), access: body.access };
    let done = app.shows.execute(event_id, command, actor, correlation_id, |_| ()).await.map_err(show_refused)?;
    let answer = ColleagueAnswer { event_id, account_id, access: body.access.as_str() };
    Ok(obeyed(StatusCode::OK, &answer, Committed { repeated: false, ..done.committed }))
}

/// Take access to an event from a colleague
///
/// Takes effect with their next request.
#[utoipa::path(
    delete, path = "/api/v1/admin/events/{event_id}/colleagues/{account_id}", tag = "running events",
    params(("event_id" = Uuid, Path), ("account_id" = Uuid, Path)),
    responses(
        (status = 204, description = "Taken, or they had none"),
        (status = 403, description = "`forbidden` or `not-your-event`: the organizer and administrators take access"),
        (status = 404, description = "`not-found`"),
    ),
    security(("bearer" = []))
)]
pub(super) async fn remove_colleague(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    Path((event_id, account_id)): Path<(Uuid, Uuid)>,
) -> Result<Response, Problem> {
    let command = Command::RemoveColleague { account_id: AccountId(account_id) };
    let done = app.shows.execute(event_id, command, actor, correlation_id, |_| ()).await.map_err(show_refused)?;
    Ok(obeyed_silently(Committed { repeated: false, ..done.committed }))
}

/// A show knows no accounts; whether there is such a one, the log says.
async fn demand_account(app: &App, account_id: Uuid) -> Result<(), Problem> {
    let versions = app.log.versions(&[StreamId::new(Account::CATEGORY, account_id)]).await;
    match versions.map_err(|_| unavailable())?.first() {
        Some(0) | None => Err(Problem::new(StatusCode::NOT_FOUND, "no-such-account", "there is no such account")),
        Some(_) => Ok(()),
    }
}
