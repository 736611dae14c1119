//! The rules of accounts, as given/when/then.

use uuid::Uuid;

use super::{
    Account, AccountErased, AccountRegistered, AccountReinstated, AccountSuspended, Command, Event, OtherAdmins,
    Rejection, RoleGranted, SessionsEnded, Standing, SuspensionReason,
};
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

fn grant(role: Role) -> Command {
    Command::GrantRole { role, admins: OtherAdmins::NoneKnown }
}

fn granted(role: Role) -> Event {
    RoleGranted { account_id: ANNA, role }.into()
}

const SUSPEND: Command = Command::SuspendAccount { reason: SuspensionReason::Fraud, admins: OtherAdmins::NoneKnown };
const ERASE: Command = Command::EraseAccount { admins: OtherAdmins::NoneKnown };

fn suspended() -> Event {
    AccountSuspended { account_id: ANNA, reason: SuspensionReason::Fraud }.into()
}

fn reinstated() -> Event {
    AccountReinstated { account_id: ANNA }.into()
}

fn erased() -> Event {
    AccountErased { account_id: ANNA }.into()
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
    let command = grant(Role::Organizer);
    given::<Account>([registered()]).at(ADMIN, NOON).when(&command).then([granted(Role::Organizer)]);
}

#[test]
fn an_admin_takes_a_role_back() {
    let command = Command::GrantRole { role: Role::Customer, admins: OtherAdmins::Some };
    given::<Account>([registered(), granted(Role::Admin)])
        .at(ADMIN, NOON)
        .when(&command)
        .then([granted(Role::Customer)]);
}

#[test]
fn granting_the_role_an_account_already_has_is_quiet() {
    let command = grant(Role::Organizer);
    given::<Account>([registered(), granted(Role::Organizer)]).at(ADMIN, NOON).when(&command).then_nothing();
}

#[test]
fn nobody_but_an_admin_grants_roles_not_even_to_themselves() {
    for role in [Role::Customer, Role::Organizer] {
        given::<Account>([registered()])
            .at(anna(role), NOON)
            .when(&grant(Role::Admin))
            .then_rejected(Rejection::RoleForbids);
    }
}

#[test]
fn a_role_cannot_be_granted_to_an_account_that_does_not_exist() {
    given::<Account>([]).at(ADMIN, NOON).when(&grant(Role::Admin)).then_rejected(Rejection::NoSuchAccount);
}

#[test]
fn who_may_not_grant_does_not_learn_whether_the_account_exists() {
    given::<Account>([]).at(anna(Role::Customer), NOON).when(&grant(Role::Admin)).then_rejected(Rejection::RoleForbids);
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
    assert_eq!(Event::decode("AccountMerged", 1, b"{}"), Err(unknown("AccountMerged", 1)));
    assert_eq!(Event::decode("RoleGranted", 2, b"{}"), Err(unknown("RoleGranted", 2)));
    let damaged = Event::decode("RoleGranted", 1, b"{\"role\":");
    assert!(matches!(damaged, Err(DecodeError::Damaged { schema_version: 1, .. })), "{damaged:?}");
}

#[test]
fn an_admin_suspends_an_account_and_reinstates_it() {
    given::<Account>([registered()]).at(ADMIN, NOON).when(&SUSPEND).then([suspended()]);
    let command = Command::ReinstateAccount;
    given::<Account>([registered(), suspended()]).at(ADMIN, NOON).when(&command).then([reinstated()]);
    given::<Account>([registered(), suspended(), reinstated()]).at(ADMIN, NOON).when(&SUSPEND).then([suspended()]);
}

#[test]
fn suspending_and_reinstating_again_is_quiet() {
    let other = Command::SuspendAccount { reason: SuspensionReason::Abuse, admins: OtherAdmins::NoneKnown };
    for command in [SUSPEND, other] {
        given::<Account>([registered(), suspended()]).at(ADMIN, NOON).when(&command).then_nothing();
    }
    given::<Account>([registered()]).at(ADMIN, NOON).when(&Command::ReinstateAccount).then_nothing();
}

#[test]
fn a_suspended_account_can_be_trusted_with_more_or_less_and_stays_suspended() {
    let history = [registered(), suspended(), granted(Role::Organizer)];
    assert_eq!(replay::<Account>(&history).standing(), Standing::Suspended);
    given::<Account>([registered(), suspended()])
        .at(ADMIN, NOON)
        .when(&grant(Role::Organizer))
        .then([granted(Role::Organizer)]);
}

