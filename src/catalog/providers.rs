//! Table: providers, the hosts they are known by and how their Chat Completions differ.
//!
//! Source: `docs/sources.md`, wire 1.6, 1.8 and 2.1, qwen-code 4.5; read 2026-11. The longest pattern
//! that matches a host counts, so a plan's host below the provider's own domain is the plan's.

use super::{
    hosts::{is_loopback, matches},
    profile::{Billing, Echo, MaxTokens, Proof, Provider},
};

/// What an unknown server is taken for: the plain form of the protocol and nothing beyond it.
const PLAIN: Provider = Provider {
    id: "custom",
    name: "an OpenAI-compatible server",
    key_env: "OPENAI_API_KEY",
    base_urls: &[],
    hosts: &[],
    is_qwen_cloud: false,
    billing: Billing::ByToken,
    default_model: None,
    stream_options: true,
    max_tokens: MaxTokens::Plain,
    echo: Echo::Never,
    quota_is_per_minute: false,
    keeps_sessions: false,
    seals_reasoning: false,
    cache_key: false,
    is_router: false,
    proof: Proof::Models,
};

/// What all doors to Qwen Cloud share.
const QWEN: Provider = Provider { is_qwen_cloud: true, quota_is_per_minute: true, ..PLAIN };

/// All providers. Order: how they are tried when nothing but keys is known.
pub const PROVIDERS: &[Provider] = &[
    Provider {
        id: "qwen-cloud",
        name: "Qwen Cloud",
        key_env: "DASHSCOPE_API_KEY",
        base_urls: &[
            "https://dashscope.aliyuncs.com/compatible-mode/v1",
            "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
            "https://dashscope-us.aliyuncs.com/compatible-mode/v1",
            "https://cn-hongkong.dashscope.aliyuncs.com/compatible-mode/v1",
        ],
        hosts: &[
            "dashscope.aliyuncs.com",
            ".dashscope.aliyuncs.com",
            "dashscope-intl.aliyuncs.com",
            ".dashscope-intl.aliyuncs.com",
            "dashscope-us.aliyuncs.com",
            ".dashscope-us.aliyuncs.com",
            // Workspaces: `{workspace}.{region}.maas.aliyuncs.com`. The domain belongs to the provider as a whole,
            // so a region that is opened tomorrow needs no new version of this program.
            ".maas.aliyuncs.com",
            // What a sign-in with Qwen OAuth names as its server.
            "portal.qwen.ai",
        ],
        default_model: Some("qwen3-coder-plus"),
        keeps_sessions: true,
        ..QWEN
    },
    Provider {
        id: "coding-plan",
        name: "Qwen Cloud Coding Plan",
        key_env: "BAILIAN_CODING_PLAN_API_KEY",
        base_urls: &[
            "https://coding.dashscope.aliyuncs.com/v1",
            "https://coding-intl.dashscope.aliyuncs.com/v1",
        ],
        hosts: &["coding.dashscope.aliyuncs.com", "coding-intl.dashscope.aliyuncs.com"],
        billing: Billing::ByPlan,
        default_model: Some("qwen3-coder-plus"),
        proof: Proof::Chat,
        ..QWEN
    },
    Provider {
        id: "token-plan",
        name: "Qwen Cloud Token Plan",
        key_env: "BAILIAN_TOKEN_PLAN_API_KEY",
        base_urls: &[
            "https://token-plan.cn-beijing.maas.aliyuncs.com/compatible-mode/v1",
            "https://token-plan.ap-southeast-1.maas.aliyuncs.com/compatible-mode/v1",
        ],
        hosts: &["token-plan.cn-beijing.maas.aliyuncs.com", "token-plan.ap-southeast-1.maas.aliyuncs.com"],
        billing: Billing::ByPlan,
        ..QWEN
    },
    Provider {
        id: "openai",
        name: "OpenAI",
        key_env: "OPENAI_API_KEY",
        base_urls: &["https://api.openai.com/v1"],
        hosts: &["api.openai.com", ".api.openai.com"],
        max_tokens: MaxTokens::Completion,
        seals_reasoning: true,
        cache_key: true,
        ..PLAIN
    },
    Provider {
        id: "openrouter",
        name: "OpenRouter",
        key_env: "OPENROUTER_API_KEY",
        base_urls: &["https://openrouter.ai/api/v1"],
        hosts: &["openrouter.ai"],
        echo: Echo::Details,
        is_router: true,
        proof: Proof::Path("key"),
        ..PLAIN
    },
    Provider {
        id: "deepseek",
        name: "DeepSeek",
        key_env: "DEEPSEEK_API_KEY",
        base_urls: &["https://api.deepseek.com"],
        hosts: &["api.deepseek.com"],
        echo: Echo::Content,
        ..PLAIN
    },
    Provider {
        id: "moonshot",
        name: "Moonshot",
        key_env: "MOONSHOT_API_KEY",
        base_urls: &["https://api.moonshot.ai/v1", "https://api.moonshot.cn/v1"],
        hosts: &["api.moonshot.ai", "api.moonshot.cn"],
        echo: Echo::Content,
        cache_key: true,
        ..PLAIN
    },
    Provider {
        id: "zai",
        name: "Z.AI",
        key_env: "ZAI_API_KEY",
        base_urls: &[
            "https://api.z.ai/api/paas/v4",
            "https://api.z.ai/api/coding/paas/v4",
            "https://open.bigmodel.cn/api/paas/v4",
        ],
        hosts: &["api.z.ai", "open.bigmodel.cn"],
        echo: Echo::Content,
        proof: Proof::Chat,
        ..PLAIN
    },
    Provider {
        id: "modelscope",
        name: "ModelScope",
        key_env: "MODELSCOPE_API_KEY",
        base_urls: &["https://api-inference.modelscope.cn/v1"],
        hosts: &["api-inference.modelscope.cn"],
        proof: Proof::Chat,
        ..PLAIN
    },
    Provider {
        id: "xai",
        name: "xAI",
        key_env: "XAI_API_KEY",
        base_urls: &["https://api.x.ai/v1"],
        hosts: &["api.x.ai"],
        ..PLAIN
    },
    Provider {
        id: "minimax",
        name: "MiniMax",
        key_env: "MINIMAX_API_KEY",
        base_urls: &["https://api.minimax.io/v1", "https://api.minimaxi.com/v1"],
        hosts: &["api.minimax.io", "api.minimaxi.com"],
        echo: Echo::Details,
        proof: Proof::Chat,
        ..PLAIN
    },
    Provider {
        id: "mistral",
        name: "Mistral",
        key_env: "MISTRAL_API_KEY",
        base_urls: &["https://api.mistral.ai/v1"],
        hosts: &["api.mistral.ai"],
        ..PLAIN
    },
    Provider {
        id: "local",
        name: "a server on this machine",
        // Ollama, LM Studio, vLLM, llama.cpp.
        base_urls: &[
            "http://localhost:11434/v1",
            "http://localhost:1234/v1",
            "http://localhost:8000/v1",
            "http://localhost:8080/v1",
        ],
        // Their window is smaller than a catalogue's bound; a bound above it is refused by some of them.
        max_tokens: MaxTokens::Omit,
        ..PLAIN
    },
    PLAIN,
];

