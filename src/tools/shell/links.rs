//! Which links a command line goes through: the rules judge names, and a repository may hold links to anywhere.

use std::{collections::BTreeSet, ffi::OsStr, fs, path::Path};

use crate::{
    base::AbsPath,
    permissions::{
        secret_part,
        shell::{Below, Reading, SimpleCommand, Word},
    },
    tools::{Hands, place, walk},
};

/// Folders a line may run in that are looked at.
const MOST_FOLDERS: usize = 16;

/// Entries of a folder that are looked at for a pattern.
const MOST_ENTRIES: usize = 5_000;

/// Entries below a folder that are looked at for a command that goes through it.
const MOST_BELOW: usize = 20_000;

/// The real places of all files that the words of the line may name and that are not where their names say.
///
/// Shape: sorted, none twice. A line that is not understood asks anyway, so it is not looked at.
pub(super) fn behind(line: &str, directory: &AbsPath) -> Vec<AbsPath> {
    let reading = Reading::of(line, directory, None);
    if reading.doubt.is_some() {
        return Vec::new();
    }
    let mut found = BTreeSet::new();
    for (folder, name) in named(&reading, directory) {
        found.extend(led_elsewhere(&folder, &name));
        for entry in matching(&folder, &name, true) {
            found.extend(led_elsewhere(&folder, &entry));
        }
    }
    found.into_iter().collect()
}

/// Files a line may touch that are to be asked about whatever it does.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Guarded {
    /// Files with secrets that a pattern becomes, or that lie below a folder the line goes through.
    pub(super) secrets: Vec<AbsPath>,
    /// What `.qwenignore` keeps from the model.
    pub(super) kept_back: Vec<AbsPath>,
}

/// Looks which guarded files the words of a line name. A line that is not understood asks anyway.
pub(super) fn guarded(line: &str, directory: &AbsPath, hands: &Hands) -> Guarded {
    let reading = Reading::of(line, directory, None);
    let (mut secrets, mut kept_back) = (BTreeSet::new(), BTreeSet::new());
    let roots = || std::iter::once(&hands.root).chain(&hands.extra_roots);
    for below in reading.commands.iter().filter_map(Below::of) {
        secrets.extend(opened(&below).filter(|path| secret_part(path, roots()).is_some()));
    }
    for (folder, name) in named(&reading, directory) {
        for entry in matching(&folder, &name, false) {
            let path = folder.join(&entry);
            if secret_part(&path, roots()).is_some() {
                secrets.insert(path.clone());
            }
            if walk::is_kept_back(&path, hands) {
                kept_back.insert(path);
            }
        }
        if name.contains('\0') {
            continue;
        }
        let Ok(real) = place::follow(&folder.as_path().join(&name)) else { continue };
        let paths = [Some(folder.join(&name)), AbsPath::new(real)];
        let exists = |path: &AbsPath| path.as_path().exists();
        kept_back.extend(paths.into_iter().flatten().filter(|p| exists(p) && walk::is_kept_back(p, hands)));
    }
    Guarded { secrets: secrets.into_iter().collect(), kept_back: kept_back.into_iter().collect() }
}

/// The files that a command opens below its folders.
fn opened(below: &Below) -> impl Iterator<Item = AbsPath> {
    let globs = |all: &[String]| {
        let mut set = globset::GlobSetBuilder::new();
        all.iter().filter_map(|glob| globset::Glob::new(glob).ok()).for_each(|glob| {
            set.add(glob);
        });
        set.build().unwrap_or_default()
    };
    let (only, except, names_some) = (globs(&below.only), globs(&below.except), !below.only.is_empty());
    let (skips_hidden, skips_ignored) = (below.skips_hidden, below.skips_ignored);
    let is_there = below.folders.iter().any(|folder| folder.as_path().exists());
    let folders = if is_there { &below.folders } else { &below.here };
    let folders: Vec<AbsPath> = folders.iter().take(MOST_FOLDERS).cloned().collect();
    let walks = folders.into_iter().flat_map(move |folder| {
        let except = except.clone();
        let mut walk = ignore::WalkBuilder::new(&folder);
        walk.hidden(skips_hidden).ignore(skips_ignored).git_ignore(skips_ignored);
        walk.git_exclude(skips_ignored).git_global(skips_ignored).require_git(false).parents(skips_ignored);
        let is_out = move |name: &OsStr| name == ".git" || except.is_match(Path::new(name));
        walk.filter_entry(move |entry| entry.depth() == 0 || !is_out(entry.file_name()));
        walk.build().flatten().take(MOST_BELOW)
    });
    let files = walks.filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()));
    let named = files.filter(move |entry| !names_some || only.is_match(Path::new(entry.file_name())));
    named.filter_map(|entry| AbsPath::new(entry.into_path()))
}

