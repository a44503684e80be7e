//! Puts provider, model and settings together, and applies the gate for markers.

use std::collections::BTreeMap;

use crate::{
    base::Tokens,
    protocol::{CacheMode, CacheTerms},
};

use super::{
    models::{Markers, Row, alike, exact},
    profile::{Billing, Price, Profile, Provider, Thinking},
    providers::{provider, provider_for},
};

/// The window of a model nobody knows. Source: `docs/sources.md`, wire 6.3.
const UNKNOWN_WINDOW: Tokens = Tokens(128_000);
/// The largest output of a model nobody knows. Source: `docs/sources.md`, wire 6.3.
const UNKNOWN_MAX_OUTPUT: Tokens = Tokens(8_192);

/// How a person wants the cache used: the setting `cache.mode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CacheSetting {
    /// Markers where provider and model are known to honour them.
    #[default]
    Auto,
    /// Markers in any case.
    Explicit,
    /// The provider keeps the conversation, where it offers that; markers elsewhere.
    Session,
    /// No markers; the prefix stays byte-stable.
    Implicit,
    /// Nothing is done for a cache.
    Off,
}

impl CacheSetting {
    /// All settings; the first is the default.
    pub const ALL: [Self; 5] = [Self::Auto, Self::Explicit, Self::Session, Self::Implicit, Self::Off];

    /// The word in settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Explicit => "explicit",
            Self::Session => "session",
            Self::Implicit => "implicit",
            Self::Off => "off",
        }
    }

    /// What it comes to on these terms (the gate has been applied to them).
    pub fn mode(self, terms: &CacheTerms) -> CacheMode {
        match self {
            Self::Off => CacheMode::Off,
            _ if terms.session => CacheMode::Session,
            _ if terms.explicit => CacheMode::Explicit,
            _ => CacheMode::Implicit,
        }
    }
}

/// What the person's own settings say about a model. A project's settings have no voice here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// The window: `model.generationConfig.contextWindowSize`.
    pub window: Option<Tokens>,
    /// The largest output.
    pub max_output: Option<Tokens>,
    /// How to use the cache.
    pub cache: CacheSetting,
    /// The one other base URL that is Qwen Cloud: `DASHSCOPE_PROXY_BASE_URL`.
    pub proxy_base_url: Option<String>,
    /// Whether a router may pass requests on to whomever it likes: `cache.openrouterPin: false`.
    pub unpinned: bool,
    /// What models cost, by their exact names: `cache.prices`.
    pub prices: BTreeMap<String, Price>,
}

impl Profile {
    /// Finds everything that is known of `model` behind `base_url`, whose host is `host`.
    ///
    /// The gate: markers are allowed where the provider is Qwen Cloud (by host, or by the exact address of the
    /// person's proxy) and the model's name is on the list as it is spelled there, where a router passes them on to
    /// somebody who wants them, or where the person's settings say `explicit`.
    pub fn resolve(host: &str, base_url: &str, model: &str, overrides: &Overrides) -> Self {
        let provider = owner(host, base_url, overrides);
        let (listed, like) = (exact(model), alike(model));
        let window = like.map_or(UNKNOWN_WINDOW, |row| Tokens(row.window));
        let max_output = like.map_or(UNKNOWN_MAX_OUTPUT, |row| Tokens(row.max_output));
        let is_sold_by_token = provider.is_qwen_cloud && provider.billing == Billing::ByToken;
        let behind = if provider.is_router { Upstream::of(model) } else { None };
        let cache = terms(provider, listed, like, behind, overrides.cache);
        let own = overrides.prices.get(model);
        let own_tiers = own.map(|price| price.tiers.clone()).filter(|tiers| !tiers.is_empty());
        let list_price = || listed.filter(|_| is_sold_by_token).map(Row::tiers);
        Self {
            provider,
            model: model.to_owned(),
            is_known: like.is_some(),
            window: overrides.window.unwrap_or(window),
            max_output: overrides.max_output.unwrap_or(max_output),
            thinking: like.map_or(Thinking::Never, |row| row.thinking),
            cache: own.map_or(cache, |price| price.apply(cache)),
            tiers: own_tiers.or_else(list_price).unwrap_or_default(),
            upstream: behind
                .filter(|b| *b == Upstream::Alibaba && cache.explicit && !overrides.unpinned)
                .map(|_| "alibaba"),
            note: Some(overrides.cache)
                .filter(|wanted| *wanted == CacheSetting::Session && !cache.session)
                .map(|_| no_session(provider, model)),
        }
    }
}

