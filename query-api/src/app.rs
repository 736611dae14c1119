//! What every handler has at hand.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRef;
use edge::bearer::Verifier;
use sqlx::PgPool;
use tokio::sync::watch;

use crate::cache::Cache;
use crate::freshness::Freshness;
use crate::seat_maps::SeatMaps;

/// Cloned for every request, so it is one pointer.
#[derive(Clone)]
pub(crate) struct App(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) pool: PgPool,
    pub(crate) freshness: Freshness,
    pub(crate) cache: Cache,
    pub(crate) seat_maps: SeatMaps,
    verifier: Verifier,
}

impl App {
    pub(crate) fn new(pool: PgPool, verifier: Verifier, progress: watch::Receiver<u64>) -> Self {
        let (freshness, cache, seat_maps) = (Freshness::new(progress), Cache::default(), SeatMaps::default());
        Self(Arc::new(Inner { pool, freshness, cache, seat_maps, verifier }))
    }
}

impl Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl FromRef<App> for Verifier {
    fn from_ref(app: &App) -> Self {
        app.verifier.clone()
    }
}
