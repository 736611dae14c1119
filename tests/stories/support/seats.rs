//! Houses with numbered seats: `a_show().reserved().seated(&olga, 5, 10)`.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Person, Show, ShowPlan};

/// A map of one section: so many rows (A, B, ...) of so many seats (A-1, A-2, ...), all sold as one type.
pub(crate) fn a_house(ticket_type: Uuid, rows: u32, seats: u32) -> Value {
    let row = |row: u32| {
        let label = row_label(row);
        let seats: Vec<Value> = (1..=seats).map(|seat| json!({ "label": format!("{label}-{seat}") })).collect();
        json!({ "label": label, "seats": seats })
    };
    let rows: Vec<Value> = (0..rows).map(row).collect();
    json!({ "sections": [{ "name": "Stalls", "ticket_type_id": ticket_type, "rows": rows }] })
}

fn row_label(row: u32) -> String {
    match char::from_digit(row + 10, 36) {
        Some(letter) => letter.to_ascii_uppercase().to_string(),
        None => format!("R{row}"),
    }
}

/// One seat of a map.
pub(crate) fn seat<'a>(house: &'a mut Value, label: &str) -> &'a mut Value {
    let sections = house["sections"].as_array_mut().unwrap().iter_mut();
    let rows = sections.flat_map(|section| section["rows"].as_array_mut().unwrap());
    let mut seats = rows.flat_map(|row| row["seats"].as_array_mut().unwrap());
    seats.find(|seat| seat["label"] == label).unwrap_or_else(|| panic!("no seat {label}"))
}

/// The names of all seats in a booking, an entry or an item.
pub(crate) fn seats_in(json: &Value) -> Vec<String> {
    let items = json["items"].as_array().map_or_else(|| vec![json], |items| items.iter().collect());
    let seats = items.into_iter().flat_map(|item| item["seats"].as_array().into_iter().flatten());
    seats.map(|seat| seat.as_str().unwrap().to_owned()).collect()
}

impl ShowPlan {
    /// Its first ticket type has numbered seats.
    pub(crate) fn reserved(mut self) -> Self {
        let sold = self.body["ticket_types"][0].as_object_mut().unwrap();
        sold.remove("capacity");
        sold.insert("seating".into(), "reserved".into());
        self
    }

    /// Created, given a house of so many rows and seats, and published.
    pub(crate) async fn seated(&self, organizer: &Person, rows: u32, seats: u32) -> Show {
        let draft = self.draft(organizer).await;
        self.publish_with(organizer, &draft, &a_house(draft.ticket_type(), rows, seats)).await
    }

    /// Gives a draft its house, and publishes it.
    pub(crate) async fn publish_with(&self, organizer: &Person, draft: &Show, house: &Value) -> Show {
        organizer.seats(draft, &draft.etag, house).await.ok();
        let answer = organizer.moves(draft, "publish").await;
        answer.ok();
        Show::of(&answer)
    }
}
