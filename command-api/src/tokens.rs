//! Signs access tokens. The private key lives here and nowhere else; everybody else verifies with
//! the published public key.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use domain::access::Actor;
use edge::bearer::{ACCESS_TOKEN_S, Claims, ISSUER, Jwk, Jwks};
use edge::secret_file;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// The file in the data folder that holds the private key.
const KEY_FILE: &str = "signing-key.pem";

/// The key pair that signs access tokens (Ed25519, RFC 8037).
pub struct SigningKeys {
    private: EncodingKey,
    key_id: String,
    public: Jwk,
}

impl SigningKeys {
    /// The key kept in `folder`; made there at the first start.
    pub fn load_or_create(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(KEY_FILE);
        if !path.exists() {
            fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
            let pkcs8 = Ed25519KeyPair::generate_pkcs8(&aws_lc_rs::rand::SystemRandom::new())
                .map_err(|_| anyhow::anyhow!("the system gave no randomness for a signing key"))?;
            let pem = secret_file::pem(pkcs8.as_ref());
            secret_file::write_private(&path, &pem).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Self::load(folder)
    }

    /// The key that a process which signs has made in `folder`.
    pub fn load(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(KEY_FILE);
        let pem = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::from_pem(&pem).with_context(|| format!("{} is not a signing key", path.display()))
    }

    /// A key given as PKCS#8 PEM (`openssl genpkey -algorithm ed25519`).
    pub fn from_pem(pem: &str) -> anyhow::Result<Self> {
        let pkcs8 = secret_file::pkcs8(pem).map_err(anyhow::Error::msg)?;
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&pkcs8)
            .map_err(|error| anyhow::anyhow!("it holds no Ed25519 key: {error}"))?;
        let x = URL_SAFE_NO_PAD.encode(pair.public_key());
        // The key's thumbprint names it (RFC 7638).
        let canonical = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
        let key_id = URL_SAFE_NO_PAD.encode(Sha256::digest(canonical));
        let public = Jwk::ed25519(key_id.clone(), x);
        Ok(Self { private: EncodingKey::from_ed_der(&pkcs8), key_id, public })
    }

    /// What anybody needs to verify the tokens.
    pub fn jwks(&self) -> Jwks {
        Jwks { keys: vec![self.public.clone()] }
    }

    /// An access token for `actor`, good for [`ACCESS_TOKEN_S`] from `now` on. It rests on the account's
    /// history up to `position`, and is void once more has happened that ends tokens.
    pub fn sign_at(&self, actor: &Actor, position: u64, now: DateTime<Utc>) -> anyhow::Result<String> {
        self.encode(actor, Some(position), now, now.timestamp() + ACCESS_TOKEN_S)
    }

    /// The same without looking at any history, for tools: what happens to the account from now on ends it.
    pub fn sign(&self, actor: &Actor, now: DateTime<Utc>) -> anyhow::Result<String> {
        self.sign_until(actor, now, now.timestamp() + ACCESS_TOKEN_S)
    }

    /// An access token that ends at a moment of your choice, in seconds since 1970.
    pub fn sign_until(&self, actor: &Actor, now: DateTime<Utc>, expires_at_s: i64) -> anyhow::Result<String> {
        self.encode(actor, None, now, expires_at_s)
    }

    fn encode(&self, actor: &Actor, pos: Option<u64>, now: DateTime<Utc>, exp: i64) -> anyhow::Result<String> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(self.key_id.clone());
        let claims = Claims {
            sub: actor.account_id,
            role: actor.role,
            exp,
            iat: now.timestamp(),
            iss: ISSUER.into(),
            jti: Uuid::now_v7(),
            pos,
        };
        Ok(jsonwebtoken::encode(&header, &claims, &self.private)?)
    }
}
