//! Many commands at once, while the log takes its time.

use command_api::lane::{MAILBOX_COMMANDS_MAX, Refused};
use domain::show::Rejection;
use event_log::EventLog as _;
use event_log::memory::Fault;
use tokio::task::{JoinHandle, JoinSet, yield_now};
use uuid::Uuid;

use super::gate::GatedLog;
use super::given::{Counter, Outcome, times_confirmed};

/// Enough turns for every task that can go on to do so.
const TURNS: usize = 200;

async fn let_everybody_work() {
    for _ in 0..TURNS {
        yield_now().await;
    }
}

/// Two people who want the last seat, in one batch.
fn two_for_one_seat(counter: &Counter, show: Uuid) -> [JoinHandle<Outcome>; 2] {
    [0, 1].map(|_| {
        let counter = counter.clone();
        tokio::spawn(async move { counter.books(show, Uuid::now_v7(), 1).await })
    })
}

#[tokio::test]
async fn nobody_is_answered_before_the_commit() {
    let log = GatedLog::new();
    let counter = Counter::on(&log);
    let show = counter.sells(1).await;
    log.appends.close();

    let crowd = two_for_one_seat(&counter, show);
    log.appends.arrived(1).await;
    let_everybody_work().await;
    assert!(crowd.iter().all(|person| !person.is_finished()), "the refusal too rests on what is not committed");

    log.appends.reopen();
    let [first, second] = crowd;
    assert_eq!(first.await.unwrap().unwrap().view, 0);
    assert!(matches!(second.await.unwrap(), Err(Refused::Rejected(Rejection::SoldOut { .. }))));
}

#[tokio::test]
async fn a_refusal_that_rested_on_a_failed_commit_is_not_given() {
    let log = GatedLog::new();
    let counter = Counter::on(&log);
    let show = counter.sells(1).await;
    log.appends.close();
    log.memory.inject(Fault::Refuse);

    let crowd = two_for_one_seat(&counter, show);
    log.appends.arrived(1).await;
    log.appends.reopen();

    for person in crowd {
        assert_eq!(person.await.unwrap().unwrap_err(), Refused::Unavailable, "the seat was never sold to anybody");
    }
    assert_eq!(counter.books(show, Uuid::now_v7(), 1).await.unwrap().view, 0);
}

#[tokio::test]
async fn a_show_that_is_being_read_does_not_stop_the_others() {
    let log = GatedLog::new();
    let (slow, quick) = {
        let before = Counter::on(&log);
        (before.sells(5).await, before.sells(5).await)
    };
    // A process that has just started has neither in memory.
    let counter = Counter::on(&log);
    log.slow.send_replace(Some(slow));
    log.reads.close();

    let waiting = tokio::spawn({
        let counter = counter.clone();
        async move { counter.books(slow, Uuid::now_v7(), 1).await }
    });
    log.reads.arrived(1).await;
    assert_eq!(counter.books(quick, Uuid::now_v7(), 1).await.unwrap().view, 4);
    assert!(!waiting.is_finished());

    log.reads.reopen();
    assert_eq!(waiting.await.unwrap().unwrap().view, 4);
}

#[tokio::test]
async fn a_client_that_hangs_up_changes_nothing() {
    let log = GatedLog::new();
    let counter = Counter::on(&log);
    let show = counter.sells(1).await;
    let booking = Uuid::now_v7();
    log.appends.close();

    let client = tokio::spawn({
        let counter = counter.clone();
        async move { counter.books(show, booking, 1).await }
    });
    log.appends.arrived(1).await;
    client.abort();
    log.appends.reopen();

    let again = counter.books(show, booking, 1).await.unwrap();
    assert!(again.committed.repeated);
    assert_eq!(times_confirmed(&log.memory, booking).await, 1);
}

#[tokio::test]
async fn a_full_mailbox_refuses_at_once() {
    const TOO_MANY: usize = 10;
    let log = GatedLog::new();
    let counter = Counter::on(&log);
    let show = counter.sells(1).await;
    log.appends.close();
    let first = tokio::spawn({
        let counter = counter.clone();
        async move { counter.books(show, Uuid::now_v7(), 1).await }
    });
    log.appends.arrived(1).await;

    let mut crowd = JoinSet::new();
    for _ in 0..MAILBOX_COMMANDS_MAX + TOO_MANY {
        let counter = counter.clone();
        crowd.spawn(async move { counter.books(show, Uuid::now_v7(), 1).await });
    }
    for _ in 0..TOO_MANY {
        let turned_away = crowd.join_next().await.unwrap().unwrap();
        assert_eq!(turned_away.unwrap_err(), Refused::Overloaded);
    }
    assert_eq!(counter.lanes.depth(), MAILBOX_COMMANDS_MAX);

    log.appends.reopen();
    first.await.unwrap().unwrap();
    let sold_out = |outcome: &Outcome| matches!(outcome, Err(Refused::Rejected(Rejection::SoldOut { .. })));
    assert!(crowd.join_all().await.iter().all(sold_out));
    assert_eq!(log.head().await.unwrap(), 3);
}

#[tokio::test]
async fn lanes_that_stop_answer_everybody_first() {
    let log = GatedLog::new();
    let counter = Counter::on(&log);
    let show = counter.sells(5).await;
    log.appends.close();
    let person = tokio::spawn({
        let counter = counter.clone();
        async move { counter.books(show, Uuid::now_v7(), 1).await }
    });
    log.appends.arrived(1).await;
    drop(counter);
    log.appends.reopen();
    assert_eq!(person.await.unwrap().unwrap().view, 4);
}
