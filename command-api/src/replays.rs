//! What admins ask of the projector, written down where it looks: replays of read models, and parked streams that
//! are to be tried again. The projector may be another process, or none at the moment.

use std::time::Duration;

use event_log::StreamId;
use sqlx::{FromRow, PgPool};
use tokio::time::Instant;
use uuid::Uuid;

/// The name that stands for every projection.
const ALL: &str = "all";
/// The longest name of a projection, in bytes.
const NAME_BYTES_MAX: usize = 63;
/// How long a request waits for what becomes of a parked stream, in milliseconds.
const RETRY_WAIT_MAX_MS: u64 = 2_000;
/// How often it looks meanwhile, in milliseconds.
const RETRY_POLL_MS: u64 = 50;

/// A replay as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct AskedReplay {
    pub(crate) replay_id: Uuid,
    /// The name of a projection, or `all`.
    pub(crate) projection: String,
    pub(crate) to_position: Option<i64>,
    pub(crate) phase: String,
}

/// Why something asked of replays is not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// A projection is being replayed already, by this replay if it is known.
    #[error("a replay of it is running or stands unfinished; wait for its end, or cancel it")]
    Running(Option<Uuid>),
    #[error("there is no projection of that name; GET /api/v1/admin/projections lists them, and `all` means every one")]
    UnknownProjection,
    /// The log ends before the position asked for.
    #[error("position {position} is not there yet: the log ends at position {head}")]
    BeyondHead { position: i64, head: i64 },
    /// The same key with another request.
    #[error("this idempotency key was used to ask for another replay")]
    KeyReused,
    #[error("there is no such replay")]
    NoSuchReplay,
    /// It cannot be cancelled any more.
    #[error("it has ended as {0}")]
    Ended(String),
    #[error(
        "the tables from before it are not there: it never served, or was rolled back, or another replay came after it"
    )]
    NothingToRollBack,
    #[error("no such stream is parked")]
    NotParked,
    /// It was tried again, and this came of it.
    #[error("it still cannot be folded: {0}")]
    StillParked(String),
    #[error(transparent)]
    Store(#[from] sqlx::Error),
}

/// Whether a name can be that of a projection, or `all`. Nothing else is asked of the database.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= NAME_BYTES_MAX
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// The same statement is in the projector, which knows nothing of this crate: they meet in the table.
const REQUEST: &str = "\
WITH asked AS (
    INSERT INTO replays (replay_id, projection, to_position, requested_by)
    SELECT $1, $2, $3, $4 WHERE $2 = 'all' OR EXISTS (SELECT FROM projection_checkpoints WHERE name = $2)
    RETURNING replay_id
)
INSERT INTO replayed_projections (projection, replay_id)
SELECT name, replay_id FROM projection_checkpoints, asked WHERE $2 IN (name, 'all')";

/// Asks for a replay. `true`: the same was asked before under this id.
pub(crate) async fn request(
    pool: &PgPool,
    replay_id: Uuid,
    projection: &str,
    to_position: Option<i64>,
    by: Uuid,
) -> Result<(AskedReplay, bool), Refused> {
    if !is_name(projection) {
        return Err(Refused::UnknownProjection);
    }
    if let Some(known) = find(pool, replay_id).await? {
        let same = known.projection == projection && known.to_position == to_position;
        return if same { Ok((known, true)) } else { Err(Refused::KeyReused) };
    }
    if let Some(to_position) = to_position {
        let head: i64 = sqlx::query_scalar("SELECT position FROM log_head").fetch_one(pool).await?;
        if to_position > head {
            return Err(Refused::BeyondHead { position: to_position, head });
        }
    }
    let written = sqlx::query(REQUEST).bind(replay_id).bind(projection).bind(to_position).bind(by).execute(pool).await;
    match written {
        Ok(written) if written.rows_affected() == 0 => Err(Refused::UnknownProjection),
        Ok(_) => {
            let (projection, phase) = (projection.to_owned(), "waiting".to_owned());
            Ok((AskedReplay { replay_id, projection, to_position, phase }, false))
        }
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
            Err(Refused::Running(running(pool, projection).await?))
        }
        Err(error) => Err(error.into()),
    }
}

/// The replay that a projection is in.
async fn running(pool: &PgPool, projection: &str) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_scalar("SELECT replay_id FROM replayed_projections WHERE $1 IN (projection, $2) ORDER BY 1 LIMIT 1")
        .bind(projection)
        .bind(ALL)
        .fetch_optional(pool)
        .await
}

async fn find(pool: &PgPool, replay_id: Uuid) -> Result<Option<AskedReplay>, sqlx::Error> {
    sqlx::query_as("SELECT replay_id, projection, to_position, phase FROM replays WHERE replay_id = $1")
        .bind(replay_id)
        .fetch_optional(pool)
        .await
}

