//! When the provider was asked for what, and when it is time to ask again. The read models lag a little,
//! and a provider may take its time: without this it would be asked four times a second.

use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ids::ShowId;
use lru::LruCache;
use tokio::time::Instant;

use crate::payments::RequestId;

/// The pause after the first time, in seconds; each is twice as long as the one before it.
const FIRST_PAUSE_S: u64 = 20;
/// The longest pause, in seconds.
const PAUSE_S_MAX: u64 = 600;
/// How often the provider is asked for one thing; more only after a restart.
const TIMES_MAX: u32 = 100;
/// The most requests that are remembered; who is forgotten is asked again too early, which does no harm.
const REMINDERS_MAX: NonZeroUsize = NonZeroUsize::new(100_000).expect("a hundred thousand is not zero");

/// What the provider was asked for.
pub(crate) struct Reminders(Mutex<LruCache<RequestId, Reminder>>);

struct Reminder {
    show_id: ShowId,
    times: u32,
    next: Instant,
}

impl Reminders {
    /// Nothing was asked yet.
    pub(crate) fn new() -> Self {
        Self(Mutex::new(LruCache::new(REMINDERS_MAX)))
    }

    /// Whether the provider is to be asked now.
    pub(super) fn is_time(&self, id: RequestId, now: Instant) -> bool {
        self.lock().get(&id).is_none_or(|reminder| reminder.times < TIMES_MAX && reminder.next <= now)
    }

    /// Notes that it was asked.
    pub(super) fn asked(&self, id: RequestId, show_id: ShowId, now: Instant) {
        let mut reminders = self.lock();
        let times = reminders.get(&id).map_or(0, |reminder| reminder.times) + 1;
        let pause_s = FIRST_PAUSE_S.saturating_mul(1 << (times - 1).min(16)).min(PAUSE_S_MAX);
        reminders.put(id, Reminder { show_id, times, next: now + Duration::from_secs(pause_s) });
        if times == TIMES_MAX {
            tracing::error!(?id, "the payment provider does not answer; it is not asked again before a restart");
        }
    }

    /// Lets all refunds of a show be asked for at once: somebody wants those that failed tried again.
    pub(crate) fn forget_refunds(&self, show_id: ShowId) {
        let mut reminders = self.lock();
        let of_show = |(id, reminder): (&RequestId, &Reminder)| {
            (reminder.show_id == show_id && matches!(id, RequestId::Refund(_))).then_some(*id)
        };
        let forgotten: Vec<RequestId> = reminders.iter().filter_map(of_show).collect();
        for id in forgotten {
            reminders.pop(&id);
        }
    }

    fn lock(&self) -> MutexGuard<'_, LruCache<RequestId, Reminder>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ids::{BookingId, PaymentId};
    use uuid::Uuid;

    use crate::payments::RefundId;

    const SHOW: ShowId = ShowId(Uuid::from_u128(1));
    const PAYMENT: RequestId = RequestId::Payment(PaymentId(Uuid::from_u128(2)));
    const REFUND: RequestId = RequestId::Refund(RefundId { booking_id: BookingId(Uuid::from_u128(3)), refund: 1 });

    #[test]
    fn pauses_grow_and_end() {
        let reminders = Reminders::new();
        let mut now = Instant::now();
        for pause_s in [20, 40, 80, 160, 320, 600, 600] {
            assert!(reminders.is_time(PAYMENT, now));
            reminders.asked(PAYMENT, SHOW, now);
            assert!(!reminders.is_time(PAYMENT, now + Duration::from_secs(pause_s - 1)));
            now += Duration::from_secs(pause_s);
        }
        for _ in 7..TIMES_MAX {
            assert!(reminders.is_time(PAYMENT, now));
            reminders.asked(PAYMENT, SHOW, now);
            now += Duration::from_secs(PAUSE_S_MAX);
        }
        assert!(!reminders.is_time(PAYMENT, now + Duration::from_hours(24)));
    }

    #[test]
    fn a_shows_refunds_are_forgotten_and_nothing_else() {
        let (reminders, now) = (Reminders::new(), Instant::now());
        let elsewhere = RequestId::Refund(RefundId { booking_id: BookingId(Uuid::from_u128(4)), refund: 1 });
        for (id, show_id) in [(PAYMENT, SHOW), (REFUND, SHOW), (elsewhere, ShowId(Uuid::from_u128(5)))] {
            reminders.asked(id, show_id, now);
        }
        reminders.forget_refunds(SHOW);
        assert!(reminders.is_time(REFUND, now));
        assert!(!reminders.is_time(PAYMENT, now) && !reminders.is_time(elsewhere, now));
    }
}
