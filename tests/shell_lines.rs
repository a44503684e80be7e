//! Lines that the rules let run without a question are run by a real bash, in a folder full of traps: none may make
//! the file `C`, however the line is built.
#![cfg(unix)]

use std::{
    fs,
    process::{Command, Stdio},
};

use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use qwen::{
    base::{AbsPath, CallId},
    permissions::{Action, Policy, Rules, ShellCommand, Verdict, decide},
    protocol::{Arguments, Mode, ToolCall},
};

/// A repository whose files have names that programs take for options, and a script that leaves the mark.
struct Trap {
    dir: tempfile::TempDir,
    root: AbsPath,
}

impl Trap {
    fn new(names: &[&str]) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let root = AbsPath::new(dir.path().canonicalize().expect("real")).expect("absolute").join("app");
        fs::create_dir_all(root.join("src")).expect("made");
        for name in names.iter().chain(&["a", "src/x"]) {
            fs::write(root.join(name), "one\ntwo\n").expect("written");
        }
        fs::write(root.join("b"), "two\n").expect("written");
        fs::write(root.join("evil"), "#!/bin/sh\ntouch C\n").expect("written");
        let trap = Self { dir, root };
        trap.run("chmod +x evil; git init -q . && git add a b && git -c user.name=a -c user.email=a@b.c commit -qm x");
        trap
    }

    fn run(&self, line: &str) {
        let _ = Command::new("timeout")
            .args(["5", "bash", "-c", line])
            .current_dir(self.root.as_path())
            .env("HOME", self.dir.path())
            .env("PAGER", "cat")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("bash is there");
    }

    /// What lies in the folder, with its content; what git keeps for itself only where it acts.
    fn state(&self) -> Vec<(String, Vec<u8>)> {
        let mut found = Vec::new();
        let mut todo = vec![self.root.as_path().to_owned()];
        while let Some(folder) = todo.pop() {
            for entry in fs::read_dir(&folder).expect("readable").flatten() {
                let path = entry.path();
                let name =
                    path.strip_prefix(self.root.as_path()).expect("below").to_string_lossy().into_owned();
                let acts =
                    |n: &str| ["config", "refs", "hooks"].iter().any(|k| n.starts_with(&format!(".git/{k}")));
                if path.is_dir() {
                    if name == ".git" || !name.starts_with(".git/") || acts(&name) {
                        todo.push(path);
                    }
                } else if !name.starts_with(".git/") || acts(&name) {
                    found.push((name, fs::read(&path).unwrap_or_default()));
                }
            }
        }
        found.sort();
        found
    }
}

fn policy(mode: Mode, root: &AbsPath, allow: &[&str]) -> Policy {
    let allow: Vec<String> = allow.iter().map(|r| (*r).to_owned()).collect();
    let (rules, problems) = Rules::parse(&allow, &[], &[]);
    assert_eq!(problems, Vec::<String>::new());
    Policy { rules, home: root.parent(), ..Policy::new(mode, root.clone()) }
}

fn is_allowed(policy: &Policy, root: &AbsPath, line: &str) -> bool {
    let call = ToolCall {
        id: CallId::new("1"),
        name: "run_shell_command".to_owned(),
        arguments: Arguments::parse("{}"),
        extra: None,
    };
    let action = Action::Run(ShellCommand::new(line.to_owned(), root.clone()));
    matches!(decide(policy, call, action), Verdict::Allow(_))
}

/// Whether some mode but yolo runs the line without a question, `ls` being allowed.
fn is_free(root: &AbsPath, line: &str) -> bool {
    [Mode::Plan, Mode::Default, Mode::AutoEdit]
        .iter()
        .any(|mode| is_allowed(&policy(*mode, root, &["Bash(ls)", "Bash(ls *)"]), root, line))
}