fn owner(host: &str, base_url: &str, overrides: &Overrides) -> &'static Provider {
    let plain = |url: &str| url.trim_end_matches('/').to_owned();
    let is_proxy =
        overrides.proxy_base_url.as_deref().is_some_and(|p| !p.is_empty() && plain(p) == plain(base_url));
    let by_host = provider_for(host);
    match provider("qwen-cloud") {
        Some(qwen) if is_proxy && !by_host.is_qwen_cloud => qwen,
        _ => by_host,
    }
}

/// Whoever serves a model behind a router, where that decides about markers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Upstream {
    /// Nobody else has this model, and the markers are the ones of Qwen Cloud.
    Alibaba,
    /// Markers mean the same there.
    Anthropic,
}

impl Upstream {
    /// By the model's name at OpenRouter. Models whose weights are open are served by many who know no markers.
    /// Source: `docs/sources.md`, wire 1.8 and 3.6.
    fn of(model: &str) -> Option<Self> {
        match model.split_once('/')? {
            ("qwen", name) => exact(name)
                .filter(|row| row.markers != Markers::Ignored && !row.is_open)
                .map(|_| Self::Alibaba),
            ("anthropic", name) if name.starts_with("claude-") => Some(Self::Anthropic),
            _ => None,
        }
    }

    /// The smallest block any of its models stores. Source: Anthropic's page on prompt caching, 1,024 to 4,096.
    fn minimum(self) -> Tokens {
        match self {
            Self::Alibaba => CacheTerms::default().minimum,
            Self::Anthropic => Tokens(4_096),
        }
    }
}

/// Why there is no session, and where there is one.
fn no_session(provider: &Provider, model: &str) -> String {
    if provider.keeps_sessions {
        return format!("`cache.mode` is `session`, which {} does not offer for `{model}`", provider.name);
    }
    let who = if provider.is_qwen_cloud { "Qwen Cloud without a plan offers" } else { "Qwen Cloud offers" };
    format!("`cache.mode` is `session`, which only {who} and not {}", provider.name)
}

fn terms(
    provider: &Provider,
    listed: Option<&Row>,
    like: Option<&Row>,
    behind: Option<Upstream>,
    wanted: CacheSetting,
) -> CacheTerms {
    let is_listed = provider.is_qwen_cloud && listed.is_some_and(|row| row.markers != Markers::Ignored);
    let may_mark = is_listed || behind.is_some();
    let session =
        wanted == CacheSetting::Session && provider.keeps_sessions && listed.is_some_and(|row| row.session);
    let explicit = match wanted {
        CacheSetting::Auto => may_mark,
        CacheSetting::Session => may_mark && !session,
        CacheSetting::Explicit => true,
        CacheSetting::Implicit | CacheSetting::Off => false,
    };
    // At Qwen Cloud a snapshot is not cached as the model it is a copy of; elsewhere names are looser.
    let by_itself = if provider.is_qwen_cloud { listed } else { like };
    let rates = like.map_or_else(CacheTerms::default, |row| CacheTerms {
        write: row.write,
        read: row.read,
        implicit_read: row.implicit_read,
        ..CacheTerms::default()
    });
    let minimum = behind.map_or(rates.minimum, Upstream::minimum);
    CacheTerms { explicit, session, minimum, implicit: by_itself.is_some_and(|row| row.implicit), ..rates }
}

#[cfg(test)]
mod tests {
    use crate::{base::Money, protocol::Tier};

