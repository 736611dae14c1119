//! Finishes what a crash or an outage cut short between the log and the rows: whoever is erased in the log is
//! forgotten here too, and tokens that an account's last fact made void stop, also if nobody asks again.

use std::time::Duration;

use domain::account::Standing;
use domain::ids::AccountId;
use edge::bearer::REVOCATION_KEPT_S;
use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;

use super::{PERSONAL_ROWS, accounts, revoke_tokens};
use crate::app::App;

/// How often it looks, in seconds; the first time when the platform starts.
const UNFINISHED_POLL_S: u64 = 4;
/// The most accounts that one look finishes; the next look goes on.
const UNFINISHED_MAX: i64 = 100;

/// The read model is a hint; that an account is erased, the log says.
const UNFINISHED: &str = "\
SELECT account_id FROM people JOIN accounts USING (account_id) WHERE people.status = 'erased' LIMIT $1";

/// Accounts to which something happened while tokens of before may still be alive, and whose tokens nobody made void
/// since. Clocks of the log and of the table may differ by so much as a minute: one row too many does no harm.
const UNREVOKED: &str = "\
SELECT account_id FROM people
WHERE changed_at > registered_at AND changed_at > now() - make_interval(secs => $1)
  AND NOT EXISTS (SELECT FROM token_revocations void
                  WHERE void.account_id = people.account_id AND void.revoked_at > people.changed_at - interval '1 minute')
LIMIT $2";

/// Looks again and again until its task is aborted.
pub(crate) async fn finish_what_was_cut_short(app: App) {
    let mut looks = interval(Duration::from_secs(UNFINISHED_POLL_S));
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        if let Err(error) = finish(&app).await {
            tracing::warn!(error = format!("{error:#}"), "what was cut short cannot be looked for");
        }
    }
}

async fn finish(app: &App) -> anyhow::Result<()> {
    let unfinished: Vec<Uuid> = sqlx::query_scalar(UNFINISHED).bind(UNFINISHED_MAX).fetch_all(&app.pool).await?;
    for account_id in unfinished {
        let (account, _) = accounts::read(&app.log, AccountId(account_id)).await.map_err(anyhow::Error::msg)?;
        if account.standing() == Standing::Erased {
            let mut transaction = app.pool.begin().await?;
            for statement in PERSONAL_ROWS {
                sqlx::query(statement).bind(account_id).execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
            tracing::info!(%account_id, "an erasure that was cut short is finished");
        }
    }
    revoke(app).await
}

/// Tokens that rest on all that the log says of their account stay good.
async fn revoke(app: &App) -> anyhow::Result<()> {
    let lately: Vec<Uuid> =
        sqlx::query_scalar(UNREVOKED).bind(REVOCATION_KEPT_S as f64).bind(UNFINISHED_MAX).fetch_all(&app.pool).await?;
    for account_id in lately {
        let (account, position) = accounts::read(&app.log, AccountId(account_id)).await.map_err(anyhow::Error::msg)?;
        let mut transaction = app.pool.begin().await?;
        if account.standing() == Standing::Suspended {
            sqlx::query(PERSONAL_ROWS[0]).bind(account_id).execute(&mut *transaction).await?;
        }
        revoke_tokens(app, &mut transaction, account_id, position).await?;
        transaction.commit().await?;
    }
    Ok(())
}
