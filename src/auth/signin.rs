//! Chooses a sign-in with Qwen OAuth: as pure as `find.rs`, over the same inputs.

use std::sync::Arc;

use crate::protocol::{Failure, Kind};

use super::{
    credential::{Credential, Source},
    found::{Access, Found},
    inputs::{BASE_URL, Inputs, MODEL, first},
    oauth::{self, DEFAULT_MODEL, Keeper, Kept, Options, other_ways},
};

/// The sign-in, where no key was found: if the person has one, and no key or address of their own.
pub(super) fn instead(inputs: &Inputs, failure: Failure) -> Result<Found, Failure> {
    let has_own = inputs.own_places().any(|place| {
        let names = inputs.settings.models.iter().filter_map(|entry| entry.key_env.as_deref());
        let all = crate::catalog::PROVIDERS.iter().map(|row| row.key_env).chain(names).chain([BASE_URL]);
        all.into_iter().any(|name| place.get(name).is_some())
    });
    match &inputs.oauth.kept {
        _ if has_own => Err(failure),
        Kept::Nothing => Err(failure),
        Kept::Damaged(why) => Err(failure.hint(damaged(inputs, why))),
        Kept::SignedIn(_) => find(inputs, None),
    }
}

/// The sign-in. `asked` says where it was asked for.
///
/// Errors: kind `auth` when nobody has signed in; `config` for wrong settings, and for a model it does not have.
pub(super) fn find(inputs: &Inputs, asked: Option<&Source>) -> Result<Found, Failure> {
    let options = Options::new(&inputs.settings.oauth)?;
    let grant = match &inputs.oauth.kept {
        Kept::SignedIn(grant) if grant.is_of(&options) => Arc::clone(grant),
        Kept::SignedIn(_) => return Err(oauth::foreign(inputs.oauth.file.path(), options.host())),
        Kept::Nothing => return Err(nobody(asked)),
        Kept::Damaged(why) => return Err(nobody(asked).hint(damaged(inputs, why))),
    };
    let mut notes: Vec<String> = inputs.files.iter().flat_map(|file| file.notes.clone()).collect();
    let (model, model_source) = model(inputs, &options, &mut notes)?;
    let project = inputs.places().filter(|place| place.is_project());
    if let Some(url) = first(project, &[BASE_URL]) {
        notes.push(format!("{} is ignored: a sign-in goes to its own server only", url.source));
    }
    let keeper = Keeper::new(options, inputs.oauth.file.clone(), grant);
    let source = Source::SignIn(inputs.oauth.file.path().display().to_string());
    Ok(Found {
        access: Access::Ready(Credential::of_sign_in(keeper.endpoint()?, keeper, source)),
        model,
        model_source,
        proxy_base_url: None,
        notes,
    })
}

/// Qwen's own sign-in has one model. A flag that asks for another is an error; a setting was meant for other servers.
fn model(inputs: &Inputs, options: &Options, notes: &mut Vec<String>) -> Result<(String, Source), Failure> {
    let usual = || (DEFAULT_MODEL.to_owned(), Source::BuiltIn);
    let Some(asked) = first(inputs.own_places(), &MODEL) else { return Ok(usual()) };
    if !options.is_qwens() || asked.value == DEFAULT_MODEL {
        return Ok((asked.value.to_owned(), asked.source));
    }
    let shown = oauth::shown(asked.value);
    if matches!(asked.source, Source::Flag(_)) {
        let error =
            format!("Qwen OAuth has only the model `{DEFAULT_MODEL}`, not `{shown}` ({})", asked.source);
        return Err(other_ways(Failure::new(Kind::Config, error).hint("leave the flag out")));
    }
    notes.push(format!("`{shown}` ({}) is ignored: Qwen OAuth has only `{DEFAULT_MODEL}`", asked.source));
    Ok(usual())
}

fn nobody(asked: Option<&Source>) -> Failure {
    let place = asked.map(|source| format!(" ({source} asks for it)")).unwrap_or_default();
    oauth::signed_out(format!("nobody is signed in with Qwen OAuth{place}")).hint(oauth::FREE_TIER)
}

