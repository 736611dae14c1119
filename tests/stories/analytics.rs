//! How sales go: what dashboards and revenue tell agrees with the money, is told again for ever, and is shown to
//! those whose business it is.

mod any_position;
mod buying;
mod looking;
mod reconciling;
mod refusing;
mod remembering;

use serde_json::Value;

/// One number of an answer.
fn number(answer: &Value, pointer: &str) -> i64 {
    answer.pointer(pointer).and_then(Value::as_i64).unwrap_or_else(|| panic!("no number at {pointer} in {answer}"))
}

/// The sum of a number over a list.
fn sum(list: &Value, member: &str) -> i64 {
    list.as_array().unwrap().iter().map(|line| number(line, &format!("/{member}"))).sum()
}
