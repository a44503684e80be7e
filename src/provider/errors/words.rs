//! Puts a report into words and says what to do next.

use std::time::Duration;

use super::{
    Asked, Report, chain,
    classify::{Cause, cause},
    report::one_line,
};
use crate::{
    auth::{Credential, oauth},
    base::{Tokens, estimate},
    catalog::{Billing, PROVIDERS, Profile, Provider, nearest, provider_for},
    protocol::{Failure, Kind, Told},
    provider::{Class, Trouble},
};

/// The longest wait that is kept without asking the person. Source: `docs/sources.md`, wire 5.2.
const LONGEST: Duration = Duration::from_secs(120);

/// What is known about the request that failed.
pub(in crate::provider) struct Context<'a> {
    /// Provider and model.
    pub(in crate::provider) profile: &'a Profile,
    /// The key and its address.
    pub(in crate::provider) credential: &'a Credential,
    /// Where it was sent, below the base URL.
    pub(in crate::provider) path: &'a str,
    /// What was sent.
    pub(in crate::provider) body: &'a [u8],
}

impl Context<'_> {
    /// What to do about a report, and what to tell the person.
    pub(in crate::provider) fn trouble(&self, report: &Report, asked: Asked) -> Trouble {
        let cause = self.cause(report);
        let asked = asked.or_in(&report.message);
        let mut failure = self.words(cause, report);
        let mut class = cause.class();
        let may_repeat = matches!(class, Class::Retry | Class::RetrySlowly);
        if let Some(wait) = asked.after.filter(|w| may_repeat && *w > LONGEST) {
            class = Class::Tell;
            failure = failure.hint(format!("the server asks to wait {}", spoken(wait)));
        } else if may_repeat && asked.retry == Some(false) {
            class = Class::Tell;
        } else if matches!(cause, Cause::Other) && asked.retry == Some(true) {
            class = Class::Retry;
        }
        let wait_ms = asked.after.and_then(|wait| u64::try_from(wait.as_millis()).ok());
        let told = Told { limit: cause.limit(), wait_ms, request_id: report.request_id.clone() };
        Trouble {
            class,
            failure: failure.telling(told),
            after: asked.after,
            request_id: report.request_id.clone(),
            status: report.status,
            taught: None,
        }
    }

    /// Why it failed. Some servers refuse a prompt that is too long without a word.
    pub(in crate::provider) fn cause(&self, report: &Report) -> Cause {
        let is_mute = report.status == 400 && report.message.trim().is_empty() && report.code.is_empty();
        if is_mute && self.sent().0 * 100 >= self.profile.window.0 * 95 {
            return Cause::Overflow(None);
        }
        if chain::is_lost(report, self.body) {
            return Cause::Chain;
        }
        if chain::is_unserved(report, self.path) {
            return Cause::Unserved;
        }
        cause(report, self.profile.provider)
    }

    fn sent(&self) -> Tokens {
        std::str::from_utf8(self.body).map(estimate).unwrap_or_default()
    }

    fn words(&self, cause: Cause, report: &Report) -> Failure {
        let (host, model) = (self.credential.endpoint().host(), self.profile.model.as_str());
        let said = match (cause, report.status) {
            (Cause::Other | Cause::Moved, _) | (_, 0) => self.said(report),
            // The number is what people search for.
            (_, status) => format!(" ({status}){}", self.said(report)),
        };
        if self.credential.is_sign_in()
            && let Some(failure) = free_tier(host, cause, report, &said)
        {
            return failure;
        }
        match cause {
            Cause::Overflow(limit) => {
                let limit = limit.map(|n| format!(" of {n} tokens")).unwrap_or_default();
                Failure::new(Kind::Context, format!("the conversation does not fit the window{limit} of `{model}`"))
                    .hint("compact the conversation, or start a new one")
            }
            Cause::Filter => {
                Failure::new(Kind::Provider, format!("the content filter of `{host}` stopped this{said}"))
                    .hint("what it objects to stays in the conversation: go back before the last message or tool result")
            }
            Cause::Money => Failure::new(Kind::Quota, format!("the account at `{host}` has no quota or money left{said}"))
                .hint("look at the account's bill, or use another key or provider"),
            Cause::Plan => Failure::new(Kind::Quota, format!("the quota of this plan at `{host}` is used up{said}"))
                .hint("wait until the plan's next window, or use another key or model"),
            Cause::PerMinute | Cause::Rate => {
                Failure::new(Kind::Quota, format!("`{host}` limits how much may be asked at a time{said}"))
                    .hint("wait a minute, or run fewer sessions at once")
            }
            Cause::Busy => Failure::new(Kind::Provider, format!("`{host}` cannot answer just now{said}"))
                .hint("try again in a while, or use another model"),
            Cause::Key => self.key(host, &said),
            Cause::Denied if report.lower().contains("country") => {
                Failure::new(Kind::Auth, format!("`{host}` does not serve the place this comes from{said}"))
                    .hint("use another provider, or the region of this one that serves it")
            }
            Cause::Denied => Failure::new(Kind::Auth, format!("this key may not use `{model}` at `{host}`{said}"))
                .hint("check that the model is enabled for this account, and which models the plan includes"),
            Cause::Page => Failure::new(Kind::Network, format!("a web page answered in place of `{host}`{said}"))
                .hint("check the network: a firewall or a proxy may stand between, and want to be signed in to")
                .hint("check the base URL, if other programs get through"),
            Cause::Proxy => Failure::new(Kind::Network, format!("a proxy on the way to `{host}` wants to be signed in to{said}"))
                .hint("put name and password into its address: `HTTPS_PROXY=http://name:password@host:port`"),
            Cause::Missing => self.missing(&said),
            Cause::Chain => Failure::new(Kind::Provider, format!("`{host}` no longer has the conversation this goes on with{said}"))
                .hint("say it again: the whole conversation is sent"),
            Cause::Unserved => Failure::new(Kind::Config, format!("`{host}` does not serve `{model}` with a kept conversation{said}"))
                .hint("set `cache.mode` to `auto`"),
            Cause::Gate => Failure::new(Kind::Auth, format!("the Coding Plan at `{host}` turned this client away{said}"))
                .hint("use a pay-as-you-go key and its base URL instead"),
            Cause::Moved => Failure::new(Kind::Config, format!("`{host}` sends requests elsewhere, where the key must not follow{said}"))
                .hint("put the address it names into the base URL if you trust it"),
            Cause::Other if report.status == 0 => {
                Failure::new(Kind::Provider, format!("`{host}` answered with an error{said}"))
            }
            Cause::Other => Failure::new(Kind::Provider, format!("`{host}` answered with status {}{said}", report.status)),
        }
    }

    /// `: ` and what the server said, without the key if it repeated it.
    fn said(&self, report: &Report) -> String {
        let text = if report.message.trim().is_empty() { &report.code } else { &report.message };
        let text = self.credential.mask(&one_line(text));
        match text.as_str() {
            "" => String::new(),
            text => format!(": {text}"),
        }
    }

    fn key(&self, host: &str, said: &str) -> Failure {
        let Some(key) = self.credential.key() else {
            return Failure::new(Kind::Auth, format!("`{host}` wants a key and none was given{said}"))
                .hint("put one into the environment, or give the server's account its key");
        };
        let failure = Failure::new(Kind::Auth, format!("`{host}` refused the key{said}")).hint(format!(
            "the key is {}, {}",
            key.masked(),
            self.credential.source()
        ));
        // Source: `docs/sources.md`, wire 1.8: keys of plans begin with `sk-sp-`; a key is bound to its region.
        let row = provider_for(host);
        let is_plan_key = row.is_qwen_cloud && key.expose().starts_with("sk-sp-");
        match row.billing {
            Billing::ByToken if is_plan_key => failure.hint("a key that begins with `sk-sp-` belongs to the Coding Plan and needs its base URL, `https://coding-intl.dashscope.aliyuncs.com/v1` or `https://coding.dashscope.aliyuncs.com/v1`"),
            Billing::ByPlan if row.id == "coding-plan" && !is_plan_key => failure.hint("this address takes only keys of the Coding Plan, which begin with `sk-sp-`"),
            Billing::ByPlan if !is_plan_key => failure.hint("this address takes only the plan's own keys"),
            _ => match other_regions(row, host) {
                others if others.is_empty() => failure.hint("make a new key, or check that this one was copied whole"),
                others => failure.hint(format!("a key works only in the region or plan it was made for: try {others}")),
            },
        }
    }

    fn missing(&self, said: &str) -> Failure {
        let (base, model) = (self.credential.endpoint().base(), &self.profile.model);
        let failure = Failure::new(
            Kind::Config,
            format!("nothing was found at `{base}` for the model `{model}`{said}"),
        )
        .hint("check the name of the model; not every region and plan has every model");
        let like = nearest(model);
        let failure = if like.is_empty() || like.contains(&model.as_str()) {
            failure
        } else {
            failure.hint(format!("names like it: {}", like.join(", ")))
        };
        let last = base.rsplit('/').next().unwrap_or_default();
        let is_versioned =
            last.strip_prefix('v').is_some_and(|n| n.starts_with(|c: char| c.is_ascii_digit()));
        // Of the providers that are known the address is known, too.
        if is_versioned || !provider_for(self.credential.endpoint().host()).hosts.is_empty() {
            failure
        } else {
            failure.hint(format!("most base URLs end in `/v1`: try `{base}/v1`"))
        }
    }
}

