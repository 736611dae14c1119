//! The rules of accounts, as given/when/then.

use uuid::Uuid;

use super::{Account, AccountRegistered, Command, Event, Rejection, RoleGranted};
use crate::Timestamp;
use crate::access::{Actor, Role};
use crate::aggregate::{Aggregate, replay};
use crate::event::{DecodeError, DomainEvent};
use crate::ids::AccountId;
use crate::testing::given;

const ANNA: AccountId = AccountId(Uuid::from_u128(0xA1));
const ADMIN: Actor = Actor { account_id: AccountId(Uuid::from_u128(0xAD)), role: Role::Admin };
const NOON: Timestamp = Timestamp::UNIX_EPOCH;

fn register(role: Role) -> Command {
    Command::RegisterAccount { account_id: ANNA, role }
}

fn registered() -> Event {
    AccountRegistered { account_id: ANNA, role: Role::Customer }.into()
}

fn granted(role: Role) -> Event {
    RoleGranted { account_id: ANNA, role }.into()
}

fn anna(role: Role) -> Actor {
    Actor { account_id: ANNA, role }
}

#[test]
fn registering_opens_an_account() {
    given::<Account>([]).at(anna(Role::Customer), NOON).when(&register(Role::Customer)).then([registered()]);
}

#[test]
fn registering_can_trust_the_account_with_more_from_the_start() {
    let admin = AccountRegistered { account_id: ANNA, role: Role::Admin };
    given::<Account>([]).at(ADMIN, NOON).when(&register(Role::Admin)).then([admin.into()]);
}

#[test]
fn registering_again_is_quiet() {
    given::<Account>([registered()]).at(anna(Role::Customer), NOON).when(&register(Role::Customer)).then_nothing();
}

#[test]
fn registering_again_gives_no_other_role() {
    given::<Account>([registered()]).at(anna(Role::Customer), NOON).when(&register(Role::Admin)).then_nothing();
}

#[test]
fn an_admin_grants_a_role() {
    let command = Command::GrantRole { role: Role::Organizer };
    given::<Account>([registered()]).at(ADMIN, NOON).when(&command).then([granted(Role::Organizer)]);
}

#[test]
fn an_admin_takes_a_role_back() {
    let command = Command::GrantRole { role: Role::Customer };
    given::<Account>([registered(), granted(Role::Admin)])
        .at(ADMIN, NOON)
        .when(&command)
        .then([granted(Role::Customer)]);
}

#[test]
fn granting_the_role_an_account_already_has_is_quiet() {
    let command = Command::GrantRole { role: Role::Organizer };
    given::<Account>([registered(), granted(Role::Organizer)]).at(ADMIN, NOON).when(&command).then_nothing();
}

#[test]
fn nobody_but_an_admin_grants_roles_not_even_to_themselves() {
    for role in [Role::Customer, Role::Organizer] {
        given::<Account>([registered()])
            .at(anna(role), NOON)
            .when(&Command::GrantRole { role: Role::Admin })
            .then_rejected(Rejection::RoleForbids);
    }
}

#[test]
fn a_role_cannot_be_granted_to_an_account_that_does_not_exist() {
    given::<Account>([])
        .at(ADMIN, NOON)
        .when(&Command::GrantRole { role: Role::Admin })
        .then_rejected(Rejection::NoSuchAccount);
}

#[test]
fn who_may_not_grant_does_not_learn_whether_the_account_exists() {
    given::<Account>([])
        .at(anna(Role::Customer), NOON)
        .when(&Command::GrantRole { role: Role::Admin })
        .then_rejected(Rejection::RoleForbids);
}

#[test]
fn a_spent_key_is_refused_as_reused() {
    assert_eq!(Account::key_spent(), Rejection::IdempotencyKeyReused);
    assert_eq!(registered().key(), None, "registering spends no key of the log");
}

#[test]
fn the_role_is_the_last_one_granted() {
    assert_eq!(replay::<Account>(&[]).role(), None);
    assert_eq!(replay::<Account>(&[registered()]).role(), Some(Role::Customer));
    assert_eq!(replay::<Account>(&[registered(), granted(Role::Admin)]).role(), Some(Role::Admin));
}

#[test]
fn an_event_of_a_newer_evently_is_told_apart_from_a_damaged_one() {
    let unknown =
        |event_type: &str, schema_version| DecodeError::Unknown { event_type: event_type.into(), schema_version };
    assert_eq!(Event::decode("AccountErased", 1, b"{}"), Err(unknown("AccountErased", 1)));
    assert_eq!(Event::decode("RoleGranted", 2, b"{}"), Err(unknown("RoleGranted", 2)));
    let damaged = Event::decode("RoleGranted", 1, b"{\"role\":");
    assert!(matches!(damaged, Err(DecodeError::Damaged { schema_version: 1, .. })), "{damaged:?}");
}
