//! People: registering, signing in and staying signed in, signing out, being trusted with more.

mod registering;
mod roles;
mod signing_in;

use serde_json::{Value, json};

use crate::support::{Answer, Person};

pub(crate) const PASSWORD: &str = "correct horse battery";

/// Ada registers.
async fn registers(stranger: &Person, email: &str) -> Answer {
    stranger.post("/api/v1/auth/register").json(&ada(email)).await
}

fn ada(email: &str) -> Value {
    json!({ "email": email, "password": PASSWORD, "name": "Ada Lovelace" })
}

async fn logs_in(stranger: &Person, email: &str, password: &str) -> Answer {
    stranger.post("/api/v1/auth/login").json(&json!({ "email": email, "password": password })).await
}

async fn refreshes(stranger: &Person, refresh_token: &Value) -> Answer {
    stranger.post("/api/v1/auth/refresh").json(&json!({ "refresh_token": refresh_token })).await
}
