//! What is done to people's accounts: a command for the log, and what follows from it outside of the log
//! (sessions that end, personal rows that go), both or neither.

mod unfinished;

use anyhow::Context as _;
use chrono::Utc;
use domain::access::{Actor, Role};
use domain::account::{Account, Command, OtherAdmins, Rejection, SuspensionReason};
use domain::ids::AccountId;
use edge::bearer::Revocation;
use event_log::Position;
use sqlx::{PgPool, PgTransaction};
use uuid::Uuid;

use crate::accounts;
use crate::app::App;
use crate::lane::{Done, Refused};
use crate::refusals;

pub(crate) use unfinished::finish_what_was_cut_short;

/// Nobody waits longer than this for others who change the same account, or take another administrator
/// away at the same time: 2 s.
const BEGIN: &str = "BEGIN; SET LOCAL lock_timeout = '2s'";
/// The most accounts that are looked at to find another administrator, the latest first.
const STAFF_LOOKED_AT_MAX: i64 = 1_000;

/// What personal there is of an account, table by table; `$1` is the account. Whoever adds a table with
/// personal rows adds it here. The log has none, and read models name nobody.
const PERSONAL_ROWS: [&str; 3] = [
    "DELETE FROM refresh_tokens WHERE account_id = $1",
    "DELETE FROM accounts WHERE account_id = $1",
    refusals::FORGET,
];

/// What somebody wants done to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Trust it with this.
    Grant(Role),
    /// Let nobody use it.
    Suspend(SuspensionReason),
    /// Let it be used again.
    Reinstate,
    /// Sign everybody out.
    EndSessions,
    /// Forget the person.
    Erase,
}

impl Wish {
    fn command(self, admins: OtherAdmins) -> Command {
        match self {
            Self::Grant(role) => Command::GrantRole { role, admins },
            Self::Suspend(reason) => Command::SuspendAccount { reason, admins },
            Self::Reinstate => Command::ReinstateAccount,
            Self::EndSessions => Command::EndSessions,
            Self::Erase => Command::EraseAccount { admins },
        }
    }

    /// Whether the account's older access tokens are void from then on. Nobody has any of an account that
    /// is reinstated.
    fn ends_tokens(self) -> bool {
        self != Self::Reinstate
    }
}

/// Why nothing was done, or not all of it: whoever asks again finishes it.
#[derive(Debug)]
pub(crate) enum NotDone {
    /// The log has not taken the command.
    Refused(Refused<Rejection>),
    /// The database did not answer.
    Failed(anyhow::Error),
}

impl From<sqlx::Error> for NotDone {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl App {
    /// Does something to an account, and gives back what the account is then.
    ///
    /// It goes on when nobody waits for it any more: a lock that a caller lets go of by hanging up would
    /// let the last administrator slip away.
    pub(crate) async fn keep_person(
        &self,
        account_id: Uuid,
        wish: Wish,
        by: Actor,
        correlation_id: Uuid,
    ) -> Result<Done<Account>, NotDone> {
        let asked = Asked { app: self.clone(), account_id, wish, by, correlation_id };
        let done = tokio::spawn(async move { asked.carry_out().await }).await;
        done.context("the task that changes an account ended early").unwrap_or_else(|error| Err(NotDone::Failed(error)))
    }
}

/// One wish on its way.
struct Asked {
    app: App,
    account_id: Uuid,
    wish: Wish,
    by: Actor,
    correlation_id: Uuid,
}

impl Asked {
    async fn carry_out(self) -> Result<Done<Account>, NotDone> {
        if self.wish == Wish::Grant(Role::Admin) {
            mark_as_staff(&self.app.pool, self.account_id).await?;
        }
        let mut transaction = self.app.pool.begin_with(BEGIN).await?;
        self.end_what_ends(&mut transaction).await?;
        let done = match self.execute(OtherAdmins::NoneKnown).await {
            Err(Refused::Rejected(Rejection::LastAdmin)) => {
                let admins = self.other_admins(&mut transaction).await?;
                self.execute(admins).await
            }
            done => done,
        };
        let done = done.map_err(NotDone::Refused)?;
        if self.wish.ends_tokens() {
            self.revoke_tokens(&mut transaction, done.committed.position).await?;
        }
        transaction.commit().await?;
        Ok(done)
    }

