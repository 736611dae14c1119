//! The tables that a replay builds: of the same names and shapes as those that serve, in a schema of their own.
//!
//! The schema also holds `projection_checkpoints` and `parked_streams` of its own. With it first in the search path
//! the projector's folding works there as it does everywhere, and a checkpoint still moves with its rows.

use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, PgConnection, PgPool};

use crate::projection::Projection;

/// Connections of a replay to its tables.
const CONNECTIONS_MAX: u32 = 2;
/// Folds find their rows by key. The planner knows too little of tables that grew a moment ago, and would rather read
/// all of one than look up the ten thousand rows of a page. And a replay takes no more of the server than one process.
const SETTINGS: &str = "\
SELECT set_config('search_path', $1, false), set_config('enable_hashjoin', 'off', false),
       set_config('enable_mergejoin', 'off', false), set_config('max_parallel_workers_per_gather', '0', false)";
/// What tables keep apart from rows: which are there in every schema of this kind.
const BOOKKEEPING: [&str; 2] = ["projection_checkpoints", "parked_streams"];

/// Tables of some projections in a schema of their own.
pub(super) struct Shadow {
    /// The schema. Built of the names of projections, which are constants of this program.
    pub(super) schema: String,
    /// The schema that serves, quoted.
    pub(super) live: String,
    pub(super) members: Vec<&'static dyn Projection>,
    /// Connections that find these tables before those that serve.
    pub(super) pool: PgPool,
}

/// Where one index of a table comes from.
type Index = (String, String, Option<String>);

