//! What faces and agent say to each other about accounts and models.

use std::{fmt, sync::Arc, time::Duration};

use super::{Failure, Item, PrivacyPage};
use crate::base::{Moment, Money, Secret, SessionId, Tokens};

/// A key on its way from the person to where it is kept.
///
/// It can be handed on and shown masked, and nothing else: it has no text form.
#[derive(Clone)]
pub struct Key(Arc<Secret>);

impl Key {
    /// Takes what the person typed or pasted.
    pub fn new(key: Secret) -> Self {
        Self(Arc::new(key))
    }

    /// The key itself, for whoever keeps or sends it.
    pub fn secret(&self) -> &Secret {
        &self.0
    }
}

/// Never the key.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// Whether it is the very same key, not one with the same letters.
impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// A request about accounts and models.
#[derive(Clone, Debug, PartialEq)]
pub enum DeskOp {
    /// Who is signed in, what can be chosen, what was found. Answered by [`DeskEvent::Overview`].
    Overview,
    /// Start the device flow, or start it again with a new code. Answered by [`DeskEvent::SignIn`]s.
    SignIn,
    /// Stop a running sign-in, test or search.
    Stop,
    /// Open a page of the running sign-in in a browser.
    Open {
        /// The page.
        link: String,
    },
    /// Test a key against an address, then keep it as an account and use it. Answered by [`DeskEvent::Tested`] and,
    /// when it was kept, [`DeskEvent::Switched`].
    AddKey {
        /// The preset's id; `custom` for an address of the person's own.
        preset: String,
        /// The address.
        base_url: String,
        /// The key; `None` for a server that needs none.
        key: Option<Key>,
        /// The model to use; `None` for the preset's own.
        model: Option<String>,
        /// Keep it although the test failed: the person was asked.
        keep_untested: bool,
    },
    /// Test an account. Answered by [`DeskEvent::Tested`].
    Test {
        /// Its name.
        account: String,
    },
    /// Use an account from now on. Answered by [`DeskEvent::Switched`].
    Use {
        /// Its name.
        account: String,
    },
    /// Forget an account and its key. Answered by [`DeskEvent::Overview`].
    Remove {
        /// Its name.
        account: String,
    },
    /// Look for model servers on this machine. Answered by [`DeskEvent::Local`].
    FindLocal,
    /// The models to choose from. Answered by [`DeskEvent::Models`].
    Models,
    /// Use a model from now on. Answered by [`DeskEvent::Switched`].
    UseModel {
        /// Its name, as typed.
        model: String,
        /// The account it belongs to; `None` for the one in use.
        account: Option<String>,
        /// Whether later sessions begin with it, too.
        is_default: bool,
    },
    /// The sessions that are kept. Answered by [`DeskEvent::Sessions`].
    Sessions {
        /// Those of every project, not only of this one.
        is_everywhere: bool,
    },
    /// What was said in a session that is kept. Answered by [`DeskEvent::Preview`].
    Preview {
        /// Its id.
        session: SessionId,
        /// The project's folder: an id is known in one project only.
        root: String,
    },
    /// Remove a session that is kept. Answered by [`DeskEvent::Sessions`].
    RemoveSession {
        /// Its id.
        session: SessionId,
        /// The project's folder.
        root: String,
        /// Which list is wanted then.
        is_everywhere: bool,
    },
    /// What leaves, what is kept where, and what lies on this disk. Answered by [`DeskEvent::Privacy`].
    Privacy,
    /// All settings and where each value comes from. Answered by [`DeskEvent::Settings`].
    Settings,
    /// Write a setting into the person's settings file. Answered by [`DeskEvent::Settings`].
    Set {
        /// Its name: `ui.theme`.
        name: String,
        /// The value as JSON; `None` takes it out of the file.
        value: Option<String>,
    },
}

/// An answer about accounts and models.
#[derive(Clone, Debug, PartialEq)]
pub enum DeskEvent {
    /// Who is signed in and what can be chosen.
    Overview(Overview),
    /// How the sign-in goes.
    SignIn(SignIn),
    /// A test ended.
    Tested(Tested),
    /// Model servers on this machine.
    Local(Vec<LocalServer>),
    /// The models to choose from.
    Models(Vec<ModelRow>),
    /// What leaves, what is kept where, and what lies on this disk.
    Privacy(PrivacyPage),
    /// The sessions that are kept, the newest first.
    Sessions(Vec<SessionRow>),
    /// What was said in a session that is kept.
    Preview {
        /// Its id.
        session: SessionId,
        /// Its entries, in order.
        items: Arc<[Item]>,
    },
    /// All settings, in the order they are documented.
    Settings(Vec<SettingRow>),
    /// Another account or model is in use; the conversation goes on.
    Switched(Switched),
    /// The session has no account: nothing can be sent until there is one.
    SignInNeeded {
        /// What the person wanted to say; it was not sent.
        text: Option<String>,
        /// Why there is none, and every place that was asked.
        why: Failure,
    },
    /// A request about accounts failed.
    Failed(Failure),
}

