//! Appends of which nobody knows whether they will still be written: until that is settled, nobody is
//! told that nothing was.

use command_api::lane::Refused;
use domain::show::{Command, Rejection, Step};
use event_log::memory::Fault;
use tokio::task::yield_now;
use uuid::Uuid;

use super::gate::GatedLog;
use super::given::{Counter, Hands, OLGA, a_counter, times_confirmed};

/// Turns after which a late commit comes: long after the lane has decided again.
const LATE: u32 = 500;
/// Longer than the sale of these stories' shows.
const A_YEAR: i64 = 365 * 86_400;

async fn wait_for_late_commits() {
    for _ in 0..2 * LATE {
        yield_now().await;
    }
}

#[tokio::test]
async fn a_command_that_may_still_be_written_is_not_refused() {
    let (log, hands) = (GatedLog::new(), Hands::at_noon());
    let counter = Counter::with_a_clock(&log, &hands);
    let (show, booking) = (counter.sells(2).await, Uuid::now_v7());
    log.memory.inject(Fault::CommitLate(LATE));
    log.appends.close();
    let asking = tokio::spawn({
        let counter = counter.clone();
        async move { counter.books(show, booking, 1).await }
    });
    log.appends.arrived(1).await;
    // While the append is under way the sale ends, so that the command is refused when it is decided again.
    hands.turn(A_YEAR);
    log.appends.reopen();
    let answer = asking.await.unwrap();

    assert_eq!(answer.unwrap_err(), Refused::Unavailable, "nobody can know");
    wait_for_late_commits().await;
    assert_eq!(times_confirmed(&log.memory, booking).await, 1, "it was written after all");
    assert!(counter.books(show, booking, 1).await.unwrap().committed.repeated, "repeating it finds out");
}

#[tokio::test]
async fn a_command_that_cannot_be_written_any_more_is_refused() {
    let (log, here) = a_counter();
    let there = Counter::on(&log);
    let (show, booking) = (here.sells(2).await, Uuid::now_v7());
    there.settles(show).await.unwrap();
    log.inject(Fault::CommitLate(LATE));
    // The first attempt is nowhere, and then the second one finds that somebody else was first.
    log.inject(Fault::Conflict);
    let (answer, paused) =
        tokio::join!(here.books(show, booking, 1), there.execute(show, Command::Step(Step::Pause), OLGA));

    paused.unwrap();
    assert_eq!(answer.unwrap_err(), Refused::Rejected(Rejection::NotOnSale));
    wait_for_late_commits().await;
    assert_eq!(times_confirmed(&*log, booking).await, 0);
}

#[tokio::test]
async fn a_late_commit_and_its_second_attempt_are_one_booking() {
    for turns in 0..40 {
        let (log, counter) = a_counter();
        let (show, booking) = (counter.sells(2).await, Uuid::now_v7());
        log.inject(Fault::CommitLate(turns));

        let done = counter.books(show, booking, 1).await.unwrap();

        wait_for_late_commits().await;
        assert_eq!((done.view, times_confirmed(&*log, booking).await), (1, 1), "{turns} turns late");
    }
}
