//! What a platform is told from outside, in one place; `cli.rs` says where each comes from.

use std::net::SocketAddr;
use std::path::PathBuf;

use command_api::FirstAdmin;
use command_api::lane::Clock;

use crate::cli::Role;

/// What a platform is told from outside.
pub struct Settings {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where the signing keys and the payment secret are kept.
    pub data_dir: PathBuf,
    /// The signing key itself, if it is not kept there.
    pub signing_key: Option<String>,
    /// The key that signs the log's checkpoints itself, if it is not kept there.
    pub seal_key: Option<String>,
    /// The log's name in its checkpoints.
    pub log_origin: String,
    /// Whether to sign checkpoints of it.
    pub sealing: bool,
    /// The payment secret itself, if it is not kept there.
    pub payment_secret: Option<String>,
    /// A file with public keys, for a process that signs nothing.
    pub jwks: Option<PathBuf>,
    /// Whether one person may ask only so often.
    pub rate_limits: bool,
    /// How many lanes share the shows.
    pub lanes: usize,
    /// Which part this process is.
    pub role: Role,
    /// Who can sign in first.
    pub admin: FirstAdmin,
    /// Tells the writing side the time.
    pub clock: Clock,
}
