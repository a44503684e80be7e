//! Table: programs that only read, what stops them from only reading, and programs that change files.
//!
//! *Source:* the manual pages of coreutils 9, findutils 4.9, diffutils 3.10, grep 3.11, ripgrep 14, fd 10, file 5.45,
//! tree 2.1 and jq 1.7, looked through for options that write, run another program or take names of files from a file.

use super::files::Changes;

/// What the operands of a program are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operands {
    /// Text that names no file.
    Text,
    /// Files and folders.
    Paths,
    /// A pattern, then files and folders.
    PatternThenPaths,
    /// There may be none.
    Nothing,
    /// At most one file: a second one would be written.
    OnePath,
}

/// A program that only reads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Program {
    pub(super) operands: Operands,
    /// Options with which it does more: `-o` also as one letter among others, `--output` also shortened.
    pub(super) breaks: &'static [&'static str],
}

/// The entry of a program, if it only reads. `git`, `find`, `sed`, `awk`, `cd` and tests are judged in code.
pub(super) fn reader(name: &str) -> Option<Program> {
    use Operands::{Nothing, OnePath, Paths, PatternThenPaths, Text};
    let (operands, breaks): (_, &[&str]) = match name {
        "echo" | "true" | "false" | ":" | "basename" | "dirname" | "seq" | "tr" | "uname" | "whoami"
        | "id" | "groups" | "which" | "type" | "pwd" | "nproc" | "uptime" | "free" | "printenv" | "expr"
        | "exit" | "return" | "break" | "continue" => (Text, &[]),
        // `arch x` runs `x` on macOS.
        "env" | "arch" => (Nothing, &[]),
        "ls" | "cat" | "head" | "tail" | "stat" | "df" | "readlink" | "realpath" | "cut" | "cmp" | "comm"
        | "nl" | "rev" | "tac" | "fold" | "expand" | "unexpand" | "paste" | "join" | "column" | "fmt"
        | "md5sum" | "sha1sum" | "sha256sum" | "sha512sum" | "b2sum" | "cksum" | "sum" | "od" | "hexdump"
        | "strings" => (Paths, &[]),
        "wc" | "du" => (Paths, &["--files0-from"]),
        "file" => {
            let breaks =
                &["-C", "--compile", "-z", "-Z", "--uncompress", "-f", "--files-from", "-m", "--magic-file"];
            (Paths, breaks)
        }
        "sort" => {
            (Paths, &["-o", "--output", "-T", "--temporary-directory", "--compress-program", "--files0-from"])
        }
        "uniq" => (OnePath, &[]),
        "diff" => (Paths, &["-l", "--paginate"]),
        "tree" => (Paths, &["-o", "--output", "-R"]),
        "grep" | "egrep" | "fgrep" => (PatternThenPaths, &[]),
        "rg" => (PatternThenPaths, &["--pre", "--hostname-bin", "-z", "--search-zip"]),
        "fd" | "fdfind" => {
            (PatternThenPaths, &["-x", "-X", "--exec", "--exec-batch", "-C", "--base-directory"])
        }
        "jq" => (PatternThenPaths, &["-f", "-L", "--from-file"]),
        _ => return None,
    };
    Some(Program { operands, breaks })
}

/// Options that only print a version. Where a short option means something else it is missing, and so are programs
/// that first start what a project's own files name: yarn (`yarnPath`), pnpm, Maven (`.mvn/jvm.config`), Gradle, .NET.
pub(super) fn prints_version(name: &str, option: &str) -> bool {
    match name {
        "cargo" | "rustc" => matches!(option, "--version" | "-V" | "-vV"),
        "node" | "npm" | "tsc" | "bun" => matches!(option, "--version" | "-v"),
        "python" | "python3" | "pip" | "pip3" => matches!(option, "--version" | "-V"),
        "go" => option == "version",
        "java" | "javac" => matches!(option, "--version" | "-version"),
        "rustup" | "ruby" | "perl" | "php" | "gcc" | "g++" | "clang" | "make" | "cmake" | "deno" | "uv"
        | "docker" | "git" | "rg" | "bash" | "jq" | "gh" | "sqlite3" | "curl" => option == "--version",
        _ => false,
    }
}

