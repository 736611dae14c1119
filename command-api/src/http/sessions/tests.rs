//! Who could sign in at all.

use super::*;

#[test]
fn nobody_signs_in_with_a_blank_or_endless_password_or_without_an_address() {
    assert_eq!(check_sign_in("ada@example.org", "correct horse"), Ok(()));
    for password in ["", "short", &"p".repeat(257)] {
        assert!(check_sign_in("ada@example.org", password).is_err(), "{password}");
    }
    for email in ["", "ada", "ada@", "@example.org", "ada@host", "ada@a..b", "a da@example.org"] {
        assert!(check_sign_in(email, "correct horse").is_err(), "{email}");
    }
}
