//! What the outermost layer knows about a request and hands inwards: one extension, so one
//! allocation, for everything.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

/// Names a request, from outside or from here, and comes back in the response.
pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest request id taken from outside.
const REQUEST_ID_BYTES_MAX: usize = 128;

/// What the request is called and what it may cost.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) request_id: HeaderValue,
    /// The request id as a UUID, when this process made it.
    pub(crate) made_here: Option<Uuid>,
    pub(crate) body_bytes_max: usize,
}

impl Context {
    /// Takes over the caller's request id if it is decent, and makes one otherwise.
    pub(crate) fn new(headers: &HeaderMap, body_bytes_max: usize) -> Self {
        match headers.get(X_REQUEST_ID) {
            Some(id) if decent(id.as_bytes()) => Self { request_id: id.clone(), made_here: None, body_bytes_max },
            _ => {
                let id = new_request_id();
                let mut buffer = Uuid::encode_buffer();
                let text = id.hyphenated().encode_lower(&mut buffer);
                let request_id = HeaderValue::from_str(text).expect("hex digits and hyphens make a header value");
                Self { request_id, made_here: Some(id), body_bytes_max }
            }
        }
    }
}

fn decent(id: &[u8]) -> bool {
    (1..=REQUEST_ID_BYTES_MAX).contains(&id.len()) && id.iter().all(u8::is_ascii_graphic)
}

/// A UUID of version 7 without a system call: unique, but not secret. Starts at a random place in each process.
fn new_request_id() -> Uuid {
    static NEXT: LazyLock<AtomicU64> = LazyLock::new(|| AtomicU64::new(Uuid::now_v7().as_u64_pair().1));
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    let millis = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
    let mut rest = [0; 10];
    rest[..8].copy_from_slice(&scatter(n).to_be_bytes());
    rest[8..].copy_from_slice(&n.to_be_bytes()[6..]);
    uuid::Builder::from_unix_timestamp_millis(millis, &rest).into_uuid()
}

/// The finalizer of `SplitMix64`: one-to-one, so distinct numbers stay distinct.
fn scatter(n: u64) -> u64 {
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}
