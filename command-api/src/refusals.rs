//! What was refused to staff, and sign-ins that failed: a record beside the log, which tells only of what was
//! obeyed. It is bounded in every way, and never makes a request wait.
//!
//! The flood of refusals that a sale makes (sold out) is counted and not recorded.

mod allowance;
mod writing;

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use domain::access::Role;
use domain::ids::AccountId;
use edge::bearer::Verifier;
use edge::refusals::{Refusal, Watch};
use sqlx::PgPool;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use uuid::Uuid;

/// The most refusals that wait to be written down. More are counted as dropped.
const QUEUE_ROWS_MAX: usize = 1_024;

/// The door of the record.
#[derive(Clone)]
pub(crate) struct Refusals {
    queue: mpsc::Sender<Row>,
}

/// A refusal as it is written down. Ids alone: nothing that names a person.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    at: DateTime<Utc>,
    actor: Option<Uuid>,
    role: Option<&'static str>,
    kind: &'static str,
    endpoint: String,
    target: Option<Uuid>,
    code: &'static str,
    correlation_id: Uuid,
}

impl Refusals {
    /// Starts the task that writes them down. It ends once every clone of the door is gone and all that waits
    /// is written.
    pub(crate) fn start(pool: PgPool) -> (Self, JoinHandle<()>) {
        let (queue, rows) = mpsc::channel(QUEUE_ROWS_MAX);
        (Self { queue }, tokio::spawn(writing::keep(pool, rows)))
    }

    /// What tells this record of refused commands.
    pub(crate) fn watch(&self, verifier: Verifier) -> Watch {
        let refusals = self.clone();
        Watch::new(verifier, move |refusal| refusals.heard(refusal))
    }

    fn heard(&self, refusal: &Refusal<'_>) {
        metrics::counter!("evently_refusals_total", "code" => refusal.code).increment(1);
        if !is_recorded(refusal) {
            return;
        }
        self.note(Row {
            at: Utc::now(),
            actor: refusal.actor.map(|actor| actor.account_id.0),
            role: refusal.actor.map(|actor| actor.role.as_str()),
            kind: "command",
            endpoint: format!("{} {}", refusal.method, refusal.route),
            target: refusal.target,
            code: refusal.code,
            correlation_id: refusal.correlation_id,
        });
    }

    /// Somebody did not get in. `account_id` is whose e-mail address was given, if anybody's.
    pub(crate) fn sign_in_failed(&self, account_id: Option<AccountId>, code: &'static str, correlation_id: Uuid) {
        self.note(Row {
            at: Utc::now(),
            actor: account_id.map(|account_id| account_id.0),
            role: None,
            kind: "sign_in",
            endpoint: "POST /api/v1/auth/login".into(),
            target: None,
            code,
            correlation_id,
        });
    }

    fn note(&self, row: Row) {
        if self.queue.try_send(row).is_err() {
            dropped("queue", 1);
        }
    }
}

/// Whether a refused command is staff's, or a customer's who tried one of theirs. Who has no good token, or asks
/// too often, is nobody in particular.
fn is_recorded(refusal: &Refusal<'_>) -> bool {
    let staffs = refusal.route.starts_with("/api/v1/admin/");
    let known = !matches!(refusal.status, StatusCode::UNAUTHORIZED | StatusCode::TOO_MANY_REQUESTS);
    let mut actor = refusal.actor.iter();
    known && refusal.route != "unmatched" && actor.any(|actor| staffs || actor.role != Role::Customer)
}

/// Removes everything that an account (`$1`) was refused, for whoever erases it.
pub(crate) const FORGET: &str = "DELETE FROM refusals WHERE actor = $1";

/// Counts what is not written down.
fn dropped(why: &'static str, rows: usize) {
    metrics::counter!("evently_refusals_dropped_total", "why" => why).increment(rows as u64);
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::access::Actor;

    /// A request never waits for its refusal to be written down.
    #[tokio::test]
    async fn what_finds_the_queue_full_is_dropped() {
        let (queue, mut rows) = mpsc::channel(1);
        let refusals = Refusals { queue };
        for account in 1..=3 {
            refusals.sign_in_failed(Some(AccountId(Uuid::from_u128(account))), "invalid-credentials", Uuid::nil());
        }
        drop(refusals);
        assert_eq!(rows.recv().await.unwrap().actor, Some(Uuid::from_u128(1)));
        assert_eq!(rows.recv().await, None);
    }

    fn recorded(role: Option<Role>, route: &str, status: u16) -> bool {
        is_recorded(&Refusal {
            actor: role.map(|role| Actor { account_id: AccountId(Uuid::from_u128(1)), role }),
            method: "POST",
            route,
            target: None,
            status: StatusCode::from_u16(status).unwrap(),
            code: "sold-out",
            correlation_id: Uuid::nil(),
        })
    }

    #[test]
    fn what_staff_is_refused_is_recorded_and_the_flood_is_not() {
        let (admin, sale) = ("/api/v1/admin/events", "/api/v1/bookings");
        for role in [Role::Organizer, Role::Admin] {
            assert!(recorded(Some(role), admin, 403) && recorded(Some(role), sale, 409));
        }
        assert!(recorded(Some(Role::Customer), admin, 403));
        assert!(!recorded(Some(Role::Customer), sale, 409), "sold out, to a customer");
        for status in [401, 429] {
            assert!(!recorded(Some(Role::Admin), admin, status));
        }
        assert!(!recorded(None, admin, 403), "nobody is known");
        assert!(!recorded(Some(Role::Admin), "unmatched", 404));
    }
}
