//! The database: the one that was named, or a private Postgres; its tables, and connections to it.

use std::time::Duration;

use anyhow::Context as _;
use private_postgres::PrivatePostgres;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, PgPool};

use crate::cli::{Role, Settings};

/// The tables, owner first; see `migrations/README.md`.
pub static MIGRATIONS: Migrator = sqlx::migrate!("../migrations");

/// The longest wait for a connection, in seconds, before a request is told to come again.
const ACQUIRE_MAX_S: u64 = 2;
/// How long a connection may rest, in milliseconds, before it is asked whether it still lives.
const RESTED_MS: u64 = 1_000;
/// The longest a single statement of the platform may run, in milliseconds.
const STATEMENT_MAX_MS: u32 = 30_000;
/// The longest a single statement of a replay may run, in milliseconds: an index over all there is.
const OWNER_STATEMENT_MAX_MS: u32 = 3_600_000;
/// The name of the database in a private Postgres.
const DATABASE: &str = "evently";

/// Whether a private Postgres may belong to another process.
#[derive(Clone, Copy)]
enum Private {
    Owned,
    Shared,
}

/// An open database.
pub struct Database {
    options: PgConnectOptions,
    private: Option<PrivatePostgres>,
    has_app_role: bool,
}

impl Database {
    /// Opens the database that the settings name, or the private one, and brings its tables up to
    /// date. A private Postgres that another process runs is shared for as long as that one lives.
    pub async fn open(settings: &Settings) -> anyhow::Result<Self> {
        Self::open_with(settings, Private::Shared).await
    }

    /// The same for a platform that is to last: a private Postgres must be its own, so that it cannot
    /// go away with somebody else. Single roles share one.
    pub async fn open_to_serve(settings: &Settings) -> anyhow::Result<Self> {
        let private = if settings.role == Role::All { Private::Owned } else { Private::Shared };
        Self::open_with(settings, private).await
    }

    async fn open_with(settings: &Settings, private: Private) -> anyhow::Result<Self> {
        let (options, private) = match &settings.database_url {
            Some(url) => (url.parse().context("DATABASE_URL is not a Postgres address")?, None),
            None => Self::private(settings, private).await?,
        };
        Self::migrated(options, private).await
    }

    /// A database that is there already; brings its tables up to date.
    pub async fn existing(options: PgConnectOptions) -> anyhow::Result<Self> {
        Self::migrated(options, None).await
    }

    async fn private(
        settings: &Settings,
        private: Private,
    ) -> anyhow::Result<(PgConnectOptions, Option<PrivatePostgres>)> {
        let folder = settings.data_dir.join("postgres");
        let running = match private {
            Private::Shared => private_postgres::attach(&folder).await,
            Private::Owned => None,
        };
        let (options, private) = if let Some(options) = running {
            (options, None)
        } else {
            let private = private_postgres::start(private_postgres::Settings::kept(folder)).await?;
            (private.options(), Some(private))
        };
        let mut connection = PgConnection::connect_with(&options).await?;
        let exists: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
            .bind(DATABASE)
            .fetch_one(&mut connection)
            .await?;
        if !exists {
            sqlx::query("CREATE DATABASE evently").execute(&mut connection).await?;
        }
        connection.close().await?;
        Ok((options.database(DATABASE), private))
    }

    async fn migrated(options: PgConnectOptions, private: Option<PrivatePostgres>) -> anyhow::Result<Self> {
        let mut connection = PgConnection::connect_with(&options).await.context("the database cannot be reached")?;
        MIGRATIONS.run(&mut connection).await.context("the database's tables cannot be brought up to date")?;
        let has_app_role: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = 'evently_app'
                            AND pg_has_role(current_user, oid, 'MEMBER'))",
        )
        .fetch_one(&mut connection)
        .await?;
        connection.close().await?;
        Ok(Self { options, private, has_app_role })
    }

    /// Connections for one purpose, at most `connections_max` of them, opened when first needed.
    /// They act as the role that may append to the log but never rewrite it.
    pub fn pool(&self, connections_max: u32) -> PgPool {
        let (pool, options) = self.pool_with(connections_max, "auto");
        pool.before_acquire(|connection, state| {
            // A connection that has rested may be dead without knowing it; one in use is not asked.
            let rested = state.idle_for > Duration::from_millis(RESTED_MS);
            Box::pin(async move { Ok(!rested || connection.ping().await.is_ok()) })
        })
        .connect_lazy_with(options)
    }

    /// The same for a few statements that are repeated all day: they are planned once, and not anew
    /// for every batch.
    pub fn steady_pool(&self, connections_max: u32) -> PgPool {
        // Its users try again by themselves when a connection has died.
        let (pool, options) = self.pool_with(connections_max, "force_generic_plan");
        pool.connect_lazy_with(options)
    }

    /// Connections that act as the owner of the tables, for replays alone: they make tables and exchange them, and
    /// a single index may take long. Plans are made anew each time, as these tables grow from nothing.
    pub fn owner_pool(&self, connections_max: u32) -> PgPool {
        let statement_max = OWNER_STATEMENT_MAX_MS.to_string();
        let settings = [
            ("statement_timeout", statement_max.as_str()),
            ("jit", "off"),
            ("plan_cache_mode", "force_custom_plan"),
            ("maintenance_work_mem", "128MB"),
        ];
        PgPoolOptions::new()
            .max_connections(connections_max)
            .acquire_timeout(Duration::from_secs(ACQUIRE_MAX_S))
            .connect_lazy_with(self.options.clone().options(settings).disable_statement_logging())
    }

    fn pool_with(&self, connections_max: u32, plans: &str) -> (PgPoolOptions, PgConnectOptions) {
        let has_app_role = self.has_app_role;
        let statement_max = STATEMENT_MAX_MS.to_string();
        let options = [("statement_timeout", statement_max.as_str()), ("jit", "off"), ("plan_cache_mode", plans)];
        let pool = PgPoolOptions::new()
            .max_connections(connections_max)
            .acquire_timeout(Duration::from_secs(ACQUIRE_MAX_S))
            // A round trip per use buys nothing: a connection that broke is noticed when it is used.
            .test_before_acquire(false)
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    if has_app_role {
                        sqlx::query("SET ROLE evently_app").execute(connection).await?;
                    }
                    Ok(())
                })
            });
        (pool, self.options.clone().options(options).disable_statement_logging())
    }

    /// Where it is, without passwords.
    pub fn place(&self) -> String {
        match self.private {
            Some(_) => "a private Postgres in the data folder".into(),
            None => format!("{}/{}", self.options.get_host(), self.options.get_database().unwrap_or_default()),
        }
    }

    /// Stops a private Postgres; leaves any other alone.
    pub async fn close(self) -> anyhow::Result<()> {
        match self.private {
            Some(private) => private.stop().await,
            None => Ok(()),
        }
    }
}
