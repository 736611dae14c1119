//! Puts the parts together: log, lanes, projector, both APIs, documentation, health, on one port.

mod settings;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use command_api::{CommandApi, PaymentSecret, SigningKeys};
use edge::bearer::{Jwks, Verifier};
use edge::limits::Limits;
use edge::metrics::PrometheusHandle;
use edge::rate::RateLimits;
use event_log::EventLog;
use event_log::postgres::PostgresLog;
use projector::{Group, Projector, Replays, Sealer};
use query_api::{Progress, QueryApi};
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::cli::Role;
use crate::database::Database;
use crate::health::{self, Health};
use crate::revocations::follow_revocations;
use crate::seal_key;

pub use settings::Settings;

/// The longest wait, in seconds, for requests in flight when the platform stops.
const DRAIN_MAX_S: u64 = 15;
/// Connections of each part, at most. Appends have one per lane besides.
const LOG_CONNECTIONS_MAX: u32 = 6;
const ACCOUNT_CONNECTIONS_MAX: u32 = 6;
const PROJECTOR_CONNECTIONS_MAX: u32 = 1;
const SEALER_CONNECTIONS_MAX: u32 = 1;
const QUERY_CONNECTIONS_MAX: u32 = 8;
/// A replay has three for its tables and the say about it (and two more while it builds), and some to read the log.
const REPLAY_CONNECTIONS_MAX: u32 = 3;
const REPLAY_LOG_CONNECTIONS_MAX: u32 = 3;
/// Of its own, so that a crowd cannot keep a revoked token alive.
const REVOCATION_CONNECTIONS_MAX: u32 = 1;

/// A running platform, or one role of it.
pub struct Platform {
    address: SocketAddr,
    admin_created: bool,
    stop: CancellationToken,
    server: JoinHandle<std::io::Result<()>>,
    projectors: Vec<JoinHandle<()>>,
    sealer: Option<JoinHandle<()>>,
    command: Option<CommandApi>,
    pools: Vec<PgPool>,
}

impl Platform {
    /// Starts everything the role asks for. The database stays the caller's.
    pub async fn start(settings: Settings, database: &Database) -> anyhow::Result<Self> {
        // Before any part is built: a counter that is made earlier would count for nobody.
        // The port comes next: one that is taken should be known before anything else is started.
        let metrics = edge::metrics::install();
        let listener = TcpListener::bind(settings.listen)
            .await
            .with_context(|| format!("cannot listen on {}; is another Evently running?", settings.listen))?;
        let address = listener.local_addr()?;
        let stop = CancellationToken::new();
        let mut parts = Parts::new(&settings, database, stop.clone());
        let (command, verifier, admin_created) = parts.command(&settings, database).await?;
        parts.revocations(&settings, database, &verifier).await;
        let projectors = parts.projectors(&settings, database).await;
        let sealer = parts.sealer(&settings, database)?;
        parts.query(&settings, database, verifier);
        let app = parts.finish(command.as_ref(), metrics);
        let shutdown = stop.clone().cancelled_owned();
        let server = tokio::spawn(edge::serve::serve(listener, app, shutdown, Duration::from_secs(DRAIN_MAX_S)));
        Ok(Self { address, admin_created, stop, server, projectors, sealer, command, pools: parts.pools })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether this start made the first administrator.
    pub fn admin_created(&self) -> bool {
        self.admin_created
    }

    /// Stops taking requests, answers those in flight, lets the lanes finish, closes connections.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.stop.cancel();
        self.server.await??;
        if let Some(command) = self.command {
            command.stop().await;
        }
        for task in self.projectors.into_iter().chain(self.sealer) {
            task.await?;
        }
        for pool in self.pools {
            pool.close().await;
        }
        Ok(())
    }
}

