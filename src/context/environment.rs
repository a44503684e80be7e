//! What the first user message says about the machine and the day.

use super::git::{self, Changes};
use crate::base::AbsPath;

/// How many changed files are named.
const FILES: usize = 20;

/// Facts that change from day to day. They stand in the first user message, behind everything that is cached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// The day, as `2026-11-21`.
    pub date: String,
    /// The operating system, as `linux x86_64`.
    pub system: String,
    /// The shell that commands run in, as `bash`.
    pub shell: String,
    /// Where the session works.
    pub cwd: AbsPath,
    /// The repository's root.
    pub root: AbsPath,
    /// The branch, when there is a repository.
    pub branch: Option<String>,
    /// Changed files, when git could say.
    pub changes: Option<Changes>,
}

impl Environment {
    /// Asks the system and git; takes at most a third of a second.
    pub async fn collect(root: &AbsPath, cwd: &AbsPath, date: String, shell: String) -> Self {
        Self {
            date,
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            shell,
            cwd: cwd.clone(),
            root: root.clone(),
            branch: git::branch(root),
            changes: git::changes(root).await,
        }
    }

    /// As the model reads it.
    pub fn text(&self) -> String {
        let mut lines = vec![
            "<environment>".to_owned(),
            format!("Date: {}", self.date),
            format!("System: {}, shell: {}", self.system, self.shell),
            format!("Working directory: {}", self.cwd),
        ];
        if self.cwd != self.root {
            lines.push(format!("Repository root: {}", self.root));
        }
        if let Some(branch) = &self.branch {
            lines.push(format!("Git branch: {branch}"));
        }
        match &self.changes {
            Some(changes) if changes.files.is_empty() => lines.push("Changed files: none".to_owned()),
            Some(changes) => {
                let count = changes.files.len();
                let sign = if changes.more { "+" } else { "" };
                lines.push(format!("Changed files ({count}{sign}):"));
                lines.extend(changes.files.iter().take(FILES).cloned());
                if count > FILES {
                    lines.push(format!("… and {}{sign} more", count - FILES));
                }
            }
            None => {}
        }
        lines.push("</environment>".to_owned());
        lines.join("\n")
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn environment(changes: Option<Changes>) -> Environment {
        let root = AbsPath::new("/home/dev/app").expect("absolute");
        Environment {
            date: "2026-11-21".into(),
            system: "linux x86_64".into(),
            shell: "bash".into(),
            cwd: root.join("src"),
            root,
            branch: Some("main".into()),
            changes,
        }
    }

    #[test]
    fn it_is_short_and_names_the_working_directory_on_a_line() {
        let changes = Changes { files: vec!["M a.rs".into(), "?? b.rs".into()], more: false };
        let want = "<environment>\nDate: 2026-11-21\nSystem: linux x86_64, shell: bash\n\
                    Working directory: /home/dev/app/src\nRepository root: /home/dev/app\nGit branch: main\n\
                    Changed files (2):\nM a.rs\n?? b.rs\n</environment>";
        assert_eq!(environment(Some(changes)).text(), want);
    }

    #[test]
    fn many_changed_files_are_counted() {
        let files = (0..30).map(|n| format!("M {n:02}.rs")).collect();
        let text = environment(Some(Changes { files, more: true })).text();
        assert!(text.contains("Changed files (30+):\nM 00.rs\n"));
        assert!(text.contains("M 19.rs\n… and 10+ more\n</environment>"));
        assert!(!environment(None).text().contains("Changed"));
    }
}
