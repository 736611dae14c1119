//! Who runs the server. Postgres refuses root, so root hands it to an account without power; anybody
//! else runs it under their own name.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, anyhow};

const ROOT: u32 = 0;
/// Accounts that may run the server when we are root, best first.
const UNPRIVILEGED: [&str; 3] = ["postgres", "_postgres", "nobody"];

/// The account that owns the files and runs `initdb` and `postgres`.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    uid: u32,
    /// Set when we are root and have to become somebody else: the group to take.
    switch_to_gid: Option<u32>,
}

impl Account {
    /// The account for the data in `home`, a folder that need not be there yet.
    pub(crate) fn choose(home: &Path) -> anyhow::Result<Self> {
        let uid = effective_uid()?;
        if uid != ROOT {
            return Ok(Self { uid, switch_to_gid: None });
        }
        // Files that an ordinary user made stay that user's, so that both can go on using them.
        let owners = [home.join("data"), home.to_owned()].into_iter().filter_map(|path| fs::metadata(path).ok());
        if let Some(owner) = owners.into_iter().find(|owner| owner.uid() != ROOT) {
            return Ok(Self { uid: owner.uid(), switch_to_gid: Some(owner.gid()) });
        }
        let accounts = fs::read_to_string("/etc/passwd").context("/etc/passwd could not be read")?;
        UNPRIVILEGED
            .iter()
            .find_map(|name| find_in(&accounts, name))
            .map(|(uid, gid)| Self { uid, switch_to_gid: Some(gid) })
            .ok_or_else(|| {
                anyhow!(
                    "PostgreSQL refuses to run as root and there is no account `postgres` or `nobody` to run it as: \
                     start Evently as an ordinary user, or set DATABASE_URL"
                )
            })
    }

    /// The user id of the server.
    pub(crate) fn uid(&self) -> u32 {
        self.uid
    }

    /// A command that runs as this account, untouched by the caller's folder and Postgres settings.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        // The caller's folder may be closed to this account, and Postgres insists on knowing its own.
        command.current_dir("/").env("LC_ALL", "C");
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"PG") {
                command.env_remove(name);
            }
        }
        if let Some(gid) = self.switch_to_gid {
            // With a user id given, the standard library also drops root's supplementary groups.
            command.gid(gid).uid(self.uid);
        }
        command
    }

    /// Whether this account can get into `folder`. Asked of the system itself rather than read from
    /// permission bits, since access lists and network file systems have a say too.
    pub(crate) fn can_enter(&self, folder: &Path) -> bool {
        if self.switch_to_gid.is_none() {
            return true;
        }
        let mut probe = self.command("/bin/sh");
        probe.arg("-c").arg(r#"cd -- "$0""#).arg(folder);
        probe.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        probe.status().is_ok_and(|status| status.success())
    }

    /// Makes this account the owner of a file or folder.
    pub(crate) fn give(&self, path: &Path) -> anyhow::Result<()> {
        if let Some(gid) = self.switch_to_gid {
            chown(path, Some(self.uid), Some(gid))
                .with_context(|| format!("{} could not be given to user id {}", path.display(), self.uid))?;
        }
        Ok(())
    }
}

/// Whose rights this process has. `id` answers on every Unix; the C call would need unsafe code.
fn effective_uid() -> anyhow::Result<u32> {
    let output = Command::new("id").arg("-u").output().context("`id -u` could not be run")?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().with_context(|| format!("`id -u` answered {text:?}"))
}

/// User and group id of `name` in the text of an `/etc/passwd`.
fn find_in(accounts: &str, name: &str) -> Option<(u32, u32)> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next() != Some(name) {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        (uid != ROOT).then_some((uid, gid))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNTS: &str =
        "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65533::/nonexistent:/bin/false\nbad:x:-2:-2::/:/bin/false\n";

    #[test]
    fn finds_an_account_and_its_group() {
        assert_eq!(find_in(ACCOUNTS, "nobody"), Some((65534, 65533)));
    }

    #[test]
    fn refuses_root_strangers_and_odd_numbers() {
        assert_eq!(find_in(ACCOUNTS, "root"), None);
        assert_eq!(find_in(ACCOUNTS, "postgres"), None);
        assert_eq!(find_in(ACCOUNTS, "bad"), None);
    }
}
