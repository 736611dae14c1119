//! The people who use the platform: looked up, suspended, signed out, trusted with less, erased.

mod erasing;
mod exporting;
mod last_admin;
mod looking_up;
mod suspending;

use serde_json::{Value, json};

use crate::accounts::PASSWORD;
use crate::support::person::Request;
use crate::support::world::{ADMIN_EMAIL, ADMIN_PASSWORD};
use crate::support::{Answer, Person, World};

/// Somebody with an account, signed in.
pub(crate) struct Member {
    pub(crate) person: Person,
    email: String,
    refresh_token: Value,
}

impl Member {
    /// Somebody new, called after the first part of the address.
    pub(crate) async fn signs_up(world: &World, email: &str) -> Self {
        let name = format!("{} Tester", email.split('@').next().unwrap());
        let body = json!({ "email": email, "password": PASSWORD, "name": name });
        world.stranger().post("/api/v1/auth/register").json(&body).await.created();
        Self::comes_in(world, email, PASSWORD).await
    }

    /// The one administrator that every world begins with.
    pub(crate) async fn admin(world: &World) -> Self {
        Self::comes_in(world, ADMIN_EMAIL, ADMIN_PASSWORD).await
    }

    async fn comes_in(world: &World, email: &str, password: &str) -> Self {
        let tokens = signs_in(&world.stranger(), email, password).await.ok();
        let mut person = world.stranger().with_token(tokens["access_token"].as_str().unwrap());
        person.account_id = person.get("/api/v1/users/me").await.id("account_id");
        Self { person, email: email.into(), refresh_token: tokens["refresh_token"].clone() }
    }

    /// Signs in once more.
    pub(crate) async fn signs_in(&self, password: &str) -> Answer {
        signs_in(&self.person, &self.email, password).await
    }

    pub(crate) async fn refreshes(&self) -> Answer {
        self.person.post("/api/v1/auth/refresh").json(&json!({ "refresh_token": self.refresh_token })).await
    }

    /// Suspended, reinstated and so on, by somebody.
    pub(crate) fn is(&self, what: &str, by: &Person) -> Request {
        by.post(&format!("/api/v1/admin/users/{}/{what}", self.person.account_id))
    }

    fn is_granted(&self, role: &str, by: &Person) -> Request {
        by.put(&format!("/api/v1/admin/users/{}/role", self.person.account_id)).json(&json!({ "role": role }))
    }

    /// What those who keep people see of it.
    async fn seen_by(&self, admin: &Person) -> Value {
        admin.get(&format!("/api/v1/admin/users/{}", self.person.account_id)).await.ok()
    }
}

async fn signs_in(person: &Person, email: &str, password: &str) -> Answer {
    person.post("/api/v1/auth/login").json(&json!({ "email": email, "password": password })).await
}
