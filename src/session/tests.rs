//! Tests of `session`.

use std::{
    borrow::Cow,
    fs::{self, File},
    time::{Duration, UNIX_EPOCH},
};

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    base::{AbsPath, CallId, Moment, Money, SessionId, Tokens},
    protocol::{
        Arguments, Charge, Finish, Item, Kind, ToolCall, ToolResult, Turn, Usage, UserMessage, Verdict,
    },
};

struct Home {
    dir: tempfile::TempDir,
}

impl Home {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a temporary folder") }
    }

    fn top(&self) -> AbsPath {
        AbsPath::new(self.dir.path()).expect("absolute")
    }

    fn folder(&self) -> Folder {
        Folder::of(&self.top().join("home"), &self.top().join("repo"))
    }

    fn meta(&self, id: &str) -> Meta {
        Meta::new(SessionId::new(id), self.folder().root(), "qwen3-coder-plus", Moment(7))
    }

    /// A session with these items, closed.
    fn session(&self, id: &str, items: &[Item]) -> AbsPath {
        let mut transcript = Transcript::create(&self.folder(), &self.meta(id)).expect("a free id");
        for item in items {
            assert_eq!(transcript.append(&Record::item(item)), None);
        }
        assert_eq!(transcript.sync(), None);
        AbsPath::new(transcript.path().expect("on disk")).expect("absolute")
    }
}

/// What is on disk once the session is closed: some systems let nobody read a locked file.
fn closed(transcript: Transcript) -> Loaded {
    let path = transcript.path().expect("on disk").to_owned();
    drop(transcript);
    load(path).expect("a session")
}

fn said(text: &str) -> Item {
    Item::User(UserMessage::words(text))
}

fn conversation() -> Vec<Item> {
    let call = ToolCall {
        id: CallId::new("call_ü"),
        name: "glob".into(),
        arguments: Arguments::parse(r#"{ "pattern" : "*.rs" }"#),
        extra: Some(json!({"signature": "z", "a": 1.5})),
    };
    let turn = Turn {
        reasoning: "hm\u{2028}".into(),
        reasoning_details: vec![json!({"z": 1, "a": [null, 1.0]})],
        calls: vec![call],
        finish: Finish::Calls,
        ..Turn::text("looking\r\n")
    };
    let result = ToolResult {
        call: CallId::new("call_ü"),
        name: "glob".into(),
        text: "a.rs\0\u{1b}[0m".into(),
        verdict: Verdict::Failed,
    };
    vec![said("find\nthem  all"), Item::Assistant(turn), Item::Result(result), said("thanks")]
}

#[test]
fn what_was_appended_comes_back_item_by_item() {
    let home = Home::new();
    let path = home.session("one", &conversation());
    let loaded = load(&path).expect("a session");
    assert_eq!((loaded.items, loaded.turns, loaded.meta), (conversation(), 2, home.meta("one")));
    assert_eq!(loaded.notices, [""; 0]);
}

#[test]
fn an_empty_session_leaves_no_file() {
    let home = Home::new();
    let path = home.session("one", &[]);
    assert!(!path.as_path().exists() && !home.top().join("home").as_path().exists());
}

#[cfg(unix)]
#[test]
fn only_the_user_may_look_inside() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    let path = home.session("one", &[said("hi")]);
    let mode = |p: &AbsPath| fs::metadata(p).expect("there").permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(&path.parent().expect("a folder"))), (0o600, 0o700));
    assert_eq!(mode(&home.top().join("home")), 0o700);
}

#[test]
fn a_transcript_cut_anywhere_in_its_last_line_keeps_the_rest_and_grows_on() {
    let home = Home::new();
    let path = home.session("one", &conversation());
    let whole = fs::read(&path).expect("there");
    let last = whole[..whole.len() - 1].iter().rposition(|b| *b == b'\n').expect("lines") + 1;
    for end in last..whole.len() {
        fs::write(&path, &whole[..end]).expect("written");
        let (mut transcript, loaded) =
            Transcript::resume(&home.folder(), &SessionId::new("one")).expect("a session");
        assert_eq!(loaded.items, conversation()[..3]);
        assert_eq!(transcript.append(&Record::item(&conversation()[3])), None);
        drop(transcript);
        assert_eq!(fs::read(&path).expect("there"), whole, "cut at {end}");
    }
}

#[test]
fn after_an_epoch_restoring_begins_with_its_items() {
    let home = Home::new();
    home.session("one", &conversation());
    let (mut transcript, _) = Transcript::resume(&home.folder(), &SessionId::new("one")).expect("there");
    let summary = [said("summary")];
    transcript.append(&Record::epoch(1, &summary));
    transcript.append(&Record::item(&said("and now?")));
    let loaded = closed(transcript);
    assert_eq!((loaded.items, loaded.epoch, loaded.turns), (vec![said("summary"), said("and now?")], 1, 3));
}

