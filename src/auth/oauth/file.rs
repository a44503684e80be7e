//! The file a sign-in is kept in, the same one Qwen Code uses: `~/.qwen/oauth_creds.json`.
//!
//! Reading forgives; writing is whole or not at all. Source: `docs/sources.md`, qwen-code 4.4.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::{
    answer::short,
    grant::Grant,
    lock::{Held, lock, make_private},
};
use crate::{
    base::Secret,
    protocol::{Failure, Kind},
};

/// A larger file is something else. Unit: bytes.
const LARGEST: u64 = 256 * 1_024;

/// How long another process may hold the lock: one request, and some.
const PATIENCE: Duration = Duration::from_secs(40);

/// Where a sign-in is kept.
///
/// Shape: mode 0600 in a folder of mode 0700; keys that are not known are kept as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CredsFile {
    path: PathBuf,
}

/// What was found in the file. Cannot be printed, since it may hold tokens.
#[derive(Default)]
pub enum Kept {
    /// Nobody signed in.
    #[default]
    Nothing,
    /// The file is there and cannot be used; this is why.
    Damaged(String),
    /// Somebody signed in.
    SignedIn(Arc<Grant>),
}

/// The sign-in of a run, collected before anything is decided.
#[derive(Default)]
pub struct Collected {
    /// Where it is kept.
    pub file: CredsFile,
    /// What was there.
    pub kept: Kept,
}

impl Collected {
    /// Reads the file in a Qwen home.
    pub fn in_home(qwen_home: &Path) -> Self {
        let file = CredsFile::in_home(qwen_home);
        Self { kept: file.read(), file }
    }
}

impl CredsFile {
    /// The file in a Qwen home: `~/.qwen`, or what `QWEN_HOME` says.
    pub fn in_home(qwen_home: &Path) -> Self {
        Self { path: qwen_home.join("oauth_creds.json") }
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads it. A file that cannot be used is no reason to stop: it counts as signed out, and says why.
    pub fn read(&self) -> Kept {
        match map_in(&self.path) {
            Ok(None) => Kept::Nothing,
            Ok(Some(map)) => grant_in(&map).map_or_else(
                || Kept::Damaged("it holds no token".to_owned()),
                |grant| Kept::SignedIn(Arc::new(grant)),
            ),
            Err(why) => Kept::Damaged(why),
        }
    }

    /// Keeps a new sign-in in place of whatever was there.
    ///
    /// Errors: kind `config`: the lock is not to be had, or the file cannot be written; then nothing has changed.
    pub async fn save(&self, grant: Grant) -> Result<(), Failure> {
        let _held = self.lock().await?;
        let draft = self.draft().await?;
        draft.publish(Arc::new(grant)).await.map_err(|e| self.unwritten(&e))
    }

    /// Signs out: removes the file; `false` when there was none. The server is not told, since it offers no way to.
    ///
    /// Errors: kind `config`: the lock is not to be had, or the file cannot be removed.
    pub async fn remove(&self) -> Result<bool, Failure> {
        let _held = self.lock().await?;
        // What a write that was cut left behind would be taken up again.
        let _ = fs::remove_file(self.draft_path());
        match fs::remove_file(&self.path) {
            Ok(()) => Ok(true),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(e) => {
                Err(Failure::new(Kind::Config, format!("`{}` cannot be removed: {e}", self.path.display())))
            }
        }
    }

    /// Waits until no other process writes the file, then takes up a write that was cut between its end and the
    /// renaming: what it wrote is newer than what is in place.
    pub(super) async fn lock(&self) -> Result<Held, Failure> {
        let held = lock(&self.beside(".lock"), PATIENCE).await?;
        let draft = self.draft_path();
        if let Ok(Some(map)) = map_in(&draft)
            && let Some(cut) = grant_in(&map)
        {
            let is_newer = match self.read() {
                Kept::SignedIn(kept) => cut.expires_at_ms > kept.expires_at_ms,
                Kept::Nothing | Kept::Damaged(_) => true,
            };
            if is_newer {
                let _ = fs::rename(&draft, self.real());
            }
        }
        Ok(held)
    }

    /// Makes sure that the file can be written, before something is asked for that could then not be kept.
    /// Errors: kind `config`.
    pub(super) async fn draft(&self) -> Result<Draft, Failure> {
        let (target, temp) = (self.real(), self.draft_path());
        let keys = map_in(&self.path).ok().flatten().unwrap_or_default();
        let made = tokio::task::spawn_blocking(move || Draft::make(target, temp, keys)).await;
        made.map_err(io::Error::other).flatten().map_err(|e| self.unwritten(&e))
    }

    pub(super) fn unwritten(&self, why: &io::Error) -> Failure {
        Failure::new(Kind::Config, format!("`{}` cannot be written: {why}", self.path.display()))
            .hint("check the space on the disk and who may write to that folder")
    }

    /// The file itself, where the path is a link.
    fn real(&self) -> PathBuf {
        fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone())
    }

