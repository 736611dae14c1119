//! Seats named in a sentence.

use core::fmt;

use crate::show::event::SeatLabel;

/// Names, one after the other; at most a few, because a house can have very many seats.
pub(super) struct Labels<'a>(pub(super) &'a [SeatLabel]);

impl fmt::Display for Labels<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN_MAX: usize = 20;
        for (index, seat) in self.0.iter().take(SHOWN_MAX).enumerate() {
            write!(f, "{}{}", if index > 0 { ", " } else { "" }, seat.as_str())?;
        }
        if self.0.len() > SHOWN_MAX { write!(f, " and {} more", self.0.len() - SHOWN_MAX) } else { Ok(()) }
    }
}
