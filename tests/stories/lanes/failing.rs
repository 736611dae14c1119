//! Appends that fail, each in its own way.

use command_api::lane::{ATTEMPTS_MAX, Refused};
use domain::show::Rejection;
use event_log::EventLog as _;
use event_log::memory::Fault;
use uuid::Uuid;

use super::given::{a_counter, times_confirmed};

#[tokio::test]
async fn a_lost_reply_is_found_in_the_log() {
    let (log, counter) = a_counter();
    let show = counter.sells(10).await;
    let booking = Uuid::now_v7();

    log.inject(Fault::LoseReply);
    let done = counter.books(show, booking, 2).await.unwrap();

    assert!(!done.committed.repeated, "it was this very command that was recorded");
    assert_eq!(done.committed.position, log.head().await.unwrap());
    assert_eq!(done.view, 8);
    assert_eq!(times_confirmed(&*log, booking).await, 1);
}

#[tokio::test]
async fn a_lost_request_is_made_again() {
    let (log, counter) = a_counter();
    let show = counter.sells(10).await;
    let booking = Uuid::now_v7();

    log.inject(Fault::LoseRequest);
    let done = counter.books(show, booking, 2).await.unwrap();

    assert_eq!(done.view, 8);
    assert_eq!(times_confirmed(&*log, booking).await, 1);
}

#[tokio::test]
async fn a_conflict_is_decided_again() {
    let (log, counter) = a_counter();
    let show = counter.sells(10).await;
    let booking = Uuid::now_v7();

    log.inject(Fault::Conflict);
    let done = counter.books(show, booking, 2).await.unwrap();

    assert_eq!(done.view, 8);
    assert_eq!(times_confirmed(&*log, booking).await, 1);
}

#[tokio::test]
async fn faults_in_a_row_change_nothing_about_the_outcome() {
    let (log, counter) = a_counter();
    let show = counter.sells(10).await;
    let booking = Uuid::now_v7();

    for fault in [Fault::Conflict, Fault::LoseRequest, Fault::Conflict, Fault::LoseReply] {
        log.inject(fault);
    }
    let done = counter.books(show, booking, 3).await.unwrap();

    assert_eq!(done.view, 7);
    assert_eq!(times_confirmed(&*log, booking).await, 1);
}

#[tokio::test]
async fn a_log_that_is_away_is_told_and_nothing_is_kept() {
    let (log, counter) = a_counter();
    let show = counter.sells(2).await;
    let before = log.head().await.unwrap();

    log.inject(Fault::Refuse);
    let refused = counter.books(show, Uuid::now_v7(), 2).await;
    assert_eq!(refused.unwrap_err(), Refused::Unavailable);
    assert_eq!(log.head().await.unwrap(), before);

    // The seats that were never sold are there for the next one.
    let done = counter.books(show, Uuid::now_v7(), 2).await.unwrap();
    assert_eq!(done.view, 0);
}

#[tokio::test]
async fn conflicts_without_end_are_given_up() {
    let (log, counter) = a_counter();
    let show = counter.sells(2).await;
    let booking = Uuid::now_v7();

    (0..ATTEMPTS_MAX).for_each(|_| log.inject(Fault::Conflict));
    let refused = counter.books(show, booking, 1).await;

    assert_eq!(refused.unwrap_err(), Refused::Unavailable);
    assert_eq!(times_confirmed(&*log, booking).await, 0);
    assert_eq!(counter.books(show, booking, 1).await.unwrap().view, 1, "repeating is safe");
}

#[tokio::test]
async fn a_repeat_records_nothing_and_says_so() {
    let (log, counter) = a_counter();
    let show = counter.sells(10).await;
    let booking = Uuid::now_v7();
    let first = counter.books(show, booking, 2).await.unwrap();
    let before = log.head().await.unwrap();

    let again = counter.books(show, booking, 2).await.unwrap();

    assert!(!first.committed.repeated && again.committed.repeated);
    assert_eq!(again.view, 8);
    assert_eq!(log.head().await.unwrap(), before);
}

#[tokio::test]
async fn a_key_that_another_show_has_spent_is_refused() {
    let (log, counter) = a_counter();
    let (here, there) = (counter.sells(10).await, counter.sells(10).await);
    let booking = Uuid::now_v7();
    counter.books(here, booking, 1).await.unwrap();

    let refused = counter.books(there, booking, 1).await;

    assert_eq!(refused.unwrap_err(), Refused::Rejected(Rejection::IdempotencyKeyReused));
    assert_eq!(times_confirmed(&*log, booking).await, 1);
    assert_eq!(counter.books(there, Uuid::now_v7(), 10).await.unwrap().view, 0, "no seat was lost to it");
}

#[tokio::test]
async fn a_spent_key_does_not_stop_the_rest_of_its_batch() {
    let (log, counter) = a_counter();
    let (here, there) = (counter.sells(10).await, counter.sells(10).await);
    let (spent, fresh) = (Uuid::now_v7(), Uuid::now_v7());
    counter.books(here, spent, 1).await.unwrap();

    let (refused, done) = tokio::join!(counter.books(there, spent, 1), counter.books(there, fresh, 1));

    assert_eq!(refused.unwrap_err(), Refused::Rejected(Rejection::IdempotencyKeyReused));
    assert_eq!(done.unwrap().view, 9);
    assert_eq!(times_confirmed(&*log, fresh).await, 1);
}