    use super::*;

    const CHINA: &str = "https://dashscope.aliyuncs.com/compatible-mode/v1";

    fn at(base_url: &str, model: &str, overrides: &Overrides) -> Profile {
        let host = base_url.split('/').nth(2).unwrap_or_default().split(':').next().unwrap_or_default();
        Profile::resolve(host, base_url, model, overrides)
    }

    fn marks(base_url: &str, model: &str) -> bool {
        at(base_url, model, &Overrides::default()).cache.explicit
    }

    #[test]
    fn markers_go_to_qwen_cloud_for_listed_models_only() {
        for base in [
            CHINA,
            "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
            "https://dashscope-us.aliyuncs.com/compatible-mode/v1",
            "https://cn-hongkong.dashscope.aliyuncs.com/compatible-mode/v1",
            "https://ws.eu-central-1.maas.aliyuncs.com/compatible-mode/v1",
            "https://coding.dashscope.aliyuncs.com/v1",
            "https://token-plan.cn-beijing.maas.aliyuncs.com/compatible-mode/v1",
        ] {
            assert!(marks(base, "qwen3-coder-plus"), "{base}");
            for other in ["qwen-turbo", "Qwen3-Coder-Plus", "qwen3-coder-plus-2025-09-23", "nobody", ""] {
                assert!(!marks(base, other), "{base} {other}");
            }
        }
        for base in [
            "https://dashscope.aliyuncs.com.evil.test/compatible-mode/v1",
            "https://openrouter.ai/api/v1",
            "https://api.openai.com/v1",
            "https://api.deepseek.com",
            "http://localhost:8000/v1",
        ] {
            assert!(!marks(base, "qwen3-coder-plus"), "{base}");
        }
    }

    #[test]
    fn the_persons_proxy_is_qwen_cloud_at_its_exact_address() {
        let overrides =
            Overrides { proxy_base_url: Some("https://proxy.corp/qwen/v1/".into()), ..Overrides::default() };
        let through = at("https://proxy.corp/qwen/v1", "qwen3-coder-plus", &overrides);
        assert_eq!((through.provider.id, through.cache.explicit), ("qwen-cloud", true));
        for other in ["https://proxy.corp/qwen/v2", "https://proxy.corp", "https://proxy.corp/qwen/v1/x"] {
            let beside = at(other, "qwen3-coder-plus", &overrides);
            assert_eq!((beside.provider.id, beside.cache.explicit), ("custom", false), "{other}");
        }
        let empty = Overrides { proxy_base_url: Some(String::new()), ..Overrides::default() };
        assert!(!at("", "qwen3-coder-plus", &empty).cache.explicit);
    }

    #[test]
    fn the_persons_setting_opens_and_shuts_the_gate() {
        let with = |cache| Overrides { cache, ..Overrides::default() };
        let forced = at("https://gateway.corp/v1", "whatever", &with(CacheSetting::Explicit));
        assert!(forced.cache.explicit);
        for cache in [CacheSetting::Implicit, CacheSetting::Off] {
            assert!(!at(CHINA, "qwen3-coder-plus", &with(cache)).cache.explicit);
        }
        let modes = CacheSetting::ALL.map(|s| s.mode(&at(CHINA, "qwen3-coder-plus", &with(s)).cache));
        assert_eq!(modes.map(CacheMode::name), ["explicit", "explicit", "session", "implicit", "off"]);
    }

