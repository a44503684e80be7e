//! What is on the disk, and what is known of the provider's cache.

use std::{fs, path::Path};

use super::{super::connect, credentials::Chosen, report::Report, scene::Scene};
use crate::{
    base::{AbsPath, Bytes},
    cache::Scope,
    session::{Folder, LedgerFile},
};

/// So many files are counted; who has more is told that it is more.
const MOST: u32 = 20_000;

/// Looks at folders, files and the cache.
pub(super) fn look(scene: &Scene, chosen: Option<&Chosen>, report: &mut Report) {
    report.section("Files");
    report.fine("folder", &format!("`{}`", scene.cwd));
    if scene.root != scene.cwd {
        report.fine("project", &format!("`{}`", scene.root));
    }
    let home = &scene.homes.qwen_home;
    let from = if scene.env("QWEN_HOME").is_some() { " (QWEN_HOME)" } else { "" };
    report.fine("home", &format!("`{}`{from}", home.display()));
    let paths = &scene.paths;
    for path in [&paths.system_defaults, &paths.user, &paths.project, &paths.system] {
        if path.is_file() {
            report.fine("settings", &format!("`{}`", path.display()));
        }
    }
    for note in scene.settings.notes() {
        report.note("", note);
    }
    for file in scene.inputs.files.iter() {
        let whose = if file.is_project { "the project's" } else { "yours" };
        report.fine(".env", &format!("`{}`, {whose}", file.path.display()));
        for note in &file.notes {
            report.note("", note);
        }
    }
    if let Some(home) = AbsPath::new(home) {
        let folder = Folder::of(&home, &scene.root);
        report.fine(
            "kept",
            &format!("{} of this project in `{}`", sized(folder.path().as_path()), folder.path()),
        );
        let all = home.join("projects");
        report.fine("", &format!("{} of all projects in `{all}`", sized(all.as_path())));
        cache(scene, chosen, LedgerFile::at(&home), report);
    }
}

fn cache(scene: &Scene, chosen: Option<&Chosen>, mut file: LedgerFile, report: &mut Report) {
    report.section("Cache");
    if let Some(path) = file.path() {
        let size = fs::metadata(path.as_path()).map(|facts| Bytes(facts.len()).short());
        let size = size.unwrap_or_else(|_| "not there yet".to_owned());
        report.fine("ledger", &format!("`{path}`, {size}"));
    }
    let Some(chosen) = chosen else { return };
    report.fine("mode", &connect::cache_reason(&chosen.profile));
    let scope = Scope { account: chosen.credential.account(), model: chosen.model.clone() };
    for finding in file.load().findings(&scope, scene.now) {
        report.note("finding", &finding.sentence());
    }
}

/// The size of everything below a folder.
fn sized(folder: &Path) -> String {
    let (mut files, mut bytes) = (0, 0);
    count(folder, &mut files, &mut bytes);
    let more = if files >= MOST { "more than " } else { "" };
    format!("{more}{} in {files} files", Bytes(bytes).short())
}

/// Follows no link.
fn count(folder: &Path, files: &mut u32, bytes: &mut u64) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if *files >= MOST {
            return;
        }
        match entry.metadata() {
            Ok(facts) if facts.is_dir() => count(&entry.path(), files, bytes),
            Ok(facts) => (*files, *bytes) = (*files + 1, bytes.saturating_add(facts.len())),
            Err(_) => {}
        }
    }
}
