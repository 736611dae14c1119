//! Signed checkpoints: a tree's name, size and root as a note (C2SP tlog-checkpoint, signed-note), and the
//! keys that sign and verify it (Ed25519).

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ED25519, ED25519_PUBLIC_KEY_LEN, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tlog_tiles::Hash;

/// The type of a signature, as it stands in keys.
const TYPE_ED25519: u8 = 1;
/// The longest note that is read, in bytes.
const NOTE_BYTES_MAX: usize = 100_000;
/// The most signatures of a note that are looked at.
const SIGNATURES_MAX: usize = 100;

/// A tree that somebody vouched for.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// The log's name.
    pub origin: String,
    /// How many leaves it has.
    pub size: u64,
    /// Its root.
    pub root: Hash,
}

/// The private key of a log, and the name it signs for.
pub struct SealKey {
    pair: Ed25519KeyPair,
    verifier: VerifierKey,
}

impl SealKey {
    /// A new private key, as PKCS#8. An error means that the system gave no randomness.
    pub fn generate() -> Result<Vec<u8>, BadKey> {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| BadKey::NoRandomness)?;
        Ok(pkcs8.as_ref().to_vec())
    }

    /// The key in `pkcs8`, for the log called `origin`.
    pub fn new(origin: &str, pkcs8: &[u8]) -> Result<Self, BadKey> {
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).map_err(|_| BadKey::NoEd25519)?;
        Self::of(origin, pair)
    }

    fn of(origin: &str, pair: Ed25519KeyPair) -> Result<Self, BadKey> {
        let public = pair.public_key().as_ref().try_into().map_err(|_| BadKey::NoEd25519)?;
        Ok(Self { pair, verifier: VerifierKey::of(origin, public)? })
    }

    /// What anybody needs to verify its signatures.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// The signed checkpoint of a tree.
    pub fn checkpoint(&self, size: u64, root: Hash) -> String {
        self.sign(&format!("{}\n{size}\n{root}\n", self.verifier.name))
    }

    /// `text`, which ends with a line break, as a signed note.
    fn sign(&self, text: &str) -> String {
        let id = self.verifier.id().to_be_bytes();
        let signature = STANDARD.encode([&id, self.pair.sign(text.as_bytes()).as_ref()].concat());
        format!("{text}\n— {} {signature}\n", self.verifier.name)
    }
}

/// The public key of a log, and its name. Its text is the `vkey` of other tools: `<name>+<id>+<key>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    public: [u8; ED25519_PUBLIC_KEY_LEN],
}

impl VerifierKey {
    fn of(name: &str, public: [u8; ED25519_PUBLIC_KEY_LEN]) -> Result<Self, BadKey> {
        let forbidden = |char: char| char.is_whitespace() || char.is_control() || char == '+';
        if name.is_empty() || name.chars().any(forbidden) {
            return Err(BadKey::Name(name.into()));
        }
        Ok(Self { name: name.into(), public })
    }

    /// The name it verifies for.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key behind its type, as keys are written and hashed.
    fn typed(&self) -> Vec<u8> {
        [&[TYPE_ED25519], self.public.as_slice()].concat()
    }

    fn id(&self) -> u32 {
        let hash = digest(&SHA256, &[self.name.as_bytes(), b"\n", &self.typed()].concat());
        hash.as_ref().iter().take(4).fold(0, |id, byte| id << 8 | u32::from(*byte))
    }

    /// Reads a signed checkpoint. It must bear the signature of this key and the name of its log.
    pub fn open(&self, note: &str) -> Result<Checkpoint, BadNote> {
        let text = self.verified(note)?;
        let checkpoint = tlog_tiles::Checkpoint::from_bytes(text.as_bytes()).map_err(|_| BadNote::NoCheckpoint)?;
        if checkpoint.origin() != self.name {
            return Err(BadNote::OtherLog(checkpoint.origin().into()));
        }
        let (origin, size, root) = (self.name.clone(), checkpoint.size(), *checkpoint.hash());
        Ok(Checkpoint { origin, size, root })
    }

    /// The text of a note that bears a signature of this key. Those of other keys say nothing.
    fn verified<'n>(&self, note: &'n str) -> Result<&'n str, BadNote> {
        let control = |char: char| char < ' ' && char != '\n';
        if note.len() > NOTE_BYTES_MAX || note.contains(control) {
            return Err(BadNote::Malformed);
        }
        let (text, signatures) = note.rsplit_once("\n\n").ok_or(BadNote::Malformed)?;
        let text = &note[..=text.len()];
        let lines = signatures.strip_suffix('\n').ok_or(BadNote::Malformed)?;
        let mut verified = false;
        for (count, line) in lines.split('\n').enumerate() {
            let parts = line.strip_prefix("— ").and_then(|line| line.split_once(' ')).ok_or(BadNote::Malformed)?;
            let signature = STANDARD.decode(parts.1).map_err(|_| BadNote::Malformed)?;
            let (id, signature) = signature.split_at_checked(4).ok_or(BadNote::Malformed)?;
            if count >= SIGNATURES_MAX {
                return Err(BadNote::Malformed);
            }
            if parts.0 == self.name && id == self.id().to_be_bytes() {
                let key = UnparsedPublicKey::new(&ED25519, &self.public);
                key.verify(text.as_bytes(), signature).map_err(|_| BadNote::Forged(self.to_string()))?;
                verified = true;
            }
        }
        if verified { Ok(text) } else { Err(BadNote::NotSigned(self.to_string())) }
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{:08x}+{}", self.name, self.id(), STANDARD.encode(self.typed()))
    }
}

impl FromStr for VerifierKey {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, BadKey> {
        let (name, rest) = text.trim().split_once('+').ok_or(BadKey::Malformed)?;
        let (id, key) = rest.split_once('+').ok_or(BadKey::Malformed)?;
        let key = STANDARD.decode(key).map_err(|_| BadKey::Malformed)?;
        let public = key.strip_prefix(&[TYPE_ED25519]).and_then(|public| public.try_into().ok());
        let read = Self::of(name, public.ok_or(BadKey::NoEd25519)?)?;
        if format!("{:08x}", read.id()) == id { Ok(read) } else { Err(BadKey::Malformed) }
    }
}

/// Why a key is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// The name cannot stand in a note.
    #[error("{0:?} cannot be the name of a log: it must not be empty, and hold no space and no plus")]
    Name(String),
    /// The bytes are no key of this kind.
    #[error("it holds no Ed25519 key")]
    NoEd25519,
    /// The text is not `<name>+<id>+<key>`, or the id is of another key.
    #[error("it is not a key like <name>+<id>+<key>, or has been changed")]
    Malformed,
    /// The system could not make one.
    #[error("the system gave no randomness for a key")]
    NoRandomness,
}

/// Why a note vouches for nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadNote {
    /// It does not look like a signed note.
    #[error("it is not a signed note")]
    Malformed,
    /// It bears no signature of the key.
    #[error("it is not signed by {0}")]
    NotSigned(String),
    /// The signature is of another text.
    #[error("the signature of {0} is not of this text: it has been changed")]
    Forged(String),
    /// The text is not a checkpoint.
    #[error("it is signed, but it is no checkpoint")]
    NoCheckpoint,
    /// The checkpoint is of another log than the key.
    #[error("it is the checkpoint of another log, {0}")]
    OtherLog(String),
}

#[cfg(test)]
mod tests;
