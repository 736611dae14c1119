//! Given what happened to accounts, then the rows of `people`.

use domain::access::Role;
use domain::account::{
    AccountErased, AccountRegistered, AccountReinstated, AccountSuspended, Event, RoleGranted, SessionsEnded,
    SuspensionReason,
};
use domain::ids::AccountId;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::given::World;

const ANNA: Uuid = Uuid::from_u128(0xC);
const BERT: Uuid = Uuid::from_u128(0xD);

fn registered(account: Uuid) -> Event {
    AccountRegistered { account_id: AccountId(account), role: Role::Customer }.into()
}

fn suspended(reason: SuspensionReason) -> Event {
    AccountSuspended { account_id: AccountId(ANNA), reason }.into()
}

async fn anna(world: &World) -> Value {
    world
        .row("SELECT row_to_json(p)::text FROM people p WHERE account_id = '00000000-0000-0000-0000-00000000000c'")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn retells_the_life_of_an_account_in_one_page_or_in_many() {
    let account_id = AccountId(ANNA);
    let life: Vec<Event> = vec![
        registered(ANNA),
        RoleGranted { account_id, role: Role::Organizer }.into(),
        suspended(SuspensionReason::Abuse),
        AccountReinstated { account_id }.into(),
        SessionsEnded { account_id }.into(),
        suspended(SuspensionReason::Fraud),
        AccountErased { account_id }.into(),
    ];
    let after = [
        ("customer", "active", json!(null)),
        ("organizer", "active", json!(null)),
        ("organizer", "suspended", json!("abuse")),
        ("organizer", "active", json!(null)),
        ("organizer", "active", json!(null)),
        ("organizer", "suspended", json!("fraud")),
        ("organizer", "erased", json!(null)),
    ];
    let steps = World::new().await;
    for (length, (role, status, reason)) in (1..).zip(after) {
        let last = steps.append_to(ANNA, &life[length - 1..length]).await;
        steps.project_until(last).await;
        let at_once = World::new().await;
        at_once.append_to(BERT, &[registered(BERT)]).await;
        let last = at_once.append_to(ANNA, &life[..length]).await;
        at_once.project_until(last).await;
        for world in [&steps, &at_once] {
            let row = anna(world).await;
            assert_eq!((&row["role"], &row["status"], &row["reason"]), (&json!(role), &json!(status), &reason));
        }
        assert_eq!(anna(&at_once).await["position"], 2, "the order in which they came");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parks_an_account_that_was_never_registered_and_goes_on() {
    let world = World::new().await;
    world.append_to(ANNA, &[suspended(SuspensionReason::Other)]).await;
    let last = world.append_to(BERT, &[registered(BERT)]).await;
    world.project_until(last).await;
    assert_eq!(world.number("SELECT count(*) FROM people").await, 1);
    assert_eq!(world.number("SELECT count(*) FROM parked_streams WHERE projection = 'people'").await, 1);
    assert_eq!(world.number("SELECT count(*) FROM parked_streams").await, 1, "the others do not look at accounts");
}
