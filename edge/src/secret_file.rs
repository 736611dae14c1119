//! Secrets in files: written so that only this user can read them, and private keys as PEM.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const PEM_BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const PEM_END: &str = "-----END PRIVATE KEY-----";

/// Writes a secret that only this user can read.
pub fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    // Complete before it has its name: a start that is cut short leaves no half a key behind.
    let unfinished = path.with_extension(format!("{}.tmp", std::process::id()));
    let mut file = options.open(&unfinished)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&unfinished, path)
}

/// A private key (PKCS#8) as PEM.
pub fn pem(pkcs8: &[u8]) -> String {
    format!("{PEM_BEGIN}\n{}\n{PEM_END}\n", STANDARD.encode(pkcs8))
}

/// The private key in a PEM (`openssl genpkey -algorithm ed25519`); an error says what is wrong with the text.
pub fn pkcs8(pem: &str) -> Result<Vec<u8>, String> {
    let body = pem.trim().strip_prefix(PEM_BEGIN).and_then(|rest| rest.strip_suffix(PEM_END));
    let body: String = body.ok_or("it does not start and end as PKCS#8 PEM does")?.split_whitespace().collect();
    STANDARD.decode(body).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_is_written() {
        assert_eq!(pkcs8(&pem(b"a key")), Ok(b"a key".to_vec()));
        assert_eq!(pkcs8(&format!("\n{}\n", pem(&[7; 100]).replace('\n', "\r\n"))), Ok(vec![7; 100]));
        assert!(pkcs8("a key").unwrap_err().contains("PKCS#8"));
        assert!(pkcs8(&pem(b"a key").replace('\n', "?")).is_err());
    }
}