/// The platform under construction.
struct Parts {
    log: Arc<dyn EventLog>,
    stop: CancellationToken,
    pools: Vec<PgPool>,
    /// How far the read models have come, as far as this process knows.
    progress: Progress,
    router: axum::Router,
    document: utoipa::openapi::OpenApi,
}

impl Parts {
    fn new(settings: &Settings, database: &Database, stop: CancellationToken) -> Self {
        let pool = database.pool(LOG_CONNECTIONS_MAX);
        // One lane more: the accounts'.
        let appends = database.steady_pool(u32::try_from(settings.lanes + 1).unwrap_or(u32::MAX));
        let log: Arc<dyn EventLog> = Arc::new(PostgresLog::new(pool.clone()).with_appends(appends.clone()));
        let (_, nowhere) = watch::channel(0);
        let progress = Progress { core: nowhere.clone(), reports: nowhere };
        let (router, document) = (axum::Router::new(), utoipa::openapi::OpenApi::default());
        Self { log, stop, pools: vec![pool, appends], progress, router, document }
    }

    fn pool(&mut self, database: &Database, connections_max: u32) -> PgPool {
        let pool = database.pool(connections_max);
        self.pools.push(pool.clone());
        pool
    }

    /// The writing side if the role has it; in any case, what verifies tokens.
    async fn command(
        &mut self,
        settings: &Settings,
        database: &Database,
    ) -> anyhow::Result<(Option<CommandApi>, Verifier, bool)> {
        if !settings.role.has(Role::Command) {
            return Ok((None, Verifier::new(&public_keys(settings)?), false));
        }
        let keys = match &settings.signing_key {
            Some(pem) => SigningKeys::from_pem(pem).context("EVENTLY_SIGNING_KEY")?,
            None => SigningKeys::load_or_create(&settings.data_dir)?,
        };
        let payment_secret = payment_secret(settings.payment_secret.as_deref(), &settings.data_dir)?;
        let pool = self.pool(database, ACCOUNT_CONNECTIONS_MAX);
        let (rate, lanes, clock) = (rate_limits(settings), settings.lanes, settings.clock.clone());
        let told = command_api::Settings { keys, rate, lanes, payment_secret, clock };
        let command = CommandApi::start(self.log.clone(), pool, told);
        let admin_created = command.ensure_admin(&settings.admin).await?;
        let (router, document) = command.router();
        self.merge(router, document);
        let verifier = command.verifier();
        Ok((Some(command), verifier, admin_created))
    }

    /// A projector for each group of projections if the role has them; in any case, what tells how far they are.
    async fn projectors(&mut self, settings: &Settings, database: &Database) -> Vec<JoinHandle<()>> {
        let pool = self.steady_pool(database);
        if !settings.role.has(Role::Projector) {
            self.progress = query_api::follow_checkpoints(pool, self.stop.clone()).await;
            return Vec::new();
        }
        let core = Projector::new(self.log.clone(), pool, Group::Core);
        self.progress = Progress { core: core.progress(), reports: core.progress() };
        let mut running = vec![tokio::spawn(core.run(self.stop.clone()))];
        if !Group::Reports.is_empty() {
            let reports = Projector::new(self.log.clone(), self.steady_pool(database), Group::Reports);
            self.progress.reports = reports.progress();
            running.push(tokio::spawn(reports.run(self.stop.clone())));
        }
        running.push(tokio::spawn(self.replays(database).run(self.stop.clone())));
        running
    }

    /// The worker of replays, which shares no connection with anybody.
    fn replays(&mut self, database: &Database) -> Replays {
        let (log, pool) = replay_pools(database);
        self.pools.extend([log.clone(), pool.clone()]);
        Replays::new(Arc::new(PostgresLog::new(log)), pool)
    }

    /// The one connection of a projector.
    fn steady_pool(&mut self, database: &Database) -> PgPool {
        let pool = database.steady_pool(PROJECTOR_CONNECTIONS_MAX);
        self.pools.push(pool.clone());
        pool
    }

