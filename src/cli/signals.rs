//! Requests of the system to end.

/// Waits until Ctrl-C or a request to end comes; `false` when such requests cannot be heard.
#[cfg(unix)]
pub(super) async fn asked_to_stop() -> bool {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut end), Ok(mut hang_up)) = (signal(SignalKind::terminate()), signal(SignalKind::hangup()))
    else {
        return tokio::signal::ctrl_c().await.is_ok();
    };
    tokio::select! {
        heard = tokio::signal::ctrl_c() => heard.is_ok(),
        heard = end.recv() => heard.is_some(),
        heard = hang_up.recv() => heard.is_some(),
    }
}

/// Waits until Ctrl-C comes; `false` when it cannot be heard.
#[cfg(not(unix))]
pub(super) async fn asked_to_stop() -> bool {
    tokio::signal::ctrl_c().await.is_ok()
}