/// Who makes models whose names begin so. A name with a maker's folder (`qwen/…`) belongs to the market places.
const MAKERS: &[(&str, &[&str])] = &[
    ("qwen", &["coding-plan", "token-plan", "qwen-cloud"]),
    ("gpt-oss", &[]),
    ("gpt-", &["openai"]),
    ("chatgpt-", &["openai"]),
    ("codex-", &["openai"]),
    ("o1", &["openai"]),
    ("o3", &["openai"]),
    ("o4", &["openai"]),
    ("deepseek-", &["deepseek"]),
    ("kimi-", &["moonshot"]),
    ("moonshot-", &["moonshot"]),
    ("glm-", &["zai"]),
    ("grok-", &["xai"]),
    ("minimax-", &["minimax"]),
    ("mistral-", &["mistral"]),
    ("codestral-", &["mistral"]),
    ("devstral-", &["mistral"]),
];

/// Finds the provider by its name in settings.
pub fn provider(id: &str) -> Option<&'static Provider> {
    PROVIDERS.iter().find(|row| row.id == id)
}

/// Finds the provider that owns `host`. A host that nobody is known by is `local` on this machine, `custom`
/// elsewhere.
///
/// Shape: a host name as a URL has it, without port. Matching is by whole labels, never by substring.
pub fn provider_for(host: &str) -> &'static Provider {
    let listed = PROVIDERS
        .iter()
        .flat_map(|row| row.hosts.iter().map(move |pattern| (row, *pattern)))
        .filter(|(_, pattern)| matches(host, pattern))
        .max_by_key(|(_, pattern)| pattern.len());
    let id = if is_loopback(host) { "local" } else { "custom" };
    listed.map(|(row, _)| row).or_else(|| provider(id)).expect("the table has a row for servers nobody knows")
}