#[test]
fn usage_and_cost_are_summed_and_the_last_model_counts() {
    let home = Home::new();
    let mut transcript = Transcript::create(&home.folder(), &home.meta("one")).expect("a free id");
    transcript.append(&Record::item(&said("hi")));
    let usage = Usage { input: Tokens(10), output: Tokens(2), ..Usage::default() };
    let charge = Charge { units: 5, ..Charge::nothing() };
    for request in 1..=2 {
        let (usage, charge) = (Some(usage), Some(charge));
        let spent =
            Spent { request, model: "m".into(), usage, charge, cache: None, is_ping: false, at: Moment(9) };
        transcript.append(&Record::Usage(spent));
    }
    let again = Meta { model: "qwen3-max".into(), ..home.meta("one") };
    transcript.append(&Record::Meta(Cow::Owned(again)));
    transcript.append(&Record::item(&said("more")));
    let loaded = closed(transcript);
    assert_eq!((loaded.requests, loaded.usage, loaded.charge), (2, usage.plus(usage), charge.plus(charge)));
    assert_eq!(loaded.meta.model, "qwen3-max");
}

#[test]
fn unknown_kinds_are_skipped_and_damage_is_told() {
    let home = Home::new();
    let path = home.session("one", &[said("hi")]);
    let mut text = fs::read_to_string(&path).expect("there");
    text.push_str("{\"kind\":\"mood\",\"item\":7}\n{\"kind\":\"item\"}\nnot json\n\n");
    fs::write(&path, &text).expect("written");
    let loaded = load(&path).expect("a session");
    assert_eq!(loaded.items, [said("hi")]);
    assert_eq!(loaded.notices, [format!("3 damaged lines of `{path}` were skipped")]);
}

#[test]
fn a_file_of_another_program_or_a_newer_version_is_refused() {
    let home = Home::new();
    let path = home.session("one", &[said("hi")]);
    let ours = fs::read_to_string(&path).expect("there");
    for text in ["", "{\"uuid\":\"x\",\"type\":\"user\"}\n", "{\"kind\":\"meta\"", "\u{0}\u{1}\n"] {
        fs::write(&path, text).expect("written");
        let failure = load(&path).expect_err("not ours");
        assert_eq!(failure.error, format!("`{path}` is not a session of qwen"));
    }
    fs::write(&path, ours.replacen("\"v\":1", "\"v\":2", 1)).expect("written");
    assert!(load(&path).expect_err("newer").error.contains("was written by a newer qwen"));
}

#[test]
fn a_second_process_is_refused_until_the_first_lets_go() {
    let home = Home::new();
    let id = SessionId::new("one");
    let mut first = Transcript::create(&home.folder(), &home.meta("one")).expect("a free id");
    first.append(&Record::item(&said("hi")));
    let failure = Transcript::resume(&home.folder(), &id).expect_err("locked");
    assert_eq!(failure.error, "session `one` is open in another process");
    drop(first);
    let (_second, loaded) = Transcript::resume(&home.folder(), &id).expect("free");
    assert_eq!(loaded.items, [said("hi")]);
    assert!(Transcript::resume(&home.folder(), &id).is_err());
}

#[test]
fn a_taken_id_or_one_that_is_no_name_or_not_there_is_refused() {
    let home = Home::new();
    home.session("one", &[said("hi")]);
    let taken = Transcript::create(&home.folder(), &home.meta("one")).expect_err("taken");
    assert_eq!(taken.error, "there already is a session `one`");
    let strange = Transcript::create(&home.folder(), &home.meta("../one")).expect_err("no name");
    assert_eq!((strange.kind, strange.error.as_str()), (Kind::Usage, "`../one` cannot be a session's id"));
    let missing = Transcript::resume(&home.folder(), &SessionId::new("two")).expect_err("not there");
    assert_eq!(missing.error, "there is no session `two` in this project");
}

#[test]
fn a_home_that_cannot_be_written_is_told_once_and_lines_wait() {
    let home = Home::new();
    let block = home.top().join("home");
    fs::write(&block, "a file where a folder should be").expect("written");
    let mut transcript = Transcript::create(&home.folder(), &home.meta("one")).expect("a free id");
    let notice = transcript.append(&Record::item(&said("hi"))).expect("told");
    assert!(notice.starts_with("this session cannot be kept on disk ("), "{notice}");
    assert_eq!((transcript.append(&Record::item(&said("again"))), transcript.sync()), (None, None));
    fs::remove_file(&block).expect("removed");
    let again = transcript.append(&Record::item(&said("now")));
    assert_eq!(again.as_deref(), Some("this session is kept on disk again, whole"));
    assert_eq!(transcript.append(&Record::item(&said("on"))), None);
    let loaded = closed(transcript);
    assert_eq!(loaded.items, [said("hi"), said("again"), said("now"), said("on")]);
}

