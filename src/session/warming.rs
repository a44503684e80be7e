//! The barrier: of several requests that would write the same head, one goes first and the others read what it
//! wrote.

use std::{
    fs, io,
    time::{Duration, Instant, SystemTime},
};

use super::{
    LedgerFile,
    private::{self, Locked},
};
use crate::{base::AbsPath, cache::Ledger, prompt::Prefix};

/// How often a waiter looks. A first answer takes a second or more, so this is no loss, and a look costs a few
/// microseconds.
const POLL: Duration = Duration::from_millis(20);
/// Lock files that nobody took for this long are removed.
const OLD: Duration = Duration::from_secs(3_600);

/// Whose task it is to have a prefix stored.
#[derive(Debug)]
pub enum Claim {
    /// Ours: ask, publish what came of it, then drop this.
    Mine(Warming),
    /// Another session or task is at it.
    Theirs,
}

/// What a wait led to.
#[derive(Debug)]
pub enum Warmth {
    /// The prefix is stored now, says this ledger, which is to be merged.
    Stored(Ledger),
    /// Nobody has it in work any more and it is not stored: now it is ours.
    Mine(Warming),
    /// It took too long: ask without waiting any longer.
    Late,
}

/// Held while a prefix is being stored. Others wait until it is dropped or its process ends, however it ends.
#[derive(Debug)]
pub struct Warming {
    _lock: Option<Locked>,
}

impl LedgerFile {
    /// Takes the task of having `prefix` stored, without waiting. Where files cannot be locked everyone gets it.
    ///
    /// A claim holds across the processes of one person and across the tasks of one process, and is released when
    /// its process is killed. The order that makes the barrier tight: publish the ledger, then drop the claim.
    ///
    /// ```
    /// # use qwen::{base::AbsPath, prompt::Head, session::{Claim, LedgerFile}};
    /// # let home = tempfile::tempdir().unwrap();
    /// # let home = AbsPath::new(home.path()).unwrap();
    /// # let head = Head::new(Vec::new(), "Be brief.".to_owned(), String::new());
    /// let (one, two) = (LedgerFile::at(&home), LedgerFile::at(&home));
    /// let Claim::Mine(warming) = one.claim(head.prefix()) else { panic!("nobody else asks") };
    /// assert!(matches!(two.claim(head.prefix()), Claim::Theirs));
    /// // … `one` asks, publishes its ledger …
    /// drop(warming);
    /// assert!(matches!(two.claim(head.prefix()), Claim::Mine(_)));
    /// ```
    pub fn claim(&self, prefix: Prefix) -> Claim {
        match self.lock(prefix) {
            Ok(Some(Locked::Busy)) => Claim::Theirs,
            Ok(lock) => Claim::Mine(Warming { _lock: lock }),
            // Where nothing can be written, nobody can be waited for.
            Err(_) => Claim::Mine(Warming { _lock: None }),
        }
    }

    /// Waits until `is_stored` says yes of a ledger that others published, or the claim is free, or for `limit`.
    /// No thread is blocked.
    ///
    /// ```
    /// # use qwen::{base::AbsPath, prompt::Head, session::{LedgerFile, Warmth}};
    /// # let home = tempfile::tempdir().unwrap();
    /// # let mut file = LedgerFile::at(&AbsPath::new(home.path()).unwrap());
    /// # let head = Head::new(Vec::new(), "Be brief.".to_owned(), String::new());
    /// # let now = qwen::base::Moment(0);
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
    /// let is_stored = |ledger: &qwen::cache::Ledger| ledger.may_hold(head.prefix(), now);
    /// match file.wait(head.prefix(), is_stored, std::time::Duration::from_secs(30)).await {
    ///     Warmth::Stored(_ledger) => { /* merge it; plan; ask: the head is read */ }
    ///     Warmth::Mine(_warming) => { /* ask; publish; drop it */ }
    ///     Warmth::Late => { /* ask */ }
    /// }
    /// # });
    /// ```
    pub async fn wait(
        &mut self,
        prefix: Prefix,
        is_stored: impl Fn(&Ledger) -> bool,
        limit: Duration,
    ) -> Warmth {
        let end = Instant::now() + limit;
        let mut has_read = false;
        let warmth = loop {
            let claim = self.claim(prefix);
            // After the claim: who held it before has published what it knows.
            match self.changed() {
                Some(ledger) if is_stored(&ledger) => return Warmth::Stored(ledger),
                other => has_read |= other.is_some(),
            }
            match claim {
                Claim::Mine(warming) => break Warmth::Mine(warming),
                Claim::Theirs if Instant::now() >= end => break Warmth::Late,
                Claim::Theirs => tokio::time::sleep(POLL).await,
            }
        };
        if has_read {
            self.forget();
        }
        warmth
    }

    /// `None` when nothing is kept on disk.
    fn lock(&self, prefix: Prefix) -> io::Result<Option<Locked>> {
        let Some(folder) = self.folder().map(|folder| folder.join("warming")) else { return Ok(None) };
        private::make_folder(&folder)?;
        let locked = private::lock(&folder.join(format!("{prefix}.lock")))?;
        if let Locked::Held(file) = &locked {
            // Its time says when it was last taken.
            let _ = file.touch(SystemTime::now());
            sweep(&folder);
        }
        Ok(Some(locked))
    }
}

/// Removes lock files that nobody took for a long time. One that is taken at this very moment is a file without a
/// name afterwards, so that a third one may warm the same head a second time; that costs one write.
fn sweep(folder: &AbsPath) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_old = entry
            .metadata()
            .and_then(|facts| facts.modified())
            .is_ok_and(|taken| taken.elapsed().is_ok_and(|age| age > OLD));
        let path = folder.join(entry.file_name());
        if is_old && matches!(private::lock(&path), Ok(Locked::Held(_))) {
            let _ = fs::remove_file(&path);
        }
    }
}