/// The providers that make the model or are the natural place for it, by its name; empty when nothing is known.
pub fn makers(model: &str) -> &'static [&'static str] {
    if model.contains('/') {
        return &["openrouter", "modelscope"];
    }
    let model = model.to_ascii_lowercase();
    MAKERS.iter().find(|(prefix, _)| model.starts_with(prefix)).map_or(&[], |(_, ids)| ids)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_host_belongs_to_one_provider() {
        let table = [
            ("dashscope.aliyuncs.com", "qwen-cloud"),
            ("DashScope.Aliyuncs.com", "qwen-cloud"),
            ("dashscope.aliyuncs.com.", "qwen-cloud"),
            ("dashscope-intl.aliyuncs.com", "qwen-cloud"),
            ("dashscope-us.aliyuncs.com", "qwen-cloud"),
            ("cn-hongkong.dashscope.aliyuncs.com", "qwen-cloud"),
            ("ws-1.cn-beijing.maas.aliyuncs.com", "qwen-cloud"),
            ("ws-1.ap-southeast-1.maas.aliyuncs.com", "qwen-cloud"),
            ("ws-1.us-east-1.maas.aliyuncs.com", "qwen-cloud"),
            ("ws-1.eu-central-1.maas.aliyuncs.com", "qwen-cloud"),
            ("ws-1.ap-northeast-1.maas.aliyuncs.com", "qwen-cloud"),
            ("ws-1.cn-hongkong.maas.aliyuncs.com", "qwen-cloud"),
            ("coding.dashscope.aliyuncs.com", "coding-plan"),
            ("coding-intl.dashscope.aliyuncs.com", "coding-plan"),
            ("token-plan.cn-beijing.maas.aliyuncs.com", "token-plan"),
            ("token-plan.ap-southeast-1.maas.aliyuncs.com", "token-plan"),
            ("dashscope.aliyuncs.com.evil.test", "custom"),
            ("evil-dashscope.aliyuncs.com", "custom"),
            ("mydashscope.aliyuncs.com", "custom"),
            ("dashscope-aliyuncs.com", "custom"),
            ("xdashscope-intl.aliyuncs.com", "custom"),
            ("maas.aliyuncs.com", "custom"),
            ("xmaas.aliyuncs.com", "custom"),
            ("ws-1.cn-beijing.maas.aliyuncs.com.evil.test", "custom"),
            ("aliyuncs.com", "custom"),
            ("oss.aliyuncs.com", "custom"),
            ("portal.qwen.ai", "qwen-cloud"),
            ("portal.qwen.ai.evil.test", "custom"),
            ("api.openai.com", "openai"),
            ("eu.api.openai.com", "openai"),
            ("api.openai.com.evil.test", "custom"),
            ("openrouter.ai", "openrouter"),
            ("notopenrouter.ai", "custom"),
            ("api.deepseek.com", "deepseek"),
            ("api.moonshot.cn", "moonshot"),
            ("api.z.ai", "zai"),
            ("xapi.z.ai", "custom"),
            ("api-inference.modelscope.cn", "modelscope"),
            ("localhost", "local"),
            ("127.0.0.1", "local"),
            ("[::1]", "local"),
            ("192.168.1.7", "custom"),
            ("", "custom"),
        ];
        for (host, id) in table {
            assert_eq!(provider_for(host).id, id, "{host}");
        }
    }

    #[test]
    fn every_row_is_found_by_its_own_base_urls() {
        let mut ids = HashSet::new();
        for row in PROVIDERS {
            assert!(ids.insert(row.id), "{} twice", row.id);
            for base in row.base_urls {
                let host = base.split('/').nth(2).unwrap().split(':').next().unwrap();
                assert_eq!(provider_for(host).id, row.id, "{base}");
                assert!(base.starts_with("https://") || is_loopback(host), "{base}");
                assert!(!base.ends_with('/'), "{base}");
            }
        }
    }

    #[test]
    fn what_is_beyond_the_plain_form_goes_to_who_has_it() {
        let with = |has: fn(&Provider) -> bool| -> Vec<&str> {
            PROVIDERS.iter().filter(|row| has(row)).map(|row| row.id).collect()
        };
        assert_eq!(with(|row| row.keeps_sessions), ["qwen-cloud"]);
        assert_eq!(with(|row| row.seals_reasoning), ["openai"]);
        assert_eq!(with(|row| row.cache_key), ["openai", "moonshot"]);
        assert_eq!(with(|row| row.is_router), ["openrouter"]);
    }

    #[test]
    fn makers_are_providers_that_exist() {
        for (prefix, ids) in MAKERS {
            assert_eq!(*prefix, prefix.to_ascii_lowercase());
            assert!(ids.iter().all(|id| provider(id).is_some()), "{prefix}");
        }
        assert_eq!(makers("GPT-5.1"), ["openai"]);
        assert_eq!(makers("gpt-oss-120b"), [""; 0]);
        assert_eq!(makers("qwen/qwen3-max"), ["openrouter", "modelscope"]);
        assert_eq!(makers("smollm2"), [""; 0]);
    }
}
