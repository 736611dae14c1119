//! The verbs of making read models anew.

use serde_json::{Value, json};
use uuid::Uuid;

use super::person::Request;
use super::{Person, World, in_time};

impl Person {
    /// Makes a read model anew, or all of them.
    pub(crate) fn replays(&self, projection: &str) -> Request {
        self.post("/api/v1/admin/replays").json(&json!({ "projection": projection }))
    }

    /// Builds what was true at a position.
    pub(crate) fn builds(&self, projection: &str, to_position: u64) -> Request {
        let body = json!({ "projection": projection, "to_position": to_position });
        self.post("/api/v1/admin/replays").json(&body)
    }

    pub(crate) fn cancels_replay(&self, replay_id: Uuid) -> Request {
        self.delete(&format!("/api/v1/admin/replays/{replay_id}"))
    }

    pub(crate) fn rolls_back(&self, replay_id: Uuid) -> Request {
        self.post(&format!("/api/v1/admin/replays/{replay_id}/rollback"))
    }

    /// Tries a parked show again.
    pub(crate) fn unparks(&self, projection: &str, show_id: Uuid) -> Request {
        self.post(&format!("/api/v1/admin/projections/{projection}/parked/show-{show_id}/retry"))
    }

    /// How far a replay is.
    pub(crate) async fn sees_replay(&self, replay_id: Uuid) -> Value {
        self.get(&format!("/api/v1/admin/replays/{replay_id}")).await.ok()
    }

    /// Waits until a replay is in a phase; tells what is said of it then.
    pub(crate) async fn waits_for_phase(&self, replay_id: Uuid, phase: &str) -> Value {
        let wait = async {
            loop {
                let told = self.sees_replay(replay_id).await;
                if told["phase"] == phase {
                    return told;
                }
                assert_ne!(told["phase"], "failed", "{told}");
            }
        };
        in_time(phase, wait).await
    }

    /// One projection as admins see it.
    pub(crate) async fn sees_projection(&self, name: &str) -> Value {
        let all = self.get("/api/v1/admin/projections").await.ok();
        all["data"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap().clone()
    }
}

impl World {
    /// Says that a projection goes on without a show from its first event on, whatever it has folded of it.
    pub(crate) async fn parks(&self, projection: &str, show_id: Uuid) {
        let mut connection = self.database.connect().await;
        let statement = "INSERT INTO parked_streams (projection, stream, position, error)
                         SELECT $1, stream, position, 'planted' FROM events WHERE stream = $2 AND version = 1";
        let stream = format!("show-{show_id}");
        sqlx::query(statement).bind(projection).bind(stream).execute(&mut connection).await.unwrap();
    }
}
