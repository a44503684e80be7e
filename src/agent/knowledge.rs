//! What the model knows of the repository: the block in the head, and what it was told since.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{
    Setup,
    shroud::{self, Shroud},
    words,
};
use crate::{
    base::{AbsPath, Moment, Tokens},
    cache::Ledger,
    context::{self, Fragments, Repository},
    prompt::{Head, Prompt},
    protocol::{Item, MemoryFile},
    session::{Pin, Pinned},
};

/// What was read so short a time ago is not read again: a run with one prompt reads once.
const RECENT: Duration = Duration::from_secs(1);

/// How a session begins.
pub(super) struct Opened {
    pub(super) head: Head,
    pub(super) knowledge: Knowledge,
    /// For the person.
    pub(super) notices: Vec<String>,
}

/// What a message is to bring.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct News {
    /// For the model, each once.
    pub(super) texts: Vec<String>,
    /// For the person, each once.
    pub(super) notices: Vec<String>,
}

/// Compares the repository with what the model was told of it.
pub(super) struct Knowledge {
    options: context::Options,
    root: AbsPath,
    cwd: AbsPath,
    pinned: Pinned,
    key: String,
    shroud: Shroud,
    state: Mutex<State>,
}

struct State {
    /// What stands in the head.
    head: Repository,
    /// The same, with everything that was told since.
    told: Fragments,
    /// What is told with a message that is on its way.
    telling: Option<Fragments>,
    /// Whether `told` says what holds for the working folder; a restored history does, we only do not know what.
    knows_below: bool,
    /// Whether the message with what holds for the working folder is gone.
    lost_below: bool,
    /// What was read for the head, and when.
    recent: Option<(Instant, Fragments)>,
    /// What a restored history says already.
    restored: BTreeSet<String>,
    /// Notices the person has seen.
    noticed: BTreeSet<String>,
}

impl Knowledge {
    /// Chooses the repository block. What is pinned is taken while a cache block with it may be alive; otherwise the
    /// repository is read and pinned.
    pub(super) async fn open(setup: &Setup, shroud: Shroud) -> Opened {
        let base = Head::new(setup.toolbox.specs(), setup.instructions.text(), String::new());
        let (options, root, cwd) = (setup.context.clone(), setup.root.clone(), setup.cwd.clone());
        let reads_something = !options.file_names.is_empty() || options.map.0 > 0;
        let pinned = if reads_something { setup.pinned.clone() } else { Pinned::nowhere() };
        let key = key(&options, &root, &base);
        let pins = {
            let (pinned, key) = (pinned.clone(), key.clone());
            tokio::task::spawn_blocking(move || pinned.all(&key)).await.unwrap_or_default()
        };
        let made = Made { base: base.clone(), is_covered: setup.redacts };
        let chosen = choose(pins, &made, &setup.restored, &setup.ledger, words::now());
        let (head, recent) = if let Some(repository) = chosen {
            (repository, None)
        } else {
            let ledger = setup.ledger.clone();
            let (pinned, key) = (pinned.clone(), key.clone());
            let (options, root, cwd) = (options.clone(), root.clone(), cwd.clone());
            let read = move || {
                let read = context::collect(&options, &root, &cwd);
                let now = words::now();
                let is_alive = |pin: &Pin<Repository>| is_alive(pin, &made, &ledger, now);
                let head = pinned.settle(&key, read.repository.clone(), now, is_alive);
                (head, Some((Instant::now(), read)))
            };
            tokio::task::spawn_blocking(read).await.unwrap_or_default()
        };
        let notices = recent.as_ref().map(|(_, read)| read.notices.clone()).unwrap_or_default();
        let state = State {
            told: Fragments::from(head.clone()),
            telling: None,
            knows_below: false,
            lost_below: false,
            recent,
            restored: setup.restored.iter().flat_map(told_with).cloned().collect(),
            noticed: notices.iter().cloned().collect(),
            head,
        };
        let head = base.with_repository(shroud.block(&state.head.block()));
        // Behind the head, so that its numbers are those of every other session.
        shroud.count_on(&setup.restored);
        let knowledge = Self { options, root, cwd, pinned, key, shroud, state: Mutex::new(state) };
        Opened { head, knowledge, notices }
    }

    /// The head a session would begin with now. Pins nothing. Blocks on the file system.
    pub(super) fn peek(setup: &Setup) -> Head {
        let base = Head::new(setup.toolbox.specs(), setup.instructions.text(), String::new());
        let pins = setup.pinned.all(&key(&setup.context, &setup.root, &base));
        let made = Made { base, is_covered: setup.redacts };
        let repository = choose(pins, &made, &setup.restored, &setup.ledger, words::now())
            .unwrap_or_else(|| context::collect(&setup.context, &setup.root, &setup.cwd).repository);
        made.head(&repository)
    }

