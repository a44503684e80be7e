//! Table: servers a person can choose from by name. A view of the providers' rows: addresses and variables are theirs.
//!
//! Source: `docs/sources.md`, wire 1.8, qwen-code 4.5; pages for keys: *Where keys are made*, read 2026-11.

use super::{
    profile::{Billing, Provider},
    providers::provider,
};

/// A server a person can choose by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Its name in commands and in `accounts.json`.
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// What choosing it means, in one line: what it costs, where its keys work.
    pub consequence: &'static str,
    /// Where it stands in a list.
    pub group: Group,
    /// The page where one gets a key, where there is one.
    pub key_page: Option<&'static str>,
    /// The provider's id.
    provider: &'static str,
    address: Address,
}

/// Where presets stand in a list, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Qwen Cloud, paid by token.
    QwenCloud,
    /// Plans of Qwen Cloud.
    Plans,
    /// Other providers.
    Others,
    /// Servers on this machine.
    Local,
    /// Any other server.
    Custom,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Address {
    /// One of the provider's base URLs, counted from zero.
    Listed(usize),
    /// The person's own; what it looks like.
    Own(&'static str),
}

impl Group {
    /// The heading in a list.
    pub fn title(self) -> &'static str {
        match self {
            Self::QwenCloud => "Qwen Cloud",
            Self::Plans => "Plans of Qwen Cloud",
            Self::Others => "Other providers",
            Self::Local => "On this machine",
            Self::Custom => "Any other server",
        }
    }
}

impl Preset {
    /// The provider's row.
    pub fn provider(&self) -> &'static Provider {
        provider(self.provider).expect("each preset names a row; a test walks them")
    }

    /// The base URL; `None` when the person has to give one.
    pub fn base_url(&self) -> Option<&'static str> {
        match self.address {
            Address::Listed(at) => self.provider().base_urls.get(at).copied(),
            Address::Own(_) => None,
        }
    }

    /// What the base URL looks like.
    pub fn example(&self) -> &'static str {
        match self.address {
            Address::Listed(_) => self.base_url().unwrap_or_default(),
            Address::Own(example) => example,
        }
    }

    /// The variable that holds the key; `None` where none is needed.
    pub fn key_env(&self) -> Option<&'static str> {
        (self.group != Group::Local).then(|| self.provider().key_env)
    }

    /// Whether it is paid by a plan.
    pub fn is_plan(&self) -> bool {
        self.provider().billing == Billing::ByPlan
    }
}

/// Finds a preset by its name.
pub fn preset(id: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.id == id)
}

/// Finds the preset of a base URL, in the spelling of the table.
pub fn preset_at(base_url: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.base_url() == Some(base_url))
}

const BAILIAN: Option<&str> = Some("https://bailian.console.aliyun.com/");
const MODEL_STUDIO: Option<&str> = Some("https://modelstudio.console.alibabacloud.com/");

