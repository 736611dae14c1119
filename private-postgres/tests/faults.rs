//! A private Postgres that is killed, abandoned or found half done: it comes back with what it had.

#![allow(clippy::unwrap_used, reason = "what a test cannot do fails it")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use private_postgres::{PrivatePostgres, Settings, start};
use sqlx::{ConnectOptions, Connection};
use tempfile::TempDir;

/// How long a recovery may take here before it counts as none.
const PATIENCE: Duration = Duration::from_secs(30);
/// Set for the process that plays a platform to be killed.
const VICTIM_DATA_DIR: &str = "EVENTLY_TEST_VICTIM_DATA_DIR";

#[tokio::test]
async fn comes_back_after_the_server_was_killed() {
    let postgres = start(Settings::throwaway()).await.unwrap();
    remember(&postgres).await;
    let first = postgres.postmaster_pid().unwrap();
    kill(first);

    let second = until(async || postgres.postmaster_pid().filter(|pid| *pid != first)).await;
    assert!(runs(second));
    until(async || recall(&postgres).await).await;
    postgres.stop().await.unwrap();
    assert!(!runs(second));
}

#[tokio::test]
async fn ends_when_it_is_dropped() {
    let settings = Settings::throwaway();
    let data_dir = settings.data_dir.clone();
    let postgres = start(settings).await.unwrap();
    let pid = postgres.postmaster_pid().unwrap();
    drop(postgres);
    until(async || (!runs(pid) && !data_dir.exists()).then_some(())).await;
}

#[tokio::test]
async fn starts_again_at_once_after_a_drop() {
    let folder = Folder::new();
    let postgres = start(folder.settings()).await.unwrap();
    remember(&postgres).await;
    drop(postgres);
    let postgres = start(folder.settings()).await.unwrap();
    assert!(recall(&postgres).await.is_some());
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn ends_with_a_killed_platform_and_starts_again() {
    let folder = Folder::new();
    let mut victim = victim(&folder.data_dir);
    let pid = until(async || first_line(&folder.data_dir.join("pid"))).await;
    let server = until(async || first_line(&folder.data_dir.join("data/postmaster.pid"))).await;
    assert_eq!(pid, server);
    victim.kill().unwrap();
    victim.wait().unwrap();

    // No pause: the server is still on its way out.
    let postgres = start(folder.settings()).await.unwrap();
    assert!(!runs(server));
    assert!(recall(&postgres).await.is_some());
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn leaves_nothing_behind_a_platform_that_was_killed() {
    let folder = Folder::new();
    let mut victim = victim(&folder.data_dir);
    let server = until(async || first_line(&folder.data_dir.join("pid"))).await;
    victim.kill().unwrap();
    victim.wait().unwrap();
    until(async || (!runs(server)).then_some(())).await;
    assert!(!folder.data_dir.join("data/postmaster.pid").exists(), "it ended without a clean shutdown");
}

#[tokio::test]
async fn ends_a_server_that_outlived_its_guard() {
    let folder = Folder::new();
    let mut victim = victim(&folder.data_dir);
    let server = until(async || first_line(&folder.data_dir.join("pid"))).await;
    // The watching shell beside the server goes first, so that nobody tells the server to end.
    for shell in children_of(victim.id()) {
        children_of(shell).into_iter().filter(|pid| *pid != server).for_each(kill);
    }
    victim.kill().unwrap();
    victim.wait().unwrap();

    let postgres = start(folder.settings()).await.unwrap();
    assert!(!runs(server));
    assert!(recall(&postgres).await.is_some());
    postgres.stop().await.unwrap();
}

/// After a restart of the machine the number in the pid file may belong to any program.
#[tokio::test]
async fn does_not_mind_a_pid_file_that_names_a_stranger() {
    let folder = Folder::new();
    start(folder.settings()).await.unwrap().stop().await.unwrap();
    let mut stranger = Command::new("sleep").arg("60").stdin(Stdio::null()).spawn().unwrap();
    let pid_file = folder.data_dir.join("data/postmaster.pid");
    for content in [format!("{}\n{}/data\n", stranger.id(), folder.data_dir.display()), String::new()] {
        fs::write(&pid_file, content).unwrap();
        fs::set_permissions(&pid_file, Permissions::from_mode(0o644)).unwrap();
        start(folder.settings()).await.unwrap().stop().await.unwrap();
    }
    stranger.kill().unwrap();
    stranger.wait().unwrap();
}

#[tokio::test]
async fn begins_again_after_an_unfinished_start() {
    let folder = Folder::new();
    fs::create_dir_all(folder.data_dir.join("data.unfinished/base")).unwrap();
    start(folder.settings()).await.unwrap().stop().await.unwrap();
    assert!(!folder.data_dir.join("data.unfinished").exists());
}

#[tokio::test]
async fn says_why_it_does_not_start() {
    let folder = Folder::new();
    start(folder.settings()).await.unwrap().stop().await.unwrap();
    fs::write(folder.data_dir.join("data/postgresql.auto.conf"), "no_such_setting = 1\n").unwrap();
    let asked = Instant::now();
    let reason = start(folder.settings()).await.unwrap_err().to_string();
    assert!(reason.contains("no_such_setting") || reason.contains("configuration file"), "{reason}");
    assert!(asked.elapsed() < Duration::from_secs(10));
}

/// Not a test: the platform that the tests above start in a process of its own and kill.
#[tokio::test]
async fn victim_platform() {
    let Some(data_dir) = std::env::var_os(VICTIM_DATA_DIR).map(PathBuf::from) else { return };
    let postgres = start(Settings::kept(&data_dir)).await.unwrap();
    remember(&postgres).await;
    let pid = postgres.postmaster_pid().unwrap();
    fs::write(data_dir.join("pid.new"), format!("{pid}\n")).unwrap();
    fs::rename(data_dir.join("pid.new"), data_dir.join("pid")).unwrap();
    tokio::time::sleep(PATIENCE * 2).await;
}

fn victim(data_dir: &Path) -> std::process::Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "victim_platform"]).env(VICTIM_DATA_DIR, data_dir);
    command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap()
}

