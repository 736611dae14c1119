//! How tickets are held, paid and given back, and when, to whom and how many at a time they are sold,
//! as organizers say it. A change leaves what it does not name as it is.

use chrono::{DateTime, Utc};
use domain::ids::TicketTypeId;
use domain::show::{
    Code, HOLD_S_RANGE, OFFER_S_RANGE, PRICE_MAX, Payment, REFUND_STEPS_MAX, RefundPolicy, RefundStep, ReviseShow,
    SaleTerms, Show, TicketTerms,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::present;
use crate::http::validate::Faults;

/// The longest time before an event that a refund policy can speak of, in hours: ten years.
const HOURS_BEFORE_MAX: u32 = 87_600;

/// How tickets are held, paid and given back. What is absent stays as it is, or as it usually is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TermsBody {
    /// How long a hold lasts; 600 if never said.
    #[schema(minimum = 5, maximum = 3600, example = 600)]
    hold_seconds: Option<u32>,
    /// How long an offer to the waitlist lasts; 900 if never said.
    #[schema(minimum = 5, maximum = 86_400, example = 900)]
    offer_seconds: Option<u32>,
    /// `required`: tickets are held first, and confirmed when they are paid. `none` if never said.
    #[schema(value_type = Option<String>, example = "none")]
    payment: Option<Payment>,
    /// What comes back for tickets given back. `null`: everything, until the event ends.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<RefundPolicyBody>)]
    refund_policy: Option<Option<RefundPolicyBody>>,
}

/// What comes back for a ticket that is given back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RefundPolicyBody {
    /// From the earliest to the latest: each ends later than the one before and gives no more. After the
    /// last one nothing comes back.
    #[schema(max_items = 20)]
    steps: Vec<RefundStepBody>,
    /// What is kept of each ticket, in minor units, as far as its refund goes.
    #[serde(default)]
    #[schema(minimum = 0, example = 250)]
    fee: i64,
}

/// A share that comes back until some time before the event.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RefundStepBody {
    /// Until so many hours before the beginning.
    #[schema(maximum = 87_600, example = 168)]
    hours_before: u32,
    /// This share of the price comes back.
    #[schema(maximum = 100, example = 100)]
    percent: u32,
}

/// A change of an event's terms.
#[derive(Default)]
pub(super) struct TermsChange {
    hold_seconds: Option<u32>,
    offer_seconds: Option<u32>,
    payment: Option<Payment>,
    refund_policy: Option<Option<RefundPolicy>>,
}

/// A change of a ticket type's terms.
#[derive(Default)]
pub(super) struct TicketTermsChange {
    pub(super) sale_opens_at: Option<Option<DateTime<Utc>>>,
    pub(super) sale_closes_at: Option<Option<DateTime<Utc>>>,
    pub(super) min_per_booking: Option<Option<u32>>,
    pub(super) max_per_booking: Option<Option<u32>>,
    pub(super) access_code: Option<Option<Code>>,
}

/// A revision whose changes of terms still have to be put on the terms as they are.
pub(super) struct Revision {
    pub(super) revise: ReviseShow,
    pub(super) terms: Option<TermsChange>,
    pub(super) ticket_terms: Vec<(TicketTypeId, TicketTermsChange)>,
}

/// The terms that a show has at one of its revisions.
pub(super) struct TermsNow {
    pub(super) revision: u64,
    terms: SaleTerms,
    ticket_terms: Vec<(TicketTypeId, TicketTerms)>,
}

impl TermsBody {
    /// The change, with its faults noted.
    pub(super) fn into_change(self, faults: &mut Faults) -> TermsChange {
        faults.range("/terms/hold_seconds", self.hold_seconds, HOLD_S_RANGE);
        faults.range("/terms/offer_seconds", self.offer_seconds, OFFER_S_RANGE);
        let refund_policy = self.refund_policy.map(|policy| policy.map(|policy| policy.into_domain(faults)));
        TermsChange {
            hold_seconds: self.hold_seconds,
            offer_seconds: self.offer_seconds,
            payment: self.payment,
            refund_policy,
        }
    }
}

