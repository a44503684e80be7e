//! Files that a person names with `@` in a prompt: their text goes along, the words stay as they are.

use std::{fs, ops::RangeInclusive};

use super::{
    ignores,
    place::is_really_within,
    text_file::{self, NoText},
};
use crate::base::AbsPath;

/// How many mentions of one prompt are followed.
const MOST: usize = 20;

/// The most of one file, and of all together, in bytes; about 12,000 and 40,000 tokens. The model reads the rest
/// with its tools.
const FILE_LIMIT: usize = 50_000;
const LIMIT: usize = 160_000;

/// How far into a file a range of lines is looked for.
const RANGE_LIMIT: usize = 8_000_000;

/// How many names of a folder are listed.
const NAMES: usize = 200;

/// How often the end of a word is cut off in search of a path.
const TRIES: usize = 40;

/// What goes along with a prompt for one mention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// What a person is told: `src/a.rs, 120 lines`.
    pub label: String,
    /// What the model reads.
    pub text: String,
}

/// A mention as it is written, resolved to something that exists.
struct Found {
    path: AbsPath,
    lines: Option<RangeInclusive<usize>>,
}

/// What the person's `@path`s lead to, in their order, each once.
///
/// A mention is an `@` at the beginning of a word, then a path from `cwd` or from `root`: plain, with `\ ` for a
/// space, or in double quotes; `:10-40` or `:10` after it picks lines. Only what exists inside `root` counts, so
/// that addresses, decorators and names are left alone. Ignored and binary files give a remark, not their text.
pub fn mentions(prompt: &str, root: &AbsPath, cwd: &AbsPath) -> Vec<Mention> {
    let mut left = LIMIT;
    let mut seen = Vec::new();
    let mut mentions = Vec::new();
    for (at, _) in prompt.match_indices('@') {
        if !starts_word(&prompt[..at]) || mentions.len() == MOST {
            continue;
        }
        let Some(found) = resolve(&prompt[at + 1..], root, cwd) else { continue };
        let key = (found.path.clone(), found.lines.clone());
        if !seen.contains(&key) {
            seen.push(key);
            let mention = read(&found, root, FILE_LIMIT.min(left));
            left = left.saturating_sub(mention.text.len());
            mentions.push(mention);
        }
    }
    mentions
}

/// Whether an `@` after `before` begins a word. The name of an address and a word of code do not end here; a
/// Chinese sentence without spaces may.
fn starts_word(before: &str) -> bool {
    before.chars().next_back().is_none_or(|c| !c.is_ascii_alphanumeric() && !"._%+-@/\\`".contains(c))
}

fn resolve(rest: &str, root: &AbsPath, cwd: &AbsPath) -> Option<Found> {
    if let Some(quoted) = rest.strip_prefix('"') {
        let (path, after) = quoted.split_once('"')?;
        let range = after.split(char::is_whitespace).next().unwrap_or_default();
        let lines = range.strip_prefix(':').and_then(lines);
        return existing(path, root, cwd).map(|path| Found { path, lines });
    }
    let mut word = word(rest);
    for _ in 0..TRIES {
        if let Some(path) = existing(&word, root, cwd) {
            return Some(Found { path, lines: None });
        }
        if let Some((path, range)) = word.rsplit_once(':')
            && let (Some(path), Some(lines)) = (existing(path, root, cwd), lines(range))
        {
            return Some(Found { path, lines: Some(lines) });
        }
        // The end of a sentence, or words in a script without spaces, may hang on the path.
        word.pop().filter(|c| !c.is_ascii_alphanumeric())?;
    }
    None
}

/// Signs that end a word in Chinese and Japanese text, where no space follows.
const WIDE_SIGNS: &str = "，。；：！？、（）《》【】「」『』";

/// Up to the first white space that has no backslash before it (those backslashes are dropped), or a wide sign.
fn word(rest: &str) -> String {
    let mut word = String::new();
    let mut chars = rest.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.peek() == Some(&' ') => word.extend(chars.next()),
            c if c.is_whitespace() || WIDE_SIGNS.contains(c) => break,
            c => word.push(c),
        }
    }
    word
}