    fn draft_path(&self) -> PathBuf {
        self.beside(".tmp")
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.real().into_os_string();
        name.push(ending);
        name.into()
    }
}

/// A write that has begun. Dropping it leaves everything as it was.
pub(super) struct Draft {
    file: Option<File>,
    temp: PathBuf,
    target: PathBuf,
    keys: Map<String, Value>,
}

impl Draft {
    fn make(target: PathBuf, temp: PathBuf, keys: Map<String, Value>) -> io::Result<Self> {
        if let Some(folder) = target.parent() {
            make_private(folder)?;
        }
        // What lies there is of a process that was ended, since we hold the lock.
        let _ = fs::remove_file(&temp);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&temp)?;
        Ok(Self { file: Some(file), temp, target, keys })
    }

    /// Puts a grant in place: written, on the disk, then renamed, so that nobody ever reads half of it.
    pub(super) async fn publish(self, grant: Arc<Grant>) -> io::Result<()> {
        tokio::task::spawn_blocking(move || self.publish_now(&grant)).await.map_err(io::Error::other)?
    }

    fn publish_now(mut self, grant: &Grant) -> io::Result<()> {
        let text = written(std::mem::take(&mut self.keys), grant);
        let mut file = self.file.take().ok_or_else(|| io::Error::other("it was written before"))?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&self.temp, &self.target)?;
        #[cfg(unix)]
        if let Some(folder) = self.target.parent() {
            // The name is safe even where the folder cannot be synced.
            let _ = File::open(folder).and_then(|folder| folder.sync_all());
        }
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After the renaming there is nothing to remove.
        let _ = fs::remove_file(&self.temp);
    }
}

/// The object in a file; `None` when there is no file. Errors: why it cannot be used, without a word of its text.
fn map_in(path: &Path) -> Result<Option<Map<String, Value>>, String> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(format!("it cannot be read: {e}")),
    };
    if !file.metadata().is_ok_and(|m| m.is_file()) {
        return Err("it is no file".to_owned());
    }
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|e| format!("it cannot be read: {e}"))?;
    if bytes.len() as u64 > LARGEST {
        return Err("it is too large".to_owned());
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(map)) => Ok(Some(map)),
        Ok(_) | Err(_) => Err("it is not a JSON object".to_owned()),
    }
}

/// A token in either field makes it a sign-in; whatever else is missing is mended by renewing.
fn grant_in(map: &Map<String, Value>) -> Option<Grant> {
    let text = |key: &str| map.get(key).and_then(Value::as_str).map(str::trim).filter(|t| !t.is_empty());
    let secret = |text: &str| Arc::new(Secret::new(text.to_owned()));
    let (access, refresh) = (text("access_token"), text("refresh_token"));
    if access.is_none() && refresh.is_none() {
        return None;
    }
    let time = map.get("expiry_date");
    let millis = time.and_then(|t| t.as_f64().or_else(|| t.as_str()?.trim().parse().ok()));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not negative, and it saturates"
    )]
    let expires_at_ms = millis.filter(|t| *t >= 0.0).map_or(0, |t| t as u64);
    Some(Grant {
        access: secret(access.unwrap_or_default()),
        refresh: refresh.map(secret),
        token_type: short(text("token_type").unwrap_or("Bearer"), 40),
        resource_url: text("resource_url").map(str::to_owned),
        issuer: text("issuer").map(str::to_owned),
        expires_at_ms,
    })
}

/// The text of the file: what was there, with the grant in it.
fn written(mut keys: Map<String, Value>, grant: &Grant) -> Zeroizing<String> {
    let mut put = |key: &str, value: Option<Value>| match value {
        Some(value) => keys.insert(key.to_owned(), value),
        None => keys.remove(key),
    };
    put("access_token", Some(Value::from(grant.access.expose())));
    put("refresh_token", grant.refresh.as_ref().map(|token| Value::from(token.expose())));
    put("token_type", Some(Value::from(grant.token_type.as_str())));
    put("resource_url", grant.resource_url.as_deref().map(Value::from));
    put("issuer", grant.issuer.as_deref().map(Value::from));
    put("expiry_date", Some(Value::from(grant.expires_at_ms)));
    Zeroizing::new(format!("{:#}\n", Value::Object(keys)))
}
