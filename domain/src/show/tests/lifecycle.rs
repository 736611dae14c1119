//! From draft to sale, and every way a sale ends.

use super::*;
use crate::show::{Rejection, SaleResumed};

#[test]
fn publishing_a_draft_puts_it_on_sale() {
    draft([]).at(ORGANIZER, NOON).when(&Command::Step(Step::Publish)).then([published()]);
}

#[test]
fn publishing_again_is_quiet() {
    on_sale([]).at(ORGANIZER, NOON).when(&Command::Step(Step::Publish)).then_nothing();
}

#[test]
fn a_show_can_be_published_until_it_is_over() {
    draft([]).at(ORGANIZER, ENDS - A_MOMENT).when(&Command::Step(Step::Publish)).then([published()]);
}

#[test]
fn a_show_that_is_over_cannot_be_published() {
    draft([]).at(ORGANIZER, ENDS).when(&Command::Step(Step::Publish)).then_rejected(Rejection::EventOver);
}

#[test]
fn a_paused_show_is_resumed_not_published() {
    on_sale([paused()]).at(ORGANIZER, NOON).when(&Command::Step(Step::Publish)).then_rejected(Rejection::SaleIsPaused);
}

#[test]
fn pausing_stops_the_sale() {
    on_sale([]).at(ORGANIZER, NOON).when(&Command::Step(Step::Pause)).then([paused()]);
}

#[test]
fn pausing_again_is_quiet() {
    on_sale([paused()]).at(ORGANIZER, NOON).when(&Command::Step(Step::Pause)).then_nothing();
}

#[test]
fn resuming_sells_again() {
    on_sale([paused()]).at(ORGANIZER, NOON).when(&Command::Step(Step::Resume)).then([SaleResumed {}.into()]);
}

#[test]
fn resuming_again_is_quiet() {
    on_sale([paused(), SaleResumed {}.into()]).at(ORGANIZER, NOON).when(&Command::Step(Step::Resume)).then_nothing();
}

#[test]
fn closing_ends_the_sale() {
    on_sale([]).at(ORGANIZER, NOON).when(&Command::Step(Step::Close)).then([closed()]);
}

#[test]
fn a_paused_sale_can_be_closed() {
    on_sale([paused()]).at(ORGANIZER, NOON).when(&Command::Step(Step::Close)).then([closed()]);
}

#[test]
fn closing_again_is_quiet() {
    on_sale([closed()]).at(ORGANIZER, NOON).when(&Command::Step(Step::Close)).then_nothing();
}

#[test]
fn a_closed_sale_stays_closed() {
    for step in [Step::Publish, Step::Pause, Step::Resume] {
        on_sale([closed()]).at(ORGANIZER, NOON).when(&Command::Step(step)).then_rejected(Rejection::SaleClosed);
    }
}

#[test]
fn a_draft_cannot_be_paused_resumed_or_closed() {
    for step in [Step::Pause, Step::Resume, Step::Close] {
        draft([]).at(ORGANIZER, NOON).when(&Command::Step(step)).then_rejected(Rejection::NotOnSale);
    }
}

#[test]
fn a_cancelled_show_takes_no_step() {
    for step in STEPS {
        on_sale([called_off()]).at(ORGANIZER, NOON).when(&Command::Step(step)).then_rejected(Rejection::EventCancelled);
    }
}

#[test]
fn a_sale_can_be_paused_resumed_and_closed_after_the_show() {
    on_sale([]).at(ORGANIZER, ENDS).when(&Command::Step(Step::Pause)).then([paused()]);
    on_sale([paused()]).at(ORGANIZER, ENDS).when(&Command::Step(Step::Resume)).then([SaleResumed {}.into()]);
    on_sale([]).at(ORGANIZER, ENDS).when(&Command::Step(Step::Close)).then([closed()]);
}

#[test]
fn an_admin_takes_every_step_for_the_organizer() {
    draft([]).at(ADMIN, NOON).when(&Command::Step(Step::Publish)).then([published()]);
    on_sale([]).at(ADMIN, NOON).when(&Command::Step(Step::Pause)).then([paused()]);
    on_sale([]).at(ADMIN, NOON).when(&call_off()).then([called_off()]);
}

#[test]
fn another_organizer_takes_no_step() {
    for step in STEPS {
        on_sale([]).at(RIVAL, NOON).when(&Command::Step(step)).then_rejected(Rejection::NotYourShow);
    }
}

#[test]
fn a_customer_takes_no_step() {
    for step in STEPS {
        on_sale([]).at(ANNA, NOON).when(&Command::Step(step)).then_rejected(Rejection::RoleForbids);
    }
}

#[test]
fn nobody_else_learns_of_a_draft() {
    for outsider in [RIVAL, ANNA] {
        for step in STEPS {
            draft([]).at(outsider, NOON).when(&Command::Step(step)).then_rejected(Rejection::NoSuchShow);
        }
    }
}

#[test]
fn a_show_that_does_not_exist_takes_no_step() {
    for step in STEPS {
        nothing().at(ADMIN, NOON).when(&Command::Step(step)).then_rejected(Rejection::NoSuchShow);
    }
}

#[test]
fn calling_off_a_show_is_one_fact_however_many_bookings_it_has() {
    on_sale([booked(FIRST, ANNA, &[(SEATS, 2)]), booked(SECOND, BORIS, &[(STANDING, 1)])])
        .at(ORGANIZER, NOON)
        .when(&call_off())
        .then([called_off()]);
}

#[test]
fn a_show_can_be_called_off_wherever_it_stands() {
    draft([]).at(ORGANIZER, NOON).when(&call_off()).then([called_off()]);
    on_sale([paused()]).at(ORGANIZER, NOON).when(&call_off()).then([called_off()]);
    on_sale([closed()]).at(ORGANIZER, NOON).when(&call_off()).then([called_off()]);
}

#[test]
fn calling_off_again_is_quiet() {
    on_sale([called_off()]).at(ORGANIZER, NOON).when(&call_off()).then_nothing();
}

#[test]
fn calling_off_is_for_those_who_run_the_show() {
    on_sale([]).at(RIVAL, NOON).when(&call_off()).then_rejected(Rejection::NotYourShow);
    on_sale([]).at(ANNA, NOON).when(&call_off()).then_rejected(Rejection::RoleForbids);
    draft([]).at(RIVAL, NOON).when(&call_off()).then_rejected(Rejection::NoSuchShow);
    nothing().at(ADMIN, NOON).when(&call_off()).then_rejected(Rejection::NoSuchShow);
}
