//! Who did what, in which request, and what it followed from; and what was refused.

mod histories;
mod refusing;
mod searching;
mod streams;

use serde_json::Value;

use crate::support::Person;

/// A page of the audit trail.
async fn page(admin: &Person, query: &str) -> Value {
    admin.get(&format!("/api/v1/admin/audit{query}")).await.ok()
}

/// The entries of a page.
fn entries(page: &Value) -> &[Value] {
    page["data"].as_array().unwrap()
}

/// What the entries of a page are.
fn types(page: &Value) -> Vec<&str> {
    entries(page).iter().map(|entry| entry["type"].as_str().unwrap()).collect()
}

/// Where they stand.
fn positions(page: &Value) -> Vec<u64> {
    entries(page).iter().map(|entry| entry["position"].as_u64().unwrap()).collect()
}
