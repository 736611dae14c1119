//! Accounts: what happens to them is counted, and what must not happen is named.

use serde_json::{Value, json};

use crate::given::{ADA, BOB, World};

fn account() -> Value {
    json!({ "account_id": ADA })
}

fn suspended(reason: &str) -> Value {
    json!({ "account_id": ADA, "reason": reason })
}

fn granted(role: &str) -> Value {
    json!({ "account_id": ADA, "role": role })
}

/// Ada is suspended, reinstated, trusted with more, signed out, and at last erased.
async fn a_life(world: &World) {
    world.small_log().await;
    for (kind, payload) in [
        ("AccountSuspended", suspended("fraud")),
        ("AccountReinstated", account()),
        ("RoleGranted", granted("organizer")),
        ("SessionsEnded", account()),
        ("AccountSuspended", suspended("own_request")),
    ] {
        world.to_account(ADA, kind, payload).await;
    }
}

#[tokio::test]
async fn passes_over_the_life_of_an_account() {
    let world = World::new().await;
    a_life(&world).await;
    world.project().await;
    assert_eq!(world.verify().await.difference, None);
    world.to_account(ADA, "AccountErased", account()).await;
    world.project().await;
    assert_eq!(world.verify().await.difference, None);
}

#[tokio::test]
async fn names_each_difference_in_the_table_of_people() {
    let world = World::new().await;
    a_life(&world).await;
    world.project().await;
    for (wrong, difference) in [
        (format!("UPDATE people SET role = 'admin' WHERE account_id = '{ADA}'"), "has role \"admin\""),
        (format!("UPDATE people SET status = 'active' WHERE account_id = '{ADA}'"), "has status \"active\""),
        (format!("UPDATE people SET reason = 'fraud' WHERE account_id = '{ADA}'"), "has reason Some(\"fraud\")"),
        (format!("UPDATE people SET changed_at = now() WHERE account_id = '{ADA}'"), "has changed_at"),
        (format!("UPDATE people SET position = 999 WHERE account_id = '{BOB}'"), "has position 999"),
        (format!("DELETE FROM people WHERE account_id = '{BOB}'"), "there is no row for account"),
        (
            "INSERT INTO people SELECT gen_random_uuid(), role, status, reason, registered_at, changed_at, 999
             FROM people LIMIT 1"
                .into(),
            "is one that the log does not know",
        ),
    ] {
        world.sql(&wrong).await;
        world.finds(difference).await;
        world.project_anew().await;
    }
    assert_eq!(world.verify().await.difference, None);
}

#[tokio::test]
async fn names_what_must_not_happen_to_an_account() {
    for (before, kind, payload, difference) in [
        (vec![], "AccountSuspended", suspended("she said so"), "none of the words that may stand here"),
        (vec![], "RoleGranted", granted("emperor"), "none of the words that may stand here"),
        (vec![], "RoleGranted", granted("customer"), "is granted the role customer that it has"),
        (vec![], "AccountReinstated", account(), "goes from active to active"),
        (vec![("AccountSuspended", suspended("other"))], "SessionsEnded", account(), "that is suspended"),
        (vec![("AccountErased", account())], "AccountErased", account(), "that was erased"),
        (vec![("AccountErased", account())], "RoleGranted", granted("admin"), "that was erased"),
        (vec![], "SaleClosed", json!({}), "does not belong in the stream of an account"),
        (vec![], "AccountErased", json!({ "account_id": BOB }), "it speaks of another account"),
    ] {
        let world = World::new().await;
        world.small_log().await;
        for (kind, payload) in before {
            world.to_account(ADA, kind, payload).await;
        }
        world.to_account(ADA, kind, payload).await;
        world.finds(difference).await;
    }
}
