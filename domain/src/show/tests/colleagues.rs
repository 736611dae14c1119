//! Colleagues: whom the organizer trusts with a show, and how far that goes.

use super::*;
use crate::access::Access::{self, Door, Manager};
use crate::aggregate::replay;
use crate::show::{COLLEAGUES_MAX, ColleagueAdded, ColleagueRemoved, Rejection};

fn trust(whom: Actor, access: Access) -> Command {
    Command::AddColleague { account_id: whom.account_id, access }
}

fn distrust(whom: Actor) -> Command {
    Command::RemoveColleague { account_id: whom.account_id }
}

fn trusted(whom: Actor, access: Access) -> Event {
    ColleagueAdded { account_id: whom.account_id, access }.into()
}

fn distrusted(whom: Actor) -> Event {
    ColleagueRemoved { account_id: whom.account_id }.into()
}

#[test]
fn an_organizer_trusts_somebody_once() {
    on_sale([]).at(ORGANIZER, NOON).when(&trust(ANNA, Manager)).then([trusted(ANNA, Manager)]);
    draft([]).at(ADMIN, NOON).when(&trust(ANNA, Door)).then([trusted(ANNA, Door)]);
    on_sale([trusted(ANNA, Door)]).at(ORGANIZER, NOON).when(&trust(ANNA, Door)).then_nothing();
    on_sale([trusted(ANNA, Door)]).at(ORGANIZER, NOON).when(&trust(ANNA, Manager)).then([trusted(ANNA, Manager)]);
    on_sale([called_off()]).at(ORGANIZER, NOON).when(&trust(ANNA, Door)).then([trusted(ANNA, Door)]);
}

#[test]
fn an_organizer_trusts_somebody_no_longer() {
    on_sale([trusted(ANNA, Door)]).at(ORGANIZER, NOON).when(&distrust(ANNA)).then([distrusted(ANNA)]);
    on_sale([]).at(ORGANIZER, NOON).when(&distrust(ANNA)).then_nothing();
    on_sale([trusted(ANNA, Door), distrusted(ANNA)]).at(ORGANIZER, NOON).when(&distrust(ANNA)).then_nothing();
    on_sale([trusted(ANNA, Manager), distrusted(ANNA)])
        .at(ANNA, NOON)
        .when(&Command::Step(Step::Pause))
        .then_rejected(Rejection::RoleForbids);
}

#[test]
fn only_the_organizer_gives_and_takes_access_and_calls_the_show_off() {
    for command in [trust(BORIS, Door), distrust(ANNA), call_off()] {
        for access in [Door, Manager] {
            let history = [trusted(ANNA, access)];
            on_sale(history.clone()).at(ANNA, NOON).when(&command).then_rejected(Rejection::NotYourShow);
            draft(history).at(ANNA, NOON).when(&command).then_rejected(Rejection::NotYourShow);
        }
        on_sale([]).at(RIVAL, NOON).when(&command).then_rejected(Rejection::NotYourShow);
        on_sale([]).at(CARLA, NOON).when(&command).then_rejected(Rejection::RoleForbids);
        draft([]).at(RIVAL, NOON).when(&command).then_rejected(Rejection::NoSuchShow);
        nothing().at(ADMIN, NOON).when(&command).then_rejected(Rejection::NoSuchShow);
    }
}

#[test]
fn a_manager_runs_the_show_whatever_their_role_and_the_door_does_not() {
    let pause = Command::Step(Step::Pause);
    for colleague in [ANNA, RIVAL] {
        on_sale([trusted(colleague, Manager)]).at(colleague, NOON).when(&pause).then([SalePaused {}.into()]);
        on_sale([trusted(colleague, Door)]).at(colleague, NOON).when(&pause).then_rejected(Rejection::NotYourShow);
    }
    draft([trusted(ANNA, Manager)]).at(ANNA, NOON).when(&Command::Step(Step::Publish)).then([ShowPublished {}.into()]);
    let changed = [trusted(ANNA, Manager), trusted(ANNA, Door)];
    on_sale(changed).at(ANNA, NOON).when(&pause).then_rejected(Rejection::NotYourShow);
}

#[test]
fn the_door_knows_of_a_draft_and_cannot_buy_there() {
    let wish = book(FIRST, ANNA, &[(SEATS, 1)]);
    draft([trusted(ANNA, Door)]).at(ANNA, NOON).when(&wish).then_rejected(Rejection::NotOnSale);
    draft([]).at(ANNA, NOON).when(&wish).then_rejected(Rejection::NoSuchShow);
}

#[test]
fn a_show_has_only_so_many_colleagues() {
    let many = |count: usize| (0..count).map(|n| trusted(somebody(0x1000 + n as u128, Role::Customer), Door));
    let full = || many(COLLEAGUES_MAX);
    let too_many = Rejection::TooManyColleagues { limit: COLLEAGUES_MAX };
    let one = somebody(0x1000, Role::Customer);
    on_sale(many(COLLEAGUES_MAX - 1)).at(ORGANIZER, NOON).when(&trust(ANNA, Door)).then([trusted(ANNA, Door)]);
    on_sale(full()).at(ORGANIZER, NOON).when(&trust(ANNA, Door)).then_rejected(too_many);
    on_sale(full()).at(ORGANIZER, NOON).when(&trust(one, Manager)).then([trusted(one, Manager)]);
    let room = full().chain([distrusted(one)]);
    on_sale(room).at(ORGANIZER, NOON).when(&trust(ANNA, Door)).then([trusted(ANNA, Door)]);
}

#[test]
fn who_is_trusted_makes_no_other_revision() {
    let events = [evening().into(), published(), trusted(ANNA, Door), distrusted(ANNA)];
    let revision = |events: &[Event]| replay::<Show>(events).revision();
    assert_eq!(revision(&events), revision(&events[..2]));
}