    /// Seals the log where the read models are made.
    fn sealer(&mut self, settings: &Settings, database: &Database) -> anyhow::Result<Option<JoinHandle<()>>> {
        if !settings.sealing || !settings.role.has(Role::Projector) {
            return Ok(None);
        }
        let key = seal_key::load_or_create(settings.seal_key.as_deref(), &settings.data_dir, &settings.log_origin)?;
        let pool = database.steady_pool(SEALER_CONNECTIONS_MAX);
        self.pools.push(pool.clone());
        Ok(Some(tokio::spawn(Sealer::new(self.log.clone(), pool, key).run(self.stop.clone()))))
    }

    /// Hears of void tokens wherever tokens are taken, before the first of them is.
    async fn revocations(&mut self, settings: &Settings, database: &Database, verifier: &Verifier) {
        let writes = settings.role.has(Role::Command);
        if writes || settings.role.has(Role::Query) {
            let pool = self.pool(database, REVOCATION_CONNECTIONS_MAX);
            follow_revocations(pool, verifier.clone(), writes, self.stop.clone()).await;
        }
    }

    fn query(&mut self, settings: &Settings, database: &Database, verifier: Verifier) {
        if settings.role.has(Role::Query) {
            let pool = self.pool(database, QUERY_CONNECTIONS_MAX);
            let query = QueryApi::new(pool, self.log.clone(), verifier, self.progress.clone(), rate_limits(settings));
            let (router, document) = query.router();
            self.merge(router, document);
        }
    }

    fn merge(&mut self, router: axum::Router, document: utoipa::openapi::OpenApi) {
        self.router = std::mem::take(&mut self.router).merge(router);
        if self.document.paths.paths.is_empty() {
            self.document = document;
        } else {
            self.document.merge(document);
        }
    }

    fn finish(&mut self, command: Option<&CommandApi>, metrics: PrometheusHandle) -> axum::Router {
        let health = Health::new(self.log.clone(), self.progress.core.clone(), command.map(CommandApi::lanes));
        let mut document = std::mem::take(&mut self.document);
        health::describe_security(&mut document);
        let router = std::mem::take(&mut self.router)
            .merge(edge::docs::routes(document))
            .merge(edge::metrics::route(metrics))
            .merge(health.routes());
        let limits = Limits { large_bodies: command_api::LARGE_BODIES, ..Limits::default() };
        edge::assemble::assemble_watched(router, limits, command.map(CommandApi::watch))
    }
}

/// The secret that was given, or the one kept in the data folder.
pub(crate) fn payment_secret(given: Option<&str>, data_dir: &Path) -> anyhow::Result<PaymentSecret> {
    match given {
        Some(secret) => PaymentSecret::from_text(secret).context("EVENTLY_PAYMENT_SECRET"),
        None => PaymentSecret::load_or_create(data_dir),
    }
}

/// Connections of a replay: to the log, and to the tables as their owner.
pub(crate) fn replay_pools(database: &Database) -> (PgPool, PgPool) {
    (database.pool(REPLAY_LOG_CONNECTIONS_MAX), database.owner_pool(REPLAY_CONNECTIONS_MAX))
}

fn rate_limits(settings: &Settings) -> RateLimits {
    if settings.rate_limits { RateLimits::on() } else { RateLimits::off() }
}

/// The keys of a process that only verifies: from the file it was given, or from the data folder.
fn public_keys(settings: &Settings) -> anyhow::Result<Jwks> {
    if let Some(path) = &settings.jwks {
        let json = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        return serde_json::from_slice(&json).with_context(|| format!("{} is not a JWKS", path.display()));
    }
    match &settings.signing_key {
        Some(pem) => Ok(SigningKeys::from_pem(pem).context("EVENTLY_SIGNING_KEY")?.jwks()),
        None => Ok(SigningKeys::load(&settings.data_dir)
            .context("start the command role first, or name a file with --jwks")?
            .jwks()),
    }
}
