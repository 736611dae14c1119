//! Finding a private Postgres that somebody else runs.

#![allow(clippy::unwrap_used, reason = "what a test cannot do fails it")]

use private_postgres::{Settings, attach, start};
use sqlx::{ConnectOptions, Connection};

#[tokio::test]
async fn finds_the_one_that_runs_and_none_afterwards() {
    let settings = Settings::throwaway();
    let data_dir = settings.data_dir.clone();
    assert!(attach(&data_dir).await.is_none(), "nothing was started yet");

    let postgres = start(settings).await.unwrap();
    let mut connection = attach(&data_dir).await.unwrap().connect().await.unwrap();
    let found: String =
        sqlx::query_scalar("SELECT current_setting('data_directory')").fetch_one(&mut connection).await.unwrap();
    let started: String = sqlx::query_scalar("SELECT current_setting('data_directory')")
        .fetch_one(&mut postgres.options().connect().await.unwrap())
        .await
        .unwrap();
    assert_eq!(found, started);
    connection.close().await.unwrap();

    postgres.stop().await.unwrap();
    assert!(attach(&data_dir).await.is_none(), "it has stopped");
}
