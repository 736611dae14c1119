//! Somebody with all rights rewrites the log, and `evently audit verify` says where, from a checkpoint that was kept
//! elsewhere. No platform runs meanwhile.

use std::fs;
use std::path::PathBuf;

use sqlx::{AssertSqlSafe, Connection as _};
use tempfile::TempDir;

use crate::support::database::OwnDatabase;
use crate::support::process::evently;
use crate::support::{World, a_show};

/// A log with ten events or so, and what somebody keeps of it elsewhere.
struct Kept {
    database: OwnDatabase,
    elsewhere: TempDir,
    size: usize,
}

impl Kept {
    async fn new() -> Self {
        let world = World::start().await;
        let ada = world.customer();
        let show = a_show().on_sale(&world.organizer()).await;
        for _ in 0..6 {
            ada.books(&show, 1).await.created();
        }
        let elsewhere = tempfile::tempdir().unwrap();
        let note = ada.get("/api/v1/audit/checkpoint").await.text();
        fs::write(elsewhere.path().join("key"), ada.get("/api/v1/audit/key").await.text()).unwrap();
        fs::write(elsewhere.path().join("kept"), &note).unwrap();
        let size = note.lines().nth(1).unwrap().parse().unwrap();
        Self { database: world.stop().await, elsewhere, size }
    }

    fn file(&self, name: &str) -> String {
        self.elsewhere.path().join(name).to_str().unwrap().to_owned()
    }

    /// Changes what the triggers keep from being changed, as only a superuser can.
    async fn tamper(&self, statements: &[&str]) {
        let mut superuser = self.database.connect().await;
        for table in ["events", "log_head", "seal_tiles", "seal_head"] {
            let disable = AssertSqlSafe(format!("ALTER TABLE {table} DISABLE TRIGGER USER"));
            sqlx::query(disable).execute(&mut superuser).await.unwrap();
        }
        for statement in statements {
            let done = sqlx::query(AssertSqlSafe((*statement).to_owned())).execute(&mut superuser).await.unwrap();
            assert!(done.rows_affected() > 0, "{statement}");
        }
        superuser.close().await.unwrap();
    }

    async fn verify(&self, more: &[&str]) -> (bool, String) {
        let (kept, key) = (self.file("kept"), self.file("key"));
        let arguments = ["audit", "verify", "--checkpoint", &kept, "--key", &key];
        evently(&self.database.url(), &[&arguments[..], more].concat()).await
    }

