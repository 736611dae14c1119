//! What the writing side is made of, and how it starts and stops.

use std::sync::Arc;
use std::time::Duration;

use domain::access::{Actor, Role};
use domain::account::{Account, Command, Rejection};
use domain::ids::AccountId;
use domain::show::Show;
use edge::bearer::Verifier;
use edge::rate::RateLimits;
use edge::refusals::Watch;
use event_log::EventLog;
use sqlx::PgPool;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::accounts::{self, Person};
use crate::agenda::{self, Reminders};
use crate::lane::{Clock, Committed, LaneSettings, Lanes, Refused};
use crate::passwords::Passwords;
use crate::payments::{self, PaymentSecret, Payments};
use crate::people;
use crate::refusals::Refusals;
use crate::tokens::SigningKeys;

/// The longest wait, in seconds, for the lanes to answer what they hold when the platform stops.
const LANES_STOP_MAX_S: u64 = 10;

/// What the writing side is told from outside.
pub struct Settings {
    /// Signs access tokens.
    pub keys: SigningKeys,
    /// How often one person may ask.
    pub rate: RateLimits,
    /// How many lanes share the shows. More than one helps only when shows are many and cores too.
    pub lanes: usize,
    /// What is shared with the payment provider.
    pub payment_secret: PaymentSecret,
    /// Tells the time.
    pub clock: Clock,
}

/// The first administrator, made when the platform first starts.
pub struct FirstAdmin {
    /// Signs in with this.
    pub email: String,
    /// And this.
    pub password: String,
}

/// What handlers share. Cloned for every request, so it is one pointer.
#[derive(Clone)]
pub(crate) struct App(Arc<Shared>);

impl std::ops::Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// What is behind that pointer.
pub(crate) struct Shared {
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) pool: PgPool,
    pub(crate) shows: Lanes<Show>,
    pub(crate) accounts: Lanes<Account>,
    pub(crate) keys: SigningKeys,
    pub(crate) verifier: Verifier,
    pub(crate) passwords: Passwords,
    pub(crate) payments: Payments,
    pub(crate) payment_secret: Arc<PaymentSecret>,
    pub(crate) reminders: Reminders,
    pub(crate) refusals: Refusals,
    pub(crate) clock: Clock,
}

impl axum::extract::FromRef<App> for Verifier {
    fn from_ref(app: &App) -> Self {
        app.verifier.clone()
    }
}

/// The writing side, running.
pub struct CommandApi {
    app: App,
    rate: RateLimits,
    tasks: Vec<JoinHandle<()>>,
    /// The payment provider, the agenda, and what finishes erasures: they go on for ever, and can be cut off at any time.
    background: Vec<JoinHandle<()>>,
}

impl CommandApi {
    /// Starts the lanes, the payment provider and the agenda. `pool` is for accounts and for a look at
    /// what is due; the log has connections of its own.
    pub fn start(log: Arc<dyn EventLog>, pool: PgPool, settings: Settings) -> Self {
        let clock = settings.clock;
        let lanes = LaneSettings { count: settings.lanes, clock: clock.clone(), ..LaneSettings::default() };
        let (shows, mut tasks) = Lanes::start(&log, lanes);
        let (accounts, account_tasks) = Lanes::start(&log, LaneSettings::default());
        tasks.extend(account_tasks);
        let (refusals, writing) = Refusals::start(pool.clone());
        tasks.push(writing);
        let verifier = Verifier::new(&settings.keys.jwks());
        let rate = settings.rate.for_callers(verifier.clone());
        let (payments, provider) = payments::open();
        let app = App(Arc::new(Shared {
            log,
            pool,
            shows,
            accounts,
            keys: settings.keys,
            verifier,
            passwords: Passwords::new(),
            payments,
            payment_secret: Arc::new(settings.payment_secret),
            reminders: Reminders::new(),
            refusals,
            clock: clock.clone(),
        }));
        let webhook = crate::http::webhook(app.clone()).0;
        let provider = tokio::spawn(provider.run(webhook, app.payment_secret.clone(), clock));
        let agenda = tokio::spawn(agenda::keep(app.clone()));
        let background = vec![provider, agenda, tokio::spawn(people::finish_what_was_cut_short(app.clone()))];
        Self { app, rate, tasks, background }
    }

