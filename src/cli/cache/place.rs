//! The account, the model and the repository a run here would use.

use std::sync::Arc;

use super::super::{Arguments, assemble, begin::Begin, connect, parse};
use crate::{
    agent::{Connection, Setup},
    base::{AbsPath, Moment},
    catalog::{Profile, provider},
    config, context,
    prompt::Prompt,
    protocol::{Failure, Kind, UserMessage},
    session::{Folder, LedgerFile},
};

/// What a run here would use, as far as it can be told without a network.
pub(super) struct Place {
    /// What is known of the model.
    pub(super) profile: Arc<Profile>,
    /// How the cache would be used, and why.
    pub(super) why: String,
    /// The session a run would start and what it would talk to; without a usable key there is none, and this says why.
    pub(super) setup: Result<(Setup, Connection), Failure>,
    /// Where what is known of the provider's store is kept, if it is.
    pub(super) ledger: Option<AbsPath>,
    /// Now.
    pub(super) now: Moment,
}

impl Place {
    /// Finds it; `model` stands above what is set. Errors: settings that cannot be read.
    pub(super) fn find(model: Option<String>) -> Result<Self, Failure> {
        let mut arguments = plain_arguments()?;
        arguments.model.model.clone_from(&model);
        let ledger = home()?.and_then(|home| LedgerFile::at(&home).path());
        let now = Moment(assemble::now());
        let asked = assemble::asked(&mut arguments)?;
        let found = assemble::session(&arguments, &asked, &Begin::Fresh, false).and_then(|assembled| {
            let connection = assembled.setup.connection.clone()?;
            Ok((assembled.setup, connection))
        });
        match found {
            Ok((setup, connection)) => {
                let (profile, why) = (connection.profile.clone(), connection.cache_reason.clone());
                Ok(Self { profile, why, setup: Ok((setup, connection)), ledger, now })
            }
            Err(failure) if failure.kind == Kind::Auth => {
                let profile = Arc::new(without_key(model)?);
                let why = connect::cache_reason(&profile);
                Ok(Self { profile, why, setup: Err(failure), ledger, now })
            }
            Err(failure) => Err(failure),
        }
    }
}

/// A prompt with the head of this repository and a short first message.
pub(super) fn prompt(setup: &Setup) -> Prompt {
    let mut prompt = Prompt::new(Arc::new(setup.head()));
    prompt.push(UserMessage::words("…"));
    prompt
}

/// The folder of this project. Errors: there is no home, or no working folder.
pub(super) fn project() -> Result<Folder, Failure> {
    let home = home()?.ok_or_else(|| Failure::new(Kind::Config, "the home folder has no absolute path"))?;
    Ok(Folder::of(&home, &context::root_of(&assemble::working_folder()?)))
}

/// The settings that hold here. Errors: they cannot be read.
pub(in crate::cli) fn settings() -> Result<config::Loaded, Failure> {
    let env = crate::auth::Vars::from_process();
    let homes = config::homes(&env)?;
    let root = context::root_of(&assemble::working_folder()?);
    config::load(&config::Paths::usual(&homes, root.as_path(), &env), &env, &config::Flags::default())
}

fn home() -> Result<Option<AbsPath>, Failure> {
    Ok(AbsPath::new(&config::homes(&crate::auth::Vars::from_process())?.qwen_home))
}

/// The model at Qwen Cloud: what the rules would be with a key for it.
fn without_key(model: Option<String>) -> Result<Profile, Failure> {
    let settings = settings()?;
    let cloud = provider("qwen-cloud");
    let base = cloud.and_then(|row| row.base_urls.first()).copied().unwrap_or_default();
    let host = base.split('/').nth(2).unwrap_or_default();
    let named = model.or_else(|| settings.auth().model);
    let model = named.or_else(|| cloud?.default_model.map(str::to_owned)).unwrap_or_default();
    Ok(Profile::resolve(host, base, &model, &settings.overrides(None)))
}

fn plain_arguments() -> Result<Arguments, Failure> {
    parse(["qwen".into()]).map_err(|_| Failure::new(Kind::Bug, "no arguments are not understood"))
}
