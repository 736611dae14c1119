//! Who is asking: access tokens, checked by signature once and remembered until they expire.
//!
//! Only Ed25519 signatures of known keys count. Keys that sign live in command-api alone.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use domain::access::{Actor, Role};
use domain::ids::AccountId;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::problem::Problem;

mod revoked;

pub use revoked::{REVOCATION_KEPT_S, REVOCATIONS_MAX, Revocation};

use revoked::Revoked;

/// How long an access token is good for, in seconds.
pub const ACCESS_TOKEN_S: i64 = 900;

/// Who makes the tokens.
pub const ISSUER: &str = "evently";

/// How many verified tokens are remembered; a busy sale has tens of thousands of buyers.
pub const TOKENS_MAX: u64 = 200_000;

/// The longest token that is looked at; ours take about 350 bytes.
const TOKEN_BYTES_MAX: usize = 2_048;

/// What an access token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Whose account it is.
    pub sub: AccountId,
    /// What the account was trusted with when the token was made.
    pub role: Role,
    /// When it ends, in seconds since 1970.
    pub exp: i64,
    /// When it was made.
    pub iat: i64,
    /// Who made it: [`ISSUER`].
    pub iss: String,
    /// Its own name (`UUIDv7`, so that it tells when it was made to the millisecond).
    pub jti: Uuid,
    /// How much of the account's history it rests on: the position of the last event that was read when
    /// it was made. What happens to the account after that may make it void ([`Verifier::revoke`]). Absent
    /// in tokens that rest on nothing; for those the time in `jti` counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pos: Option<u64>,
}

/// The public keys that tokens are checked with (RFC 7517).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwks {
    /// The keys; the newest signs, older ones still verify.
    pub keys: Vec<Jwk>,
}

/// One Ed25519 public key (RFC 8037).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    /// `OKP`.
    pub kty: String,
    /// `Ed25519`.
    pub crv: String,
    /// `EdDSA`.
    pub alg: String,
    /// `sig`.
    #[serde(rename = "use")]
    pub use_: String,
    /// The key's name, which tokens carry.
    pub kid: String,
    /// The key: 32 bytes in base64url without padding.
    pub x: String,
}

impl Jwk {
    /// The Ed25519 key `x` (base64url) named `kid`.
    pub fn ed25519(kid: impl Into<String>, x: impl Into<String>) -> Self {
        Self {
            kty: "OKP".into(),
            crv: "Ed25519".into(),
            alg: "EdDSA".into(),
            use_: "sig".into(),
            kid: kid.into(),
            x: x.into(),
        }
    }
}

/// Checks access tokens. Cheap to clone: all clones share keys and memory.
#[derive(Clone)]
pub struct Verifier(Arc<Inner>);

struct Inner {
    keys: HashMap<String, DecodingKey>,
    validation: Validation,
    verified: Cache<Box<str>, Verified>,
    revoked: Revoked,
}

#[derive(Clone, Copy)]
struct Verified {
    actor: Actor,
    exp: i64,
    position: Option<u64>,
    made_ms: u64,
}

impl Verifier {
    /// Trusts these keys. Keys of other kinds are passed over.
    pub fn new(jwks: &Jwks) -> Self {
        let keys = jwks
            .keys
            .iter()
            .filter(|key| key.kty == "OKP" && key.crv == "Ed25519" && key.alg == "EdDSA")
            .filter_map(|key| Some((key.kid.clone(), DecodingKey::from_ed_components(&key.x).ok()?)))
            .collect();
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        validation.leeway = 0;
        // Expiry is checked here on every use, remembered or not, so that there is one answer.
        validation.validate_exp = false;
        let (verified, revoked) = (Cache::new(TOKENS_MAX), Revoked::default());
        Self(Arc::new(Inner { keys, validation, verified, revoked }))
    }

    /// Makes older tokens of these accounts void, at once and for all clones. Whoever hears of revocations
    /// from elsewhere says all that still count again and again, at least every [`REVOCATION_KEPT_S`].
    pub fn revoke(&self, revocations: impl IntoIterator<Item = Revocation>) {
        self.0.revoked.take(revocations, now_s());
    }

