//! What counts as signed, and what does not.

use super::*;

const BODY: &[u8] = br#"{"type":"payment.succeeded"}"#;
const AT_S: i64 = 1_767_225_600;
/// As Python's `hmac.new(secret, b"1767225600." + body, sha256)` says.
const HEADER: &str = "t=1767225600,v1=4b8132745b0a9968b14319447f799c6a3e210b4d3b6ddec10bacd3b93d64b8f8";

fn secret() -> PaymentSecret {
    PaymentSecret::from_text("whsec_test_of_evently").unwrap()
}

#[test]
fn signs_as_everybody_else_does() {
    assert_eq!(secret().sign(AT_S, BODY), HEADER);
    assert_eq!(secret().verify(HEADER, BODY, AT_S), Ok(()));
}

#[test]
fn takes_what_is_written_another_way() {
    let (at, signature) = HEADER.split_once(',').unwrap();
    let upper = signature.replace("v1=", "").to_uppercase();
    for header in [
        format!("{signature},{at}"),
        format!("{at}, v0=00, v1=00,{signature}"),
        format!("{at},v1={upper}"),
        format!("{HEADER},v2=later"),
    ] {
        assert_eq!(secret().verify(&header, BODY, AT_S), Ok(()), "{header}");
    }
}

#[test]
fn five_minutes_either_way_and_no_more() {
    for (now_s, expected) in [
        (AT_S + 300, Ok(())),
        (AT_S - 300, Ok(())),
        (AT_S + 301, Err(NotSigned::Stale)),
        (AT_S - 301, Err(NotSigned::Stale)),
        (i64::MIN, Err(NotSigned::Stale)),
    ] {
        assert_eq!(secret().verify(HEADER, BODY, now_s), expected, "{now_s}");
    }
    // Whoever does not know the secret does not learn what time it is either.
    assert_eq!(secret().verify(HEADER, b"{}", AT_S + 1_000), Err(NotSigned::Bad));
}

#[test]
fn nothing_else_counts() {
    let other = PaymentSecret::from_text("whsec_of_somebody_else").unwrap();
    assert_eq!(other.verify(HEADER, BODY, AT_S), Err(NotSigned::Bad));
    assert_eq!(secret().verify(HEADER, b"{\"type\":\"payment.failed\"}", AT_S), Err(NotSigned::Bad));
    let signature = HEADER.split_once(',').unwrap().1;
    for header in [
        String::new(),
        "t=".into(),
        HEADER.replace("t=1767225600", "t=1767225601"),
        HEADER.replace("t=1767225600", "t=+1767225600"),
        HEADER.replace("v1=", "v0="),
        HEADER[..HEADER.len() - 1].into(),
        HEADER[..HEADER.len() - 2].into(),
        format!("t=1767225600,v1={}", "é".repeat(32)),
        signature.into(),
        format!("t=99999999999999999999,{signature}"),
        // Guessing many at once is not looked at.
        format!("t=1767225600,{}{signature}", "v1=00,".repeat(SIGNATURES_MAX)),
    ] {
        assert_eq!(secret().verify(&header, BODY, AT_S), Err(NotSigned::Bad), "{header}");
    }
}

#[test]
fn a_short_secret_is_none() {
    assert!(PaymentSecret::from_text("fifteen bytes !").is_err());
    assert!(PaymentSecret::from_text(" sixteen bytes !!").is_ok());
}
