//! What the organizer said and did.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::is_default;
use crate::Timestamp;
use crate::ids::{AccountId, ShowId, TicketTypeId};
use crate::money::Money;
use crate::show::terms::{Code, PromoCode, SaleTerms, TicketTerms};
use crate::text::Text;

/// It was put on the programme, as a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShowCreated {
    /// The new show.
    pub show_id: ShowId,
    /// Who runs it.
    pub organizer_id: AccountId,
    /// Title, description, venue.
    pub details: ShowDetails,
    /// Its times.
    pub schedule: Schedule,
    /// The most tickets one customer may hold.
    pub max_per_customer: Option<u32>,
    /// What is sold. All prices are in one currency.
    pub ticket_types: Vec<TicketType>,
    /// How it is held, paid and given back. Since version 2.
    #[serde(default, skip_serializing_if = "is_default")]
    pub terms: SaleTerms,
}

/// What a show is called and where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShowDetails {
    /// Its name.
    pub title: Text<{ ShowDetails::TITLE_MAX }>,
    /// What to expect.
    pub description: Option<Text<{ ShowDetails::DESCRIPTION_MAX }>>,
    /// Where.
    pub venue: Venue,
}

impl ShowDetails {
    /// The longest title, in characters.
    pub const TITLE_MAX: usize = 200;
    /// The longest description, in characters.
    pub const DESCRIPTION_MAX: usize = 10_000;
    /// The longest name of a venue, city, time zone or ticket type, in characters.
    pub const NAME_MAX: usize = 200;
}

/// A place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Venue {
    /// The house.
    pub name: Text<{ ShowDetails::NAME_MAX }>,
    /// The town.
    pub city: Text<{ ShowDetails::NAME_MAX }>,
    /// ISO 3166-1 alpha-2 code, for example `DE`.
    pub country: Text<2>,
}

/// When it happens and when it is sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// IANA name, for example `Europe/Berlin`; for showing times, never for comparing them.
    pub time_zone: Text<{ ShowDetails::NAME_MAX }>,
    /// Beginning.
    pub starts_at: Timestamp,
    /// End; after the beginning.
    pub ends_at: Timestamp,
    /// Not sold before this.
    pub sale_opens_at: Option<Timestamp>,
    /// Not sold from this on.
    pub sale_closes_at: Option<Timestamp>,
}

impl Schedule {
    /// The first moment at which nothing is sold any more: at the latest the end of the show.
    pub fn sale_end(&self) -> Timestamp {
        self.sale_closes_at.map_or(self.ends_at, |closes_at| closes_at.min(self.ends_at))
    }
}

/// Something that is sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketType {
    /// Its id.
    pub ticket_type_id: TicketTypeId,
    /// Its name.
    pub name: Text<{ ShowDetails::NAME_MAX }>,
    /// What one ticket costs.
    pub price: Money,
    /// How many there are in all. Of a reserved type the seat map says how many.
    pub capacity: u32,
    /// When, to whom and how many at a time. Since version 2.
    #[serde(default, skip_serializing_if = "is_default")]
    pub terms: TicketTerms,
}

/// Its title, description or venue became this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShowDescribed {
    /// All of it, as it is from now on.
    pub details: ShowDetails,
}

/// Its times became these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShowScheduled {
    /// All of them, as they are from now on.
    pub schedule: Schedule,
}

/// The limit for one customer became this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerLimitSet {
    /// `None`: no limit.
    pub max_per_customer: Option<u32>,
}

/// Something more is sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketTypeAdded {
    /// What.
    pub ticket_type: TicketType,
}

/// There are more tickets of a type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapacityRaised {
    /// Which type.
    pub ticket_type_id: TicketTypeId,
    /// How many there are in all from now on.
    pub capacity: u32,
}

/// There are fewer tickets of a type, though never fewer than are taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapacityLowered {
    /// Which type.
    pub ticket_type_id: TicketTypeId,
    /// How many there are in all from now on.
    pub capacity: u32,
}

/// Everybody can see and book it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShowPublished {}

/// It is not sold for the moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SalePaused {}

/// It is sold again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaleResumed {}

/// It is never sold again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaleClosed {}

/// It will not happen; every booking of it ended with this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShowCancelled {
    /// What ticket holders are told.
    pub reason: Text<1_000>,
}

/// It was put off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShowRescheduled {
    /// All times, as they are from now on.
    pub schedule: Schedule,
    /// Until then, whoever booked before this gets everything back for tickets they give back.
    pub refund_until: Timestamp,
    /// When it was decided: bookings made earlier are the ones meant.
    pub rescheduled_at: Timestamp,
}

/// How it is held, paid and given back became this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaleTermsSet {
    /// All of it, as it is from now on.
    pub terms: SaleTerms,
}

/// When, to whom and how many at a time a ticket type is sold became this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketTermsSet {
    /// Which type.
    pub ticket_type_id: TicketTypeId,
    /// All of it, as it is from now on.
    pub terms: TicketTerms,
}

/// A code makes tickets cheaper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromoCodeAdded {
    /// The code and what it does.
    pub promo_code: PromoCode,
}

/// A code no longer does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromoCodeRemoved {
    /// The code.
    pub code: Code,
}
