//! Finds `initdb` and `postgres`: where the operator says, on the PATH, where packages put them, or
//! among those downloaded before. Never mixes programs of two folders.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, anyhow};

use crate::Settings;
use crate::account::Account;
use crate::download;
use crate::place::Place;

/// The oldest major version whose settings and SQL we use.
const MAJOR_MIN: u32 = 14;
/// What a new data folder gets if it has to be downloaded.
const MAJOR_DOWNLOADED: u32 = 17;

/// A folder with `initdb` and `postgres` of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Binaries {
    pub(crate) dir: PathBuf,
    pub(crate) major: u32,
}

impl Binaries {
    /// The binaries to run `place` with; a download is the last resort.
    pub(crate) async fn choose(settings: &Settings, place: &Place) -> anyhow::Result<Self> {
        let written_by = written_by(&place.cluster())?;
        let downloads = download_folder(settings, place);
        let found = installed(settings, &downloads, &place.account);
        if let Some(binaries) = pick(&found, written_by) {
            return Ok(binaries);
        }
        if settings.bin_dir.is_none() && settings.download {
            let major = written_by.unwrap_or(MAJOR_DOWNLOADED);
            let failure = match download::fetch(&downloads, major).await {
                Ok(dir) => match Self::at(&dir, &place.account) {
                    Some(binaries) => return Ok(binaries),
                    None => anyhow!("the downloaded programs do not run here"),
                },
                Err(failure) => failure,
            };
            return Err(missing(
                settings,
                place,
                &found,
                written_by,
                &format!(", and downloading it failed ({failure})"),
            ));
        }
        Err(missing(settings, place, &found, written_by, ""))
    }

    /// The binaries in `dir`, if both are there, run as `account`, and are new enough.
    fn at(dir: &Path, account: &Account) -> Option<Self> {
        let dir = fs::canonicalize(dir).ok()?;
        if !dir.join("initdb").exists() {
            return None;
        }
        let mut version = account.command(dir.join("postgres"));
        version.arg("--version").stdin(Stdio::null());
        let output = version.output().ok()?;
        let major = parse_version(&String::from_utf8_lossy(&output.stdout))?;
        (major >= MAJOR_MIN).then_some(Self { dir, major })
    }
}

/// Where downloaded programs are kept: beside the data, where the server's account can run them.
fn download_folder(settings: &Settings, place: &Place) -> PathBuf {
    let beside = place.home.parent().unwrap_or(&place.home);
    match &settings.downloads_dir {
        Some(folder) if folder.parent().is_some_and(|parent| place.account.can_enter(parent)) => folder.clone(),
        _ => beside.join("postgres-binaries"),
    }
}

/// The first of those found that can run data of version `written_by`, if there is data.
fn pick(found: &[Binaries], written_by: Option<u32>) -> Option<Binaries> {
    found.iter().find(|binaries| written_by.is_none_or(|major| binaries.major == major)).cloned()
}

/// All usable binaries on this machine, the preferred ones first.
fn installed(settings: &Settings, downloads: &Path, account: &Account) -> Vec<Binaries> {
    if let Some(dir) = &settings.bin_dir {
        return Binaries::at(dir, account).into_iter().collect();
    }
    let mut seen = BTreeSet::new();
    let mut usable = |dirs: Vec<PathBuf>| -> Vec<Binaries> {
        let new = dirs.into_iter().filter(|dir| seen.insert(dir.clone()));
        new.filter_map(|dir| Binaries::at(&dir, account)).collect()
    };
    let mut found = usable(path_folders());
    let mut packaged = usable(package_folders(downloads));
    // Stable: among equals the order of the folders stays.
    packaged.sort_by_key(|binaries| std::cmp::Reverse(binaries.major));
    found.append(&mut packaged);
    found
}

/// The real folders of the `postgres` programs on the PATH.
fn path_folders() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .filter_map(|dir| fs::canonicalize(dir.join("postgres")).ok())
        .filter_map(|program| program.parent().map(Path::to_owned))
        .collect()
}

/// Where packages of Debian, Fedora, Homebrew and Postgres.app, and our own downloads, put them.
fn package_folders(downloads: &Path) -> Vec<PathBuf> {
    let below = |root: &Path, prefix: &str, rest: &str| -> Vec<PathBuf> {
        let entries = fs::read_dir(root).into_iter().flatten().flatten();
        let named = entries.filter(|entry| entry.file_name().as_encoded_bytes().starts_with(prefix.as_bytes()));
        let folders = named.map(|entry| entry.path().join(rest));
        folders.filter_map(|dir| fs::canonicalize(dir).ok()).filter(|dir| dir.join("postgres").exists()).collect()
    };
    let mut folders = below(Path::new("/usr/lib/postgresql"), "", "bin");
    folders.extend(below(Path::new("/usr"), "pgsql-", "bin"));
    folders.push(PathBuf::from("/usr/bin"));
    folders.extend(below(Path::new("/opt/homebrew/opt"), "postgresql", "bin"));
    folders.extend(below(Path::new("/usr/local/opt"), "postgresql", "bin"));
    folders.extend(below(Path::new("/Applications/Postgres.app/Contents/Versions"), "", "bin"));
    folders.extend(below(downloads, "", "bin"));
    folders
}

/// The major version that wrote the data in `cluster`, if there is any.
fn written_by(cluster: &Path) -> anyhow::Result<Option<u32>> {
    let path = cluster.join("PG_VERSION");
    match fs::read_to_string(&path) {
        Ok(text) => {
            let major = text.trim().parse().with_context(|| format!("{} holds {text:?}", path.display()))?;
            Ok(Some(major))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("{} could not be read", path.display())),
    }
}

/// The major version in the output of `postgres --version`: "postgres (PostgreSQL) 15.14 (Debian ...)".
fn parse_version(output: &str) -> Option<u32> {
    let number = output.split(") ").nth(1)?;
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// One sentence that says what to do.
fn missing(
    settings: &Settings,
    place: &Place,
    found: &[Binaries],
    written_by: Option<u32>,
    download: &str,
) -> anyhow::Error {
    let (wanted, debian, fedora, homebrew) = match written_by {
        Some(major) => (
            format!("PostgreSQL {major}, which wrote the data in {},", place.home.display()),
            format!("postgresql-{major}"),
            format!("postgresql{major}-server"),
            format!("postgresql@{major}"),
        ),
        None => (
            format!("PostgreSQL {MAJOR_MIN} or newer"),
            "postgresql".to_owned(),
            "postgresql-server".to_owned(),
            "postgresql".to_owned(),
        ),
    };
    let place = match (&settings.bin_dir, found) {
        (Some(dir), _) => format!("in {} (EVENTLY_POSTGRES_BIN_DIR)", dir.display()),
        (None, []) => "on this machine".to_owned(),
        (None, [first, ..]) => format!("on this machine (only {} in {})", first.major, first.dir.display()),
    };
    anyhow!(
        "{wanted} was not found {place}{download}: install it with `apt-get install {debian}` (Debian, Ubuntu), \
         `dnf install {fedora}` (Fedora) or `brew install {homebrew}` (macOS), or set DATABASE_URL to a server of yours"
    )
}
