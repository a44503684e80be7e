//! Which address the tokens of a sign-in may go to.
//!
//! The server names it, and the name is untrusted all the same: it also lies in a file. Source: `docs/sources.md`, wire 4.

use url::{Host, Url};

use super::options::Options;
use crate::{
    auth::credential::Endpoint,
    catalog::is_loopback,
    protocol::{Failure, Kind},
};

/// Where Qwen's tokens go when nothing else is named. Source: `docs/sources.md`, qwen-code 4.3.
const USUAL: &str = "https://dashscope.aliyuncs.com/compatible-mode/v1";

/// Domains of the vendor.
const VENDOR: &[&str] = &[".aliyuncs.com", ".qwen.ai"];

/// Parts of those domains where anybody may rent a name: buckets and functions.
const RENTED: &[&str] = &["oss", "fc", "fcapp"];

/// The address for a grant: the one it names if tokens may go there, else the usual one.
///
/// Errors: kind `config` when a server other than Qwen's signs in and names none that may be used.
pub(super) fn endpoint(named: Option<&str>, options: &Options) -> Result<Endpoint, Failure> {
    if let Some(endpoint) = named.and_then(|text| allowed(text, options)) {
        return Ok(endpoint);
    }
    let usual = options.is_qwens().then(|| Endpoint::parse(USUAL).ok()).flatten();
    usual.ok_or_else(|| {
        let host = options.host();
        Failure::new(Kind::Config, format!("the sign-in at `{host}` names no server its tokens may go to"))
            .hint("`resource_url` must be an `https` address of Qwen, or of the host that signs in")
    })
}

/// The address if a token may go there.
fn allowed(text: &str, options: &Options) -> Option<Endpoint> {
    let text = text.trim();
    let text = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let endpoint = Endpoint::parse(&text).ok()?;
    let url = Url::parse(endpoint.base()).ok()?;
    let is_allowed = if options.is_loopback() {
        is_loopback(endpoint.host())
    } else {
        let is_name = matches!(url.host(), Some(Host::Domain(_)));
        let is_within_vendor = is_vendors(options.host()) && is_vendors(endpoint.host());
        let is_there = is_within_vendor || endpoint.host() == options.host();
        url.scheme() == "https" && is_name && is_there && !is_loopback(endpoint.host())
    };
    if !is_allowed {
        return None;
    }
    let last = url.path().rsplit('/').next().unwrap_or_default();
    let is_versioned = last.strip_prefix('v').is_some_and(|n| n.starts_with(|c: char| c.is_ascii_digit()));
    if is_versioned { Some(endpoint) } else { Endpoint::parse(&endpoint.at("v1")).ok() }
}

fn is_vendors(host: &str) -> bool {
    let is_rented = |label: &str| RENTED.contains(&label) || label.starts_with("oss-");
    VENDOR.iter().any(|domain| {
        host.strip_suffix(domain)
            .is_some_and(|below| below.split('.').all(|l| !l.is_empty() && !is_rented(l)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::oauth::Overrides;

    fn at(issuer: Option<&str>, named: Option<&str>) -> Result<String, String> {
        let overrides = Overrides {
            device_endpoint: issuer.map(|base| format!("{base}/device")),
            token_endpoint: issuer.map(|base| format!("{base}/token")),
            ..Overrides::default()
        };
        let options = Options::new(&overrides).expect("valid");
        endpoint(named, &options).map(|e| e.base().to_owned()).map_err(|f| f.error)
    }

    #[test]
    fn the_named_server_is_completed_as_qwen_code_does() {
        let table = [
            ("portal.qwen.ai", "https://portal.qwen.ai/v1"),
            (" https://portal.qwen.ai/ ", "https://portal.qwen.ai/v1"),
            ("https://portal.qwen.ai/v1", "https://portal.qwen.ai/v1"),
            ("dashscope.aliyuncs.com/compatible-mode", "https://dashscope.aliyuncs.com/compatible-mode/v1"),
            (
                "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
                "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
            ),
            ("https://a.qwen.ai/api/v4", "https://a.qwen.ai/api/v4"),
        ];
        for (named, expected) in table {
            assert_eq!(at(None, Some(named)).as_deref(), Ok(expected), "{named}");
        }
        assert_eq!(at(None, None).as_deref(), Ok(USUAL));
    }

    #[test]
    fn a_token_never_follows_a_hostile_name() {
        for named in [
            "",
            "evil.test",
            "https://evil.test/v1",
            "https://portal.qwen.ai.evil.test/v1",
            "https://evilqwen.ai/v1",
            "https://qwen.ai.evil.test",
            "https://aliyuncs.com",
            "https://portal.qwen.ai@evil.test/v1",
            "https://evil.test\\@portal.qwen.ai/v1",
            "https://user:pw@portal.qwen.ai/v1",
            "http://portal.qwen.ai/v1",
            "ftp://portal.qwen.ai/v1",
            "//evil.test/.qwen.ai",
            "https://evil.test/.qwen.ai",
            "https://portal.qwen.ai/v1?to=evil.test",
            "https://portal.qwen.ai/v1#x",
            "https://47.88.1.2/v1",
            "https://[2001:db8::1]/v1",
            "http://127.0.0.1:9/v1",
            "http://localhost:9/v1",
            "https://x.localhost/v1",
            "https://192.168.1.1/v1",
            "https://bucket.oss-cn-hangzhou.aliyuncs.com/v1",
            "https://mine.cn-hangzhou.fc.aliyuncs.com/v1",
            "https://..qwen.ai/v1",
            "javascript:alert(1)",
        ] {
            assert_eq!(at(None, Some(named)).as_deref(), Ok(USUAL), "{named}");
        }
    }

    #[test]
    fn a_simulators_tokens_stay_on_this_machine() {
        let near = Some("http://127.0.0.1:7777");
        assert_eq!(at(near, Some("http://127.0.0.1:7777")).as_deref(), Ok("http://127.0.0.1:7777/v1"));
        assert_eq!(at(near, Some("http://localhost:1/v1")).as_deref(), Ok("http://localhost:1/v1"));
        for named in [None, Some("https://portal.qwen.ai/v1"), Some("https://evil.test/v1")] {
            let error = at(near, named).expect_err("not on this machine");
            assert_eq!(error, "the sign-in at `127.0.0.1` names no server its tokens may go to");
        }
    }

    #[test]
    fn a_sign_in_of_a_company_may_name_its_own_host() {
        let own = Some("https://sso.corp.test");
        assert_eq!(at(own, Some("sso.corp.test/llm")).as_deref(), Ok("https://sso.corp.test/llm/v1"));
        assert!(at(own, Some("https://llm.corp.test/v1")).is_err());
        assert!(at(own, Some("https://portal.qwen.ai/v1")).is_err());
        assert!(at(own, None).is_err());
    }
}
