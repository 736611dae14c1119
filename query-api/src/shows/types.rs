//! Ticket types of a found show, and who sees which of them.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

/// One ticket type of a found show.
#[derive(Debug, Deserialize)]
pub(crate) struct FoundType {
    pub(crate) ticket_type_id: Uuid,
    pub(crate) name: String,
    pub(crate) price_amount: i64,
    pub(crate) currency: String,
    pub(crate) capacity: i64,
    pub(crate) sold: i64,
    pub(crate) held: i64,
    pub(crate) blocked: i64,
    pub(crate) reserved: bool,
    pub(crate) sale_opens_at: Option<DateTime<Utc>>,
    pub(crate) sale_closes_at: Option<DateTime<Utc>>,
    pub(crate) min_per_booking: Option<i32>,
    pub(crate) max_per_booking: Option<i32>,
    pub(crate) access_code: Option<String>,
}

/// What is offered, in the organizer's order; the statement gives it as JSON.
#[derive(Debug)]
pub(crate) struct FoundTypes(Vec<FoundType>);

impl From<Vec<FoundType>> for FoundTypes {
    fn from(types: Vec<FoundType>) -> Self {
        Self(types)
    }
}

impl TryFrom<String> for FoundTypes {
    type Error = serde_json::Error;

    fn try_from(json: String) -> Result<Self, Self::Error> {
        serde_json::from_str(&json).map(Self)
    }
}

/// Who looks at a show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Viewer {
    /// Somebody who runs it, and sees everything.
    Organizer,
    /// Somebody else, who may know a code.
    Guest {
        /// In upper case, as the codes themselves.
        access_code: Option<String>,
    },
}

impl Viewer {
    /// Whether a ticket type is there for them.
    pub(crate) fn sees(&self, found: &FoundType) -> bool {
        match (self, &found.access_code) {
            (Self::Organizer, _) | (_, None) => true,
            (Self::Guest { access_code }, Some(needed)) => access_code.as_ref() == Some(needed),
        }
    }
}

impl FoundTypes {
    /// Those that somebody sees.
    pub(crate) fn seen_by(self, viewer: &Viewer) -> impl Iterator<Item = FoundType> {
        self.0.into_iter().filter(|found| viewer.sees(found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hides_what_needs_a_code_that_was_not_given() {
        let seen = |viewer: Viewer| {
            let found = r#"{"ticket_type_id":"00000000-0000-0000-0000-000000000000","name":"NAME","price_amount":1,
                "currency":"EUR","capacity":1,"sold":0,"held":0,"blocked":0,"reserved":false,"access_code":CODE}"#;
            let json = [("open", "null"), ("crew", "\"CREW\""), ("press", "\"PRESS\"")]
                .map(|(name, code)| found.replace("NAME", name).replace("CODE", code));
            let types = FoundTypes::try_from(format!("[{}]", json.join(","))).unwrap();
            types.seen_by(&viewer).map(|found| found.name).collect::<Vec<_>>().join(" ")
        };
        let guest = |code: Option<&str>| Viewer::Guest { access_code: code.map(Into::into) };
        assert_eq!(seen(guest(None)), "open");
        assert_eq!(seen(guest(Some("CREW"))), "open crew");
        assert_eq!(seen(guest(Some("crew"))), "open");
        assert_eq!(seen(Viewer::Organizer), "open crew press");
    }
}
