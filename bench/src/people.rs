//! The bench's customers and its administrator. Their tokens are signed here with the server's own
//! key: ten thousand registrations would measure Argon2.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use chrono::Utc;
use command_api::SigningKeys;
use domain::access::{Actor, Role};
use domain::ids::AccountId;
use hyper::header::HeaderValue;
use uuid::Uuid;

use crate::plan::CUSTOMERS;

/// How long the tokens are good for, in seconds: longer than any run.
const TOKENS_S: i64 = 3_600;

/// `Authorization` headers, made up front.
#[derive(Clone)]
pub(crate) struct People {
    pub(crate) customers: Arc<[HeaderValue]>,
    /// The customers' accounts, in the same order.
    pub(crate) accounts: Arc<[Uuid]>,
    pub(crate) admin: HeaderValue,
}

impl People {
    /// Everybody, with tokens signed by the key in `data_dir`.
    pub(crate) fn invite(data_dir: &Path) -> anyhow::Result<Self> {
        let keys = SigningKeys::load_or_create(data_dir)?;
        let accounts: Arc<[Uuid]> = (0..CUSTOMERS).map(|_| Uuid::now_v7()).collect();
        let customers: anyhow::Result<Vec<HeaderValue>> =
            accounts.iter().map(|account_id| authorization(&keys, *account_id, Role::Customer)).collect();
        let admin = authorization(&keys, Uuid::now_v7(), Role::Admin)?;
        Ok(Self { customers: customers?.into(), accounts, admin })
    }
}

fn authorization(keys: &SigningKeys, account_id: Uuid, role: Role) -> anyhow::Result<HeaderValue> {
    let (actor, now) = (Actor { account_id: AccountId(account_id), role }, Utc::now());
    let token = keys.sign_until(&actor, now, now.timestamp() + TOKENS_S)?;
    HeaderValue::from_str(&format!("Bearer {token}")).context("a token is no header value")
}
