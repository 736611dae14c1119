//! Recomputes the tree over the log as it stands and compares its root with the one that was signed.

use std::path::Path;

use indicatif::ProgressBar;
use sqlx::PgConnection;
use transparency::{Checkpoint, Tree};

use super::leaves::{Leaves, Source};
use super::{events, locate};

/// What a check came to.
pub(super) enum Finding {
    /// The log is what was sealed; `later` events came after that.
    Right { later: u64 },
    /// It is not; why, in sentences without their ends.
    Wrong(Vec<String>),
}

/// Something about the positions themselves that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gap {
    /// An event stands before the first.
    Extra(i64),
    /// Nothing stands there, though something stands after it.
    Missing(i64),
    /// Nothing stands after it.
    Short(i64),
}

/// Checks the log against a checkpoint whose signature is right. If the tiles of the database do not tell what was
/// done, those in `mirror` may.
pub(super) async fn check(
    connection: &mut PgConnection,
    checkpoint: &Checkpoint,
    mirror: Option<&Path>,
    bar: &ProgressBar,
) -> anyhow::Result<Finding> {
    let size = i64::try_from(checkpoint.size)?;
    bar.set_length(checkpoint.size);
    let (tree, gap) = recompute(connection, size, bar).await?;
    if gap.is_none() && tree.size() == checkpoint.size && tree.root() == checkpoint.root {
        let later: i64 = sqlx::query_scalar("SELECT count(*) FROM events WHERE position > $1")
            .bind(size)
            .fetch_one(&mut *connection)
            .await?;
        return Ok(Finding::Right { later: later.unsigned_abs() });
    }

    let mut sentences = Vec::new();
    let sources = [Some(Source::Database), mirror.map(Source::Mirror)];
    for source in sources.into_iter().flatten() {
        let mut leaves = Leaves::new(source, checkpoint.size);
        if leaves.are_signed(connection, checkpoint).await? {
            sentences.push(locate::locate(connection, size, gap, &mut leaves).await?);
            return Ok(Finding::Wrong(sentences));
        }
        sentences.push(rewritten(source));
    }
    sentences.extend(gap.map(|gap| locate::say_gap(gap, size)));
    if mirror.is_none() {
        let advice = "the log is not what was sealed, and nothing in the database tells where; a mirror of the tiles \
                      does (--tiles)";
        sentences.push(advice.into());
    }
    Ok(Finding::Wrong(sentences))
}

fn rewritten(source: Source) -> String {
    match source {
        Source::Database => {
            "the tiles in the database do not belong to the checkpoint: they were rewritten, too".into()
        }
        Source::Mirror(folder) => {
            format!("the tiles in {} do not belong to the checkpoint, or are not all there", folder.display())
        }
    }
}

/// The tree over the events up to a position, and the first thing that cannot be about their positions.
async fn recompute(
    connection: &mut PgConnection,
    size: i64,
    bar: &ProgressBar,
) -> Result<(Tree, Option<Gap>), sqlx::Error> {
    let mut tree = Tree::default();
    let (mut seen, mut next) = (i64::MIN, 1);
    loop {
        let page = events::page(connection, seen, size).await?;
        let Some(last) = page.last() else { break };
        seen = last.position;
        bar.inc(page.len() as u64);
        for event in page {
            if event.position < 1 {
                return Ok((tree, Some(Gap::Extra(event.position))));
            }
            if event.position > next {
                return Ok((tree, Some(Gap::Missing(next))));
            }
            tree.append(event.hash());
            next += 1;
        }
        tree.take_changed();
    }
    let short = next <= size;
    Ok((tree, short.then_some(Gap::Short(next - 1))))
}
