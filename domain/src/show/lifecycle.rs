//! From draft to sale, and every way a sale ends.

use alloc::vec;
use alloc::vec::Vec;

use crate::access::{Access, Action, may};
use crate::aggregate::Asked;
use crate::ids::AccountId;
use crate::show::command::{CancelShow, RescheduleShow, Step};
use crate::show::event::{
    Event, SaleClosed, SalePaused, SaleResumed, Schedule, ShowCancelled, ShowCreated, ShowPublished, ShowRescheduled,
};
use crate::show::programme::check_times;
use crate::show::{Rejection, Show, Status};

/// The show, if whoever asks may run it.
pub(super) fn run_by<'a>(show: &'a Show, asked: &Asked) -> Result<&'a ShowCreated, Rejection> {
    demand(show, asked, |organizer, access| Action::RunShow { organizer, access })
}

/// The show, if it is theirs who asks, and not only theirs to run.
pub(super) fn owned_by<'a>(show: &'a Show, asked: &Asked) -> Result<&'a ShowCreated, Rejection> {
    demand(show, asked, |organizer, _| Action::OwnShow { organizer })
}

/// The show, if whoever asks may see it before everybody does.
pub(super) fn seen_by<'a>(show: &'a Show, asked: &Asked) -> Result<&'a ShowCreated, Rejection> {
    demand(show, asked, |organizer, access| Action::SeeShow { organizer, access })
}

/// The show, if whoever asks may do that with it.
fn demand<'a>(
    show: &'a Show,
    asked: &Asked,
    action: impl FnOnce(AccountId, Option<Access>) -> Action,
) -> Result<&'a ShowCreated, Rejection> {
    let origin = show.origin().ok_or(Rejection::NoSuchShow)?;
    let access = show.access(asked.by.account_id);
    if may(&asked.by, action(origin.organizer_id, access)) {
        Ok(origin)
    } else if show.status == Status::Draft && access.is_none() {
        Err(Rejection::NoSuchShow)
    } else if access.is_some() || may(&asked.by, Action::CreateShow) {
        Err(Rejection::NotYourShow)
    } else {
        Err(Rejection::RoleForbids)
    }
}

pub(super) fn step(show: &Show, step: Step, asked: &Asked) -> Result<Vec<Event>, Rejection> {
    run_by(show, asked)?;
    let over = show.schedule().is_some_and(|schedule| schedule.ends_at <= asked.at);
    match (step, show.status) {
        (_, Status::Cancelled) => Err(Rejection::EventCancelled),
        (Step::Publish, Status::Draft) if over => Err(Rejection::EventOver),
        (Step::Publish, Status::Draft) => Ok(vec![ShowPublished {}.into()]),
        (Step::Pause, Status::OnSale) => Ok(vec![SalePaused {}.into()]),
        (Step::Resume, Status::Paused) => Ok(vec![SaleResumed {}.into()]),
        (Step::Close, Status::OnSale | Status::Paused) => Ok(vec![SaleClosed {}.into()]),
        // Already where it should be: a repeat, which decides nothing.
        (Step::Publish | Step::Resume, Status::OnSale)
        | (Step::Pause, Status::Paused)
        | (Step::Close, Status::Closed) => Ok(vec![]),
        (Step::Publish | Step::Pause | Step::Resume, Status::Closed) => Err(Rejection::SaleClosed),
        (Step::Pause | Step::Resume | Step::Close, Status::Draft) => Err(Rejection::NotOnSale),
        (Step::Publish, Status::Paused) => Err(Rejection::SaleIsPaused),
    }
}

pub(super) fn cancel(show: &Show, cancel: &CancelShow, asked: &Asked) -> Result<Vec<Event>, Rejection> {
    owned_by(show, asked)?;
    match show.status {
        Status::Cancelled => Ok(vec![]),
        _ => Ok(vec![ShowCancelled { reason: cancel.reason.clone() }.into()]),
    }
}

/// The show, if whoever asks may run it and it was not called off.
pub(super) fn organized_by<'a>(show: &'a Show, asked: &Asked) -> Result<&'a ShowCreated, Rejection> {
    let origin = run_by(show, asked)?;
    if show.status == Status::Cancelled { Err(Rejection::EventCancelled) } else { Ok(origin) }
}

pub(super) fn reschedule(show: &Show, reschedule: &RescheduleShow, asked: &Asked) -> Result<Vec<Event>, Rejection> {
    organized_by(show, asked)?;
    let RescheduleShow { starts_at, ends_at, refund_until } = *reschedule;
    let now = show.schedule().ok_or(Rejection::NoSuchShow)?;
    let schedule = Schedule { starts_at, ends_at, ..now.clone() };
    let known = show.put_off.is_some_and(|put_off| put_off.refund_until == refund_until);
    if schedule == *now && known {
        return Ok(vec![]);
    }
    check_times(&schedule)?;
    if refund_until <= asked.at {
        return Err(Rejection::RefundDatePast);
    }
    let rescheduled_at = asked.at;
    Ok(vec![ShowRescheduled { schedule, refund_until, rescheduled_at }.into()])
}
