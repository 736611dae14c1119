//! `people`: what each account is trusted with, and whether it can be used. Names nobody.

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::Role;
use domain::account::{Event, Standing};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::{FoldError, demand_rows};
use crate::page::{AccountFact, Page};
use crate::projection::{Projection, signed};

/// Every account.
pub(crate) struct People;

const INSERT: &str = "\
INSERT INTO people (account_id, role, registered_at, changed_at, position)
SELECT account_id, role, registered_at, registered_at, position
FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::bigint[]) AS new(account_id, role, registered_at, position)";

/// Runs after the insert, so that an account may be opened and changed within one page.
const UPDATE: &str = "\
UPDATE people p
SET role = coalesce(new.role, p.role), status = coalesce(new.status, p.status), changed_at = new.changed_at,
    reason = CASE WHEN new.status IS NULL THEN p.reason ELSE new.reason END
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
     AS new(account_id, role, status, reason, changed_at)
WHERE p.account_id = new.account_id";

#[async_trait]
impl Projection for People {
    fn name(&self) -> &'static str {
        "people"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["people"]
    }

    fn born_of(&self) -> &'static [(&'static str, &'static [&'static str])] {
        &[("people", &["AccountRegistered"])]
    }

    async fn write(&self, page: Page<'_>, connection: &mut PgConnection) -> Result<(), FoldError> {
        let mut changes = Changes::default();
        for fact in page.account_facts() {
            changes.take(fact);
        }
        changes.write(connection).await
    }
}

/// What a page changes.
#[derive(Default)]
struct Changes<'a> {
    registered: Vec<(&'a AccountFact, Role)>,
    changed: HashMap<Uuid, Change>,
}

/// What becomes of one account.
#[derive(Default)]
struct Change {
    role: Option<Role>,
    standing: Option<(Standing, Option<&'static str>)>,
    changed_at: DateTime<Utc>,
}

impl<'a> Changes<'a> {
    fn take(&mut self, fact: &'a AccountFact) {
        if let Event::AccountRegistered(registered) = &fact.event {
            self.registered.push((fact, registered.role));
            return;
        }
        let change = self.changed.entry(fact.stream.id()).or_default();
        change.changed_at = fact.recorded_at;
        match &fact.event {
            Event::RoleGranted(granted) => change.role = Some(granted.role),
            Event::AccountSuspended(suspended) => {
                change.standing = Some((Standing::Suspended, Some(suspended.reason.as_str())));
            }
            Event::AccountReinstated(_) => change.standing = Some((Standing::Active, None)),
            Event::AccountErased(_) => change.standing = Some((Standing::Erased, None)),
            Event::SessionsEnded(_) | Event::AccountRegistered(_) => {}
        }
    }

    async fn write(self, connection: &mut PgConnection) -> Result<(), FoldError> {
        self.insert(connection).await?;
        self.update(connection).await
    }

    async fn insert(&self, connection: &mut PgConnection) -> Result<(), FoldError> {
        if self.registered.is_empty() {
            return Ok(());
        }
        let facts = || self.registered.iter().map(|(fact, _)| fact);
        sqlx::query(INSERT)
            .bind(facts().map(|fact| fact.stream.id()).collect::<Vec<_>>())
            .bind(self.registered.iter().map(|(_, role)| role.as_str()).collect::<Vec<_>>())
            .bind(facts().map(|fact| fact.recorded_at).collect::<Vec<_>>())
            .bind(facts().map(|fact| signed(fact.position)).collect::<Vec<_>>())
            .execute(connection)
            .await?;
        Ok(())
    }

    async fn update(&self, connection: &mut PgConnection) -> Result<(), FoldError> {
        if self.changed.is_empty() {
            return Ok(());
        }
        let changes = || self.changed.values();
        let standings = || changes().map(|change| change.standing.unzip());
        let written = sqlx::query(UPDATE)
            .bind(self.changed.keys().copied().collect::<Vec<_>>())
            .bind(changes().map(|change| change.role.map(Role::as_str)).collect::<Vec<_>>())
            .bind(standings().map(|(standing, _)| standing.map(Standing::as_str)).collect::<Vec<_>>())
            .bind(standings().map(|(_, reason)| reason.flatten()).collect::<Vec<_>>())
            .bind(changes().map(|change| change.changed_at).collect::<Vec<_>>())
            .execute(connection)
            .await?;
        demand_rows("people", written.rows_affected(), self.changed.len())
    }
}