#[test]
fn sessions_are_ended_by_an_admin_or_by_oneself_and_each_time_anew() {
    let ended = || Event::from(SessionsEnded { account_id: ANNA });
    for by in [ADMIN, anna(Role::Customer)] {
        given::<Account>([registered()]).at(by, NOON).when(&Command::EndSessions).then([ended()]);
        given::<Account>([registered(), ended()]).at(by, NOON).when(&Command::EndSessions).then([ended()]);
    }
    given::<Account>([registered(), suspended()]).at(ADMIN, NOON).when(&Command::EndSessions).then_nothing();
}

#[test]
fn an_account_is_erased_by_an_admin_or_by_oneself_whether_suspended_or_not() {
    for by in [ADMIN, anna(Role::Customer)] {
        given::<Account>([registered()]).at(by, NOON).when(&ERASE).then([erased()]);
        given::<Account>([registered(), suspended()]).at(by, NOON).when(&ERASE).then([erased()]);
    }
}

#[test]
fn erasing_again_is_quiet_and_everything_else_is_refused_for_ever() {
    let history = || [registered(), suspended(), erased()];
    given::<Account>(history()).at(ADMIN, NOON).when(&ERASE).then_nothing();
    let others = [
        register(Role::Customer),
        grant(Role::Admin),
        grant(Role::Customer),
        SUSPEND,
        Command::ReinstateAccount,
        Command::EndSessions,
    ];
    for command in others {
        given::<Account>(history()).at(ADMIN, NOON).when(&command).then_rejected(Rejection::AccountErased);
    }
}

#[test]
fn nobody_but_an_admin_keeps_other_people_and_nobody_reinstates_themselves() {
    let bert = |role| Actor { account_id: AccountId(Uuid::from_u128(0xB)), role };
    for role in [Role::Customer, Role::Organizer] {
        for command in [SUSPEND, Command::ReinstateAccount, Command::EndSessions, ERASE] {
            given::<Account>([registered()]).at(bert(role), NOON).when(&command).then_rejected(Rejection::RoleForbids);
            // Whether there is such an account is none of their business either.
            given::<Account>([]).at(bert(role), NOON).when(&command).then_rejected(Rejection::RoleForbids);
        }
        for command in [SUSPEND, Command::ReinstateAccount] {
            given::<Account>([registered(), suspended()])
                .at(anna(role), NOON)
                .when(&command)
                .then_rejected(Rejection::RoleForbids);
        }
    }
}

#[test]
fn nothing_is_done_to_an_account_that_does_not_exist() {
    for command in [SUSPEND, Command::ReinstateAccount, Command::EndSessions, ERASE] {
        given::<Account>([]).at(ADMIN, NOON).when(&command).then_rejected(Rejection::NoSuchAccount);
    }
}

#[test]
fn the_last_admin_stays_one() {
    let lose = |admins| {
        [
            Command::GrantRole { role: Role::Organizer, admins },
            Command::SuspendAccount { reason: SuspensionReason::Other, admins },
            Command::EraseAccount { admins },
        ]
    };
    let history = || [registered(), granted(Role::Admin)];
    for command in lose(OtherAdmins::NoneKnown) {
        for by in [ADMIN, anna(Role::Admin)] {
            given::<Account>(history()).at(by, NOON).when(&command).then_rejected(Rejection::LastAdmin);
        }
    }
    let reason = SuspensionReason::Other;
    let facts: [Event; 3] = [granted(Role::Organizer), AccountSuspended { account_id: ANNA, reason }.into(), erased()];
    for (command, fact) in lose(OtherAdmins::Some).iter().zip(facts) {
        given::<Account>(history()).at(ADMIN, NOON).when(command).then([fact]);
    }
}

#[test]
fn an_admin_who_is_suspended_is_not_the_last_one() {
    for command in [grant(Role::Customer), ERASE] {
        let state = replay::<Account>(&[registered(), granted(Role::Admin), suspended()]);
        assert!(!state.is_admin());
        let asked = crate::aggregate::Asked { by: ADMIN, at: NOON };
        assert_eq!(state.decide(&command, &asked).map(|events| events.len()), Ok(1));
    }
}

#[test]
fn sessions_of_the_last_admin_can_be_ended() {
    given::<Account>([registered(), granted(Role::Admin)])
        .at(anna(Role::Admin), NOON)
        .when(&Command::EndSessions)
        .then([SessionsEnded { account_id: ANNA }.into()]);
}

#[test]
fn every_reason_is_one_word_the_same_in_the_log_and_outside() {
    for reason in SuspensionReason::ALL {
        assert_eq!(serde_json::to_string(&reason).unwrap(), alloc::format!("\"{}\"", reason.as_str()));
    }
}
