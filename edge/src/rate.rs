//! How often one caller may ask: an allowance per account, or per address for strangers, that
//! fills up again steadily (GCRA). Switched off, no route carries the layer.

use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use domain::ids::AccountId;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::bearer::Verifier;
use crate::problem::Problem;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// The time in which an allowance fills up from nothing: the minute of `Quota::per_minute`.
const WINDOW_S: u32 = 60;

/// How many allowances are kept per budget. Callers are hashed into them, with a secret of this
/// process, so memory is bounded however many addresses somebody owns; that two of a few thousand
/// callers share one is unlikely, and harmless.
const ALLOWANCES_MAX: u64 = 1 << 20;

/// What a route draws on. Each has its own allowance, so that reading never stops a purchase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Budget {
    /// Registering, signing in, refreshing: by address alone, as nobody is known yet.
    Login,
    /// Everything that changes something.
    Sale,
    /// Lists and details.
    Query,
    /// Costly summaries.
    Report,
}

impl Budget {
    const ALL: [Self; 4] = [Self::Login, Self::Sale, Self::Query, Self::Report];

    fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Sale => "sale",
            Self::Query => "query",
            Self::Report => "report",
        }
    }

    /// How many requests fit into the window.
    const fn quota(self) -> NonZeroU32 {
        let per_window: u32 = match self {
            Self::Login => 30,
            Self::Sale => 600,
            Self::Query => 1_200,
            Self::Report => 60,
        };
        NonZeroU32::new(per_window).expect("every budget above allows something")
    }
}

/// The allowances of all callers. Clones share them.
#[derive(Clone, Default)]
pub struct RateLimits {
    counts: Option<Arc<Counts>>,
    verifier: Option<Verifier>,
}

type Limiter = RateLimiter<u64, DashMapStateStore<u64>, DefaultClock, StateInformationMiddleware>;

struct Counts {
    /// In the order of [`Budget::ALL`].
    limiters: [Limiter; 4],
    clock: DefaultClock,
    secret: RandomState,
}

/// Whose allowance it is.
#[derive(Hash)]
enum Payer {
    Account(AccountId),
    Address(IpAddr),
}

impl RateLimits {
    /// Limits everybody.
    pub fn on() -> Self {
        let limiters =
            Budget::ALL.map(|budget| RateLimiter::dashmap(Quota::per_minute(budget.quota())).with_middleware());
        let counts = Counts { limiters, clock: DefaultClock::default(), secret: RandomState::new() };
        Self { counts: Some(Arc::new(counts)), verifier: None }
    }

    /// Limits nobody, at no cost.
    pub fn off() -> Self {
        Self::default()
    }

    /// Tells accounts apart by their tokens. Without it everybody behind one address shares.
    #[must_use]
    pub fn for_callers(self, verifier: Verifier) -> Self {
        Self { verifier: Some(verifier), ..self }
    }

    /// Puts the routes of `router` under a budget.
    pub fn guard<S: Clone + Send + Sync + 'static>(&self, router: Router<S>, budget: Budget) -> Router<S> {
        match &self.counts {
            Some(counts) if router.has_routes() => {
                let guard = Guard { counts: Arc::clone(counts), verifier: self.verifier.clone(), budget };
                router.route_layer(from_fn_with_state(guard, check))
            }
            _ => router,
        }
    }
}

#[derive(Clone)]
struct Guard {
    counts: Arc<Counts>,
    verifier: Option<Verifier>,
    budget: Budget,
}

impl Guard {
    fn payer(&self, request: &Request) -> Payer {
        let account = match (&self.verifier, self.budget) {
            (Some(verifier), Budget::Sale | Budget::Query | Budget::Report) => {
                // A bad token pays by address; the handler will say what is wrong with it.
                verifier.caller(request.headers()).ok().flatten()
            }
            _ => None,
        };
        match account {
            Some(actor) => Payer::Account(actor.account_id),
            None => Payer::Address(address(request)),
        }
    }
}

/// The peer's address. Owners of IPv6 hold a /64 at least, so the rest of it is not looked at.
fn address(request: &Request) -> IpAddr {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    match peer.map_or(IpAddr::from([0, 0, 0, 0]), |ConnectInfo(peer)| peer.ip()).to_canonical() {
        IpAddr::V6(v6) => IpAddr::from((u128::from(v6) >> 64 << 64).to_be_bytes()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

async fn check(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let Guard { counts, budget, .. } = &guard;
    let allowance = counts.secret.hash_one(guard.payer(&request)) % ALLOWANCES_MAX;
    match counts.limiters[*budget as usize].check_key(&allowance) {
        Ok(state) => {
            let remaining = state.remaining_burst_capacity();
            let mut response = next.run(request).await;
            tell(&mut response, *budget, remaining, until_full_s(*budget, remaining));
            response
        }
        Err(refusal) => {
            let wait = refusal.wait_time_from(counts.clock.now());
            let wait = (wait.as_millis().div_ceil(1_000) as u64).max(1);
            let mut response = Problem::new(
                StatusCode::TOO_MANY_REQUESTS,
                "rate-limited",
                format!("That was too often; the next request is taken in {wait} s."),
            )
            .with("limit", budget.quota().get())
            .with("window_s", WINDOW_S)
            .retry_after(wait)
            .into_response();
            tell(&mut response, *budget, 0, wait);
            response
        }
    }
}

/// How long until the whole allowance is there again.
fn until_full_s(budget: Budget, remaining: u32) -> u64 {
    let quota = u64::from(budget.quota().get());
    (quota.saturating_sub(remaining.into()) * u64::from(WINDOW_S)).div_ceil(quota)
}

fn tell(response: &mut Response, budget: Budget, remaining: u32, seconds: u64) {
    let name = budget.name();
    let policy = format!("\"{name}\";q={};w={WINDOW_S}", budget.quota());
    let state = format!("\"{name}\";r={remaining};t={seconds}");
    let headers = response.headers_mut();
    for (header, text) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, state)] {
        headers.insert(header, HeaderValue::try_from(text).expect("names and numbers are visible ASCII"));
    }
}

#[cfg(test)]
mod tests;
