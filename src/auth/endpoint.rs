//! Reads a base URL as people paste it.

use std::sync::Arc;

use url::{Host, Url};

use crate::{
    base::Secret,
    catalog::{is_loopback, is_private},
};

use super::{
    credential::{Credential, Endpoint, Opener, Source},
    oauth::Keeper,
};

/// Why a text is not the address of an API. The text itself is never repeated: it may hold a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// It cannot be read as a URL.
    #[error("it is not a URL; write it like `https://host/v1`")]
    NotUrl,
    /// It begins with something other than `http` or `https`.
    #[error("it must begin with `https://`, or with `http://` for a server on this machine")]
    Scheme,
    /// It has a user name or password in it.
    #[error("it has a user name or password in it; give the key by itself")]
    UserInfo,
    /// It has a part after `?` or `#`.
    #[error("it has a part after `?` or `#`; leave that out")]
    QueryOrFragment,
    /// It would send a key over an open line.
    #[error("plain `http` to `{0}` would send the key unencrypted; use `https`")]
    PlainHttp(String),
}

impl Endpoint {
    /// Reads a base URL. Slashes at the end, `/chat/completions` and `/responses` are dropped; nothing is added,
    /// since not every API lives below `/v1`.
    ///
    /// Errors: not a URL; parts that do not belong to a base; plain `http` to a public host.
    /// Source: `docs/sources.md`, wire 1.8, *Base-URL hygiene*.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let text = text.trim();
        // "localhost:8080/v1" reads as a URL with the scheme "localhost".
        let mut url = Url::parse(text).map_err(|_| EndpointError::NotUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(EndpointError::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(EndpointError::UserInfo);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(EndpointError::QueryOrFragment);
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(EndpointError::NotUrl)?.to_owned();
        if url.scheme() == "http" && !is_private(&host) {
            return Err(EndpointError::PlainHttp(host));
        }
        if matches!(url.host(), Some(Host::Domain(_))) && host.ends_with('.') {
            // One spelling for one host, or two hosts could be told apart by a dot.
            url.set_host(Some(host.trim_end_matches('.'))).map_err(|_| EndpointError::NotUrl)?;
        }
        let path = base_path(url.path()).to_owned();
        url.set_path(&path);
        Ok(Self { url })
    }

    /// Whether it is a server on this machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(self.host())
    }

    /// Whether it is a server on this machine or on a private network.
    pub fn is_private(&self) -> bool {
        is_private(self.host())
    }
}

impl Credential {
    /// Ties a key to the only address it may be sent to. Whoever calls this answers for the pair: `find` is the
    /// one that keeps the rules.
    pub fn new(endpoint: Endpoint, key: Option<Secret>, source: Source) -> Self {
        Self { endpoint, opener: Opener::Key(key.map(Arc::new)), source }
    }

    /// A sign-in, with the address it names.
    pub(super) fn of_sign_in(endpoint: Endpoint, keeper: Keeper, source: Source) -> Self {
        Self { endpoint, opener: Opener::SignIn(Arc::new(keeper)), source }
    }
}

fn base_path(path: &str) -> &str {
    let mut base = path.trim_end_matches('/');
    while let Some(rest) = base.strip_suffix("/chat/completions").or_else(|| base.strip_suffix("/responses"))
    {
        base = rest.trim_end_matches('/');
    }
    base
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn base(text: &str) -> Result<String, EndpointError> {
        Endpoint::parse(text).map(|e| e.base().to_owned())
    }

    #[test]
    fn what_people_paste_becomes_one_spelling() {
        let table = [
            ("https://api.openai.com/v1", "https://api.openai.com/v1"),
            ("  https://API.OpenAI.com/v1/// ", "https://api.openai.com/v1"),
            ("https://api.deepseek.com", "https://api.deepseek.com"),
            ("https://api.deepseek.com/chat/completions", "https://api.deepseek.com"),
            ("https://api.openai.com/v1/responses/", "https://api.openai.com/v1"),
            ("https://api.z.ai/api/paas/v4/chat/completions/", "https://api.z.ai/api/paas/v4"),
            ("https://dashscope.aliyuncs.com./v1", "https://dashscope.aliyuncs.com/v1"),
            ("http://localhost:11434/v1", "http://localhost:11434/v1"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("http://192.168.1.7:8000/v1", "http://192.168.1.7:8000/v1"),
        ];
        for (text, expected) in table {
            assert_eq!(base(text).as_deref(), Ok(expected), "{text}");
        }
        assert_eq!(
            Endpoint::parse("https://a.test/v1/").unwrap().at("chat/completions"),
            "https://a.test/v1/chat/completions"
        );
    }

    #[test]
    fn what_is_no_base_url_is_refused_with_the_reason() {
        let table = [
            ("", EndpointError::NotUrl),
            ("api.openai.com/v1", EndpointError::NotUrl),
            ("localhost:8080/v1", EndpointError::Scheme),
            ("file:///etc/passwd", EndpointError::Scheme),
            ("ftp://a.test", EndpointError::Scheme),
            ("https://", EndpointError::NotUrl),
            ("https://user:pw@a.test/v1", EndpointError::UserInfo),
            ("https://api.openai.com@evil.test/v1", EndpointError::UserInfo),
            ("https://a.test/v1?key=sk-1", EndpointError::QueryOrFragment),
            ("https://a.test/v1#x", EndpointError::QueryOrFragment),
            ("http://a.test/v1", EndpointError::PlainHttp("a.test".into())),
            ("http://127.0.0.1.evil.test", EndpointError::PlainHttp("127.0.0.1.evil.test".into())),
        ];
        for (text, expected) in table {
            assert_eq!(base(text), Err(expected), "{text}");
        }
    }

    #[test]
    fn an_error_never_repeats_what_was_pasted() {
        for text in ["sk-canary", "https://sk-canary@a.test", "https://a.test/?k=sk-canary", "sk-canary://a"]
        {
            assert!(!base(text).unwrap_err().to_string().contains("canary"), "{text}");
        }
    }

    proptest! {
        #[test]
        fn reading_twice_changes_nothing(text in "(https?://)?[a-z0-9.:\\[\\]/?#@\\\\ -]{0,40}(/chat/completions|/responses|/)*") {
            if let Ok(once) = base(&text) {
                prop_assert_eq!(base(&once), Ok(once.clone()));
                prop_assert!(!once.ends_with('/'));
            }
        }
    }
}