    async fn finds(&self, sentence: &str) {
        let (content, said) = self.verify(&[]).await;
        assert!(!content && said.contains(&format!("Not right: {sentence}")), "instead of {sentence}: {said}");
        assert_eq!(said.matches("Not right").count(), 1, "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_nobody_touched_is_right_and_may_have_grown() {
    let kept = Kept::new().await;
    let (content, said) = kept.verify(&[]).await;
    assert!(content, "{said}");
    assert!(said.contains(&format!("All right: {} events agree with the checkpoint of evently.test/log.", kept.size)));
    assert!(!said.contains("later"), "{said}");
    // The key in the settings does as well.
    let (content, said) = evently(&kept.database.url(), &["audit", "verify", "--checkpoint", &kept.file("kept")]).await;
    assert!(content, "{said}");

    let desk = crate::support::world::Desk::open(kept.database.options(), |_| ()).await;
    a_show().draft(&crate::support::world::person(desk.line(), domain::access::Role::Organizer)).await;
    desk.close().await;
    let (content, said) = kept.verify(&[]).await;
    assert!(content && said.contains("1 later events are not covered by it."), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_position_that_was_changed_is_named() {
    let changes = [
        "UPDATE events SET payload = set_byte(payload, 20, get_byte(payload, 20) # 1) WHERE position IN (5, 7)",
        "UPDATE events SET actor = gen_random_uuid() WHERE position = 5",
        "UPDATE events SET recorded_at = recorded_at - interval '1 microsecond' WHERE position = 5",
        "UPDATE events SET recorded_at = '-infinity' WHERE position = 5",
        "UPDATE events SET stream = 'nonsense' WHERE position = 5",
        "UPDATE events SET type = 'BookingCancelled' WHERE position >= 5",
        "UPDATE events SET key = NULL WHERE position = 5",
    ];
    for change in changes {
        let kept = Kept::new().await;
        kept.tamper(&[change]).await;
        kept.finds("the event at position 5 was changed (").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_removed_or_inserted_or_swapped_is_named() {
    let copy = "INSERT INTO events SELECT 5, gen_random_uuid(), stream, 99, type, schema_version, payload, NULL, actor,
                    command_id, correlation_id, causation_id, recorded_at FROM events WHERE position = 4";
    let swap = |one: i32, other: i32| {
        [
            format!("UPDATE events SET position = -1 WHERE position = {one}"),
            format!("UPDATE events SET position = {one} WHERE position = {other}"),
            format!("UPDATE events SET position = {other} WHERE position = -1"),
        ]
    };
    let (neighbours, apart) = (swap(5, 6), swap(5, 8));
    let cases: [(&[&str], &str); 7] = [
        (
            &["DELETE FROM events WHERE position = 5"],
            "the event at position 5 was removed; nothing stands there any more",
        ),
        (
            &[
                "DELETE FROM events WHERE position = 5",
                "UPDATE events SET position = -position WHERE position > 5",
                "UPDATE events SET position = -position - 1 WHERE position < 0",
            ],
            "the event at position 5 was removed, and those after it were moved up",
        ),
        (
            &["DELETE FROM events WHERE position >= 8", "UPDATE log_head SET position = 7"],
            "the log ends at position 7, but the checkpoint covers ",
        ),
        (&neighbours.each_ref().map(String::as_str), "the events at positions 5 and 6 were swapped"),
        (&apart.each_ref().map(String::as_str), "the events at positions 5 and 8 were swapped"),
        (
            &[
                "UPDATE events SET position = -position WHERE position >= 5",
                "UPDATE events SET position = 1 - position WHERE position < 0",
                copy,
            ],
            "an event was inserted at position 5; what was sealed there stands at 6 now",
        ),
        (
            &["UPDATE events SET position = 0 WHERE position = 5"],
            "an event was inserted at position 0, before the first",
        ),
    ];
    for (statements, sentence) in cases {
        let kept = Kept::new().await;
        kept.tamper(statements).await;
        kept.finds(sentence).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rewritten_tiles_do_not_hide_it_from_a_mirror() {
    let kept = Kept::new().await;
    let mirror = kept.file("mirror");
    let (content, said) =
        evently(&kept.database.url(), &["audit", "checkpoint", "--out", &kept.file("kept"), "--tiles", &mirror]).await;
    assert!(content && said.contains("keep it elsewhere"), "{said}");
    let tile = PathBuf::from(&mirror).join(format!("tile/0/000.p/{}", kept.size));
    assert_eq!(fs::read(&tile).unwrap().len(), kept.size * 32);
    assert_eq!(fs::read(kept.file("mirror/checkpoint")).unwrap(), fs::read(kept.file("kept")).unwrap());

    kept.tamper(&[
        "UPDATE events SET payload = payload || ' ' WHERE position = 6",
        "UPDATE seal_tiles SET hashes = set_byte(hashes, 160, get_byte(hashes, 160) # 1) WHERE level = 0",
    ])
    .await;
    let (content, said) = kept.verify(&[]).await;
    assert!(!content && said.contains("they were rewritten, too") && said.contains("--tiles"), "{said}");
    let (content, said) = kept.verify(&["--tiles", &mirror]).await;
    assert!(!content && said.contains("Not right: the event at position 6 was changed ("), "{said}");

    fs::write(&tile, vec![7; 32 * kept.size]).unwrap();
    let (content, said) = kept.verify(&["--tiles", &mirror]).await;
    assert!(!content && said.contains("do not belong to the checkpoint, or are not all there"), "{said}");
    // A tree that is not the one that was mirrored is not mirrored over it.
    let (content, said) = evently(&kept.database.url(), &["audit", "checkpoint", "--tiles", &mirror]).await;
    assert!(!content && said.contains("do not belong to the checkpoint of the database"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_that_nobody_signed_proves_nothing() {
    let kept = Kept::new().await;
    let note = fs::read_to_string(kept.file("kept")).unwrap();
    let forged = note.replace(&format!("\n{}\n", kept.size), &format!("\n{}\n", kept.size - 1));
    for (note, key, sentence) in [
        (forged, "key", "the signature of evently.test/log+"),
        ("nonsense".into(), "key", "it is not a signed note"),
        (
            note.clone(),
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "it is not signed by Peter",
        ),
        (note.clone(), "nonsense", "--key nonsense: it is not a key"),
    ] {
        fs::write(kept.file("kept"), note).unwrap();
        let key = if key == "key" { kept.file("key") } else { key.into() };
        let arguments = ["audit", "verify", "--checkpoint", &kept.file("kept"), "--key", &key];
        let (content, said) = evently(&kept.database.url(), &arguments).await;
        assert!(!content && said.contains(sentence), "instead of {sentence}: {said}");
    }
    let (content, said) = evently(&kept.database.url(), &["audit", "verify", "--checkpoint", "/nowhere"]).await;
    assert!(!content && said.contains("cannot read /nowhere"), "{said}");
}
