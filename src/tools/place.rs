//! Which file a path argument really means.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::Hands;
use crate::base::AbsPath;

/// Resolves a path argument: from the root when relative, with every link followed, also the last one and also
/// where the file does not exist yet. `~` is an ordinary character.
///
/// Errors: a sentence for the model.
pub(super) fn resolve(argument: &str, hands: &Hands) -> Result<AbsPath, String> {
    if argument.is_empty() || argument.contains('\0') {
        return Err("the path is empty or holds a zero byte; give the path of a file or folder".to_owned());
    }
    let meant = hands.root.join(argument);
    let real = real(meant.as_path(), 0).map_err(|e| format!("cannot follow the path `{argument}`: {e}"))?;
    AbsPath::new(real).ok_or_else(|| format!("`{argument}` does not lead to an absolute path"))
}

/// Whether an approved path still leads where it led when it was judged.
///
/// Errors: a sentence for the model.
pub(super) fn confirm(path: &AbsPath) -> Result<(), String> {
    match real(path.as_path(), 0) {
        Ok(real) if real == path.as_path() => Ok(()),
        _ => Err(format!("`{path}` leads somewhere else since it was allowed; nothing was done")),
    }
}

/// The outermost root the path lies under, when it lies in the workspace: the folder the person works in may lie in a
/// repository.
pub(super) fn root_of<'a>(path: &AbsPath, hands: &'a Hands) -> Option<&'a AbsPath> {
    let roots = std::iter::once(&hands.root).chain(&hands.extra_roots).filter(|root| path.is_within(root));
    roots.min_by_key(|root| root.as_path().components().count())
}

/// Links that may lie on the way. Source: Linux stops at 40 (`man path_resolution`).
const MOST_LINKS: u32 = 40;

/// Where a path really leads, `..` taken after links as the system does. Errors: it cannot be followed.
pub(super) fn follow(path: &Path) -> io::Result<PathBuf> {
    real(path, 0)
}

fn real(path: &Path, links: u32) -> io::Result<PathBuf> {
    match fs::canonicalize(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => {}
        known => return known,
    }
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::ErrorKind::NotFound.into());
    };
    let here = real(parent, links)?;
    // A link to nothing: whoever writes through it creates its target.
    match fs::read_link(here.join(name)) {
        Ok(_) if links == MOST_LINKS => Err(io::Error::other("too many links")),
        Ok(target) => real(&here.join(target), links + 1),
        Err(_) => Ok(here.join(name)),
    }
}

/// What stands at a path, as far as tools care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An ordinary file.
    File,
    /// A folder.
    Folder,
    /// Nothing.
    Missing,
    /// A pipe, a device, a socket, the inside of a process: reading may wait for ever, act, or show keys.
    Special,
}

/// Looks what stands at a path. Errors: a sentence for the model.
pub(super) fn kind(path: &AbsPath) -> Result<Kind, String> {
    match fs::metadata(path) {
        Ok(_) if is_inside_a_process(path) => Ok(Kind::Special),
        Ok(meta) if meta.is_file() => Ok(Kind::File),
        Ok(meta) if meta.is_dir() => Ok(Kind::Folder),
        Ok(_) => Ok(Kind::Special),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Kind::Missing),
        Err(e) => Err(format!("cannot look at `{path}`: {e}")),
    }
}

/// Whether a path, links resolved, lies in `/proc/<number>`: environments with keys, memory, open files. The tools
/// would read those of this process itself.
fn is_inside_a_process(path: &AbsPath) -> bool {
    let way = path.as_path().strip_prefix("/proc").ok();
    let first = way.and_then(|way| way.iter().next()).and_then(std::ffi::OsStr::to_str);
    first.is_some_and(|name| name.bytes().all(|b| b.is_ascii_digit()))
}

