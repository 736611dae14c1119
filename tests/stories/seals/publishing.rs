//! What is published for everybody: the signed checkpoint, the key, and the tiles of the tree.

use std::sync::atomic::Ordering;

use sqlx::Connection as _;

use super::given::{Checkpoint, Hash, opened, root};
use crate::support::{Person, World, a_show, world};

const TILE: &str = "/api/v1/audit/tile";

async fn checkpoint(person: &Person) -> Checkpoint {
    let note = person.get("/api/v1/audit/checkpoint").await;
    assert_eq!((note.status, note.header("content-type")), (200, Some("text/plain; charset=utf-8")));
    assert_eq!(note.header("cache-control"), Some("no-cache"));
    let key = person.get("/api/v1/audit/key").await;
    assert_eq!((key.status, key.header("content-type")), (200, Some("text/plain; charset=utf-8")));
    opened(&note.text(), &key.text())
}

async fn tile(person: &Person, path: &str) -> Vec<Hash> {
    let tile = person.get(&format!("{TILE}/{path}")).await;
    assert_eq!((tile.status, tile.header("content-type")), (200, Some("application/octet-stream")), "{path}");
    assert_eq!(tile.header("cache-control"), Some("public, max-age=31536000, immutable"));
    tile.body.chunks(32).map(|hash| hash.try_into().unwrap()).collect()
}

/// Events that another process might have written, to make a log of several tiles.
async fn make_longer(world: &World, count: i32) -> i64 {
    let mut connection = world.database.connect().await;
    let mut append = connection.begin().await.unwrap();
    sqlx::query(
        "INSERT INTO events (position, event_id, stream, version, type, schema_version, payload, actor, command_id,
                             correlation_id, recorded_at)
         SELECT head.position + n, gen_random_uuid(), 'show-00000000-0000-0000-0000-00000000000f', n, 'Counted', 1, '{}',
                gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), head.recorded_at
         FROM (SELECT * FROM log_head FOR UPDATE) head, generate_series(1, $1) n",
    )
    .bind(count)
    .execute(&mut *append)
    .await
    .unwrap();
    let last: i64 = sqlx::query_scalar("UPDATE log_head SET position = position + $1 RETURNING position")
        .bind(count)
        .fetch_one(&mut *append)
        .await
        .unwrap();
    append.commit().await.unwrap();
    connection.close().await.unwrap();
    last
}

#[tokio::test]
async fn the_tiles_have_the_root_that_was_signed() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().on_sale(&world.organizer()).await;
    ada.books(&show, 1).await.created();
    let early = checkpoint(&ada).await;
    assert_eq!(early.origin, "evently.test/log");
    assert!(early.size >= 4);
    let leaves = tile(&ada, &format!("0/000.p/{}", early.size)).await;
    assert_eq!((leaves.len() as u64, root(&leaves)), (early.size, early.root));

    let last = make_longer(&world, 600).await;
    let stranger = world.stranger();
    stranger.line.seen.fetch_max(last.cast_unsigned(), Ordering::SeqCst);
    let late = checkpoint(&stranger).await;
    assert_eq!(late.size, last.cast_unsigned());
    let (first, second) = (tile(&stranger, "0/000").await, tile(&stranger, "0/001").await);
    let third = tile(&stranger, &format!("0/002.p/{}", late.size - 512)).await;
    let leaves = [first.clone(), second.clone(), third].concat();
    assert_eq!((leaves.len() as u64, root(&leaves)), (late.size, late.root));
    assert_eq!(tile(&stranger, "1/000.p/2").await, [root(&first), root(&second)]);
    // What was published once is the same for ever, and what an older checkpoint needs stays there.
    assert_eq!(tile(&stranger, &format!("0/000.p/{}", early.size)).await, first[..early.size as usize]);
    assert_eq!(tile(&stranger, "0/001.p/1").await, second[..1]);
}

#[tokio::test]
async fn what_is_no_tile_is_refused() {
    let world = World::start().await;
    let ada = world.customer();
    a_show().on_sale(&world.organizer()).await;
    checkpoint(&ada).await;
    for path in ["0/000", "0/001.p/1", "1/000.p/1", "63/000", "0/x018/x446/x744/x073/x709/x551/615", "0/000.p/255"] {
        ada.get(&format!("{TILE}/{path}")).await.problem(404, "not-found");
    }
    for path in
        ["0", "0/0", "64/000", "0/000.p/0", "0/000.p/256", "entries/000", "0/%30%30%30", "0/000/", "%ff/000", "..%2f0"]
    {
        ada.get(&format!("{TILE}/{path}")).await.problem(400, "malformed-tile-path");
    }
    ada.get(&format!("{TILE}/0/000.p/1?x=1")).await.problem(400, "malformed-query");
    ada.get("/api/v1/audit/checkpoint?x=1").await.problem(400, "malformed-query");
    ada.get("/api/v1/audit/key?x=1").await.problem(400, "malformed-query");
    world.stranger().get(TILE).await.problem(404, "not-found");
    let nobody = world::stranger(&world::line(&format!("http://{}", world.address())));
    let ahead = |position: &str| nobody.get("/api/v1/audit/checkpoint").header("Evently-Min-Position", position);
    ahead("99999").await.problem(503, "not-sealed-yet");
    ahead("18446744073709551615").await.problem(400, "malformed-position");
}
