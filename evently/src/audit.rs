//! `evently audit`: keeps signed checkpoints elsewhere, and checks the log against one of them. It needs the
//! database and no running platform, and believes nothing that the database says about itself.
//!
//! `audit/check.rs` recomputes the tree, `audit/locate.rs` finds what was done to the log, `audit/leaves.rs` has the
//! hashes that tell it, `audit/mirror.rs` keeps tiles in a folder, `audit/events.rs` reads the rows.

mod check;
mod events;
mod leaves;
mod locate;
mod mirror;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};
use sqlx::PgPool;
use transparency::{Checkpoint, VerifierKey};

use crate::cli::{Audit, Settings};
use crate::database::Database;
use crate::{say, seal_key};
use check::Finding;

/// Everything is read from one picture of the database; the platform may go on working meanwhile.
const PICTURE: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Runs one of the commands.
pub(crate) async fn audit(settings: &Settings, audit: &Audit) -> anyhow::Result<ExitCode> {
    // What can be wrong with files is said before a database is looked for.
    let given = match audit {
        Audit::Verify { checkpoint, key, .. } => Some(opened(settings, checkpoint, key.as_deref())?),
        Audit::Checkpoint { .. } => None,
    };
    let database = Database::open(settings).await?;
    let pool = database.pool(1);
    let outcome = match (audit, given) {
        (Audit::Verify { tiles, .. }, Some(checkpoint)) => verify(&pool, &checkpoint, tiles.as_deref()).await,
        (Audit::Checkpoint { out, tiles }, _) => write(&pool, out.as_deref(), tiles.as_deref()).await,
        (Audit::Verify { .. }, None) => Err(anyhow::anyhow!("there is no checkpoint to check against")),
    };
    pool.close().await;
    database.close().await?;
    outcome
}

/// The checkpoint in a file, once its signature is found to be right.
fn opened(settings: &Settings, path: &Path, key: Option<&str>) -> anyhow::Result<Checkpoint> {
    let key = match key {
        Some(text) => verifier(text)?,
        None => seal_key::verifier(settings.seal_key.as_deref(), &settings.data_dir, &settings.log_origin)
            .context("name the key that signed it with --key")?,
    };
    let note = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    key.open(&note).with_context(|| format!("{} vouches for nothing", path.display()))
}

/// A public key, or the one in a file.
fn verifier(text: &str) -> anyhow::Result<VerifierKey> {
    let text = match fs::read_to_string(text) {
        Ok(file) => file,
        Err(_) => text.to_owned(),
    };
    text.parse().with_context(|| format!("--key {}", text.trim()))
}

async fn verify(pool: &PgPool, checkpoint: &Checkpoint, tiles: Option<&Path>) -> anyhow::Result<ExitCode> {
    let mut picture = pool.begin_with(PICTURE).await?;
    let bar = progress_bar()?;
    let finding = check::check(&mut picture, checkpoint, tiles, &bar).await;
    bar.finish_and_clear();
    picture.rollback().await?;
    match finding? {
        Finding::Right { later } => {
            let Checkpoint { origin, size, .. } = checkpoint;
            say(&format!("All right: {size} events agree with the checkpoint of {origin}."));
            if later > 0 {
                say(&format!("{later} later events are not covered by it."));
            }
            Ok(ExitCode::SUCCESS)
        }
        Finding::Wrong(sentences) => {
            for sentence in sentences {
                say(&format!("Not right: {sentence}."));
            }
            Ok(ExitCode::FAILURE)
        }
    }
}

async fn write(pool: &PgPool, out: Option<&Path>, tiles: Option<&Path>) -> anyhow::Result<ExitCode> {
    let mut picture = pool.begin_with(PICTURE).await?;
    let signed: Option<(String, String)> =
        sqlx::query_as("SELECT note, vkey FROM seal_head JOIN seal_checkpoints USING (size)")
            .fetch_optional(&mut *picture)
            .await?;
    let (note, vkey) = signed.context("nothing was sealed yet; a running platform seals within a second")?;
    let checkpoint = vkey.parse::<VerifierKey>()?.open(&note).context("the last checkpoint in the database")?;
    if let Some(folder) = tiles {
        mirror::update(&mut picture, &checkpoint, folder).await?;
        fs::write(folder.join(mirror::CHECKPOINT_FILE), &note)
            .with_context(|| format!("cannot write into {}", folder.display()))?;
    }
    picture.rollback().await?;
    match out {
        Some(path) => {
            fs::write(path, &note).with_context(|| format!("cannot write {}", path.display()))?;
            say(&format!("The checkpoint of {} events is in {}; keep it elsewhere.", checkpoint.size, path.display()));
            say(&format!("Its key is {vkey}"));
        }
        None => say(note.trim_end()),
    }
    Ok(ExitCode::SUCCESS)
}

/// Hidden by itself where there is no terminal.
fn progress_bar() -> anyhow::Result<ProgressBar> {
    let style = "{msg} {wide_bar} {human_pos}/{human_len} events, {per_sec}, {eta} left";
    Ok(ProgressBar::new(0).with_style(ProgressStyle::with_template(style)?).with_message("Checking"))
}