/// What a refusal means for who signed in with Qwen OAuth. Source: `docs/sources.md`, wire 4: how the end of the free
/// tier shows.
fn free_tier(host: &str, cause: Cause, report: &Report, said: &str) -> Option<Failure> {
    let is_old_portal = report.status == 400 && host == "portal.qwen.ai" && matches!(cause, Cause::Other);
    let (kind, what) = match cause {
        Cause::Plan | Cause::Money => (Kind::Quota, "gives this sign-in no more quota"),
        Cause::Key => (Kind::Auth, "refused the sign-in"),
        Cause::Other if is_old_portal => (Kind::Auth, "refused the request"),
        _ => return None,
    };
    Some(oauth::other_ways(Failure::new(kind, format!("`{host}` {what}{said}; {}", oauth::FREE_TIER))))
}

/// The other hosts a key of this provider may belong to, for a sentence: its regions, and for a plan of Qwen Cloud
/// the other plans, whose keys look alike.
fn other_regions(row: &Provider, host: &str) -> String {
    let is_alike = |other: &&Provider| {
        other.id == row.id || (row.billing == Billing::ByPlan && other.billing == Billing::ByPlan)
    };
    let bases = PROVIDERS.iter().filter(is_alike).flat_map(|other| other.base_urls);
    let mut hosts: Vec<&str> = bases.filter_map(|base| base.split('/').nth(2)).collect();
    hosts.dedup();
    hosts.retain(|other| !row.hosts.is_empty() && *other != host);
    hosts.iter().map(|other| format!("`{other}`")).collect::<Vec<_>>().join(", ")
}

fn spoken(wait: Duration) -> String {
    match wait.as_secs() {
        s @ 0..120 => format!("{s} seconds"),
        s @ 120..7_200 => format!("{} minutes", s.div_ceil(60)),
        s => format!("{} hours", s.div_ceil(3_600)),
    }
}