/// Runs a line if it is free; what it did, if it did anything.
fn harm(names: &[&str], trap: &mut Trap, before: &mut Vec<(String, Vec<u8>)>, line: &str) -> Option<String> {
    if !is_free(&trap.root, line) {
        return None;
    }
    trap.run(line);
    let after = trap.state();
    if after == *before {
        return None;
    }
    let listed = |all: &[(String, Vec<u8>)]| all.iter().map(|(n, _)| n.clone()).collect::<Vec<_>>();
    let said = format!(
        "{line:?}: {:?}",
        listed(&after).iter().filter(|n| !listed(before).contains(n)).collect::<Vec<_>>()
    );
    *trap = Trap::new(names);
    *before = trap.state();
    Some(said)
}

const LINES: &[&str] = &[
    "sort --o=C a",
    "sort --{unique,output=C} a",
    "sort -{u,$'\\x6f'C} a",
    "sort -*",
    "sort *",
    "sort a -[o]C",
    "for x in oC; do sort \"-$x\" a; done",
    "for x in oC; do sort -$x a; done",
    "for x in ' -oC'; do sort -u$x a; done",
    "uniq *",
    "uniq a?",
    "uniq [ab]",
    "uniq a{,C}",
    "uniq {a,C}",
    "find . -{depth,delete}",
    "find . -name x -{o,delete}",
    "for y in ' -delete'; do find . -name -x$y; done",
    "for y in delete; do find . \"-$y\"; done",
    "find . -[d]elete",
    "find -d*",
    "sed -n 1p *",
    "sed -n p -*",
    "sed p a -[i]",
    "sed -n p -{s,i} a",
    "sed p -*touch*",
    "git log --{oneline,output=C}",
    "git log --outpu=C",
    "git diff --o=C",
    "for x in ' --output=C'; do git log --format=a$x; done",
    "for x in put=C; do git log \"--out$x\"; done",
    "git log -*",
    "git log --ou*",
    "git remote -v add x y",
    "git remote -v update",
    "git remote --verbose rename a b",
    "git config user.name list",
    "git config core.fsmonitor get",
    "git config core.pager list",
    "git config --local core.pager list",
    "git config get list",
    "git config list get",
    "git branch --list C",
    "git branch --contains HEAD C",
    "git branch --sort=x C",
    "git branch --show-current C",
    "git branch -v C",
    "git tag -n C",
    "git tag -n1 C",
    "git tag --sort=x C",
    "git tag -l C",
    "git tag --contains HEAD C",
    "git stash list --output=C",
    "git stash show",
    "git reflog '' expire --all",
    "git reflog show --output=C",
    "git worktree list C",
    "git cat-file --t HEAD:a",
    "git rev-parse --parseopt C",
    "git grep -Otouch one",
    "git grep --op=touch one",
    "git grep --o=touch one",
    "git diff --no-index a b --output=C",
    "git shortlog --output=C",
    "git blame --output=C a",
    "git blame -s a --contents C",
    "git whatchanged --output=C",
    "git rev-list HEAD --output=C",
    "git diff-tree HEAD --output=C",
    "git show --output C",
    "git for-each-ref --output=C",
    "git describe --all --output=C",
    "git ls-files --output=C",
    "git status --output=C",
    "git version --output=C",
    "ls >&1-2",
    "ls >&2-C",
    "ls >&--",
    "ls >& 1-C",
    "ls 1>&2-",
    "ls >&1C",
    "ls <&1-2",
    "ls 2>&1-",
    "tree -{a,o}C",
    "file -{b,C} -m a",
    "file --{brief,compile} -m a",
    "jq -n --rawfile C a .",
    "diff -{u,l} a b",
    "date -{u,s2020-01-01}",
    "rg --{no-ignore,pre=./evil} one",
    "for x in ' --pre=./evil'; do rg a$x a; done",
    "rg -- *",
    "fd --{hidden,exec=touch} C",
    "for x in ' -x touch C'; do fd a$x; done",
    "[[ a[$(touch C)] -eq 1 ]]",
    "[[ -v a[$(touch C)] ]]",
    "[[ x -eq 'a[$(touch C)]' ]]",
    "[[ 'a[$(touch C)]' -e''q 1 ]]",
    "[[ -''v 'a[$(touch C)]' ]]",
    "test -''v 'a[$(touch C)]'",
    "test \"-v\" 'a[$(touch C)]'",
    "test ! -v 'a[$(touch C)]'",
    "[ ! -v 'a[$(touch C)]' ]",
    "[ -n x -a -v 'a[$(touch C)]' ]",
    "[ \\( -v 'a[$(touch C)]' \\) ]",
    "for x in -v; do [ $x 'a[$(touch C)]' ]; done",
    "for x in -v; do [ \"$x\" 'a[$(touch C)]' ]; done",
    "for x in -v; do test ! \"$x\" 'a[$(touch C)]'; done",
    "for x in 'a[$(touch C)]'; do test -v \"$x\"; done",
    "for x in 'a[$(touch C)]'; do [[ $x -eq 1 ]]; done",
    "for x in 'a[$(touch C)]'; do echo $((x)); done",
    "for x in 'a[$(touch C)]'; do echo ${a[x]}; done",
    "for x in 'a[$(touch C)]'; do echo ${HOME:x}; done",
    "for x in 'a[$(touch C)]'; do echo ${HOME:0:x}; done",
    "for x in 'a[$(touch C)]'; do [[ -t $x ]]; done",
    "for x in 'a[$(touch C)]'; do [ -t $x ]; done",
    "for x in 'a[$(touch C)]'; do exit $x; done",
    "for x in 'a[$(touch C)]'; do return $x; done",
    "for x in 'a[$(touch C)]'; do break $x; done",
    "for x in 'a[$(touch C)]'; do printf %d $x; done",
    "for x in 'a[$(touch C)]'; do printf %d \"$x\"; done",
    "for x in 'a[$(touch C)]'; do printf '%(%s)T' \"$x\"; done",
    "for x in 'a[$(touch C)]'; do seq $x; done",
    "for x in 'a[$(touch C)]'; do pwd -$x; done",
    "for x in '$(touch C)'; do echo ${x@P}; done",
    "for x in '$(touch C)'; do echo \"${x}\"; done",
    "for x in '-v a[$(touch C)]'; do printf $x; done",
    "for x in '-v'; do printf \"$x\" 'a[$(touch C)]' x; done",
    "for x in a; do echo ${x:-$(touch C)}; done",
    "echo ${x:=C} > $x",
    "cat <<< \"$(touch C)\"",
    "type -p $(touch C)",
    "command -v $(touch C)",
    "command -V touch C",
    "command -pv touch C",
    "command -v -p touch C",
    "! touch C",
    "time touch C",
    "arch -x86_64 touch C",
    "arch touch C",
    "env touch C",
    "printenv touch C",
    "which touch C",
    "nproc --all",
    "strings @a",
    "awk 1 *",
    "awk 'BEGIN{printf \"x\" > \"C\"}'",
    "awk 'BEGIN{print \"touch C\" | \"sh\"}'",
    "awk 'BEGIN{s=\"sys\" \"tem\"}' a",
    "awk -F: -f evil a",
    "awk -F -f evil a",
    "awk -Fx '{print}' -f evil",
    "sed -n -e 'w C' a",
    "sed -n --expression='w C' a",
    "sed 's/o/w C/' a",
    "sed 's/o/x/w C' a",
    "sed 's/o/touch C/e' a",
    "sed '1~2p;w C' a",
    "sed -s p a",
    "sed -n '$p' a",
    "sed '/x/w C' a",
    "sed --in-place p a",
    "sed -ni p a",
    "sed -nE p a -i",
    "sed p -- -i",
    "tee < a",
    "cat a | tee C",
    "xargs < a",
    "cd src && git status",
    "cd . && git status",
    "cd -P src",
    "cd src && uniq ../a ../C",
    "ls # \\\ntouch C",
    "ls \\# ; touch C",
    "ls <<< x > C",
    "ls<<<x>C",
    "cat 0<>C",
    "cat 0<> C",
    "if ! [ -f C ] ; then touch C; fi",
    "case a in a) ls ;& b) touch C ;; esac",
    "case a in a|b) ls ;; (c) ls ;; *) touch C;; esac",
    "select x in a; do touch C; done <<< 1",
    "for ((;;)) { touch C; break; }",
    "for x in a; { touch C; }",
    "{ ls; } 2> C",
    "ls 2>C",
    "ls 9>C",
    "ls &>>C",
    "ls {x}>C",
    "ls $'\\n'touch C",
    "ls $'a\\'' ; touch C; echo '",
    "ls $'\\c'' ; touch C #'",
    "ls \"${x-'}\" ; touch C #'}",
    "ls \"${x-\"a\"}\" > C",
    "ls ${x-'}'} > C",
    "ls ${x#'}'} > C",
    "ls ${x##\\}} > C",
    "echo ${x/%/a} ; touch C",
    "echo $[1+1] > C",
    "echo a{b,c}>C",
    "echo \\\"; touch C; echo \\\"",
    "ls [$(touch C)]",
    "ls ~$(touch C)",
    "ls -l$(touch C)",
    "ls \"`touch C`\"",
    "ls a=$(touch C)",
    "ls a=(b $(touch C))",
    "echo x=(1); touch C",
    "let 'a[$(touch C)]=1'",
    "(( a[$(touch C)] ))",
    "read x <<< y",
    "mapfile -C 'touch C' -c 1 x < a",
    "exec 3>C",
    "exec ls",
    "unset 'a[$(touch C)]'",
    "export 'a[$(touch C)]=1'",
    "wait -p 'a[$(touch C)]'",
    "getopts x 'a[$(touch C)]'",
    "ulimit -f 1",
    "shopt -s dotglob; ls",
    "caller $(touch C)",
    "cmp a b C",
    "cmp -l a b",
    "paste a b C",
    "column a C",
    "split a C",
    "csplit a 1",
    "head -c1 a >C",
    "tail -n1 a b",
    "du --files0-from=C",
    "comm a b --output-delimiter=C",
    "join -o 1.1 a b",
    "cut -c1 --output-delimiter=C a",
    "nl -b a a",
    "tac -s x a",
    "fold -w1 a",
    "stat --printf='%n' a",
    "stat -c '%n' a",
    "realpath --relative-to=. a",
    "readlink -f a",
    "hexdump -C a",
    "od -c a",
    "md5sum --tag a",
    "cksum -a sha1 a",
    "b2sum -c a",
    "df --output=source",
    "df --output",
    "ls --color=always",
    "expr 1 : '\\(.*\\)'",
    "tr a b < a",
    "tr a b < C",
    "touch\u{a0}C",
    "ls\u{a0}&&\u{a0}touch C",
    "ls \u{ff1b} touch C",
    "ls \u{2028}touch C",
    "ls\u{b}touch C",
    "ls\u{c};touch C",
    "ls \u{85} touch C",
];

