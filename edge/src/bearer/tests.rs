//! Tokens of every bad kind, and the good one.

use super::*;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::routing::get;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{EncodingKey, Header, encode};
use tower::ServiceExt;

const ANNA: AccountId = AccountId(Uuid::from_u128(7));

/// A private key for tests: PKCS #8 around 32 bytes of seed.
fn key(seed: u8) -> EncodingKey {
    let prefix = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    EncodingKey::from_ed_der(&[prefix.as_slice(), &[seed; 32]].concat())
}

fn public(seed: u8, kid: &str) -> Jwk {
    let jwk = jsonwebtoken::jwk::Jwk::from_encoding_key(&key(seed), Algorithm::EdDSA).unwrap();
    let jsonwebtoken::jwk::AlgorithmParameters::OctetKeyPair(pair) = jwk.algorithm else { panic!("not an OKP") };
    Jwk::ed25519(kid, pair.x)
}

fn verifier() -> Verifier {
    Verifier::new(&Jwks { keys: vec![public(1, "one")] })
}

fn claims(valid_s: i64) -> Claims {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().cast_signed();
    let iss = ISSUER.to_owned();
    Claims { sub: ANNA, role: Role::Customer, exp: now + valid_s, iat: now, iss, jti: Uuid::from_u128(1), pos: None }
}

fn token(kid: Option<&str>, claims: &Claims, seed: u8) -> String {
    let header = Header { kid: kid.map(str::to_owned), ..Header::new(Algorithm::EdDSA) };
    encode(&header, claims, &key(seed)).unwrap()
}

/// For tests of what depends on who asks: a verifier, and the tokens of two people.
pub(crate) fn two_callers() -> (Verifier, String, String) {
    let bert = Claims { sub: AccountId(Uuid::from_u128(8)), ..claims(60) };
    (verifier(), token(Some("one"), &claims(60), 1), token(Some("one"), &bert, 1))
}

fn code(outcome: Result<Actor, Problem>) -> &'static str {
    outcome.expect_err("the token was taken").code()
}

#[test]
fn takes_its_own_tokens_the_first_time_and_from_memory() {
    let verifier = verifier();
    let token = token(Some("one"), &claims(60), 1);
    let anna = Actor { account_id: ANNA, role: Role::Customer };
    assert_eq!(verifier.verify(&token).unwrap(), anna);
    assert!(verifier.0.verified.contains_key(token.as_str()));
    assert_eq!(verifier.verify(&token).unwrap(), anna);
}

#[test]
fn refuses_an_expired_token() {
    let old = token(Some("one"), &claims(-1), 1);
    assert_eq!(code(verifier().verify(&old)), "token-expired");
}

#[test]
fn forgets_a_token_when_it_expires() {
    let verifier = verifier();
    let token = token(Some("one"), &claims(60), 1);
    let actor = verifier.verify(&token).unwrap();
    let ended = Verified { actor, exp: 1, position: None, made_ms: 0 };
    verifier.0.verified.insert(token.as_str().into(), ended);
    assert_eq!(code(verifier.verify(&token)), "token-expired");
    assert!(!verifier.0.verified.contains_key(token.as_str()));
}

#[test]
fn refuses_foreign_keys_whatever_they_call_themselves() {
    let verifier = verifier();
    assert_eq!(code(verifier.verify(&token(Some("one"), &claims(60), 2))), "invalid-token");
    assert_eq!(code(verifier.verify(&token(Some("two"), &claims(60), 2))), "invalid-token");
    assert_eq!(code(verifier.verify(&token(None, &claims(60), 1))), "invalid-token");
}

#[test]
fn refuses_another_issuer() {
    let claims = Claims { iss: "somebody".into(), ..claims(60) };
    assert_eq!(code(verifier().verify(&token(Some("one"), &claims, 1))), "invalid-token");
}

