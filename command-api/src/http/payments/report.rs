//! What the payment provider says, in its own words, and the command that it becomes.

use domain::ids::{PaymentId, ShowId};
use domain::money::{Currency, Money};
use domain::show::{Command, Outcome, Rejection, ReportPayment, ReportRefund};
use domain::text::Text;
use edge::problem::Problem;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::http::keys::{find, find_beginning};
use crate::http::problem::show_refused;
use crate::http::validate::Faults;
use crate::lane::Refused;
use crate::payments::RefundId;

/// The longest reason that is kept, in characters.
const REASON_CHARS_MAX: usize = 200;

/// What became of a payment or a refund.
#[derive(Deserialize, ToSchema)]
pub(in crate::http) struct ReportBody {
    /// `payment.succeeded`, `payment.failed`, `refund.succeeded` or `refund.failed`.
    #[serde(rename = "type")]
    #[schema(example = "payment.succeeded")]
    kind: String,
    /// Which payment, if it is about one.
    payment_id: Option<Uuid>,
    /// Which refund, if it is about one: its booking and its number.
    #[schema(example = "0192d3d0-7c1e-7000-8000-000000000000.1")]
    refund_id: Option<String>,
    /// How much money moved, in minor units. Needed of what succeeded.
    #[schema(example = 8500)]
    amount: Option<i64>,
    /// ISO 4217. Needed of what succeeded.
    #[schema(example = "EUR")]
    currency: Option<String>,
    /// Why it failed, for people.
    #[schema(example = "the card was declined")]
    reason: Option<String>,
}

/// What a report asks of a show.
pub(super) struct Heard {
    pub(super) show_id: ShowId,
    pub(super) command: Command,
    /// The event that made the platform ask the provider, where it is known.
    pub(super) cause: Option<Uuid>,
}

impl ReportBody {
    /// What it asks for; nothing for a type that means nothing here.
    pub(super) async fn into_command(self, app: &App) -> Result<Option<Heard>, Problem> {
        match self.kind.as_str() {
            "payment.succeeded" | "payment.failed" => self.of_payment(app).await.map(Some),
            "refund.succeeded" | "refund.failed" => self.of_refund(app).await.map(Some),
            other => {
                tracing::debug!(other, "the payment provider speaks of something else");
                Ok(None)
            }
        }
    }

    async fn of_payment(self, app: &App) -> Result<Heard, Problem> {
        let mut faults = Faults::default();
        if self.payment_id.is_none() {
            faults.add("/payment_id", "missing", "is needed of a payment");
        }
        let outcome = self.outcome(&mut faults);
        let (payment_id, outcome) = faults.finish(self.payment_id.zip(outcome))?;
        let unknown = || show_refused(Refused::Rejected(Rejection::NoSuchPayment));
        let (show_id, started) = find_beginning(app, payment_id).await?.ok_or_else(unknown)?;
        let payment_id = PaymentId(payment_id);
        let command = Command::ReportPayment(ReportPayment { payment_id, outcome });
        Ok(Heard { show_id, command, cause: Some(started) })
    }

    async fn of_refund(self, app: &App) -> Result<Heard, Problem> {
        let mut faults = Faults::default();
        let refund_id = self.refund_id.as_ref().map(|text| text.parse::<RefundId>());
        match &refund_id {
            None => faults.add("/refund_id", "missing", "is needed of a refund"),
            Some(Err(error)) => faults.add("/refund_id", "invalid-value", error.to_string()),
            Some(Ok(_)) => {}
        }
        let outcome = self.outcome(&mut faults);
        let refund_id = refund_id.and_then(Result::ok);
        let (RefundId { booking_id, refund }, outcome) = faults.finish(refund_id.zip(outcome))?;
        let unknown = || show_refused(Refused::Rejected(Rejection::NoSuchRefund));
        let show_id = find(app, booking_id.0).await?.ok_or_else(unknown)?;
        let command = Command::ReportRefund(ReportRefund { booking_id, refund, outcome });
        Ok(Heard { show_id, command, cause: None })
    }

    fn outcome(&self, faults: &mut Faults) -> Option<Outcome> {
        if self.kind.ends_with(".failed") {
            return Some(Outcome::Failed(reason(self.reason.as_deref().unwrap_or_default())));
        }
        if self.amount.is_none() {
            faults.add("/amount", "missing", "is needed of what succeeded");
        }
        let currency = self.currency.as_deref().map(Currency::try_from);
        match currency {
            None => faults.add("/currency", "missing", "is needed of what succeeded"),
            Some(Err(error)) => faults.add("/currency", "unknown-currency", error.to_string()),
            Some(Ok(_)) => {}
        }
        let (amount, currency) = self.amount.zip(currency.and_then(Result::ok))?;
        Some(Outcome::Succeeded(Money { amount, currency }))
    }
}

/// A reason that can be kept: a provider that says too much, or nothing at all, is heard all the same.
fn reason(raw: &str) -> Text<REASON_CHARS_MAX> {
    let readable = raw.chars().map(|c| if c.is_control() { ' ' } else { c });
    let readable: String = readable.skip_while(|c| c.is_whitespace()).take(REASON_CHARS_MAX).collect();
    let nothing = || Text::line("no reason given").expect("these three words are a line");
    Text::line(&readable).unwrap_or_else(|_| nothing())
}

#[cfg(test)]
mod tests {
    use super::reason;

    #[test]
    fn any_reason_is_taken() {
        for (raw, kept) in [
            ("the card was declined", "the card was declined"),
            (" declined\r\nby the bank\0", "declined  by the bank"),
            ("", "no reason given"),
            ("\u{0}\n\t ", "no reason given"),
        ] {
            assert_eq!(reason(raw).as_str(), kept);
        }
        assert_eq!(reason(&format!("\n{}", "ä".repeat(10_000))).as_str(), "ä".repeat(200));
    }
}
