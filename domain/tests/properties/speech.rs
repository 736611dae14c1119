//! Puts what somebody wants into the words that the show understands at that moment.

use domain::Timestamp;
use domain::access::Actor;
use domain::aggregate::Asked;
use domain::ids::{AccountId, BookingId, EntryId, PaymentId};
use domain::money::Money;
use domain::show::{
    BlockSeats, BookingStatus, CancelBooking, CancelShow, Command, ConfirmBooking, CreateShow, Item, JoinWaitlist,
    Offered, Outcome, Payment, RefundBooking, ReportPayment, ReportRefund, RescheduleShow, ReviseShow, SetSeatMap,
    Show, StartPayment, Status, Step, Wish as Tickets,
};

use super::crowd::{ANYBODY, About, Said, Share, What, Wish, book, booking, entry, payment, request_of};
use super::house::{self, FRIENDS, line, type_id};
use super::ledger::{Booking, Ledger, Place};

/// What somebody sees when they speak.
struct Scene<'a> {
    show: &'a Show,
    ledger: &'a Ledger,
    at: Timestamp,
}

impl Wish {
    /// The command in the words this show understands, and who gives it.
    pub(crate) fn spoken_to(&self, show: &Show, ledger: &Ledger, at: Timestamp) -> (Command, Asked) {
        let scene = Scene { show, ledger, at };
        let (command, whose) = match &self.what {
            What::Book { .. } | What::Extend { .. } | What::Confirm { .. } | What::GiveBack { .. } => {
                scene.of_bookings(&self.what)
            }
            What::Pay { .. } | What::Report { .. } | What::Refund { .. } | What::ReportRefund { .. } | What::Retry => {
                scene.of_money(&self.what)
            }
            What::Join { .. } | What::Leave { .. } | What::Accept { .. } | What::Decline { .. } => {
                scene.of_waiting(&self.what)
            }
            organizers => (scene.of_organizers(organizers), ANYBODY[0]),
        };
        (command, Asked { by: self.by.map_or(whose, |by| ANYBODY[by]), at })
    }
}

