//! What customers ask to book or give back, and how it becomes the domain's words.

use std::collections::{BTreeSet, HashSet};

use domain::access::Actor;
use domain::ids::{BookingId, ShowId, TicketTypeId};
use domain::show::{BOOKING_TICKETS_MAX, BestAvailable, BookTickets, Item, TICKET_TYPES_MAX, Wish};
use edge::problem::Problem;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::keys::id_for;
use crate::http::validate::Faults;

/// Which tickets to buy.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct BookTicketsBody {
    event_id: Uuid,
    /// One entry per ticket type.
    #[schema(min_items = 1, max_items = 100)]
    items: Vec<ItemBody>,
    /// Only hold them until `expires_at`; confirm, or pay, before then.
    #[serde(default)]
    hold: bool,
    /// Makes them cheaper.
    #[schema(max_length = 64, example = "SPRING")]
    promo_code: Option<String>,
    /// Opens hidden ticket types.
    #[schema(max_length = 64)]
    access_code: Option<String>,
}

/// Some tickets of one type: `quantity`, `seats` or `best_available`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ItemBody {
    ticket_type_id: Uuid,
    /// So many, of general admission.
    #[schema(minimum = 1, maximum = 1000, example = 2)]
    quantity: Option<u32>,
    /// These seats.
    #[schema(min_items = 1, max_items = 1000, example = json!(["A-11", "A-12"]))]
    seats: Option<Vec<String>>,
    /// The best seats that are left.
    best_available: Option<BestAvailableBody>,
}

/// The best seats that are left.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BestAvailableBody {
    #[schema(minimum = 1, maximum = 1000, example = 2)]
    quantity: u32,
    /// Side by side, or not at all.
    #[serde(default = "together")]
    together: bool,
    /// How many of them for wheelchairs.
    #[serde(default)]
    #[schema(example = 0)]
    accessible: u32,
}

fn together() -> bool {
    true
}

/// What to give back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct CancelBookingBody {
    /// One entry per ticket type: a quantity, or seats. Absent: all of it.
    #[schema(min_items = 1, max_items = 100)]
    items: Option<Vec<PartBody>>,
}

/// Some tickets of one type: `quantity` or `seats`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PartBody {
    ticket_type_id: Uuid,
    #[schema(minimum = 1, maximum = 1000, example = 1)]
    quantity: Option<u32>,
    #[schema(min_items = 1, max_items = 1000, example = json!(["A-12"]))]
    seats: Option<Vec<String>>,
}

impl BookTicketsBody {
    /// The command, or everything that is wrong with it.
    pub(super) fn into_domain(self, actor: &Actor, key: Option<&str>) -> Result<BookTickets, Problem> {
        let mut faults = Faults::default();
        let promo_code = self.promo_code.and_then(|code| faults.code("/promo_code", &code));
        let access_code = self.access_code.and_then(|code| faults.code("/access_code", &code));
        let items = items(self.items, &mut faults);
        let (show_id, booking_id) = (ShowId(self.event_id), BookingId(id_for(actor, "booking", key)));
        let (customer_id, hold) = (actor.account_id, self.hold);
        faults.finish(Some(BookTickets { show_id, booking_id, customer_id, items, hold, promo_code, access_code }))
    }
}

impl CancelBookingBody {
    /// The part that is given back; empty for all of it.
    pub(super) fn into_domain(self) -> Result<Vec<Item>, Problem> {
        let Some(parts) = self.items else { return Ok(Vec::new()) };
        let mut faults = Faults::default();
        let parts = parts.into_iter().map(|part| ItemBody {
            ticket_type_id: part.ticket_type_id,
            quantity: part.quantity,
            seats: part.seats,
            best_available: None,
        });
        let items = items(parts.collect(), &mut faults);
        faults.finish(Some(items))
    }
}

fn items(bodies: Vec<ItemBody>, faults: &mut Faults) -> Vec<Item> {
    if bodies.is_empty() || bodies.len() > TICKET_TYPES_MAX {
        faults.add("/items", "out-of-range", format!("must have 1 to {TICKET_TYPES_MAX} entries"));
    }
    let several = bodies.len() > 1;
    let (mut types, mut seats) = (HashSet::new(), BTreeSet::new());
    let mut items = Vec::with_capacity(bodies.len().min(TICKET_TYPES_MAX));
    for (index, body) in bodies.into_iter().enumerate().take(TICKET_TYPES_MAX) {
        let ticket_type_id = TicketTypeId(body.ticket_type_id);
        if several && !types.insert(ticket_type_id) {
            let detail = "each ticket type once; add up the quantities";
            faults.add(format!("/items/{index}/ticket_type_id"), "repeated", detail);
        }
        if let Some(wish) = body.into_wish(index, faults) {
            if let Wish::Seats(labels) = &wish {
                faults.seats_once(labels, &mut seats);
            }
            items.push(Item { ticket_type_id, wish });
        }
    }
    let tickets: u64 = items.iter().map(|item| u64::from(item.wish.quantity())).sum();
    if tickets > u64::from(BOOKING_TICKETS_MAX) {
        faults.add("/items", "out-of-range", format!("at most {BOOKING_TICKETS_MAX} tickets in one booking"));
    }
    items
}

impl ItemBody {
    fn into_wish(self, index: usize, faults: &mut Faults) -> Option<Wish> {
        match (self.quantity, self.seats, self.best_available) {
            (Some(quantity), None, None) => {
                quantity_in_range(quantity, || format!("/items/{index}/quantity"), faults);
                Some(Wish::Quantity(quantity))
            }
            (None, Some(seats), None) => {
                let most = BOOKING_TICKETS_MAX as usize;
                faults.seats(&format!("/items/{index}/seats"), &seats, most).map(Wish::Seats)
            }
            (None, None, Some(best)) => {
                let BestAvailableBody { quantity, together, accessible } = best;
                quantity_in_range(quantity, || format!("/items/{index}/best_available/quantity"), faults);
                if accessible > quantity {
                    let pointer = format!("/items/{index}/best_available/accessible");
                    faults.add(pointer, "out-of-range", "must be at most the quantity");
                }
                Some(Wish::BestAvailable(BestAvailable { quantity, together, accessible }))
            }
            (None, None, None) => {
                faults.add(format!("/items/{index}/quantity"), "missing", "say how many tickets, or which seats");
                None
            }
            _ => {
                let detail = "one of quantity, seats and best_available";
                faults.add(format!("/items/{index}"), "contradictory", detail);
                None
            }
        }
    }
}

fn quantity_in_range(quantity: u32, pointer: impl Fn() -> String, faults: &mut Faults) {
    if !(1..=BOOKING_TICKETS_MAX).contains(&quantity) {
        faults.add(pointer(), "out-of-range", format!("must be 1 to {BOOKING_TICKETS_MAX}"));
    }
}
