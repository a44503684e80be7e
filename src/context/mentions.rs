//! Files that a person names with `@` in a prompt: their text goes along, the words stay as they are.

use std::{fs, ops::RangeInclusive};

use super::{
    ignores,
    place::is_really_within,
    text_file::{self, NoText, TextFile},
};
use crate::{
    base::AbsPath,
    protocol::{Lines, Written, read_mention, starts_mention},
};

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
    lines: Option<Lines>,
    /// Where it ends, in bytes from behind the `@`.
    end: usize,
}

/// What the person's `@path`s lead to, in their order, each once.
///
/// A mention is an `@` at the beginning of a word, then a path from `cwd` or from `root`: plain, with `\ ` for a
/// space, or in double quotes; `:10-40` or `:10` after it picks lines, unless a file has that name. Only what exists
/// inside `root` counts, so that addresses, decorators and names are left alone. Ignored and binary files, and lines
/// that are none, give a remark, not a text.
pub fn mentions(
    prompt: &str,
    root: &AbsPath,
    cwd: &AbsPath,
    is_secret: &dyn Fn(&AbsPath) -> bool,
) -> Vec<Mention> {
    let mut left = LIMIT;
    let mut seen = Vec::new();
    let mut mentions = Vec::new();
    let mut end = 0;
    for (at, _) in prompt.match_indices('@') {
        // An `@` inside of a path begins nothing.
        if at < end || !starts_mention(&prompt[..at]) || mentions.len() == MOST {
            continue;
        }
        let Some(found) = resolve(&prompt[at + 1..], root, cwd) else { continue };
        end = at + 1 + found.end;
        let key = (found.path.clone(), found.lines.clone());
        if !seen.contains(&key) {
            seen.push(key);
            let mention = if holds_secrets(&found.path, is_secret) {
                let told =
                    "may hold secrets; its content is not included, and read_file asks the user for it";
                remark(&found.path.shown_from(root), told)
            } else {
                read(&found, root, FILE_LIMIT.min(left))
            };
            left = left.saturating_sub(mention.text.len());
            mentions.push(mention);
        }
    }
    mentions
}

/// Whether the file, or what a link leads to, may hold secrets.
fn holds_secrets(path: &AbsPath, is_secret: &dyn Fn(&AbsPath) -> bool) -> bool {
    let real = fs::canonicalize(path.as_path()).ok().and_then(AbsPath::new);
    std::iter::once(path).chain(&real).any(is_secret)
}

fn resolve(rest: &str, root: &AbsPath, cwd: &AbsPath) -> Option<Found> {
    let written = read_mention(rest);
    let mut word = written.text();
    if rest.starts_with('"') {
        let path = existing(&word, root, cwd)?;
        let lines = written.behind().and_then(|range| range.strip_prefix(':')).and_then(Lines::read);
        return Some(Found { path, lines, end: written.end });
    }
    for _ in 0..TRIES {
        if let Some((path, lines)) = whole_or_lines(&word, root, cwd) {
            return Some(Found { path, lines, end: end_of(&written, &word) });
        }
        // The end of a sentence, or words in a script without spaces, may hang on the path.
        word.pop().filter(|c| !c.is_ascii_alphanumeric())?;
    }
    None
}

/// A file of this very name, or the lines of one whose name ends before the last `:`.
fn whole_or_lines(word: &str, root: &AbsPath, cwd: &AbsPath) -> Option<(AbsPath, Option<Lines>)> {
    if let Some(path) = existing(word, root, cwd) {
        return Some((path, None));
    }
    let (path, range) = word.rsplit_once(':')?;
    let lines = Lines::read(range)?;
    Some((existing(path, root, cwd)?, Some(lines)))
}