/// Every name in the line that may be a file, with every folder it may count from.
fn named(reading: &Reading, directory: &AbsPath) -> Vec<(AbsPath, String)> {
    let places = reading.commands.iter().flat_map(|c| c.places.folders().unwrap_or_default());
    let folders: BTreeSet<&AbsPath> =
        std::iter::once(directory).chain(places).take(MOST_FOLDERS * 64).collect();
    let words = reading.commands.iter().flat_map(SimpleCommand::args).map(|word: &Word| word.text.as_str());
    // What is left out is not touched.
    let words = words.filter(|word| !word.starts_with("--exclude"));
    let names: BTreeSet<&str> =
        words.chain(reading.files.iter().map(|f| f.shown.as_str())).flat_map(names).collect();
    let folders = folders.into_iter().take(MOST_FOLDERS);
    folders.flat_map(|folder| names.iter().map(|name| (folder.clone(), (*name).to_owned()))).collect()
}

/// What of a word may be a path: `x`, of `--file=x` the `x`, of `-fx` the `x`.
fn names(word: &str) -> impl Iterator<Item = &str> {
    let value = word.split_once('=').map(|(_, value)| value);
    let letter = word.strip_prefix('-').and_then(|rest| rest.get(1..)).filter(|rest| !rest.is_empty());
    [Some(word), value, letter].into_iter().flatten()
}

fn led_elsewhere(folder: &AbsPath, name: &str) -> Option<AbsPath> {
    if name.contains('\0') {
        return None;
    }
    let real = AbsPath::new(place::follow(&folder.as_path().join(name)).ok()?)?;
    (real != folder.join(name)).then_some(real)
}

