//! Whether a credential works, found out with one real request.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    auth::Credential,
    catalog::{MaxTokens, Overrides, Profile, Proof},
    net,
    protocol::{Failure, Kind},
    provider::errors::{Asked, Cause, Context},
};

use super::{
    ask::{Answer, ask},
    models::{Listed, listed},
};

/// How long a server may take.
const LIMIT: Duration = Duration::from_secs(20);

/// What one real request showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// The host that was asked.
    pub host: String,
    /// The status of its answer; `None` when there was none.
    pub status: Option<u16>,
    /// How long it took until the answer began; zero when there was none.
    pub latency: Duration,
    /// How many models it lists, where it was asked for its list.
    pub models: Option<usize>,
    /// Whether the model that was asked about is on that list.
    pub has_model: Option<bool>,
    /// What it comes to.
    pub verdict: Verdict,
    /// What went wrong and what to do next, unless all is well.
    pub failure: Option<Failure>,
}

/// What a credential is worth at its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It works.
    Accepted,
    /// Too much was asked at a time, by this program or another; the key is most likely right.
    Limited,
    /// The key is right; there is no quota, plan or money left.
    NoQuota,
    /// The key is right, but may not use this.
    Denied,
    /// The key is right or none is needed; there is no such model.
    NoModel,
    /// The key was refused.
    WrongKey,
    /// The key was refused by one region of several; another may take it.
    WrongKeyOrRegion,
    /// The server cannot be reached.
    Unreachable,
    /// The server's certificate was not accepted.
    Certificate,
    /// There is something at the address, but it is no API of models.
    NotAnApi,
    /// The server failed, or answered with an error that says nothing of the key.
    Failed,
}

impl Verdict {
    /// Half a sentence after the host's name.
    pub fn words(self) -> &'static str {
        match self {
            Self::Accepted => "works",
            Self::Limited => "limits requests just now",
            Self::NoQuota => "knows the key, and there is no quota or money left",
            Self::Denied => "knows the key, and it may not use this model",
            Self::NoModel => "has no such model",
            Self::WrongKey => "refuses the key",
            Self::WrongKeyOrRegion => "refuses the key; it may belong to another region",
            Self::Unreachable => "cannot be reached",
            Self::Certificate => "has a certificate that is not accepted",
            Self::NotAnApi => "is not an API of models",
            Self::Failed => "answers with an error",
        }
    }

    /// Whether the key is known to be right.
    pub fn knows_key(self) -> bool {
        matches!(self, Self::Accepted | Self::NoQuota | Self::Denied)
    }
}

impl Probe {
    /// One line: `` `api.example.com` works (200, 143 ms, 87 models) ``.
    pub fn line(&self) -> String {
        let mut facts: Vec<String> = self.status.iter().map(u16::to_string).collect();
        facts.extend(self.status.map(|_| format!("{} ms", self.latency.as_millis())));
        facts.extend(self.models.map(|count| format!("{count} models")));
        let facts = if facts.is_empty() { String::new() } else { format!(" ({})", facts.join(", ")) };
        format!("`{}` {}{facts}", self.host, self.verdict.words())
    }
}

/// Asks the server of a credential one question that only a right key gets an answer to: the list of models, or,
/// where that is public or missing, a question of one token to `model`. There is a second request only where the
/// first one says that there is no list.
pub async fn test(net: &net::Lazy, credential: &Credential, model: &str) -> Probe {
    let endpoint = credential.endpoint();
    let profile = Profile::resolve(endpoint.host(), endpoint.base(), model, &Overrides::default());
    let path = match profile.provider.proof {
        Proof::Models => "models",
        Proof::Path(path) => path,
        Proof::Chat => return Question::new(credential, &profile).chat(net).await,
    };
    let asked = Question::new(credential, &profile);
    match ask(net, credential, path, None, LIMIT).await {
        Ok(answer) if matches!(answer.status, 404 | 405 | 501) => asked.chat(net).await,
        Ok(answer) => match answer.value() {
            Some(value) => asked.listed(&answer, path, &value),
            None => asked.refused(&answer),
        },
        Err(failure) => asked.unreached(failure),
    }
}

/// Asks one question of one token in any case: a list of models says nothing of a quota. For sign-ins, whose quota is
/// what may be missing.
pub async fn question(net: &net::Lazy, credential: &Credential, model: &str) -> Probe {
    let endpoint = credential.endpoint();
    let profile = Profile::resolve(endpoint.host(), endpoint.base(), model, &Overrides::default());
    Question::new(credential, &profile).chat(net).await
}

/// What is asked about.
struct Question<'a> {
    credential: &'a Credential,
    profile: &'a Profile,
}

impl<'a> Question<'a> {
    fn new(credential: &'a Credential, profile: &'a Profile) -> Self {
        Self { credential, profile }
    }

    fn probe(&self, verdict: Verdict) -> Probe {
        Probe {
            host: self.credential.endpoint().host().to_owned(),
            status: None,
            latency: Duration::ZERO,
            models: None,
            has_model: None,
            verdict,
            failure: None,
        }
    }

    fn answered(&self, answer: &Answer, verdict: Verdict) -> Probe {
        Probe { status: Some(answer.status), latency: answer.latency, ..self.probe(verdict) }
    }

