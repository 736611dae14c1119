//! What every handler has at hand.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRef;
use edge::bearer::Verifier;
use event_log::EventLog;
use sqlx::PgPool;

use crate::cache::Cache;
use crate::checkpoints::Progress;
use crate::export::Exports;
use crate::freshness::Freshness;
use crate::past::Past;
use crate::seat_maps::SeatMaps;

/// Cloned for every request, so it is one pointer.
#[derive(Clone)]
pub(crate) struct App(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) pool: PgPool,
    /// For what was once, and what is proven; what is now stands in the read models.
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) freshness: Freshness,
    /// The same for reports, which stand elsewhere.
    pub(crate) reports: Freshness,
    pub(crate) cache: Cache,
    pub(crate) seat_maps: SeatMaps,
    pub(crate) past: Past,
    pub(crate) exports: Exports,
    verifier: Verifier,
}

impl App {
    pub(crate) fn new(pool: PgPool, log: Arc<dyn EventLog>, verifier: Verifier, progress: Progress) -> Self {
        Self(Arc::new(Inner {
            pool,
            log,
            freshness: Freshness::new(progress.core),
            reports: Freshness::new(progress.reports),
            cache: Cache::default(),
            seat_maps: SeatMaps::default(),
            past: Past::default(),
            exports: Exports::default(),
            verifier,
        }))
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
