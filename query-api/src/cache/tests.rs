//! The cache gives nothing stale, builds once for many, and keeps nothing that is not for everybody.

use std::sync::atomic::{AtomicU64, Ordering};

use super::*;

const KEY: &str = "/api/v1/events?city=Leipzig";

#[expect(clippy::unnecessary_wraps, reason = "it stands where a build does")]
fn answer(text: &'static str) -> Result<Built, Problem> {
    Ok(Built { body: Bytes::from_static(text.as_bytes()), public: true })
}

#[tokio::test]
async fn gives_an_answer_again_until_the_read_model_moves() {
    let cache = Cache::default();
    cache.build(KEY, 7, async { answer("seven") }).await.unwrap();
    assert_eq!(cache.fresh(KEY, 7).unwrap(), "seven");
    assert!(cache.fresh(KEY, 8).is_none());
    assert!(cache.fresh("/api/v1/events", 7).is_none());
}

#[tokio::test]
async fn an_answer_grows_old() {
    let cache = Cache::default();
    let long_ago = Instant::now().checked_sub(Duration::from_millis(CACHE_AGE_MAX_MS)).unwrap();
    cache.answers.insert(KEY.into(), Answer { body: Bytes::new(), position: 7, started_at: long_ago });
    assert!(cache.fresh(KEY, 7).is_none());
}

#[tokio::test]
async fn builds_once_for_all_who_wait() {
    let cache = Arc::new(Cache::default());
    let built = Arc::new(AtomicU64::new(0));
    // The first holds the door until all others stand before it.
    let first = Arc::clone(&cache);
    let (open, opened) = tokio::sync::oneshot::channel::<()>();
    let first = tokio::spawn(async move {
        first
            .build(KEY, 7, async {
                opened.await.unwrap();
                answer("first")
            })
            .await
    });
    while cache.flights().is_empty() {
        tokio::task::yield_now().await;
    }
    let others = (0..100).map(|_| {
        let (cache, built) = (Arc::clone(&cache), Arc::clone(&built));
        tokio::spawn(async move {
            cache
                .build(KEY, 7, async {
                    built.fetch_add(1, Ordering::Relaxed);
                    answer("second")
                })
                .await
        })
    });
    let others: Vec<_> = others.collect();
    while Arc::strong_count(&cache.flights()[KEY]) < 102 {
        tokio::task::yield_now().await;
    }
    open.send(()).unwrap();

    assert_eq!(first.await.unwrap().unwrap(), "first");
    for other in others {
        // Not the first: that one was begun before they asked.
        assert_eq!(other.await.unwrap().unwrap(), "second");
    }
    assert_eq!(built.load(Ordering::Relaxed), 1);
    assert!(cache.flights().is_empty());
}

#[tokio::test]
async fn keeps_nothing_that_is_not_for_everybody() {
    let cache = Cache::default();
    let draft = async { Ok(Built { body: Bytes::from_static(b"draft"), public: false }) };
    assert_eq!(cache.build(KEY, 7, draft).await.unwrap(), "draft");
    assert!(cache.fresh(KEY, 7).is_none());
    cache.build(KEY, 7, async { Err(Problem::not_found("no")) }).await.unwrap_err();
    assert!(cache.fresh(KEY, 7).is_none());
    assert!(cache.flights().is_empty());
}

#[tokio::test]
async fn forgets_a_build_whose_caller_hung_up() {
    let cache = Cache::default();
    let hung_up = tokio::time::timeout(Duration::ZERO, cache.build(KEY, 7, std::future::pending())).await;
    assert!(hung_up.is_err());
    assert!(cache.flights().is_empty());
    assert_eq!(cache.build(KEY, 7, async { answer("next") }).await.unwrap(), "next");
}
