//! Questions that cannot be answered, each with its own code.

use crate::support::{World, a_show};

#[tokio::test]
async fn each_bad_question_has_its_own_code() {
    let world = World::start().await;
    let admin = world.admin();
    let show = a_show().on_sale(&world.organizer()).await;
    let paths = [
        "/api/v1/admin/analytics/dashboard".to_owned(),
        format!("/api/v1/admin/analytics/events/{}", show.id),
        "/api/v1/admin/revenue".to_owned(),
    ];
    let of_all = [
        ("as_of=2099-01-01T00:00:00Z", "as-of-in-the-future"),
        ("as_of=1990-01-01T00:00:00Z", "as-of-before-the-first-event"),
        ("as_of_position=0", "as-of-before-the-first-event"),
        ("as_of_position=1000000", "position-beyond-head"),
        ("as_of_position=18446744073709551615", "position-beyond-head"),
        ("as_of_position=1&as_of=2024-01-01T00:00:00Z", "as-of-twice"),
        ("time_zone=Europe/Atlantis", "unknown-time-zone"),
        ("from=2024-01-02T00:00:00Z&to=2024-01-01T00:00:00Z", "empty-range"),
    ];
    for path in &paths {
        for (question, code) in of_all {
            admin.get(&format!("{path}?{question}")).await.problem(422, code);
        }
        admin.get(&format!("{path}?as_of=yesterday")).await.problem(400, "malformed-query");
        for format in ["xlsx", "CSV", "json", ""] {
            admin.get(&format!("{path}?format={format}")).await.problem(422, "unknown-format");
        }
        admin.get(&format!("{path}?format=csv&as_of_position=1000000")).await.problem(422, "position-beyond-head");
        admin.get(&format!("{path}?color=red")).await.problem(400, "malformed-query");
        admin.get(&format!("{path}?from=-9999-01-01T00:00:00Z")).await;
        admin.get(&format!("{path}?from=%2B262142-12-31T00:00:00Z")).await;
        admin.get(&format!("{path}?to=-262143-01-01T00:00:00Z")).await;
    }
    for path in &paths[..2] {
        admin.get(&format!("{path}?bucket=week")).await.problem(422, "unknown-bucket");
        let minutes = format!("{path}?bucket=minute&from=2005-01-01T00:00:00Z");
        let problem = admin.get(&minutes).await.problem(422, "too-many-buckets");
        assert_eq!(problem["limit"], 2_000);
        assert!(problem["requested"].as_u64().unwrap() > 10_000_000);
    }
    admin.get("/api/v1/admin/revenue?by=day&from=1990-01-01T00:00:00Z").await.problem(422, "too-many-buckets");
    admin.get("/api/v1/admin/revenue?by=colour").await.problem(422, "unknown-grouping");
    admin.get("/api/v1/admin/revenue?cursor=x").await.problem(400, "invalid-cursor");
    admin.get("/api/v1/admin/revenue?limit=0").await.invalid_at("/limit");
    for (page, parameter) in [("limit=1", "limit"), ("cursor=x", "cursor"), ("limit=1&cursor=x", "cursor")] {
        let both = format!("/api/v1/admin/revenue?format=ndjson&{page}");
        assert_eq!(admin.get(&both).await.problem(422, "file-has-no-pages")["parameter"], parameter);
    }
    // Before it was there.
    let path = format!("/api/v1/admin/analytics/events/{}?as_of_position=1", a_show().draft(&admin).await.id);
    admin.get(&path).await.problem(404, "not-found");
}