/// What a program changes, told by its name.
pub(super) fn changes(name: &str) -> Option<Changes> {
    Some(match name {
        "tee" | "touch" | "mkdir" | "truncate" | "mkfifo" | "mknod" | "patch" | "gzip" | "gunzip" | "vi"
        | "vim" | "nano" | "ed" | "ex" | "sponge" => Changes::Writes,
        "rm" | "rmdir" | "unlink" | "shred" | "rimraf" => Changes::Deletes,
        "cp" | "ln" | "install" | "rsync" | "scp" => Changes::Copies,
        "mv" => Changes::Moves,
        "chmod" | "chown" | "chgrp" => Changes::Adjusts,
        "sed" | "perl" | "gawk" | "awk" => Changes::InPlace,
        "dd" => Changes::Options(&["of="]),
        "sort" | "tree" => Changes::Options(&["-o", "--output"]),
        "curl" => Changes::Options(&["-o", "--output", "-c", "--cookie-jar", "-D", "--dump-header"]),
        "wget" => {
            Changes::Options(&["-O", "--output-document", "-o", "--output-file", "-P", "--directory-prefix"])
        }
        "git" => Changes::Options(&["--output"]),
        "gcc" | "cc" | "clang" | "g++" | "clang++" | "rustc" | "go" | "pandoc" => {
            Changes::Options(&["-o", "--output"])
        }
        "tar" => Changes::Options(&["-f", "-cf", "-czf", "--file"]),
        _ => return None,
    })
}

/// Programs that talk to other machines.
pub(super) fn uses_network(name: &str) -> bool {
    matches!(
        name,
        "curl"
            | "wget"
            | "ssh"
            | "scp"
            | "sftp"
            | "rsync"
            | "nc"
            | "ncat"
            | "netcat"
            | "telnet"
            | "ftp"
            | "http"
            | "https"
            | "aria2c"
            | "socat"
            | "dig"
            | "nslookup"
            | "host"
            | "ping"
            | "gh"
            | "npx"
    )
}

/// Programs that run what stands in a file or on the command line.
pub(super) fn runs_script(name: &str) -> bool {
    super::wrapper::SHELLS.contains(&name)
        || matches!(
            name,
            "source"
                | "."
                | "python"
                | "python3"
                | "node"
                | "ruby"
                | "perl"
                | "php"
                | "deno"
                | "bun"
                | "lua"
                | "osascript"
                | "pwsh"
                | "powershell"
                | "tclsh"
                | "Rscript"
                | "make"
                | "just"
                | "npx"
        )
}

/// Programs for which "don't ask again" is never offered, whatever their arguments: they remove, they reach far, or
/// what they run is known only when it runs.
pub(super) fn is_never_remembered(name: &str) -> bool {
    super::wrapper::SHELLS.contains(&name)
        || uses_network(name)
        || matches!(
            name,
            "rm" | "rmdir"
                | "unlink"
                | "shred"
                | "rimraf"
                | "dd"
                | "mv"
                | "ln"
                | "chmod"
                | "chown"
                | "chgrp"
                | "kill"
                | "pkill"
                | "killall"
                | "shutdown"
                | "reboot"
                | "halt"
                | "poweroff"
                | "systemctl"
                | "service"
                | "mount"
                | "umount"
                | "crontab"
                | "at"
                | "eval"
                | "source"
                | "."
                | "exec"
                | "xargs"
                | "parallel"
                | "sudo"
                | "doas"
                | "su"
                | "pkexec"
                | "runuser"
                | "env"
                | "command"
                | "builtin"
                | "find"
                | "fd"
                | "trap"
                | "alias"
                | "export"
                | "unset"
                | "declare"
                | "typeset"
                | "readonly"
                | "local"
                | "set"
                | "shopt"
                | "read"
                | "hash"
                | "enable"
                | "time"
                | "nohup"
                | "setsid"
                | "coproc"
                | "watch"
                | "timeout"
                | "cd"
                | "pushd"
                | "popd"
                | "bind"
                | "complete"
                | "mapfile"
                | "readarray"
                | "let"
                | "printf"
                | "test"
                | "["
                | "[["
        )
}
