//! The world of a query's test: read models as the projector would leave them, and people who ask.
//! Every `unwrap` here is a test that cannot go on.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use domain::access::Role;
use domain::ids::AccountId;
use edge::bearer::{Claims, ISSUER, Jwk, Jwks, Verifier};
use edge::rate::RateLimits;
use event_log::postgres::PostgresLog;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use private_postgres::{PrivatePostgres, Settings};
use query_api::{Progress, QueryApi};
use serde_json::Value;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, PgPool};
use tokio::sync::{Mutex, OnceCell, watch};
use tower::ServiceExt;
use uuid::Uuid;

/// One server for all tests of this program; it ends with the program.
static SERVER: OnceCell<PrivatePostgres> = OnceCell::const_new();
/// Roles belong to the whole server, so its databases are set up one after the other.
static SETTING_UP: Mutex<()> = Mutex::const_new(());

pub(crate) const ANNA: Uuid = Uuid::from_u128(0xA);
pub(crate) const BERT: Uuid = Uuid::from_u128(0xB);
pub(crate) const ORGANIZER: Uuid = Uuid::from_u128(0xC);

pub(crate) struct World {
    pub(crate) pool: PgPool,
    pub(crate) log: Arc<PostgresLog>,
    /// Says where the read model stands, as the projector would.
    pub(crate) progress: watch::Sender<u64>,
    pub(crate) document: utoipa::openapi::OpenApi,
    router: axum::Router,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        self.body
    }

    /// Status and code of a refusal.
    pub(crate) fn refused(&self) -> (u16, &str) {
        (self.status.as_u16(), self.body["code"].as_str().unwrap_or_default())
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        static DATABASES: AtomicUsize = AtomicUsize::new(0);
        let server =
            SERVER.get_or_init(|| async { private_postgres::start(Settings::throwaway()).await.unwrap() }).await;
        let name = format!("world_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
        let admin = PgPool::connect_with(server.options()).await.unwrap();
        sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&admin).await.unwrap();
        admin.close().await;
        Self::on(server.options().database(&name)).await
    }

    /// A world in the database named by `options`.
    pub(crate) async fn on(options: PgConnectOptions) -> Self {
        let patience = Duration::from_secs(5);
        let pool =
            PgPoolOptions::new().max_connections(8).acquire_timeout(patience).connect_with(options).await.unwrap();
        let alone = SETTING_UP.lock().await;
        sqlx::migrate!("../migrations").run(&pool).await.unwrap();
        drop(alone);
        let (progress, followed) = watch::channel(0);
        let followed = Progress { core: followed.clone(), reports: followed };
        let verifier = Verifier::new(&Jwks { keys: vec![public_key()] });
        let log = Arc::new(PostgresLog::new(pool.clone()));
        let query = QueryApi::new(pool.clone(), log.clone(), verifier, followed, RateLimits::off());
        let (router, document) = query.router();
        Self { pool, log, progress, document, router }
    }

    pub(crate) async fn get(&self, uri: &str) -> Answer {
        self.send(Request::get(uri).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn get_as(&self, who: Uuid, role: Role, uri: &str) -> Answer {
        let token = format!("Bearer {}", token(who, role));
        self.send(Request::get(uri).header(header::AUTHORIZATION, token).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = serde_json::from_slice(&to_bytes(body, usize::MAX).await.unwrap()).unwrap();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Moves the read model to a position.
    pub(crate) async fn stands_at(&self, position: i64) {
        self.execute(format!("UPDATE projection_checkpoints SET position = {position}")).await;
        self.progress.send_replace(position.cast_unsigned());
    }

    pub(crate) async fn execute(&self, sql: impl Into<String>) {
        sqlx::raw_sql(AssertSqlSafe(sql.into())).execute(&self.pool).await.unwrap();
    }

    /// A show of [`ORGANIZER`] in Leipzig that starts so many hours from now, with one ticket type.
    pub(crate) async fn show(&self, id: u128, title: &str, status: &str, starts_in_h: i32) -> Uuid {
        let (show, ticket) = (Uuid::from_u128(id), ticket_of(id));
        self.execute(format!(
            "INSERT INTO shows (show_id, organizer_id, title, description, venue_name, venue_city, venue_country,
                time_zone, starts_at, ends_at, status, published, cancelled_at, cancel_reason, revision, created_at)
             VALUES ('{show}', '{ORGANIZER}', '{title}', 'Songs', 'Gewandhaus', 'Leipzig', 'DE', 'Europe/Berlin',
                date_trunc('hour', now()) + interval '{starts_in_h} hours',
                date_trunc('hour', now()) + interval '{starts_in_h} hours' + interval '2 hours', '{status}',
                '{status}' <> 'draft',
                CASE '{status}' WHEN 'cancelled' THEN now() END, CASE '{status}' WHEN 'cancelled' THEN 'Ill.' END,
                2, now());
             INSERT INTO ticket_types VALUES ('{ticket}', '{show}', 1, 'Stalls', 4250, 'EUR', 100, 30)"
        ))
        .await;
        show
    }

    /// A booking of two tickets of [`Self::show`] `show_id`, made at `position`.
    pub(crate) async fn booking(&self, id: u128, show_id: u128, customer: Uuid, position: i64) -> Uuid {
        let (booking, show, ticket) = (Uuid::from_u128(id), Uuid::from_u128(show_id), ticket_of(show_id));
        let items = format!(r#"[{{"ticket_type_id":"{ticket}","quantity":2,"unit_price":4250}}]"#);
        self.execute(format!(
            "INSERT INTO bookings VALUES ('{booking}', '{show}', '{customer}', '{items}', 2, 8500, 'EUR', 'confirmed',
                now(), NULL, {position})"
        ))
        .await;
        booking
    }
}

pub(crate) fn ticket_of(show_id: u128) -> Uuid {
    Uuid::from_u128(show_id << 64)
}

/// A private key for tests: PKCS #8 around 32 bytes of seed.
fn private_key() -> EncodingKey {
    let prefix = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    EncodingKey::from_ed_der(&[prefix.as_slice(), &[7; 32]].concat())
}

fn public_key() -> Jwk {
    let jwk = jsonwebtoken::jwk::Jwk::from_encoding_key(&private_key(), Algorithm::EdDSA).unwrap();
    let jsonwebtoken::jwk::AlgorithmParameters::OctetKeyPair(pair) = jwk.algorithm else { panic!("not an OKP") };
    Jwk::ed25519("test", pair.x)
}

fn token(who: Uuid, role: Role) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().cast_signed();
    let (sub, iss) = (AccountId(who), ISSUER.into());
    let claims = Claims { sub, role, exp: now + 60, iat: now, iss, jti: Uuid::nil(), pos: None };
    let header = Header { kid: Some("test".into()), ..Header::new(Algorithm::EdDSA) };
    encode(&header, &claims, &private_key()).unwrap()
}
