//! Where to sign in, and as whom.

use url::Url;

use crate::{
    catalog::is_loopback,
    protocol::{Failure, Kind},
};

/// The model behind Qwen OAuth. Source: `docs/sources.md`, qwen-code 4.1.
pub const DEFAULT_MODEL: &str = "coder-model";

/// Source of the four: `docs/sources.md`, wire 4.
const DEVICE: &str = "https://chat.qwen.ai/api/v1/oauth2/device/code";
const TOKEN: &str = "https://chat.qwen.ai/api/v1/oauth2/token";
const CLIENT: &str = "f0304373b74a44d2b584a3fb70ca9e56";
const SCOPE: &str = "openid profile email model.completion";

/// What the person's settings say instead of Qwen's values: `security.auth.oauth`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `deviceEndpoint`.
    pub device_endpoint: Option<String>,
    /// `tokenEndpoint`.
    pub token_endpoint: Option<String>,
    /// `clientId`.
    pub client_id: Option<String>,
    /// `scope`.
    pub scope: Option<String>,
}

/// Where to sign in, and as whom.
///
/// Shape: both endpoints are `https`, or `http` on this machine; both are on one host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub(super) device_endpoint: Url,
    pub(super) token_endpoint: Url,
    pub(super) client_id: String,
    pub(super) scope: String,
}

impl Options {
    /// Qwen's values with what the settings say instead.
    ///
    /// Errors: an endpoint is no address, is not encrypted, or is on another host than the other one.
    pub fn new(overrides: &Overrides) -> Result<Self, Failure> {
        let text = |value: &Option<String>, usual: &str| value.clone().unwrap_or_else(|| usual.to_owned());
        let options = Self {
            device_endpoint: endpoint("deviceEndpoint", &text(&overrides.device_endpoint, DEVICE))?,
            token_endpoint: endpoint("tokenEndpoint", &text(&overrides.token_endpoint, TOKEN))?,
            client_id: text(&overrides.client_id, CLIENT),
            scope: text(&overrides.scope, SCOPE),
        };
        if options.device_endpoint.host_str() != options.token_endpoint.host_str() {
            return Err(Failure::new(
                Kind::Config,
                "`security.auth.oauth.deviceEndpoint` and `security.auth.oauth.tokenEndpoint` are on different hosts",
            )
            .hint("set both, to addresses of one server"));
        }
        Ok(options)
    }

    /// The host that signs people in.
    pub fn host(&self) -> &str {
        self.token_endpoint.host_str().unwrap_or_default()
    }

    /// Whether it is Qwen's own sign-in, which offers [`DEFAULT_MODEL`] alone.
    pub fn is_qwens(&self) -> bool {
        self.token_endpoint.as_str() == TOKEN
    }

    /// Who signs in, as a file names it; `None` for Qwen.
    pub(super) fn issuer(&self) -> Option<String> {
        (!self.is_qwens()).then(|| self.token_endpoint.origin().ascii_serialization())
    }

    /// Whether a server on this machine signs in: a simulator.
    pub(super) fn is_loopback(&self) -> bool {
        is_loopback(self.host())
    }
}

fn endpoint(name: &str, text: &str) -> Result<Url, Failure> {
    let wrong =
        |why: &str| Failure::new(Kind::Config, format!("`security.auth.oauth.{name}` cannot be used: {why}"));
    let url = Url::parse(text.trim()).map_err(|_| wrong("it is not a URL"))?;
    let is_near = url.host_str().is_some_and(is_loopback);
    if !(url.scheme() == "https" || (url.scheme() == "http" && is_near)) {
        return Err(wrong("it must begin with `https://`, or with `http://` for a server on this machine"));
    }
    if url.host_str().is_none_or(str::is_empty) || !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("it has no host, or a user name in it"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("it has a part after `?` or `#`"));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(device: &str, token: &str) -> Result<Options, String> {
        let overrides = Overrides {
            device_endpoint: Some(device.to_owned()),
            token_endpoint: Some(token.to_owned()),
            ..Overrides::default()
        };
        Options::new(&overrides).map_err(|f| f.error)
    }

    #[test]
    fn without_settings_it_is_qwens_sign_in() {
        let options = Options::new(&Overrides::default()).expect("valid");
        assert!(options.is_qwens() && !options.is_loopback());
        assert_eq!((options.host(), options.scope.as_str()), ("chat.qwen.ai", SCOPE));
    }

    #[test]
    fn tokens_travel_encrypted_or_not_at_all() {
        assert!(
            with("http://127.0.0.1:1/d", "http://127.0.0.1:1/t")
                .is_ok_and(|o| o.is_loopback() && !o.is_qwens())
        );
        assert!(with("https://sso.test/d", "https://sso.test/t").is_ok_and(|o| !o.is_loopback()));
        let table = [
            ("http://sso.test/d", "must begin with `https://`"),
            ("http://127.0.0.1.evil.test/d", "must begin with `https://`"),
            ("ftp://127.0.0.1/d", "must begin with `https://`"),
            ("https://canary@sso.test/d", "a user name in it"),
            ("https://sso.test/d?x=canary", "a part after"),
            ("canary", "it is not a URL"),
        ];
        for (text, why) in table {
            let error = with(text, "https://sso.test/t").expect_err(text);
            assert!(error.contains(why) && !error.contains("canary"), "{text}: {error}");
        }
    }

    #[test]
    fn a_sign_in_at_one_host_is_not_finished_at_another() {
        let error = with("https://a.test/d", "https://b.test/t").expect_err("two hosts");
        assert!(error.ends_with("are on different hosts"), "{error}");
    }
}