    /// Whose token this is.
    pub fn verify(&self, token: &str) -> Result<Actor, Problem> {
        let now = now_s();
        if let Some(known) = self.0.verified.get(token) {
            if now < known.exp {
                return self.unless_revoked(&known);
            }
            self.0.verified.invalidate(token);
            return Err(expired());
        }
        let claims = self.decode(token)?;
        if claims.exp <= now {
            return Err(expired());
        }
        let actor = Actor { account_id: claims.sub, role: claims.role };
        let verified = Verified { actor, exp: claims.exp, position: claims.pos, made_ms: made_ms(claims.jti) };
        self.0.verified.insert(token.into(), verified);
        self.unless_revoked(&verified)
    }

    #[inline]
    fn unless_revoked(&self, token: &Verified) -> Result<Actor, Problem> {
        if self.0.revoked.covers(token) { Err(revoked()) } else { Ok(token.actor) }
    }

    fn decode(&self, token: &str) -> Result<Claims, Problem> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(invalid("it is too long"));
        }
        let header = decode_header(token).map_err(|_| invalid("it is not a signed token of ours"))?;
        if header.alg != Algorithm::EdDSA {
            return Err(invalid("it is not signed with EdDSA"));
        }
        let key = header.kid.as_ref().and_then(|kid| self.0.keys.get(kid));
        let key = key.ok_or_else(|| invalid("its key is not known here"))?;
        let token = decode::<Claims>(token, key, &self.0.validation).map_err(|error| match error.kind() {
            ErrorKind::InvalidSignature => invalid("its signature does not fit"),
            _ => invalid("its claims are not those of Evently"),
        })?;
        Ok(token.claims)
    }

    /// Who asks, by the request's headers; `None` without a token.
    pub(crate) fn caller(&self, headers: &HeaderMap) -> Result<Option<Actor>, Problem> {
        let Some(value) = headers.get(AUTHORIZATION) else { return Ok(None) };
        let token = value.to_str().ok().and_then(bearer_token);
        let token = token.ok_or_else(|| invalid("Authorization is `Bearer <access token>`"))?;
        self.verify(token).map(Some)
    }
}

fn bearer_token(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn now_s() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs().cast_signed())
}

/// When a token was made, in milliseconds since 1970; 0 if its name does not tell.
fn made_ms(jti: Uuid) -> u64 {
    jti.get_timestamp().map_or(0, |made| {
        let (seconds, nanoseconds) = made.to_unix();
        seconds * 1_000 + u64::from(nanoseconds / 1_000_000)
    })
}

fn revoked() -> Problem {
    let detail = "Something happened to this account since the access token was made; refresh it, or sign in again.";
    refused("token-revoked", detail.to_owned())
}

fn expired() -> Problem {
    refused("token-expired", "The access token has expired; refresh it.".to_owned())
}

fn invalid(why: &str) -> Problem {
    refused("invalid-token", format!("The access token is not accepted: {why}."))
}

fn refused(code: &'static str, detail: String) -> Problem {
    let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
    Problem::unauthorized(code, detail).header(WWW_AUTHENTICATE, challenge)
}

/// The person who asks. Without a token there is no answer.
#[derive(Clone, Copy, Debug)]
pub struct Caller(pub Actor);

impl<S: Sync> FromRequestParts<S> for Caller
where
    Verifier: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Verifier::from_ref(state).caller(&parts.headers)? {
            Some(actor) => Ok(Self(actor)),
            None => Err(Problem::unauthorized("missing-token", "Sign in, and send the access token as bearer.")),
        }
    }
}

/// The person who asks, where strangers may ask too. A bad token is refused all the same.
#[derive(Clone, Copy, Debug)]
pub struct MaybeCaller(pub Option<Actor>);

impl<S: Sync> FromRequestParts<S> for MaybeCaller
where
    Verifier: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Verifier::from_ref(state).caller(&parts.headers).map(Self)
    }
}

#[cfg(test)]
pub(crate) mod tests;