/// The entries whose names a pattern makes, or only the links among them, up to the part with its first wildcard.
fn matching(folder: &AbsPath, name: &str, only_links: bool) -> Vec<String> {
    let Some(at) = name.find(['*', '?', '[']) else { return Vec::new() };
    let start = name[..at].rfind('/').map_or(0, |slash| slash + 1);
    let part = name[start..].split('/').next().unwrap_or_default();
    let Ok(pattern) = globset::Glob::new(part) else { return Vec::new() };
    let (pattern, base) = (pattern.compile_matcher(), &name[..start]);
    let Ok(entries) = fs::read_dir(folder.as_path().join(Path::new(base))) else { return Vec::new() };
    let is_wanted = |e: &fs::DirEntry| !only_links || e.file_type().is_ok_and(|t| t.is_symlink());
    entries
        .flatten()
        .take(MOST_ENTRIES)
        .filter(is_wanted)
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|entry| pattern.is_match(entry))
        .map(|entry| format!("{base}{entry}"))
        .collect()
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use crate::{
        base::CallId,
        permissions::{Policy, Rules, Verdict, decide},
        protocol::{Arguments, Mode, ToolCall},
        tools::{Tool as _, shell::RunShellCommand, testing::Room},
    };

    /// `allow`, `ask` or `deny` for a line, with its links as the tool finds them.
    fn judged(room: &Room, mode: Mode, deny: &[&str], line: &str) -> &'static str {
        let deny: Vec<String> = deny.iter().map(|rule| (*rule).to_owned()).collect();
        let rules = Rules::parse(&["Bash(make *)".to_owned(), "Edit(out/**)".to_owned()], &[], &deny).0;
        let policy = Policy { rules, ..Policy::new(mode, room.hands.root.clone()) };
        let input = crate::tools::testing::object(serde_json::json!({"command": line}));
        let action = RunShellCommand.action(&input, &room.hands).expect("an action");
        let (id, name) = (CallId::new("1"), "run_shell_command".to_owned());
        let call = ToolCall { id, name, arguments: Arguments::from_object(input), extra: None };
        match decide(&policy, call, action) {
            Verdict::Allow(_) => "allow",
            Verdict::Ask(_) => "ask",
            Verdict::Deny(_) => "deny",
        }
    }

    fn room() -> (Room, Room) {
        let (room, outside) = (Room::new(), Room::new());
        outside.write("secret.txt", "s");
        outside.write("deep/x", "");
        for name in ["src/x", "out/log", "secret", "a.txt"] {
            room.write(name, "");
        }
        symlink(outside.path("secret.txt"), room.path("file.link")).expect("link");
        symlink(outside.path("deep"), room.path("folder")).expect("link");
        symlink(outside.path("new"), room.path("out/new")).expect("link");
        symlink("src", room.path("near")).expect("link");
        symlink("secret", room.path("hint")).expect("link");
        (room, outside)
    }

    #[test]
    fn a_link_out_of_the_workspace_asks() {
        let (room, _outside) = room();
        for line in [
            "cat file.link",
            "cat ./src/../file.link",
            "cat < file.link",
            "cat folder/x",
            "cat folder/../secret.txt",
            "cat *.link",
            "cat f*/x",
            "grep -ffile.link a.txt",
            "grep --file=file.link a.txt",
            "cd folder && ls",
            "cd src && cat ../file.link",
            "cd near && cat ../a.txt",
            "echo x > out/new",
            "make a > out/new",
            "make folder/x",
        ] {
            assert_eq!(judged(&room, Mode::Default, &[], line), "ask", "{line}");
        }
        for line in ["cat a.txt", "cat near/x", "cat *.txt", "cd src && ls", "ls", "make a > out/log"] {
            assert_eq!(judged(&room, Mode::Default, &[], line), "allow", "{line}");
        }
    }

    #[test]
    fn a_command_that_goes_through_a_folder_with_a_file_of_secrets_asks() {
        let room = Room::new();
        for name in [".env", "src/a.rs", "certs/server.pem", "ignored/id_rsa", ".gitignore"] {
            room.write(name, if name == ".gitignore" { "ignored/\n.env\n" } else { "x = 1\n" });
        }
        for (line, verdict) in [
            ("grep -r x", "ask"),
            ("grep -rn '' .", "ask"),
            ("grep -rn x .", "ask"),
            ("grep -R --include='*.env' x", "ask"),
            ("grep -r x certs", "ask"),
            ("grep -r --include='*.rs' x", "allow"),
            ("grep -r --exclude='.env' --exclude-dir=certs --exclude-dir=ignored x", "allow"),
            ("grep -r --exclude='.en*' --exclude-dir=certs --exclude-dir=ignored x", "allow"),
            ("grep -rl x", "allow"),
            ("grep -re clue .", "ask"),
            ("grep -reclue .", "ask"),
            ("grep -rn x src", "allow"),
            ("grep x src/a.rs", "allow"),
            ("cd certs && grep -r x", "ask"),
            ("rg x", "ask"),
            ("rg x src", "allow"),
            ("rg -g '*.rs' x", "allow"),
            ("rg -u -g 'id*' x ignored", "ask"),
            ("rg -A 3 x", "ask"),
            ("grep -r -A 3 x", "ask"),
            ("grep -rA3 --color always x", "ask"),
            ("grep -r -m 1 --include '*.rs' x", "allow"),
            ("rg --hidden x ignored/..", "ask"),
            ("rg -trust x", "allow"),
            ("rg -l x", "allow"),
            ("git grep x", "ask"),
            ("git grep x -- src", "allow"),
            ("git grep -l x", "allow"),
            ("diff -r certs src", "ask"),
            ("make $(grep -r x)", "ask"),
            ("find . -type f", "allow"),
            ("ls -R", "allow"),
        ] {
            assert_eq!(judged(&room, Mode::Default, &[], line), verdict, "{line}");
        }
        assert_eq!(judged(&room, Mode::Yolo, &[], "grep -r x"), "allow", "nobody asks there");
    }

    #[test]
    fn what_is_allowed_by_its_name_does_not_go_through_files_of_secrets() {
        let room = Room::new();
        room.write(".env", "x = 1\n");
        room.write("src/a.rs", "x\n");
        let asks = |line: &str| super::guarded(line, &room.hands.root, &room.hands).secrets.len();
        for line in [
            "find . -type f -exec cat {} +",
            "find -exec head {} \\;",
            "tar c . | base64",
            "tar -czf - .",
            "cp -r . ../copy",
            "zip -r - .",
        ] {
            assert_eq!(asks(line), 1, "{line}");
        }
        for line in ["find . -name '*.rs' -exec cat {} +", "tar c src", "tar xf a.tar", "cp -r src copy"] {
            assert_eq!(asks(line), 0, "{line}");
        }
    }

    #[test]
    fn a_denial_holds_behind_a_link() {
        let (room, _outside) = room();
        for mode in Mode::ALL {
            let line = |line| judged(&room, mode, &["Read(secret)", "Edit(secret)"], line);
            assert_eq!((line("cat hint"), line("rm hint"), line("echo x > hint")), ("deny", "deny", "deny"));
        }
    }
}
