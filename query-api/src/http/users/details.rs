//! One person with what they did and what happened to their account, for those who keep people.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::access::Role;
use domain::account::{Event, SuspensionReason};
use domain::event::DomainEvent as _;
use edge::bearer::Caller;
use edge::extract::{MinPosition, Path, Query};
use edge::problem::Problem;
use event_log::RecordedEvent;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{User, demand_keeper};
use crate::app::App;
use crate::bookings::{self, When};
use crate::customers::{self, FoundPurchases, PaidMoney};
use crate::http::bookings::Booking;
use crate::http::{NoParameters, bytes_of, json};
use crate::people::{self, Counts};
use crate::store::unsigned;

/// How many bookings are shown with a person.
const LATEST_BOOKINGS_MAX: u32 = 10;

/// A person with all that matters about the account.
#[derive(Debug, Serialize, ToSchema)]
struct UserDetails {
    #[serde(flatten)]
    user: User,
    counts: UserCounts,
    purchases: Purchases,
    /// What came in from them and went back to them or is to go back, by currency.
    money: Vec<Money>,
    /// The last ten, the last one first.
    latest_bookings: Vec<Booking>,
    /// What happened to the account: the last 200 facts, oldest first.
    history: Vec<AccountFact>,
    /// The position of the log that this answer tells of, purchases aside, which have their own, and the history,
    /// which is as it is now.
    #[schema(example = 48_213)]
    as_of_position: u64,
}

/// How much there is of a person's doing.
#[derive(Debug, Serialize, ToSchema)]
struct UserCounts {
    #[schema(example = 12)]
    bookings: i64,
    /// Held, being paid or confirmed.
    #[schema(example = 3)]
    live_bookings: i64,
    /// Places on waitlists that wait or are offered something.
    #[schema(example = 1)]
    waiting: i64,
    /// Where somebody is signed in.
    #[schema(example = 2)]
    sign_ins: i64,
}

impl From<Counts> for UserCounts {
    fn from(Counts { bookings, live_bookings, waiting, sign_ins }: Counts) -> Self {
        Self { bookings, live_bookings, waiting, sign_ins }
    }
}

/// What somebody bought, from the beginning.
#[derive(Debug, Serialize, ToSchema)]
struct Purchases {
    /// The position of the log that these numbers tell of.
    #[schema(example = 48_213)]
    as_of_position: u64,
    /// Bookings that were confirmed, whatever became of them.
    #[schema(example = 9)]
    bookings: i64,
    /// The tickets in them.
    #[schema(example = 21)]
    tickets: i64,
    /// Bookings that were given back as a whole; those of events that were called off are not among them.
    #[schema(example = 1)]
    cancelled_bookings: i64,
    /// Tickets that were given back, with the whole booking or without.
    #[schema(example = 3)]
    cancelled_tickets: i64,
    /// How often a hold came to its deadline.
    #[schema(example = 2)]
    lapsed_holds: i64,
}

impl From<FoundPurchases> for Purchases {
    fn from(found: FoundPurchases) -> Self {
        Self {
            as_of_position: unsigned(found.as_of),
            bookings: found.bookings,
            tickets: found.tickets,
            cancelled_bookings: found.cancelled_bookings,
            cancelled_tickets: found.cancelled_tickets,
            lapsed_holds: found.lapsed_holds,
        }
    }
}

/// What was paid in one currency, in minor units.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CustomersMoney)]
struct Money {
    #[schema(example = "EUR")]
    currency: String,
    #[schema(example = 42_500)]
    paid: i64,
    #[schema(example = 8_500)]
    refunded: i64,
}

impl From<PaidMoney> for Money {
    fn from(PaidMoney { currency, paid, refunded }: PaidMoney) -> Self {
        Self { currency, paid, refunded }
    }
}

