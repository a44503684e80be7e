//! Tests of `knowledge`.

use std::{fs, sync::LazyLock};

use serde_json::json;

use super::*;
use crate::{base::Tokens, session::Folder};

const NOW: Moment = Moment(1_700_000_000_000);

/// Two folders: a repository with a file in a subfolder, and a home.
struct World(tempfile::TempDir);

impl World {
    fn new() -> Self {
        let world = Self(tempfile::tempdir().expect("a temporary folder"));
        world.write("QWEN.md", "Be brief.\n");
        world.write("src/main.rs", "");
        world.write("src/AGENTS.md", "Only for src.\n");
        world
    }

    fn at(&self, path: &str) -> AbsPath {
        AbsPath::new(self.0.path()).expect("absolute").join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.at("repo").join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    }

    fn pinned(&self) -> Pinned {
        Pinned::of(&Folder::of(&self.at("home"), &self.at("repo")))
    }

    /// As a session begins in `cwd`, without the pin.
    fn knowledge(&self, cwd: &str) -> Knowledge {
        let options = context::Options::default();
        let (root, cwd) = (self.at("repo"), self.at(cwd));
        let head = context::collect(&options, &root, &cwd).repository;
        let key = key(&options, &root, &BASE);
        let state = State {
            told: Fragments::from(head.clone()),
            knows_below: false,
            telling: None,
            lost_below: false,
            recent: None,
            restored: BTreeSet::new(),
            noticed: BTreeSet::new(),
            head,
        };
        let shroud = Shroud::new(true, context::SecretPlaces::default(), crate::agent::Mailbox::default());
        Knowledge { options, root, cwd, pinned: self.pinned(), key, shroud, state: Mutex::new(state) }
    }
}

static BASE: LazyLock<Head> =
    LazyLock::new(|| Head::new(Vec::new(), "You are an agent.".to_owned(), String::new()));

fn repository(text: &str) -> Repository {
    let kept = json!({"files": [{"label": "QWEN.md", "text": text}], "map": {"text": "", "facts": [], "listing": {}}});
    serde_json::from_value(kept).expect("a repository")
}

fn pin(text: &str, used: Moment) -> Pin<Repository> {
    Pin { used, content: repository(text) }
}

/// A ledger that holds the beginning of a conversation with this repository.
fn holding(text: &str, items: &[Item]) -> Ledger {
    let head = BASE.clone().with_repository(repository(text).block());
    let prompt = Prompt::restore(Arc::new(head), items.to_vec()).expect("a conversation");
    let place = match items.len() {
        0 => prompt.head().prefix(),
        count => prompt.prefix_through(count - 1),
    };
    let until = NOW.0 + 300_000;
    let block = json!({place.to_string(): {"sure": until, "perhaps": until}});
    let kept = json!({"stores": [[{"account": "a", "model": "m"}, {"blocks": block}]]});
    serde_json::from_value(kept).expect("a ledger")
}

fn chosen(pins: &[Pin<Repository>], restored: &[Item], ledger: &Ledger) -> Option<String> {
    let found = choose(pins.to_vec(), &Made { base: BASE.clone(), is_covered: true }, restored, ledger, NOW)?;
    Some(found.block())
}

#[test]
fn a_pin_counts_while_it_is_young_or_the_cache_may_hold_it() {
    let (old, young) = (Moment(NOW.0 - 301_000), Moment(NOW.0 - 299_000));
    let nothing = Ledger::default();
    assert_eq!(chosen(&[], &[], &nothing), None);
    assert_eq!(chosen(&[pin("a", old)], &[], &nothing), None);
    let a = Some(repository("a").block());
    assert_eq!(chosen(&[pin("a", young)], &[], &nothing), a);
    assert_eq!(chosen(&[pin("b", old), pin("a", old)], &[], &holding("a", &[])), a);
}

#[test]
fn a_conversation_goes_on_with_the_pin_it_began_with() {
    let said = [Item::User(crate::protocol::UserMessage::words("hello"))];
    let pins = [pin("new", NOW), pin("old", Moment(0))];
    let ledger = holding("old", &said);
    assert_eq!(chosen(&pins, &said, &ledger), Some(repository("old").block()));
    assert_eq!(chosen(&pins, &[], &ledger), Some(repository("new").block()));
    assert_eq!(chosen(&pins, &said, &Ledger::default()), Some(repository("new").block()), "cold: the newest");
}