const fn listed(
    group: Group,
    [id, name, provider, consequence]: [&'static str; 4],
    at: usize,
    key_page: Option<&'static str>,
) -> Preset {
    Preset { id, name, consequence, group, key_page, provider, address: Address::Listed(at) }
}

/// All presets. Order: how a list shows them.
pub const PRESETS: &[Preset] = &[
    listed(
        Group::QwenCloud,
        [
            "qwen-cloud-china",
            "Qwen Cloud, China (Beijing)",
            "qwen-cloud",
            "paid by token; takes keys made for this region only",
        ],
        0,
        BAILIAN,
    ),
    listed(
        Group::QwenCloud,
        [
            "qwen-cloud-singapore",
            "Qwen Cloud, Singapore",
            "qwen-cloud",
            "paid by token; takes keys made for this region only",
        ],
        1,
        MODEL_STUDIO,
    ),
    listed(
        Group::QwenCloud,
        [
            "qwen-cloud-us",
            "Qwen Cloud, US (Virginia)",
            "qwen-cloud",
            "paid by token; takes keys made for this region only; fewer models, some with names that end in `-us`",
        ],
        2,
        MODEL_STUDIO,
    ),
    listed(
        Group::QwenCloud,
        [
            "qwen-cloud-hongkong",
            "Qwen Cloud, Hong Kong",
            "qwen-cloud",
            "paid by token; takes keys made for this region only",
        ],
        3,
        MODEL_STUDIO,
    ),
    Preset {
        id: "qwen-cloud-workspace",
        name: "Qwen Cloud, your workspace's own host",
        consequence: "paid by token; takes keys of that workspace only",
        group: Group::QwenCloud,
        key_page: MODEL_STUDIO,
        provider: "qwen-cloud",
        address: Address::Own("https://<workspace>.<region>.maas.aliyuncs.com/compatible-mode/v1"),
    },
    listed(
        Group::Plans,
        [
            "coding-plan-china",
            "Coding Plan, China",
            "coding-plan",
            "paid by subscription, with quotas per hour, week and month; keys begin with `sk-sp-`",
        ],
        0,
        BAILIAN,
    ),
    listed(
        Group::Plans,
        [
            "coding-plan-intl",
            "Coding Plan, international",
            "coding-plan",
            "paid by subscription, with quotas per hour, week and month; keys begin with `sk-sp-`",
        ],
        1,
        MODEL_STUDIO,
    ),
    listed(
        Group::Plans,
        [
            "token-plan-china",
            "Token Plan, China (Beijing)",
            "token-plan",
            "paid by subscription, in credits; takes the plan's own keys only; needs a model's name",
        ],
        0,
        BAILIAN,
    ),
    listed(
        Group::Plans,
        [
            "token-plan-singapore",
            "Token Plan, Singapore",
            "token-plan",
            "paid by subscription, in credits; takes the plan's own keys only; needs a model's name",
        ],
        1,
        MODEL_STUDIO,
    ),
    listed(
        Group::Others,
        ["modelscope", "ModelScope", "modelscope", "free of charge, with a quota per day"],
        0,
        Some("https://modelscope.cn/my/myaccesstoken"),
    ),
    listed(
        Group::Others,
        [
            "openrouter",
            "OpenRouter",
            "openrouter",
            "paid by token, from credits; passes requests on to other providers",
        ],
        0,
        Some("https://openrouter.ai/settings/keys"),
    ),
    listed(
        Group::Others,
        ["deepseek", "DeepSeek", "deepseek", "paid by token, in advance"],
        0,
        Some("https://platform.deepseek.com/api_keys"),
    ),
    listed(
        Group::Others,
        [
            "moonshot",
            "Moonshot (Kimi), international",
            "moonshot",
            "paid by token; takes keys of this site only",
        ],
        0,
        Some("https://platform.moonshot.ai/console/api-keys"),
    ),
    listed(
        Group::Others,
        [
            "moonshot-china",
            "Moonshot (Kimi), China",
            "moonshot",
            "paid by token; takes keys of this site only",
        ],
        1,
        Some("https://platform.moonshot.cn/console/api-keys"),
    ),
    listed(
        Group::Others,
        ["zai", "Z.AI", "zai", "paid by token"],
        0,
        Some("https://z.ai/manage-apikey/apikey-list"),
    ),
    listed(
        Group::Others,
        ["zai-coding", "Z.AI coding plan", "zai", "paid by subscription; without one requests are refused"],
        1,
        Some("https://z.ai/manage-apikey/apikey-list"),
    ),
    listed(
        Group::Others,
        ["zai-china", "Z.AI, China (BigModel)", "zai", "paid by token; takes keys of this site only"],
        2,
        Some("https://open.bigmodel.cn/usercenter/proj-mgmt/apikeys"),
    ),
    listed(
        Group::Others,
        ["openai", "OpenAI", "openai", "paid by token; needs a model's name"],
        0,
        Some("https://platform.openai.com/api-keys"),
    ),
    listed(Group::Others, ["xai", "xAI", "xai", "paid by token"], 0, Some("https://console.x.ai/")),
    listed(
        Group::Others,
        ["minimax", "MiniMax, international", "minimax", "paid by token; takes keys of this site only"],
        0,
        Some("https://platform.minimax.io/"),
    ),
    listed(
        Group::Others,
        ["minimax-china", "MiniMax, China", "minimax", "paid by token; takes keys of this site only"],
        1,
        Some("https://platform.minimaxi.com/"),
    ),
    listed(
        Group::Others,
        ["mistral", "Mistral", "mistral", "paid by token"],
        0,
        Some("https://console.mistral.ai/api-keys"),
    ),
    listed(
        Group::Local,
        [
            "ollama",
            "Ollama",
            "local",
            "free, no key; its window is small unless raised there, and longer prompts are cut without a word",
        ],
        0,
        None,
    ),
    listed(
        Group::Local,
        ["lm-studio", "LM Studio", "local", "free, no key; the first request may have to load the model"],
        1,
        None,
    ),
    listed(
        Group::Local,
        ["vllm", "vLLM", "local", "free, no key; tools need `--enable-auto-tool-choice` there"],
        2,
        None,
    ),
    listed(
        Group::Local,
        ["llama-cpp", "llama.cpp", "local", "free, no key; tools need `--jinja` there"],
        3,
        None,
    ),
    Preset {
        id: "custom",
        name: "a server of your own choice",
        consequence: "any server that speaks Chat Completions; needs a model's name",
        group: Group::Custom,
        key_page: None,
        provider: "custom",
        address: Address::Own("https://<host>/v1"),
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::catalog::{PROVIDERS, provider_for};

    /// Host and path a preset's requests go to, and the variable of its key.
    const EXPECTED: &[(&str, &str, &str)] = &[
        ("qwen-cloud-china", "https://dashscope.aliyuncs.com/compatible-mode/v1", "DASHSCOPE_API_KEY"),
        (
            "qwen-cloud-singapore",
            "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
            "DASHSCOPE_API_KEY",
        ),
        ("qwen-cloud-us", "https://dashscope-us.aliyuncs.com/compatible-mode/v1", "DASHSCOPE_API_KEY"),
        (
            "qwen-cloud-hongkong",
            "https://cn-hongkong.dashscope.aliyuncs.com/compatible-mode/v1",
            "DASHSCOPE_API_KEY",
        ),
        ("coding-plan-china", "https://coding.dashscope.aliyuncs.com/v1", "BAILIAN_CODING_PLAN_API_KEY"),
        ("coding-plan-intl", "https://coding-intl.dashscope.aliyuncs.com/v1", "BAILIAN_CODING_PLAN_API_KEY"),
        (
            "token-plan-china",
            "https://token-plan.cn-beijing.maas.aliyuncs.com/compatible-mode/v1",
            "BAILIAN_TOKEN_PLAN_API_KEY",
        ),
        (
            "token-plan-singapore",
            "https://token-plan.ap-southeast-1.maas.aliyuncs.com/compatible-mode/v1",
            "BAILIAN_TOKEN_PLAN_API_KEY",
        ),
        ("modelscope", "https://api-inference.modelscope.cn/v1", "MODELSCOPE_API_KEY"),
        ("openrouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
        ("deepseek", "https://api.deepseek.com", "DEEPSEEK_API_KEY"),
        ("moonshot", "https://api.moonshot.ai/v1", "MOONSHOT_API_KEY"),
        ("moonshot-china", "https://api.moonshot.cn/v1", "MOONSHOT_API_KEY"),
        ("zai", "https://api.z.ai/api/paas/v4", "ZAI_API_KEY"),
        ("zai-coding", "https://api.z.ai/api/coding/paas/v4", "ZAI_API_KEY"),
        ("zai-china", "https://open.bigmodel.cn/api/paas/v4", "ZAI_API_KEY"),
        ("openai", "https://api.openai.com/v1", "OPENAI_API_KEY"),
        ("xai", "https://api.x.ai/v1", "XAI_API_KEY"),
        ("minimax", "https://api.minimax.io/v1", "MINIMAX_API_KEY"),
        ("minimax-china", "https://api.minimaxi.com/v1", "MINIMAX_API_KEY"),
        ("mistral", "https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
        ("ollama", "http://localhost:11434/v1", ""),
        ("lm-studio", "http://localhost:1234/v1", ""),
        ("vllm", "http://localhost:8000/v1", ""),
        ("llama-cpp", "http://localhost:8080/v1", ""),
    ];

    #[test]
    fn each_preset_is_its_providers_address() {
        let listed: Vec<_> = PRESETS
            .iter()
            .filter_map(|p| Some((p.id, p.base_url()?, p.key_env().unwrap_or_default())))
            .collect();
        assert_eq!(listed, EXPECTED);
        for preset in PRESETS.iter().filter(|p| p.base_url().is_some()) {
            let host = preset.example().split('/').nth(2).unwrap().split(':').next().unwrap();
            assert_eq!(provider_for(host).id, preset.provider().id, "{}", preset.id);
            assert_eq!(preset_at(preset.example()).map(|p| p.id), Some(preset.id));
        }
        let workspace = preset("qwen-cloud-workspace").unwrap();
        assert_eq!((workspace.base_url(), workspace.is_plan()), (None, false));
        assert_eq!(provider_for("ws-1.us-east-1.maas.aliyuncs.com").id, workspace.provider().id);
    }

    #[test]
    fn every_address_of_every_provider_can_be_chosen_once() {
        let all: BTreeSet<_> = PROVIDERS.iter().flat_map(|row| row.base_urls).copied().collect();
        let chosen: Vec<_> = PRESETS.iter().filter_map(Preset::base_url).collect();
        assert_eq!(chosen.len(), all.len());
        assert_eq!(chosen.into_iter().collect::<BTreeSet<_>>(), all);
    }

    #[test]
    fn a_list_reads_well() {
        assert!(PRESETS.is_sorted_by_key(|preset| preset.group), "groups stand together");
        let ids: BTreeSet<_> = PRESETS.iter().map(|preset| preset.id).collect();
        assert_eq!(ids.len(), PRESETS.len());
        for preset in PRESETS {
            assert!(preset.consequence.len() <= 110 && !preset.consequence.ends_with('.'), "{}", preset.id);
            assert!(preset.key_page.is_none_or(|page| page.starts_with("https://")), "{}", preset.id);
            assert_eq!(preset.key_env().is_none(), preset.group == Group::Local, "{}", preset.id);
            assert_eq!(preset.key_page.is_none(), preset.group >= Group::Local, "{}", preset.id);
        }
    }
}