/// A session that is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionRow {
    /// Its id.
    pub session: SessionId,
    /// The first words of the person, on one line, not cleaned.
    pub title: String,
    /// The project's folder, not cleaned.
    pub root: String,
    /// The git branch it was on, if known, not cleaned.
    pub branch: Option<String>,
    /// How often the person spoke.
    pub turns: u32,
    /// When it was last written.
    pub changed: Moment,
    /// What it cost, if known.
    pub cost: Option<Money>,
    /// The end of the last answer, on one line, not cleaned.
    pub last: String,
    /// Whether another process is in it now.
    pub is_open: bool,
}

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingRow {
    /// Its name: `ui.theme`.
    pub name: String,
    /// What it is for, in a sentence.
    pub about: String,
    /// Its value as JSON; empty when it is not set and has no default.
    pub value: String,
    /// Where that comes from: `default`, `~/.qwen/settings.json`, a flag, a variable.
    pub source: String,
    /// How it can be changed on the screen.
    pub kind: ValueKind,
    /// The words it may be, if it is one of a few; a switch has `true` and `false`.
    pub choices: Vec<String>,
    /// Whether a change counts at once, or from the next start on.
    pub is_live: bool,
}

/// How a setting can be changed on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// On or off.
    Switch,
    /// One word of [`SettingRow::choices`].
    Word,
    /// A number.
    Number,
    /// A text.
    Text,
    /// Not on the screen: a key, a list, an object.
    Fixed,
}

/// Everything a sign-in screen shows first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overview {
    /// The account in use.
    pub current: Option<AccountRow>,
    /// Accounts that are kept, the newest first.
    pub accounts: Vec<AccountRow>,
    /// What a key can be added for.
    pub presets: Vec<PresetRow>,
    /// Keys in the environment and in files, not kept by us.
    pub found: Vec<FoundKey>,
    /// Where a new key would be kept, in one line.
    pub storage: String,
}

/// One account.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccountRow {
    /// Its name.
    pub name: String,
    /// The provider's name for people.
    pub provider: String,
    /// The only address its key goes to.
    pub base_url: String,
    /// The model it is used with.
    pub model: String,
    /// The key with all but its ends hidden; empty for none.
    pub masked_key: String,
    /// Where it comes from or is kept: `keyring`, `OPENAI_API_KEY from the environment`.
    pub source: String,
    /// Whether it is in use.
    pub is_current: bool,
}

/// A provider to sign in to.
#[derive(Clone, Debug, PartialEq)]
pub struct PresetRow {
    /// Its id.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// The group it is listed under; presets of one group follow each other.
    pub group: String,
    /// What choosing it means, in half a sentence.
    pub about: String,
    /// Plans or regions of it: a label and the address; one entry when there is no choice.
    pub addresses: Vec<(String, String)>,
    /// Where a key can be had, if known.
    pub key_page: Option<String>,
    /// Whether it needs a key.
    pub needs_key: bool,
}

/// A key that was found and not stored by us.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundKey {
    /// Where: a variable and the file it is in.
    pub source: String,
    /// The key with all but its ends hidden.
    pub masked_key: String,
    /// The host it goes to.
    pub host: String,
    /// The account's name in [`DeskOp::Use`].
    pub account: String,
}

/// How a device flow goes.
#[derive(Clone, Debug, PartialEq)]
pub enum SignIn {
    /// The server is asked for a code.
    Contacting,
    /// The person has to approve.
    Approve {
        /// What to compare.
        user_code: String,
        /// The page.
        link: String,
        /// The page with the code in it, if the server gave one.
        full_link: String,
        /// How long the code lives from now.
        expires_in: Duration,
        /// Whether a browser was opened.
        was_opened: bool,
    },
    /// The server was asked and has nothing yet.
    Waiting {
        /// What it said, for people: `pending`, `asked to slow down: every 10 s`, `not reached, trying again`.
        last: String,
    },
    /// Approved; one real request is made.
    Testing,
    /// The code ran out; [`DeskOp::SignIn`] gets a new one.
    Expired,
    /// It ended without an account.
    Failed(Failure),
}

/// What a test of a key found.
#[derive(Clone, Debug, PartialEq)]
pub struct Tested {
    /// The host that was asked.
    pub host: String,
    /// Whether the key works there.
    pub is_ok: bool,
    /// The result in one line: `200 in 412 ms · 14 models`.
    pub line: String,
    /// What went wrong and what to do, when it did.
    pub failure: Option<Failure>,
    /// Another address that may be the right one: its label and the address.
    pub try_instead: Option<(String, String)>,
    /// How long it took.
    pub took: Duration,
}

/// A model server on this machine.
#[derive(Clone, Debug, PartialEq)]
pub struct LocalServer {
    /// What it is: `Ollama`.
    pub name: String,
    /// Its address.
    pub base_url: String,
    /// Its models.
    pub models: Vec<String>,
}

/// A model to choose.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModelRow {
    /// Its name as it is sent.
    pub model: String,
    /// The provider's name for people.
    pub provider: String,
    /// The account it is used with; `None` when there is no key for it yet.
    pub account: Option<String>,
    /// Its window.
    pub window: Tokens,
    /// Price of a million tokens of input, if known.
    pub input: Option<Money>,
    /// The same read from the cache.
    pub cached: Option<Money>,
    /// The same of output.
    pub output: Option<Money>,
    /// How its cache is used: `explicit`, `implicit`, `session`, `none known`.
    pub cache: String,
    /// Whether it is in use.
    pub is_current: bool,
}

/// Another account or model is in use.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Switched {
    /// The model's name.
    pub model: String,
    /// The provider's name, for people.
    pub provider: String,
    /// The account's name.
    pub account: String,
    /// The model's window.
    pub window: Tokens,
    /// How the cache is used, and why, in one line.
    pub cache: String,
    /// What to know: that the cache starts cold and what that costs, where a key was kept.
    pub notes: Vec<String>,
}
