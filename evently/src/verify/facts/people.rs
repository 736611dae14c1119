//! What happened to accounts, as its JSON is documented.

use std::borrow::Cow;

use serde::Deserialize;
use uuid::Uuid;

#[derive(Deserialize)]
pub(in crate::verify) struct Account {
    pub(in crate::verify) account_id: Uuid,
}

#[derive(Deserialize)]
pub(in crate::verify) struct Trusted<'a> {
    pub(in crate::verify) account_id: Uuid,
    #[serde(borrow)]
    pub(in crate::verify) role: Cow<'a, str>,
}

#[derive(Deserialize)]
pub(in crate::verify) struct Suspended<'a> {
    pub(in crate::verify) account_id: Uuid,
    #[serde(borrow)]
    pub(in crate::verify) reason: Cow<'a, str>,
}
