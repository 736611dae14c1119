//! People book and give back: what they get, what they are refused, and what a repeat does.

mod buying;
mod giving_back;
mod refusing;
mod repeating;
