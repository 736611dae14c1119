//! Shows what the projector retold: events, seats, bookings, waitlists and refunds, over REST.
//!
//! It reads read models, and the log where something is proven or asked of the past; it changes nothing. Reading order: `http.rs` (the route
//! table), `http/` (one file per resource), `shows.rs`, `bookings.rs` and their neighbours (the SQL), `cache.rs`.

mod analytics;
mod app;
mod as_of;
mod audit;
mod bookings;
mod cache;
mod checkpoints;
mod colleagues;
mod cursor;
mod customers;
mod export;
mod freshness;
mod http;
mod list;
mod own_data;
mod past;
mod people;
mod projections;
mod promo_codes;
mod refunds;
mod refusals;
mod replays;
mod seals;
mod seat_maps;
mod shows;
mod store;
mod waitlist;

use std::sync::Arc;

use edge::bearer::Verifier;
use edge::rate::RateLimits;
use event_log::EventLog;
use sqlx::PgPool;

pub use checkpoints::{Progress, follow_checkpoints};

use app::App;

/// The reading half of the API.
pub struct QueryApi {
    app: App,
    rate: RateLimits,
}

impl QueryApi {
    /// Reads the database behind `pool`, and `log` for what was once. `progress` tells how far the read models
    /// have come: the projector's word, or that of [`follow_checkpoints`] where that is another process.
    pub fn new(pool: PgPool, log: Arc<dyn EventLog>, verifier: Verifier, progress: Progress, rate: RateLimits) -> Self {
        Self { app: App::new(pool, log, verifier, progress), rate }
    }

    /// All routes, and their description.
    pub fn router(&self) -> (axum::Router, utoipa::openapi::OpenApi) {
        http::router(self.app.clone(), &self.rate)
    }
}