/// The sentence for a path that does not exist, with the names nearest to it.
pub(super) fn missing(path: &AbsPath, hands: &Hands) -> String {
    let shown = path.shown_from(&hands.root);
    let Some(parent) = path.parent() else { return format!("`{shown}` does not exist") };
    let wanted = path.as_path().file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let Ok(entries) = fs::read_dir(&parent) else {
        let folder = parent.shown_from(&hands.root);
        return format!("`{shown}` does not exist, and neither does the folder `{folder}`");
    };
    let mut near: Vec<(usize, String)> = entries
        .flatten()
        .take(10_000)
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .filter_map(|name| Some((distance(&wanted, &name.to_lowercase())?, name)))
        .collect();
    near.sort();
    let names: Vec<String> = near
        .iter()
        .take(3)
        .map(|(_, name)| format!("`{}`", parent.join(name).shown_from(&hands.root)))
        .collect();
    if names.is_empty() {
        return format!("`{shown}` does not exist; find it with glob or list_directory");
    }
    format!("`{shown}` does not exist; near it: {}", names.join(", "))
}

/// How many edits lie between two names; `None` when they have little in common.
fn distance(a: &str, b: &str) -> Option<usize> {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(200).collect(), b.chars().take(200).collect());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = before + usize::from(x != y);
            before = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(before + 1);
        }
    }
    let edits = row[b.len()];
    (edits * 5 <= a.len().max(b.len()) * 2).then_some(edits)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::tools::testing::Room;

    #[test]
    fn a_relative_path_counts_from_the_root() {
        let room = Room::new();
        assert_eq!(resolve("a/../b.txt", &room.hands), Ok(room.path("b.txt")));
        assert_eq!(resolve(&room.path("x").to_string(), &room.hands), Ok(room.path("x")));
        assert!(resolve("", &room.hands).is_err());
    }

    #[test]
    fn a_link_out_of_the_workspace_shows_where_it_leads() {
        let (room, outside) = (Room::new(), Room::new());
        outside.write("secret.txt", "s");
        symlink(outside.hands.root.as_path(), room.path("out")).expect("link");
        let real = resolve("out/secret.txt", &room.hands).expect("resolves");
        assert_eq!(real, outside.path("secret.txt"));
        assert_eq!(root_of(&real, &room.hands), None);
        assert_eq!(root_of(&room.path("x"), &room.hands), Some(&room.hands.root));
    }

    #[test]
    fn a_link_to_a_file_that_does_not_exist_yet_is_followed_too() {
        let (room, outside) = (Room::new(), Room::new());
        symlink(outside.path("new.txt"), room.path("trap.txt")).expect("link");
        assert_eq!(resolve("trap.txt", &room.hands), Ok(outside.path("new.txt")));
        symlink("../gone/deep", room.path("near")).expect("link");
        let gone = room.hands.root.join("../gone/deep/x");
        assert_eq!(resolve("near/x", &room.hands), Ok(gone));
    }

    #[test]
    fn links_in_a_circle_are_an_error() {
        let room = Room::new();
        symlink(room.path("b"), room.path("a")).expect("link");
        symlink(room.path("a"), room.path("b")).expect("link");
        assert!(resolve("a", &room.hands).is_err());
    }

    #[test]
    fn a_path_that_was_replaced_by_a_link_is_noticed() {
        let (room, outside) = (Room::new(), Room::new());
        let path = resolve("d/x.txt", &room.hands).expect("resolves");
        assert_eq!(confirm(&path), Ok(()));
        symlink(outside.hands.root.as_path(), room.path("d")).expect("link");
        assert!(confirm(&path).is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_a_process_holds_is_no_file() {
        let room = Room::new();
        for name in
            ["/proc/self/environ", "/proc/thread-self/environ", "/proc/1", "/proc/self/root/etc", "/dev/zero"]
        {
            let Ok(path) = resolve(name, &room.hands) else { continue };
            let is_etc = path.to_string() == "/etc";
            assert_eq!(kind(&path), Ok(if is_etc { Kind::Folder } else { Kind::Special }), "{name}");
        }
        assert_eq!(kind(&resolve("/proc/cpuinfo", &room.hands).expect("resolves")), Ok(Kind::File));
    }

    #[test]
    fn a_missing_file_names_its_neighbours() {
        let room = Room::new();
        room.write("src/parser.rs", "");
        room.write("src/zebra.rs", "");
        assert_eq!(
            missing(&room.path("src/Parsers.rs"), &room.hands),
            "`src/Parsers.rs` does not exist; near it: `src/parser.rs`"
        );
        assert_eq!(
            missing(&room.path("no/x.rs"), &room.hands),
            "`no/x.rs` does not exist, and neither does the folder `no`"
        );
    }
}
