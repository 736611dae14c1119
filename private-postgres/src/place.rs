//! Where a private Postgres keeps its files: the data folder asked for or, when root's server account
//! cannot get there, a stand-in under `/var/lib/evently` with a link to it. Holds the lock on them.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, Permissions, TryLockError};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use sha2::{Digest, Sha256};

use crate::account::Account;

/// Where files go that the server's account could not reach in the folder asked for.
const STAND_INS: &str = "/var/lib/evently";
/// A deleted clone leaves its stand-in behind; this many of them may have had the same path.
const STAND_INS_PER_PATH_MAX: u32 = 1_000;
/// A socket's whole path fits 104 bytes on the strictest system; the file name takes 15 of them.
const SOCKET_DIR_BYTES_MAX: usize = 85;

/// The folder of one private Postgres, locked for this process.
#[derive(Debug)]
pub(crate) struct Place {
    /// The folder itself, owned by the server's account, links resolved.
    pub(crate) home: PathBuf,
    /// Who owns it.
    pub(crate) account: Account,
    /// What has to go when a throw-away server goes.
    pub(crate) removable: Vec<PathBuf>,
    lock: File,
}

impl Place {
    /// Makes or finds the folder for `data_dir` and locks it. The lock ends with this process.
    pub(crate) fn claim(data_dir: &Path) -> anyhow::Result<Self> {
        let data_dir = std::path::absolute(data_dir).context("the data folder has no absolute path")?;
        let parent = data_dir.parent().context("the root folder cannot be the data folder")?;
        fs::create_dir_all(parent).with_context(|| format!("{} could not be made", parent.display()))?;

        let account = Account::choose(&data_dir)?;
        let (home, stand_in) = find_home(&data_dir, &account)?;
        let lock = lock(&home)?;
        refuse_strangers(&home, &account)?;
        private_folder(&home, &account)?;

        let mut removable = vec![data_dir, lock_path(&home)];
        removable.extend(stand_in);
        Ok(Self { home, account, removable, lock })
    }

    /// Postgres' own data folder.
    pub(crate) fn cluster(&self) -> PathBuf {
        self.home.join("data")
    }

    /// What the server writes about itself.
    pub(crate) fn log(&self) -> PathBuf {
        self.home.join("postgres.log")
    }

    /// The folder of the socket, which only the server's account and root can enter.
    pub(crate) fn socket_dir(&self) -> anyhow::Result<PathBuf> {
        let inside = self.home.join("socket");
        let name = format!("evently-{}", hash(&self.home));
        let outside = [std::env::temp_dir(), PathBuf::from("/tmp")];
        let folder = if fits(&inside) {
            inside
        } else {
            outside
                .into_iter()
                .filter(|folder| self.account.can_enter(folder))
                .map(|folder| folder.join(&name))
                .find(|folder| fits(folder))
                .context("no temporary folder has a path short enough for a socket")?
        };
        private_folder(&folder, &self.account)?;
        // In a shared temporary folder somebody else may have made it first.
        let owner = fs::symlink_metadata(&folder)?;
        if !owner.is_dir() || owner.uid() != self.account.uid() {
            bail!("{} belongs to somebody else: remove it", folder.display());
        }
        Ok(folder)
    }

    /// Lets another process have the folder.
    pub(crate) fn release(&self) {
        // Closing the file would do, were there not copies of it in processes that are just starting.
        if let Err(error) = self.lock.unlock() {
            tracing::warn!(%error, "the lock on {} could not be released", self.home.display());
        }
    }
}