fn lines(range: &str) -> Option<RangeInclusive<usize>> {
    let (from, to) = range.split_once('-').unwrap_or((range, range));
    let (from, to) = (from.parse().ok()?, to.parse().ok()?);
    (from >= 1 && from <= to).then_some(from..=to)
}

fn existing(path: &str, root: &AbsPath, cwd: &AbsPath) -> Option<AbsPath> {
    if path.is_empty() || path.contains('\0') {
        return None;
    }
    let places = [cwd.join(path), root.join(path)];
    places.into_iter().find(|p| p.is_within(root) && is_really_within(p.as_path(), root))
}

fn read(found: &Found, root: &AbsPath, limit: usize) -> Mention {
    let name = found.path.shown_from(root);
    if ignores::is_hidden(root, &found.path) {
        return remark(&name, "is ignored; its content is not included");
    }
    if limit == 0 {
        return remark(&name, "is not included: the files before it fill the message");
    }
    if found.path.as_path().is_dir() {
        return listing(&found.path, &name, root);
    }
    let (whole, limit) = match found.lines {
        Some(_) => (RANGE_LIMIT, limit),
        None => (limit, limit),
    };
    match text_file::read(found.path.as_path(), whole) {
        Ok(file) => match &found.lines {
            Some(lines) => excerpt(&name, &file.text, lines, limit),
            None => file_text(&name, &file.text, file.cut),
        },
        Err(NoText::Binary) => remark(&name, "is a binary file; its content is not included"),
        Err(e) => remark(&name, &format!("could not be read: {e}")),
    }
}

fn remark(name: &str, what: &str) -> Mention {
    Mention { label: format!("{name} {what}"), text: format!("[`{name}` {what}]") }
}

fn framed(name: &str, label: String, text: &str) -> Mention {
    let text = format!("--- Content of @{name} ---\n{}\n--- End of @{name} ---", text.trim_end_matches('\n'));
    Mention { label, text }
}

fn file_text(name: &str, text: &str, cut: bool) -> Mention {
    let count = text.lines().count();
    if !cut {
        return framed(name, format!("{name}, {}", counted(count, "line")), text);
    }
    let text = format!("{text}[cut after line {count}; read on with read_file]");
    framed(name, format!("{name}, first {}", counted(count, "line")), &text)
}

fn excerpt(name: &str, text: &str, lines: &RangeInclusive<usize>, limit: usize) -> Mention {
    let mut out = String::new();
    let mut last = 0;
    for (number, line) in
        text.lines().enumerate().skip(lines.start() - 1).take(lines.end() - lines.start() + 1)
    {
        if out.len() + line.len() >= limit {
            break;
        }
        out.push_str(line);
        out.push('\n');
        last = number + 1;
    }
    if last == 0 {
        return remark(name, &format!("has no readable line {}", lines.start()));
    }
    let name = format!("{name}:{}-{last}", lines.start());
    framed(&name.clone(), name, &out)
}

