//! Tests of `instructions`.

use std::fs;

use super::*;

struct Repository {
    dir: tempfile::TempDir,
    options: Options,
}

impl Repository {
    fn new(files: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let top = AbsPath::new(dir.path()).expect("absolute");
        for (name, text) in files {
            let path = top.join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            fs::write(path, text).expect("written");
        }
        fs::create_dir_all(top.join("repo")).expect("made");
        let options = Options { qwen_home: Some(top.join("home/.qwen")), ..Options::default() };
        Self { dir, options }
    }

    fn at(&self, path: &str) -> AbsPath {
        AbsPath::new(self.dir.path()).expect("absolute").join(path)
    }

    fn read_in(&self, cwd: &str) -> (String, Vec<String>) {
        let mut notices = Vec::new();
        let (shared, below) = collect(&self.options, &self.at("repo"), &self.at(cwd), &mut notices);
        let parts: Vec<String> = shared.iter().chain(&below).map(Instruction::framed).collect();
        (parts.join("\n"), notices)
    }

    fn read(&self) -> (String, Vec<String>) {
        self.read_in("repo")
    }
}

fn framed(label: &str, text: &str) -> String {
    format!("--- Context from: {label} ---\n{text}\n--- End of Context from: {label} ---")
}

#[test]
fn files_come_from_the_user_then_from_the_root_down_to_the_working_folder() {
    let repository = Repository::new(&[
        ("QWEN.md", "above the root"),
        ("home/.qwen/QWEN.md", "of the user\r\n"),
        ("repo/AGENTS.md", "root agents"),
        ("repo/QWEN.md", "root qwen"),
        ("repo/a/b/AGENTS.md", "deep"),
        ("repo/c/AGENTS.md", "beside"),
    ]);
    let want = [
        framed("~/.qwen/QWEN.md", "of the user"),
        framed("QWEN.md", "root qwen"),
        framed("AGENTS.md", "root agents"),
        framed("a/b/AGENTS.md", "deep"),
    ];
    assert_eq!(repository.read_in("repo/a/b"), (want.join("\n"), vec![]));
}

#[test]
fn at_home_only_the_users_file_counts() {
    let mut repository =
        Repository::new(&[("home/.qwen/QWEN.md", "of the user"), ("repo/QWEN.md", "in the home folder")]);
    repository.options.home = Some(repository.at("repo"));
    assert_eq!(repository.read(), (framed("~/.qwen/QWEN.md", "of the user"), vec![]));
}

#[test]
fn other_names_replace_both() {
    let mut repository = Repository::new(&[("repo/QWEN.md", "no"), ("repo/RULES.md", "yes")]);
    repository.options.file_names = vec!["RULES.md".into()];
    assert_eq!(repository.read(), (framed("RULES.md", "yes"), vec![]));
}

#[test]
fn an_import_is_relative_to_its_file_and_included_once() {
    let repository = Repository::new(&[
        ("repo/QWEN.md", "See @docs/a.md, then @AGENTS.md."),
        ("repo/AGENTS.md", "agents"),
        ("repo/docs/a.md", "a @b.md @../QWEN.md @../AGENTS.md"),
        ("repo/docs/b.md", "b"),
    ]);
    let a = "<!-- Imported from: docs/a.md -->\n\
             a <!-- Imported from: docs/b.md -->\nb\n<!-- End of import from: docs/b.md --> \
             <!-- QWEN.md: empty, or included above --> \
             <!-- Imported from: AGENTS.md -->\nagents\n<!-- End of import from: AGENTS.md -->\n\
             <!-- End of import from: docs/a.md -->";
    let text = format!("See {a}, then <!-- AGENTS.md: empty, or included above -->.");
    assert_eq!(repository.read(), (framed("QWEN.md", &text), vec![]));
}

#[test]
fn imports_stop_at_five_deep() {
    let names: Vec<String> = (1..=7).map(|n| format!("repo/{n}.md")).collect();
    let texts: Vec<String> = (2..=8).map(|n| format!("level @{n}.md")).collect();
    let mut files: Vec<(&str, &str)> =
        names.iter().zip(&texts).map(|(n, t)| (n.as_str(), t.as_str())).collect();
    files.push(("repo/QWEN.md", "@1.md"));
    let (text, _) = Repository::new(&files).read();
    assert!(text.contains("Imported from: 5.md"));
    assert!(text.contains("level <!-- Import failed: 6.md: imports are nested more than 5 deep -->"));
}

#[test]
fn what_is_missing_or_outside_is_said_where_it_stood() {
    let repository = Repository::new(&[
        ("repo/QWEN.md", "@no.md @../out.md @~/x.md @types/node @/etc/passwd `@code.md`"),
        ("out.md", "secret"),
    ]);
    let text = "<!-- Import failed: no.md: not found --> \
                <!-- Import failed: ../out.md: it lies outside --> \
                <!-- Import failed: ~/x.md: it lies outside --> @types/node \
                <!-- Import failed: /etc/passwd: it lies outside --> `@code.md`";
    assert_eq!(repository.read(), (framed("QWEN.md", text), vec![]));
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_repository_is_refused_but_the_users_own_is_followed() {
    use std::os::unix::fs::symlink;
    let repository =
        Repository::new(&[("out.md", "elsewhere"), ("home/.qwen/x", ""), ("repo/in.md", "inside")]);
    symlink(repository.at("out.md"), repository.at("repo/QWEN.md")).expect("linked");
    symlink(repository.at("out.md"), repository.at("repo/bad.md")).expect("linked");
    symlink(repository.at("repo/in.md"), repository.at("repo/AGENTS.md")).expect("linked");
    symlink(repository.at("out.md"), repository.at("home/.qwen/QWEN.md")).expect("linked");
    let want = [framed("~/.qwen/QWEN.md", "elsewhere"), framed("AGENTS.md", "inside")];
    let notice = "`QWEN.md` was not read: it is a link that leads out of the repository";
    assert_eq!(repository.read(), (want.join("\n"), vec![notice.to_owned()]));

    fs::write(repository.at("repo/in.md"), "@bad.md").expect("written");
    let (text, _) = repository.read();
    assert!(text.contains("Import failed: bad.md: it lies outside"), "{text}");
}

#[test]
fn long_files_are_cut_with_a_notice() {
    let long = "0123456789\n".repeat(7_000);
    let mut repository = Repository::new(&[("repo/QWEN.md", &long), ("repo/AGENTS.md", "second\n")]);
    let (text, notices) = repository.read();
    assert!(text.len() < 64_300 && text.contains("[the rest of this file is left out]"));
    assert_eq!(notices, ["`QWEN.md` is long: only its first 64.0 KB are used"]);

    repository.options = repository.options.fitting(crate::base::Tokens(1_000));
    let (text, notices) = repository.read();
    assert!(text.len() < 1_300, "{}", text.len());
    assert_eq!(notices, ["instruction files are over 1.0 KB together: cut in `QWEN.md`"]);
}

#[test]
fn files_with_the_same_text_are_read_once() {
    let repository = Repository::new(&[("repo/QWEN.md", "same"), ("repo/AGENTS.md", "same")]);
    assert_eq!(repository.read(), (framed("QWEN.md", "same"), vec![]));
}