    async fn chat(&self, net: &net::Lazy) -> Probe {
        let provider = self.profile.provider;
        let bound =
            if provider.max_tokens == MaxTokens::Completion { "max_completion_tokens" } else { "max_tokens" };
        let mut body = json!({
            "model": self.profile.model,
            "messages": [{"role": "user", "content": "Hi"}],
            bound: 1,
            "stream": false,
        });
        if provider.is_qwen_cloud {
            // Source: `docs/sources.md`, wire 1.8: thinking models answer streams only.
            body["enable_thinking"] = Value::Bool(false);
        }
        match ask(net, self.credential, "chat/completions", Some(&body), LIMIT).await {
            Ok(answer) => match answer.value() {
                Some(value) if value.get("choices").is_some_and(Value::is_array) => {
                    self.answered(&answer, Verdict::Accepted)
                }
                _ => self.refused(&answer),
            },
            Err(failure) => self.unreached(failure),
        }
    }

    fn listed(&self, answer: &Answer, path: &str, value: &Value) -> Probe {
        if path != "models" {
            return self.answered(answer, Verdict::Accepted);
        }
        let Some(models) = listed(value) else { return self.no_api(answer) };
        let has_model = |model: &Listed| model.id == self.profile.model;
        Probe {
            has_model: Some(models.iter().any(has_model)),
            models: Some(models.len()),
            ..self.answered(answer, Verdict::Accepted)
        }
    }

    fn no_api(&self, answer: &Answer) -> Probe {
        let base = self.credential.endpoint().base();
        let failure = Failure::new(Kind::Config, format!("what answers at `{base}` is no API of models"))
            .hint("check the base URL; most end in `/v1`, and a web page is what many servers show beside their API");
        Probe { failure: Some(failure), ..self.answered(answer, Verdict::NotAnApi) }
    }

    fn refused(&self, answer: &Answer) -> Probe {
        let Some(report) = answer.error() else { return self.no_api(answer) };
        let context = Context {
            profile: self.profile,
            credential: self.credential,
            path: "chat/completions",
            body: b"",
        };
        let verdict = match context.cause(&report) {
            Cause::Key if self.has_regions() => Verdict::WrongKeyOrRegion,
            Cause::Key => Verdict::WrongKey,
            Cause::Denied | Cause::Gate => Verdict::Denied,
            Cause::Money | Cause::Plan => Verdict::NoQuota,
            Cause::PerMinute | Cause::Rate => Verdict::Limited,
            // An API says so in JSON; a page that says 404 belongs to something else.
            Cause::Missing if answer.is_json() => Verdict::NoModel,
            Cause::Missing | Cause::Moved => Verdict::NotAnApi,
            Cause::Page | Cause::Proxy => Verdict::Unreachable,
            Cause::Overflow(_)
            | Cause::Filter
            | Cause::Busy
            | Cause::Chain
            | Cause::Unserved
            | Cause::Other => Verdict::Failed,
        };
        let failure = context.trouble(&report, Asked::default()).failure;
        Probe { failure: Some(failure), ..self.answered(answer, verdict) }
    }

    /// Whether the provider has other regions that may know the key.
    fn has_regions(&self) -> bool {
        let host = self.credential.endpoint().host();
        let provider = self.profile.provider;
        let is_other = |base: &&str| base.split('/').nth(2).is_some_and(|other| other != host);
        !provider.hosts.is_empty() && provider.base_urls.iter().any(is_other)
    }

    fn unreached(&self, failure: Failure) -> Probe {
        let is_certificate = failure.error.starts_with("the certificate of");
        let verdict = match failure.kind {
            Kind::Network if is_certificate => Verdict::Certificate,
            Kind::Network => Verdict::Unreachable,
            _ => Verdict::Failed,
        };
        Probe { failure: Some(failure), ..self.probe(verdict) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::fixtures::credential;

    #[test]
    fn a_certificate_is_told_apart_from_a_server_that_is_not_there() {
        let credential = credential("https://api.example.com/v1", "sk-0123456789");
        let base = credential.endpoint().base();
        let profile = Profile::resolve("api.example.com", base, "m", &Overrides::default());
        let verdict = |kind, words: &str| {
            Question::new(&credential, &profile).unreached(Failure::new(kind, words)).verdict
        };
        // The words are those of `net::explain`.
        let certificate = "the certificate of `api.example.com` was not accepted: it is not valid today";
        assert_eq!(verdict(Kind::Network, certificate), Verdict::Certificate);
        assert_eq!(verdict(Kind::Network, "the name `api.example.com` was not found"), Verdict::Unreachable);
        assert_eq!(verdict(Kind::Auth, "the key has characters a key cannot have"), Verdict::Failed);
    }

    #[test]
    fn a_refused_key_may_be_another_regions_only_where_there_are_others() {
        let verdict = |base: &str| {
            let credential = credential(base, "sk-0123456789");
            let host = credential.endpoint().host();
            let profile = Profile::resolve(host, credential.endpoint().base(), "m", &Overrides::default());
            Question::new(&credential, &profile).has_regions()
        };
        for base in [
            "https://dashscope.aliyuncs.com/compatible-mode/v1",
            "https://ws-1.us-east-1.maas.aliyuncs.com/compatible-mode/v1",
            "https://coding.dashscope.aliyuncs.com/v1",
            "https://api.moonshot.cn/v1",
        ] {
            assert!(verdict(base), "{base}");
        }
        for base in ["https://api.openai.com/v1", "https://openrouter.ai/api/v1", "http://localhost:1234/v1"]
        {
            assert!(!verdict(base), "{base}");
        }
    }
}
