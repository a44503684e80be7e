//! One process at a time: a lock of the operating system, which ends with its process however that ends.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    path::Path,
    time::Duration,
};

use tokio::time::Instant;

use crate::protocol::{Failure, Kind};

/// Between two tries.
const AGAIN: Duration = Duration::from_millis(40);

/// The lock while it is held; dropping it lets the next one in. The file stays: removing it would let two in.
pub(super) struct Held {
    _file: File,
}

/// Waits for the lock without holding up the runtime.
///
/// Errors: kind `config`, naming the file: it cannot be made, cannot be locked, or somebody held it all the time.
pub(super) async fn lock(path: &Path, limit: Duration) -> Result<Held, Failure> {
    let fail = |why: &str| {
        Failure::new(Kind::Config, format!("the lock `{}` {why}", path.display()))
            .hint("it keeps two processes from renewing one sign-in; check who may write there")
    };
    if let Some(folder) = path.parent() {
        make_private(folder).map_err(|e| fail(&format!("cannot be made: {e}")))?;
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(|e| fail(&format!("cannot be made: {e}")))?;
    let until = Instant::now() + limit;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Held { _file: file }),
            Err(TryLockError::Error(e)) => return Err(fail(&format!("cannot be taken: {e}"))),
            Err(TryLockError::WouldBlock) if Instant::now() >= until => {
                return Err(Failure::new(
                    Kind::Config,
                    format!(
                        "another process held the lock `{}` for {} seconds",
                        path.display(),
                        limit.as_secs()
                    ),
                )
                .hint("another `qwen` is renewing the sign-in; end it if it hangs, then try again"));
            }
            Err(TryLockError::WouldBlock) => tokio::time::sleep(AGAIN).await,
        }
    }
}

/// Makes a folder that only its owner enters, if it is not there.
pub(super) fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
