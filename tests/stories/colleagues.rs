//! Colleagues: an organizer trusts others with one event, to run it or to stand at its door.

use domain::access::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::person::Request;
use crate::support::{Person, Show, World, a_show, world};

/// Somebody who is registered, with this role.
async fn registered(world: &World, role: Role) -> Person {
    let email = format!("{}@example.org", Uuid::now_v7());
    let body = json!({ "email": email, "password": "correct horse battery", "name": "Ada" });
    let account_id = world.stranger().post("/api/v1/auth/register").json(&body).await.id("account_id");
    Person { account_id, ..world.stranger().with_token(&world::token(account_id, role)) }
}

fn path(show: &Show, whom: &Person) -> String {
    format!("/api/v1/admin/events/{}/colleagues/{}", show.id, whom.account_id)
}

impl Person {
    fn trusts(&self, show: &Show, whom: &Person, access: &str) -> Request {
        self.put(&path(show, whom)).json(&json!({ "access": access }))
    }

    fn distrusts(&self, show: &Show, whom: &Person) -> Request {
        self.delete(&path(show, whom))
    }

    fn sees_admin(&self, show: &Show, what: &str) -> Request {
        self.get(&format!("/api/v1/admin/events/{}/{what}", show.id))
    }
}

/// Everything that an organizer does with an event but giving access and calling it off.
async fn runs(person: &Person, show: &Show) -> Vec<u16> {
    let off = json!({
        "starts_at": "2041-01-01T19:00:00Z", "ends_at": "2041-01-01T21:00:00Z", "refund_until": "2040-12-01T00:00:00Z"
    });
    vec![
        person.revises(show, &show.etag, &json!({ "title": "Another" })).await.status,
        person.moves(show, "publish").await.status,
        person.moves(show, "pause").await.status,
        person.moves(show, "resume").await.status,
        person.adds_promo_code(show, &json!({ "code": "SPRING", "percent": 10 })).await.status,
        person.delete(&format!("/api/v1/admin/events/{}/promo-codes/SPRING", show.id)).await.status,
        person.post(&format!("/api/v1/admin/events/{}/reschedule", show.id)).json(&off).await.status,
        person.post(&format!("/api/v1/admin/events/{}/refunds/retry", show.id)).await.status,
    ]
}

/// Whether somebody is shown a draft, the seats of it, and that it is among the drafts.
async fn sees_draft(person: &Person, show: &Show) -> [bool; 3] {
    let drafts = person.get("/api/v1/events?status=draft&limit=200").await.ok();
    let is_listed = drafts["data"].as_array().unwrap().iter().any(|listed| listed["event_id"] == show.id.to_string());
    let found = |status: u16| status == 200;
    let event = found(person.get(&format!("/api/v1/events/{}", show.id)).await.status);
    [event, found(person.get(&format!("/api/v1/events/{}/seats", show.id)).await.status), is_listed]
}

#[tokio::test]
async fn a_manager_runs_the_event_whatever_their_role() {
    let world = World::start().await;
    let olga = world.organizer();
    for role in [Role::Customer, Role::Organizer] {
        let mia = registered(&world, role).await;
        let show = a_show().draft(&olga).await;
        assert_eq!(sees_draft(&mia, &show).await, [false; 3]);
        mia.moves(&show, "publish").await.problem(404, "not-found");

        let answer = olga.trusts(&show, &mia, "manager").await;
        let expected = json!({ "event_id": show.id, "account_id": mia.account_id, "access": "manager" });
        assert_eq!(answer.ok(), expected);

        assert_eq!(sees_draft(&mia, &show).await, [true; 3]);
        assert_eq!(runs(&mia, &show).await, [200, 200, 200, 200, 201, 204, 200, 200]);
        for what in ["promo-codes", "refunds", "colleagues", "bookings", "bookings/export"] {
            assert_eq!(mia.sees_admin(&show, what).await.status, 200, "{what}");
        }
        mia.calls_off(&show, "I may not.").await.problem(403, "not-your-event");
        mia.trusts(&show, &mia, "door").await.problem(403, "not-your-event");
        mia.distrusts(&show, &mia).await.problem(403, "not-your-event");
    }
    world.verifies().await;
}

