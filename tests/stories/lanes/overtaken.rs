//! Two processes with lanes on one log: each may be wrong about what the other has written.

use command_api::lane::Refused;
use domain::show::{Command, Rejection, Step};
use event_log::EventLog as _;
use uuid::Uuid;

use super::given::{Counter, OLGA, a_counter, ticket_type, times_confirmed};
use crate::support::in_time;

#[tokio::test]
async fn sold_out_is_said_only_after_a_look_at_the_log() {
    let (log, here) = a_counter();
    let there = Counter::on(&log);
    let show = here.sells(2).await;
    let (given_back, wanted) = (Uuid::now_v7(), Uuid::now_v7());
    assert_eq!(here.books(show, given_back, 2).await.unwrap().view, 0);
    there.gives_back(show, given_back).await.unwrap();

    // `here` still remembers a full house.
    assert_eq!(here.books(show, wanted, 2).await.unwrap().view, 0);
}

#[tokio::test]
async fn seats_that_another_process_sold_are_not_sold_again() {
    let (log, here) = a_counter();
    let there = Counter::on(&log);
    let show = here.sells(2).await;
    there.books(show, Uuid::now_v7(), 2).await.unwrap();

    // `here` still remembers an empty house.
    let refused = here.books(show, Uuid::now_v7(), 1).await;

    let sold_out = Rejection::SoldOut { ticket_type_id: ticket_type(show), requested: 1, available: 0 };
    assert_eq!(refused.unwrap_err(), Refused::Rejected(sold_out));
}

#[tokio::test]
async fn a_sale_that_another_process_resumed_goes_on() {
    let (log, here) = a_counter();
    let there = Counter::on(&log);
    let show = here.sells(2).await;
    here.execute(show, Command::Step(Step::Pause), OLGA).await.unwrap();
    assert_eq!(here.books(show, Uuid::now_v7(), 1).await.unwrap_err(), Refused::Rejected(Rejection::NotOnSale));
    there.execute(show, Command::Step(Step::Resume), OLGA).await.unwrap();

    assert_eq!(here.books(show, Uuid::now_v7(), 1).await.unwrap().view, 1);
}

#[tokio::test]
async fn a_repeat_at_another_process_is_recognised() {
    let (log, here) = a_counter();
    let there = Counter::on(&log);
    let show = here.sells(2).await;
    let booking = Uuid::now_v7();
    // `there` has the show in memory from before the booking.
    there.books(show, Uuid::now_v7(), 1).await.unwrap();
    let first = here.books(show, booking, 1).await.unwrap();

    let again = there.books(show, booking, 1).await.unwrap();

    assert!(again.committed.repeated);
    assert_eq!(again.committed.position, first.committed.position);
    assert_eq!(times_confirmed(&*log, booking).await, 1);
}

#[tokio::test]
async fn two_processes_sell_exactly_what_there_is() {
    let (log, here) = a_counter();
    let there = Counter::on(&log);
    let show = here.sells(50).await;
    let mut crowd = tokio::task::JoinSet::new();
    for n in 0..200_u32 {
        let counter = if n.is_multiple_of(2) { here.clone() } else { there.clone() };
        crowd.spawn(async move {
            let booking = Uuid::now_v7();
            // Too many collisions in a row are told as such; the person tries again.
            loop {
                match counter.books(show, booking, 1).await {
                    Err(Refused::Unavailable) => {}
                    outcome => return outcome.is_ok(),
                }
            }
        });
    }
    let sold =
        in_time("selling through two processes", crowd.join_all()).await.into_iter().filter(|sold| *sold).count();

    assert_eq!(sold, 50);
    assert_eq!(log.head().await.unwrap(), 52);
}
