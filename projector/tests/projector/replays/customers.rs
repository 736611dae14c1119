//! Buyers that are numbered anew: the same numbers.

use super::given::Stage;
use crate::customers::{rows, story, told_in_pages};
use crate::given::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_numbers_buyers_as_before() {
    let world = World::on_postgres().await;
    told_in_pages(&world, &[9, 30, story().len() as u64]).await;
    let told = rows(&world).await;
    world.execute("DELETE FROM customer_firsts; UPDATE customer_counts SET tickets = 99").await;
    let stage = Stage::set(&world);
    let _worker = stage.works();

    let replay = stage.asks("customers", None).await.unwrap();
    stage.is(replay, "swapped").await;

    assert_eq!(rows(&world).await, told);
    let indexes = "SELECT count(*) FROM pg_indexes WHERE indexname = 'customer_firsts_by_position'
                   AND schemaname = 'public'";
    assert_eq!(world.number(indexes).await, 1);
}
