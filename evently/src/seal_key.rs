//! The key that signs the log's checkpoints, from the settings or from the data folder.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use edge::secret_file;
use transparency::{SealKey, VerifierKey};

/// The file in the data folder that holds the private key.
const KEY_FILE: &str = "seal-key.pem";

/// The key that was given, or the one kept in `folder`; made there at the first start.
pub(crate) fn load_or_create(given: Option<&str>, folder: &Path, origin: &str) -> anyhow::Result<SealKey> {
    let path = folder.join(KEY_FILE);
    if given.is_none() && !path.exists() {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        secret_file::write_private(&path, &secret_file::pem(&SealKey::generate()?))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    load(given, folder, origin)
}

/// What verifies the signatures of the key that was given or is kept in `folder`.
pub(crate) fn verifier(given: Option<&str>, folder: &Path, origin: &str) -> anyhow::Result<VerifierKey> {
    Ok(load(given, folder, origin)?.verifier().clone())
}

fn load(given: Option<&str>, folder: &Path, origin: &str) -> anyhow::Result<SealKey> {
    if let Some(pem) = given {
        return from_pem(pem, origin).context("EVENTLY_SEAL_KEY");
    }
    let path = folder.join(KEY_FILE);
    let pem = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    from_pem(&pem, origin).with_context(|| format!("{} does not seal", path.display()))
}

fn from_pem(pem: &str, origin: &str) -> anyhow::Result<SealKey> {
    Ok(SealKey::new(origin, &secret_file::pkcs8(pem).map_err(anyhow::Error::msg)?)?)
}