    /// All routes of the writing side, and their description.
    pub fn router(&self) -> (axum::Router, utoipa::openapi::OpenApi) {
        crate::http::router(self.app.clone(), &self.rate)
    }

    /// Verifies the tokens that this side signs.
    pub fn verifier(&self) -> Verifier {
        self.app.verifier.clone()
    }

    /// What must be told of commands that are refused, so that those of staff are recorded.
    pub fn watch(&self) -> Watch {
        self.app.refusals.watch(self.app.verifier.clone())
    }

    /// A view on the lanes' health that outlives this value.
    pub fn lanes(&self) -> impl Fn() -> (bool, usize) + Send + Sync + Clone + 'static {
        let (shows, accounts) = (self.app.shows.clone(), self.app.accounts.clone());
        move || (shows.alive() && accounts.alive(), shows.depth() + accounts.depth())
    }

    /// Makes the administrator's account unless somebody has that e-mail address; says whether it did.
    pub async fn ensure_admin(&self, admin: &FirstAdmin) -> anyhow::Result<bool> {
        let email = admin.email.trim().to_lowercase();
        if let Some(person) = accounts::find_by_email(&self.app.pool, &email).await? {
            let known = accounts::read(&self.app.log, person.account_id).await;
            if !known.is_ok_and(|(account, _)| account.is_admin()) {
                tracing::warn!("the first administrator's e-mail address belongs to an account that is none");
            }
            return Ok(false);
        }
        crate::http::check_sign_in(&email, &admin.password)
            .map_err(|fault| anyhow::anyhow!("first administrator: {fault}"))?;
        let password_hash = self.app.passwords.hash(admin.password.clone()).await?;
        let account_id = AccountId(Uuid::now_v7());
        let person = Person { account_id, email, name: "Administrator".into(), password_hash };
        let registered = self.app.register(&person, Role::Admin, Actor::PLATFORM, Uuid::now_v7()).await?;
        Ok(matches!(registered, Registered::New(_)))
    }

    /// Lets the lanes finish what they hold. The routers must be gone by then: each keeps a door open.
    pub async fn stop(self) {
        for task in self.background {
            task.abort();
            // Aborted: what else would it say.
            let _ = task.await;
        }
        drop(self.app);
        let all = async {
            for task in self.tasks {
                // A lane that panicked has said so in the log already.
                let _ = task.await;
            }
        };
        if tokio::time::timeout(Duration::from_secs(LANES_STOP_MAX_S), all).await.is_err() {
            tracing::warn!("the lanes did not finish in time; what they had not committed was not answered");
        }
    }
}

/// What became of somebody who wanted an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Registered {
    /// There is one now.
    New(Committed),
    /// Somebody has the e-mail address or the account id.
    Taken,
    /// The account id is that of somebody who was erased.
    Erased,
}

impl App {
    /// Records an account and keeps the person's row, both or neither.
    ///
    /// The row is claimed first and committed last: a crash in between leaves an account in the log
    /// that nobody can sign in to, which does no harm, and the person can register again.
    pub(crate) async fn register(
        &self,
        person: &Person,
        role: Role,
        by: Actor,
        correlation_id: Uuid,
    ) -> anyhow::Result<Registered> {
        let mut transaction = self.pool.begin().await?;
        if !accounts::insert(&mut transaction, person, role).await? {
            return Ok(Registered::Taken);
        }
        let account_id = person.account_id;
        let command = Command::RegisterAccount { account_id, role };
        let recorded = self.accounts.execute(account_id.0, command, by, correlation_id, |_| ()).await;
        let done = match recorded {
            Err(Refused::Rejected(Rejection::AccountErased)) => return Ok(Registered::Erased),
            recorded => recorded.map_err(|refused| anyhow::anyhow!("the account was not recorded: {refused:?}"))?,
        };
        transaction.commit().await?;
        Ok(Registered::New(done.committed))
    }
}
