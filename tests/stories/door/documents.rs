//! The API's description and its pages, served without any other host.

use crate::support::{Person, World};

/// Addresses that a page makes a browser fetch.
fn fetched(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    // The scripts themselves are full of addresses that nobody fetches.
    let markup: String = page.split("<script").map(|part| part.rsplit("</script>").next().unwrap()).collect();
    let opened: String = page.split("<script").skip(1).map(|part| part.split('>').next().unwrap()).collect();
    for text in [markup, opened] {
        for attribute in ["src=\"", "href=\"", "src='", "href='"] {
            found.extend(text.split(attribute).skip(1).map(|rest| rest.split(['"', '\'']).next().unwrap().to_owned()));
        }
    }
    found
}

async fn page(person: &Person, path: &str) -> String {
    let answer = person.get(path).await;
    assert_eq!(answer.status, 200, "{path}");
    let kind = answer.header("content-type").unwrap();
    assert!(kind.starts_with("text/html"), "{path}: {kind}");
    let policy = answer.header("content-security-policy").unwrap_or_else(|| panic!("{path} has no policy"));
    assert!(!policy.contains("http") && !policy.contains('*'), "{path} lets other hosts in: {policy}");
    assert!(policy.contains("default-src 'none'") || policy.contains("default-src 'self'"), "{path}: {policy}");
    answer.text()
}

#[tokio::test]
async fn pages_fetch_nothing_from_other_hosts() {
    let world = World::start().await;
    let person = world.stranger();
    for path in ["/docs/", "/redoc"] {
        let page = page(&person, path).await;
        for address in fetched(&page) {
            assert!(!address.contains("//"), "{path} fetches {address}");
            if address.starts_with("data:") || address.is_empty() {
                continue;
            }
            let address =
                if address.starts_with('/') { address } else { format!("/docs/{}", address.trim_start_matches("./")) };
            let answer = person.get(&address).await;
            assert_eq!(answer.status, 200, "{path} fetches {address}");
            assert!(!answer.body.is_empty());
        }
    }
}

#[tokio::test]
async fn the_pages_show_our_description() {
    let world = World::start().await;
    let person = world.stranger();
    assert!(page(&person, "/redoc").await.contains("/openapi.json"));
    let told = person.get("/docs/swagger-initializer.js").await;
    assert_eq!(told.status, 200);
    assert!(told.text().contains("/openapi.json"));
    // Without the slash one gets there too; reqwest follows.
    assert_eq!(person.get("/docs").await.status, 200);
    assert_eq!(person.get("/openapi.json").await.header("content-type"), Some("application/json"));
}
