//! What operators ask: does it live, is it ready, how is it doing.

use crate::support::{World, a_show};

#[tokio::test]
async fn a_platform_that_lives_and_is_ready_says_so() {
    let world = World::start().await;
    let stranger = world.stranger();
    stranger.get("/healthz").await.ok();
    let ready = stranger.get("/readyz").await.ok();
    assert_eq!(ready["status"], "ready");
    assert!(ready["log"]["head"].is_u64());
    assert!(ready["read_models"]["lag_events"].is_u64());
}

#[tokio::test]
async fn figures_are_there_for_prometheus() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().with_seats(1).on_sale(&world.organizer()).await;
    ada.books(&show, 1).await.created();
    ada.books(&show, 1).await.refused("sold-out");
    ada.sees_available(&show).await;
    world.stranger().get("/readyz").await.ok();

    let answer = world.stranger().get("/metrics").await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-type").unwrap().starts_with("text/plain"));
    let figures = answer.text();
    for figure in [
        "evently_bookings_total{outcome=\"confirmed\"}",
        "evently_bookings_total{outcome=\"sold-out\"}",
        "evently_lane_batch_commands",
        "evently_commit_seconds",
        "evently_lane_depth_commands",
        "lag",
        "requests",
    ] {
        assert!(figures.contains(figure), "no {figure} in\n{figures}");
    }
    assert!(!figures.contains(&show.id.to_string()), "a label per event would grow without end");
    assert!(figures.contains("/api/v1/events/{event_id}/seats"), "routes, not paths");
}

#[tokio::test]
async fn a_port_that_is_taken_is_told() {
    use command_api::FirstAdmin;
    use evently::cli::Role;
    use evently::database::Database;
    use evently::platform::{Platform, Settings};
    let world = World::start().await;
    let database = Database::existing(world.database.options()).await.unwrap();
    let settings = Settings {
        listen: world.address().parse().unwrap(),
        data_dir: std::env::temp_dir(),
        signing_key: Some(crate::support::world::SIGNING_KEY.clone()),
        seal_key: Some(crate::support::world::SEAL_KEY.clone()),
        log_origin: crate::support::world::LOG_ORIGIN.into(),
        sealing: true,
        payment_secret: Some(crate::support::world::PAYMENT_SECRET.into()),
        jwks: None,
        rate_limits: false,
        lanes: 1,
        role: Role::All,
        admin: FirstAdmin { email: "a@b.c".into(), password: "password".into() },
        clock: command_api::lane::system_clock(),
    };
    let error = Platform::start(settings, &database).await.err().unwrap();
    assert!(format!("{error:#}").contains(&world.address()), "{error:#}");
}