    async fn execute(&self, admins: OtherAdmins) -> Result<Done<Account>, Refused<Rejection>> {
        let command = self.wish.command(admins);
        self.app.accounts.execute(self.account_id, command, self.by, self.correlation_id, |account| *account).await
    }

    /// Takes away what the command ends. The account's row is locked first, as wherever refresh tokens are
    /// made, so none is made meanwhile that would be missed.
    async fn end_what_ends(&self, transaction: &mut PgTransaction<'_>) -> Result<(), sqlx::Error> {
        let statements: &[&'static str] = match self.wish {
            Wish::Grant(_) | Wish::Reinstate => return Ok(()),
            Wish::Suspend(_) | Wish::EndSessions => &PERSONAL_ROWS[..1],
            Wish::Erase => &PERSONAL_ROWS,
        };
        let lock = "SELECT FROM accounts WHERE account_id = $1 FOR UPDATE";
        for statement in [lock].iter().chain(statements) {
            sqlx::query(*statement).bind(self.account_id).execute(&mut **transaction).await?;
        }
        Ok(())
    }

    /// Whether there is an administrator besides this one, which stays so until the transaction ends: nobody
    /// else can take one away before. Accounts are only candidates by their rows; the log has the word.
    async fn other_admins(&self, transaction: &mut PgTransaction<'_>) -> Result<OtherAdmins, NotDone> {
        sqlx::query("SELECT FROM staff_lock FOR UPDATE").execute(&mut **transaction).await?;
        let candidates: Vec<Uuid> = sqlx::query_scalar(
            "SELECT account_id FROM accounts WHERE staff AND account_id <> $1 ORDER BY registered_at DESC LIMIT $2",
        )
        .bind(self.account_id)
        .bind(STAFF_LOOKED_AT_MAX)
        .fetch_all(&mut **transaction)
        .await?;
        for candidate in candidates {
            let read = accounts::read(&self.app.log, AccountId(candidate)).await;
            let (account, _) = read.map_err(|reason| NotDone::Failed(anyhow::Error::msg(reason)))?;
            if account.is_admin() {
                return Ok(OtherAdmins::Some);
            }
        }
        Ok(OtherAdmins::NoneKnown)
    }

    /// Makes older access tokens void: at once in this process, in the others as soon as they look.
    async fn revoke_tokens(&self, transaction: &mut PgTransaction<'_>, position: Position) -> Result<(), sqlx::Error> {
        revoke_tokens(&self.app, transaction, self.account_id, position).await
    }
}

/// Makes the tokens void that rest on less of the log than a position: here at once, elsewhere with the commit.
async fn revoke_tokens(
    app: &App,
    transaction: &mut PgTransaction<'_>,
    account_id: Uuid,
    position: Position,
) -> Result<(), sqlx::Error> {
    let at_ms = Utc::now().timestamp_millis().unsigned_abs();
    app.verifier.revoke([Revocation { account_id: AccountId(account_id), position, at_ms }]);
    sqlx::query(
        "INSERT INTO token_revocations (account_id, position, revoked_at) VALUES ($1, $2, clock_timestamp())
         ON CONFLICT (account_id) DO UPDATE
         SET position = greatest(token_revocations.position, excluded.position),
             revoked_at = greatest(token_revocations.revoked_at, excluded.revoked_at)",
    )
    .bind(account_id)
    .bind(i64::try_from(position).unwrap_or(i64::MAX))
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Makes an account a candidate for an administrator before the log makes it one, so that none is missed.
async fn mark_as_staff(pool: &PgPool, account_id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE accounts SET staff = true WHERE account_id = $1").bind(account_id).execute(pool).await?;
    Ok(())
}
