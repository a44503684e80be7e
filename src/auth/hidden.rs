//! Which variables a command must not see.

use std::collections::BTreeSet;

use crate::catalog::PROVIDERS;

use super::{envfile::CUSTOM_KEY, inputs::Inputs};

/// Keys of providers this program does not speak to, and of Qwen Code's own tools.
/// Source: `docs/sources.md`, qwen-code 3.
const OTHER_KEYS: &[&str] = &[
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "AZURE_OPENAI_API_KEY",
    "GEMINI_API_KEY",
    "GOOGLE_API_KEY",
    "GROQ_API_KEY",
    "REQUESTY_API_KEY",
    "WEB_SEARCH_API_KEY",
];

/// Names without which a command cannot work. They are no secrets, wherever else they are written.
const NEEDED: &[&str] = &[
    "COMSPEC",
    "HOME",
    "LANG",
    "LOGNAME",
    "PATH",
    "PATHEXT",
    "PWD",
    "SHELL",
    "SYSTEMROOT",
    "TEMP",
    "TERM",
    "TMP",
    "TMPDIR",
    "USER",
    "USERPROFILE",
    "WINDIR",
];

/// Names of environment variables that a command must not see: keys of all known providers, variables that
/// settings name as keys or set themselves, and everything taken from `.env` files.
///
/// Shape: sorted, none twice. The names of variables every command needs are never among them.
pub fn hidden_names(inputs: &Inputs) -> Vec<String> {
    let settings = &inputs.settings;
    let custom = inputs.env.names().filter(|name| name.starts_with(CUSTOM_KEY));
    let names: BTreeSet<&str> = PROVIDERS
        .iter()
        .map(|row| row.key_env)
        .chain(OTHER_KEYS.iter().copied())
        .chain(custom)
        .chain(settings.models.iter().filter_map(|entry| entry.key_env.as_deref()))
        .chain(settings.env.names())
        .chain(settings.referenced.iter().map(String::as_str))
        .chain(inputs.files.iter().flat_map(|file| file.vars.names()))
        .collect();
    let is_needed = |name: &str| NEEDED.iter().any(|needed| needed.eq_ignore_ascii_case(name));
    names.into_iter().filter(|name| !is_needed(name)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::auth::{EnvFile, EnvFiles, ModelEntry, Options, Vars};

    #[test]
    fn a_command_sees_no_key_wherever_it_is_named() {
        let file = |is_project, text| EnvFile::parse(Path::new("/x/.env"), is_project, text);
        let inputs = Inputs {
            env: Vars::from_iter([("QWEN_CUSTOM_API_KEY_CORP", "k"), ("EDITOR", "vi"), ("PATH", "/bin")]),
            files: EnvFiles {
                project: Some(file(true, "PATH=/evil\nEDITOR=x\nOPENAI_BASE_URL=u")),
                user: vec![file(false, "DB_PASSWORD=x\nHOME=/evil")],
            },
            settings: Options {
                env: Vars::from_iter([("CORP_TOKEN", "k"), ("PATH", "/evil")]),
                referenced: vec!["PASS_FROM_VAULT".into()],
                models: vec![ModelEntry { key_env: Some("MY_KEY".into()), ..ModelEntry::default() }],
                ..Options::default()
            },
            ..Inputs::default()
        };
        let hidden = hidden_names(&inputs);
        for name in [
            "DASHSCOPE_API_KEY",
            "BAILIAN_CODING_PLAN_API_KEY",
            "OPENAI_API_KEY",
            "ANTHROPIC_API_KEY",
            "QWEN_CUSTOM_API_KEY_CORP",
            "CORP_TOKEN",
            "PASS_FROM_VAULT",
            "MY_KEY",
            "DB_PASSWORD",
            "OPENAI_BASE_URL",
        ] {
            assert!(hidden.iter().any(|h| h == name), "{name}");
        }
        for name in ["PATH", "HOME", "EDITOR"] {
            assert!(!hidden.iter().any(|h| h == name), "{name}");
        }
        assert!(hidden.is_sorted_by(|a, b| a < b));
    }
}
