//! Commands and settings. Each setting is a flag and an environment variable; `.env.example` lists them.

#![allow(
    clippy::doc_markdown,
    rustdoc::bare_urls,
    reason = "the comments are the text of --help, where marks would show"
)]

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Evently sells tickets: REST API, projector and documentation in one program.
#[derive(Debug, Parser)]
#[command(name = "evently", version, about)]
pub struct Cli {
    /// What to do; `serve` if nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// How.
    #[command(flatten)]
    pub settings: Settings,
}

/// What the program can do.
#[derive(Clone, Debug, Default, Subcommand)]
pub enum Command {
    /// Serve the platform (the default)
    #[default]
    Serve,
    /// Bring the database's tables up to date, and stop
    Migrate,
    /// Put sample events, people and bookings in; doing it twice changes nothing
    Seed,
    /// Show the log's head, and how far each projection has come
    Status,
    /// Make a read model anew from the whole log while the platform goes on, and let it serve. Ctrl-C leaves a replay to
    /// whoever serves, or to the next one who asks
    Replay {
        /// The name of a projection (`evently status` lists them), or `all`
        projection: String,
        /// Build what was true at this position and leave it in the schema replay_PROJECTION; it never serves
        #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
        to_position: Option<u64>,
    },
    /// Recount the log with independent code and compare the read models; exit code 1 at the first difference
    Verify,
    /// Keep signed checkpoints of the log elsewhere, and check the log against them
    #[command(subcommand)]
    Audit(Audit),
}

/// What can be done against those who rewrite the log.
#[derive(Clone, Debug, Subcommand)]
pub enum Audit {
    /// Read the whole log again and check it against a signed checkpoint; exit code 1 with the first position that
    /// is not as it was
    Verify {
        /// File with the checkpoint, which was kept elsewhere
        #[arg(long)]
        checkpoint: PathBuf,
        /// Public key of whoever signed it (NAME+ID+KEY), or a file with it; without it that of the key in the
        /// settings or the data folder
        #[arg(long)]
        key: Option<String>,
        /// Folder with a mirror of the tiles, which tell the position if those in the database were rewritten, too
        #[arg(long)]
        tiles: Option<PathBuf>,
    },
    /// Write the checkpoint that was signed last, to be kept elsewhere
    Checkpoint {
        /// File to write it to; without it, it is printed
        #[arg(long)]
        out: Option<PathBuf>,
        /// Folder to mirror the tiles of the tree in; those that are there already are not read again
        #[arg(long)]
        tiles: Option<PathBuf>,
    },
}

/// All settings. Flags come before environment variables, and those before the defaults.
#[derive(Clone, Debug, Args)]
pub struct Settings {
    /// Address and port to listen on
    #[arg(long, env = "EVENTLY_LISTEN", default_value = "127.0.0.1:8000", global = true)]
    pub listen: SocketAddr,

    /// Folder for the signing keys, the payment secret and, without DATABASE_URL, for a private Postgres
    #[arg(long, env = "EVENTLY_DATA_DIR", default_value = ".evently", global = true)]
    pub data_dir: PathBuf,

    /// Postgres to use (14 or newer), for example postgres://user:password@host/evently; without it
    /// a private Postgres is started in the data folder
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, global = true)]
    pub database_url: Option<String>,

    /// E-mail address of the first administrator, made at the first start
    #[arg(long, env = "EVENTLY_ADMIN_EMAIL", default_value = "admin@evently.local", global = true)]
    pub admin_email: String,

    /// Password of the first administrator; without it a random one is made and printed once
    #[arg(long, env = "EVENTLY_ADMIN_PASSWORD", hide_env_values = true, global = true)]
    pub admin_password: Option<String>,

    /// Whether one person may ask only so often; off for load tests
    #[arg(long, env = "EVENTLY_RATE_LIMITS", default_value = "on", global = true)]
    pub rate_limits: Switch,

    /// Which part of the platform this process is
    #[arg(long, env = "EVENTLY_ROLE", default_value = "all", global = true)]
    pub role: Role,

    /// How many lanes share the shows; more helps only with many hot shows and many cores
    #[arg(long, env = "EVENTLY_LANES", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=64), global = true)]
    pub lanes: u8,

    /// Private key that signs access tokens (Ed25519, PKCS#8 PEM); without it one is kept in the data folder
    #[arg(long, env = "EVENTLY_SIGNING_KEY", hide_env_values = true, global = true)]
    pub signing_key: Option<String>,

    /// Private key that signs the checkpoints of the log (Ed25519, PKCS#8 PEM); without it one is kept in the data
    /// folder
    #[arg(long, env = "EVENTLY_SEAL_KEY", hide_env_values = true, global = true)]
    pub seal_key: Option<String>,

    /// Name of the log in its checkpoints: best the address under which they are published, without https://.
    /// Another name is another log to those who check it
    #[arg(long, env = "EVENTLY_LOG_ORIGIN", default_value = "evently.local/log", global = true)]
    pub log_origin: String,

    /// Whether this process seals the log, if it is its part; off leaves the last checkpoint as it is
    #[arg(long, env = "EVENTLY_SEALING", default_value = "on", global = true)]
    pub sealing: Switch,

    /// Secret shared with the payment provider, which signs its reports with it (16 bytes or more); without it
    /// one is kept in the data folder
    #[arg(long, env = "EVENTLY_PAYMENT_SECRET", hide_env_values = true, global = true)]
    pub payment_secret: Option<String>,

    /// File with the public keys of access tokens (JWKS), for a query process that has no private key
    #[arg(long, env = "EVENTLY_JWKS", global = true)]
    pub jwks: Option<PathBuf>,

    /// Write logs as JSON, one object a line
    #[arg(long, env = "EVENTLY_JSON_LOGS", value_parser = FalseyValueParser::new(), global = true)]
    pub json_logs: bool,
}

impl Settings {
    /// A variable that is set to nothing counts as not set: that is how compose files leave one out.
    #[must_use]
    pub fn without_blanks(mut self) -> Self {
        for text in [
            &mut self.database_url,
            &mut self.admin_password,
            &mut self.signing_key,
            &mut self.seal_key,
            &mut self.payment_secret,
        ] {
            text.take_if(|text| text.trim().is_empty());
        }
        self.jwks.take_if(|path| path.as_os_str().is_empty());
        self
    }
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// Do it.
    On,
    /// Leave it.
    Off,
}

/// A part of the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Everything in one process
    All,
    /// The REST commands alone
    Command,
    /// The projector alone
    Projector,
    /// The REST queries alone
    Query,
}

impl Role {
    /// Whether a process with this role does the work of `part`.
    pub fn has(self, part: Role) -> bool {
        self == Role::All || self == part
    }
}
