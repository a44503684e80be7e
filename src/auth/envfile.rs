//! Reads `.env` files into maps, never into the environment of the process.
//!
//! Nothing in a value is replaced: `${OPENAI_API_KEY}` inside a URL stays those letters, or a hostile file could
//! carry a key out in an address. Of a project's file only names on a list are taken.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::catalog::PROVIDERS;

use super::vars::Vars;

/// Above this a file is not a list of variables. Unit: bytes.
const LARGEST: u64 = 1 << 20;

/// Key names begin so when they were made for a server of the person's own.
pub(super) const CUSTOM_KEY: &str = "QWEN_CUSTOM_API_KEY_";

/// What was read of one file.
#[derive(Default)]
pub struct EnvFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Whether it was found in the project and not in the person's own folders.
    pub is_project: bool,
    /// Its variables; of a project's file those on the list.
    pub vars: Vars,
    /// What a person should know about it.
    pub notes: Vec<String>,
}

/// All files of one run.
#[derive(Default)]
pub struct EnvFiles {
    /// The one file of the project.
    pub project: Option<EnvFile>,
    /// The person's own, the most important first.
    pub user: Vec<EnvFile>,
}

impl EnvFiles {
    /// Looks for files: from `cwd` upwards `.qwen/.env`, then `.env`, where the first hit ends the walk and the
    /// home folder is not part of it; then the person's own in `qwen_home` and `user_home`.
    ///
    /// Source: `docs/sources.md`, qwen-code 2.2.
    pub fn collect(cwd: &Path, qwen_home: &Path, user_home: &Path) -> Self {
        let (cwd, user_home) = (real(cwd), real(user_home));
        let mut own =
            vec![real(qwen_home).join(".env"), user_home.join(".qwen/.env"), user_home.join(".env")];
        own.dedup();
        let project = cwd
            .ancestors()
            .take_while(|dir| *dir != user_home)
            .flat_map(|dir| [dir.join(".qwen/.env"), dir.join(".env")])
            .filter(|path| !own.contains(path))
            .find_map(|path| read(&path, true));
        Self { project, user: own.iter().filter_map(|path| read(path, false)).collect() }
    }

    /// All files, in the order in which they are asked.
    pub fn iter(&self) -> impl Iterator<Item = &EnvFile> {
        self.project.iter().chain(&self.user)
    }
}

impl EnvFile {
    /// Reads the text of a file.
    ///
    /// Shape: a line that cannot be read is left out with a note that does not repeat it.
    pub fn parse(path: &Path, is_project: bool, text: &str) -> Self {
        let mut file = Self { path: path.to_owned(), is_project, ..Self::default() };
        let mut unreadable = 0_usize;
        let (text, dollar) = shield(text);
        for line in dotenvy::Iter::new(text.as_bytes()) {
            match line {
                Ok((name, value)) if !is_project || is_for_projects(&name) => {
                    file.vars.add(name, value.replace(dollar, "$"));
                }
                Ok((name, _)) if ACTING.contains(&name.as_str()) => file.notes.push(format!(
                    "{name} in {} is ignored: only your own environment and settings may set it",
                    path.display()
                )),
                Ok(_) => {}
                Err(_) => unreadable += 1,
            }
        }
        if unreadable > 0 {
            file.notes
                .push(format!("{}: {unreadable} lines are not NAME=value and were skipped", path.display()));
        }
        file
    }
}

/// Names that a project may not set and whose absence a person would wonder about.
const ACTING: &[&str] = &["DASHSCOPE_PROXY_BASE_URL", "QWEN_DEFAULT_AUTH_TYPE", "QWEN_HOME"];

/// What a project's file may set: keys, one address and the model. The address of a proxy is not among them: it
/// decides which host counts as Qwen Cloud, and that is the person's word.
fn is_for_projects(name: &str) -> bool {
    matches!(name, "OPENAI_BASE_URL" | "OPENAI_MODEL" | "QWEN_MODEL")
        || name.starts_with(CUSTOM_KEY)
        || PROVIDERS.iter().any(|row| row.key_env == name)
}

/// Puts a letter that the text does not use in place of each `$`, so that the parser finds nothing to replace:
/// it would take values from the environment of the process. A backslash before it is dropped, as the parser
/// would do.
fn shield(text: &str) -> (String, char) {
    // The private use area has more letters than a file of the allowed size can use up.
    let stand_in = ('\u{E000}'..='\u{F8FF}').chain('\u{F0000}'..='\u{FFFFD}').find(|c| !text.contains(*c));
    let stand_in = stand_in.unwrap_or('\u{FFFD}');
    let letter = stand_in.to_string();
    let mut shielded = text.trim_start_matches('\u{FEFF}').replace("\\$", &letter).replace('$', &letter);
    // The parser takes blanks at the very end for an unfinished value.
    shielded.push('\n');
    (shielded, stand_in)
}

fn read(path: &Path, is_project: bool) -> Option<EnvFile> {
    let meta = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    let refused = |why: &str| {
        let notes = vec![format!("{} is not read: {why}", path.display())];
        Some(EnvFile { path: path.to_owned(), is_project, notes, ..EnvFile::default() })
    };
    if meta.len() > LARGEST {
        return refused("it is larger than 1 MB");
    }
    match fs::read_to_string(path) {
        Ok(text) => Some(EnvFile::parse(path, is_project, &text)),
        Err(error) => refused(&error.to_string()),
    }
}

fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(is_project: bool, text: &str) -> EnvFile {
        EnvFile::parse(Path::new("/p/.env"), is_project, text)
    }

    #[test]
    fn a_hostile_address_does_not_carry_a_key_out() {
        // PATH is set in every process; a name of our own cannot be set without unsafe code.
        let path = std::env::var("PATH").unwrap();
        for value in ["https://evil.test/${PATH}", "https://evil.test/$PATH", "\"https://evil.test/${PATH}\""]
        {
            for is_project in [true, false] {
                let file = parsed(is_project, &format!("OPENAI_API_KEY=sk-a\nOPENAI_BASE_URL={value}\n"));
                let url = file.vars.get("OPENAI_BASE_URL").unwrap();
                assert_eq!(url, value.trim_matches('"'));
                assert!(!url.contains(&path));
            }
        }
        let own = parsed(true, "OPENAI_API_KEY=sk-a\nOPENAI_BASE_URL=https://evil.test/${OPENAI_API_KEY}");
        assert_eq!(own.vars.get("OPENAI_BASE_URL"), Some("https://evil.test/${OPENAI_API_KEY}"));
    }

    #[test]
    fn quotes_comments_and_prefixes_are_read_as_usual() {
        let text = "\u{FEFF}# note\r\nexport A='o ne' # why\r\nB=\"tw\\\"o\"\r\nC=th$ree\r\nD=f\\$our\r\nE=\r\nF=six ";
        let file = parsed(false, text);
        let values: Vec<_> = ["A", "B", "C", "D", "E", "F"].map(|name| file.vars.get(name)).into();
        assert_eq!(values, [Some("o ne"), Some("tw\"o"), Some("th$ree"), Some("f$our"), None, Some("six")]);
        assert_eq!(file.notes, [""; 0]);
    }

    #[test]
    fn a_line_that_cannot_be_read_is_told_without_repeating_it() {
        let file = parsed(true, "sk-canary oops\nOPENAI_API_KEY=sk-a\nX='canary");
        assert_eq!(file.vars.get("OPENAI_API_KEY"), Some("sk-a"));
        assert_eq!(file.notes, ["/p/.env: 2 lines are not NAME=value and were skipped"]);
    }

    #[test]
    fn a_project_sets_only_names_on_the_list() {
        let text = "PATH=/evil\nHTTPS_PROXY=http://evil\nDASHSCOPE_PROXY_BASE_URL=https://evil\nQWEN_HOME=/evil\n\
                    OPENAI_API_KEY=k\nDASHSCOPE_API_KEY=k\nQWEN_CUSTOM_API_KEY_X=k\nQWEN_MODEL=m";
        let file = parsed(true, text);
        let names: Vec<_> = file.vars.names().collect();
        assert_eq!(names, ["DASHSCOPE_API_KEY", "OPENAI_API_KEY", "QWEN_CUSTOM_API_KEY_X", "QWEN_MODEL"]);
        assert_eq!(file.notes.len(), 2);
        assert!(parsed(false, text).vars.get("DASHSCOPE_PROXY_BASE_URL").is_some());
    }

    #[test]
    fn the_first_file_upwards_ends_the_walk_and_home_is_the_persons_own() {
        let home = tempfile::tempdir().unwrap();
        let put = |path: &str, model: &str| {
            let path = home.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, format!("QWEN_MODEL={model}")).unwrap();
        };
        put("work/.env", "upper");
        put("work/app/.env", "plain");
        put("work/app/.qwen/.env", "first");
        put("work/app/src/x", "nothing");
        put(".qwen/.env", "own");
        put(".env", "older");
        let models = |cwd: &str| {
            let files = EnvFiles::collect(&home.path().join(cwd), &home.path().join(".qwen"), home.path());
            files
                .iter()
                .map(|f| (f.is_project, f.vars.get("QWEN_MODEL").unwrap().to_owned()))
                .collect::<Vec<_>>()
        };
        let own = [(false, "own".to_owned()), (false, "older".to_owned())];
        let with = |first: &str| [&[(true, first.to_owned())], &own[..]].concat();
        assert_eq!(models("work/app/src"), with("first"));
        assert_eq!(models("work"), with("upper"));
        assert_eq!(models(""), own);
        fs::remove_file(home.path().join("work/app/.qwen/.env")).unwrap();
        assert_eq!(models("work/app/src"), with("plain"));
    }

    #[test]
    fn a_folder_or_an_endless_file_is_not_read() {
        let home = tempfile::tempdir().unwrap();
        let app = home.path().join("app");
        fs::create_dir_all(app.join(".env")).unwrap();
        fs::create_dir_all(app.join(".qwen")).unwrap();
        let large = vec![b'#'; usize::try_from(LARGEST).unwrap() + 1];
        fs::write(app.join(".qwen/.env"), large).unwrap();
        let files = EnvFiles::collect(&app, &home.path().join(".qwen"), home.path());
        let file = files.project.unwrap();
        assert_eq!(file.vars.names().count(), 0);
        assert!(file.notes[0].ends_with("is not read: it is larger than 1 MB"));
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "[A-C=$\\\\{}'\" #\n\r\t\u{E000}é]{0,80}") {
            let file = parsed(false, &text);
            for name in file.vars.names() {
                prop_assert!(file.vars.get(name).is_none_or(|v| v.len() <= text.len()));
            }
        }
    }
}
