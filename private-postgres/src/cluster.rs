//! The data folder of Postgres: made by `initdb` in one step that a crash cannot leave half done, and
//! run with settings given on the command line, so that the next release can change them.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use anyhow::{Context, bail};

use crate::Settings;
use crate::binaries::Binaries;
use crate::guard::Guarded;
use crate::place::Place;

/// The port is only part of the socket's file name.
pub(crate) const PORT: u16 = 5432;
/// A longer log is put aside before the server starts again, replacing the one put aside before.
const LOG_BYTES_MAX: u64 = 16 << 20;
/// How much of the log is read for the reason of a failure.
const LOG_TAIL_BYTES_MAX: u64 = 64 << 10;

/// Whose rules say what a lower-case letter is, best first: systems do not all have the same, and
/// with the last one, which all have, only ASCII letters have two cases. Text is ordered by its bytes.
const LETTERS: [&str; 3] = ["C.UTF-8", "en_US.UTF-8", "C"];

/// Makes the data folder unless it is there.
pub(crate) fn make(place: &Place, binaries: &Binaries, settings: &Settings) -> anyhow::Result<()> {
    let cluster = place.cluster();
    if cluster.exists() {
        return Ok(());
    }
    // Made under another name: a folder called `data` is always complete.
    let unfinished = place.home.join("data.unfinished");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).with_context(|| format!("{} could not be removed", unfinished.display()))?;
    }
    let log = Log::open(place)?;
    let mut failure = None;
    for letters in LETTERS {
        failure = initdb(place, binaries, settings, &unfinished, letters, &log)?;
        if failure.is_none() {
            break;
        }
    }
    if let Some(failure) = failure {
        bail!("PostgreSQL's initdb failed: {failure}");
    }
    fs::rename(&unfinished, &cluster).with_context(|| format!("{} could not be named", cluster.display()))?;
    File::open(&place.home)?.sync_all()?;
    Ok(())
}

/// Runs `initdb` once; says why if it failed. It removes what it made in that case.
fn initdb(
    place: &Place,
    binaries: &Binaries,
    settings: &Settings,
    unfinished: &Path,
    letters: &str,
    log: &Log,
) -> anyhow::Result<Option<String>> {
    let mut arguments: Vec<String> =
        ["--locale=C", "-E", "UTF8", "--auth=trust", "-U", "postgres"].map(str::to_owned).into();
    arguments.push(format!("--lc-ctype={letters}"));
    arguments.push(format!("--pgdata={}", unfinished.display()));
    if settings.throwaway {
        arguments.push("--no-sync".to_owned());
    }
    let program = binaries.dir.join("initdb");
    let (initdb, _lifeline) = Guarded::start(&place.account, &program, &arguments, log.file.try_clone()?)?;
    let status = initdb.wait()?;
    Ok(if status.success() { None } else { Some(log.reason(status)) })
}

/// The server's arguments.
pub(crate) fn arguments(cluster: &Path, socket_dir: &Path, settings: &Settings) -> Vec<String> {
    // Quoted, since a comma would separate two folders.
    let socket_dir = socket_dir.display().to_string().replace('"', "\"\"");
    let fsync = if settings.throwaway && !settings.fsync { "off" } else { "on" };
    let config = [
        ("listen_addresses", String::new()),
        ("port", PORT.to_string()),
        ("unix_socket_directories", format!("\"{socket_dir}\"")),
        ("unix_socket_permissions", "0700".to_owned()),
        ("fsync", fsync.to_owned()),
        ("full_page_writes", fsync.to_owned()),
        ("synchronous_commit", "on".to_owned()),
        ("max_connections", "100".to_owned()),
        ("shared_buffers", format!("{}MB", settings.shared_buffers_mib)),
        ("random_page_cost", "1.1".to_owned()),
        ("jit", "off".to_owned()),
        // One server without replicas: less to write, in larger portions.
        ("wal_level", "minimal".to_owned()),
        ("max_wal_senders", "0".to_owned()),
        ("wal_buffers", "16MB".to_owned()),
        ("max_wal_size", "4GB".to_owned()),
        ("checkpoint_timeout", "15min".to_owned()),
        ("timezone", "UTC".to_owned()),
        ("log_timezone", "UTC".to_owned()),
        ("log_destination", "stderr".to_owned()),
        ("logging_collector", "off".to_owned()),
    ];
    let mut arguments = vec!["-D".to_owned(), cluster.display().to_string()];
    for (name, value) in config {
        arguments.extend(["-c".to_owned(), format!("{name}={value}")]);
    }
    arguments
}

/// What one run of a server program says.
#[derive(Debug)]
pub(crate) struct Log {
    pub(crate) file: File,
    path: PathBuf,
    /// Where this run begins.
    start: u64,
}

impl Log {
    pub(crate) fn open(place: &Place) -> anyhow::Result<Self> {
        let path = place.log();
        if fs::metadata(&path).is_ok_and(|metadata| metadata.len() > LOG_BYTES_MAX) {
            fs::rename(&path, place.home.join("postgres.log.1"))?;
        }
        let file = File::options()
            .create(true)
            .append(true)
            .open(&path)
            .with_context(|| format!("{} could not be opened", path.display()))?;
        let start = file.metadata()?.len();
        Ok(Self { file, path, start })
    }

    /// Why the run ended: its last complaint, else its exit status.
    pub(crate) fn reason(&self, status: ExitStatus) -> String {
        // The shell's way to say "by a signal"; whatever the log complained of was something else.
        if let Some(signal) = status.code().and_then(|code| code.checked_sub(128)).filter(|signal| *signal > 0) {
            return format!("it was killed by signal {signal}");
        }
        let complaint = self.tail().ok().and_then(|text| {
            let complains = |line: &&str| ["FATAL:", "PANIC:", "error:"].iter().any(|word| line.contains(word));
            text.lines().rev().find(complains).map(str::to_owned)
        });
        let complaint = complaint.unwrap_or_else(|| status.to_string());
        format!("{complaint} (see {})", self.path.display())
    }

    fn tail(&self) -> std::io::Result<String> {
        let mut file = File::open(&self.path)?;
        let end = file.metadata()?.len();
        file.seek(SeekFrom::Start(self.start.max(end.saturating_sub(LOG_TAIL_BYTES_MAX))))?;
        let mut bytes = Vec::new();
        file.take(LOG_TAIL_BYTES_MAX).read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}