/// The folder to use for `data_dir` and, if it is a stand-in, the folder that was made around it.
fn find_home(data_dir: &Path, account: &Account) -> anyhow::Result<(PathBuf, Option<PathBuf>)> {
    let parent = data_dir.parent().unwrap_or(data_dir);
    if let Ok(target) = fs::read_link(data_dir) {
        let home = parent.join(target);
        let around = home.parent().filter(|around| around.starts_with(STAND_INS)).map(Path::to_owned);
        if let Some(around) = &around {
            stand_in_folder(around)?;
        }
        return Ok((fs::canonicalize(&home).unwrap_or(home), around));
    }
    let parent = fs::canonicalize(parent)?;
    let home = parent.join(data_dir.file_name().context("the data folder needs a name")?);
    if account.can_enter(&parent) {
        return Ok((home, None));
    }
    // An empty folder, perhaps made by whoever gave us its name, may give way to the link.
    if data_dir.exists() && fs::remove_dir(data_dir).is_err() {
        bail!(
            "{} cannot be reached by the account that runs PostgreSQL: open the folders above it to others \
             (`chmod o+x`), or set --data-dir or DATABASE_URL",
            data_dir.display()
        );
    }
    let around = (1..=STAND_INS_PER_PATH_MAX)
        .map(|number| match number {
            1 => Path::new(STAND_INS).join(hash(data_dir)),
            _ => Path::new(STAND_INS).join(format!("{}-{number}", hash(data_dir))),
        })
        // What an earlier clone of the same path left is neither shown to this one nor deleted.
        .find(|around| !around.exists())
        .context("/var/lib/evently is full")?;
    let home = around.join("postgres");
    // The link comes first: whatever happens next, the following start finds the same place.
    symlink(&home, data_dir).with_context(|| format!("{} could not be made", data_dir.display()))?;
    stand_in_folder(&around)?;
    tracing::info!(
        "{} is closed to the account that runs PostgreSQL: files are in {}",
        data_dir.display(),
        home.display()
    );
    Ok((home, Some(around)))
}

/// Makes a folder that everybody may pass through, whatever our file mask says.
fn stand_in_folder(folder: &Path) -> anyhow::Result<()> {
    for folder in [Path::new(STAND_INS), folder] {
        fs::create_dir_all(folder)
            .and_then(|()| fs::set_permissions(folder, Permissions::from_mode(0o755)))
            .with_context(|| {
                format!("{} could not be made for PostgreSQL's files: set --data-dir or DATABASE_URL", folder.display())
            })?;
    }
    Ok(())
}

/// A folder that is there afterwards, for the account alone.
fn private_folder(folder: &Path, account: &Account) -> anyhow::Result<()> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => account.give(folder),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error).with_context(|| format!("{} could not be made", folder.display())),
    }
}

/// Without root's rights, files of another account are of no use: say so before Postgres does.
fn refuse_strangers(home: &Path, account: &Account) -> anyhow::Result<()> {
    let Ok(metadata) = fs::metadata(home) else { return Ok(()) };
    if metadata.uid() == account.uid() {
        return Ok(());
    }
    // Root may have made an empty folder on its way; files of root are of no use to Postgres.
    if account.give(home).is_ok() && fs::metadata(home)?.uid() == account.uid() {
        return Ok(());
    }
    bail!(
        "{} belongs to user id {}: start Evently as that user or as root, or set --data-dir or DATABASE_URL",
        home.display(),
        metadata.uid()
    )
}

/// The file whose lock says that a process of ours runs the server of `home`.
pub(crate) fn lock_path(home: &Path) -> PathBuf {
    let mut name = OsString::from(home);
    name.push(".lock");
    PathBuf::from(name)
}

fn lock(home: &Path) -> anyhow::Result<File> {
    let path = lock_path(home);
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .with_context(|| format!("{} could not be opened", path.display()))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => bail!(
            "another Evently is already running on {}: stop it first, or give this one its own --data-dir",
            home.display()
        ),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("{} could not be locked", path.display()))
        }
    }
}

fn fits(socket_dir: &Path) -> bool {
    socket_dir.as_os_str().len() <= SOCKET_DIR_BYTES_MAX
}

/// A short name for a path, always the same.
fn hash(path: &Path) -> String {
    let digest = Sha256::digest(path.as_os_str().as_bytes());
    let number = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("{number:016x}")
}
