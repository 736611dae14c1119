//! What each method does, in paused time, at a webhook that only listens.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use chrono::{DateTime, Utc};
use domain::ids::PaymentId;
use domain::money::{Currency, Money};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::time::Instant;
use uuid::Uuid;

use super::courier::DELIVERY_ATTEMPTS_MAX;
use super::*;
use crate::payments::{Payments, open};

const SECRET: &str = "a secret of these tests";
const MONEY: fn() -> Money = || Money { amount: 8_500, currency: Currency::try_from("EUR").unwrap() };

/// A provider, and the ear at its webhook.
struct Scene {
    payments: Payments,
    heard: Arc<Ear>,
    began: Instant,
    clock: Clock,
}

#[derive(Default)]
struct Ear {
    reports: Mutex<Vec<(Value, u64)>>,
    /// How many reports it refuses before it takes one, and with what.
    deaf: AtomicU32,
    status: Mutex<StatusCode>,
}

async fn listen(
    State((ear, began, clock)): State<(Arc<Ear>, Instant, Clock)>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let signature = headers["evently-signature"].to_str().unwrap();
    let secret = PaymentSecret::from_text(SECRET).unwrap();
    secret.verify(signature, &body, clock().timestamp()).unwrap();
    let report = serde_json::from_slice(&body).unwrap();
    ear.reports.lock().unwrap().push((report, began.elapsed().as_secs()));
    let deaf = ear.deaf.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
    if deaf { *ear.status.lock().unwrap() } else { StatusCode::OK }
}

/// Time that goes with tokio's, which these tests pause.
fn a_clock(began: Instant) -> Clock {
    let start: DateTime<Utc> = "2030-01-01T12:00:00Z".parse().unwrap();
    Arc::new(move || start + began.elapsed())
}

impl Scene {
    fn set() -> Self {
        let (began, heard) = (Instant::now(), Arc::new(Ear::default()));
        let clock = a_clock(began);
        let door = Router::new().route("/api/v1/payments/webhook", post(listen));
        let door = door.with_state((heard.clone(), began, clock.clone()));
        let (payments, provider) = open();
        let secret = Arc::new(PaymentSecret::from_text(SECRET).unwrap());
        tokio::spawn(provider.run(door, secret, clock.clone()));
        Self { payments, heard, began, clock }
    }

    fn charge(&self, method: &str) -> Request {
        let expires_at = (self.clock)() + chrono::TimeDelta::seconds(900);
        let (payment_id, booking_id) = (PaymentId(Uuid::from_u128(1)), BookingId(Uuid::from_u128(2)));
        let (money, method) = (MONEY(), method.into());
        Request::Charge(ChargeRequest { payment_id, booking_id, money, method, expires_at })
    }

    /// What was reported, and after how many seconds, once all is quiet.
    async fn reports(&self) -> Vec<(Value, u64)> {
        // Paused time runs on by itself while there is nothing else to do.
        sleep(Duration::from_hours(1)).await;
        std::mem::take(&mut *self.heard.reports.lock().unwrap())
    }
}

fn refund(number: u32) -> Request {
    let refund_id = RefundId { booking_id: BookingId(Uuid::from_u128(2)), refund: number };
    Request::Refund(RefundRequest { refund_id, money: MONEY() })
}

fn kinds(reports: &[(Value, u64)]) -> Vec<(&str, u64)> {
    reports.iter().map(|(report, after)| (report["type"].as_str().unwrap(), *after)).collect()
}

