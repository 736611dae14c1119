//! `evently serve` and `evently migrate`.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use command_api::FirstAdmin;
use tokio::signal;
use tracing_subscriber::EnvFilter;
use uuid::Uuid;

use crate::cli::{Role, Settings, Switch};
use crate::database::Database;
use crate::platform::{self, Platform};
use crate::say;

/// What is logged unless `RUST_LOG` says otherwise.
const LOG_FILTER: &str = "info,sqlx=warn,tower_http=warn";

/// Logs go to standard error: lines for people, or JSON for machines.
pub(crate) fn start_logging(json: bool) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(LOG_FILTER));
    let colours = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr);
    // A second start in one process (the bench, tests) keeps the first one's logging.
    let _ = if json { lines.json().try_init() } else { lines.try_init() };
}

/// Serves until Ctrl-C or a termination signal.
pub(crate) async fn serve(settings: &Settings) -> anyhow::Result<ExitCode> {
    let database = Database::open_to_serve(settings).await?;
    let password = settings.admin_password.clone().unwrap_or_else(random_password);
    let admin = FirstAdmin { email: settings.admin_email.clone(), password: password.clone() };
    let started = Platform::start(
        platform::Settings {
            listen: settings.listen,
            data_dir: settings.data_dir.clone(),
            signing_key: settings.signing_key.clone(),
            seal_key: settings.seal_key.clone(),
            log_origin: settings.log_origin.clone(),
            sealing: settings.sealing == Switch::On,
            payment_secret: settings.payment_secret.clone(),
            jwks: settings.jwks.clone(),
            rate_limits: settings.rate_limits == Switch::On,
            lanes: usize::from(settings.lanes),
            role: settings.role,
            admin,
            clock: command_api::lane::system_clock(),
        },
        &database,
    )
    .await;
    let platform = match started {
        Ok(platform) => platform,
        Err(error) => {
            database.close().await?;
            return Err(error);
        }
    };
    greet(settings, &database, &platform, &password);
    stop_signal().await;
    say("Stopping: no new requests, finishing those in flight.");
    let stopped = platform.stop().await;
    database.close().await?;
    stopped?;
    say("Stopped.");
    Ok(ExitCode::SUCCESS)
}

/// Tells the person at the terminal where to look and how to sign in.
fn greet(settings: &Settings, database: &Database, platform: &Platform, password: &str) {
    let address = platform.address();
    say(&format!("Evently listens on http://{address} with {}.", database.place()));
    if settings.role != Role::Projector {
        say(&format!("  API          http://{address}/api/v1/events"));
        say(&format!("  Try it out   http://{address}/docs"));
        say(&format!("  Reference    http://{address}/redoc"));
    }
    say(&format!("  Health       http://{address}/readyz"));
    if platform.admin_created() {
        match settings.admin_password {
            Some(_) => say(&format!("  Sign in as   {} with the password you gave", settings.admin_email)),
            None => say(&format!("  Sign in as   {} with {password} (shown only now)", settings.admin_email)),
        }
    } else if settings.role.has(Role::Command) {
        say(&format!("  Sign in as   {} with the password from the first start", settings.admin_email));
    }
    say("Press Ctrl-C to stop.");
}

fn random_password() -> String {
    // 122 random bits, in a form that survives being read aloud.
    Uuid::new_v4().to_string()
}

async fn stop_signal() {
    let interrupted = signal::ctrl_c();
    #[cfg(unix)]
    {
        let Ok(mut terminated) = signal::unix::signal(signal::unix::SignalKind::terminate()) else {
            // Without that signal Ctrl-C still works.
            let _ = interrupted.await;
            return;
        };
        tokio::select! { _ = interrupted => {}, _ = terminated.recv() => {} }
    }
    #[cfg(not(unix))]
    let _ = interrupted.await;
}

/// Brings the tables up to date.
pub(crate) async fn migrate(settings: &Settings) -> anyhow::Result<ExitCode> {
    let database = Database::open(settings).await?;
    say(&format!("The tables are up to date in {}.", database.place()));
    database.close().await?;
    Ok(ExitCode::SUCCESS)
}
