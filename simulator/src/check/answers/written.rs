//! Whether an event is what its question asked for.

use uuid::Uuid;

use super::asker;
use crate::check::facts::{Ended, Fact, Item, Taken};
use crate::check::house::House;
use crate::history::Attempt;
use crate::ids::{ORGANIZER, Of};
use crate::plan::{Ask, By, Change, Place, Question, Said, Want};
use crate::words;

fn booking(number: u32) -> Uuid {
    Of::Booking.id(number.into())
}

fn entry(number: u32) -> Uuid {
    Of::Entry.id(number.into())
}

fn payment(number: u32) -> Uuid {
    Of::Payment.id(number.into())
}

fn request(number: u32) -> Uuid {
    Of::Request.id(number.into())
}

/// Whether an event of a house is what its question asked for. The house has taken it in already.
pub(in crate::check) fn fits(question: &Question, attempt: &Attempt, fact: &Fact, house: &House) -> bool {
    if fact.is_organizers() {
        return question.by != By::Platform && asker(question.by) == ORGANIZER && fits_organizer(question, fact);
    }
    let theirs = |customer: Uuid| question.by == By::Platform || customer == asker(question.by);
    match (&question.ask, fact) {
        (Ask::Book { hold: false, .. }, Fact::Booked(taken)) | (Ask::Book { hold: true, .. }, Fact::Held(taken)) => {
            theirs(taken.customer_id) && fits_booking(question, taken, house)
        }
        (Ask::Accept { entry: place, booking: number }, Fact::Booked(taken) | Fact::Held(taken)) => {
            theirs(taken.customer_id) && taken.booking_id == booking(*number) && taken.offer == Some(entry(*place))
        }
        (Ask::GiveBack { .. }, Fact::Released(ended) | Fact::Cancelled(ended) | Fact::Reduced(ended)) => {
            theirs(ended.customer_id) && fits_part(question, ended, matches!(fact, Fact::Reduced(_)))
        }
        (Ask::GiveBack { booking: number, preview: false, request: asked, .. }, Fact::RefundDue(due)) => {
            due.booking_id == booking(*number) && due.reason == "given_back" && due.request == Some(request(*asked))
        }
        (Ask::Extend { booking: number }, Fact::Extended(extended)) => extended.booking_id == booking(*number),
        (Ask::Confirm { booking: number, request: asked, .. }, Fact::Confirmed(confirmed)) => {
            let same = confirmed.booking_id == booking(*number) && confirmed.request == Some(request(*asked));
            same && theirs(confirmed.customer_id)
        }
        (Ask::Pay { booking: number, payment: attempt }, Fact::PaymentStarted(started)) => {
            let same = started.booking_id == booking(*number) && started.payment_id == payment(*attempt);
            same && theirs(started.customer_id)
        }
        (Ask::Join { entry: place, kind, quantity, knows }, Fact::Joined(joined)) => {
            let hidden = house.kind(joined.ticket_type_id).is_some_and(|kind| house.kinds[kind].hidden);
            let same = joined.ticket_type_id == Of::kind(question.show, *kind) && joined.quantity == *quantity;
            same && joined.entry_id == entry(*place) && theirs(joined.customer_id) && (*knows || !hidden)
        }
        (Ask::Leave { entry: place }, Fact::Left(left)) => *left == entry(*place),
        (Ask::Leave { entry: place } | Ask::Decline { entry: place }, Fact::Declined(declined)) => {
            declined.id == entry(*place) && theirs(declined.customer_id)
        }
        _ => fits_money(question, attempt, fact, house),
    }
}

fn fits_money(question: &Question, attempt: &Attempt, fact: &Fact, house: &House) -> bool {
    let organizer = asker(question.by) == ORGANIZER;
    let platform = question.by == By::Platform;
    match (&question.ask, fact) {
        (Ask::Report { payment: number, said: Said::Succeeded }, Fact::PaymentSucceeded(succeeded)) => {
            platform && succeeded.payment_id == payment(*number) && succeeded.money.amount == attempt.found
        }
        (Ask::Report { payment: number, said: Said::Failed }, Fact::PaymentFailed(failed)) => {
            platform && failed.payment_id == payment(*number)
        }
        (Ask::Report { payment: number, said: Said::Succeeded }, Fact::Confirmed(_) | Fact::RefundDue(_)) => {
            let of_payment = house.payments.get(&payment(*number)).map(|payment| payment.booking);
            let of_fact = match fact {
                Fact::Confirmed(confirmed) => confirmed.booking_id,
                Fact::RefundDue(due) => due.booking_id,
                _ => Uuid::nil(),
            };
            platform && of_payment == Some(of_fact)
        }
        (Ask::Refund { booking: number, amount, request: asked }, Fact::RefundDue(due)) => {
            let same = due.booking_id == booking(*number) && due.request == Some(request(*asked));
            organizer && same && due.money.amount == *amount && due.reason == "goodwill"
        }
        (Ask::ReportRefund { booking: number, refund, said: Said::Succeeded }, Fact::RefundSucceeded(settled))
        | (Ask::ReportRefund { booking: number, refund, said: Said::Failed }, Fact::RefundFailed(settled)) => {
            platform && settled.booking_id == booking(*number) && settled.refund == *refund
        }
        (Ask::RetryRefunds, Fact::RefundRetried(_)) => organizer,
        _ => false,
    }
}

