//! What the organizer says, in the words of the domain.

use domain::ids::{AccountId, ShowId};
use domain::show::{
    CapacityWish, Discount, Payment, PromoCode, RefundPolicy, RefundStep, ReviseShow, SaleTerms, Schedule, ShowCreated,
    ShowDetails, TicketTerms, TicketType, Venue,
};

use super::{access, at, kind_id, money, promo_name, text};
use crate::ids::{ORGANIZER, Of};
use crate::plan::{Change, Kind, KindTerms, Promo, ShowPlan, Terms, Times};

pub(super) fn created(show: u8, plan: &ShowPlan) -> ShowCreated {
    let venue = Venue { name: text("Philharmonie"), city: text("Berlin"), country: text("DE") };
    ShowCreated {
        show_id: ShowId(Of::Show.id(u64::from(show))),
        organizer_id: AccountId(ORGANIZER),
        details: ShowDetails { title: text("An evening"), description: None, venue },
        schedule: schedule(&plan.times),
        max_per_customer: plan.limit,
        ticket_types: (0..).zip(&plan.kinds).map(|(number, kind)| ticket_type(show, number, kind)).collect(),
        terms: terms(&plan.terms),
    }
}

fn schedule(times: &Times) -> Schedule {
    Schedule {
        time_zone: text("Europe/Berlin"),
        starts_at: at(times.starts),
        ends_at: at(times.ends),
        sale_opens_at: times.opens.map(at),
        sale_closes_at: times.closes.map(at),
    }
}

fn terms(terms: &Terms) -> SaleTerms {
    let step = |&(hours_before, percent): &(u32, u8)| RefundStep { hours_before, percent };
    SaleTerms {
        hold_seconds: terms.hold_s,
        offer_seconds: terms.offer_s,
        payment: if terms.paid { Payment::Required } else { Payment::None },
        refund_policy: terms
            .policy
            .as_ref()
            .map(|policy| RefundPolicy { steps: policy.steps.iter().map(step).collect(), fee: policy.fee }),
    }
}

fn ticket_type(show: u8, number: u8, kind: &Kind) -> TicketType {
    TicketType {
        ticket_type_id: kind_id(show, number),
        name: text("Stalls"),
        price: money(kind.price),
        capacity: kind.capacity,
        terms: TicketTerms { reserved: kind.reserved, ..ticket_terms(&kind.terms) },
    }
}

fn ticket_terms(terms: &KindTerms) -> TicketTerms {
    TicketTerms {
        reserved: false,
        sale_opens_at: terms.opens.map(at),
        sale_closes_at: terms.closes.map(at),
        min_per_booking: terms.min,
        max_per_booking: terms.max,
        access_code: access(terms.hidden),
    }
}

/// Types that are added later have numbers from here on, each its own.
const ADDED_FROM: u8 = 100;

pub(super) fn revision(show: u8, change: &Change, expected_revision: u64) -> ReviseShow {
    let mut revise = ReviseShow { expected_revision, ..ReviseShow::default() };
    match change {
        Change::Title(number) => revise.title = Some(text(&format!("Evening {number}"))),
        Change::Times(times) => {
            revise.starts_at = Some(at(times.starts));
            revise.ends_at = Some(at(times.ends));
            revise.sale_opens_at = Some(times.opens.map(at));
            revise.sale_closes_at = Some(times.closes.map(at));
        }
        Change::Limit(limit) => revise.max_per_customer = Some(*limit),
        Change::Capacity { kind, capacity } => {
            revise.capacities = vec![CapacityWish { ticket_type_id: kind_id(show, *kind), capacity: *capacity }];
        }
        Change::Added(kind) => {
            // One for each revision that this can be a change of, so that none is added twice.
            let number = ADDED_FROM + (expected_revision % u64::from(ADDED_FROM)) as u8;
            revise.added = vec![ticket_type(show, number, kind)];
        }
        Change::Terms(changed) => revise.terms = Some(terms(changed)),
        Change::KindTerms(kind, changed) => revise.ticket_terms = vec![(kind_id(show, *kind), ticket_terms(changed))],
    }
    revise
}

pub(super) fn promo_code(show: u8, promo: &Promo) -> PromoCode {
    PromoCode {
        code: text(&promo_name(promo.code)),
        discount: if promo.percent { Discount::Percent(promo.off as u8) } else { Discount::Amount(promo.off.into()) },
        ticket_type_ids: promo.kinds.iter().map(|kind| kind_id(show, *kind)).collect(),
        uses_max: promo.uses,
        uses_per_customer_max: promo.uses_each,
        valid_from: promo.from.map(at),
        valid_until: promo.until.map(at),
    }
}
