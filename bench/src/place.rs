//! The bench's own folder beside the build, on the same disk: locked, and gone when it ends.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use crate::cpu;

/// Where a private Postgres puts files that its account cannot reach in our folder.
const STAND_INS: &str = "/var/lib/evently";
/// How long Postgres may take to end before its files go.
const POSTGRES_END: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(50);

/// The folder. Dropping it deletes it.
pub(crate) struct Place {
    folder: PathBuf,
    /// Held as long as the place is: two benches at once would measure each other.
    _lock: File,
}

impl Place {
    /// An empty folder; what a killed bench left is deleted first.
    pub(crate) fn claim() -> anyhow::Result<Self> {
        let program = std::env::current_exe()?;
        let target = program.parent().and_then(Path::parent).context("the bench does not run from a target folder")?;
        let folder = target.join("bench-data");
        let lock = File::create(target.join("bench-data.lock"))?;
        if lock.try_lock().is_err() {
            bail!("another bench is running here");
        }
        clear(&folder).with_context(|| format!("{} cannot be deleted", folder.display()))?;
        fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        Ok(Self { folder, _lock: lock })
    }

    /// Evently's data folder.
    pub(crate) fn data_dir(&self) -> &Path {
        &self.folder
    }

    /// The folder of the private Postgres.
    pub(crate) fn postgres(&self) -> PathBuf {
        self.folder.join("postgres")
    }

    /// What servers say.
    pub(crate) fn log(&self) -> PathBuf {
        self.folder.join("servers.log")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Err(error) = clear(&self.folder) {
            eprintln!("bench: {} cannot be deleted: {error}", self.folder.display());
        }
    }
}

fn clear(folder: &Path) -> std::io::Result<()> {
    let postgres = folder.join("postgres");
    let asked = Instant::now();
    // After a kill Postgres goes by itself, writing to the last.
    while cpu::postmaster(&postgres).is_some() && asked.elapsed() < POSTGRES_END {
        sleep(POLL);
    }
    if let Ok(home) = fs::read_link(&postgres)
        && let Some(around) = home.parent()
        && around.parent() == Some(Path::new(STAND_INS))
    {
        gone(fs::remove_dir_all(around))?;
    }
    gone(fs::remove_dir_all(folder))
}

fn gone(removed: std::io::Result<()>) -> std::io::Result<()> {
    match removed {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
