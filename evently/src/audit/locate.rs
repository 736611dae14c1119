//! Finds the first position at which the log is not what was sealed, and what was done there. The hashes of the
//! leaves are known to be those that were signed.

use sqlx::PgConnection;
use transparency::Hash;

use super::check::Gap;
use super::events::{self, Event};
use super::leaves::Leaves;

/// How many events that differ are looked at to understand the first: an event may have gone to another place.
const DIFFERENCES_MAX: usize = 4_096;

/// An event that is not the one that was sealed there.
struct Difference {
    position: i64,
    sealed: Hash,
}

/// Says what was done first, by position. `gap` is the first thing that cannot be about the positions.
pub(super) async fn locate(
    connection: &mut PgConnection,
    size: i64,
    gap: Option<Gap>,
    leaves: &mut Leaves<'_>,
) -> anyhow::Result<String> {
    let differences = differences(connection, size, leaves).await?;
    let before = |position: i64| match gap {
        Some(Gap::Extra(_)) => true,
        Some(Gap::Missing(missing)) => missing < position,
        Some(Gap::Short(_)) | None => false,
    };
    match (differences.first(), gap) {
        (Some(first), _) if !before(first.position) => Ok(understood(connection, &differences).await?),
        (_, Some(gap)) => Ok(say_gap(gap, size)),
        (_, None) => anyhow::bail!("the log has another root than its leaves; this should not be possible"),
    }
}

/// What a fault about the positions means.
pub(super) fn say_gap(gap: Gap, size: i64) -> String {
    match gap {
        Gap::Extra(position) => format!("an event was inserted at position {position}, before the first"),
        Gap::Missing(position) => {
            format!("the event at position {position} was removed; nothing stands there any more")
        }
        Gap::Short(last) => {
            format!("the log ends at position {last}, but the checkpoint covers {size} events: the last were removed")
        }
    }
}

/// The first events that are not those that were sealed at their positions.
async fn differences(
    connection: &mut PgConnection,
    size: i64,
    leaves: &mut Leaves<'_>,
) -> Result<Vec<Difference>, sqlx::Error> {
    let mut differences = Vec::new();
    let mut seen = 0;
    while differences.len() < DIFFERENCES_MAX {
        let page = events::page(connection, seen, size).await?;
        let Some(last) = page.last() else { break };
        seen = last.position;
        for event in &page {
            let sealed = leaves.at(connection, event.position.unsigned_abs()).await?;
            if let Some(sealed) = sealed.filter(|sealed| *sealed != event.hash()) {
                differences.push(Difference { position: event.position, sealed });
            }
        }
    }
    Ok(differences)
}

/// What was done at the first difference: to the event itself, or to its place.
async fn understood(connection: &mut PgConnection, differences: &[Difference]) -> anyhow::Result<String> {
    let Some((first, others)) = differences.split_first() else { anyhow::bail!("nothing differs") };
    let Difference { position, sealed } = *first;
    let Some(event) = events::at(connection, position).await? else { anyhow::bail!("position {position} is gone") };
    let came_from = others.iter().find(|other| event.hash_at(other.position) == other.sealed);
    if let Some(Difference { position: from, .. }) = came_from {
        let there = events::at(connection, *from).await?;
        return Ok(if there.is_some_and(|there| there.hash_at(position) == sealed) {
            format!("the events at positions {position} and {from} were swapped")
        } else if *from == position + 1 {
            format!("the event at position {position} was removed, and those after it were moved up")
        } else {
            format!("the event at position {position} was replaced by the one that was sealed at {from}")
        });
    }
    let next = events::at(connection, position + 1).await?;
    if next.is_some_and(|next| next.hash_at(position) == sealed) {
        return Ok(format!(
            "an event was inserted at position {position}; what was sealed there stands at {} now",
            position + 1
        ));
    }
    let Event { kind, stream, .. } = event;
    Ok(format!("the event at position {position} was changed ({kind} of {stream})"))
}