/// Asks for a replay's end before it is done, or for what it built to be dropped.
pub(crate) async fn cancel(pool: &PgPool, replay_id: Uuid) -> Result<AskedReplay, Refused> {
    let asked: Option<AskedReplay> = sqlx::query_as(
        "UPDATE replays SET cancel_requested = true
         WHERE replay_id = $1 AND ended_at IS NULL AND phase <> 'rolling_back'
         RETURNING replay_id, projection, to_position, phase",
    )
    .bind(replay_id)
    .fetch_optional(pool)
    .await?;
    if let Some(asked) = asked {
        return Ok(asked);
    }
    match find(pool, replay_id).await? {
        None => Err(Refused::NoSuchReplay),
        Some(replay) if replay.phase == "cancelled" => Ok(replay),
        Some(replay) => Err(Refused::Ended(replay.phase)),
    }
}

/// Only the last swap of each of its projections can be undone: the tables before it are kept, and no others.
const ROLL_BACK: &str = "\
WITH asked AS (
    UPDATE replays replay SET phase = 'rolling_back', ended_at = NULL, error = NULL
    WHERE replay_id = $1 AND phase = 'swapped' AND to_regnamespace('previous_' || projection) IS NOT NULL
      AND NOT EXISTS (
          SELECT FROM replays later WHERE later.swapped_at > replay.swapped_at
            AND (replay.projection = 'all' OR later.projection IN (replay.projection, 'all')))
    RETURNING replay_id, projection
)
INSERT INTO replayed_projections (projection, replay_id)
SELECT name, replay_id FROM projection_checkpoints, asked WHERE asked.projection IN (name, 'all')";

/// Asks for the tables to serve that served before a replay.
pub(crate) async fn roll_back(pool: &PgPool, replay_id: Uuid) -> Result<AskedReplay, Refused> {
    let written = sqlx::query(ROLL_BACK).bind(replay_id).execute(pool).await;
    let asked = match written {
        Ok(written) => written.rows_affected() > 0,
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
            let projection = find(pool, replay_id).await?.map_or_else(|| ALL.to_owned(), |replay| replay.projection);
            return Err(Refused::Running(running(pool, &projection).await?));
        }
        Err(error) => return Err(error.into()),
    };
    let replay = find(pool, replay_id).await?.ok_or(Refused::NoSuchReplay)?;
    let before = ["rolling_back", "rolled_back"].contains(&replay.phase.as_str());
    if asked || before { Ok(replay) } else { Err(Refused::NothingToRollBack) }
}

/// What became of a parked stream that was tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retried {
    /// It is shown again.
    Folded,
    /// No projector has come to it yet.
    Asked,
}

/// Asks for a parked stream to be folded again, and waits a moment for what becomes of it.
pub(crate) async fn retry_parked(pool: &PgPool, projection: &str, stream: &str) -> Result<Retried, Refused> {
    if !is_name(projection) || projection == ALL {
        return Err(Refused::UnknownProjection);
    }
    let known: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM projection_checkpoints WHERE name = $1)")
        .bind(projection)
        .fetch_one(pool)
        .await?;
    if !known {
        return Err(Refused::UnknownProjection);
    }
    let stream: StreamId = stream.parse().map_err(|_| Refused::NotParked)?;
    let asked = sqlx::query(
        "UPDATE parked_streams SET retry_requested_at = clock_timestamp() WHERE projection = $1 AND stream = $2",
    )
    .bind(projection)
    .bind(stream.to_string())
    .execute(pool)
    .await?;
    if asked.rows_affected() == 0 {
        return Err(Refused::NotParked);
    }
    let until = Instant::now() + Duration::from_millis(RETRY_WAIT_MAX_MS);
    while Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(RETRY_POLL_MS)).await;
        let parked: Option<(String, bool)> = sqlx::query_as(
            "SELECT error, coalesce(retried_at >= retry_requested_at, false) FROM parked_streams
             WHERE projection = $1 AND stream = $2",
        )
        .bind(projection)
        .bind(stream.to_string())
        .fetch_optional(pool)
        .await?;
        match parked {
            None => return Ok(Retried::Folded),
            Some((error, true)) => return Err(Refused::StillParked(error)),
            Some((_, false)) => {}
        }
    }
    Ok(Retried::Asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_the_database_only_about_names() {
        assert!(["shows", "audit_index", "all"].into_iter().all(is_name));
        assert!(!["", "Shows", "a\0b", "x'y", "sh ows"].into_iter().any(is_name));
        assert!(!is_name(&"x".repeat(64)));
    }
}
