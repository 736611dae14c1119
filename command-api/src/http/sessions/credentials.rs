//! What an e-mail address and a password have to be like, and whether a password is the right one.

use edge::problem::Problem;

use crate::accounts::Person;
use crate::app::App;

/// The longest e-mail address, in bytes (RFC 5321).
pub(super) const EMAIL_BYTES_MAX: usize = 254;
/// How long a password may be, in bytes: short ones are guessed, huge ones only cost time.
const PASSWORD_BYTES: std::ops::RangeInclusive<usize> = 8..=256;

pub(super) const NOT_AN_EMAIL: &str = "must be an e-mail address, for example ada@example.org";

pub(super) fn password_fault(password: &str) -> Option<String> {
    let (least, most) = PASSWORD_BYTES.into_inner();
    (!PASSWORD_BYTES.contains(&password.len())).then(|| format!("must be {least} to {most} bytes long"))
}

/// Whether somebody could sign in with these; if not, what is wrong with them.
pub(crate) fn check_sign_in(email: &str, password: &str) -> Result<(), String> {
    if !is_email(email) {
        return Err(format!("the e-mail address {NOT_AN_EMAIL}"));
    }
    password_fault(password).map_or(Ok(()), |fault| Err(format!("the password {fault}")))
}

/// Something before one `@`, and a dotted name after it. Whether mail arrives only mail can tell.
pub(super) fn is_email(email: &str) -> bool {
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && c != '@';
    let Some((mailbox, host)) = email.split_once('@') else { return false };
    let labels = host.split('.').all(|label| !label.is_empty());
    email.len() <= EMAIL_BYTES_MAX
        && !mailbox.is_empty()
        && mailbox.chars().all(plain)
        && host.chars().all(plain)
        && host.contains('.')
        && labels
}

/// The person, if the password is theirs. Whoever is not there takes as long to be refused.
pub(in crate::http) async fn verified(
    app: &App,
    found: Option<Person>,
    mut password: String,
) -> Result<Person, Problem> {
    let hash = found.as_ref().map(|person| person.password_hash.clone());
    if password.len() > *PASSWORD_BYTES.end() {
        password.clear();
    }
    let is_right = app.passwords.verify(password, hash).await?;
    found
        .filter(|_| is_right)
        .ok_or_else(|| Problem::unauthorized("invalid-credentials", "unknown e-mail address or wrong password"))
}

#[cfg(test)]
mod tests {
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
}
