//! Tells this process's verifier which access tokens are void, whichever process made them so.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::ids::AccountId;
use edge::bearer::{REVOCATION_KEPT_S, REVOCATIONS_MAX, Revocation, Verifier};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often revocations are looked up, in milliseconds. A token that another process revoked is refused
/// here after that at the latest, as long as the database answers.
const REVOCATIONS_POLL_MS: u64 = 500;

const READ: &str = "\
SELECT account_id, position, revoked_at FROM token_revocations
WHERE revoked_at > now() - make_interval(secs => $1) ORDER BY revoked_at DESC LIMIT $2";

/// Every token that these speak of has ended.
const DELETE_OLD: &str = "DELETE FROM token_revocations WHERE revoked_at <= now() - make_interval(secs => $1)";

/// Looks the revocations up, and then again and again until `stop`; where tokens are made (`keeps`), those
/// that count no longer are deleted too. While the database does not answer, what is known goes on counting.
pub(crate) async fn follow_revocations(pool: PgPool, verifier: Verifier, keeps: bool, stop: CancellationToken) {
    look(&pool, &verifier, keeps).await;
    tokio::spawn(async move {
        let follow = async {
            loop {
                tokio::time::sleep(Duration::from_millis(REVOCATIONS_POLL_MS)).await;
                look(&pool, &verifier, keeps).await;
            }
        };
        stop.run_until_cancelled(follow).await
    });
}

async fn look(pool: &PgPool, verifier: &Verifier, keeps: bool) {
    match read(pool, keeps).await {
        Ok(revocations) => verifier.revoke(revocations),
        Err(error) => tracing::warn!(%error, "revocations of tokens cannot be read"),
    }
}

async fn read(pool: &PgPool, keeps: bool) -> Result<Vec<Revocation>, sqlx::Error> {
    let kept_s = REVOCATION_KEPT_S as f64;
    if keeps {
        sqlx::query(DELETE_OLD).bind(kept_s).execute(pool).await?;
    }
    let rows: Vec<(Uuid, i64, DateTime<Utc>)> =
        sqlx::query_as(READ).bind(kept_s).bind(i64::from(REVOCATIONS_MAX)).fetch_all(pool).await?;
    let revocation = |(account_id, position, revoked_at): (Uuid, i64, DateTime<Utc>)| Revocation {
        account_id: AccountId(account_id),
        position: position.unsigned_abs(),
        at_ms: revoked_at.timestamp_millis().unsigned_abs(),
    };
    Ok(rows.into_iter().map(revocation).collect())
}