#[test]
fn everything_that_shapes_the_block_is_in_the_key() {
    let world = World::new();
    let root = world.at("repo");
    let usual = context::Options::default();
    let other = |change: fn(&mut context::Options)| {
        let mut options = usual.clone();
        change(&mut options);
        key(&options, &root, &BASE)
    };
    let keys: BTreeSet<String> = [
        key(&usual, &root, &BASE),
        key(&usual, &world.at("other"), &BASE),
        key(&usual, &root, &Head::new(Vec::new(), "You are a pirate.".to_owned(), String::new())),
        other(|o| o.file_names.push("RULES.md".to_owned())),
        other(|o| o.map = Tokens(512)),
        other(|o| *o = o.clone().fitting(Tokens(8_192))),
        other(|o| o.qwen_home = AbsPath::new(if cfg!(windows) { "C:\\q" } else { "/q" })),
    ]
    .into();
    assert_eq!(keys.len(), 7, "{keys:#?}");
    assert_eq!(key(&usual, &root, &BASE), other(|o| o.home = None), "what does not matter is not in it");
}

/// What a message brought that was sent.
fn sent(knowledge: &Knowledge, is_first: bool) -> News {
    let news = knowledge.news(is_first);
    knowledge.sent();
    news
}

#[test]
fn what_a_message_brought_that_was_stopped_is_told_with_the_next() {
    let world = World::new();
    let knowledge = world.knowledge("repo/src");
    assert_eq!(knowledge.news(true), knowledge.news(true));
    sent(&knowledge, true);
    world.write("new.rs", "");
    let stopped = knowledge.news(false);
    assert_eq!((stopped.texts.len(), &sent(&knowledge, false)), (1, &stopped));
    assert_eq!(sent(&knowledge, false), News::default());
}

#[test]
fn the_first_message_brings_what_holds_for_the_working_folder_and_each_change_comes_once() {
    let world = World::new();
    let knowledge = world.knowledge("repo/src");
    let first = sent(&knowledge, true);
    let frame =
        "--- Context from: src/AGENTS.md ---\nOnly for src.\n--- End of Context from: src/AGENTS.md ---";
    assert_eq!(first, News { texts: vec![frame.to_owned()], notices: vec![] });
    assert_eq!(sent(&knowledge, false), News::default());
    world.write("src/new.rs", "");
    world.write("src/AGENTS.md", "Only for src, still.\n");
    let texts = sent(&knowledge, false).texts;
    assert!(
        texts[0].contains("src: +new.rs") && texts[0].contains("`src/AGENTS.md` was changed."),
        "{texts:?}"
    );
    assert_eq!(sent(&knowledge, false), News::default(), "told once");
}

#[test]
fn what_a_replaced_history_said_is_told_again() {
    let world = World::new();
    let knowledge = world.knowledge("repo/src");
    sent(&knowledge, true);
    world.write("new.rs", "");
    let told = sent(&knowledge, false).texts;
    assert_eq!((told.len(), sent(&knowledge, false)), (1, News::default()));
    knowledge.forget();
    let again = sent(&knowledge, false).texts;
    assert_eq!((again.len(), again[0].contains("Only for src."), &again[1]), (2, true, &told[0]));
    assert_eq!(sent(&knowledge, true).texts, again, "so is it after the history was cleared");
}

#[test]
fn a_restored_history_is_not_told_what_it_says() {
    let world = World::new();
    let (first, later) = (world.knowledge("repo/src"), world.knowledge("repo/src"));
    world.write("new.rs", "");
    let told = sent(&first, false).texts;
    assert_eq!(told.len(), 1);
    later.state().restored.extend(told);
    assert_eq!(sent(&later, false), News::default());
}

#[test]
fn a_refresh_is_pinned_and_nothing_is_left_to_tell() {
    let world = World::new();
    let knowledge = world.knowledge("repo");
    sent(&knowledge, true);
    world.write("new.rs", "");
    let block = knowledge.refresh();
    assert!(block.contains("new.rs"), "{block}");
    assert_eq!(sent(&knowledge, false), News::default());
    let pins: Vec<Pin<Repository>> = world.pinned().all(&knowledge.key);
    assert_eq!(pins.first().map(|pin| pin.content.block()), Some(block));
}

#[test]
fn a_notice_comes_once() {
    let world = World::new();
    world.write("AGENTS.md", "\0");
    let knowledge = world.knowledge("repo");
    assert_eq!(sent(&knowledge, true).notices, ["`AGENTS.md` was not read: a binary file"]);
    assert_eq!(sent(&knowledge, true).notices, Vec::<String>::new());
}