#[tokio::test]
async fn the_door_sees_the_event_and_who_booked_and_changes_nothing() {
    let world = World::start().await;
    let (olga, dora) = (world.organizer(), registered(&world, Role::Customer).await);
    let draft = a_show().draft(&olga).await;
    olga.trusts(&draft, &dora, "door").await.ok();
    assert_eq!(sees_draft(&dora, &draft).await, [true; 3]);
    assert_eq!(runs(&dora, &draft).await, [403; 8]);
    dora.books(&draft, 1).await.refused("not-on-sale");

    let mut plan = a_show();
    plan.body["ticket_types"][0]["access_code"] = "CREW".into();
    let show = plan.on_sale(&olga).await;
    let hidden = async || dora.get(&format!("/api/v1/events/{}", show.id)).await.ok()["ticket_types"].clone();
    assert_eq!(hidden().await, json!([]));
    olga.trusts(&show, &dora, "door").await.ok();
    assert_eq!(hidden().await[0]["name"], "Stalls");
    // What thousands ask is kept for all of them, so whoever is no organizer sees there what everybody sees.
    let seats = async |person: &Person| {
        let seats = person.get(&format!("/api/v1/events/{}/seats", show.id)).await.ok();
        seats["ticket_types"].as_array().unwrap().len()
    };
    let otto = registered(&world, Role::Organizer).await;
    olga.trusts(&show, &otto, "door").await.ok();
    for (person, types) in [(&dora, 0), (&otto, 1), (&world.stranger(), 0), (&world.organizer(), 0), (&olga, 1)] {
        assert_eq!(seats(person).await, types);
    }
    let booking = world.customer().books_with(&show, &json!({ "access_code": "CREW" })).await.id("booking_id");
    let listed = dora.sees_admin(&show, "bookings").await.ok();
    assert_eq!(listed["data"][0]["booking_id"], booking.to_string());
    assert!(dora.sees_admin(&show, "bookings/export").await.text().contains(&booking.to_string()));
    for what in ["promo-codes", "refunds", "colleagues"] {
        dora.sees_admin(&show, what).await.problem(403, "not-your-event");
    }
    dora.get(&format!("/api/v1/bookings/{booking}")).await.problem(404, "not-found");
}

#[tokio::test]
async fn access_is_changed_and_taken_and_repeats_say_nothing() {
    let world = World::start().await;
    let olga = world.organizer();
    let (mia, dora) = (registered(&world, Role::Customer).await, registered(&world, Role::Customer).await);
    let show = a_show().on_sale(&olga).await;
    let given = olga.trusts(&show, &mia, "door").await.position();
    let again = olga.trusts(&show, &mia, "door").await;
    assert_eq!((again.status, again.position()), (200, given), "said once");
    world.admin().trusts(&show, &dora, "door").await.ok();
    let access = async || {
        let listed = olga.sees_admin(&show, "colleagues").await.ok();
        let access =
            listed["data"].as_array().unwrap().iter().map(|one| (one["account_id"].clone(), one["access"].clone()));
        access.collect::<Vec<(Value, Value)>>()
    };
    let entry = |whom: &Person, access: &str| (json!(whom.account_id), json!(access));
    assert_eq!(access().await, [entry(&mia, "door"), entry(&dora, "door")]);
    mia.moves(&show, "pause").await.problem(403, "not-your-event");

    olga.trusts(&show, &mia, "manager").await.ok();
    assert_eq!(access().await, [entry(&dora, "door"), entry(&mia, "manager")]);
    let paused = mia.moves(&show, "pause").await;
    paused.ok();

    let taken = olga.distrusts(&show, &mia).await;
    assert_eq!(taken.status, 204);
    assert_eq!(olga.distrusts(&show, &mia).await.position(), taken.position(), "said once");
    mia.moves(&show, "resume").await.problem(403, "forbidden");
    mia.sees_admin(&show, "bookings").await.problem(403, "forbidden");
    assert_eq!(access().await, [entry(&dora, "door")]);

    // Whom it is trusted to is no part of the event: its revision moved with the pause alone.
    let seen = olga.get(&format!("/api/v1/events/{}", show.id)).await.etag();
    assert_eq!(seen, paused.etag());
    world.verifies().await;
}

#[tokio::test]
async fn only_the_organizer_and_admins_give_access() {
    let world = World::start().await;
    let (olga, mia) = (world.organizer(), registered(&world, Role::Customer).await);
    let (show, draft) = (a_show().on_sale(&olga).await, a_show().draft(&olga).await);
    world.stranger().trusts(&show, &mia, "door").await.problem(401, "missing-token");
    mia.trusts(&show, &mia, "door").await.problem(403, "forbidden");
    world.organizer().trusts(&show, &mia, "door").await.problem(403, "not-your-event");
    world.organizer().trusts(&draft, &mia, "door").await.problem(404, "not-found");
    mia.distrusts(&show, &mia).await.problem(403, "forbidden");
    world.organizer().distrusts(&show, &mia).await.problem(403, "not-your-event");

    olga.trusts(&show, &world.customer(), "door").await.problem(404, "no-such-account");
    olga.trusts(&show, &mia, "emperor").await.invalid_at("/access");
    olga.put(&path(&show, &mia)).json(&json!({})).await.invalid_at("/access");
    let nowhere = Show { id: Uuid::now_v7(), ..show.clone() };
    olga.trusts(&nowhere, &mia, "door").await.problem(404, "not-found");
    assert_eq!(olga.sees_admin(&show, "colleagues").await.ok()["data"], json!([]));
}
