//! The way of rows to a client: into chunks of bounded size, through a short queue, and away.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use edge::problem::Problem;
use http_body_util::channel::{Channel, Sender};

use super::ndjson::Line;
use super::{Column, Field, Format, Turn, csv};

/// How much is gathered before it is sent, in bytes; a row more at most.
pub(crate) const CHUNK_BYTES: usize = 64 * 1024;
/// How many chunks wait for the client.
pub(crate) const CHUNKS_WAITING_MAX: usize = 4;
/// How long a client may leave the queue as full as it is, in seconds.
const CHUNK_WAIT_MAX_S: u64 = 30;
/// The longest export, in seconds: so long does the database keep what it has seen.
const EXPORT_MAX_S: u64 = 600;

/// Why an export ended before its last row.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// The client hung up, or takes nothing any more.
    Gone,
    /// The database could not be read.
    Failed(sqlx::Error),
    /// The same, where it was logged already.
    Refused(Problem),
    /// A row could not be written down; its text says why.
    Unwritable(String),
}

impl From<sqlx::Error> for Stopped {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<Problem> for Stopped {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

/// Where rows are pushed to.
pub(crate) struct Rows {
    columns: &'static [Column],
    format: Format,
    chunk: Chunk,
    /// How much is in the chunk, roughly.
    bytes: usize,
    /// Gone when all was sent.
    sender: Option<Sender<Bytes, io::Error>>,
}

enum Chunk {
    Csv(Box<csv::Lines>),
    Ndjson(Vec<u8>),
}

/// The two ends of an export.
pub(super) fn open(format: Format, columns: &'static [Column]) -> (Rows, Channel<Bytes, io::Error>) {
    let (sender, body) = Channel::new(CHUNKS_WAITING_MAX);
    let mut rows = Rows { columns, format, chunk: Chunk::new(format), bytes: 0, sender: Some(sender) };
    if let Chunk::Csv(lines) = &mut rows.chunk
        && let Err(error) = lines.header(columns)
    {
        tracing::error!(%error, "the header of an export cannot be written");
    }
    (rows, body)
}

/// Lets an export run to its end, and cuts the client off if that is not its last row.
pub(super) async fn run(turn: Turn, produced: impl Future<Output = Result<Rows, Stopped>>) {
    let whole = async { produced.await?.finish(turn).await };
    match tokio::time::timeout(Duration::from_secs(EXPORT_MAX_S), whole).await {
        Ok(Ok(())) => {}
        Ok(Err(Stopped::Gone)) => tracing::debug!("the client of an export is gone"),
        Ok(Err(Stopped::Failed(error))) => tracing::warn!(%error, "an export cannot be read to its end"),
        Ok(Err(Stopped::Refused(problem))) => tracing::debug!(code = problem.code(), "an export ends early"),
        Ok(Err(Stopped::Unwritable(error))) => tracing::error!(error, "a row of an export cannot be written"),
        Err(_) => tracing::warn!(limit_s = EXPORT_MAX_S, "an export took too long"),
    }
}

impl Rows {
    /// Writes a row, one field for each column. Waits while the client has enough to take.
    pub(crate) async fn push(&mut self, fields: &[Field<'_>]) -> Result<(), Stopped> {
        debug_assert_eq!(fields.len(), self.columns.len(), "one field for each column");
        let unwritable = |error: &dyn std::fmt::Display| Stopped::Unwritable(error.to_string());
        match &mut self.chunk {
            Chunk::Csv(lines) => lines.row(self.columns, fields).map_err(|error| unwritable(&error))?,
            Chunk::Ndjson(lines) => {
                serde_json::to_writer(&mut *lines, &Line(self.columns, fields)).map_err(|error| unwritable(&error))?;
                lines.push(b'\n');
            }
        }
        self.bytes += fields.iter().map(bytes_of).sum::<usize>();
        if self.bytes >= CHUNK_BYTES { self.send().await } else { Ok(()) }
    }

    async fn send(&mut self) -> Result<(), Stopped> {
        self.bytes = 0;
        let chunk = std::mem::replace(&mut self.chunk, Chunk::new(self.format));
        let chunk = chunk.into_bytes().map_err(|error| Stopped::Unwritable(error.to_string()))?;
        if chunk.is_empty() {
            return Ok(());
        }
        let sender = self.sender.as_mut().ok_or(Stopped::Gone)?;
        let sent = tokio::time::timeout(Duration::from_secs(CHUNK_WAIT_MAX_S), sender.send_data(chunk.into())).await;
        sent.map_err(|_| Stopped::Gone)?.map_err(|_| Stopped::Gone)
    }

    async fn finish(mut self, turn: Turn) -> Result<(), Stopped> {
        self.send().await?;
        // Whoever has a whole file may ask for the next one at once.
        drop(turn);
        // Without an error before it, this is the end of the body.
        self.sender.take();
        Ok(())
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        if let Some(sender) = self.sender.take() {
            sender.abort(io::Error::other("the export ended before its last row"));
        }
    }
}

impl Chunk {
    fn new(format: Format) -> Self {
        match format {
            Format::Csv => Self::Csv(Box::new(csv::Lines::new(CHUNK_BYTES))),
            Format::Ndjson => Self::Ndjson(Vec::with_capacity(CHUNK_BYTES)),
        }
    }

    fn into_bytes(self) -> Result<Vec<u8>, ::csv::Error> {
        match self {
            Self::Csv(lines) => lines.into_bytes(),
            Self::Ndjson(lines) => Ok(lines),
        }
    }
}

/// What a cell takes, roughly; a separator included.
fn bytes_of(field: &Field<'_>) -> usize {
    1 + match field {
        Field::Text(text) => text.len(),
        Field::Number(_) => 8,
        Field::Time(_) => 20,
        Field::Money(_, currency) => 8 + currency.len(),
        Field::Null => 0,
    }
}
