//! Which links a command line goes through: the rules judge names, and a repository may hold links to anywhere.

use std::{collections::BTreeSet, fs, path::Path};

use crate::{
    base::AbsPath,
    permissions::{
        secret_part,
        shell::{Reading, SimpleCommand, Word},
    },
    tools::{Hands, place, walk},
};

/// Folders a line may run in that are looked at.
const MOST_FOLDERS: usize = 16;

/// Entries of a folder that are looked at for a pattern.
const MOST_ENTRIES: usize = 5_000;

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
    /// Files with secrets that a pattern becomes.
    pub(super) secrets: Vec<AbsPath>,
    /// What `.qwenignore` keeps from the model.
    pub(super) kept_back: Vec<AbsPath>,
}

/// Looks which guarded files the words of a line name. A line that is not understood asks anyway.
pub(super) fn guarded(line: &str, directory: &AbsPath, hands: &Hands) -> Guarded {
    let reading = Reading::of(line, directory, None);
    let (mut secrets, mut kept_back) = (BTreeSet::new(), BTreeSet::new());
    let roots = || std::iter::once(&hands.root).chain(&hands.extra_roots);
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

/// Every name in the line that may be a file, with every folder it may count from.
fn named(reading: &Reading, directory: &AbsPath) -> Vec<(AbsPath, String)> {
    let places = reading.commands.iter().flat_map(|c| c.places.folders().unwrap_or_default());
    let folders: BTreeSet<&AbsPath> =
        std::iter::once(directory).chain(places).take(MOST_FOLDERS * 64).collect();
    let words = reading.commands.iter().flat_map(SimpleCommand::args).map(|word: &Word| word.text.as_str());
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
    fn a_denial_holds_behind_a_link() {
        let (room, _outside) = room();
        for mode in Mode::ALL {
            let line = |line| judged(&room, mode, &["Read(secret)", "Edit(secret)"], line);
            assert_eq!((line("cat hint"), line("rm hint"), line("echo x > hint")), ("deny", "deny", "deny"));
        }
    }
}
