//! Tests of the ledger's file and of the barrier.

use std::{fs, thread, time::Duration};

use super::*;
use crate::{
    prompt::{Head, Prefix},
    session::{Claim, Warmth},
};

const NOW: Moment = Moment(1_000_000);

struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    fn at(&self, path: &str) -> AbsPath {
        AbsPath::new(self.0.path()).expect("absolute").join(path)
    }

    fn file(&self) -> LedgerFile {
        LedgerFile::at(&self.at(""))
    }
}

/// A head, and the ledger of a session that had it stored.
fn stored(name: &str) -> (Prefix, Ledger) {
    let prefix = Head::new(Vec::new(), name.to_owned(), String::new()).prefix();
    let until = NOW.0 + 300_000;
    let text = format!(
        r#"{{"stores":[[{{"account":"a","model":"m"}},
            {{"blocks":{{"{prefix}":{{"sure":{until},"perhaps":{until}}}}}}}]]}}"#
    );
    let ledger: Ledger = serde_json::from_str(&text).expect("a ledger");
    assert!(ledger.may_hold(prefix, NOW));
    (prefix, ledger)
}

#[test]
fn what_one_process_publishes_another_loads() {
    let home = Home::new();
    let (mut one, mut two) = (home.file(), home.file());
    assert_eq!(two.load(), Ledger::default());
    let (_, ledger) = stored("a");
    assert_eq!(one.publish(&ledger, NOW), None);
    assert_eq!((one.changed(), two.changed()), (None, Some(ledger.clone())));
    assert_eq!(two.changed(), None, "until somebody writes");
    assert_eq!(home.file().load(), ledger);
}

#[test]
fn what_another_process_added_before_is_kept_and_then_told() {
    let home = Home::new();
    let (mut one, mut two) = (home.file(), home.file());
    let ((a, first), (b, second)) = (stored("a"), stored("b"));
    one.publish(&first, NOW);
    two.publish(&second, NOW);
    let holds = |ledger: &Ledger| (ledger.may_hold(a, NOW), ledger.may_hold(b, NOW));
    assert_eq!(two.changed().as_ref().map(holds), Some((true, true)), "it had not seen the first");
    assert_eq!(one.changed().as_ref().map(holds), Some((true, true)));
    assert_eq!((one.changed(), two.changed()), (None, None));
}

#[test]
fn what_we_wrote_ourselves_is_only_trusted_while_it_stands_there() {
    let home = Home::new();
    let (mut one, mut two) = (home.file(), home.file());
    let ((a, first), (b, second), (c, third)) = (stored("a"), stored("b"), stored("c"));
    let holds = || [a, b, c].map(|prefix| home.file().load().may_hold(prefix, NOW));
    one.publish(&first, NOW);
    one.publish(&second, NOW);
    assert_eq!(holds(), [true, true, false]);
    two.publish(&third, NOW);
    one.publish(&first, NOW);
    assert_eq!(holds(), [true, true, true], "what others wrote in between is read");
    fs::write(home.at("cache/ledger.json"), "{").expect("written");
    one.publish(&third, NOW);
    assert_eq!(holds(), [false, false, true], "what is gone does not come back");
}

#[test]
fn eight_writers_at_once_lose_nothing() {
    let home = Home::new();
    let all: Vec<(Prefix, Ledger)> = (0..8).map(|n| stored(&n.to_string())).collect();
    thread::scope(|scope| {
        for (_, ledger) in &all {
            let mut file = home.file();
            scope.spawn(move || {
                for _ in 0..5 {
                    // On a machine that is very busy a turn may be skipped; the next one then brings it.
                    while file.try_publish(ledger, NOW).expect("a disk") == Published::Skipped {}
                }
            });
        }
    });
    let ledger = home.file().load();
    assert!(all.iter().all(|(prefix, _)| ledger.may_hold(*prefix, NOW)));
}

#[test]
fn a_damaged_or_newer_file_is_empty_and_overwritten() {
    let (prefix, ledger) = stored("a");
    for text in ["", "{", "null", r#"{"v":1,"ledger":7}"#, r#"{"v":2,"ledger":{}}"#, "\u{0}\u{0}\u{0}"] {
        let home = Home::new();
        fs::create_dir(home.at("cache")).expect("made");
        fs::write(home.at("cache/ledger.json"), text).expect("written");
        let mut file = home.file();
        assert_eq!(file.load(), Ledger::default(), "{text}");
        assert_eq!(file.publish(&ledger, NOW), None, "{text}");
        assert!(home.file().load().may_hold(prefix, NOW), "{text}");
    }
}

#[test]
fn a_place_that_refuses_is_told_once_and_leaves_what_was_there() {
    let home = Home::new();
    let ((a, first), (b, second)) = (stored("a"), stored("b"));
    let mut file = home.file();
    assert_eq!(file.publish(&first, NOW), None);
    // As on a full disk: the new file cannot be written.
    fs::create_dir(home.at("cache/ledger.json.new")).expect("made");
    let mut clone = file.clone();
    let told = file.publish(&second, NOW).expect("told");
    assert!(told.starts_with("what is cached cannot be kept on disk ("), "{told}");
    assert_eq!((file.publish(&second, NOW), clone.publish(&second, NOW)), (None, None), "once");
    let there = home.file().load();
    assert_eq!((there.may_hold(a, NOW), there.may_hold(b, NOW)), (true, false));

    let home = Home::new();
    fs::write(home.at("cache"), "a file").expect("written");
    assert!(home.file().publish(&first, NOW).is_some());
    assert_eq!(home.file().load(), Ledger::default());
}

