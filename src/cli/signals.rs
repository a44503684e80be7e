//! Requests of the system to end.

/// Waits until Ctrl-C or a request to end comes; `false` when such requests cannot be heard.
#[cfg(unix)]
pub(super) async fn asked_to_stop() -> bool {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut end) = signal(SignalKind::terminate()) else {
        return tokio::signal::ctrl_c().await.is_ok();
    };
    tokio::select! {
        heard = tokio::signal::ctrl_c() => heard.is_ok(),
        heard = end.recv() => heard.is_some(),
        heard = hung_up() => heard,
    }
}

/// As [`asked_to_stop`], heard from the moment this is called and not from when it is first waited for: what is asked before
/// would end the process where it stands. Must be called inside the runtime.
#[cfg(unix)]
pub(super) fn listen() -> impl Future<Output = bool> + Send {
    use tokio::signal::unix::{SignalKind, signal};
    let heard = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    async move {
        let (Ok(mut stop), Ok(mut end)) = heard else { return asked_to_stop().await };
        tokio::select! {
            heard = stop.recv() => heard.is_some(),
            heard = end.recv() => heard.is_some(),
            heard = hung_up() => heard,
        }
    }
}

/// Waits until the terminal is gone; for ever when the program was started to outlive it, as `nohup` does. `false` when
/// it cannot be heard.
#[cfg(unix)]
pub(super) async fn hung_up() -> bool {
    use tokio::signal::unix::{SignalKind, signal};
    // Whoever listens takes the place of whoever ignores: it is looked at before, and once.
    static OUTLIVES: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
    let outlives = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        ignores(&status, SignalKind::hangup().as_raw_value())
    };
    if *OUTLIVES.get_or_init(outlives) {
        return std::future::pending().await;
    }
    match signal(SignalKind::hangup()) {
        Ok(mut hang_up) => hang_up.recv().await.is_some(),
        Err(_) => false,
    }
}

/// Whether a process ignores a signal, as Linux tells it; elsewhere nobody does.
#[cfg(unix)]
fn ignores(status: &str, signal: i32) -> bool {
    let mask =
        status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    mask.zip(u32::try_from(signal - 1).ok())
        .is_some_and(|(mask, at)| mask.checked_shr(at).unwrap_or(0) & 1 == 1)
}

/// As [`asked_to_stop`].
#[cfg(not(unix))]
pub(super) fn listen() -> impl Future<Output = bool> + Send {
    asked_to_stop()
}

/// Waits until Ctrl-C comes; `false` when it cannot be heard.
#[cfg(not(unix))]
pub(super) async fn asked_to_stop() -> bool {
    tokio::signal::ctrl_c().await.is_ok()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_is_ignored_is_read_from_the_mask() {
        let status = "Name:\tqwen\nSigBlk:\tffffffffffffffff\nSigIgn:\t0000000000001001\nSigCgt:\t0\n";
        assert_eq!(
            [1, 2, 13, 15, 64].map(|signal| ignores(status, signal)),
            [true, false, true, false, false]
        );
        assert!(!ignores("", 1));
    }
}
