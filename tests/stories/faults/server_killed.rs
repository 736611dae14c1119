//! `kill -9` of the server in the middle of a load.

use domain::access::Role;
use tokio::sync::watch;

use super::load::{BOOKINGS, Load};
use crate::support::database::OwnDatabase;
use crate::support::log::{facts, recount};
use crate::support::process::{Server, evently};
use crate::support::{a_show, world};

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_loses_and_doubles_nothing() {
    let database = OwnDatabase::create().await;
    let mut server = Server::start(&database.url(), "all").await;
    let olga = world::person(&server.line(), Role::Organizer);
    let show = a_show().with_seats(100_000).on_sale(&olga).await;
    let (move_to, lines) = watch::channel(server.line());
    let mut load = Load::start(&lines, &show);
    for share in [4, 2] {
        load.reaches(BOOKINGS / share).await;
        server.kill().await;
        server = Server::start(&database.url(), "all").await;
        move_to.send_replace(server.line());
    }
    let told = load.ends().await;

    assert!(told.others.keys().all(|status| [0, 503].contains(status)), "{:?}", told.others);
    assert!(told.others.contains_key(&0), "it was killed while people waited");
    told.agrees_with(&recount(&facts(&mut database.connect().await).await));
    let ada = world::person(&server.line(), Role::Customer);
    let last = ada.books(&show, 1).await.position();
    assert_eq!(ada.sees_available(&show).await, 100_000 - BOOKINGS as u64 - 1);
    assert!(last as usize > BOOKINGS);
    let (content, said) = evently(&database.url(), &["verify"]).await;
    assert!(content, "{said}");
    assert!(server.interrupt().await.success(), "Ctrl-C ends it cleanly");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_told_to_stop_answers_what_it_has_begun() {
    let database = OwnDatabase::create().await;
    let server = Server::start(&database.url(), "all").await;
    let olga = world::person(&server.line(), Role::Organizer);
    let show = a_show().with_seats(100_000).on_sale(&olga).await;
    let (move_to, lines) = watch::channel(server.line());
    let mut load = Load::start(&lines, &show);
    load.reaches(BOOKINGS / 4).await;

    assert!(server.interrupt().await.success());

    let next = Server::start(&database.url(), "all").await;
    move_to.send_replace(next.line());
    let told = load.ends().await;
    told.agrees_with(&recount(&facts(&mut database.connect().await).await));
    let (content, said) = evently(&database.url(), &["verify"]).await;
    assert!(content, "{said}");
}
