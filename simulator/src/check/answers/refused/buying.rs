//! Refusals of those who want tickets.

use domain::ids::TicketTypeId;
use domain::show::Rejection;
use uuid::Uuid;

use crate::check::answers::Told;
use crate::check::house::{EntryState, House, Kind, Owner, Promo, SeatState};
use crate::ids::Of;
use crate::plan::{Ask, Place, Want};
use crate::words;

impl Told<'_> {
    /// The ticket types that are asked for.
    fn kinds<'h>(&self, house: &'h House) -> Vec<&'h Kind> {
        let numbers: Vec<u8> = match self.ask() {
            Ask::Book { wants, .. } => wants.iter().map(Want::kind).collect(),
            Ask::Join { kind, .. } => vec![*kind],
            // What lapsed is sold again by its own types; whoever accepts was offered one.
            _ => return house.kinds.iter().collect(),
        };
        let ids = numbers.into_iter().map(|number| Of::kind(self.question.show, number));
        ids.filter_map(|id| house.kind(id).map(|kind| &house.kinds[kind])).collect()
    }

    /// Whether the sale, or that of a type asked for, is past its end.
    pub(super) fn is_past_a_window(&self, house: &House, hi: i64) -> bool {
        let ends = house.times.closes.map_or(house.times.ends, |closes| closes.min(house.times.ends));
        ends <= hi || self.kinds(house).iter().any(|kind| kind.closes.is_some_and(|closes| closes <= hi))
    }

    /// Whether the sale, or that of a type asked for, opens at this moment.
    pub(super) fn opens_at(&self, house: &House, opens: i64) -> bool {
        house.times.opens == Some(opens) || self.kinds(house).iter().any(|kind| kind.opens == Some(opens))
    }

    fn knows(&self) -> bool {
        matches!(self.ask(), Ask::Book { knows: true, .. } | Ask::Join { knows: true, .. })
    }

    /// How many tickets of a type are asked for.
    fn wanted(&self, id: Uuid) -> u32 {
        let number = |kind: u8| Of::kind(self.question.show, kind) == id;
        match self.ask() {
            Ask::Book { wants, .. } => wants.iter().filter(|want| number(want.kind())).map(Want::quantity).sum(),
            Ask::Join { kind, quantity, .. } if number(*kind) => *quantity,
            _ => 0,
        }
    }

    /// How many of them are to be accessible.
    fn asked_accessible(&self, id: Uuid) -> usize {
        let of_want = |want: &Want| match want {
            Want::Best { kind, accessible, quantity, .. } if Of::kind(self.question.show, *kind) == id => {
                *accessible.min(quantity) as usize
            }
            _ => 0,
        };
        match self.ask() {
            Ask::Book { wants, .. } => wants.iter().map(of_want).sum(),
            _ => 0,
        }
    }

    fn asked_seats(&self) -> impl Iterator<Item = Place> {
        let (wants, seats): (&[Want], &[Place]) = match self.ask() {
            Ask::Book { wants, .. } => (wants, &[]),
            Ask::GiveBack { part, .. } => (part, &[]),
            Ask::Block { seats, .. } => (&[], seats),
            _ => (&[], &[]),
        };
        let named = wants.iter().flat_map(|want| match want {
            Want::Seats { seats, .. } => &seats[..],
            _ => &[],
        });
        named.chain(seats).copied()
    }

    pub(super) fn cannot_be_had(&self, house: &House, rejection: &Rejection) -> bool {
        let (lo, _) = self.attempt.clock;
        let kind = |id: &TicketTypeId| house.kind(id.0);
        match rejection {
            Rejection::UnknownTicketType { ticket_type_id } => {
                kind(ticket_type_id).is_none_or(|kind| house.kinds[kind].hidden && !self.knows())
            }
            Rejection::SoldOut { ticket_type_id: id, requested, available } => kind(id).is_some_and(|kind| {
                self.wanted(id.0) == *requested && house.free_at(kind, lo) == *available && available < requested
            }),
            Rejection::TicketsAvailable { ticket_type_id: id, available } => {
                kind(id).is_some_and(|kind| house.free_at(kind, lo) == *available && self.wanted(id.0) <= *available)
            }
            Rejection::LimitPerCustomer { limit, already_held, requested } => {
                let (customer, more) = self.buyer(house);
                let held = house.held_by(customer) - lapsed_of(house, customer, lo).min(house.held_by(customer));
                let same = house.limit == Some(*limit) && held == *already_held && more == *requested;
                same && held + more > *limit
            }
            Rejection::QuantityPerBooking { ticket_type_id: id, min, max, requested } => kind(id).is_some_and(|kind| {
                let kind = &house.kinds[kind];
                let same = kind.min.unwrap_or(1) == *min && kind.max.is_none_or(|limit| limit == *max);
                same && self.wanted(id.0) == *requested && !(min..=max).contains(&requested)
            }),
            Rejection::HoldRequired => house.terms.paid && matches!(self.ask(), Ask::Book { hold: false, .. }),
            Rejection::AlreadyWaiting { entry_id } => house.entries.get(&entry_id.0).is_some_and(|entry| {
                matches!(entry.state, EntryState::Waiting) && house.waits(self.asker(), entry.kind) == Some(entry_id.0)
            }),
            Rejection::PromoCodeInvalid | Rejection::PromoCodeUsedUp { .. } => self.is_code_so(house, rejection),
            Rejection::NotInBooking => matches!(self.ask(), Ask::GiveBack { .. }) && !self.has_part(house),
            others => self.is_seat_so(house, others),
        }
    }

    /// Who would have more tickets, and how many more.
    fn buyer(&self, house: &House) -> (Uuid, u32) {
        match (self.ask(), self.entry(house)) {
            (Ask::Accept { .. }, Some(entry)) => (entry.customer, entry.quantity),
            (Ask::Book { wants, .. }, _) => (self.asker(), wants.iter().map(Want::quantity).sum()),
            (Ask::Join { quantity, .. }, _) => (self.asker(), *quantity),
            _ => (self.asker(), 0),
        }
    }

    fn is_code_so(&self, house: &House, rejection: &Rejection) -> bool {
        let (lo, hi) = self.attempt.clock;
        let Ask::Book { promo: Some(code), .. } = self.ask() else { return false };
        let promo: Option<&Promo> = house.promo(&words::promo_name(*code)).map(|index| &house.promos[index]);
        let Some(promo) = promo else { return *rejection == Rejection::PromoCodeInvalid };
        if let Rejection::PromoCodeUsedUp { limit } = rejection {
            let limits = [promo.uses_max, promo.uses_each_max];
            return promo.is_used_up(self.asker()) && limits.contains(&Some(*limit));
        }
        let is_for_kind = |kind: &&Kind| house.kind(kind.id).is_some_and(|kind| promo.is_for(kind));
        !promo.is_good_at(lo) || !promo.is_good_at(hi) || !self.kinds(house).iter().any(is_for_kind)
    }

    /// Whether the booking has the part that is to be given back.
    fn has_part(&self, house: &House) -> bool {
        let (Ask::GiveBack { part, .. }, Some(booking)) = (self.ask(), self.booking(house)) else { return false };
        part.iter().all(|part| {
            let kind = house.kind(Of::kind(self.question.show, part.kind()));
            let line = booking.lines.iter().find(|line| Some(line.kind) == kind);
            line.is_some_and(|line| {
                line.quantity >= part.quantity()
                    && match part {
                        Want::Seats { seats, .. } => seats.iter().all(|place| {
                            house.seats.number(&place.label()).is_some_and(|number| line.seats.contains(&number))
                        }),
                        _ => true,
                    }
            })
        })
    }

    fn is_seat_so(&self, house: &House, rejection: &Rejection) -> bool {
        let (lo, _) = self.attempt.clock;
        let kind = |id: &TicketTypeId| house.kind(id.0);
        let is_asked = |label: &str| self.asked_seats().any(|place| place.label() == label);
        match rejection {
            Rejection::SeatsRequired { ticket_type_id: id } => kind(id).is_some_and(|kind| house.kinds[kind].reserved),
            Rejection::NotReserved { ticket_type_id: id } => kind(id).is_none_or(|kind| !house.kinds[kind].reserved),
            Rejection::UnknownSeat { seat } => {
                is_asked(seat.as_str()) && !self.is_asked_of_its_kind(house, seat.as_str())
            }
            Rejection::SeatListedTwice { seat } => {
                self.asked_seats().filter(|place| place.label() == seat.as_str()).count() > 1
            }
            Rejection::SeatsTaken { seats } => {
                let lapsed: Vec<Owner> = house.lapsed_at(lo).collect();
                let is_taken = |label: &str| {
                    let seat = house.seats.number(label).and_then(|number| house.seats.seat(number));
                    seat.is_some_and(|seat| match seat.state {
                        SeatState::Free => false,
                        SeatState::Owned(owner) => !lapsed.contains(&owner),
                        SeatState::Blocked => true,
                    })
                };
                !seats.is_empty() && seats.iter().all(|seat| is_asked(seat.as_str()) && is_taken(seat.as_str()))
            }
            Rejection::NotTogether { ticket_type_id: id, requested, largest, available } => {
                kind(id).is_some_and(|kind| {
                    let counts = house.free_at(kind, lo) == *available && self.wanted(id.0) == *requested;
                    // Seats for wheelchairs are for those who ask for them, or when nothing else is left.
                    let asked = self.asked_accessible(id.0);
                    let of_all = if asked == 0 { 0..=0 } else { asked..=usize::MAX };
                    let could_be = house.seats.has_group(kind, *requested, of_all);
                    let largest_is_there = *largest == 0 || house.seats.has_group(kind, *largest, 0..=usize::MAX);
                    counts && largest < requested && requested <= available && largest_is_there && !could_be
                })
            }
            Rejection::NoAccessibleSeats { ticket_type_id: id, requested, available } => kind(id).is_some_and(|kind| {
                let of_kind = house.seats.all().filter(|(_, seat)| seat.kind == kind && seat.accessible);
                let free = of_kind.filter(|(_, seat)| seat.state == SeatState::Free).count();
                free == *available as usize && available < requested
            }),
            _ => false,
        }
    }

    /// Whether a seat is there, and of the type that it is asked for with.
    fn is_asked_of_its_kind(&self, house: &House, label: &str) -> bool {
        let seat = house.seats.number(label).and_then(|number| house.seats.seat(number));
        let Some(seat) = seat else { return false };
        let asked_with = |want: &Want| match want {
            Want::Seats { kind, seats } => seats
                .iter()
                .any(|place| place.label() == label)
                .then(|| house.kind(Of::kind(self.question.show, *kind)) == Some(seat.kind)),
            _ => None,
        };
        match self.ask() {
            Ask::Book { wants, .. } => wants.iter().filter_map(asked_with).all(|same| same),
            _ => true,
        }
    }
}

/// Tickets of a customer's holds that are past their deadline, although nobody has said so yet.
fn lapsed_of(house: &House, customer: Uuid, at: i64) -> u32 {
    let theirs = |owner: Owner| match owner {
        Owner::Booking(id) => house.bookings.get(&id).filter(|booking| booking.customer == customer),
        Owner::Entry(_) => None,
    };
    house.lapsed_at(at).filter_map(theirs).map(|booking| crate::check::house::quantity(&booking.lines)).sum()
}
