//! The other yardstick: selling a seat the usual way, with a row lock, on the same Postgres. No HTTP:
//! this is the best it could be.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection as _, PgConnection, PgPool};
use uuid::Uuid;

use crate::cpu::{Processes, Used};

/// How it went with one pool size.
pub(crate) struct Locked {
    pub(crate) connections: u32,
    pub(crate) rate: f64,
    pub(crate) used: Used,
    pub(crate) seconds: f64,
}

/// Makes a database of its own beside Evently's.
pub(crate) async fn prepare(postgres: &Path) -> anyhow::Result<PgConnectOptions> {
    let options = private_postgres::attach(postgres).await.context("the server's Postgres cannot be found")?;
    let mut connection = PgConnection::connect_with(&options).await?;
    sqlx::query("CREATE DATABASE row_lock").execute(&mut connection).await?;
    connection.close().await?;
    let options = options.database("row_lock");
    let mut connection = PgConnection::connect_with(&options).await?;
    sqlx::raw_sql(
        "CREATE TABLE seats (event_id int PRIMARY KEY, available bigint NOT NULL);
         INSERT INTO seats VALUES (1, 1000000000);
         CREATE TABLE sales (booking_id uuid PRIMARY KEY, event_id int NOT NULL, customer_id uuid NOT NULL,
                             booked_at timestamptz NOT NULL DEFAULT now())",
    )
    .execute(&mut connection)
    .await?;
    connection.close().await?;
    Ok(options)
}

/// Sells for a while over a pool, one seller per connection.
pub(crate) async fn sell(
    options: &PgConnectOptions,
    connections: u32,
    duration: Duration,
    processes: Processes,
) -> anyhow::Result<Locked> {
    let pool = PgPoolOptions::new()
        .min_connections(connections)
        .max_connections(connections)
        .test_before_acquire(false)
        .connect_with(options.clone())
        .await?;
    sale(&pool).await?;
    let (begin, before) = (Instant::now(), processes.used());
    let end = begin + duration;
    let sellers: Vec<_> = (0..connections).map(|_| tokio::spawn(seller(pool.clone(), end))).collect();
    let mut sold = 0_u64;
    for seller in sellers {
        sold += seller.await??;
    }
    let (seconds, used) = (begin.elapsed().as_secs_f64(), processes.used() - before);
    pool.close().await;
    Ok(Locked { connections, rate: sold as f64 / seconds, used, seconds })
}

async fn seller(pool: PgPool, end: Instant) -> sqlx::Result<u64> {
    let mut sold = 0;
    while Instant::now() < end {
        sale(&pool).await?;
        sold += 1;
    }
    Ok(sold)
}

async fn sale(pool: &PgPool) -> sqlx::Result<()> {
    let mut transaction = pool.begin().await?;
    let available: i64 = sqlx::query_scalar("SELECT available FROM seats WHERE event_id = 1 FOR UPDATE")
        .fetch_one(&mut *transaction)
        .await?;
    if available > 0 {
        sqlx::query("UPDATE seats SET available = available - 1 WHERE event_id = 1").execute(&mut *transaction).await?;
        sqlx::query("INSERT INTO sales (booking_id, event_id, customer_id) VALUES ($1, 1, $2)")
            .bind(Uuid::now_v7())
            .bind(Uuid::now_v7())
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await
}
