//! What reaches a client, how far ahead of it is read, and that it notices when that is not all.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::to_bytes;
use http_body_util::BodyExt as _;
use tokio::task::yield_now;

use super::rows::{CHUNK_BYTES, CHUNKS_WAITING_MAX};
use super::*;

const COLUMNS: &[Column] = &[Column::Plain("number"), Column::Plain("text")];
/// A row takes at least so much in either format.
const ROW_BYTES: usize = 1_000;

fn account(number: u128) -> AccountId {
    AccountId(uuid::Uuid::from_u128(number))
}

fn export(format: Format) -> Export {
    Export { format, columns: COLUMNS, name: "rows-7".into(), as_of_position: 7 }
}

async fn rows(mut rows: Rows, count: usize, pushed: Arc<AtomicUsize>) -> Result<Rows, Stopped> {
    for number in 0..count {
        let text = "x".repeat(ROW_BYTES);
        rows.push(&[Field::Number(i64::try_from(number).unwrap()), Field::text(text)]).await?;
        pushed.fetch_add(1, Ordering::SeqCst);
    }
    Ok(rows)
}

fn of(format: Format, count: usize) -> (Response, Arc<AtomicUsize>, Exports) {
    let (exports, pushed) = (Exports::default(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&pushed);
    let response = export(format).respond(exports.turn(account(1)).unwrap(), |sink| rows(sink, count, counted));
    (response, pushed, exports)
}

/// Lets everything run that can.
async fn settle() {
    for _ in 0..1_000 {
        yield_now().await;
    }
}

#[test]
fn formats_have_names() {
    assert_eq!(Format::parse(None).unwrap(), Format::Csv);
    assert_eq!(Format::parse(Some("csv")).unwrap(), Format::Csv);
    assert_eq!(Format::parse(Some("ndjson")).unwrap(), Format::Ndjson);
    for unknown in ["", "CSV", "xlsx", "csv "] {
        assert_eq!(Format::parse(Some(unknown)).unwrap_err().code(), "unknown-format");
    }
}

#[tokio::test]
async fn every_row_arrives_in_its_order() {
    for (format, header) in [(Format::Csv, 1), (Format::Ndjson, 0)] {
        let (response, ..) = of(format, 1_000);
        let headers = response.headers().clone();
        assert_eq!(headers[EVENTLY_AS_OF_POSITION], "7");
        assert_eq!(headers[CONTENT_DISPOSITION], format!("attachment; filename=\"rows-7.{}\"", format.extension()));
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let lines: Vec<&str> = std::str::from_utf8(&body).unwrap().lines().collect();
        assert_eq!(lines.len(), 1_000 + header);
        for (number, line) in lines[header..].iter().enumerate() {
            assert!(line.starts_with(&format!("{number},")) || line.starts_with(&format!("{{\"number\":{number},")));
        }
    }
}

#[tokio::test]
async fn a_file_without_rows_has_its_header() {
    for (format, expected) in [(Format::Csv, "number,text\r\n"), (Format::Ndjson, "")] {
        let (response, ..) = of(format, 0);
        assert_eq!(to_bytes(response.into_body(), usize::MAX).await.unwrap(), expected);
    }
}

#[tokio::test]
async fn nobody_reads_further_ahead_than_the_queue_is_long() {
    for format in [Format::Csv, Format::Ndjson] {
        let (response, pushed, _exports) = of(format, 100_000);
        // The chunks that wait, the one that waits to wait, and a row too many in each.
        let ahead = (CHUNKS_WAITING_MAX + 1) * (CHUNK_BYTES / ROW_BYTES + 1);
        settle().await;
        let before = pushed.load(Ordering::SeqCst);
        assert!((1..=ahead).contains(&before), "{before} rows were read for a client that takes none");
        let mut body = response.into_body();
        let mut taken = 0;
        for _ in 0..20 {
            let chunk = body.frame().await.unwrap().unwrap().into_data().unwrap();
            assert!(chunk.len() <= CHUNK_BYTES * 3 / 2, "a chunk of {} bytes", chunk.len());
            taken += chunk.len() / ROW_BYTES;
            settle().await;
            let pushed = pushed.load(Ordering::SeqCst);
            assert!(pushed <= taken + ahead, "{pushed} rows were read, {taken} taken");
        }
    }
}

#[tokio::test]
async fn whoever_hangs_up_ends_the_reading() {
    let (response, pushed, exports) = of(Format::Csv, 100_000);
    settle().await;
    drop(response);
    settle().await;
    let stopped_at = pushed.load(Ordering::SeqCst);
    assert!(stopped_at < 1_000);
    assert_eq!(exports.places.available_permits(), EXPORTS_MAX, "its turn is over");
}

#[tokio::test(start_paused = true)]
async fn whoever_takes_nothing_is_cut_off() {
    let (response, _, exports) = of(Format::Csv, 100_000);
    settle().await;
    tokio::time::advance(std::time::Duration::from_secs(31)).await;
    settle().await;
    assert_eq!(exports.places.available_permits(), EXPORTS_MAX, "its turn is over");
    assert!(to_bytes(response.into_body(), usize::MAX).await.is_err(), "the file looks whole");
}

#[tokio::test]
async fn a_file_that_is_not_whole_does_not_end_as_if_it_were() {
    let exports = Exports::default();
    let failing = |mut sink: Rows| async move {
        sink.push(&[Field::Number(1), Field::text("x")]).await?;
        Err(Stopped::Failed(sqlx::Error::PoolClosed))
    };
    let response = export(Format::Ndjson).respond(exports.turn(account(1)).unwrap(), failing);
    assert!(to_bytes(response.into_body(), usize::MAX).await.is_err());
}

#[tokio::test]
async fn only_so_many_export_at_once() {
    let exports = Exports::default();
    let mut turns: Vec<Turn> = (1..).take(EXPORTS_MAX).map(|number| exports.turn(account(number)).unwrap()).collect();
    assert_eq!(exports.turn(account(99)).err().unwrap().code(), "too-many-exports");
    turns.pop();
    assert!(exports.turn(account(99)).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_exports_one_file_after_the_other() {
    let exports = Exports::default();
    let turn = exports.turn(account(1)).unwrap();
    let refused = exports.turn(account(1)).err().unwrap();
    assert_eq!((refused.code(), refused.status()), ("too-many-exports", StatusCode::SERVICE_UNAVAILABLE));
    assert!(exports.turn(account(2)).is_ok(), "it keeps nobody else from theirs");
    drop(turn);
    assert!(exports.turn(account(1)).is_ok(), "a refusal takes no place");
    assert_eq!(exports.places.available_permits(), EXPORTS_MAX);

    // Whoever has come to the end of a file gets the next one at once.
    for _ in 0..500 {
        let turn = exports.turn(account(1)).unwrap();
        let response = export(Format::Csv).respond(turn, |sink| rows(sink, 10, Arc::default()));
        to_bytes(response.into_body(), usize::MAX).await.unwrap();
    }
}
