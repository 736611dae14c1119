//! The API's description: complete, of one piece, with examples, and as agreed.

use std::collections::BTreeSet;

use serde_json::Value;

use super::golden;
use crate::support::World;

/// Every endpoint, as `METHOD path`.
pub(super) fn endpoints(document: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            if ["get", "post", "put", "patch", "delete"].contains(&method.as_str()) {
                found.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    found
}

fn references(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            into.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|value| references(value, into));
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, into)),
        _ => {}
    }
}

#[tokio::test]
async fn the_description_is_as_agreed() {
    let world = World::start().await;
    let document = world.stranger().get("/openapi.json").await.ok();
    golden("openapi.json", &format!("{}\n", serde_json::to_string_pretty(&document).unwrap()));
}

#[tokio::test]
async fn the_description_is_whole() {
    let world = World::start().await;
    let document = world.stranger().get("/openapi.json").await.ok();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(document["info"]["title"], "Evently");
    let mut named = BTreeSet::new();
    references(&document, &mut named);
    assert!(!named.is_empty());
    for reference in named {
        let place = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(place).is_some(), "{reference} is nowhere");
    }
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let here = format!("{method} {path}");
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id.to_owned()), "{id} twice");
            assert!(operation["summary"].is_string(), "{here} has no summary");
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.keys().any(|status| status.starts_with('2')), "{here} never succeeds");
            for parameter in path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()) {
                let described = operation["parameters"].as_array().unwrap().iter();
                let mut described = described.filter(|known| known["in"] == "path" && known["name"] == parameter);
                assert!(described.next().is_some(), "{here} does not describe {parameter}");
            }
        }
    }
}

#[tokio::test]
async fn bodies_have_examples() {
    let world = World::start().await;
    let document = world.stranger().get("/openapi.json").await.ok();
    let told = document["components"]["schemas"].to_string();
    assert!(told.matches("\"example").count() > 20, "people learn an API from its examples");
}
