//! What a person reads when there is no credential to be had.

use crate::{
    catalog::Billing,
    protocol::{Failure, Kind},
};

use super::{
    credential::{Endpoint, Source},
    endpoint::EndpointError,
    inputs::{Flags, Hit, Inputs, Site},
    oauth::Kept,
    shapes::stranger,
};

/// How the person wants to sign in.
pub(super) enum Way {
    /// Nothing says how.
    Unsaid,
    /// With a key.
    Key,
    /// With Qwen OAuth, as this place says.
    SignIn(Source),
}

/// Reads how the person wants to sign in. Errors: a way that does not exist here.
pub(super) fn way(inputs: &Inputs) -> Result<Way, Failure> {
    let Some((name, source)) = auth_type(inputs) else { return Ok(Way::Unsaid) };
    match name {
        "openai" => Ok(Way::Key),
        "qwen-oauth" => Ok(Way::SignIn(source)),
        other => Err(Failure::new(Kind::Auth, format!("unknown way to sign in `{other}` ({source})"))
            .hint(
                "use `openai`: it stands for every server that speaks Chat Completions, Qwen Cloud included",
            )
            .hint("or `qwen-oauth`, to sign in in the browser")),
    }
}

fn auth_type(inputs: &Inputs) -> Option<(&str, Source)> {
    const NAME: &str = "QWEN_DEFAULT_AUTH_TYPE";
    let Flags { auth_type, api_key, base_url, .. } = &inputs.flags;
    if let Some(name) = auth_type.as_deref() {
        return Some((name, Source::Flag("--auth-type")));
    }
    // A key or an address on the command line says how to sign in by itself.
    if api_key.is_some() || base_url.is_some() {
        return None;
    }
    inputs.own_places().find_map(|place| match place {
        // Whoever chose an account chose how to sign in.
        Site::Account(account) if account.is_sign_in() => {
            Some(("qwen-oauth", Source::Account(account.name.clone())))
        }
        Site::Account(account) => Some(("openai", Source::Account(account.name.clone()))),
        Site::Settings(settings) if settings.selected_type.is_some() => Some((
            settings.selected_type.as_deref()?,
            Source::Settings("security.auth.selectedType".to_owned()),
        )),
        other => other.get(NAME).map(|hit| (hit.value, hit.source)),
    })
}

/// Refuses to send a key to a host that is plainly not its owner's. `source` says in messages which key it is.
pub(super) fn foreign(endpoint: &Endpoint, key: &str, source: &str) -> Result<(), Failure> {
    let Some((owner, there)) = stranger(endpoint.host(), key) else { return Ok(()) };
    let error = format!(
        "{source} is a key for {} and is not sent to `{}` ({})",
        owner.name,
        endpoint.host(),
        there.name
    );
    let own: Vec<String> = owner.base_urls.iter().map(|url| format!("`{url}`")).collect();
    let failure =
        Failure::new(Kind::Auth, error).hint(format!("set OPENAI_BASE_URL to {}", own.join(" or ")));
    Err(match owner.billing {
        Billing::ByPlan => failure
            .hint(format!(
                "or put it into {}: it then goes to `{}`",
                owner.key_env,
                owner.base_urls.first().copied().unwrap_or_default()
            ))
            .hint("for pay-as-you-go, use a key that does not begin with `sk-sp-`"),
        Billing::ByToken => failure,
    })
}

/// No key at all.
pub(super) fn nothing_found(inputs: &Inputs, url: Option<&Hit<'_>>) -> Failure {
    if let Some(url) = url {
        return shunned(inputs, url);
    }
    Failure::new(Kind::Auth, "no API key was found")
        .hint(tried(inputs))
        .hint("sign in or add a key: `qwen auth login`, or `/auth` in a session")
        .hint("for Qwen Cloud: `export DASHSCOPE_API_KEY=…`")
        .hint("for any other server: set OPENAI_API_KEY, OPENAI_BASE_URL and OPENAI_MODEL")
        .hint("for a server on this machine: `OPENAI_BASE_URL=http://localhost:11434/v1`, no key needed")
        .hint("to see how it works without an account: `qwen demo`")
}

/// A project names a server, and there is no key for it in the project.
pub(super) fn shunned(inputs: &Inputs, url: &Hit<'_>) -> Failure {
    Failure::new(
        Kind::Auth,
        format!("{} is not used: a project may not say where your own key goes", url.source),
    )
    .hint("to use that server, set OPENAI_BASE_URL in your environment or with `--openai-base-url`")
    .hint("to use the project's own key, put OPENAI_API_KEY into the same file")
    .hint(tried(inputs))
}

/// What to say when the address in a project's file is passed over.
pub(super) fn shunned_note(url: &Hit<'_>) -> String {
    format!("{} is ignored: an address from a project is used only with a key from the same file", url.source)
}

/// An address without a key.
pub(super) fn no_key_for(inputs: &Inputs, endpoint: &Endpoint, source: &Source, names: &[&str]) -> Failure {
    let mut names = names.to_vec();
    names.dedup();
    let error = format!("no key was found for `{}`, the server of {source}", endpoint.host());
    Failure::new(Kind::Auth, error)
        .hint(format!("set {}, or choose another server", names.join(" or ")))
        .hint(tried(inputs))
}

/// A key that is not known to belong anywhere.
pub(super) fn no_address(source: &Source) -> Failure {
    Failure::new(Kind::Auth, format!("nothing says which server {source} is for"))
        .hint("give its entry in `modelProviders` a `baseUrl`, or set OPENAI_BASE_URL")
}

/// A server whose models are not known by name.
pub(super) fn no_model(endpoint: &Endpoint) -> Failure {
    Failure::new(Kind::Config, format!("no model was chosen for `{}`", endpoint.host()))
        .hint("name one with `-m`, OPENAI_MODEL or `model.name` in your settings")
        .hint(format!("see which there are: `curl {}`", endpoint.at("models")))
}

/// An address that cannot be used.
pub(super) fn wrong_url(source: &Source, why: &EndpointError) -> Failure {
    Failure::new(Kind::Config, format!("the base URL in {source} cannot be used: {why}"))
}

/// All places, in the order in which they were asked.
fn tried(inputs: &Inputs) -> String {
    let mut places = vec!["--openai-api-key".to_owned(), "the environment".to_owned()];
    if inputs.files.project.is_none() {
        places.push("`.qwen/.env` and `.env` from here upwards (none)".to_owned());
    }
    places.extend(inputs.files.iter().map(|file| format!("`{}`", file.path.display())));
    if inputs.files.user.is_empty() {
        places.push("`.env` in your Qwen and home folders (none)".to_owned());
    }
    places.push(accounts(inputs));
    places.push("`security.auth` and `env` in your settings".to_owned());
    let sign_in = match &inputs.oauth.kept {
        Kept::Nothing => "none",
        Kept::Damaged(_) => "it cannot be used",
        Kept::SignedIn(_) => "used only where there is neither key nor address of your own",
    };
    places.push(format!("a sign-in with Qwen OAuth ({sign_in})"));
    format!("tried, in this order: {}", places.join(", "))
}

/// What the accounts had to offer.
fn accounts(inputs: &Inputs) -> String {
    let accounts = &inputs.accounts;
    match (accounts.current(), accounts.all.len()) {
        (Some(account), _) => {
            format!("the account `{}`, which is for `{}`", account.name, account.endpoint.host())
        }
        (None, 0) => "your accounts, with keys in the keyring or a file (none)".to_owned(),
        (None, count) => format!("your accounts ({count}, none of them chosen)"),
    }
}