#[test]
fn what_a_killed_writer_left_does_no_harm() {
    let home = Home::new();
    let ((a, first), (b, second)) = (stored("a"), stored("b"));
    home.file().publish(&first, NOW);
    fs::write(home.at("cache/ledger.json.new"), r#"{"v":1,"led"#).expect("written");
    assert!(home.file().load().may_hold(a, NOW));
    assert_eq!(home.file().publish(&second, NOW), None);
    let there = home.file().load();
    assert!(there.may_hold(a, NOW) && there.may_hold(b, NOW));
    assert!(!home.at("cache/ledger.json.new").as_path().exists());
}

#[test]
fn without_a_home_nothing_is_kept_and_everyone_may_ask() {
    let (prefix, ledger) = stored("a");
    let mut file = LedgerFile::nowhere();
    assert_eq!(file.publish(&ledger, NOW), None);
    assert_eq!((file.load(), file.changed()), (Ledger::default(), None));
    let claims = (file.claim(prefix), file.claim(prefix));
    assert!(matches!(claims, (Claim::Mine(_), Claim::Mine(_))));
}

#[cfg(unix)]
#[test]
fn the_files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new();
    let (prefix, ledger) = stored("a");
    home.file().publish(&ledger, NOW);
    let _claim = home.file().claim(prefix);
    let lock = format!("cache/warming/{prefix}.lock");
    let paths = ["cache", "cache/warming", "cache/ledger.json", "cache/ledger.lock", &lock];
    let modes = paths.map(|p| fs::metadata(home.at(p)).expect("there").permissions().mode() & 0o777);
    assert_eq!(modes, [0o700, 0o700, 0o600, 0o600, 0o600]);
}

#[test]
fn a_head_is_claimed_by_one_at_a_time() {
    let home = Home::new();
    let ((a, _), (b, _)) = (stored("a"), stored("b"));
    let first = home.file().claim(a);
    assert!(matches!(first, Claim::Mine(_)));
    assert!(matches!(home.file().claim(a), Claim::Theirs));
    assert!(matches!(home.file().claim(b), Claim::Mine(_)), "another head");
    drop(first);
    assert!(matches!(home.file().claim(a), Claim::Mine(_)));
}

#[test]
fn locks_that_nobody_took_for_long_are_removed() {
    let home = Home::new();
    let ((a, _), (b, _), (c, _)) = (stored("a"), stored("b"), stored("c"));
    drop(home.file().claim(a));
    let held = home.file().claim(b);
    for prefix in [a, b] {
        let file = fs::File::options().write(true).open(home.at(&format!("cache/warming/{prefix}.lock")));
        file.expect("there").set_modified(std::time::UNIX_EPOCH).expect("set");
    }
    drop(home.file().claim(c));
    let names = |prefix: Prefix| home.at(&format!("cache/warming/{prefix}.lock")).as_path().exists();
    assert_eq!((names(a), names(b), names(c)), (false, true, true), "one that is held stays");
    drop(held);
}

#[tokio::test]
async fn a_waiter_goes_on_when_the_head_is_stored() {
    let home = Home::new();
    let (prefix, ledger) = stored("a");
    let Claim::Mine(warming) = home.file().claim(prefix) else { panic!("nobody else asks") };
    let mut file = home.file();
    let is_stored = move |ledger: &Ledger| ledger.may_hold(prefix, NOW);
    let waiter = tokio::spawn(async move { file.wait(prefix, is_stored, Duration::from_secs(60)).await });
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert!(!waiter.is_finished());
    home.file().publish(&ledger, NOW);
    drop(warming);
    let warmth = waiter.await.expect("no panic");
    assert!(matches!(warmth, Warmth::Stored(there) if there == ledger));
}

#[tokio::test]
async fn a_waiter_takes_over_when_the_first_is_gone_and_gives_up_in_the_end() {
    let home = Home::new();
    let ((prefix, _), (_, other)) = (stored("a"), stored("b"));
    let is_stored = |ledger: &Ledger| ledger.may_hold(prefix, NOW);
    let first = home.file().claim(prefix);
    let mut file = home.file();
    home.file().publish(&other, NOW);
    let late = file.wait(prefix, is_stored, Duration::from_millis(50)).await;
    assert!(matches!(late, Warmth::Late));
    assert_eq!(file.changed(), Some(other), "what was read while waiting is not lost");
    drop(first);
    assert!(matches!(file.wait(prefix, is_stored, Duration::from_secs(60)).await, Warmth::Mine(_)));
}

#[cfg(unix)]
#[test]
fn a_killed_process_holds_no_claim() {
    let home = Home::new();
    let (prefix, _) = stored("a");
    drop(home.file().claim(prefix));
    let lock = home.at(&format!("cache/warming/{prefix}.lock"));
    let script = format!("exec 9>>'{lock}'; flock -x 9 && echo held && exec sleep 60");
    let mut shell = std::process::Command::new("sh");
    let mut child =
        shell.args(["-c", &script]).stdout(std::process::Stdio::piped()).spawn().expect("there is a shell");
    let mut line = [0; 4];
    let is_held = std::io::Read::read_exact(child.stdout.as_mut().expect("piped"), &mut line).is_ok();
    // A system without `flock` cannot tell.
    if is_held {
        assert!(matches!(home.file().claim(prefix), Claim::Theirs));
    }
    child.kill().expect("ours");
    child.wait().expect("ours");
    assert!(matches!(home.file().claim(prefix), Claim::Mine(_)));
}
