//! Finishes erasures that a crash or an outage cut short between the log and the rows: whoever is erased in
//! the log is forgotten here too, also if nobody asks again.

use std::time::Duration;

use domain::account::Standing;
use domain::ids::AccountId;
use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;

use super::{PERSONAL_ROWS, accounts};
use crate::app::App;

/// How often it looks, in seconds; the first time when the platform starts.
const UNFINISHED_POLL_S: u64 = 60;
/// The most accounts that one look finishes; the next look goes on.
const UNFINISHED_MAX: i64 = 100;

/// The read model is a hint; that an account is erased, the log says.
const UNFINISHED: &str = "\
SELECT account_id FROM people JOIN accounts USING (account_id) WHERE people.status = 'erased' LIMIT $1";

/// Looks again and again until its task is aborted.
pub(crate) async fn finish_erasures(app: App) {
    let mut looks = interval(Duration::from_secs(UNFINISHED_POLL_S));
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        if let Err(error) = finish(&app).await {
            tracing::warn!(error = format!("{error:#}"), "erasures that were cut short cannot be looked for");
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
    Ok(())
}
