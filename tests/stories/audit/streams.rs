//! The story of one aggregate, from its beginning.

use uuid::Uuid;

use super::{entries, types};
use crate::support::{World, a_show};

#[tokio::test]
async fn a_show_tells_its_story_the_oldest_first() {
    let world = World::start().await;
    let (admin, olga) = (world.admin(), world.organizer());
    let show = a_show().on_sale(&olga).await;
    world.customer().books(&show, 1).await.created();
    olga.calls_off(&show, "Rain").await.ok();
    let path = format!("/api/v1/admin/audit/streams/show-{}", show.id);

    let story = admin.get(&path).await.ok();
    let told = ["ShowCreated", "ShowPublished", "BookingConfirmed", "ShowCancelled"];
    assert_eq!(types(&story), told);
    let versions: Vec<u64> = entries(&story).iter().map(|entry| entry["version"].as_u64().unwrap()).collect();
    assert_eq!(versions, [1, 2, 3, 4]);

    let first = admin.get(&format!("{path}?limit=3")).await.ok();
    assert_eq!(types(&first), told[..3]);
    let next = first["page"]["next"].as_str().unwrap();
    let rest = admin.get(&format!("{path}?limit=3&cursor={next}")).await.ok();
    assert_eq!((types(&rest), &rest["page"]["has_more"]), (told[3..].to_vec(), &false.into()));
    let other = a_show().draft(&olga).await;
    let elsewhere = format!("/api/v1/admin/audit/streams/show-{}?cursor={next}", other.id);
    admin.get(&elsewhere).await.problem(400, "invalid-cursor");
}

#[tokio::test]
async fn a_story_that_never_began_or_has_no_name_is_not_told() {
    let world = World::start().await;
    let admin = world.admin();
    let tell = |stream: &str| format!("/api/v1/admin/audit/streams/{stream}");
    admin.get(&tell(&format!("show-{}", Uuid::now_v7()))).await.problem(404, "not-found");
    for stream in ["show", "show-1", "tour-0197c2b4-5d2a-7c10-8f3e-2b9a6d4c1e77", "%00"] {
        admin.get(&tell(stream)).await.problem(400, "malformed-stream");
    }
    let show = a_show().on_sale(&world.organizer()).await;
    let path = tell(&format!("show-{}", show.id));
    world.organizer().get(&path).await.problem(403, "forbidden");
    world.stranger().get(&path).await.problem(401, "missing-token");
}
