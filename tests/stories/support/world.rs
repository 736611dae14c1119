//! A whole platform with a database of its own, and people who may use it.

use std::sync::{Arc, LazyLock};

use chrono::Utc;
use command_api::{FirstAdmin, SigningKeys};
use domain::access::{Actor, Role};
use domain::ids::AccountId;
use evently::cli;
use evently::database::Database;
use evently::platform::{Platform, Settings};
use evently::verify::verify_database;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use uuid::Uuid;

use super::Person;
use super::database::OwnDatabase;
use super::person::Line;

/// The key that signs every token of these stories, as `EVENTLY_SIGNING_KEY` takes it.
pub(crate) static SIGNING_KEY: LazyLock<String> = LazyLock::new(private_key);

/// The key that signs every checkpoint of these stories, as `EVENTLY_SEAL_KEY` takes it.
pub(crate) static SEAL_KEY: LazyLock<String> = LazyLock::new(private_key);

/// The name of every log in its checkpoints.
pub(crate) const LOG_ORIGIN: &str = "evently.test/log";

static KEYS: LazyLock<SigningKeys> = LazyLock::new(|| SigningKeys::from_pem(&SIGNING_KEY).unwrap());

/// What every world shares with its payment provider, as `EVENTLY_PAYMENT_SECRET` takes it.
pub(crate) const PAYMENT_SECRET: &str = "whsec_of_these_stories";

/// The first administrator of every world.
pub(crate) const ADMIN_EMAIL: &str = "admin@evently.test";
pub(crate) const ADMIN_PASSWORD: &str = "an administrator's secret";

/// What a story happens in.
pub(crate) struct World {
    pub(crate) database: OwnDatabase,
    desk: Desk,
}

/// One platform, and a line to it.
pub(crate) struct Desk {
    platform: Platform,
    line: Line,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    /// A world whose platform differs from the usual one.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        let database = OwnDatabase::create().await;
        let desk = Desk::open(database.options(), change).await;
        Self { database, desk }
    }

    /// Another platform on the same database, as a second process would be.
    pub(crate) async fn second_desk(&self) -> Desk {
        Desk::open(self.database.options(), |_| ()).await
    }

    /// Another platform on the same database that only answers queries.
    pub(crate) async fn reading_desk(&self) -> Desk {
        Desk::open(self.database.options(), |settings| settings.role = cli::Role::Query).await
    }

    /// Where it listens, as `host:port`.
    pub(crate) fn address(&self) -> String {
        self.desk.platform.address().to_string()
    }

    pub(crate) fn customer(&self) -> Person {
        person(&self.desk.line, Role::Customer)
    }

    pub(crate) fn organizer(&self) -> Person {
        person(&self.desk.line, Role::Organizer)
    }

    pub(crate) fn admin(&self) -> Person {
        person(&self.desk.line, Role::Admin)
    }

    /// Somebody without a token.
    pub(crate) fn stranger(&self) -> Person {
        stranger(&self.desk.line)
    }

    /// Recounts the log with the operator's own tool: no difference anywhere.
    pub(crate) async fn verifies(&self) {
        verifies(self.database.options()).await;
    }

    /// Ends the platform; its database stays.
    pub(crate) async fn stop(self) -> OwnDatabase {
        self.desk.close().await;
        self.database
    }
}

impl Desk {
    pub(crate) async fn open(options: PgConnectOptions, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings {
            listen: ([127, 0, 0, 1], 0).into(),
            data_dir: std::env::temp_dir(),
            signing_key: Some(SIGNING_KEY.clone()),
            seal_key: Some(SEAL_KEY.clone()),
            log_origin: LOG_ORIGIN.into(),
            sealing: true,
            payment_secret: Some(PAYMENT_SECRET.into()),
            jwks: None,
            rate_limits: false,
            lanes: 1,
            role: cli::Role::All,
            admin: FirstAdmin { email: ADMIN_EMAIL.into(), password: ADMIN_PASSWORD.into() },
            clock: command_api::lane::system_clock(),
        };
        change(&mut settings);
        let database = Database::existing(options).await.unwrap();
        let platform = Platform::start(settings, &database).await.unwrap();
        let line = line(&format!("http://{}", platform.address()));
        Self { platform, line }
    }

    pub(crate) fn line(&self) -> &Line {
        &self.line
    }

    /// Ends it as Ctrl-C does.
    pub(crate) async fn close(self) {
        self.platform.stop().await.unwrap();
    }

    /// Somebody of another desk, asking here.
    pub(crate) fn serves(&self, person: &Person) -> Person {
        let line = Line { seen: person.line.seen.clone(), ..self.line.clone() };
        Person { line, ..person.clone() }
    }
}

/// A new private key (Ed25519, PKCS#8 PEM).
fn private_key() -> String {
    let folder = tempfile::tempdir().unwrap();
    SigningKeys::load_or_create(folder.path()).unwrap();
    std::fs::read_to_string(folder.path().join("signing-key.pem")).unwrap()
}

/// A line to whatever serves at `base`.
pub(crate) fn line(base: &str) -> Line {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    Line { http, base: base.into(), seen: Arc::default() }
}

/// Somebody new with this role.
pub(crate) fn person(line: &Line, role: Role) -> Person {
    let account_id = Uuid::now_v7();
    Person { line: line.clone(), account_id, token: Some(token(account_id, role).into()) }
}

/// Somebody without a token.
pub(crate) fn stranger(line: &Line) -> Person {
    Person { line: line.clone(), account_id: Uuid::nil(), token: None }
}

/// An access token as command-api signs it, without the cost of a password.
pub(crate) fn token(account_id: Uuid, role: Role) -> String {
    KEYS.sign(&actor(account_id, role), Utc::now()).unwrap()
}

/// The same, ending at a time of your choice.
pub(crate) fn token_until(account_id: Uuid, role: Role, expires_at_s: i64) -> String {
    KEYS.sign_until(&actor(account_id, role), Utc::now(), expires_at_s).unwrap()
}

/// The public half of the key, as published.
pub(crate) fn jwks() -> serde_json::Value {
    serde_json::to_value(KEYS.jwks()).unwrap()
}

fn actor(account_id: Uuid, role: Role) -> Actor {
    Actor { account_id: AccountId(account_id), role }
}

/// Recounts a database's log: no difference anywhere.
pub(crate) async fn verifies(options: PgConnectOptions) {
    let pool = PgPool::connect_with(options).await.unwrap();
    let report = verify_database(&pool).await.unwrap();
    pool.close().await;
    assert_eq!(report.difference, None);
}