    /// What the next message is to bring, with the first one what holds for the working folder, too. It counts as told
    /// when the message is sent: see [`Knowledge::sent`]. Blocks on the file system.
    pub(super) fn news(&self, is_first: bool) -> News {
        let recent = self.state().recent.take().filter(|(at, _)| at.elapsed() < RECENT);
        let now = match recent {
            Some((_, read)) => read,
            None => context::collect(&self.options, &self.root, &self.cwd),
        };
        let mut state = self.state();
        if is_first {
            state.told = Fragments::from(state.head.clone());
            state.lost_below = true;
        }
        let mut texts = Vec::new();
        if state.lost_below {
            texts.extend(now.below().map(|text| self.covered(&text)));
        }
        if state.lost_below || !state.knows_below {
            state.told.take_below(&now);
        }
        let delta = context::delta(&state.told, &now).map(|text| self.covered(&text));
        texts.extend(delta.filter(|text| !state.restored.contains(text)));
        let known = &mut state.noticed;
        let notices = now.notices.iter().filter(|n| known.insert((*n).clone())).cloned().collect();
        state.telling = Some(now);
        let head = state.head.clone();
        // Files are not waited for while others wait for the state.
        drop(state);
        self.pinned.keep(&self.key, &head, words::now());
        News { texts, notices }
    }

    /// The message that was made last is part of the conversation. One that was stopped before has told nothing.
    pub(super) fn sent(&self) {
        let mut state = self.state();
        if let Some(now) = state.telling.take() {
            (state.told, state.knows_below, state.lost_below) = (now, true, false);
        }
    }

    /// The history was replaced, and with it what it told.
    pub(super) fn forget(&self) {
        let mut state = self.state();
        state.told = Fragments::from(state.head.clone());
        state.lost_below = true;
        state.telling = None;
        state.restored.clear();
    }

    /// Reads and pins the repository anew; returns the block for the next head.
    pub(super) fn refresh(&self) -> String {
        let now = context::collect(&self.options, &self.root, &self.cwd);
        self.pinned.keep(&self.key, &now.repository, words::now());
        let block = self.shroud.block(&now.repository.block());
        let mut state = self.state();
        state.head = now.repository.clone();
        (state.told, state.telling) = (now, None);
        block
    }

    /// What the block in the head is made of, with estimated sizes.
    pub(super) fn parts(&self) -> Vec<(String, Tokens)> {
        self.state().head.parts().collect()
    }

    /// The instruction files that are read and those that could be. Blocks on the file system.
    pub(super) fn memory(&self) -> Vec<MemoryFile> {
        let told = |(path, size): (AbsPath, Option<Tokens>)| MemoryFile {
            path: path.to_string(),
            size: size.unwrap_or_default(),
            exists: size.is_some(),
        };
        context::memory(&self.options, &self.root, &self.cwd).into_iter().map(told).collect()
    }

    fn covered(&self, text: &str) -> String {
        self.shroud.cover(text, "instruction files and names")
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change leaves it whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a head is made of a repository block.
struct Made {
    base: Head,
    is_covered: bool,
}

impl Made {
    fn head(&self, repository: &Repository) -> Head {
        self.base.clone().with_repository(shroud::block(&repository.block(), self.is_covered))
    }
}

/// What a pin depends on besides the files of the repository: with other tools or instructions the block is stored
/// behind another beginning.
fn key(options: &context::Options, root: &AbsPath, base: &Head) -> String {
    let (shape, beginning) = (Repository::shape(options, root), base.prefix_through_instructions());
    format!("{} {beginning} {shape}", env!("CARGO_PKG_VERSION"))
}

/// The pin that a conversation goes on with, if the cache may hold that; else the newest one that is alive.
fn choose(
    pins: Vec<Pin<Repository>>,
    made: &Made,
    restored: &[Item],
    ledger: &Ledger,
    now: Moment,
) -> Option<Repository> {
    let goes_on = |pin: &Pin<Repository>| {
        let head = Arc::new(made.head(&pin.content));
        let Ok(prompt) = Prompt::restore(head, restored.to_vec()) else { return false };
        (0..restored.len()).any(|at| ledger.may_hold(prompt.prefix_through(at), now))
    };
    let at = match pins.len() {
        0 => None,
        _ if restored.is_empty() => None,
        _ => pins.iter().position(goes_on),
    };
    let at = at.or_else(|| pins.iter().position(|pin| is_alive(pin, made, ledger, now)))?;
    pins.into_iter().nth(at).map(|pin| pin.content)
}

/// Whether the cache may hold a head with this block, or is about to.
fn is_alive(pin: &Pin<Repository>, made: &Made, ledger: &Ledger, now: Moment) -> bool {
    let holds = || ledger.may_hold(made.head(&pin.content).prefix(), now);
    pin.is_young(now) || holds()
}

/// What stands beside the person's words in a message.
fn told_with(item: &Item) -> &[String] {
    match item {
        Item::User(message) => &message.context,
        _ => &[],
    }
}

#[cfg(test)]
mod tests;
