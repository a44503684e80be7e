//! Table: files that act when they are changed, or hold secrets. Changing them asks even where edits are free.

use crate::base::AbsPath;

/// Folders whose content acts: hooks, settings, tasks of editors, keys.
const FOLDERS: &[&str] = &[".git", ".qwen", ".ssh", ".vscode", ".idea", ".husky"];

/// Files that shells, git and package managers read by themselves.
const FILES: &[&str] = &[
    ".bashrc",
    ".bash_profile",
    ".bash_login",
    ".bash_logout",
    ".bash_aliases",
    ".profile",
    ".zshrc",
    ".zshenv",
    ".zprofile",
    ".zlogin",
    ".zlogout",
    ".kshrc",
    ".cshrc",
    ".tcshrc",
    ".login",
    "config.fish",
    ".inputrc",
    ".gitconfig",
    ".gitmodules",
    ".gitattributes",
    ".npmrc",
    ".yarnrc",
    ".yarnrc.yml",
    ".pypirc",
    ".netrc",
    ".mcp.json",
    ".ripgreprc",
];

/// The part of `path` that makes it sensitive, in small letters: `.git`, `.env`, `.bashrc`. Inside `root` only what
/// comes after it counts.
///
/// File systems may ignore case, and Windows ignores dots and blanks at the end of a name; so does this.
pub(super) fn sensitive_part(path: &AbsPath, root: &AbsPath) -> Option<String> {
    let text = path.below(root).unwrap_or_else(|| path.to_string());
    let parts: Vec<_> =
        text.split(['/', '\\']).map(|part| part.trim_end_matches(['.', ' ']).to_ascii_lowercase()).collect();
    if let Some(folder) = parts.iter().find(|part| FOLDERS.contains(&part.as_str())) {
        return Some(folder.clone());
    }
    let name = parts.last()?;
    if name.starts_with(".env") {
        return Some(".env".to_owned());
    }
    FILES.contains(&name.as_str()).then(|| name.clone())
}