#[test]
fn refuses_every_changed_part() {
    let verifier = verifier();
    let good = token(Some("one"), &claims(60), 1);
    verifier.verify(&good).unwrap();
    let parts: Vec<&str> = good.split('.').collect();
    let admin = Claims { role: Role::Admin, ..claims(60) };
    let admin = BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(&admin).unwrap());
    let mut signature = BASE64_URL_SAFE_NO_PAD.decode(parts[2]).unwrap();
    signature[0] ^= 1;
    let signature = BASE64_URL_SAFE_NO_PAD.encode(signature);
    for bad in [
        format!("{}.{admin}.{}", parts[0], parts[2]),
        format!("{}.{}.{signature}", parts[0], parts[1]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{good}x"),
        format!("{good}.x"),
    ] {
        assert_eq!(code(verifier.verify(&bad)), "invalid-token", "{bad}");
    }
}

#[test]
fn refuses_unsigned_and_differently_signed_tokens() {
    let payload = BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(&claims(60)).unwrap());
    for header in [
        r#"{"alg":"none","kid":"one"}"#,
        r#"{"alg":"None","typ":"JWT","kid":"one"}"#,
        r#"{"alg":"HS256","typ":"JWT","kid":"one"}"#,
        r#"{"alg":"EdDSA"}"#,
        "{}",
        "not json",
    ] {
        let header = BASE64_URL_SAFE_NO_PAD.encode(header);
        for bad in [format!("{header}.{payload}."), format!("{header}.{payload}.AAAA"), format!("{header}.{payload}")] {
            assert_eq!(code(verifier().verify(&bad)), "invalid-token", "{bad}");
        }
    }
    // The public key as the secret of an HMAC: the classic confusion.
    let secret = EncodingKey::from_secret(public(1, "one").x.as_bytes());
    let header = Header { kid: Some("one".into()), ..Header::new(Algorithm::HS256) };
    let confused = encode(&header, &claims(60), &secret).unwrap();
    assert_eq!(code(verifier().verify(&confused)), "invalid-token");
}

#[test]
fn refuses_what_is_no_token_at_all() {
    for bad in ["", ".", "..", "abc", "a.b.c", "\u{0}", &"x".repeat(5_000)] {
        assert_eq!(code(verifier().verify(bad)), "invalid-token", "{bad}");
    }
}

#[test]
fn passes_over_keys_of_other_kinds() {
    let mut strange = public(1, "one");
    strange.crv = "X25519".into();
    let broken = Jwk::ed25519("two", "not base64!");
    let verifier = Verifier::new(&Jwks { keys: vec![strange, broken] });
    assert!(verifier.0.keys.is_empty());
}

#[test]
fn publishes_keys_the_way_others_read_them() {
    let jwks = serde_json::to_string(&Jwks { keys: vec![public(1, "one")] }).unwrap();
    let theirs: jsonwebtoken::jwk::JwkSet = serde_json::from_str(&jwks).unwrap();
    assert!(theirs.find("one").is_some_and(jsonwebtoken::jwk::Jwk::is_supported));
    assert!(jwks.contains(r#""use":"sig""#), "{jwks}");
}

async fn ask(path: &str, authorization: Option<&str>) -> (StatusCode, String, Option<String>) {
    let app = Router::new()
        .route("/me", get(async |Caller(actor)| actor.account_id.to_string()))
        .route("/all", get(async |MaybeCaller(actor)| actor.map_or("nobody".into(), |a| a.account_id.to_string())))
        .with_state(verifier());
    let mut request = Request::get(path);
    if let Some(authorization) = authorization {
        request = request.header(AUTHORIZATION, authorization);
    }
    let response = app.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let challenge = response.headers().get(WWW_AUTHENTICATE).map(|value| value.to_str().unwrap().to_owned());
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8(body.into()).unwrap(), challenge)
}

#[tokio::test]
async fn knows_the_caller() {
    let good = token(Some("one"), &claims(60), 1);
    for scheme in ["Bearer", "bearer"] {
        let (status, body, _) = ask("/me", Some(&format!("{scheme} {good}"))).await;
        assert_eq!((status, body), (StatusCode::OK, ANNA.to_string()));
    }
    assert_eq!(ask("/all", Some(&format!("Bearer {good}"))).await.1, ANNA.to_string());
}

#[tokio::test]
async fn sends_strangers_to_sign_in() {
    let (status, body, challenge) = ask("/me", None).await;
    assert_eq!((status, challenge.as_deref()), (StatusCode::UNAUTHORIZED, Some("Bearer")));
    assert!(body.contains("missing-token"), "{body}");
    assert_eq!(ask("/all", None).await.1, "nobody");
}

#[tokio::test]
async fn refuses_bad_tokens_even_where_strangers_may_ask() {
    for authorization in ["Bearer x", "Bearer", "Basic YTpi", "Bearer ü"] {
        for path in ["/me", "/all"] {
            let (status, body, challenge) = ask(path, Some(authorization)).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{authorization}");
            assert!(body.contains("invalid-token"), "{body}");
            assert_eq!(challenge.as_deref(), Some("Bearer error=\"invalid_token\""));
        }
    }
}

/// A name as a token made at this millisecond has.
fn made_at(ms: u64) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(ms, &[0; 10]).into_uuid()
}

