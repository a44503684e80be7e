//! Chooses between keyring and file, and says which it was.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{
    auth::jsonfile::JsonFile,
    base::Secret,
    protocol::{Failure, Kind},
};

use super::{
    file,
    keyring::Keyring,
    place::{Kept, Place, Slot, State, Storage},
};

/// The keyring and the file. Calls may take three seconds: outside of a start-up they belong on a thread that may
/// wait.
pub struct Vault {
    storage: Storage,
    /// `None` when the person wants none touched.
    keyring: Option<Mutex<Keyring>>,
    path: PathBuf,
}

impl Vault {
    /// The vault of this person. Nothing is touched.
    ///
    /// Shape: `skip_keyring` is what `QWEN_NO_KEYRING` says: any text but an empty one means yes.
    pub fn new(qwen_home: &Path, storage: Storage, skip_keyring: Option<&str>) -> Self {
        let is_skipped = skip_keyring.is_some_and(|text| !text.is_empty());
        Self::with(qwen_home, storage, (!is_skipped).then(Keyring::system))
    }

    /// One with this keyring, or none.
    pub fn with(qwen_home: &Path, storage: Storage, keyring: Option<Keyring>) -> Self {
        let path = qwen_home.join("credentials.json");
        Self { storage, keyring: keyring.map(Mutex::new), path }
    }

    /// How the keyring is. Asks it for a key that is not there, which opens no question: whether it is unlocked
    /// shows when a key is read or put.
    pub fn state(&self) -> State {
        let nothing = Slot { endpoint: "nothing".to_owned(), account: "nothing".to_owned() };
        match self.keyring().map(|mut keyring| keyring.get(&nothing)) {
            Ok(Ok(_)) => State::Ready,
            Ok(Err(state)) | Err(state) => state,
        }
    }

    /// Keeps a key. With [`Storage::Auto`] the file takes it when the keyring does not; the line says so.
    ///
    /// Errors: kind `auth` when only the keyring is wanted and it does not take the key; kind `config` when the
    /// file cannot be written.
    pub fn put(&self, slot: &Slot, key: &Secret) -> Result<Kept, Failure> {
        let state = match self.keyring() {
            Ok(mut keyring) => match keyring.set(slot, key) {
                Ok(()) => {
                    let line = "the key is in the system's keyring".to_owned();
                    return Ok(Kept { place: Place::Keyring, line });
                }
                Err(state) => state,
            },
            Err(state) => state,
        };
        if self.storage == Storage::Keyring {
            return Err(Failure::new(Kind::Auth, format!("the key was not kept: {state}"))
                .hint("unlock the keyring, or set `auth.storage` to `auto` or `file`"));
        }
        file::set(&self.file(), slot, key)?;
        let line = format!("the key is in `{}`, which only you can read: {state}", self.path.display());
        Ok(Kept { place: Place::File, line })
    }

    /// Reads the key of an account from where the account says it is.
    ///
    /// Errors: kind `auth`: it is not there, or the keyring did not give it within three seconds.
    pub fn read(&self, slot: &Slot, place: Place) -> Result<Secret, Failure> {
        let found = match place {
            Place::File => file::get(&self.file(), slot)?,
            Place::Keyring => {
                let asked = self.keyring().and_then(|mut keyring| keyring.get(slot));
                asked.map_err(|state| unread(slot, &state))?
            }
            Place::SignIn => None,
        };
        let place = match place {
            Place::File => format!("`{}`", self.path.display()),
            Place::Keyring => "the keyring".to_owned(),
            Place::SignIn => "the vault, since it is a sign-in".to_owned(),
        };
        found.filter(|key| !key.is_empty()).ok_or_else(|| {
            let (account, endpoint) = (&slot.account, &slot.endpoint);
            Failure::new(
                Kind::Auth,
                format!("the key of the account `{account}` for `{endpoint}` is not in {place}"),
            )
            .hint("add the account again with its key")
        })
    }

    /// Removes a key from where it is; whether there was one.
    ///
    /// Errors: kind `auth` when the keyring cannot be asked, kind `config` when the file cannot be written: then
    /// the key is still there.
    pub fn remove(&self, slot: &Slot, place: Place) -> Result<bool, Failure> {
        match place {
            Place::File => file::remove(&self.file(), slot),
            Place::SignIn => Ok(false),
            Place::Keyring => self.keyring().and_then(|mut keyring| keyring.remove(slot)).map_err(|state| {
                let account = &slot.account;
                Failure::new(
                    Kind::Auth,
                    format!("the key of the account `{account}` is still in the keyring: {state}"),
                )
                .hint("unlock the keyring and remove the account again")
            }),
        }
    }

    fn file(&self) -> JsonFile {
        JsonFile::at(self.path.clone())
    }

    fn keyring(&self) -> Result<MutexGuard<'_, Keyring>, State> {
        if self.storage == Storage::File {
            return Err(State::Off("`auth.storage` is `file`"));
        }
        let keyring = self.keyring.as_ref().ok_or(State::Off("QWEN_NO_KEYRING is set"))?;
        // A panic while the lock was held leaves a keyring that can be asked again.
        Ok(keyring.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn unread(slot: &Slot, state: &State) -> Failure {
    let account = &slot.account;
    let failure =
        Failure::new(Kind::Auth, format!("the key of the account `{account}` could not be read: {state}"));
    match state {
        State::Locked | State::Slow => failure.hint("unlock the keyring and try again"),
        State::Off(_) => failure.hint("allow the keyring again: the account's key is in it"),
        State::Absent(_) | State::Ready => {
            failure.hint("start this from a session that has the keyring: a desktop, or `dbus-run-session`")
        }
    }
    .hint("or give a key in the environment, or add the account again: its key then goes into a file")
}
