//! The repository of the demo.

use std::{fs, io, path::Path, process::Command};

/// Path and text of every file.
const FILES: [(&str, &str); 3] = [
    ("README.md", include_str!("files/README.md")),
    ("src/slug.sh", include_str!("files/slug.sh")),
    ("tests/run.sh", include_str!("files/run.sh")),
];

/// Writes the files and commits them, if git is there; without it they are plain files. Errors: the folder cannot
/// be written.
pub(super) fn make(folder: &Path) -> io::Result<()> {
    for (path, text) in FILES {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, text)?;
    }
    let git = |words: &[&str]| {
        let who =
            ["-c", "user.name=demo", "-c", "user.email=demo@example.invalid", "-c", "commit.gpgsign=false"];
        // A machine without git can see the demo too.
        let _ = Command::new("git").args(who).args(words).current_dir(folder).output();
    };
    git(&["init", "--quiet", "--initial-branch=main"]);
    git(&["add", "."]);
    git(&["-c", "core.hooksPath=/dev/null", "commit", "--quiet", "--message", "slug: make parts of URLs"]);
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn test(folder: &Path) -> (bool, String) {
        let run = Command::new("sh").arg("tests/run.sh").current_dir(folder).output().expect("sh is there");
        (run.status.success(), String::from_utf8_lossy(&run.stdout).into_owned())
    }

    #[test]
    fn the_test_fails_before_the_edit_of_the_script_and_passes_after_it() {
        let folder = tempfile::tempdir().expect("a folder");
        make(folder.path()).expect("written");
        let (passed, output) = test(folder.path());
        assert!(!passed && output.ends_with("2 failed\n"), "{output}");
        let slug = folder.path().join("src/slug.sh");
        let text = fs::read_to_string(&slug).expect("written");
        assert_eq!(text.matches(super::super::script::OLD).count(), 1);
        let edited = text.replace(super::super::script::OLD, super::super::script::NEW);
        fs::write(&slug, edited).expect("written");
        assert_eq!(test(folder.path()).1.lines().last(), Some("0 failed"));
    }
}