impl RefundPolicyBody {
    /// Whether its steps overlap, the show decides.
    fn into_domain(self, faults: &mut Faults) -> RefundPolicy {
        const PLACE: &str = "/terms/refund_policy";
        if self.steps.len() > REFUND_STEPS_MAX {
            faults.add(format!("{PLACE}/steps"), "out-of-range", format!("at most {REFUND_STEPS_MAX} steps"));
        }
        if !(0..=PRICE_MAX).contains(&self.fee) {
            faults.add(format!("{PLACE}/fee"), "out-of-range", format!("must be 0 to {PRICE_MAX} minor units"));
        }
        let step = |(index, step): (usize, RefundStepBody)| {
            let RefundStepBody { hours_before, percent } = step;
            faults.range(&format!("{PLACE}/steps/{index}/hours_before"), Some(hours_before), 0..=HOURS_BEFORE_MAX);
            faults.range(&format!("{PLACE}/steps/{index}/percent"), Some(percent), 0..=100);
            RefundStep { hours_before, percent: u8::try_from(percent).unwrap_or(u8::MAX) }
        };
        let steps = self.steps.into_iter().take(REFUND_STEPS_MAX).enumerate().map(step).collect();
        RefundPolicy { steps, fee: self.fee }
    }
}

impl TermsChange {
    /// The terms with this change.
    pub(super) fn onto(self, now: SaleTerms) -> SaleTerms {
        SaleTerms {
            hold_seconds: self.hold_seconds.unwrap_or(now.hold_seconds),
            offer_seconds: self.offer_seconds.unwrap_or(now.offer_seconds),
            payment: self.payment.unwrap_or(now.payment),
            refund_policy: self.refund_policy.unwrap_or(now.refund_policy),
        }
    }
}

impl TicketTermsChange {
    /// The terms with this change.
    pub(super) fn onto(self, now: TicketTerms) -> TicketTerms {
        TicketTerms {
            reserved: now.reserved,
            sale_opens_at: self.sale_opens_at.unwrap_or(now.sale_opens_at),
            sale_closes_at: self.sale_closes_at.unwrap_or(now.sale_closes_at),
            min_per_booking: self.min_per_booking.unwrap_or(now.min_per_booking),
            max_per_booking: self.max_per_booking.unwrap_or(now.max_per_booking),
            access_code: self.access_code.unwrap_or(now.access_code),
        }
    }

    /// Whether it changes nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.sale_opens_at.is_none()
            && self.sale_closes_at.is_none()
            && self.min_per_booking.is_none()
            && self.max_per_booking.is_none()
            && self.access_code.is_none()
    }
}

impl Revision {
    /// Whether the terms as they are must be known first.
    pub(super) fn is_about_terms(&self) -> bool {
        self.terms.is_some() || !self.ticket_terms.is_empty()
    }

    /// The command, once it is known what there is to change. A ticket type that is not there is named
    /// all the same: the show says so.
    pub(super) fn onto(self, now: TermsNow) -> ReviseShow {
        let TermsNow { terms, ticket_terms, .. } = now;
        let of_type = |id: TicketTypeId| {
            let found = ticket_terms.iter().find(|(known, _)| *known == id);
            found.map(|(_, terms)| terms.clone()).unwrap_or_default()
        };
        ReviseShow {
            terms: self.terms.map(|change| change.onto(terms)),
            ticket_terms: self.ticket_terms.into_iter().map(|(id, change)| (id, change.onto(of_type(id)))).collect(),
            ..self.revise
        }
    }
}

impl TermsNow {
    /// As a show has them.
    pub(super) fn of(show: &Show) -> Self {
        let sold = show.offered().iter().map(|offered| &offered.ticket_type);
        Self {
            revision: show.revision(),
            terms: show.terms().clone(),
            ticket_terms: sold.map(|sold| (sold.ticket_type_id, sold.terms.clone())).collect(),
        }
    }
}
