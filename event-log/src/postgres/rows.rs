//! A batch turned on its side: one array per column, which is what `unnest` wants.

use uuid::Uuid;

use super::signed;
use crate::StreamAppend;

/// The columns of the new rows, and what is expected of each stream.
#[derive(Default)]
pub(super) struct Columns<'a> {
    pub(super) event_ids: Vec<Uuid>,
    pub(super) streams: Vec<String>,
    pub(super) versions: Vec<i64>,
    pub(super) types: Vec<&'static str>,
    pub(super) schema_versions: Vec<i16>,
    pub(super) payloads: Vec<&'a [u8]>,
    pub(super) keys: Vec<Option<Uuid>>,
    pub(super) actors: Vec<Uuid>,
    pub(super) command_ids: Vec<Uuid>,
    pub(super) correlation_ids: Vec<Uuid>,
    pub(super) causation_ids: Vec<Option<Uuid>>,
    pub(super) expected_streams: Vec<String>,
    pub(super) expected_versions: Vec<i64>,
}

impl<'a> Columns<'a> {
    pub(super) fn of(batch: &'a [StreamAppend]) -> Self {
        let mut columns = Self::default();
        for append in batch {
            let stream = append.stream.to_string();
            for (event, version) in append.events.iter().zip(append.expected_version + 1..) {
                columns.event_ids.push(event.event_id);
                columns.streams.push(stream.clone());
                columns.versions.push(signed(version));
                columns.types.push(event.event_type);
                columns.schema_versions.push(event.schema_version.cast_signed());
                columns.payloads.push(&event.payload);
                columns.keys.push(event.key);
                columns.actors.push(event.metadata.actor);
                columns.command_ids.push(event.metadata.command_id);
                columns.correlation_ids.push(event.metadata.correlation_id);
                columns.causation_ids.push(event.metadata.causation_id);
            }
            columns.expected_streams.push(stream);
            columns.expected_versions.push(signed(append.expected_version));
        }
        columns
    }

    /// How many events there are.
    pub(super) fn len(&self) -> u64 {
        self.event_ids.len() as u64
    }
}
