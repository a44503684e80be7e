//! What is looked at: the folders, the settings, and everything a credential may come from.

use std::{collections::BTreeMap, fs};

use super::super::{assemble, desk};
use crate::{
    auth::{self, Inputs, Options, Vars},
    base::{AbsPath, Moment},
    config::{self, Homes, Loaded, Paths},
    context, net,
    protocol::Failure,
};

/// What a run here would begin with.
pub(super) struct Scene {
    pub(super) homes: Homes,
    pub(super) root: AbsPath,
    pub(super) cwd: AbsPath,
    pub(super) paths: Paths,
    /// The settings; without them a run ends, and the rest is looked at as if there were none.
    pub(super) settings: Loaded,
    /// Why the settings cannot be used.
    pub(super) broken: Option<Failure>,
    pub(super) inputs: Inputs,
    pub(super) now: Moment,
}

impl Scene {
    /// Reads files. Errors: there is no home, or no working folder.
    pub(super) fn find() -> Result<Self, Failure> {
        let env = Vars::from_process();
        let homes = config::homes(&env)?;
        let cwd = assemble::working_folder()?;
        let root = context::root_of(&cwd);
        let paths = Paths::usual(&homes, root.as_path(), &env);
        let (settings, broken) = match config::load(&paths, &env, &config::Flags::default()) {
            Ok(settings) => (settings, None),
            Err(failure) => (Loaded::default(), Some(failure)),
        };
        let of_settings = if broken.is_some() { Options::default() } else { settings.auth() };
        let inputs = desk::inputs(auth::Flags::default(), of_settings, &homes, &cwd, env);
        Ok(Self { homes, root, cwd, paths, settings, broken, inputs, now: Moment(assemble::now()) })
    }

    /// A variable of the environment.
    pub(super) fn env(&self, name: &str) -> Option<&str> {
        self.inputs.env.get(name)
    }

    /// What the client of a run would be made from.
    pub(super) fn net(&self) -> net::Options {
        self.settings.net(&self.inputs.env)
    }

    /// Spellings of the home folder.
    pub(super) fn home_names(&self) -> Vec<String> {
        let home = &self.homes.user_home;
        let real = fs::canonicalize(home).unwrap_or_else(|_| home.clone());
        [home, &real].map(|path| path.display().to_string()).into()
    }

    /// The person's name on this machine, as far as it is told.
    pub(super) fn user(&self) -> Option<&str> {
        ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| self.env(name))
    }

    /// The variables among `names` that are set, with what they say.
    pub(super) fn set<'a>(&self, names: &[&'a str]) -> BTreeMap<&'a str, &str> {
        names.iter().filter_map(|name| Some((*name, self.env(name)?))).collect()
    }
}