impl Scene<'_> {
    fn of_organizers(&self, what: &What) -> Command {
        let revision = |stale: bool| self.show.revision().saturating_sub(u64::from(stale));
        match what {
            What::Create { variant } => Command::CreateShow(Box::new(CreateShow { show: house::evening(*variant) })),
            What::Revise { stale, part } => {
                let expected_revision = revision(*stale);
                Command::ReviseShow(Box::new(ReviseShow { expected_revision, ..part.spoken_to(self.show) }))
            }
            What::SetMap { stale, variant } => {
                let (expected_revision, map) = (revision(*stale), house::seat_map(*variant));
                Command::SetSeatMap(Box::new(SetSeatMap { expected_revision, map }))
            }
            What::Block { places, block } => {
                // Whoever unblocks seats unblocks them all.
                let unblocked = if *block { 0..0 } else { 0..10 };
                let seats = places.iter().copied().filter(|_| *block).chain(unblocked).map(house::seat).collect();
                Command::BlockSeats(BlockSeats { seats, block: *block, reason: line("Wet paint") })
            }
            What::AddCode { code, variant } => Command::AddPromoCode(Box::new(house::promo_code(*code, *variant))),
            What::RemoveCode { code } => Command::RemovePromoCode { code: house::code_of(*code) },
            What::Step(Step::Pause) if self.show.status() == Status::Paused => Command::Step(Step::Resume),
            What::Step(step) => Command::Step(*step),
            What::PutOff { hours, refund_until } => Command::RescheduleShow(RescheduleShow {
                starts_at: house::moment(6 + hours),
                ends_at: house::moment(8),
                refund_until: house::moment(*refund_until),
            }),
            What::CallOff => Command::CancelShow(CancelShow { reason: line("It rains") }),
            _ => Command::Settle,
        }
    }

    fn of_bookings(&self, what: &What) -> (Command, Actor) {
        let is_held = |booking: &Booking| booking.expires_at.is_some();
        match what {
            What::Book { key, customer, items, hold, promo, friend } => {
                let items: Vec<Item> = items.iter().map(|order| order.item(self.show)).collect();
                let (customer, must) = (ANYBODY[*customer], self.ledger.terms.payment == Payment::Required);
                let hold = *hold || must && key % 8 > 0;
                (Command::BookTickets(book(*key, customer, items, hold, *promo, *friend)), customer)
            }
            What::Extend { about } => {
                let booking_id = self.booking(*about, is_held);
                (Command::ExtendHold { booking_id }, self.owner(booking_id))
            }
            What::Confirm { about, request, payment: paid } => {
                let ended = |booking: &Booking| is_held(booking) || booking.status == BookingStatus::Lapsed;
                let booking_id = self.booking(*about, ended);
                let payment_reference = paid.map(|key| line(&payment(key).to_string()));
                let request = request.map(request_of);
                let confirm = ConfirmBooking { booking_id, payment_reference, request };
                (Command::ConfirmBooking(confirm), self.owner(booking_id))
            }
            What::GiveBack { about, part, preview, request } => {
                let booking_id = self.booking(*about, Booking::is_live);
                let items = match part {
                    Share::Whole => vec![],
                    Share::Some(item, count) => self.share(booking_id, *item, *count).into_iter().collect(),
                    Share::Odd(orders) => orders.iter().map(|order| order.item(self.show)).collect(),
                };
                let (preview, request) = (*preview, request.map(request_of));
                (Command::CancelBooking(CancelBooking { booking_id, items, preview, request }), self.owner(booking_id))
            }
            _ => (Command::Settle, Actor::PLATFORM),
        }
    }

    fn of_money(&self, what: &What) -> (Command, Actor) {
        match what {
            What::Pay { about, payment: key, by_card } => {
                let booking_id = self.booking(*about, |booking| booking.status == BookingStatus::Held);
                let (payment_id, method) = (payment(*key), line(if *by_card { "card" } else { "cash" }));
                (Command::StartPayment(StartPayment { booking_id, payment_id, method }), self.owner(booking_id))
            }
            What::Report { about, said } => {
                let started: Vec<PaymentId> = self.ledger.payments.keys().copied().collect();
                let payment_id = pick(*about, &started).unwrap_or(payment(about.key));
                let amount = self.ledger.payments.get(&payment_id).map_or(0, |(_, amount)| *amount);
                let outcome = self.outcome(*said, amount);
                (Command::ReportPayment(ReportPayment { payment_id, outcome }), Actor::PLATFORM)
            }
            What::Refund { about, amount, request } => {
                let booking_id = self.booking(*about, |booking| booking.paid() > 0);
                let request = request_of(*request);
                (Command::RefundBooking(RefundBooking { booking_id, amount: *amount, request }), ANYBODY[0])
            }
            What::ReportRefund { about, refund, said } => {
                let booking_id = self.booking(*about, |booking| !booking.refunds.is_empty());
                let refunds = self.ledger.bookings.get(&booking_id).map_or(&[][..], |booking| &booking.refunds);
                let refund = if about.apt { refund % refunds.len().max(1) } else { *refund };
                let outcome = self.outcome(*said, refunds.get(refund).copied().unwrap_or(1));
                let refund = refund as u32 + 1;
                (Command::ReportRefund(ReportRefund { booking_id, refund, outcome }), Actor::PLATFORM)
            }
            _ => (Command::RetryRefunds, ANYBODY[0]),
        }
    }

    fn of_waiting(&self, what: &What) -> (Command, Actor) {
        let is_offered = |place: &Place| place.offer.is_some();
        match what {
            What::Join { key, customer, id, quantity, modest, friend } => {
                let customer = ANYBODY[*customer];
                // Most want a little more than there is.
                let offered =
                    self.show.offered().iter().find(|offered| offered.ticket_type.ticket_type_id == type_id(*id));
                let left = offered.filter(|_| !modest).map_or(0, Offered::available);
                let join = JoinWaitlist {
                    entry_id: entry(*key),
                    customer_id: customer.account_id,
                    ticket_type_id: type_id(*id),
                    quantity: left + quantity,
                    access_code: friend.then(|| line(FRIENDS)),
                };
                (Command::JoinWaitlist(join), customer)
            }
            What::Leave { about } => {
                let entry_id = self.entry(*about, |place| place.waits);
                (Command::LeaveWaitlist { entry_id }, self.waiter(entry_id))
            }
            What::Accept { about, key } => {
                let entry_id = self.entry(*about, is_offered);
                (Command::AcceptOffer { entry_id, booking_id: booking(*key) }, self.waiter(entry_id))
            }
            What::Decline { about } => {
                let entry_id = self.entry(*about, is_offered);
                (Command::DeclineOffer { entry_id }, self.waiter(entry_id))
            }
            _ => (Command::Settle, Actor::PLATFORM),
        }
    }

    /// So many of one item of a booking, if it has any.
    fn share(&self, booking_id: BookingId, item: usize, count: u32) -> Option<Item> {
        let items = &self.ledger.bookings.get(&booking_id)?.items;
        let item = &items[item % items.len()];
        let quantity = 1 + count % item.quantity;
        let seats = item.seats.iter().take(quantity as usize).cloned().collect::<Vec<_>>();
        let wish = if seats.is_empty() { Tickets::Quantity(quantity) } else { Tickets::Seats(seats) };
        Some(Item { ticket_type_id: item.ticket_type_id, wish })
    }

    fn booking(&self, about: About, apt: impl Fn(&Booking) -> bool) -> BookingId {
        let known = || pick(about, &self.ledger.those(|_| true));
        pick(about, &self.ledger.those(apt)).or_else(known).unwrap_or(booking(about.key))
    }

    fn entry(&self, about: About, apt: impl Fn(&Place) -> bool) -> EntryId {
        let ids = |places: Vec<&Place>| places.iter().map(|place| place.entry_id).collect::<Vec<_>>();
        let known = || pick(about, &ids(self.ledger.places.iter().collect()));
        let apt = ids(self.ledger.places.iter().filter(|place| apt(place)).collect());
        pick(about, &apt).or_else(known).unwrap_or(entry(about.key))
    }

    fn owner(&self, booking_id: BookingId) -> Actor {
        actor(self.ledger.bookings.get(&booking_id).map(|booking| booking.customer_id))
    }

    fn waiter(&self, entry_id: EntryId) -> Actor {
        let place = self.ledger.places.iter().find(|place| place.entry_id == entry_id);
        actor(place.map(|place| place.customer_id))
    }

    fn outcome(&self, said: Said, amount: i64) -> Outcome {
        let currency = self.show.currency().unwrap_or_else(|| "EUR".try_into().unwrap());
        match said {
            Said::Done => Outcome::Succeeded(Money { amount, currency }),
            Said::Wrong => Outcome::Succeeded(Money { amount: amount + 1, currency }),
            Said::Failed => Outcome::Failed(line(&format!("No, at {}", self.at))),
        }
    }
}

fn pick<T: Copy>(about: About, apt: &[T]) -> Option<T> {
    let index = (about.key as usize).checked_rem(apt.len())?;
    apt.get(index).copied().filter(|_| about.apt)
}

/// Who has this account; somebody, if nobody.
fn actor(account_id: Option<AccountId>) -> Actor {
    *ANYBODY.iter().find(|anybody| Some(anybody.account_id) == account_id).unwrap_or(&ANYBODY[3])
}