fn listing(folder: &AbsPath, name: &str, root: &AbsPath) -> Mention {
    let ignores = ignores::down_to(root, folder);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_folder = entry.file_type().is_ok_and(|t| t.is_dir());
        let name = entry.file_name();
        if name != ".git" && !ignores.hides(&entry.path(), is_folder) {
            names.push(format!("{}{}", name.to_string_lossy(), if is_folder { "/" } else { "" }));
        }
    }
    names.sort_unstable();
    let count = names.len();
    if count > NAMES {
        names.truncate(NAMES);
        names.push(format!("… and {} more", count - NAMES));
    }
    let name = format!("{}/", name.trim_end_matches('/'));
    let label = format!("{name}, {}", counted(count, "name"));
    framed(&name, label, &names.join("\n"))
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn workspace() -> (tempfile::TempDir, AbsPath) {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let root = AbsPath::new(dir.path()).expect("absolute").join("repo");
        fs::create_dir_all(root.join("src/target")).expect("made");
        let files: [(&str, &[u8]); 7] = [
            ("../out.txt", b"outside"),
            (".gitignore", b"target\n*.env\n"),
            ("keys.env", b"KEY=1"),
            ("logo.png", b"\x89PNG\0\0"),
            ("src/a.rs", b"one\r\ntwo\r\nthree\r\n"),
            ("src/with space.txt", b"space"),
            ("src/说明.md", b"\xc4\xe3\xba\xc3"),
        ];
        for (name, text) in files {
            fs::write(root.join(name), text).expect("written");
        }
        (dir, root)
    }

    fn labels(prompt: &str) -> Vec<String> {
        let (_dir, root) = workspace();
        mentions(prompt, &root, &root.join("src")).into_iter().map(|m| m.label).collect()
    }

    fn texts(prompt: &str) -> Vec<String> {
        let (_dir, root) = workspace();
        mentions(prompt, &root, &root.join("src")).into_iter().map(|m| m.text).collect()
    }

    #[test]
    fn a_file_is_found_from_the_working_folder_and_from_the_root_and_taken_once() {
        let whole = "--- Content of @src/a.rs ---\none\ntwo\nthree\n--- End of @src/a.rs ---";
        assert_eq!(texts("compare @a.rs with @src/a.rs, and (@./a.rs)!"), [whole]);
        assert_eq!(labels("@a.rs"), ["src/a.rs, 3 lines"]);
    }

    #[test]
    fn spaces_are_quoted_or_escaped() {
        assert_eq!(labels(r#"@"with space.txt" "#), ["src/with space.txt, 1 line"]);
        assert_eq!(labels(r"see @with\ space.txt please"), ["src/with space.txt, 1 line"]);
    }

    #[test]
    fn a_range_picks_lines() {
        assert_eq!(
            texts("@a.rs:2-9 @a.rs:1 @a.rs:7"),
            [
                "--- Content of @src/a.rs:2-3 ---\ntwo\nthree\n--- End of @src/a.rs:2-3 ---",
                "--- Content of @src/a.rs:1-1 ---\none\n--- End of @src/a.rs:1-1 ---",
                "[`src/a.rs` has no readable line 7]",
            ]
        );
    }

    #[test]
    fn a_chinese_sentence_needs_no_spaces() {
        assert_eq!(labels("看看@a.rs，还有@说明.md里的内容。"), ["src/a.rs, 3 lines", "src/说明.md, 1 line"]);
        assert!(texts("@说明.md")[0].contains("你好"));
    }

    #[test]
    fn a_folder_is_listed_without_what_is_ignored() {
        let listing = "--- Content of @src/ ---\na.rs\nwith space.txt\n说明.md\n--- End of @src/ ---";
        assert_eq!(texts("@src/"), [listing]);
    }

    #[test]
    fn ignored_and_binary_files_give_a_remark() {
        let want = [
            "keys.env is ignored; its content is not included",
            "logo.png is a binary file; its content is not included",
        ];
        assert_eq!(labels("@keys.env @logo.png"), want);
    }

    #[test]
    fn addresses_decorators_and_what_lies_outside_are_left_alone() {
        assert_eq!(labels("me@a.rs @Override @/etc/passwd @../../out.txt @no.rs `@a.rs` @ @@a.rs"), [""; 0]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_outside_is_left_alone() {
        let (_dir, root) = workspace();
        std::os::unix::fs::symlink(root.join("../out.txt"), root.join("link.txt")).expect("linked");
        assert_eq!(mentions("@link.txt", &root, &root), []);
    }

    #[test]
    fn a_long_file_is_cut_and_says_where() {
        let (_dir, root) = workspace();
        fs::write(root.join("long.txt"), "0123456789\n".repeat(10_000)).expect("written");
        let found = mentions("@long.txt", &root, &root).remove(0);
        assert_eq!(found.label, "long.txt, first 4545 lines");
        assert!(found.text.contains("[cut after line 4545; read on with read_file]"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_text_is_too_strange(prompt in "[@a.rs:1-9\\\\ \"/说\n]{0,60}") {
            let (_dir, root) = workspace();
            prop_assert!(mentions(&prompt, &root, &root).len() <= MOST);
        }
    }
}
