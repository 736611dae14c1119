//! A log that nobody else uses, seen through two doors.

use std::sync::Arc;

use event_log::EventLog;
use event_log::memory::MemoryLog;

use super::database::Database;

/// One store and two processes' doors to it. The memory log has one process, so both are the same.
pub(crate) struct World {
    pub(crate) here: Arc<dyn EventLog>,
    pub(crate) there: Arc<dyn EventLog>,
    _database: Option<Database>,
}

impl World {
    pub(crate) fn in_memory() -> Self {
        let log = Arc::new(MemoryLog::default());
        Self { here: log.clone(), there: log, _database: None }
    }

    pub(crate) async fn in_postgres() -> Self {
        let database = Database::create().await;
        Self { here: database.log(), there: database.log(), _database: Some(database) }
    }

    /// The doors in turn: every other writer comes from the other process.
    pub(crate) fn door(&self, writer: usize) -> Arc<dyn EventLog> {
        if writer.is_multiple_of(2) { self.here.clone() } else { self.there.clone() }
    }
}