    #[test]
    fn a_session_is_kept_only_where_it_is_offered_and_asked_for() {
        let asked = Overrides { cache: CacheSetting::Session, ..Overrides::default() };
        let kept = at(CHINA, "qwen3-coder-plus", &asked);
        assert_eq!((kept.cache.session, kept.cache.explicit, kept.note.as_deref()), (true, false, None));
        assert_eq!((kept.window, kept.input_bound()), (Tokens(1_000_000), Tokens(800_000)));
        let unasked = at(CHINA, "qwen3-max", &Overrides::default());
        assert_eq!((unasked.cache.session, unasked.input_bound()), (false, Tokens(262_144)));
        assert_eq!(at(CHINA, "qwen3-max", &asked).input_bound(), Tokens(209_715));
        assert_eq!(kept.without_session(), at(CHINA, "qwen3-coder-plus", &Overrides::default()));
        assert_eq!(unasked.without_session(), unasked);
        let refused = [
            (
                "https://coding.dashscope.aliyuncs.com/v1",
                "qwen3-coder-plus",
                true,
                "`cache.mode` is `session`, which only Qwen Cloud without a plan offers and not Qwen Cloud Coding Plan",
            ),
            (
                CHINA,
                "qwen3.8-flash",
                true,
                "`cache.mode` is `session`, which Qwen Cloud does not offer for `qwen3.8-flash`",
            ),
            (
                CHINA,
                "qwen-turbo",
                false,
                "`cache.mode` is `session`, which Qwen Cloud does not offer for `qwen-turbo`",
            ),
            (
                "https://api.deepseek.com",
                "deepseek-chat",
                false,
                "`cache.mode` is `session`, which only Qwen Cloud offers and not DeepSeek",
            ),
        ];
        for (base, model, explicit, note) in refused {
            let profile = at(base, model, &asked);
            assert_eq!((profile.cache.session, profile.cache.explicit), (false, explicit), "{base} {model}");
            assert_eq!(profile.note.as_deref(), Some(note), "{base} {model}");
        }
    }

    #[test]
    fn what_a_server_left_out_is_seen_in_its_report() {
        let asked = Overrides { cache: CacheSetting::Session, ..Overrides::default() };
        let kept = at(CHINA, "qwen3-max", &asked);
        let table = [
            (100_000, 98_000, false),
            (209_000, 209_000, false),
            // The estimate may be off by that much.
            (230_000, 209_000, false),
            (250_000, 209_000, true),
            (250_000, 240_000, false),
            (100_000, 40_000, true),
            (4_000, 100, false),
            (30_000, 2_050, true),
        ];
        for (expected, reported, lost) in table {
            assert_eq!(
                kept.has_lost_input(Tokens(expected), Tokens(reported)),
                lost,
                "{expected} {reported}"
            );
        }
    }

    #[test]
    fn a_router_passes_markers_on_only_to_who_wants_them() {
        let router = "https://openrouter.ai/api/v1";
        let through = |model: &str, overrides: &Overrides| {
            let profile = at(router, model, overrides);
            (profile.cache.explicit, profile.upstream, profile.cache.minimum.0)
        };
        let usual = Overrides::default();
        for model in ["qwen/qwen3-max", "qwen/qwen3-coder-plus", "qwen/qwen3.6-flash"] {
            assert_eq!(through(model, &usual), (true, Some("alibaba"), 1_024), "{model}");
        }
        assert_eq!(through("anthropic/claude-sonnet-4.5", &usual), (true, None, 4_096));
        // Open weights, names of another place, free copies, models that ignore markers.
        for model in [
            "qwen/qwen3.8-27b",
            "qwen/qwen3-coder",
            "qwen/qwen3-max:free",
            "qwen3-max",
            "qwen/qwen-turbo",
            "deepseek/deepseek-v3.2",
            "openai/gpt-5",
            "anthropic/else",
        ] {
            assert_eq!(through(model, &usual), (false, None, 1_024), "{model}");
        }
        let free = Overrides { unpinned: true, ..Overrides::default() };
        assert_eq!(through("qwen/qwen3-max", &free), (true, None, 1_024));
        let off = Overrides { cache: CacheSetting::Implicit, ..Overrides::default() };
        assert_eq!(through("qwen/qwen3-max", &off), (false, None, 1_024));
        assert_eq!(at("https://gateway.corp/v1", "qwen/qwen3-max", &usual).upstream, None);
    }