fn fits_organizer(question: &Question, fact: &Fact) -> bool {
    let kind = |number: &u8| Of::kind(question.show, *number);
    match (&question.ask, fact) {
        (Ask::Create, Fact::Created(created)) => {
            created.show_id == Of::Show.id(question.show.into()) && created.organizer_id == ORGANIZER
        }
        (Ask::Publish, Fact::Published)
        | (Ask::Pause, Fact::Paused)
        | (Ask::Resume, Fact::Resumed)
        | (Ask::Close, Fact::Closed)
        | (Ask::CallOff, Fact::CalledOff)
        | (Ask::SetMap { .. }, Fact::MapSet(_))
        | (Ask::Block { block: true, .. }, Fact::Blocked(_))
        | (Ask::Block { block: false, .. }, Fact::Unblocked(_))
        | (Ask::AddPromo { .. }, Fact::PromoAdded(_)) => true,
        (Ask::RemovePromo { code }, Fact::PromoRemoved(removed)) => words::promo_name(*code) == **removed,
        (Ask::PutOff { refund_until, .. }, Fact::PutOff(put_off)) => {
            put_off.refund_until.0 == words::moment_us(*refund_until)
        }
        (Ask::Revise { change, .. }, fact) => match (change, fact) {
            (Change::Title(_), Fact::Described)
            | (Change::Times(_), Fact::Scheduled(_))
            | (Change::Added(_), Fact::KindAdded(_))
            | (Change::Terms(_), Fact::TermsSet(_)) => true,
            (Change::Limit(limit), Fact::LimitSet(set)) => limit == set,
            (Change::Capacity { kind: number, capacity }, Fact::Raised(resized) | Fact::Lowered(resized)) => {
                resized.ticket_type_id == kind(number) && resized.capacity == *capacity
            }
            (Change::KindTerms(number, _), Fact::KindTermsSet(id, _)) => *id == kind(number),
            _ => false,
        },
        _ => false,
    }
}

fn fits_booking(question: &Question, taken: &Taken, house: &House) -> bool {
    let Ask::Book { booking: number, wants, promo, knows, .. } = &question.ask else { return false };
    let hidden = |item: &Item| house.kind(item.ticket_type_id).is_some_and(|kind| house.kinds[kind].hidden);
    taken.booking_id == booking(*number)
        && taken.offer.is_none()
        && taken.promo_code == promo.map(words::promo_name).as_deref()
        && taken.items.len() == wants.len()
        && taken.items.iter().zip(wants).all(|(item, want)| fits_want(question.show, item, want, house))
        && (*knows || !taken.items.iter().any(hidden))
}

fn fits_want(show: u8, item: &Item, want: &Want, house: &House) -> bool {
    let same = item.ticket_type_id == Of::kind(show, want.kind()) && item.quantity == want.quantity();
    same && match want {
        Want::Some { .. } => item.seats.is_empty(),
        Want::Seats { seats, .. } => is_named(seats, &item.seats),
        Want::Best { together, accessible, .. } => {
            let numbers: Vec<u16> = item.seats.iter().filter_map(|label| house.seats.number(label)).collect();
            let for_wheelchairs = numbers.iter().filter(|n| house.seats.seat(**n).is_some_and(|seat| seat.accessible));
            for_wheelchairs.count() >= *accessible.min(&item.quantity) as usize
                && (!together || house.seats.are_together(&numbers))
        }
    }
}

fn is_named(places: &[Place], labels: &[&str]) -> bool {
    places.len() == labels.len() && places.iter().all(|place| labels.contains(&place.label().as_str()))
}

fn fits_part(question: &Question, ended: &Ended, reduced: bool) -> bool {
    let Ask::GiveBack { booking: number, part, preview: false, request: asked } = &question.ask else { return false };
    let fits = |item: &Item| {
        part.iter().any(|part| {
            let same = item.ticket_type_id == Of::kind(question.show, part.kind()) && item.quantity == part.quantity();
            same && match part {
                Want::Seats { seats, .. } => is_named(seats, &item.seats),
                _ => true,
            }
        })
    };
    let asked_for = !reduced || ended.request == Some(request(*asked));
    let all = part.is_empty() || (ended.items.len() == part.len() && ended.items.iter().all(fits));
    ended.id == booking(*number) && asked_for && all && !(reduced && part.is_empty())
}
