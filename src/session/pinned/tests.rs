//! Tests of `pinned`.

use std::{fs, sync::Barrier, thread};

use super::*;

const NOW: Moment = Moment(1_000_000_000);
const LATER: Moment = Moment(NOW.0 + 301_000);

struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    fn folder(&self) -> Folder {
        let top = AbsPath::new(self.0.path()).expect("absolute");
        Folder::of(&top.join("home"), &top.join("repo"))
    }

    fn pinned(&self) -> Pinned {
        Pinned::of(&self.folder())
    }

    fn contents(&self, key: &str) -> Vec<String> {
        self.pinned().all(key).into_iter().map(|pin| pin.content).collect()
    }
}

fn young(now: Moment) -> impl Fn(&Pin<String>) -> bool {
    move |pin| pin.is_young(now)
}

fn settle(pinned: &Pinned, key: &str, text: &str, now: Moment) -> String {
    pinned.settle(key, text.to_owned(), now, young(now))
}

#[test]
fn the_second_process_takes_the_pin_of_the_first_while_it_is_young() {
    let home = Home::new();
    assert_eq!(settle(&home.pinned(), "k", "one", NOW), "one");
    assert_eq!(settle(&home.pinned(), "k", "two", NOW), "one");
    assert_eq!(settle(&home.pinned(), "other", "two", NOW), "two", "another key is another pin");
    assert_eq!(settle(&home.pinned(), "k", "three", LATER), "three");
    assert_eq!(settle(&home.pinned(), "k", "four", LATER), "three");
}

#[test]
fn eight_processes_at_once_agree() {
    let home = Home::new();
    let start = Barrier::new(8);
    let settled: Vec<String> = thread::scope(|scope| {
        let one = |n: usize| {
            let (home, start) = (&home, &start);
            scope.spawn(move || {
                start.wait();
                settle(&home.pinned(), "k", &n.to_string(), NOW)
            })
        };
        let all: Vec<_> = (0..8).map(one).collect();
        all.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(settled.iter().all(|text| *text == settled[0]), "{settled:?}");
}

#[test]
fn a_use_keeps_a_pin_young() {
    let home = Home::new();
    settle(&home.pinned(), "k", "one", NOW);
    home.pinned().keep("k", &"one", Moment(NOW.0 + 200_000));
    assert_eq!(settle(&home.pinned(), "k", "two", LATER), "one");
}

#[test]
fn a_new_pin_does_not_drive_out_the_one_another_session_goes_on_with() {
    let home = Home::new();
    settle(&home.pinned(), "k", "old", NOW);
    home.pinned().keep("k", &"new", NOW);
    assert_eq!(home.contents("k"), ["new", "old"]);
    home.pinned().keep("k", &"old", LATER);
    assert_eq!(home.contents("k"), ["old", "new"], "each once, newest first");
}

#[test]
fn four_are_kept() {
    let home = Home::new();
    for n in 0..6_u64 {
        home.pinned().keep("k", &n.to_string(), Moment(NOW.0 + n));
    }
    assert_eq!(home.contents("k"), ["5", "4", "3", "2"]);
}

#[test]
fn a_damaged_file_is_empty_and_overwritten() {
    for text in ["", "{\"v\":1,", "[]", "{\"v\":2,\"pins\":[]}", "{\"v\":1,\"pins\":[{\"key\":1}]}"] {
        let home = Home::new();
        fs::create_dir_all(home.folder().path()).expect("made");
        fs::write(home.folder().path().join("context.json"), text).expect("written");
        assert_eq!(home.contents("k"), Vec::<String>::new(), "{text}");
        assert_eq!(settle(&home.pinned(), "k", "one", NOW), "one", "{text}");
        assert_eq!(home.contents("k"), ["one"], "{text}");
    }
    let home = Home::new();
    home.pinned().keep("k", &7, NOW);
    assert_eq!(home.contents("k"), Vec::<String>::new(), "something else under the key");
}

#[test]
fn where_nothing_can_be_kept_everyone_reads_for_himself() {
    let home = Home::new();
    assert_eq!(settle(&Pinned::nowhere(), "k", "one", NOW), "one");
    let projects = home.folder().path().join("..");
    fs::create_dir_all(projects.join("..")).expect("made");
    fs::write(projects, "a file").expect("written");
    assert_eq!(settle(&home.pinned(), "k", "two", NOW), "two");
    assert_eq!(home.contents("k"), Vec::<String>::new());
}

#[test]
fn a_clock_that_was_set_back_makes_no_pin_young_for_ever() {
    let home = Home::new();
    settle(&home.pinned(), "k", "from the future", Moment(NOW.0 + 86_400_000));
    assert_eq!(settle(&home.pinned(), "k", "now", NOW), "now");
}

#[cfg(unix)]
#[test]
fn the_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new();
    home.pinned().keep("k", &"one", NOW);
    let folder = home.folder().path().clone();
    let mode = |path: AbsPath| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!((mode(folder.join("")), mode(folder.join("context.json"))), (0o700, 0o600));
}
