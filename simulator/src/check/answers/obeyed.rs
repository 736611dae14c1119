//! Whether a command that decided nothing had nothing left to do.

use super::Told;
use crate::check::house::{EntryState, House, PaymentState, SeatState, Status};
use crate::ids::Of;
use crate::plan::{Ask, Said};
use crate::words;

impl Told<'_> {
    /// Whether this state is one in which the command has been obeyed already.
    pub(in crate::check) fn was_obeyed(&self, house: &House) -> bool {
        match self.ask() {
            Ask::Create => house.status != Status::NotThere,
            Ask::Publish | Ask::Resume => house.status == Status::OnSale,
            Ask::Pause => house.status == Status::Paused,
            Ask::Close => house.status == Status::Closed,
            Ask::CallOff => house.status == Status::CalledOff,
            Ask::Revise { .. } => house.revision == self.attempt.found.cast_unsigned(),
            Ask::Block { seats, block } => {
                let is_so = |label: &str| {
                    let seat = house.seats.number(label).and_then(|number| house.seats.seat(number));
                    seat.is_some_and(|seat| (seat.state == SeatState::Blocked) == *block)
                };
                seats.iter().all(|place| is_so(&place.label()))
            }
            Ask::AddPromo { promo } => {
                let asked = &self.plan.shows[usize::from(self.question.show)].promos[usize::from(*promo)];
                let known = house.promo(&words::promo_name(asked.code)).map(|index| &house.promos[index]);
                known.is_some_and(|known| {
                    known.active && known.does(asked.percent, asked.off, asked.uses, asked.uses_each)
                })
            }
            Ask::RemovePromo { code } => {
                house.promo(&words::promo_name(*code)).is_some_and(|index| !house.promos[index].active)
            }
            Ask::PutOff { starts, ends, .. } => {
                (house.times.starts, house.times.ends) == (words::moment_us(*starts), words::moment_us(*ends))
            }
            Ask::Settle | Ask::RetryRefunds => true,
            Ask::SetMap { .. } => false,
            _ => self.customers_was_obeyed(house),
        }
    }

    fn customers_was_obeyed(&self, house: &House) -> bool {
        let booking = self.booking(house).filter(|booking| self.is_organizer() || self.may_know(booking.customer));
        let entry = self.entry(house).filter(|entry| self.may_know(entry.customer));
        match self.ask() {
            Ask::Book { .. } | Ask::GiveBack { preview: true, .. } => booking.is_some(),
            Ask::GiveBack { request, .. } => booking.is_some_and(|booking| {
                !booking.is_live() || booking.reduced_by.contains(&Of::Request.id((*request).into()))
            }),
            // There is nothing to extend as long as a new hold would not last longer.
            Ask::Extend { .. } => booking.is_some_and(|booking| {
                let lasts_as_long = self.attempt.clock.0 + house.terms.hold_us;
                booking.expires().is_some_and(|expires| lasts_as_long <= expires) && booking.status.as_str() == "held"
            }),
            Ask::Confirm { request, payment, .. } => booking.is_some_and(|booking| {
                let by_request = booking.confirmed_by == Some(Of::Request.id((*request).into()));
                let id = self.ask().booking().map(|number| Of::Booking.id(number.into()));
                let by_payment = payment.is_some_and(|payment| {
                    house.payments.get(&Of::Payment.id(payment.into())).map(|payment| payment.booking) == id
                });
                by_request || by_payment && booking.was_confirmed
            }),
            Ask::Pay { booking: number, payment } => {
                let known = house.payments.get(&Of::Payment.id((*payment).into()));
                booking.is_some() && known.is_some_and(|known| known.booking == Of::Booking.id((*number).into()))
            }
            Ask::Report { payment, said } => {
                house.payments.get(&Of::Payment.id((*payment).into())).is_some_and(|payment| match said {
                    Said::Failed => payment.state != PaymentState::Started,
                    _ => payment.state == PaymentState::Succeeded,
                })
            }
            Ask::Refund { amount, request, .. } => booking.is_some_and(|booking| {
                let request = Some(Of::Request.id((*request).into()));
                booking.refunds.iter().any(|refund| refund.request == request && refund.amount == *amount)
            }),
            Ask::ReportRefund { refund, .. } => self.booking(house).is_some_and(|booking| {
                let refund = (*refund as usize).checked_sub(1).and_then(|index| booking.refunds.get(index));
                refund.is_some_and(|refund| refund.state != crate::check::house::RefundState::Due)
            }),
            Ask::Join { kind, quantity, .. } => entry.is_some_and(|entry| {
                house.kinds[entry.kind].id == Of::kind(self.question.show, *kind) && entry.quantity == *quantity
            }),
            Ask::Leave { .. } => entry.is_some_and(|entry| {
                matches!(entry.state, EntryState::Left | EntryState::Declined | EntryState::Lapsed)
            }),
            Ask::Accept { booking: number, .. } => entry.is_some_and(
                |entry| matches!(entry.state, EntryState::Accepted(id) if id == Of::Booking.id((*number).into())),
            ),
            Ask::Decline { .. } => entry.is_some_and(|entry| matches!(entry.state, EntryState::Declined)),
            _ => false,
        }
    }
}