fn revocation(position: u64, at_ms: u64) -> Revocation {
    Revocation { account_id: ANNA, position, at_ms }
}

#[test]
fn a_token_that_rests_on_less_than_has_happened_is_void_remembered_or_not() {
    let verifier = verifier();
    let at = |position| token(Some("one"), &Claims { pos: Some(position), ..claims(60) }, 1);
    let remembered = at(6);
    verifier.verify(&remembered).unwrap();
    verifier.revoke([revocation(7, 0)]);
    assert_eq!(code(verifier.verify(&remembered)), "token-revoked");
    assert_eq!(code(verifier.verify(&at(5))), "token-revoked");
    assert_eq!(code(verifier.verify(&at(5))), "token-revoked", "nor from memory");
    verifier.verify(&at(7)).unwrap();
    // What is older than what is known changes nothing.
    verifier.revoke([revocation(3, 0)]);
    assert_eq!(code(verifier.verify(&at(6))), "token-revoked");
}

#[test]
fn a_token_that_names_no_position_is_void_if_it_was_made_by_then() {
    let verifier = verifier();
    verifier.revoke([revocation(7, 1_000)]);
    for (jti, is_void) in [(made_at(999), true), (made_at(1_000), true), (made_at(1_001), false)] {
        let outcome = verifier.verify(&token(Some("one"), &Claims { jti, ..claims(60) }, 1));
        assert_eq!(outcome.is_err(), is_void, "{jti}");
    }
    let nameless = token(Some("one"), &Claims { jti: Uuid::from_u128(9), ..claims(60) }, 1);
    assert_eq!(code(verifier.verify(&nameless)), "token-revoked");
}

#[test]
fn nobody_else_is_touched_by_a_revocation() {
    let (verifier, anna, bert) = two_callers();
    verifier.revoke([revocation(u64::MAX, u64::MAX)]);
    assert_eq!(code(verifier.verify(&anna)), "token-revoked");
    verifier.verify(&bert).unwrap();
}

#[test]
fn a_revocation_is_forgotten_when_it_has_not_been_heard_of_for_the_life_of_a_token() {
    let verifier = verifier();
    let old = token(Some("one"), &Claims { pos: Some(1), ..claims(60) }, 1);
    verifier.0.revoked.take([revocation(7, 0)], 1_000);
    verifier.0.revoked.take([], 1_000 + REVOCATION_KEPT_S - 1);
    assert_eq!(code(verifier.verify(&old)), "token-revoked");
    verifier.0.revoked.take([], 1_000 + REVOCATION_KEPT_S);
    verifier.verify(&old).unwrap();
}