#[tokio::test(start_paused = true)]
async fn each_method_does_as_it_says() {
    for (method, expected) in [
        ("sandbox:succeed", &[("payment.succeeded", 0)][..]),
        ("sandbox:fail", &[("payment.failed", 0)]),
        ("sandbox:slow", &[("payment.succeeded", SLOW_S)]),
        ("sandbox:twice", &[("payment.succeeded", 0), ("payment.succeeded", 0)]),
        ("sandbox:late", &[("payment.succeeded", 900)]),
        ("sandbox:succeed-refund-fails", &[("payment.succeeded", 0)]),
    ] {
        assert!(METHODS.contains(&method));
        let scene = Scene::set();
        assert!(scene.payments.ask(scene.charge(method)));
        let reports = scene.reports().await;
        assert_eq!(kinds(&reports), expected, "{method}");
        let report = &reports[0].0;
        assert_eq!(report["payment_id"], "00000000-0000-0000-0000-000000000001");
        assert_eq!((&report["amount"], &report["currency"]), (&json!(8_500), &json!("EUR")));
        assert_eq!(report["reason"].is_string(), method == "sandbox:fail");
    }
}

#[tokio::test(start_paused = true)]
async fn asking_again_while_it_works_changes_nothing() {
    let scene = Scene::set();
    for _ in 0..5 {
        scene.payments.ask(scene.charge("sandbox:slow"));
    }
    assert_eq!(scene.reports().await.len(), 1);
    // Afterwards it says again what became of it: somebody may not have heard.
    scene.payments.ask(scene.charge("sandbox:slow"));
    assert_eq!(scene.reports().await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn refunds_succeed() {
    let scene = Scene::set();
    scene.payments.ask(scene.charge("sandbox:succeed"));
    scene.payments.ask(refund(1));
    let reports = scene.reports().await;
    let (report, _) = reports.iter().find(|(report, _)| report["type"] == "refund.succeeded").unwrap();
    assert_eq!(report["refund_id"], "00000000-0000-0000-0000-000000000002.1");
    assert_eq!((&report["amount"], &report["currency"]), (&json!(8_500), &json!("EUR")));
}

#[tokio::test(start_paused = true)]
async fn refunds_of_a_reluctant_payment_fail_when_first_tried() {
    let scene = Scene::set();
    scene.payments.ask(scene.charge("sandbox:succeed-refund-fails"));
    assert_eq!(kinds(&scene.reports().await), [("payment.succeeded", 0)]);
    for (number, expected) in [(1, "refund.failed"), (1, "refund.succeeded"), (2, "refund.failed")] {
        scene.payments.ask(refund(number));
        assert_eq!(scene.reports().await[0].0["type"], expected);
    }
}

#[tokio::test(start_paused = true)]
async fn reports_are_brought_until_they_are_taken() {
    let scene = Scene::set();
    *scene.heard.status.lock().unwrap() = StatusCode::SERVICE_UNAVAILABLE;
    scene.heard.deaf.store(4, Ordering::SeqCst);
    scene.payments.ask(scene.charge("sandbox:succeed"));
    let after: Vec<u64> = scene.reports().await.iter().map(|(_, after)| *after).collect();
    // Pauses of 0.25, 0.5, 1 and 2 seconds.
    assert_eq!(after, [0, 0, 0, 1, 3]);

    scene.heard.deaf.store(u32::MAX, Ordering::SeqCst);
    scene.payments.ask(scene.charge("sandbox:succeed"));
    assert_eq!(scene.reports().await.len(), DELIVERY_ATTEMPTS_MAX as usize, "there is an end to it");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_not_argued_with() {
    let scene = Scene::set();
    *scene.heard.status.lock().unwrap() = StatusCode::NOT_FOUND;
    scene.heard.deaf.store(1, Ordering::SeqCst);
    scene.payments.ask(scene.charge("sandbox:twice"));
    assert_eq!(scene.reports().await.len(), 2, "each report once");
    assert!(scene.began.elapsed() >= Duration::from_hours(1));
}

#[tokio::test(start_paused = true)]
async fn there_is_room_for_so_many_and_the_rest_is_told() {
    let scene = Scene::set();
    // The provider has had no turn yet: only what waits at the door has room.
    let room = (1..1_000_000).take_while(|number| scene.payments.ask(refund(*number))).count();
    assert_eq!(room, crate::payments::REQUESTS_MAX);
    assert_eq!(scene.reports().await.len(), room);
}