/// Names of files that some program takes for options.
const NAMES: &[&[&str]] =
    &[&[], &["-oC", "-uoC"], &["--output=C"], &["-delete"], &["-e1w C"], &["-e1e touch C"], &["-i", "-n"]];

#[test]
fn no_line_that_is_free_changes_anything() {
    let mut harms = Vec::new();
    for names in NAMES {
        let mut trap = Trap::new(names);
        let mut before = trap.state();
        harms.extend(LINES.iter().filter_map(|line| harm(names, &mut trap, &mut before, line)));
    }
    assert!(harms.is_empty(), "{} lines:\n{}", harms.len(), harms.join("\n"));
}

/// Something that makes `C` if it runs, or if its text is taken for more than text.
fn payload() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "touch C",
        "> C",
        "-oC",
        "--output=C",
        "--o=C",
        "-delete",
        "$(touch C)",
        "`touch C`",
        "a[$(touch C)]",
        "-e1wC",
        "tee C",
        "C",
        "-v",
        "-i",
        "w C",
        "{a,-oC}",
        "-{u,oC}",
        "$x",
        "\"$x\"",
        "-$x",
        "*",
        "-*",
        "'",
        "\"",
        "\\",
        "${x@P}",
    ])
    .prop_map(str::to_owned)
}