    #[test]
    fn an_unknown_model_gets_the_careful_defaults() {
        let profile = at("https://gateway.corp/v1", "smollm2", &Overrides::default());
        let expected = Profile {
            provider: provider("custom").unwrap(),
            model: "smollm2".into(),
            is_known: false,
            window: Tokens(128_000),
            max_output: Tokens(8_192),
            thinking: Thinking::Never,
            cache: CacheTerms::default(),
            tiers: Vec::new(),
            upstream: None,
            note: None,
        };
        assert_eq!(profile, expected);
    }

    #[test]
    fn the_size_of_the_request_picks_the_price() {
        let tiers = at(CHINA, "qwen3-coder-plus", &Overrides::default()).tiers;
        let price =
            |input: u64| tiers.iter().find(|t: &&Tier| Tokens(input) <= t.up_to).map(|t| (t.input, t.output));
        let dollars = |input, output| Some((Money::per_million(input), Money::per_million(output)));
        assert_eq!(price(30_000), dollars(1_000, 5_000));
        assert_eq!(price(100_000), dollars(1_800, 9_000));
        assert_eq!(price(200_000), dollars(3_000, 15_000));
        assert_eq!(price(900_000), dollars(6_000, 60_000));
        let flash = at(CHINA, "qwen3.6-flash", &Overrides::default()).tiers;
        assert_eq!(flash[0].input.times(Tokens(1_000_000), 1_000), Money::from_pico_dollars(187_500_000_000));
    }

    #[test]
    fn only_the_provider_that_set_a_price_charges_it() {
        for base in ["https://coding.dashscope.aliyuncs.com/v1", "https://openrouter.ai/api/v1"] {
            assert_eq!(at(base, "qwen3-coder-plus", &Overrides::default()).tiers, []);
        }
        assert_eq!(at(CHINA, "qwen3-coder-plus-2025-09-23", &Overrides::default()).tiers, []);
    }

    #[test]
    fn a_price_of_the_persons_own_stands_above_the_catalogue_and_makes_any_model_known() {
        let tier = |input| Tier {
            up_to: Tokens(u64::MAX),
            input: Money::per_million(input),
            output: Money::per_million(9),
        };
        let own = Price { tiers: vec![tier(7)], read: Some(83), ..Price::default() };
        let factors = Price { write: Some(1_000), ..Price::default() };
        let prices = [("smollm2".to_owned(), own), ("qwen3-coder-plus".to_owned(), factors)];
        let overrides = Overrides { prices: prices.into(), ..Overrides::default() };
        let unknown = at("http://127.0.0.1:8000/v1", "smollm2", &overrides);
        assert_eq!((unknown.tiers, unknown.cache.read, unknown.cache.write), (vec![tier(7)], 83, 1_250));
        let known = at(CHINA, "qwen3-coder-plus", &overrides);
        assert_eq!((known.tiers.len(), known.cache.read, known.cache.write), (4, 100, 1_000));
        assert!(known.cache.explicit, "a price opens no gate and shuts none");
    }

    #[test]
    fn cache_terms_are_the_models_own() {
        let terms = |model| at(CHINA, model, &Overrides::default()).cache;
        let coder = CacheTerms { explicit: true, implicit: true, ..CacheTerms::default() };
        assert_eq!(terms("qwen3-coder-plus"), coder);
        assert_eq!(terms("qwen3.6-plus"), CacheTerms { implicit: false, ..coder });
        assert_eq!(terms("qwen3.8-max"), CacheTerms { read: 125, ..coder });
        assert_eq!(terms("glm-5.2"), CacheTerms { explicit: false, implicit_read: 250, ..coder });
        assert!(!terms("qwen3-coder-plus-2025-09-23").implicit);
    }

    #[test]
    fn the_person_knows_the_window_better() {
        let own =
            Overrides { window: Some(Tokens(8_192)), max_output: Some(Tokens(512)), ..Overrides::default() };
        let profile = at("http://127.0.0.1:8000/v1", "qwen3-max", &own);
        assert_eq!((profile.window, profile.max_output), (Tokens(8_192), Tokens(512)));
    }
}