/// Something that happened to an account.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AccountFact {
    /// `AccountRegistered`, `RoleGranted`, `AccountSuspended`, `AccountReinstated`, `SessionsEnded`,
    /// `AccountErased`.
    #[serde(rename = "type")]
    #[schema(example = "RoleGranted")]
    kind: String,
    /// Counts what happened to the account, from 1.
    #[schema(example = 2)]
    version: u64,
    #[schema(example = 48_213)]
    position: u64,
    recorded_at: DateTime<Utc>,
    /// Whose doing it was; absent where that is not for the reader to know.
    #[serde(skip_serializing_if = "Option::is_none")]
    actor_id: Option<Uuid>,
    /// The request it came with.
    request_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "organizer")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

impl AccountFact {
    /// A fact, with its actor if that is one whom `shows` lets through.
    pub(super) fn new(recorded: &RecordedEvent, shows: impl Fn(Uuid) -> bool) -> Self {
        let fact = Event::decode(&recorded.event_type, recorded.schema_version, &recorded.payload);
        let (role, reason) = match &fact {
            Ok(Event::AccountRegistered(registered)) => (Some(registered.role), None),
            Ok(Event::RoleGranted(granted)) => (Some(granted.role), None),
            Ok(Event::AccountSuspended(suspended)) => (None, Some(suspended.reason)),
            // Nothing more to say, or written by a newer Evently.
            _ => (None, None),
        };
        Self {
            kind: recorded.event_type.clone().into_owned(),
            version: recorded.version,
            position: recorded.position,
            recorded_at: recorded.recorded_at,
            actor_id: Some(recorded.metadata.actor).filter(|actor| shows(*actor)),
            request_id: recorded.metadata.correlation_id,
            role: role.map(Role::as_str),
            reason: reason.map(SuspensionReason::as_str),
        }
    }
}

/// Shows one person
///
/// The account, how much there is of its doing, its latest bookings, and what happened to it. Only for
/// administrators.
#[utoipa::path(
    get, path = "/api/v1/admin/users/{account_id}", tag = "administration",
    params(
        ("account_id" = Uuid, Path, description = "Which account", example = "0197c2b4-2c1d-7e33-8b6a-0d4f5a9e7c21"),
        ("Evently-Min-Position" = Option<u64>, Header, description = "Wait until the answer tells of this position")
    ),
    responses(
        (status = 200, body = UserDetails, description = "The person"),
        (status = 400, body = Problem, description = "`malformed-id`, `malformed-query`, `malformed-position`"),
        (status = 401, body = Problem, description = "`missing-token`, `invalid-token`, `token-expired`, `token-revoked`"),
        (status = 403, body = Problem, description = "`forbidden`: only administrators look people up"),
        (status = 404, body = Problem, description = "`not-found`"),
        (status = 503, body = Problem, description = "`read-model-behind`, `unavailable`"),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn find_user(
    State(app): State<App>,
    Caller(caller): Caller,
    min_position: MinPosition,
    Path(account_id): Path<Uuid>,
    Query(NoParameters {}): Query<NoParameters>,
) -> Result<Response, Problem> {
    demand_keeper(&caller)?;
    app.freshness.reach(min_position).await?;
    app.reports.reach(min_position).await?;
    let found = people::find(&app.pool, account_id).await?;
    let person = found.rows.into_iter().next().ok_or_else(|| Problem::not_found("There is no such account."))?;
    let latest = bookings::list(&app.pool, account_id, When::All, None, LATEST_BOOKINGS_MAX).await?;
    let names = bookings::ticket_names(&app.pool, &latest.rows).await?;
    let latest = latest.rows.into_iter().take(LATEST_BOOKINGS_MAX as usize);
    let history = people::history(&app.log, account_id, people::HISTORY_EVENTS_MAX).await?;
    let answer = UserDetails {
        user: person.into(),
        counts: people::count(&app.pool, account_id).await?.into(),
        purchases: customers::purchases(&app.pool, account_id).await?.into(),
        money: customers::money(&app.pool, account_id).await?.into_iter().map(Money::from).collect(),
        latest_bookings: latest.map(|booking| Booking::new(booking, &names)).collect(),
        history: history.iter().map(|recorded| AccountFact::new(recorded, |_| true)).collect(),
        as_of_position: found.as_of,
    };
    Ok(json(bytes_of(&answer)?))
}
