//! Accounts and sign-ins: rows for what is personal, the log for what was decided.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::access::Role;
use domain::account::{Account, Event};
use domain::aggregate::Aggregate as _;
use domain::event::DomainEvent as _;
use domain::ids::AccountId;
use event_log::{EventLog, PAGE_EVENTS_MAX, Position, StreamId};
use sha2::{Digest as _, Sha256};
use sqlx::{PgPool, Row as _};
use uuid::Uuid;

/// How long a refresh token is good for, in days.
pub(crate) const REFRESH_TOKEN_DAYS: i32 = 30;

/// What is kept of a person, password aside.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) account_id: AccountId,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) password_hash: String,
}

/// The person with this e-mail address (lower case).
pub(crate) async fn find_by_email(pool: &PgPool, email: &str) -> Result<Option<Person>, sqlx::Error> {
    let row = sqlx::query("SELECT account_id, email, name, password_hash FROM accounts WHERE email = $1")
        .bind(email)
        .fetch_optional(pool)
        .await?;
    row.map(|row| person(&row)).transpose()
}

/// The person with this account.
pub(crate) async fn find(pool: &PgPool, account_id: AccountId) -> Result<Option<Person>, sqlx::Error> {
    let row = sqlx::query("SELECT account_id, email, name, password_hash FROM accounts WHERE account_id = $1")
        .bind(account_id.0)
        .fetch_optional(pool)
        .await?;
    row.map(|row| person(&row)).transpose()
}

fn person(row: &sqlx::postgres::PgRow) -> Result<Person, sqlx::Error> {
    Ok(Person {
        account_id: AccountId(row.try_get("account_id")?),
        email: row.try_get("email")?,
        name: row.try_get("name")?,
        password_hash: row.try_get("password_hash")?,
    })
}

/// Claims the e-mail address for a person; `false` if somebody has it. Nothing stands until the
/// transaction is committed.
pub(crate) async fn insert(
    transaction: &mut sqlx::PgTransaction<'_>,
    person: &Person,
    role: Role,
) -> Result<bool, sqlx::Error> {
    let inserted = sqlx::query(
        "INSERT INTO accounts (account_id, email, name, password_hash, staff) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING",
    )
    .bind(person.account_id.0)
    .bind(&person.email)
    .bind(&person.name)
    .bind(&person.password_hash)
    .bind(role == Role::Admin)
    .execute(&mut **transaction)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// What the log says of an account, and the position of the last event that says it; 0 if it says nothing.
pub(crate) async fn read(log: &Arc<dyn EventLog>, account_id: AccountId) -> Result<(Account, Position), String> {
    let stream = StreamId::new(Account::CATEGORY, account_id.0);
    let (mut account, mut version, mut position) = (Account::default(), 0, 0);
    loop {
        let page = log.read_stream(stream, version).await.map_err(|error| error.to_string())?;
        for event in &page {
            let fact = Event::decode(&event.event_type, event.schema_version, &event.payload);
            account.evolve(&fact.map_err(|error| error.to_string())?);
            (version, position) = (event.version, event.position);
        }
        if page.len() < PAGE_EVENTS_MAX {
            return Ok((account, position));
        }
    }
}

/// A fresh refresh token for a sign-in; none if the person is gone meanwhile. Tokens of the account that
/// have expired go at the same time. The account's row is locked first, as everywhere where tokens are
/// made: whoever ends all sessions holds that lock and misses none.
pub(crate) async fn issue_refresh_token(
    pool: &PgPool,
    account_id: AccountId,
    family: Uuid,
) -> Result<Option<String>, sqlx::Error> {
    let token = random_token()?;
    let issued = sqlx::query(
        "WITH owner AS MATERIALIZED (SELECT account_id FROM accounts WHERE account_id = $3 FOR KEY SHARE),
         expired AS (
            DELETE FROM refresh_tokens USING owner
            WHERE refresh_tokens.account_id = owner.account_id AND expires_at < now()
         )
         INSERT INTO refresh_tokens (token_hash, family, account_id, expires_at)
         SELECT $1, $2, account_id, now() + make_interval(days => $4) FROM owner",
    )
    .bind(hash(&token))
    .bind(family)
    .bind(account_id.0)
    .bind(REFRESH_TOKEN_DAYS)
    .execute(pool)
    .await?;
    Ok((issued.rows_affected() == 1).then_some(token))
}

/// What became of a refresh token that was handed in.
pub(crate) enum Refreshed {
    /// It was good, and is used up now.
    Good {
        /// Its successor.
        refresh_token: String,
    },
    /// It had been used before: one of the two users is a thief, so the whole sign-in was ended.
    Reused,
    /// Nobody gave it out, or it has expired.
    Unknown,
}

/// Whose refresh token it is, if it is still good.
pub(crate) async fn owner_of_refresh_token(pool: &PgPool, token: &str) -> Result<Option<AccountId>, sqlx::Error> {
    let account_id: Option<Uuid> = sqlx::query_scalar(
        "SELECT account_id FROM refresh_tokens WHERE token_hash = $1 AND used_at IS NULL AND expires_at > now()",
    )
    .bind(hash(token))
    .fetch_optional(pool)
    .await?;
    Ok(account_id.map(AccountId))
}

/// Uses a refresh token up and gives out its successor, in one statement: a second user who comes
/// at the same time waits for it, and then finds the token used and its successor there to be ended.
pub(crate) async fn rotate_refresh_token(pool: &PgPool, token: &str) -> Result<Refreshed, sqlx::Error> {
    let (hash, refresh_token) = (hash(token), random_token()?);
    let account_id: Option<Uuid> = sqlx::query_scalar(
        "WITH owner AS MATERIALIZED (
            SELECT account_id FROM refresh_tokens JOIN accounts USING (account_id)
            WHERE token_hash = $1 FOR KEY SHARE OF accounts
         ), used AS (
            UPDATE refresh_tokens token SET used_at = now() FROM owner
            WHERE token_hash = $1 AND used_at IS NULL AND expires_at > now() RETURNING token.account_id, family
         )
         INSERT INTO refresh_tokens (token_hash, family, account_id, expires_at)
         SELECT $2, family, account_id, now() + make_interval(days => $3) FROM used RETURNING account_id",
    )
    .bind(&hash)
    .bind(self::hash(&refresh_token))
    .bind(REFRESH_TOKEN_DAYS)
    .fetch_optional(pool)
    .await?;
    if account_id.is_some() {
        return Ok(Refreshed::Good { refresh_token });
    }
    let ended = sqlx::query(
        "DELETE FROM refresh_tokens WHERE family =
            (SELECT family FROM refresh_tokens WHERE token_hash = $1 AND used_at IS NOT NULL)",
    )
    .bind(&hash)
    .execute(pool)
    .await?;
    Ok(if ended.rows_affected() > 0 { Refreshed::Reused } else { Refreshed::Unknown })
}

/// Ends the sign-in a refresh token belongs to.
pub(crate) async fn end_family(pool: &PgPool, token: &str) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM refresh_tokens WHERE family = (SELECT family FROM refresh_tokens WHERE token_hash = $1)")
        .bind(hash(token))
        .execute(pool)
        .await?;
    Ok(())
}

fn random_token() -> Result<String, sqlx::Error> {
    let mut bytes = [0_u8; 32];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| sqlx::Error::Io(std::io::Error::other("no randomness")))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Only the hash is kept: whoever reads the table cannot sign in with it.
fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