struct Folder {
    data_dir: PathBuf,
    _parent: TempDir,
}

impl Folder {
    /// In a folder that every account can pass through, which TMPDIR need not be.
    fn new() -> Self {
        let parent = tempfile::tempdir_in("/tmp").unwrap();
        fs::set_permissions(parent.path(), Permissions::from_mode(0o755)).unwrap();
        Self { data_dir: parent.path().join("postgres"), _parent: parent }
    }

    fn settings(&self) -> Settings {
        Settings { shared_buffers_mib: 64, ..Settings::kept(&self.data_dir) }
    }
}

async fn remember(postgres: &PrivatePostgres) {
    let mut connection = postgres.options().connect().await.unwrap();
    sqlx::query("CREATE TABLE seats AS SELECT 42 AS number").execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

async fn recall(postgres: &PrivatePostgres) -> Option<i32> {
    let mut connection = postgres.options().connect().await.ok()?;
    sqlx::query_scalar("SELECT number FROM seats").fetch_one(&mut connection).await.ok()
}

/// Asks again until there is an answer.
async fn until<T>(ask: impl AsyncFn() -> Option<T>) -> T {
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        if let Some(answer) = ask().await {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nothing happened within {PATIENCE:?}");
}

fn kill(pid: u32) {
    assert!(Command::new("kill").arg("-KILL").arg(pid.to_string()).status().unwrap().success());
}

fn runs(pid: u32) -> bool {
    Command::new("kill").arg("-0").arg(pid.to_string()).stderr(Stdio::null()).status().unwrap().success()
}

fn first_line(path: &Path) -> Option<u32> {
    fs::read_to_string(path).ok()?.lines().next()?.trim().parse().ok()
}

/// Linux alone tells this without a further program; elsewhere the list is empty and less is tested.
fn children_of(pid: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    lists.flat_map(|list| list.split(' ').filter_map(|pid| pid.trim().parse().ok()).collect::<Vec<u32>>()).collect()
}
