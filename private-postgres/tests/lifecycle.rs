//! A private Postgres from start to stop: what it keeps, where it runs, and what it says when it cannot.

#![allow(clippy::unwrap_used, reason = "what a test cannot do fails it")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use private_postgres::{PrivatePostgres, Settings, start};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection};
use tempfile::TempDir;

#[tokio::test]
async fn keeps_its_data_between_runs() {
    let folder = open_folder();
    let data_dir = folder.path().join("postgres");

    let postgres = start(Settings::kept(&data_dir)).await.unwrap();
    let mut connection = connect(&postgres).await;
    sqlx::query("CREATE TABLE seats AS SELECT 42 AS number").execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    postgres.stop().await.unwrap();

    let postgres = start(Settings::kept(&data_dir)).await.unwrap();
    assert_eq!(number(&postgres).await, 42);
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn is_reached_by_its_url() {
    let postgres = start(Settings::throwaway()).await.unwrap();
    let options: PgConnectOptions = postgres.url().parse().unwrap();
    let mut connection = options.connect().await.unwrap();
    let (database, user): (String, String) =
        sqlx::query_as("SELECT current_database()::text, current_user::text").fetch_one(&mut connection).await.unwrap();
    assert_eq!((database.as_str(), user.as_str()), ("postgres", "postgres"));
    connection.close().await.unwrap();
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn waits_for_the_disk_and_listens_to_nobody_outside() {
    let postgres = start(Settings::throwaway()).await.unwrap();
    let mut connection = connect(&postgres).await;
    for (name, expected) in [
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("listen_addresses", ""),
        ("server_encoding", "UTF8"),
        ("lc_collate", "C"),
    ] {
        let value: String =
            sqlx::query_scalar("SELECT current_setting($1)").bind(name).fetch_one(&mut connection).await.unwrap();
        assert_eq!(value, expected, "{name}");
    }
    drop(connection);
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_throwaway_leaves_nothing() {
    let settings = Settings::throwaway();
    let data_dir = settings.data_dir.clone();
    let postgres = start(settings).await.unwrap();
    assert!(data_dir.exists());
    postgres.stop().await.unwrap();
    assert!(fs::symlink_metadata(&data_dir).is_err());
    assert!(!Path::new(&format!("{}.lock", data_dir.display())).exists());
}

/// A clone under `/root` or in a folder made by `mktemp -d`: as root, the server's account cannot get in.
#[tokio::test]
async fn runs_in_a_folder_that_is_closed_to_others() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).unwrap();
    let data_dir = folder.path().join("clone/.evently/postgres");
    let settings = || Settings { throwaway: true, ..Settings::kept(&data_dir) };

    let postgres = start(settings()).await.unwrap();
    let home = fs::canonicalize(&data_dir).unwrap();
    let mut connection = connect(&postgres).await;
    connection.ping().await.unwrap();
    drop(connection);
    postgres.stop().await.unwrap();

    assert!(!home.exists(), "{} is left", home.display());
    assert!(fs::symlink_metadata(&data_dir).is_err());
}

#[tokio::test]
async fn runs_where_the_path_is_too_long_for_a_socket() {
    let folder = open_folder();
    let data_dir = folder.path().join("long".repeat(20)).join("name".repeat(20));
    let postgres = start(Settings { throwaway: true, ..Settings::kept(data_dir) }).await.unwrap();
    connect(&postgres).await.close().await.unwrap();
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn refuses_a_second_one_on_the_same_folder() {
    let folder = open_folder();
    let settings = Settings { throwaway: true, ..Settings::kept(folder.path().join("postgres")) };
    let first = start(settings.clone()).await.unwrap();
    let refusal = start(settings.clone()).await.unwrap_err().to_string();
    assert!(refusal.starts_with("another Evently is already running on "), "{refusal}");

    // The refused one took nothing from the first one, and its end frees the folder.
    connect(&first).await.close().await.unwrap();
    first.stop().await.unwrap();
    start(settings).await.unwrap().stop().await.unwrap();
}

#[tokio::test]
async fn says_what_to_install() {
    let empty = open_folder();
    let settings = Settings { bin_dir: Some(empty.path().to_owned()), ..Settings::throwaway() };
    let refusal = start(settings).await.unwrap_err().to_string();
    for words in
        ["apt-get install postgresql`", "dnf install postgresql-server`", "brew install postgresql`", "DATABASE_URL"]
    {
        assert!(refusal.contains(words), "{refusal}");
    }
    assert!(!refusal.contains('\n') && !refusal.contains(". "), "one sentence: {refusal}");
}

#[tokio::test]
async fn says_which_version_its_data_needs() {
    let folder = open_folder();
    let data_dir = folder.path().join("postgres");
    fs::create_dir_all(data_dir.join("data")).unwrap();
    fs::write(data_dir.join("data/PG_VERSION"), "13\n").unwrap();
    let refusal = start(Settings { download: false, ..Settings::kept(data_dir) }).await.unwrap_err().to_string();
    assert!(refusal.starts_with("PostgreSQL 13, which wrote the data in "), "{refusal}");
    assert!(refusal.contains("apt-get install postgresql-13`"), "{refusal}");
}

/// A folder that every account can pass through, which TMPDIR need not be.
fn open_folder() -> TempDir {
    let folder = tempfile::tempdir_in("/tmp").unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    folder
}

async fn connect(postgres: &PrivatePostgres) -> PgConnection {
    postgres.options().connect().await.unwrap()
}

async fn number(postgres: &PrivatePostgres) -> i32 {
    let mut connection = connect(postgres).await;
    sqlx::query_scalar("SELECT number FROM seats").fetch_one(&mut connection).await.unwrap()
}
