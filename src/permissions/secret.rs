//! Table: files that are kept for the secrets in them. Reading one asks where other files are free.

use crate::base::AbsPath;

/// Endings of files with keys.
const ENDINGS: &[&str] = &[".pem", ".key", ".p12", ".pfx", ".jks", ".keystore", ".kdbx", ".ppk", ".p8"];

/// Files by their whole name.
const NAMES: &[&str] = &[
    ".netrc",
    "_netrc",
    ".npmrc",
    ".pypirc",
    ".pgpass",
    ".git-credentials",
    ".htpasswd",
    ".my.cnf",
    ".vault-token",
    ".yarnrc.yml",
    "oauth_creds.json",
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    "id_ecdsa_sk",
    "id_ed25519_sk",
    "login.keychain-db",
    "kwallet",
];

/// Folders of which everything counts.
const FOLDERS: &[&str] = &[".aws", ".gnupg", ".password-store", ".mozilla"];

/// Ways through several folders of which everything below counts: keyrings, browsers, clouds.
const WAYS: &[&str] = &[
    ".local/share/keyrings/",
    "library/keychains/",
    ".config/google-chrome/",
    ".config/chromium/",
    ".config/gcloud/",
    "google/chrome/user data/",
];

/// A file in a folder.
const PAIRS: &[(&str, &str)] = &[
    (".kube", "config"),
    (".docker", "config.json"),
    (".config/gh", "hosts.yml"),
    (".azure", "accesstokens.json"),
];

/// What `credentials` may end in; with another ending it is a program about credentials.
const STORES: &[&str] = &[
    "json",
    "yml",
    "yaml",
    "toml",
    "ini",
    "cfg",
    "conf",
    "txt",
    "xml",
    "csv",
    "properties",
    "enc",
    "db",
    "bak",
];

/// What ends the name of a file that only shows how the real one looks.
const SAMPLES: &[&str] = &[".example", ".sample", ".template", ".dist", ".defaults"];

/// The part of a path that says it holds secrets, in small letters: `.env`, `.aws`, `.pem`. Inside one of `roots`
/// only what comes after it counts.
///
/// File systems may ignore case, and Windows ignores dots and blanks at the end of a name; so does this.
pub fn secret_part<'a>(path: &AbsPath, roots: impl IntoIterator<Item = &'a AbsPath>) -> Option<String> {
    let below = roots.into_iter().filter_map(|root| path.below(root)).max_by_key(String::len);
    secret_in(&below.unwrap_or_else(|| path.to_string()))
}

/// Whether a pattern itself names a file of secrets: `**/.env*`, `*.pem`.
pub fn names_secret(pattern: &str) -> bool {
    let plain: String = pattern.chars().filter(|c| !"*?[]{}!".contains(*c)).collect();
    secret_in(&plain).is_some() || ENDINGS.iter().any(|ending| plain.ends_with(ending))
}

/// The same for a path as somebody wrote it.
pub(super) fn secret_in(path: &str) -> Option<String> {
    let parts: Vec<String> = path
        .split(['/', '\\'])
        .filter(|part| !matches!(*part, "" | "." | ".."))
        .map(|part| part.trim_end_matches(['.', ' ']).to_ascii_lowercase())
        .collect();
    if path.starts_with("/proc/") {
        let tells =
            |part: &&String| matches!(part.as_str(), "environ" | "mem" | "fd" | "cmdline" | "cwd" | "root");
        return parts.iter().find(tells).cloned();
    }
    if let Some(folder) = parts.iter().find(|part| FOLDERS.contains(&part.as_str())) {
        return Some(folder.clone());
    }
    let (name, folders) = parts.split_last()?;
    if SAMPLES.iter().any(|ending| name.ends_with(ending)) {
        return None;
    }
    if name == ".env" || name == ".envrc" || [".env.", ".env-", ".env_"].iter().any(|s| name.starts_with(s)) {
        return Some(".env".to_owned());
    }
    let is_in_ssh = folders.last().is_some_and(|folder| folder == ".ssh");
    if is_in_ssh && name.starts_with("id_") && name.strip_suffix(".pub").is_none()
        || NAMES.contains(&name.as_str())
    {
        return Some(name.clone());
    }
    if let Some(ending) = ENDINGS.iter().find(|ending| name.len() > ending.len() && name.ends_with(**ending))
    {
        return Some((*ending).to_owned());
    }
    let way = folders.join("/");
    if let Some(known) = WAYS.iter().find(|known| format!("/{way}/").contains(&format!("/{known}"))) {
        return Some((*known).to_owned());
    }
    if PAIRS.iter().any(|(folder, file)| way.ends_with(folder) && name == file) {
        return Some(name.clone());
    }
    let rest = name.trim_start_matches('.').strip_prefix("credentials")?;
    let is_store =
        rest.is_empty() || rest.rsplit_once('.').is_some_and(|(_, ending)| STORES.contains(&ending));
    is_store.then(|| "credentials".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_secrets_are_known_by_their_names_in_any_case() {
        for path in [
            ".env",
            "a/.ENV",
            ".env.local",
            ".env.production",
            ".envrc",
            ".env.",
            "server.pem",
            "a/B.KEY",
            "x.p12",
            "/home/me/.ssh/id_work",
            "id_rsa",
            ".netrc",
            ".npmrc",
            ".pypirc",
            "credentials",
            "credentials.json",
            "config/credentials.yml.enc",
            "/home/me/.aws/config",
            "/home/me/.gnupg/x",
            "/home/me/.kube/config",
            "/home/me/.docker/config.json",
            "/home/me/.qwen/credentials.json",
            "/home/me/.qwen/oauth_creds.json",
            "/proc/self/environ",
            "/proc/17/environ",
            "/home/me/.local/share/keyrings/login.keyring",
        ] {
            assert!(secret_in(path).is_some(), "{path}");
        }
        for path in [
            ".env.example",
            ".env.sample",
            ".env.template",
            "src/environment.rs",
            ".environment",
            "id_rsa.pub",
            "/home/me/.ssh/id_work.pub",
            "src/credentials.rs",
            "credentials_test.go",
            "docs/keys.md",
            "key",
            "keyboard.json",
            "src/.key/x",
            "kube/config",
            "pem",
            "/proc/cpuinfo",
        ] {
            assert_eq!(secret_in(path), None, "{path}");
        }
    }
}
