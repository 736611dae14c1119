//! Asks the rules themselves: whether what the processes remember is what the log comes to, and whether deciding
//! again what was obeyed decides nothing. The one part of the checker that knows the aggregate.

use domain::aggregate::{Aggregate as _, Asked};
use domain::event::DomainEvent as _;
use domain::show::{Event, Show};
use event_log::Position;

use super::demand::{Checked, Demand, Violation, Wrong, demand};
use super::violation;
use crate::history::{Answer, History, Written};
use crate::ids::Of;
use crate::plan::{Ask, Plan, Said};
use crate::words;

pub(super) fn check(plan: &Plan, history: &History) -> Result<(), Violation> {
    for show in 0..plan.shows.len() as u8 {
        let state = folds(history, show).map_err(|wrong| violation(wrong, None, None))?;
        decides_nothing(plan, history, show, &state)?;
    }
    Ok(())
}

/// The state of a show by its whole log; on the way, what others remember is compared with it.
fn folds(history: &History, show: u8) -> Checked<Show> {
    let id = Of::Show.id(show.into());
    let mut remembered: Vec<_> = history.remembered.iter().filter(|remembered| remembered.show == show).collect();
    remembered.sort_by_key(|remembered| std::cmp::Reverse(remembered.position));
    let (mut state, mut position): (Show, Position) = (Show::default(), 0);
    let mut compare = |state: &Show, position: Position, next: Position| {
        while let Some(other) = remembered.pop_if(|other| other.position < next) {
            let same = other.position >= position && other.state == *state;
            demand!(same, MemoryIsFold, "{} remembers another show at {}", other.whose, other.position);
        }
        Ok(())
    };
    for Written { event, .. } in history.log.iter().filter(|written| written.event.stream.id() == id) {
        compare(&state, position, event.position)?;
        let fact = Event::decode(&event.event_type, event.schema_version, &event.payload)
            .map_err(|error| Wrong { demand: Demand::Readable, what: error.to_string() })?;
        state.evolve(&fact);
        position = event.position;
    }
    compare(&state, position, Position::MAX)?;
    Ok(state)
}

/// Commands that have a key, or that leave nothing to do, decide nothing when they come again.
fn decides_nothing(plan: &Plan, history: &History, show: u8, state: &Show) -> Result<(), Violation> {
    let at = history.log.last().map_or(0, |written| written.event.recorded_at.timestamp_micros());
    for (number, attempt) in history.attempts.iter().enumerate() {
        let Some(question) = plan.question(attempt.act).filter(|question| question.show == show) else { continue };
        let obeyed = matches!(attempt.answer, Answer::Obeyed { repeated: false, .. });
        if !obeyed || !is_done_for_ever(&question.ask) {
            continue;
        }
        let command = words::command(question, &plan.shows[usize::from(show)], attempt.found);
        let asked = Asked { by: words::actor(question.by), at: words::timestamp(at) };
        let again = state.decide(&command, &asked);
        if again.as_ref().is_ok_and(|events| !events.is_empty()) {
            let wrong = Wrong { demand: Demand::DecidesNothing, what: format!("{:?} is obeyed again", question.ask) };
            return Err(violation(wrong, None, Some(number as u32)));
        }
    }
    Ok(())
}

fn is_done_for_ever(ask: &Ask) -> bool {
    match ask {
        Ask::Create
        | Ask::CallOff
        | Ask::Book { .. }
        | Ask::GiveBack { .. }
        | Ask::Confirm { .. }
        | Ask::Pay { .. }
        | Ask::Report { .. }
        | Ask::Refund { .. }
        | Ask::Join { .. }
        | Ask::Leave { .. }
        | Ask::Accept { .. }
        | Ask::Decline { .. } => true,
        // What failed can fail again, once it was tried again.
        Ask::ReportRefund { said, .. } => *said == Said::Succeeded,
        _ => false,
    }
}
