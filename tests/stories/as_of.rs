//! What was: seats and bookings as they were at some moment, for ever the same.

mod asking;
mod remembering;
