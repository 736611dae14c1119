//! What a page adds to the tables: one statement for each.

use std::collections::BTreeMap;

use domain::analytics::Before;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::FoldError;
use crate::page::Fact;
use crate::projection::{int, signed};

/// The rows of a page.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) scopes: Vec<NewScope>,
    pub(super) blocks: Vec<Picture>,
    /// What each seat is sold as, by show; JSON.
    pub(super) seats: BTreeMap<Uuid, String>,
    totals: Totals,
    titles: Vec<(Uuid, i64, String)>,
}

/// Something that totals are kept of from now on.
pub(super) struct NewScope {
    pub(super) scope: u32,
    pub(super) kind: &'static str,
    pub(super) organizer_id: Option<Uuid>,
    pub(super) show_id: Option<Uuid>,
    pub(super) ticket_type_id: Option<Uuid>,
    pub(super) name: Option<String>,
    pub(super) currency: Option<String>,
    pub(super) since: u64,
}

/// What changed in a block, as it stood at a position.
#[derive(Default)]
pub(super) struct Picture {
    pub(super) block: u64,
    pub(super) position: u64,
    pub(super) shows: Vec<u8>,
    pub(super) parts: Vec<u8>,
    /// What the next fact may refer to, and of which show it must be.
    pub(super) pending: Option<(Before, Uuid)>,
}

/// Rows of `sales_totals`, turned on their side.
#[derive(Default)]
struct Totals {
    scopes: Vec<i32>,
    minutes: Vec<i32>,
    stretches: Vec<i32>,
    numbers: Vec<Vec<u8>>,
}

const INSERT_SCOPES: &str = "\
INSERT INTO sales_scopes (scope, kind, organizer_id, show_id, ticket_type_id, name, currency, since)
SELECT * FROM unnest($1::int[], $2::text[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::bigint[])";

const INSERT_TOTALS: &str = "\
INSERT INTO sales_totals (scope, minute, stretch, totals)
SELECT * FROM unnest($1::int[], $2::int[], $3::int[], $4::bytea[])";

const UPSERT_BLOCKS: &str = "\
INSERT INTO sales_blocks (block, position, shows, parts, pending, show_id)
SELECT * FROM unnest($1::int[], $2::bigint[], $3::bytea[], $4::bytea[], $5::text[], $6::uuid[])
ON CONFLICT (block) DO UPDATE SET (position, shows, parts, pending, show_id) =
    (excluded.position, excluded.shows, excluded.parts, excluded.pending, excluded.show_id)";

const INSERT_TITLES: &str = "\
INSERT INTO sales_titles (show_id, position, title) SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[])";

const UPSERT_SEATS: &str = "\
INSERT INTO sales_seats (show_id, seats) SELECT * FROM unnest($1::uuid[], $2::text[])
ON CONFLICT (show_id) DO UPDATE SET seats = excluded.seats";

impl Batch {
    pub(super) fn title(&mut self, fact: &Fact, title: &str) {
        self.titles.push((fact.show_id(), signed(fact.position), title.into()));
    }

    pub(super) fn total(&mut self, scope: u32, minute: i64, stretch: u64, totals: Vec<u8>) {
        self.totals.scopes.push(int(scope));
        self.totals.minutes.push(i32::try_from(minute).unwrap_or(i32::MAX));
        self.totals.stretches.push(small(stretch));
        self.totals.numbers.push(totals);
    }

    pub(super) async fn write(self, connection: &mut PgConnection) -> Result<(), FoldError> {
        self.insert_scopes(connection).await?;
        if !self.totals.scopes.is_empty() {
            sqlx::query(INSERT_TOTALS)
                .bind(self.totals.scopes)
                .bind(self.totals.minutes)
                .bind(self.totals.stretches)
                .bind(self.totals.numbers)
                .execute(&mut *connection)
                .await?;
        }
        if !self.titles.is_empty() {
            let titles = || self.titles.iter();
            sqlx::query(INSERT_TITLES)
                .bind(titles().map(|title| title.0).collect::<Vec<_>>())
                .bind(titles().map(|title| title.1).collect::<Vec<_>>())
                .bind(titles().map(|title| title.2.as_str()).collect::<Vec<_>>())
                .execute(&mut *connection)
                .await?;
        }
        if !self.seats.is_empty() {
            sqlx::query(UPSERT_SEATS)
                .bind(self.seats.keys().copied().collect::<Vec<_>>())
                .bind(self.seats.values().map(String::as_str).collect::<Vec<_>>())
                .execute(&mut *connection)
                .await?;
        }
        upsert_blocks(&self.blocks, connection).await
    }

    async fn insert_scopes(&self, connection: &mut PgConnection) -> Result<(), FoldError> {
        if self.scopes.is_empty() {
            return Ok(());
        }
        let scopes = || self.scopes.iter();
        sqlx::query(INSERT_SCOPES)
            .bind(scopes().map(|new| int(new.scope)).collect::<Vec<_>>())
            .bind(scopes().map(|new| new.kind).collect::<Vec<_>>())
            .bind(scopes().map(|new| new.organizer_id).collect::<Vec<_>>())
            .bind(scopes().map(|new| new.show_id).collect::<Vec<_>>())
            .bind(scopes().map(|new| new.ticket_type_id).collect::<Vec<_>>())
            .bind(scopes().map(|new| new.name.as_deref()).collect::<Vec<_>>())
            .bind(scopes().map(|new| new.currency.as_deref()).collect::<Vec<_>>())
            .bind(scopes().map(|new| signed(new.since)).collect::<Vec<_>>())
            .execute(connection)
            .await?;
        Ok(())
    }
}

async fn upsert_blocks(blocks: &[Picture], connection: &mut PgConnection) -> Result<(), FoldError> {
    if blocks.is_empty() {
        return Ok(());
    }
    let pending = || blocks.iter().map(|picture| picture.pending.as_ref());
    let written = pending().map(|pending| pending.map(|(before, _)| serde_json::to_string(before)).transpose());
    sqlx::query(UPSERT_BLOCKS)
        .bind(blocks.iter().map(|picture| small(picture.block)).collect::<Vec<_>>())
        .bind(blocks.iter().map(|picture| signed(picture.position)).collect::<Vec<_>>())
        .bind(blocks.iter().map(|picture| &picture.shows[..]).collect::<Vec<_>>())
        .bind(blocks.iter().map(|picture| &picture.parts[..]).collect::<Vec<_>>())
        .bind(written.collect::<Result<Vec<_>, _>>()?)
        .bind(pending().map(|pending| pending.map(|(_, show_id)| *show_id)).collect::<Vec<_>>())
        .execute(connection)
        .await?;
    Ok(())
}

/// Postgres' `int`, for blocks and stretches: 2^31 of them are more events than any log will hold.
pub(super) fn small(number: u64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