#[test]
fn nowhere_keeps_nothing_and_says_nothing() {
    let mut transcript = Transcript::nowhere();
    assert_eq!((transcript.append(&Record::item(&said("hi"))), transcript.sync()), (None, None));
    assert_eq!(transcript.path(), None);
}

#[test]
fn sessions_are_listed_newest_first_with_a_title_and_found_by_a_prefix() {
    let home = Home::new();
    let long = format!("{} end", "word ".repeat(20));
    for (age, id, items) in [(3, "abc1", conversation()), (2, "abd2", vec![said(&long)])] {
        let path = home.session(id, &items);
        let time = UNIX_EPOCH + Duration::from_secs(100 - age);
        File::options().write(true).open(&path).and_then(|f| f.set_modified(time)).expect("set");
    }
    let folder = home.folder();
    let strange = folder.path().join("sessions/other.jsonl");
    fs::write(strange, "{\"kind\":\"meta\",\"v\":1}\n").expect("written");
    let elsewhere = Meta { root: "/another".into(), ..home.meta("zzz") };
    Transcript::create(&folder, &elsewhere).expect("free").append(&Record::item(&said("no")));

    let title = "find them all".to_owned();
    let plain = |id: &str, title, turns, modified, last: &str| Summary {
        id: SessionId::new(id),
        root: folder.root().to_owned(),
        branch: None,
        title,
        turns,
        modified: Moment(modified),
        cost: None,
        last: last.to_owned(),
        is_open: false,
    };
    let first = plain("abc1", title, 2, 97_000, "looking");
    let title = format!("{}…", "word ".repeat(14));
    let second = plain("abd2", title, 1, 98_000, "");
    assert_eq!(list(&folder), [second, first]);
    assert_eq!(latest(&folder), Some(SessionId::new("abd2")));
    assert_eq!(find(&folder, "abc"), Ok(SessionId::new("abc1")));
    assert_eq!(find(&folder, "abd2"), Ok(SessionId::new("abd2")));
    let failure = find(&folder, "ab").expect_err("two");
    assert_eq!(failure.error, "`ab` is the beginning of 2 sessions");
    assert!(find(&folder, "x").is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_text_survives(texts in proptest::collection::vec("(?s).{0,40}", 1..6)) {
        let home = Home::new();
        let items: Vec<Item> = texts.iter().map(|t| said(t)).collect();
        prop_assert_eq!(load(home.session("one", &items)).expect("a session").items, items);
    }
}

#[test]
fn a_bill_is_of_the_model_that_was_asked_first_and_another_model_begins_a_stretch() {
    let home = Home::new();
    let none = Meta { model: String::new(), ..home.meta("one") };
    let mut transcript = Transcript::create(&home.folder(), &none).expect("a free id");
    let path = transcript.path().expect("on disk").to_owned();
    let asked = |model: &str, request| {
        Record::Usage(Spent {
            request,
            model: model.into(),
            usage: None,
            charge: None,
            cache: None,
            is_ping: false,
            at: Moment(9),
        })
    };
    let begins = |model: &str| Record::Meta(Cow::Owned(Meta { model: model.into(), ..home.meta("one") }));
    for record in [begins("a"), asked("a", 1), asked("a", 2), begins("b"), asked("b", 3)] {
        transcript.append(&record);
    }
    drop(transcript);
    let bill = bill(&home.folder(), &SessionId::new("one")).expect("a session");
    let runs: Vec<(u32, u32)> = bill.requests.iter().map(|b| (b.run, b.spent.request)).collect();
    assert_eq!((bill.meta.model.as_str(), runs), ("a", vec![(1, 1), (1, 2), (2, 3)]));
    assert_eq!(load(path).expect("a session").meta.model, "b");
}

#[test]
fn a_list_tells_branch_money_last_words_and_who_is_in_a_session() {
    let home = Home::new();
    let mut transcript = Transcript::create(&home.folder(), &home.meta("one")).expect("a free id");
    let spent = |money| Spent {
        request: 1,
        model: "m".into(),
        usage: None,
        charge: Some(Charge { money: Some(money), ..Charge::nothing() }),
        cache: None,
        is_ping: false,
        at: Moment(9),
    };
    let cents = Money::per_million(10).times(Tokens(1_000_000), 1_000);
    let answer = Item::Assistant(Turn::text(format!("{}\nAll is well.", "long ".repeat(80))));
    for record in [
        Record::item(&said("go")),
        Record::item(&answer),
        Record::Usage(spent(cents)),
        Record::Usage(spent(cents)),
        Record::Meta(Cow::Owned(home.meta("one").on(Some("topic".into())))),
        Record::Meta(Cow::Owned(home.meta("one"))),
    ] {
        assert_eq!(transcript.append(&record), None);
    }
    transcript.sync();
    let all = list(&home.folder());
    let [one] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!(
        (one.branch.as_deref(), one.cost, one.turns, one.is_open),
        (Some("topic"), Some(cents + cents), 1, true)
    );
    assert!(one.last.starts_with("… ") && one.last.ends_with("long All is well."), "{}", one.last);
    assert!(
        remove(&home.folder(), &one.id).expect_err("it is open").error.contains("open in another process")
    );
    drop(transcript);
    assert!(!list(&home.folder())[0].is_open);
    assert_eq!(remove(&home.folder(), &one.id), Ok(()));
    assert_eq!(list(&home.folder()), []);
    assert!(remove(&home.folder(), &one.id).expect_err("gone").error.starts_with("there is no session"));
}

#[test]
fn a_copy_goes_on_by_itself_and_a_torn_line_stays_behind() {
    let home = Home::new();
    let path = home.session("one", &conversation());
    let mut torn = File::options().append(true).open(&path).expect("open");
    std::io::Write::write_all(&mut torn, b"{\"kind\":\"item\"").expect("written");
    let copy = SessionId::new("two");
    assert_eq!(duplicate(&home.folder(), &SessionId::new("one"), &copy), Ok(()));
    let (mut transcript, loaded) = Transcript::resume(&home.folder(), &copy).expect("a session");
    assert_eq!((loaded.meta.id.as_str(), loaded.items), ("two", conversation()));
    transcript.append(&Record::item(&said("more")));
    drop(transcript);
    assert_eq!(load(path).expect("a session").items, conversation(), "the other one is as it was");
    assert!(duplicate(&home.folder(), &SessionId::new("one"), &copy).is_err(), "taken");
    assert!(duplicate(&home.folder(), &SessionId::new("no"), &SessionId::new("x")).is_err());
}

/// Files of every former version, and what went wrong with some; `docs/sessions.md` has the form.
#[test]
fn sessions_of_former_versions_and_damaged_ones_are_read() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sessions");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .expect("fixtures")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let read = |name: &String| match load(folder.join(name)) {
        Ok(loaded) => {
            let notices: Vec<String> = loaded.notices.iter().map(|n| n.replace(name, "it")).collect();
            let notices = notices.join("; ").replace(&format!("{}/", folder.display()), "");
            let said = match loaded.items.last() {
                Some(Item::Assistant(turn)) => turn.text.clone(),
                other => format!("{other:?}"),
            };
            let (items, requests) = (loaded.items.len(), loaded.requests);
            format!("{name}: {items} items, {requests} requests, {said} {notices}").trim_end().to_owned()
        }
        Err(failure) => {
            let error = failure.error.replace(&format!("{}/", folder.display()), "");
            format!("{name}: {error}")
        }
    };
    let all: Vec<String> = names.iter().map(read).collect();
    assert_eq!(
        all,
        [
            "cut-in-a-character.jsonl: 4 items, 0 requests, It says alpha.",
            "cut-last-line.jsonl: 4 items, 0 requests, It says alpha.",
            "empty.jsonl: `empty.jsonl` is not a session of qwen",
            "first-form.jsonl: 4 items, 2 requests, It says alpha.",
            "lost-call.jsonl: 2 items, 0 requests, It says alpha. 1 damaged lines of `it` were skipped; 1 tool \
             results without their calls, or calls without results, were mended",
            "lost-result.jsonl: 4 items, 0 requests, It says alpha. 1 damaged lines of `it` were skipped; 1 tool \
             results without their calls, or calls without results, were mended",
            "newer.jsonl: `newer.jsonl` was written by a newer qwen (0.1.0)",
            "not-ours.jsonl: `not-ours.jsonl` is not a session of qwen",
            "other-lines.jsonl: 4 items, 0 requests, It says alpha. 4 damaged lines of `it` were skipped",
            "present.jsonl: 4 items, 2 requests, It says alpha.",
            "with-cache-report.jsonl: 4 items, 2 requests, It says alpha.",
            "with-link.jsonl: 4 items, 2 requests, It says alpha.",
            "with-summary.jsonl: 2 items, 0 requests, Understood.",
        ]
    );
}
