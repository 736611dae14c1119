//! When tickets are sold, to whom, how many at a time, and for whom they are cheaper.

mod limits;
mod promo_codes;
mod putting_off;
mod terms;
