//! `evently seed`: sample people, events and bookings, put in through the same commands that clients send.
//!
//! Every request carries a fixed key, so putting it all in twice changes nothing.

mod door;
mod sample;
mod sowing;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use command_api::lane::system_clock;
use command_api::{CommandApi, SigningKeys};
use edge::rate::RateLimits;
use event_log::postgres::PostgresLog;
use event_log::{EventLog, Position};
use indicatif::{ProgressBar, ProgressStyle};
use projector::{Group, Projector};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::cli::Settings;
use crate::database::Database;
use crate::platform::payment_secret;
use crate::say;
use sample::PASSWORD;
use sowing::{Sowing, Sown};

/// Connections of the log, the accounts and the projector together.
const CONNECTIONS_MAX: u32 = 6;
/// How long a projector that may run elsewhere gets to move before one is started here.
const OTHER_PROJECTOR_MAX: Duration = Duration::from_secs(1);
/// How often it is looked for.
const OTHER_PROJECTOR_POLL: Duration = Duration::from_millis(100);
/// How long the projector started here may stand still.
const STANDSTILL_MAX: Duration = Duration::from_secs(30);

/// Puts the sample data in and says how to sign in.
pub(crate) async fn seed(settings: &Settings) -> anyhow::Result<ExitCode> {
    let database = Database::open(settings).await?;
    let pool = database.pool(CONNECTIONS_MAX);
    let sown = sow(settings, &pool).await;
    pool.close().await;
    database.close().await?;
    tell(&sown?);
    Ok(ExitCode::SUCCESS)
}

async fn sow(settings: &Settings, pool: &PgPool) -> anyhow::Result<Sown> {
    let log: Arc<dyn EventLog> = Arc::new(PostgresLog::new(pool.clone()));
    // Their tokens never leave this process, but one key is enough for a data folder.
    let keys = || match &settings.signing_key {
        Some(pem) => SigningKeys::from_pem(pem).context("EVENTLY_SIGNING_KEY"),
        None => SigningKeys::load_or_create(&settings.data_dir),
    };
    let payment_secret = payment_secret(settings.payment_secret.as_deref(), &settings.data_dir)?;
    let (rate, clock) = (RateLimits::off(), system_clock());
    let to_start = command_api::Settings { keys: keys()?, rate, lanes: 1, payment_secret, clock };
    let command = CommandApi::start(log.clone(), pool.clone(), to_start);
    let (router, _) = command.router();
    let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template("Sowing {wide_bar} {pos}/{len} requests")?);
    let sown = Sowing::new(router, keys()?, bar.clone()).all().await;
    bar.finish_and_clear();
    command.stop().await;
    let sown = sown?;
    bring_read_models_up(log, pool).await?;
    Ok(sown)
}

/// Waits for the projector of a running platform; if none moves, does its work here.
async fn bring_read_models_up(log: Arc<dyn EventLog>, pool: &PgPool) -> anyhow::Result<()> {
    let head = log.head().await?;
    let mut reached = None;
    loop {
        let before = reached.replace(lowest_checkpoint(pool).await?);
        if reached >= Some(head) {
            return Ok(());
        }
        if before == reached {
            break;
        }
        let _ = tokio::time::timeout(OTHER_PROJECTOR_MAX, moved(pool, reached)).await;
    }

    // Reports come when the platform runs; nobody looks at them before.
    let projector = Projector::new(log, pool.clone(), Group::Core);
    let (mut progress, stop) = (projector.progress(), CancellationToken::new());
    let running = tokio::spawn(projector.run(stop.clone()));
    let mut standstill = false;
    while *progress.borrow_and_update() < head && !standstill {
        standstill = tokio::time::timeout(STANDSTILL_MAX, progress.changed()).await.is_err();
    }
    stop.cancel();
    running.await?;
    if standstill {
        bail!("the data is in, but the read models do not follow; `evently status` shows where they stand");
    }
    Ok(())
}

/// Ends when the checkpoints are no longer where they were.
async fn moved(pool: &PgPool, from: Option<Position>) -> anyhow::Result<()> {
    while Some(lowest_checkpoint(pool).await?) == from {
        tokio::time::sleep(OTHER_PROJECTOR_POLL).await;
    }
    Ok(())
}

async fn lowest_checkpoint(pool: &PgPool) -> anyhow::Result<Position> {
    let projections = projector::status(pool).await?;
    let core = projections.iter().filter(|projection| projection.group == Group::Core);
    core.map(|projection| projection.checkpoint).min().context("there are no projections")
}

fn tell(sown: &Sown) {
    let Sown { people, events, bookings, cancelled, new, organizer, customers } = sown;
    if *new == 0 {
        say(&format!("All there already: {people} people, {events} events, {bookings} bookings; nothing was changed."));
    } else {
        say(&format!("Put in {people} people, {events} events, {bookings} bookings, {cancelled} of them given back."));
    }
    say(&format!("  Organizer    {organizer}"));
    for customer in customers {
        say(&format!("  Customer     {customer}"));
    }
    say(&format!("  Password     {PASSWORD} (of all of them; sample data is not for production)"));
    say("Sign in with POST /api/v1/auth/login {\"email\": ..., \"password\": ...}.");
}
