//! From the numbers of a plan to the words of the domain: each [`Ask`] as the command that a request over HTTP
//! would have become.

use chrono::{DateTime, Utc};
use domain::Timestamp;
use domain::access::{Actor, Role};
use domain::ids::{AccountId, BookingId, EntryId, PaymentId, ShowId, TicketTypeId};
use domain::money::{Currency, Money};
use domain::show::{
    BestAvailable, BlockSeats, BookTickets, CancelBooking, CancelShow, Code, Command, ConfirmBooking, CreateShow, Item,
    JoinWaitlist, Outcome, RefundBooking, ReportPayment, ReportRefund, RescheduleShow, StartPayment, Step, Wish,
};
use domain::text::Text;
use uuid::Uuid;

use crate::ids::{ORGANIZER, Of};
use crate::plan::{Ask, By, Ms, Question, Said, ShowPlan, Want};

mod programme;
mod seats;

/// The moment at which every run begins, in microseconds: 2030-06-01 12:00 UTC.
pub const BEGINNING_US: i64 = 1_906_545_600_000_000;

/// A moment of a plan, in microseconds since 1970.
pub fn moment_us(ms: Ms) -> i64 {
    BEGINNING_US + i64::from(ms) * 1_000
}

/// The same as the domain sees it.
pub fn timestamp(us: i64) -> Timestamp {
    DateTime::from_timestamp_micros(us).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

fn at(ms: Ms) -> Timestamp {
    timestamp(moment_us(ms))
}

/// Short words of this program are always good.
fn text<const MAX: usize>(words: &str) -> Text<MAX> {
    Text::line(words).expect("the words of a plan are short, and never blank")
}

/// An amount in the one currency there is.
fn money(amount: i64) -> Money {
    Money { amount, currency: Currency::try_from("EUR").expect("this is a currency") }
}

/// The code that opens hidden ticket types.
pub const ACCESS_CODE: &str = "SESAME";

/// The name of a promo code.
pub fn promo_name(code: u8) -> String {
    format!("CODE{code}")
}

/// Who asks.
pub fn actor(by: By) -> Actor {
    match by {
        By::Customer(number) => Actor { account_id: account(number), role: Role::Customer },
        By::Organizer => Actor { account_id: AccountId(ORGANIZER), role: Role::Organizer },
        By::Platform => Actor::PLATFORM,
    }
}

fn account(number: u16) -> AccountId {
    AccountId(Of::Customer.id(u64::from(number)))
}

fn booking(number: u32) -> BookingId {
    BookingId(Of::Booking.id(u64::from(number)))
}

fn payment(number: u32) -> PaymentId {
    PaymentId(Of::Payment.id(u64::from(number)))
}

fn entry(number: u32) -> EntryId {
    EntryId(Of::Entry.id(u64::from(number)))
}

fn request(number: u32) -> Uuid {
    Of::Request.id(u64::from(number))
}

/// The command that a question is about. `found` is what whoever asks had found out before: the revision
/// of the show, or the amount of a payment or refund.
pub fn command(question: &Question, plan: &ShowPlan, found: i64) -> Command {
    let show = question.show;
    match &question.ask {
        Ask::Create => Command::CreateShow(Box::new(CreateShow { show: programme::created(show, plan) })),
        Ask::Publish => Command::Step(Step::Publish),
        Ask::Pause => Command::Step(Step::Pause),
        Ask::Resume => Command::Step(Step::Resume),
        Ask::Close => Command::Step(Step::Close),
        Ask::CallOff => Command::CancelShow(CancelShow { reason: text("Rain") }),
        Ask::Revise { change, .. } => {
            Command::ReviseShow(Box::new(programme::revision(show, change, found.cast_unsigned())))
        }
        Ask::SetMap { map } => seats::set_map(show, &plan.maps[usize::from(*map)], found.cast_unsigned()),
        Ask::Block { seats, block } => {
            let seats = seats.iter().map(|place| text(&place.label())).collect();
            Command::BlockSeats(BlockSeats { seats, block: *block, reason: text("Broken") })
        }
        Ask::AddPromo { promo } => {
            Command::AddPromoCode(Box::new(programme::promo_code(show, &plan.promos[usize::from(*promo)])))
        }
        Ask::RemovePromo { code } => Command::RemovePromoCode { code: text(&promo_name(*code)) },
        Ask::PutOff { starts, ends, refund_until } => Command::RescheduleShow(RescheduleShow {
            starts_at: at(*starts),
            ends_at: at(*ends),
            refund_until: at(*refund_until),
        }),
        Ask::RetryRefunds => Command::RetryRefunds,
        Ask::Settle => Command::Settle,
        others => customers_command(question, others, found),
    }
}

fn customers_command(question: &Question, ask: &Ask, found: i64) -> Command {
    match ask {
        Ask::Book { .. } => Command::BookTickets(book(question, ask)),
        Ask::GiveBack { booking: number, part, preview, request: asked } => Command::CancelBooking(CancelBooking {
            booking_id: booking(*number),
            items: part.iter().map(|part| item(question.show, part)).collect(),
            preview: *preview,
            request: Some(request(*asked)),
        }),
        Ask::Extend { booking: number } => Command::ExtendHold { booking_id: booking(*number) },
        Ask::Confirm { booking: number, request: asked, payment: reference } => {
            Command::ConfirmBooking(ConfirmBooking {
                booking_id: booking(*number),
                payment_reference: reference.map(|number| text(&payment(number).to_string())),
                request: Some(request(*asked)),
            })
        }
        Ask::Pay { booking: number, payment: attempt } => Command::StartPayment(StartPayment {
            booking_id: booking(*number),
            payment_id: payment(*attempt),
            method: text("sandbox:succeed"),
        }),
        Ask::Report { payment: attempt, said } => {
            Command::ReportPayment(ReportPayment { payment_id: payment(*attempt), outcome: outcome(*said, found) })
        }
        Ask::Refund { booking: number, amount, request: asked } => {
            let (booking_id, request) = (booking(*number), request(*asked));
            Command::RefundBooking(RefundBooking { booking_id, amount: *amount, request })
        }
        Ask::ReportRefund { booking: number, refund, said } => Command::ReportRefund(ReportRefund {
            booking_id: booking(*number),
            refund: *refund,
            outcome: outcome(*said, found),
        }),
        Ask::Join { entry: place, kind, quantity, knows } => Command::JoinWaitlist(JoinWaitlist {
            entry_id: entry(*place),
            customer_id: actor(question.by).account_id,
            ticket_type_id: kind_id(question.show, *kind),
            quantity: *quantity,
            access_code: access(*knows),
        }),
        Ask::Leave { entry: place } => Command::LeaveWaitlist { entry_id: entry(*place) },
        Ask::Accept { entry: place, booking: number } => {
            Command::AcceptOffer { entry_id: entry(*place), booking_id: booking(*number) }
        }
        Ask::Decline { entry: place } => Command::DeclineOffer { entry_id: entry(*place) },
        _ => Command::Settle,
    }
}

fn book(question: &Question, ask: &Ask) -> BookTickets {
    let Ask::Book { booking: number, wants, hold, promo, knows } = ask else {
        unreachable!("only a booking is made a booking of")
    };
    BookTickets {
        show_id: ShowId(Of::Show.id(u64::from(question.show))),
        booking_id: booking(*number),
        customer_id: actor(question.by).account_id,
        items: wants.iter().map(|want| item(question.show, want)).collect(),
        hold: *hold,
        promo_code: promo.map(|code| text(&promo_name(code))),
        access_code: access(*knows),
    }
}

fn access(knows: bool) -> Option<Code> {
    knows.then(|| text(ACCESS_CODE))
}

fn outcome(said: Said, amount: i64) -> Outcome {
    match said {
        Said::Succeeded => Outcome::Succeeded(money(amount)),
        Said::Otherwise => Outcome::Succeeded(money(amount + 1)),
        Said::Failed => Outcome::Failed(text("declined")),
    }
}

fn kind_id(show: u8, kind: u8) -> TicketTypeId {
    TicketTypeId(Of::kind(show, kind))
}

fn item(show: u8, want: &Want) -> Item {
    let wish = match want {
        Want::Some { quantity, .. } => Wish::Quantity(*quantity),
        Want::Seats { seats, .. } => Wish::Seats(seats.iter().map(|place| text(&place.label())).collect()),
        Want::Best { quantity, together, accessible, .. } => {
            Wish::BestAvailable(BestAvailable { quantity: *quantity, together: *together, accessible: *accessible })
        }
    };
    Item { ticket_type_id: kind_id(show, want.kind()), wish }
}