fn damaged(inputs: &Inputs, why: &str) -> String {
    format!("the sign-in in `{}` cannot be used: {why}", inputs.oauth.file.path().display())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::auth::{
        EnvFile, Vars, find,
        oauth::{Collected, FREE_TIER},
    };

    /// A person whose file holds this, with these variables.
    fn inputs(text: &str, env: &[(&str, &str)]) -> Inputs {
        let folder = tempfile::tempdir().expect("a folder");
        if !text.is_empty() {
            std::fs::write(folder.path().join("oauth_creds.json"), text).expect("written");
        }
        let kept = Collected::in_home(folder.path()).kept;
        let file = oauth::CredsFile::in_home(Path::new("/h/.qwen"));
        let env: Vars = env.iter().copied().collect();
        Inputs { env, oauth: Collected { file, kept }, ..Inputs::default() }
    }

    const FILE: &str =
        r#"{"access_token":"canary","refresh_token":"canary","resource_url":"portal.qwen.ai"}"#;

    /// Address, model and notes, or what the person reads.
    fn ends(inputs: &Inputs) -> Result<(String, String, Vec<String>), String> {
        let ended = find(inputs).map(|f| (f.access.endpoint().base().to_owned(), f.model, f.notes));
        ended.map_err(|failure| failure.to_string())
    }

    /// The credential, which is at hand: no vault is there to open.
    fn opened(found: Found) -> Credential {
        match found.access {
            Access::Ready(credential) => credential,
            Access::Stored(_) => panic!("nothing is stored here"),
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "it is compared with what a search ends with")]
    fn portal(notes: &[&str]) -> Result<(String, String, Vec<String>), String> {
        let notes = notes.iter().map(|n| (*n).to_owned()).collect();
        Ok(("https://portal.qwen.ai/v1".to_owned(), "coder-model".to_owned(), notes))
    }

    #[test]
    fn a_sign_in_that_was_chosen_stands_where_accounts_stand() {
        let chosen = |env: &[(&str, &str)]| {
            let mut inputs = inputs(FILE, env);
            let account = crate::auth::Account {
                name: "qwen-oauth".to_owned(),
                preset: "qwen-oauth".to_owned(),
                endpoint: crate::auth::Endpoint::parse("https://portal.qwen.ai/v1").expect("valid"),
                model: None,
                key: Some(crate::auth::Place::SignIn),
                created: crate::base::Moment(7),
            };
            inputs.accounts.current = Some(account.name.clone());
            inputs.accounts.all.push(account);
            inputs
        };
        assert_eq!(ends(&chosen(&[])), portal(&[]));
        let mut settings = chosen(&[]);
        settings.settings.env = [("DASHSCOPE_API_KEY", "k")].into_iter().collect();
        settings.settings.selected_type = Some("openai".to_owned());
        assert_eq!(ends(&settings), portal(&[]), "settings stand below");
        let (base, model, notes) = ends(&chosen(&[("DASHSCOPE_API_KEY", "k")])).expect("the key");
        assert_eq!(base, "https://dashscope.aliyuncs.com/compatible-mode/v1");
        assert_eq!((model.as_str(), notes.len()), ("qwen3-coder-plus", 1));
        assert_eq!(
            notes[0],
            "the account `qwen-oauth` is not used: DASHSCOPE_API_KEY from the environment stands above it; to use \
             it, `unset DASHSCOPE_API_KEY`"
        );
        let mut gone = chosen(&[]);
        gone.oauth.kept = oauth::Kept::Nothing;
        let error = ends(&gone).expect_err("nobody is signed in");
        assert!(
            error.contains("nobody is signed in with Qwen OAuth (the account `qwen-oauth` asks for it)"),
            "{error}"
        );
    }

    #[test]
    fn a_sign_in_is_used_when_it_is_asked_for_or_when_there_is_nothing_else() {
        assert_eq!(ends(&inputs(FILE, &[])), portal(&[]));
        let asked = [("QWEN_DEFAULT_AUTH_TYPE", "qwen-oauth"), ("DASHSCOPE_API_KEY", "k")];
        assert_eq!(ends(&inputs(FILE, &asked)), portal(&[]));
        let by_key = find(&inputs(FILE, &asked[1..])).expect("a key");
        assert!(!opened(by_key).is_sign_in());
        let mut settings = inputs(FILE, &asked[1..]);
        settings.settings.selected_type = Some("qwen-oauth".to_owned());
        assert_eq!(ends(&settings), portal(&[]));
        settings.flags.auth_type = Some("openai".to_owned());
        assert!(find(&settings).is_ok_and(|f| !opened(f).is_sign_in()));
        let found = opened(find(&inputs(FILE, &[])).expect("a sign-in"));
        assert_eq!(found.source().to_string(), "the sign-in in `/h/.qwen/oauth_creds.json`");
        assert!(found.is_sign_in() && found.key().is_none());
    }

    #[test]
    fn who_is_not_signed_in_is_told_how_and_about_the_other_ways() {
        let asked = &[("QWEN_DEFAULT_AUTH_TYPE", "qwen-oauth")];
        let failure = find(&inputs("", asked)).err().expect("nobody");
        assert_eq!(failure.kind, Kind::Auth);
        assert_eq!(failure.hints[0], "sign in with `qwen auth qwen-oauth`, or with `/auth` in a session");
        assert_eq!(failure.hints[3], FREE_TIER);
        let damaged = "the sign-in in `/h/.qwen/oauth_creds.json` cannot be used: it is not a JSON object";
        for (env, error) in
            [(&asked[..], "nobody is signed in with Qwen OAuth"), (&[], "no API key was found")]
        {
            let failure = find(&inputs("{", env)).err().expect("damaged");
            assert!(failure.error.starts_with(error), "{failure}");
            assert_eq!(failure.hints.last().map(String::as_str), Some(damaged));
        }
    }

    #[test]
    fn qwens_own_sign_in_has_one_model() {
        let mut asked = inputs(FILE, &[("OPENAI_MODEL", "qwen3-max")]);
        let note =
            "`qwen3-max` (OPENAI_MODEL from the environment) is ignored: Qwen OAuth has only `coder-model`";
        assert_eq!(ends(&asked), portal(&[note]));
        asked.flags.model = Some("coder-model".to_owned());
        assert_eq!(ends(&asked), portal(&[]));
        asked.flags.model = Some("qwen3-max".to_owned());
        let failure = find(&asked).err().expect("not there");
        assert_eq!(
            (failure.kind, failure.error.as_str()),
            (Kind::Config, "Qwen OAuth has only the model `coder-model`, not `qwen3-max` (--model)")
        );
        // A simulator has what it has.
        let near = |path: &str| Some(format!("http://127.0.0.1:1/{path}"));
        asked.settings.oauth.device_endpoint = near("d");
        asked.settings.oauth.token_endpoint = near("t");
        assert!(find(&asked).is_err_and(|f| f.error.ends_with("names no server its tokens may go to")));
    }

    #[test]
    fn a_project_has_no_part_in_a_sign_in() {
        let project =
            "OPENAI_BASE_URL=https://evil.test/v1\nOPENAI_MODEL=evil\nQWEN_DEFAULT_AUTH_TYPE=openai";
        let mut told = inputs(FILE, &[]);
        told.files.project = Some(EnvFile::parse(Path::new("/p/.env"), true, project));
        let ended = ends(&told).expect("a sign-in");
        assert_eq!((ended.0.as_str(), ended.1.as_str()), ("https://portal.qwen.ai/v1", "coder-model"));
        assert_eq!(
            ended.2.last().map(String::as_str),
            Some("OPENAI_BASE_URL from /p/.env is ignored: a sign-in goes to its own server only")
        );
    }

    #[test]
    fn tokens_of_one_sign_in_are_not_taken_to_another() {
        let theirs = FILE.replace('}', r#","issuer":"https://sso.test"}"#);
        let failure = find(&inputs(&theirs, &[])).err().expect("not Qwen's");
        assert_eq!(failure.error, "the sign-in in `/h/.qwen/oauth_creds.json` is not one of `chat.qwen.ai`");
        let mut elsewhere = inputs(FILE, &[]);
        elsewhere.settings.oauth.device_endpoint = Some("https://sso.test/d".to_owned());
        elsewhere.settings.oauth.token_endpoint = Some("https://sso.test/t".to_owned());
        let failure = find(&elsewhere).err().expect("Qwen's");
        assert_eq!(failure.error, "the sign-in at `sso.test` names no server its tokens may go to");
    }

    #[test]
    fn a_hostile_name_in_the_file_leads_nowhere() {
        let ended =
            ends(&inputs(&FILE.replace("portal.qwen.ai", "https://evil.test"), &[])).expect("a sign-in");
        assert_eq!(ended.0, "https://dashscope.aliyuncs.com/compatible-mode/v1");
    }
}
