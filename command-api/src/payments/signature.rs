//! The signature under what the payment provider says: HMAC-SHA256 with a secret that both share, over
//! the time and the bytes, so that nobody else can say it, and nobody can say it again much later.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use edge::secret_file::write_private;

#[cfg(test)]
mod tests;

/// The header that carries it: `t=<seconds since 1970>,v1=<hex>`.
pub(crate) const EVENTLY_SIGNATURE: &str = "evently-signature";

/// How far, in seconds, the time in a signature may be from ours.
pub(crate) const TOLERANCE_S: u64 = 300;

/// The file in the data folder that holds the secret.
const SECRET_FILE: &str = "payment-secret";
/// The shortest secret that is taken, in bytes.
const SECRET_BYTES_MIN: usize = 16;
/// How many random bytes a secret made here has.
const SECRET_BYTES: usize = 32;
/// The most signatures in one header that are looked at: a provider that changes its secret sends two.
const SIGNATURES_MAX: usize = 4;

/// What the platform and its payment provider share, and nobody else knows.
pub struct PaymentSecret(hmac::Key);

/// Why what was said does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotSigned {
    #[error("the signature does not fit the body and the secret")]
    Bad,
    #[error("the signature is more than {TOLERANCE_S} seconds away from now")]
    Stale,
}

impl PaymentSecret {
    /// A secret that was agreed on with the provider.
    pub fn from_text(secret: &str) -> anyhow::Result<Self> {
        let secret = secret.trim();
        anyhow::ensure!(secret.len() >= SECRET_BYTES_MIN, "it must have at least {SECRET_BYTES_MIN} bytes");
        Ok(Self(hmac::Key::new(HMAC_SHA256, secret.as_bytes())))
    }

    /// The secret kept in `folder`; made there at the first start.
    pub fn load_or_create(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(SECRET_FILE);
        if !path.exists() {
            fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
            let mut random = [0_u8; SECRET_BYTES];
            aws_lc_rs::rand::fill(&mut random)
                .map_err(|_| anyhow::anyhow!("the system gave no randomness for a payment secret"))?;
            let text = format!("{}\n", URL_SAFE_NO_PAD.encode(random));
            write_private(&path, &text).with_context(|| format!("cannot write {}", path.display()))?;
        }
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::from_text(&text).with_context(|| format!("{} is not a payment secret", path.display()))
    }

    /// What the header says under a body that is sent at `at_s`, in seconds since 1970.
    pub fn sign(&self, at_s: i64, body: &[u8]) -> String {
        let tag = hmac::sign(&self.0, &signed(&at_s.to_string(), body));
        tag.as_ref().iter().fold(format!("t={at_s},v1="), |header, byte| format!("{header}{byte:02x}"))
    }

    /// Whether the provider said this, and lately.
    pub(crate) fn verify(&self, header: &str, body: &[u8], now_s: i64) -> Result<(), NotSigned> {
        let parts = || header.split(',').filter_map(|part| part.trim().split_once('='));
        let at = parts().find(|(name, _)| *name == "t").map(|(_, at)| at).ok_or(NotSigned::Bad)?;
        let at_s: i64 = at.parse().map_err(|_| NotSigned::Bad)?;
        let signatures = parts().filter(|(name, _)| *name == "v1").filter_map(|(_, hex)| bytes(hex));
        let signed = signed(at, body);
        // The comparison takes the same time wherever the first wrong byte is.
        let fits = |tag: Vec<u8>| hmac::verify(&self.0, &signed, &tag).is_ok();
        if !signatures.take(SIGNATURES_MAX).any(fits) {
            return Err(NotSigned::Bad);
        }
        if now_s.abs_diff(at_s) > TOLERANCE_S { Err(NotSigned::Stale) } else { Ok(()) }
    }
}

/// What the signature covers.
fn signed(at: &str, body: &[u8]) -> Vec<u8> {
    [at.as_bytes(), b".", body].concat()
}

/// What hex digits stand for.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digit = |digit: u8| char::from(digit).to_digit(16);
    let byte = |pair: &[u8]| match pair {
        [high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
        _ => None,
    };
    hex.as_bytes().chunks(2).map(byte).collect()
}
