//! What the files of secrets of this machine hold, so that it can be hidden wherever it turns up.

use std::{
    collections::VecDeque,
    fs,
    path::{Path, PathBuf},
};

use crate::{
    base::{AbsPath, Secret},
    permissions::secret_part,
    redact::{Held, held_in_file, held_in_variable},
};

/// A larger file is no file of secrets. *Unit:* bytes.
const LARGEST: u64 = 256 * 1024;
/// Folders of a workspace that are looked into, those near its top first.
const MOST_FOLDERS: usize = 2_000;
/// Entries of all of them that are looked at.
const MOST_ENTRIES: usize = 50_000;
/// How deep a folder may lie.
const DEEPEST: usize = 6;

/// Folders of what was installed or built: nobody keeps secrets of their own there.
const SKIPPED: &[&str] =
    &[".git", "node_modules", "target", "dist", "build", "vendor", "venv", ".venv", "__pycache__", ".cache"];

/// Files in a person's home that are kept for the secrets in them.
const AT_HOME: &[&str] = &[
    ".env",
    ".netrc",
    "_netrc",
    ".npmrc",
    ".pypirc",
    ".pgpass",
    ".git-credentials",
    ".my.cnf",
    ".vault-token",
    ".yarnrc.yml",
    ".aws/credentials",
    ".azure/accessTokens.json",
    ".cargo/credentials.toml",
    ".config/gh/hosts.yml",
    ".docker/config.json",
    ".kube/config",
];

/// Files of this program with keys in them.
const OF_OURS: &[&str] = &[".env", "credentials.json", "oauth_creds.json"];

/// Where secrets of this machine are. Nothing is read before [`SecretPlaces::read`].
#[derive(Default)]
pub struct SecretPlaces {
    /// The folders of the workspace.
    pub roots: Vec<AbsPath>,
    /// The person's home.
    pub home: Option<PathBuf>,
    /// The folder of this program.
    pub own: Option<PathBuf>,
    /// Variables of the environment.
    pub variables: Vec<(String, Secret)>,
}

impl SecretPlaces {
    /// Everything that is held there and known by nothing else than its place. What cannot be read holds nothing. Blocks on
    /// the file system.
    pub fn read(&self) -> Vec<Held> {
        let mut held: Vec<Held> = Vec::new();
        held.extend(self.variables.iter().filter_map(|(name, value)| held_in_variable(name, value.expose())));
        let files = [(&self.home, AT_HOME), (&self.own, OF_OURS)];
        let files = files.into_iter().filter_map(|(folder, names)| Some((folder.as_ref()?, names)));
        let files = files.flat_map(|(folder, names)| names.iter().map(|name| folder.join(name)));
        let keys = self.home.iter().flat_map(|home| keys_of(home));
        files.chain(keys).for_each(|path| read_one(&path, &mut held));
        for root in &self.roots {
            for path in below(root) {
                read_one(&path, &mut held);
            }
        }
        held
    }
}

/// Private keys of a person.
fn keys_of(home: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(home.join(".ssh")).into_iter().flatten().flatten();
    let is_key = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("id_") && !name.ends_with(".pub")
    };
    entries.map(|entry| entry.path()).filter(is_key).collect()
}

fn read_one(path: &Path, held: &mut Vec<Held>) {
    // A pipe or a device is not opened, and a link leads to a file that is found where it lies.
    let is_fitting = fs::symlink_metadata(path).is_ok_and(|at| at.is_file() && at.len() <= LARGEST);
    if let Some(text) = is_fitting.then(|| fs::read_to_string(path).ok()).flatten() {
        held.extend(held_in_file(&text));
    }
}

/// The files of secrets below a folder.
fn below(root: &AbsPath) -> Vec<PathBuf> {
    let (mut found, mut entries_left, mut folders_left) = (Vec::new(), MOST_ENTRIES, MOST_FOLDERS);
    let mut folders = VecDeque::from([(root.as_path().to_owned(), 0)]);
    while let Some((folder, depth)) = folders.pop_front() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten().take(entries_left) {
            entries_left -= 1;
            let (Ok(kind), name) = (entry.file_type(), entry.file_name()) else { continue };
            let is_skipped = || SKIPPED.iter().any(|skipped| name == *skipped);
            if kind.is_dir() && depth < DEEPEST && folders_left > 0 && !is_skipped() {
                folders_left -= 1;
                folders.push_back((entry.path(), depth + 1));
            } else if kind.is_file() && is_one(&entry.path(), root) {
                found.push(entry.path());
            }
        }
    }
    found
}

fn is_one(path: &Path, root: &AbsPath) -> bool {
    AbsPath::new(path).is_some_and(|path| secret_part(&path, [root]).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_files_and_variables_hold_is_read_once_and_near_things_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let write = |name: &str, text: &str| {
            fs::create_dir_all(path(name).parent().expect("a parent")).expect("made");
            fs::write(path(name), text).expect("written");
        };
        write(
            "work/.env",
            "PORT=3000\nMODE=production\nDB_PASSWORD=correct horse battery\n# TOKEN=Zx8Lq2Vn7Rt4\n",
        );
        write(
            "work/a/b/service.pem",
            "-----BEGIN CERTIFICATE-----\nQ2VydGlmaWNhdGUgMTIzNDU2Nzg5MA\n-----END CERTIFICATE-----\n",
        );
        write("work/a/.env.example", "DB_PASSWORD=Other9horse!\n");
        write("work/node_modules/x/.env", "DB_PASSWORD=Third9horse!\n");
        write("work/config.toml", "password = \"Fourth9horse!\"\n");
        write("home/.vault-token", "hvx.Kq7Rt4Wb9Km3Ps6Yd1Hc5\n");
        write("own/credentials.json", "{\"main\": \"Sk9Zx8Lq2Vn7Rt4Wb9Km3\"}\n");
        let variable = |name: &str, value: &str| (name.to_owned(), Secret::new(value.to_owned()));
        let places = SecretPlaces {
            roots: vec![AbsPath::new(path("work")).expect("absolute")],
            home: Some(path("home")),
            own: Some(path("own")),
            variables: vec![
                variable("SERVICE_TOKEN", "Fifth9horse!"),
                variable("PATH", "/usr/bin:/bin"),
                variable("TOKEN_LIMIT", "128000"),
            ],
        };
        let held: Vec<String> =
            places.read().iter().map(|held| format!("{}{}", held.before, held.value.expose())).collect();
        assert_eq!(
            held,
            [
                "SERVICE_TOKEN=Fifth9horse!",
                "hvx.Kq7Rt4Wb9Km3Ps6Yd1Hc5",
                "{\"main\": \"Sk9Zx8Lq2Vn7Rt4Wb9Km3",
                // What is commented out may still work.
                "# TOKEN=Zx8Lq2Vn7Rt4",
                "DB_PASSWORD=correct horse battery",
            ]
        );
    }

    #[test]
    fn whatever_is_learned_from_by_its_place_also_asks_before_it_is_read() {
        for name in AT_HOME.iter().chain(OF_OURS) {
            let path = AbsPath::new(Path::new("/home/ada").join(name)).expect("absolute");
            assert!(secret_part(&path, []).is_some(), "`{name}` would be read without a question");
        }
    }
}
