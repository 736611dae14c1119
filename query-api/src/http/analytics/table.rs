//! Sales over time as a file: a row for each bucket and currency.

use axum::response::Response;
use domain::analytics::Totals;
use domain::ids::AccountId;
use edge::problem::Problem;

use super::answer::Revenue;
use super::course::{Course, Slot};
use crate::analytics::buckets::Buckets;
use crate::analytics::currency_of;
use crate::app::App;
use crate::export::{Column, Export, Field, Format, Rows, Stopped};

/// Columns of a file: some of its own, then those of [`Revenue`], called as in JSON.
macro_rules! columns_with_money {
    ($($name:literal),*) => {
        &[
            $(Column::Plain($name),)*
            Column::Plain("currency"),
            Column::Plain("gross"),
            Column::Plain("discounts"),
            Column::Plain("refunds"),
            Column::Plain("fees"),
            Column::Plain("net"),
            Column::Plain("paid_out"),
            Column::Plain("booked_value"),
            Column::Plain("booked_discounts"),
            Column::Plain("cancelled_value"),
        ]
    };
}
pub(crate) use columns_with_money;

/// The cells of the columns that [`columns_with_money!`] adds.
pub(crate) fn money<'a>(currency: &'a str, revenue: &Revenue) -> [Field<'a>; 10] {
    [
        Field::text(currency),
        Field::Number(revenue.gross),
        Field::Number(revenue.discounts),
        Field::Number(revenue.refunds),
        Field::Number(revenue.fees),
        Field::Number(revenue.net),
        Field::Number(revenue.paid_out),
        Field::Number(revenue.booked_value),
        Field::Number(revenue.booked_discounts),
        Field::Number(revenue.cancelled_value),
    ]
}

const COLUMNS: &[Column] = columns_with_money![
    "start",
    "local_start",
    "tickets_held",
    "tickets_booked",
    "tickets_cancelled",
    "tickets_lapsed",
    "tickets_called_off",
    "sold"
];

/// A file of sales over time.
pub(super) struct Table {
    pub(super) format: Format,
    /// Its name without the ending.
    pub(super) name: String,
    pub(super) position: u64,
    /// How it went, by currency, each over the same buckets.
    pub(super) courses: Vec<(String, Course)>,
}

/// How sales went, by currency. Tickets are counted with the currency of their events, so that every column can be
/// summed up. `wholes` are totals of different currencies, `courses` what they were at the edges of the buckets.
pub(super) fn by_currency<'a>(
    buckets: &Buckets,
    wholes: impl Iterator<Item = &'a Totals>,
    courses: &[Vec<Totals>],
) -> Vec<(String, Course)> {
    let told = wholes.zip(courses).map(|(whole, course)| {
        let course = Course::of(buckets, std::slice::from_ref(course));
        (currency_of(whole), course)
    });
    // Events without a currency sell nothing.
    let mut told: Vec<_> = told.filter(|(currency, _)| !currency.is_empty()).collect();
    told.sort_by(|(one, _), (other, _)| one.cmp(other));
    if told.is_empty() {
        told.push((String::new(), Course::of(buckets, &[])));
    }
    told
}

/// Answers an account with the file.
pub(super) fn respond(app: &App, whose: AccountId, table: Table) -> Result<Response, Problem> {
    let Table { format, name, position, courses } = table;
    let turn = app.exports.turn(whose)?;
    let export = Export { format, columns: COLUMNS, name, as_of_position: position };
    Ok(export.respond(turn, move |rows| write(rows, courses)))
}

async fn write(mut rows: Rows, courses: Vec<(String, Course)>) -> Result<Rows, Stopped> {
    let buckets = courses.first().map_or(0, |(_, course)| course.data.len());
    for at in 0..buckets {
        for (currency, course) in &courses {
            rows.push(&fields(currency, &course.data[at])).await?;
        }
    }
    Ok(rows)
}

fn fields<'a>(currency: &'a str, slot: &'a Slot) -> Vec<Field<'a>> {
    let nothing = Revenue::of(&Totals::default());
    let own = [
        Field::Time(slot.start),
        Field::text(&*slot.local_start),
        Field::Number(slot.tickets_held),
        Field::Number(slot.tickets_booked),
        Field::Number(slot.tickets_cancelled),
        Field::Number(slot.tickets_lapsed),
        Field::Number(slot.tickets_called_off),
        Field::Number(slot.sold),
    ];
    let money = money(currency, slot.revenue.first().unwrap_or(&nothing));
    own.into_iter().chain(money).collect()
}