impl Shadow {
    /// Takes up what is in a schema.
    pub(super) async fn of(
        pool: &PgPool,
        schema: String,
        members: &[&'static dyn Projection],
    ) -> Result<Self, sqlx::Error> {
        let live: String = sqlx::query_scalar("SELECT quote_ident(current_schema())").fetch_one(pool).await?;
        let path = format!("{schema}, {live}");
        let own = PgPoolOptions::new()
            .max_connections(CONNECTIONS_MAX)
            .after_connect(move |connection, _| {
                let path = path.clone();
                Box::pin(async move {
                    sqlx::query(SETTINGS).bind(path).execute(connection).await?;
                    Ok(())
                })
            })
            .connect_lazy_with((*pool.connect_options()).clone());
        Ok(Self { schema, live, members: members.to_vec(), pool: own })
    }

    /// Goes on with the tables that are there, if they are what this program would make; else makes new ones.
    pub(super) async fn ensure(&self, pool: &PgPool) -> Result<(), sqlx::Error> {
        let mut transaction = pool.begin().await?;
        if !self.fits(&mut transaction).await? {
            drop_schema(&mut transaction, &self.schema).await?;
            self.create(&mut transaction).await?;
        }
        transaction.commit().await
    }

    /// Whether the schema holds tables of the shape of those that serve, all of them, and (unless they are old
    /// ones) of this program's versions.
    async fn fits(&self, connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
        if !self.same_shapes(connection).await? {
            return Ok(false);
        }
        let made: Vec<(String, i32)> = sqlx::query_as(AssertSqlSafe(format!(
            "SELECT name, version FROM {}.projection_checkpoints ORDER BY name",
            self.schema
        )))
        .fetch_all(connection)
        .await?;
        let mut known: Vec<_> = self.members.iter().map(|known| (known.name().to_owned(), known.version())).collect();
        known.sort();
        Ok(made == known)
    }

    /// Whether every table is there with the columns of the one that serves.
    pub(super) async fn same_shapes(&self, connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
        for table in self.tables().chain(BOOKKEEPING) {
            let same: bool = sqlx::query_scalar(
                "SELECT to_regclass($1) IS NOT NULL AND
                    (SELECT array_agg(attname || ' ' || format_type(atttypid, atttypmod) ORDER BY attname)
                     FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped)
                  = (SELECT array_agg(attname || ' ' || format_type(atttypid, atttypmod) ORDER BY attname)
                     FROM pg_attribute WHERE attrelid = to_regclass($2) AND attnum > 0 AND NOT attisdropped)",
            )
            .bind(format!("{}.{table}", self.schema))
            .bind(format!("{}.{table}", self.live))
            .fetch_one(&mut *connection)
            .await?;
            if !same {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The tables of all members.
    pub(super) fn tables(&self) -> impl Iterator<Item = &'static str> {
        self.members.iter().flat_map(|member| member.tables().iter().copied())
    }

    async fn create(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let Self { schema, live, .. } = self;
        run(connection, format!("CREATE SCHEMA {schema}")).await?;
        for table in BOOKKEEPING {
            run(connection, format!("CREATE TABLE {schema}.{table} (LIKE {live}.{table} INCLUDING ALL)")).await?;
        }
        for member in &self.members {
            let (name, version) = (member.name(), member.version());
            run(
                connection,
                format!(
                    "INSERT INTO {schema}.projection_checkpoints (name, version, position, in_core)
                     SELECT name, {version}, 0, in_core FROM {live}.projection_checkpoints WHERE name = '{name}'"
                ),
            )
            .await?;
            for table in member.tables() {
                let like = format!("LIKE {live}.{table} INCLUDING ALL EXCLUDING INDEXES");
                run(connection, format!("CREATE TABLE {schema}.{table} ({like})")).await?;
                self.copy_settings(connection, table).await?;
                let now = |index: &str| !member.deferred_indexes().contains(&index);
                self.make_indexes(connection, table, now).await?;
            }
        }
        Ok(())
    }

    /// What `LIKE` leaves out: how full pages are, when to vacuum, and who may do what.
    async fn copy_settings(&self, connection: &mut PgConnection, table: &str) -> Result<(), sqlx::Error> {
        let (schema, live) = (&self.schema, &self.live);
        let options: Option<String> =
            sqlx::query_scalar("SELECT array_to_string(reloptions, ', ') FROM pg_class WHERE oid = to_regclass($1)")
                .bind(format!("{live}.{table}"))
                .fetch_one(&mut *connection)
                .await?;
        if let Some(options) = options {
            run(connection, format!("ALTER TABLE {schema}.{table} SET ({options})")).await?;
        }
        let grants: Vec<String> = sqlx::query_scalar(
            "SELECT format('GRANT %s ON %s TO %s', acl.privilege_type, $2,
                           CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(acl.grantee)) END)
             FROM pg_class, aclexplode(relacl) acl WHERE oid = to_regclass($1) AND acl.grantee <> relowner",
        )
        .bind(format!("{live}.{table}"))
        .bind(format!("{schema}.{table}"))
        .fetch_all(&mut *connection)
        .await?;
        for grant in grants {
            run(connection, grant).await?;
        }
        Ok(())
    }

    /// Makes those indexes of a table that the one that serves has and the new one lacks, under their names.
    async fn make_indexes(
        &self,
        connection: &mut PgConnection,
        table: &str,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<(), sqlx::Error> {
        let (schema, live) = (&self.schema, &self.live);
        let missing: Vec<Index> = sqlx::query_as(
            "SELECT class.relname::text, pg_get_indexdef(class.oid), pg_get_constraintdef(con.oid)
             FROM pg_index JOIN pg_class class ON class.oid = indexrelid
             LEFT JOIN pg_constraint con ON con.conindid = indexrelid AND con.contype IN ('p', 'u')
             WHERE indrelid = to_regclass($1) AND class.relname NOT IN (
                 SELECT own.relname FROM pg_index JOIN pg_class own ON own.oid = indexrelid
                 WHERE indrelid = to_regclass($2))
             ORDER BY class.relname",
        )
        .bind(format!("{live}.{table}"))
        .bind(format!("{schema}.{table}"))
        .fetch_all(&mut *connection)
        .await?;
        for (name, definition, constraint) in missing.into_iter().filter(|(name, ..)| wanted(name)) {
            let statement = match constraint {
                Some(constraint) => format!("ALTER TABLE {schema}.{table} ADD CONSTRAINT {name} {constraint}"),
                None => definition.replacen(&format!(" ON {live}.{table} "), &format!(" ON {schema}.{table} "), 1),
            };
            run(connection, statement).await?;
        }
        Ok(())
    }

    /// After the bulk: the indexes that were put off, and what the planner must know.
    pub(super) async fn finish(&self) -> Result<(), sqlx::Error> {
        let mut connection = self.pool.acquire().await?;
        for table in self.tables() {
            self.make_indexes(&mut connection, table, |_| true).await?;
            run(&mut connection, format!("ANALYZE {}.{table}", self.schema)).await?;
        }
        Ok(())
    }
}

/// Throws a schema away with all that is in it.
pub(super) async fn drop_schema(connection: &mut PgConnection, schema: &str) -> Result<(), sqlx::Error> {
    run(connection, format!("DROP SCHEMA IF EXISTS {schema} CASCADE")).await
}

/// Runs a statement that is put together of names: of projections, tables and indexes, which are constants of
/// this program and its migrations, and of what Postgres itself has quoted.
pub(super) async fn run(connection: &mut PgConnection, statement: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await?;
    Ok(())
}
