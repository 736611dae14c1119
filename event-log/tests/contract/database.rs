//! Databases of a throw-away Postgres: migrated once, copied for each case.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use event_log::EventLog;
use event_log::postgres::PostgresLog;
use private_postgres::{PrivatePostgres, Settings};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, PgPool};
use tokio::sync::{OnceCell, Semaphore, SemaphorePermit};

/// How many cases use the shared server at once, so that its 100 connections suffice on any machine.
const DATABASES_MAX: usize = 4;
/// The most connections of one door.
const CONNECTIONS_MAX: u32 = 8;
/// How long a door waits for a connection before it says that the log cannot be reached.
const ACQUIRE: Duration = Duration::from_secs(20);

/// The server of most cases. It ends with this process.
static SHARED: OnceCell<Server> = OnceCell::const_new();
static IN_USE: Semaphore = Semaphore::const_new(DATABASES_MAX);

/// A server with one migrated database to copy.
pub(crate) struct Server {
    pub(crate) postgres: PrivatePostgres,
    copies: AtomicU32,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let postgres = private_postgres::start(Settings::throwaway()).await.expect("a throw-away Postgres starts");
        let mut superuser = postgres.options().connect().await.unwrap();
        sqlx::query("CREATE DATABASE migrated").execute(&mut superuser).await.unwrap();
        superuser.close().await.unwrap();
        let mut migrated = postgres.options().database("migrated").connect().await.unwrap();
        sqlx::migrate!("../migrations").run(&mut migrated).await.expect("the migrations run");
        migrated.close().await.unwrap();
        Self { postgres, copies: AtomicU32::new(0) }
    }

    /// How to connect to a fresh copy.
    pub(crate) async fn copy(&self) -> PgConnectOptions {
        let name = format!("copy_{}", self.copies.fetch_add(1, Ordering::Relaxed));
        let create = AssertSqlSafe(format!("CREATE DATABASE {name} TEMPLATE migrated"));
        let mut superuser = self.postgres.options().connect().await.unwrap();
        sqlx::query(create).execute(&mut superuser).await.unwrap();
        superuser.close().await.unwrap();
        self.postgres.options().database(&name)
    }
}

/// A database of the shared server.
pub(crate) struct Database {
    options: PgConnectOptions,
    _turn: SemaphorePermit<'static>,
}

impl Database {
    pub(crate) async fn create() -> Self {
        let turn = IN_USE.acquire().await.expect("nobody closes it");
        let server = SHARED.get_or_init(Server::start).await;
        Self { options: server.copy().await, _turn: turn }
    }

    /// A door of its own, as another process would have.
    pub(crate) fn log(&self) -> Arc<dyn EventLog> {
        log(&self.options, ACQUIRE)
    }

    /// The owner of all tables, who may do whatever Postgres lets an owner do.
    pub(crate) async fn owner(&self) -> PgConnection {
        self.options.connect().await.unwrap()
    }

    pub(crate) fn options(&self) -> &PgConnectOptions {
        &self.options
    }
}

/// A log in the database behind `options` that gives up reaching it after `acquire`.
pub(crate) fn log(options: &PgConnectOptions, acquire: Duration) -> Arc<dyn EventLog> {
    let pool = PgPoolOptions::new().max_connections(CONNECTIONS_MAX).acquire_timeout(acquire);
    let pool: PgPool = pool.connect_lazy_with(options.clone());
    Arc::new(PostgresLog::new(pool))
}
