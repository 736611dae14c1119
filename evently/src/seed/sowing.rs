//! Puts the sample data in, one request after the other, so that it comes out the same every time.

use axum::Router;
use axum::http::Method;
use chrono::Utc;
use command_api::SigningKeys;
use domain::access::{Actor, Role};
use domain::ids::AccountId;
use indicatif::ProgressBar;
use serde_json::{Value, json};
use uuid::Uuid;

use super::door::{Answer, Door};
use super::sample::{CUSTOMERS, Fate, ORGANIZER, PASSWORD, Person, Sample, samples};

/// Who grants the organizer's role: whoever may run this program on the data, and no account.
const OPERATOR: Uuid = Uuid::from_u128(0x5eed_0000_0000_4000_8000_0000_0000_0001);

/// What was put in, now or before.
#[derive(Default)]
pub(super) struct Sown {
    pub(super) people: usize,
    pub(super) events: usize,
    pub(super) bookings: usize,
    pub(super) cancelled: usize,
    /// How much of it was not there before.
    pub(super) new: usize,
    pub(super) organizer: &'static str,
    pub(super) customers: Vec<&'static str>,
}

/// The work.
pub(super) struct Sowing {
    door: Door,
    keys: SigningKeys,
    bar: ProgressBar,
    sown: Sown,
}

impl Sowing {
    pub(super) fn new(router: Router, keys: SigningKeys, bar: ProgressBar) -> Self {
        let sown = Sown {
            organizer: ORGANIZER.email,
            customers: CUSTOMERS.iter().map(|customer| customer.email).collect(),
            ..Sown::default()
        };
        Self { door: Door::new(router, bar.clone()), keys, bar, sown }
    }

    /// Puts everything in.
    pub(super) async fn all(mut self) -> anyhow::Result<Sown> {
        let samples = samples()?;
        // One request registers each person, and one more makes the organizer one.
        let requests = 2 + CUSTOMERS.len() + samples.iter().map(Sample::requests).sum::<usize>();
        self.bar.set_length(requests as u64);

        let organizer = self.register(&ORGANIZER).await?;
        self.grant(organizer).await?;
        let organizer = self.token(organizer, Role::Organizer)?;
        let mut customers = Vec::new();
        for person in &CUSTOMERS {
            let customer = self.register(person).await?;
            customers.push(self.token(customer, Role::Customer)?);
        }
        for sample in &samples {
            self.event(sample, &organizer, &customers).await?;
        }
        Ok(self.sown)
    }

    async fn register(&mut self, person: &Person) -> anyhow::Result<Uuid> {
        let body = json!({ "email": person.email, "password": PASSWORD, "name": person.name });
        let to = (Method::POST, "/api/v1/auth/register");
        let answer = self.door.send(to, None, Some("sample"), &body, &[]).await?;
        self.sown.people += 1;
        self.count_new(&answer);
        answer.id("/account_id")
    }

    async fn grant(&mut self, organizer: Uuid) -> anyhow::Result<()> {
        let operator = self.token(OPERATOR, Role::Admin)?;
        let path = format!("/api/v1/admin/users/{organizer}/role");
        self.door.send((Method::PUT, &path), Some(&operator), None, &json!({ "role": "organizer" }), &[]).await?;
        Ok(())
    }

    /// Lets an account act here, whatever this run does to it. Signing in would leave a trace each time.
    fn token(&self, account_id: Uuid, role: Role) -> anyhow::Result<String> {
        self.keys.sign_at(&Actor { account_id: AccountId(account_id), role }, u64::MAX, Utc::now())
    }

    async fn event(&mut self, sample: &Sample, organizer: &str, customers: &[String]) -> anyhow::Result<()> {
        let to = (Method::POST, "/api/v1/admin/events");
        let created = self.door.send(to, Some(organizer), Some(&sample.key), &sample.event, &[]).await?;
        self.sown.events += 1;
        self.count_new(&created);
        let event_id = created.id("/event_id")?;
        if sample.fate == Fate::Draft {
            return Ok(());
        }
        // One that was put in before has met its fate already.
        self.step(event_id, "publish", &Value::Null, organizer, &["sale-paused", "event-cancelled"]).await?;
        for customer in customers {
            self.bookings(sample, &created, customer).await?;
        }
        match sample.fate {
            Fate::Draft | Fate::OnSale => Ok(()),
            Fate::Paused => self.step(event_id, "pause", &Value::Null, organizer, &[]).await,
            Fate::Cancelled => {
                let reason = json!({ "reason": "The hall was flooded. All bookings are cancelled." });
                self.step(event_id, "cancel", &reason, organizer, &[]).await
            }
        }
    }

    async fn step(
        &self,
        event_id: Uuid,
        step: &str,
        body: &Value,
        organizer: &str,
        may_be: &[&str],
    ) -> anyhow::Result<()> {
        let path = format!("/api/v1/admin/events/{event_id}/{step}");
        self.door.send((Method::POST, &path), Some(organizer), None, body, may_be).await?;
        Ok(())
    }

    /// All bookings of one customer for one event, some of which are given back.
    async fn bookings(&mut self, sample: &Sample, created: &Answer, customer: &str) -> anyhow::Result<()> {
        let event_id = created.id("/event_id")?;
        let mut made = Vec::new();
        for booked in &sample.bookings {
            let ticket_type_id = created.id(&format!("/ticket_types/{}/ticket_type_id", booked.ticket_type))?;
            let items = json!([{ "ticket_type_id": ticket_type_id, "quantity": booked.quantity }]);
            let body = json!({ "event_id": event_id, "items": items });
            for _ in 0..booked.times {
                let key = format!("{}-{}", sample.key, made.len());
                let to = (Method::POST, "/api/v1/bookings");
                let answer = self.door.send(to, Some(customer), Some(&key), &body, &[]).await?;
                self.sown.bookings += 1;
                self.count_new(&answer);
                made.push(answer.id("/booking_id")?);
            }
        }
        for booking_id in made.iter().take(sample.given_back) {
            let path = format!("/api/v1/bookings/{booking_id}");
            self.door.send((Method::DELETE, &path), Some(customer), None, &Value::Null, &[]).await?;
            self.sown.cancelled += 1;
        }
        Ok(())
    }

    fn count_new(&mut self, answer: &Answer) {
        self.sown.new += usize::from(!answer.is_repeat);
    }
}