/// Lines of commands that are free, with such things in all places.
fn line() -> impl Strategy<Value = String> {
    let program = prop::sample::select(vec![
        "ls",
        "cat",
        "sort",
        "uniq",
        "find .",
        "sed -n p",
        "sed",
        "awk 1",
        "grep one",
        "git log",
        "git diff",
        "git branch",
        "git config",
        "git remote",
        "git tag",
        "git status",
        "echo",
        "printf",
        "test",
        "[",
        "[[ a",
        "date",
        "file",
        "wc",
        "head",
        "diff a",
        "tr a",
        "cut -c1",
        "type",
        "command -v",
        "exit",
        "env",
        "cd",
        "tree",
        "jq",
        "git stash list",
        "git reflog",
        "git show",
        "git grep one",
        "basename",
        "seq 1",
        "cmp a",
        "join a",
        "paste",
        "column",
        "stat",
    ]);
    let glue = prop::sample::select(vec![
        " ", " ", " ", " a ", "=", "", " -n ", " -- ", "\t", "\\\n", "#", " #", " <", " <<<", " 2>&1 ",
    ]);
    let simple = (program, prop::collection::vec((glue, payload()), 0..4)).prop_map(|(program, rest)| {
        rest.into_iter().fold(program.to_owned(), |line, (glue, part)| line + glue + &part)
    });
    simple.prop_recursive(3, 8, 2, |inner| {
        let operator = prop::sample::select(vec![
            " && ", ";", " | ", "\n", " & ", " || ", "&", "|", ";;", " ]; ", " ]]; ",
        ]);
        prop_oneof![
            4 => (inner.clone(), operator, inner.clone()).prop_map(|(a, o, b)| format!("{a}{o}{b}")),
            1 => inner.clone().prop_map(|a| format!("({a})")),
            1 => inner.clone().prop_map(|a| format!("if {a}; then ls; fi")),
            2 => (payload(), inner.clone()).prop_map(|(x, a)| format!("for x in ' {x}' {x}; do {a}; done")),
            1 => inner.clone().prop_map(|a| format!("case x in x) {a};; esac")),
            1 => inner.clone().prop_map(|a| format!("cat <<E\n{a}\nE")),
            1 => inner.clone().prop_map(|a| format!("echo \"$({a})\"")),
            1 => inner.prop_map(|a| format!("ls <({a})")),
        ]
    })
}

#[test]
fn no_random_line_that_is_free_changes_anything() {
    let names = ["-oC", "--output=C", "-delete"];
    let (mut trap, mut runner) = (Trap::new(&names), TestRunner::deterministic());
    let (mut before, mut harms, mut free) = (trap.state(), Vec::new(), 0);
    let most = std::env::var("QWEN_FUZZ").ok().and_then(|n| n.parse().ok()).unwrap_or(3_000);
    for _ in 0..most {
        let line = line().new_tree(&mut runner).expect("a line").current();
        free += usize::from(is_free(&trap.root, &line));
        harms.extend(harm(&names, &mut trap, &mut before, &line));
    }
    assert!(harms.is_empty(), "{} lines:\n{}", harms.len(), harms.join("\n"));
    assert!(free * 50 > most, "only {free} of {most} lines were run, which shows little");
}
