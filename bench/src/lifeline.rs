//! Ties a child to the bench: the bench holds the other end of its standard input, so however the
//! bench ends, even by `kill -9`, the child ends too.

use std::io::Read as _;

use tokio::signal::unix::{SignalKind, signal};

/// Ends this process when its standard input ends.
pub(crate) fn follow() {
    std::thread::spawn(|| {
        // Nothing is ever written there; any answer means that the other end is gone.
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(1);
    });
}

/// Waits until somebody wants the bench to end: then it still ends its children and deletes its files.
pub(crate) async fn interrupted() {
    let Ok(mut terminated) = signal(SignalKind::terminate()) else {
        // Without that signal Ctrl-C still works.
        return drop(tokio::signal::ctrl_c().await);
    };
    tokio::select! { _ = tokio::signal::ctrl_c() => {}, _ = terminated.recv() => {} }
}
