//! One throw-away Postgres for this program, one migrated template, one database per world.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use evently::database::Database;
use private_postgres::{PrivatePostgres, Settings};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection as _};
use tokio::sync::{OnceCell, Semaphore, SemaphorePermit};

/// How many worlds exist at once; each may open some thirty of Postgres' hundred connections.
const WORLDS_MAX: usize = 3;

static SERVER: OnceCell<PrivatePostgres> = OnceCell::const_new();
static TEMPLATE: OnceCell<()> = OnceCell::const_new();
static TURNS: Semaphore = Semaphore::const_new(WORLDS_MAX);
/// Databases of stories that have ended. The next one that makes a database drops them.
static ENDED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// A database with all tables and nothing in them, for one story.
pub(crate) struct OwnDatabase {
    server: &'static PrivatePostgres,
    name: String,
    _turn: SemaphorePermit<'static>,
}

impl OwnDatabase {
    pub(crate) async fn create() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let turn = TURNS.acquire().await.unwrap();
        let server = SERVER.get_or_init(start).await;
        TEMPLATE.get_or_init(|| make_template(server)).await;
        let name = format!("story_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let ended = std::mem::take(&mut *ENDED.lock().unwrap_or_else(PoisonError::into_inner));
        let mut connection = PgConnection::connect_with(&server.options()).await.unwrap();
        for ended in ended {
            run(&mut connection, format!("DROP DATABASE {ended} WITH (FORCE)")).await;
        }
        run(&mut connection, format!("CREATE DATABASE {name} TEMPLATE template_evently")).await;
        connection.close().await.unwrap();
        Self { server, name, _turn: turn }
    }

    /// How to connect as its owner.
    pub(crate) fn options(&self) -> PgConnectOptions {
        self.server.options().database(&self.name)
    }

    /// The same, for `DATABASE_URL`.
    pub(crate) fn url(&self) -> String {
        url(self.server, &self.name)
    }

    /// A connection as its owner.
    pub(crate) async fn connect(&self) -> PgConnection {
        PgConnection::connect_with(&self.options()).await.unwrap()
    }
}

impl Drop for OwnDatabase {
    fn drop(&mut self) {
        ENDED.lock().unwrap_or_else(PoisonError::into_inner).push(std::mem::take(&mut self.name));
    }
}

/// The URL of one database on a private server.
pub(crate) fn url(server: &PrivatePostgres, database: &str) -> String {
    server.url().replace("/postgres?", &format!("/{database}?"))
}

async fn start() -> PrivatePostgres {
    // Losing power is not among these stories, and killed processes lose nothing of what was written.
    private_postgres::start(Settings { fsync: false, ..Settings::throwaway() }).await.unwrap()
}

async fn make_template(server: &PrivatePostgres) {
    let mut connection = PgConnection::connect_with(&server.options()).await.unwrap();
    run(&mut connection, "CREATE DATABASE template_evently".into()).await;
    connection.close().await.unwrap();
    Database::existing(server.options().database("template_evently")).await.unwrap();
}

async fn run(connection: &mut PgConnection, statement: String) {
    // The names come from this file alone.
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await.unwrap();
}
