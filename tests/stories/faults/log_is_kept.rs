//! What stands in the log stays there: the platform's own role cannot change it.

use evently::database::Database;
use sqlx::Connection as _;

use crate::support::{World, a_show};

const REWRITES: [&str; 4] = [
    "UPDATE events SET payload = '{}'",
    "DELETE FROM events",
    "TRUNCATE events",
    "UPDATE events SET version = version + 1 WHERE false",
];

#[tokio::test]
async fn the_platform_cannot_rewrite_the_log() {
    let world = World::start().await;
    let show = a_show().on_sale(&world.organizer()).await;
    world.customer().books(&show, 1).await.created();
    let pool = Database::existing(world.database.options()).await.unwrap().pool(1);
    let role: String = sqlx::query_scalar("SELECT current_user::text").fetch_one(&pool).await.unwrap();
    assert_eq!(role, "evently_app");

    for rewrite in REWRITES {
        let error = sqlx::query(rewrite).execute(&pool).await.unwrap_err();
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        assert_eq!(code.as_deref(), Some("42501"), "{rewrite}: {error}");
    }
    for rewrite in
        ["DELETE FROM log_head", "TRUNCATE log_head", "DROP TABLE events", "ALTER TABLE events DISABLE TRIGGER ALL"]
    {
        assert!(sqlx::query(rewrite).execute(&pool).await.is_err(), "{rewrite}");
    }
    pool.close().await;
}

#[tokio::test]
async fn not_even_its_owner_rewrites_the_log_by_accident() {
    let world = World::start().await;
    a_show().on_sale(&world.organizer()).await;
    let mut connection = world.database.connect().await;
    for rewrite in REWRITES {
        let error = sqlx::query(rewrite).execute(&mut connection).await.unwrap_err();
        assert!(error.to_string().contains("append-only"), "{rewrite}: {error}");
    }
    connection.close().await.unwrap();
}
