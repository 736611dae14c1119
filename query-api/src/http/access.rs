//! Who may look at an event, and at what of it.

use axum::http::StatusCode;
use domain::access::{Access, Action, Actor, may};
use domain::ids::AccountId;
use domain::show::{CODE_CHARS_MAX, Code, Rejection};
use domain::text::NotAText;
use edge::problem::Problem;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::analytics::Whose;
use crate::app::App;
use crate::shows::{self, FoundShow, Viewer};

/// The query parameters of an event and its seats.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AccessParameters {
    /// Shows the ticket types that are hidden behind this code, too.
    #[param(max_length = 64, example = "CREW")]
    access_code: Option<String>,
}

impl AccessParameters {
    /// A code, if one was sent.
    pub(super) fn of(access_code: Option<String>) -> Self {
        Self { access_code }
    }

    /// The code as codes are kept: trimmed and in upper case. A blank one is as good as none.
    pub(super) fn code(self) -> Result<Option<String>, Problem> {
        let Some(code) = self.access_code.map(|code| code.trim().to_uppercase()) else { return Ok(None) };
        let refused = match Code::line(&code) {
            Ok(_) => return Ok(Some(code)),
            Err(NotAText::Blank) => return Ok(None),
            Err(NotAText::TooLong { limit }) => {
                let detail = format!("A code has at most {CODE_CHARS_MAX} characters.");
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "code-too-long", detail).with("limit", limit)
            }
            Err(error) => Problem::bad_request("malformed-query", format!("Query parameters: access_code: {error}.")),
        };
        Err(refused.with("parameter", "access_code"))
    }
}

/// What `caller` may do with a show, by the one rule there is.
fn may_with(show: &FoundShow, caller: Actor, action: fn(AccountId, Option<Access>) -> Action) -> bool {
    may(&caller, action(AccountId(show.summary.organizer_id), show.access()))
}

fn run(organizer: AccountId, access: Option<Access>) -> Action {
    Action::RunShow { organizer, access }
}

fn see(organizer: AccountId, access: Option<Access>) -> Action {
    Action::SeeShow { organizer, access }
}

/// What `caller` is to a show, if they may see it at all: a draft is for those who run it, and for their
/// colleagues.
pub(super) fn viewer(show: &FoundShow, caller: Option<Actor>, access_code: Option<String>) -> Option<Viewer> {
    let trusted = caller.is_some_and(|caller| may_with(show, caller, see));
    if trusted { Some(Viewer::Organizer) } else { show.published.then_some(Viewer::Guest { access_code }) }
}

/// The same where answers are kept for everybody: once a show is `published`, whoever is no organizer sees what
/// everybody sees, colleagues included, so that nobody need be looked up who asks what thousands ask.
pub(super) fn viewer_of_seats(
    show: &FoundShow,
    published: bool,
    caller: Option<Actor>,
    access_code: Option<String>,
) -> Option<Viewer> {
    let organizer = caller.filter(|caller| !published || may(caller, Action::CreateShow));
    match viewer(show, organizer, access_code.clone()) {
        Some(Viewer::Organizer) => Some(Viewer::Organizer),
        _ => published.then_some(Viewer::Guest { access_code }),
    }
}

/// A show that `caller` may see, and the position that this tells of.
pub(super) async fn visible_show(app: &App, show_id: Uuid, caller: Option<Actor>) -> Result<(FoundShow, u64), Problem> {
    let found = shows::find(&app.pool, show_id, account_of(caller)).await?;
    let show = found.rows.into_iter().next().filter(|show| viewer(show, caller, None).is_some());
    show.map(|show| (show, found.as_of)).ok_or_else(no_such_event)
}

/// Refuses whoever does not run a show, in the words in which commands are refused.
pub(super) async fn demand_organizer(app: &App, show_id: Uuid, caller: Actor) -> Result<(), Problem> {
    demand(app, show_id, caller, run).await.map(|_| ())
}

/// Refuses whoever is not trusted to see who booked a show; gives the show.
pub(super) async fn demand_colleague(app: &App, show_id: Uuid, caller: Actor) -> Result<FoundShow, Problem> {
    demand(app, show_id, caller, see).await
}

async fn demand(
    app: &App,
    show_id: Uuid,
    caller: Actor,
    action: fn(AccountId, Option<Access>) -> Action,
) -> Result<FoundShow, Problem> {
    let (show, _) = visible_show(app, show_id, Some(caller)).await?;
    if may_with(&show, caller, action) {
        Ok(show)
    } else if show.access().is_some() || may(&caller, Action::CreateShow) {
        Err(Problem::new(StatusCode::FORBIDDEN, "not-your-event", Rejection::NotYourShow.to_string()))
    } else {
        Err(Problem::forbidden(Rejection::RoleForbids.to_string()))
    }
}

/// Refuses whoever does not run the platform itself.
pub(super) fn demand_operator(caller: &Actor) -> Result<(), Problem> {
    if may(caller, Action::Operate) { Ok(()) } else { Err(Problem::forbidden("only administrators may see this")) }
}

/// The account of whoever asks.
pub(super) fn account_of(caller: Option<Actor>) -> Option<Uuid> {
    caller.map(|caller| caller.account_id.0)
}

/// Whose sales `caller` may look at: their own shows', or everybody's.
pub(super) fn sales_of(caller: Actor) -> Result<Whose, Problem> {
    if may(&caller, Action::Operate) {
        Ok(Whose::Everybodys)
    } else if may(&caller, Action::CreateShow) {
        Ok(Whose::Organizers(caller.account_id.0))
    } else {
        Err(Problem::forbidden(Rejection::RoleForbids.to_string()))
    }
}

pub(super) fn no_such_event() -> Problem {
    Problem::not_found("There is no such event.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(raw: &str) -> Result<Option<String>, &'static str> {
        AccessParameters { access_code: Some(raw.into()) }.code().map_err(|problem| problem.code())
    }

    #[test]
    fn reads_a_code_as_it_is_kept() {
        assert_eq!(AccessParameters::default().code().unwrap(), None);
        assert_eq!(code(" crew "), Ok(Some("CREW".into())));
        assert_eq!(code("  "), Ok(None));
        assert_eq!(code(&"x".repeat(64)), Ok(Some("X".repeat(64))));
    }

    #[test]
    fn refuses_what_can_be_no_code() {
        assert_eq!(code(&"x".repeat(10_000)), Err("code-too-long"));
        assert_eq!(code("a\0b"), Err("malformed-query"));
    }
}