fn end_of(written: &Written, word: &str) -> usize {
    written.end_of(word.chars().count())
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
    let whole = match found.lines {
        Some(_) => RANGE_LIMIT,
        None => limit,
    };
    match text_file::read(found.path.as_path(), whole) {
        Ok(file) => match &found.lines {
            Some(Lines::Picked(lines)) => excerpt(&name, &file, lines, limit),
            Some(Lines::None) => remark(
                &name,
                "is not included: lines count from 1, and a range goes from a line to a later one",
            ),
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

/// The picked lines, with a word on why it is not all of them where that is so.
fn excerpt(name: &str, file: &TextFile, lines: &RangeInclusive<usize>, limit: usize) -> Mention {
    let (first, wanted) = (*lines.start(), *lines.end());
    let mut out = String::new();
    let (mut last, mut is_full) = (0, false);
    for (number, line) in file.text.lines().enumerate().skip(first - 1).take(wanted - (first - 1)) {
        is_full = out.len() + line.len() >= limit;
        if is_full {
            break;
        }
        out.push_str(line);
        out.push('\n');
        last = number + 1;
    }
    let total = file.text.lines().count();
    match last {
        0 if is_full => remark(name, &format!("has too long a line {first}; read it with read_file")),
        0 if file.cut => remark(name, &format!("is too large to find line {first}; read it with read_file")),
        0 => remark(name, &format!("has no line {first}; it has {}", counted(total, "line"))),
        last => {
            let why = match last < wanted {
                true if is_full => format!("[cut after line {last}; read on with read_file]\n"),
                true if wanted < usize::MAX && !file.cut => format!("[the file ends at line {total}]\n"),
                _ => String::new(),
            };
            let name = format!("{name}:{first}-{last}");
            framed(&name.clone(), name, &(out + &why))
        }
    }
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
        mentions(prompt, &root, &root.join("src"), &|_| false).into_iter().map(|m| m.label).collect()
    }

    fn texts(prompt: &str) -> Vec<String> {
        let (_dir, root) = workspace();
        mentions(prompt, &root, &root.join("src"), &|_| false).into_iter().map(|m| m.text).collect()
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
                "--- Content of @src/a.rs:2-3 ---\ntwo\nthree\n[the file ends at line 3]\n--- End of @src/a.rs:2-3 ---",
                "--- Content of @src/a.rs:1-1 ---\none\n--- End of @src/a.rs:1-1 ---",
                "[`src/a.rs` has no line 7; it has 3 lines]",
            ]
        );
    }

    #[test]
    fn numbers_that_name_no_lines_are_told_and_never_guessed() {
        let none =
            "[`src/a.rs` is not included: lines count from 1, and a range goes from a line to a later one]";
        assert_eq!(texts("@a.rs:0"), [none]);
        assert_eq!(texts("@a.rs:3-2, please"), [none]);
        assert_eq!(texts("@\"a.rs\":3-2"), [none]);
        let end = "--- Content of @src/a.rs:3-3 ---\nthree\n[the file ends at line 3]\n--- End of @src/a.rs:3-3 ---";
        assert_eq!(texts("@a.rs:3-99999999999999999999."), [end.replace("[the file ends at line 3]\n", "")]);
        assert_eq!(texts("@a.rs:3-4，"), [end]);
        assert_eq!(labels("@a.rs:x @a.rs:1-2-3 @a.rs:-1 @a.rs:+1"), [""; 0]);
    }

    #[test]
    fn a_name_that_looks_like_a_range_is_that_file_and_quotes_pick_lines_of_the_other() {
        let (_dir, root) = workspace();
        fs::write(root.join("log"), "first\nsecond\n").expect("written");
        fs::write(root.join("log:2"), "its own\n").expect("written");
        let texts = |prompt: &str| -> Vec<String> {
            mentions(prompt, &root, &root, &|_| false).into_iter().map(|m| m.text).collect()
        };
        let own = "--- Content of @log:2 ---\nits own\n--- End of @log:2 ---";
        assert_eq!(texts("@log:2"), [own]);
        assert_eq!(texts("@log:2:1"), ["--- Content of @log:2:1-1 ---\nits own\n--- End of @log:2:1-1 ---"]);
        assert_eq!(texts("@\"log\":2"), ["--- Content of @log:2-2 ---\nsecond\n--- End of @log:2-2 ---"]);
        assert_eq!(texts("@log:1"), ["--- Content of @log:1-1 ---\nfirst\n--- End of @log:1-1 ---"]);
    }

    #[test]
    fn an_at_inside_of_a_name_begins_no_second_mention() {
        let (_dir, root) = workspace();
        for name in ["b.rs", "说@b.rs", "x @b.rs"] {
            fs::write(root.join(name), "").expect("written");
        }
        let labels = |prompt: &str| -> Vec<String> {
            mentions(prompt, &root, &root, &|_| false).into_iter().map(|m| m.label).collect()
        };
        assert_eq!(labels("@说@b.rs and @\"x @b.rs\""), ["说@b.rs, 0 lines", "x @b.rs, 0 lines"]);
        assert_eq!(labels("@x\\ @b.rs @b.rs"), ["x @b.rs, 0 lines", "b.rs, 0 lines"]);
    }

    #[test]
    fn lines_that_do_not_fit_say_where_they_are_cut() {
        let (_dir, root) = workspace();
        fs::write(root.join("long.txt"), "0123456789\n".repeat(10_000)).expect("written");
        let found = mentions("@long.txt:2-9000", &root, &root, &|_| false).remove(0);
        assert_eq!(found.label, "long.txt:2-4546");
        assert!(
            found.text.contains("[cut after line 4546; read on with read_file]"),
            "{}",
            &found.text[49_900..]
        );
        fs::write(root.join("wide.txt"), format!("a\n{}\n", "x".repeat(60_000))).expect("written");
        let found = mentions("@wide.txt:2", &root, &root, &|_| false).remove(0);
        assert_eq!(found.label, "wide.txt has too long a line 2; read it with read_file");
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
        assert_eq!(mentions("@link.txt", &root, &root, &|_| false), []);
    }

    #[test]
    fn a_long_file_is_cut_and_says_where() {
        let (_dir, root) = workspace();
        fs::write(root.join("long.txt"), "0123456789\n".repeat(10_000)).expect("written");
        let found = mentions("@long.txt", &root, &root, &|_| false).remove(0);
        assert_eq!(found.label, "long.txt, first 4545 lines");
        assert!(found.text.contains("[cut after line 4545; read on with read_file]"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_name_is_read_back_as_it_is_written(name in "[a-z文 \"\\\\:@，\u{3000}.-]{1,20}") {
            prop_assume!(!name.ends_with('\\') || !name.contains('"'));
            prop_assume!(name != "." && name != ".." && !name.starts_with("./"));
            let (_dir, root) = workspace();
            fs::write(root.join(&name), "it").expect("written");
            let prompt = format!("see @{} now", crate::protocol::write_mention(&name));
            let labels: Vec<String> = mentions(&prompt, &root, &root, &|_| false).into_iter().map(|m| m.label).collect();
            prop_assert_eq!(labels, [format!("{name}, 1 line")]);
        }

        #[test]
        fn no_text_is_too_strange(prompt in "[@a.rs:1-9\\\\ \"/说\n]{0,60}") {
            let (_dir, root) = workspace();
            prop_assert!(mentions(&prompt, &root, &root, &|_| false).len() <= MOST);
        }
    }
}
