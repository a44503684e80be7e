//! Table: every setting that is read, in the order of `docs/settings.md`.
//!
//! Names, types and defaults are Qwen Code's where it has them. Source: `docs/sources.md`, qwen-code 2.7.

use super::setting::{Merge, Setting, Shape, setting};

/// All settings.
pub static ALL: &[&Setting] = &[
    &MODEL_NAME,
    &MAX_SESSION_TURNS,
    &MAX_WALL_TIME,
    &MAX_TOOL_CALLS,
    &MAX_COST,
    &MAX_TOKENS,
    &SKIP_LOOPS,
    &TIMEOUT,
    &IDLE,
    &LIFETIME,
    &MAX_RETRIES,
    &CONTEXT_WINDOW,
    &TEMPERATURE,
    &MAX_OUTPUT,
    &EXTRA_BODY,
    &CACHE_CONTROL,
    &CACHE_MODE,
    &OPENROUTER_PIN,
    &PRICES,
    &CACHE_BELOW_TIER,
    &KEEP_WARM,
    &AUTH_TYPE,
    &AUTH_KEY,
    &AUTH_URL,
    &OAUTH_DEVICE,
    &OAUTH_TOKEN,
    &OAUTH_CLIENT,
    &OAUTH_SCOPE,
    &AUTH_STORAGE,
    &MODEL_PROVIDERS,
    &ENV,
    &PROXY,
    &APPROVAL_MODE,
    &TOOLS_CORE,
    &TOOLS_ALLOWED,
    &TOOLS_EXCLUDE,
    &TOOL_CHARS,
    &TOOL_LINES,
    &ALLOW,
    &ASK,
    &DENY,
    &FILE_NAME,
    &INCLUDE_DIRECTORIES,
    &COMPACT_AT,
    &OUTPUT_FORMAT,
    &LANGUAGE,
    &CLEANUP,
    &BELL,
    &NOTIFICATIONS,
    &THEME,
    &HIDE_TITLE,
    &SCREEN_READER,
    &MOTION,
    &FULLSCREEN,
    &VIM_MODE,
    &USAGE_STATISTICS,
    &REDACT,
    &TELEMETRY_ENDPOINT,
    &OTLP_ENDPOINT,
    &OTLP_HEADERS,
];

pub(super) static MODEL_NAME: Setting =
    setting("model.name", Shape::Text, "The model to use. OPENAI_MODEL and QWEN_MODEL stand above it.")
        .flag("--model");
pub(super) static MAX_SESSION_TURNS: Setting = setting(
    "model.maxSessionTurns",
    Shape::Limit,
    "How many requests a run may make; zero or less: no limit.",
)
.default("-1")
.for_projects()
.flag("--max-session-turns");
pub(super) static MAX_WALL_TIME: Setting = setting(
    "model.maxWallTimeSeconds",
    Shape::Number,
    "How long a run without a terminal may take, in seconds; zero or less: no limit.",
)
.default("-1")
.flag("--max-wall-time");
pub(super) static MAX_TOOL_CALLS: Setting = setting(
    "model.maxToolCalls",
    Shape::Limit,
    "How many tools the model may call in a run without a terminal; 0: none, below: no limit.",
)
.default("-1")
.flag("--max-tool-calls");
pub(super) static MAX_COST: Setting = setting(
    "model.maxCostUsd",
    Shape::Number,
    "What a run without a terminal may cost, in US dollars; zero or less: no limit.",
)
.default("-1")
.flag("--max-cost");
pub(super) static MAX_TOKENS: Setting = setting(
    "model.maxRunTokens",
    Shape::Limit,
    "How many tokens a run without a terminal may use, in and out; zero or less: no limit.",
)
.default("-1")
.flag("--max-tokens");
pub(super) static SKIP_LOOPS: Setting = setting(
    "model.skipLoopDetection",
    Shape::Switch,
    "Let a model repeat itself: the same call with the same result, the same words, edits to and fro. Otherwise it is told once, and the turn ends if it goes on.",
)
.default("false");
pub(super) static TIMEOUT: Setting = setting(
    "model.generationConfig.timeout",
    Shape::Count,
    "How long to wait for the first byte of an answer, in milliseconds.",
)
.default("300000")
.env("QWEN_CODE_API_TIMEOUT_MS");
pub(super) static IDLE: Setting = setting(
    "model.generationConfig.streamIdleTimeoutMs",
    Shape::Limit,
    "How long an answer may pause, in milliseconds; zero or less: no limit.",
)
.default("120000")
.env("QWEN_STREAM_IDLE_TIMEOUT_MS");
pub(super) static LIFETIME: Setting = setting(
    "model.generationConfig.streamMaxLifetimeMs",
    Shape::Limit,
    "How long one request may take in all, in milliseconds; zero or less: no limit.",
)
.default("1800000")
.env("QWEN_STREAM_MAX_LIFETIME_MS");
pub(super) static MAX_RETRIES: Setting = setting(
    "model.generationConfig.maxRetries",
    Shape::Limit,
    "How often a failed request is tried again; at most 9, and never by two parts of the program.",
)
.default("4");
pub(super) static CONTEXT_WINDOW: Setting = setting(
    "model.generationConfig.contextWindowSize",
    Shape::Count,
    "The model's window in tokens; the catalogue's when not set.",
);
pub(super) static TEMPERATURE: Setting =
    setting("model.generationConfig.samplingParams.temperature", Shape::Number, "Sampling temperature.");
pub(super) static MAX_OUTPUT: Setting = setting(
    "model.generationConfig.samplingParams.max_tokens",
    Shape::Count,
    "The largest answer in tokens; the catalogue's when not set.",
)
.env("QWEN_CODE_MAX_OUTPUT_TOKENS");
pub(super) static EXTRA_BODY: Setting = setting(
    "model.generationConfig.extra_body",
    Shape::Object,
    "Fields put into every request to the model; they win over our own.",
)
.merge(Merge::Keys);
pub(super) static CACHE_CONTROL: Setting = setting(
    "model.generationConfig.enableCacheControl",
    Shape::Switch,
    "Whether cache markers may be sent; `false` is `cache.mode: implicit`.",
)
.default("true");
pub(super) static CACHE_MODE: Setting = setting(
    "cache.mode",
    Shape::Word(&["auto", "explicit", "session", "implicit", "off"]),
    "How to use the provider's cache: `auto` sends markers where they are known to work, `explicit` always, \
     `implicit` never. `session` lets Qwen Cloud keep the conversation and sends only what is new; what was said is \
     then stored there for 7 days, which it is in no other mode.",
)
.default("\"auto\"");
pub(super) static OPENROUTER_PIN: Setting = setting(
    "cache.openrouterPin",
    Shape::Switch,
    "Whether OpenRouter must ask Alibaba for Qwen models that take cache markers. Another server behind it has \
     another cache; `false` lets it choose, for instance while Alibaba is overloaded.",
)
.default("true");
pub(super) static PRICES: Setting = setting(
    "cache.prices",
    Shape::Object,
    "What models cost, in US dollars per million tokens, where the catalogue does not know it or you pay another \
     price: an object by model with `input` and `output` (or `tiers`, a list of `{upTo, input, output}`), and \
     `write`, `read`, `implicitRead` as parts of the input price. See `docs/caching.md`.",
)
.merge(Merge::Keys);
pub(super) static KEEP_WARM: Setting = setting(
    "cache.keepWarm",
    Shape::Switch,
    "Whether, while you think, a stored conversation of 20,000 tokens or more is read again every 225 seconds, at most \
     11 times, so that it is not written anew. Each costs a tenth of its input, and the next message has to come for it \
     to pay. Only in the terminal.",
)
.default("false");
pub(super) static CACHE_BELOW_TIER: Setting = setting(
    "cache.compactBelowTier",
    Shape::Switch,
    "Whether the history is summarised before a request reaches the model's next price tier. Saves money on long \
     sessions and loses what a summary leaves out.",
)
.default("false");
pub(super) static AUTH_TYPE: Setting = setting(
    "security.auth.selectedType",
    Shape::Text,
    "How to sign in: `openai` for API keys of all providers, `qwen-oauth` for a sign-in in the browser.",
)
.env("QWEN_DEFAULT_AUTH_TYPE")
.flag("--auth-type");
pub(super) static AUTH_KEY: Setting =
    setting("security.auth.apiKey", Shape::Text, "An API key; better kept in the environment.")
        .secret()
        .env("OPENAI_API_KEY")
        .flag("--openai-api-key");
pub(super) static AUTH_URL: Setting = setting("security.auth.baseUrl", Shape::Text, "The server's address.")
    .env("OPENAI_BASE_URL")
    .flag("--openai-base-url");
pub(super) static OAUTH_DEVICE: Setting = setting(
    "security.auth.oauth.deviceEndpoint",
    Shape::Text,
    "Where a sign-in in the browser begins; Qwen's when not set.",
);
pub(super) static OAUTH_TOKEN: Setting = setting(
    "security.auth.oauth.tokenEndpoint",
    Shape::Text,
    "Where it is finished and renewed, on the same host; Qwen's when not set.",
);
pub(super) static OAUTH_CLIENT: Setting = setting(
    "security.auth.oauth.clientId",
    Shape::Text,
    "What this program is called there; Qwen Code's public id when not set.",
);
pub(super) static OAUTH_SCOPE: Setting =
    setting("security.auth.oauth.scope", Shape::Text, "What is asked for there, words joined by blanks.");
pub(super) static AUTH_STORAGE: Setting = setting(
    "auth.storage",
    Shape::Word(&["auto", "keyring", "file"]),
    "Where keys of accounts are kept: `auto` is the system's keyring, or a file where there is none. QWEN_NO_KEYRING \
     keeps the keyring untouched.",
)
.default("\"auto\"");
pub(super) static MODEL_PROVIDERS: Setting = setting(
    "modelProviders",
    Shape::Object,
    "Models with their servers: lists of `{id, baseUrl, envKey}`, by protocol.",
)
.merge(Merge::Keys);
pub(super) static ENV: Setting = setting(
    "env",
    Shape::TextMap,
    "Variables for keys, addresses and models; the lowest place they are looked for.",
)
.secret()
.merge(Merge::Keys);
pub(super) static PROXY: Setting =
    setting("proxy", Shape::Text, "An HTTP proxy; HTTPS_PROXY and its like hold when not set.")
        .flag("--proxy");
pub(super) static APPROVAL_MODE: Setting =
    setting("tools.approvalMode", Shape::Mode, "What may happen without asking.")
        .default("\"default\"")
        .flag("--approval-mode");
pub(super) static TOOLS_CORE: Setting =
    setting("tools.core", Shape::Texts, "The only tools that are offered to the model.").flag("--core-tools");
pub(super) static TOOLS_ALLOWED: Setting =
    setting("tools.allowed", Shape::Texts, "Rules for calls that need no question; as `permissions.allow`.")
        .merge(Merge::Union)
        .flag("--allowed-tools");
pub(super) static TOOLS_EXCLUDE: Setting =
    setting("tools.exclude", Shape::Texts, "Rules for calls that never run; as `permissions.deny`.")
        .merge(Merge::Union)
        .flag("--exclude-tools");
pub(super) static TOOL_CHARS: Setting = setting(
    "tools.truncateToolOutputThreshold",
    Shape::Limit,
    "How many characters of one tool result the model reads; the rest is in a file.",
)
.default("25000");
pub(super) static TOOL_LINES: Setting = setting(
    "tools.truncateToolOutputLines",
    Shape::Limit,
    "How many lines of one tool result the model reads; the rest is in a file.",
)
.default("1000");
pub(super) static ALLOW: Setting =
    setting("permissions.allow", Shape::Texts, "Rules for calls that need no question.").merge(Merge::Union);
pub(super) static ASK: Setting =
    setting("permissions.ask", Shape::Texts, "Rules for calls that ask even where they would not have to.")
        .merge(Merge::Union);
pub(super) static DENY: Setting = setting(
    "permissions.deny",
    Shape::Texts,
    "Rules for calls that never run; a project's own are honoured too.",
)
.for_projects()
.merge(Merge::Union);
pub(super) static FILE_NAME: Setting =
    setting("context.fileName", Shape::TextOrTexts, "Names of files with instructions for the model.")
        .default("[\"QWEN.md\", \"AGENTS.md\"]")
        .for_projects();
pub(super) static INCLUDE_DIRECTORIES: Setting =
    setting("context.includeDirectories", Shape::Texts, "Other folders that belong to the workspace.")
        .merge(Merge::Union)
        .flag("--include-directories");
pub(super) static COMPACT_AT: Setting = setting(
    "context.compactAt",
    Shape::Count,
    "The size of the prompt in tokens at which the history is summarised; four fifths of the window when not set.",
);
pub(super) static OUTPUT_FORMAT: Setting = setting(
    "output.format",
    Shape::Word(&["text", "json", "stream-json"]),
    "What a run without a terminal prints.",
)
.default("\"text\"")
.flag("--output-format");
pub(super) static LANGUAGE: Setting = setting(
    "general.language",
    Shape::Word(&["auto", "en", "zh-TW", "zh", "ru", "de", "ja", "pt", "fr", "ca"]),
    "What the screen speaks: `en` or `zh`; `auto` is the language of the locale. Those it does not speak are English.",
)
.default("\"auto\"")
.flag("--lang")
.live();
pub(super) static CLEANUP: Setting = setting(
    "general.cleanupPeriodDays",
    Shape::Limit,
    "After how many days without a word a session is removed, at the end of a run or by `qwen sessions gc`; zero or less: never.",
)
.default("0");
pub(super) static BELL: Setting = setting(
    "general.terminalBell",
    Shape::Switch,
    "Whether the terminal is told, by its bell and a notification (OSC 9), that something waits while its window is not \
     looked at.",
)
.default("true")
.live();
pub(super) static NOTIFICATIONS: Setting = setting(
    "general.notificationMode",
    Shape::Word(&["all", "task-complete"]),
    "What it is told of: questions and the end of long turns, or the end of long turns alone.",
)
.default("\"all\"")
.live();
pub(super) static THEME: Setting = setting(
    "ui.theme",
    Shape::Text,
    "The colours: `auto` (as the terminal's page is), `dark`, `light`, `ansi` (its own sixteen) or `none`. Names of Qwen \
     Code's themes are taken as the nearest of these.",
)
.default("\"auto\"")
.live();
pub(super) static HIDE_TITLE: Setting =
    setting("ui.hideWindowTitle", Shape::Switch, "Whether the window's title is left alone.")
        .default("false");
pub(super) static SCREEN_READER: Setting = setting(
    "ui.accessibility.screenReader",
    Shape::Switch,
    "Whether the screen is plain lines with a word before each, for a screen reader.",
)
.default("false")
.env("QWEN_SCREEN_READER")
.flag("--screen-reader");
pub(super) static MOTION: Setting = setting(
    "ui.motion",
    Shape::Switch,
    "Whether anything on the screen may move that carries no news; `false` also stops the clock of the running turn.",
)
.default("true")
.live();
pub(super) static FULLSCREEN: Setting = setting(
    "ui.fullscreen",
    Shape::Switch,
    "Whether the screen takes the whole window and gives it back at the end, instead of printing into the scrollback.",
)
.default("false")
.flag("--fullscreen");
pub(super) static VIM_MODE: Setting = setting(
    "general.vimMode",
    Shape::Switch,
    "Whether the composer begins with vim's keys, in INSERT; `/vim` changes it for a session.",
)
.default("false")
.live();
pub(super) static USAGE_STATISTICS: Setting = setting(
    "privacy.usageStatisticsEnabled",
    Shape::Switch,
    "Whether qwen may count how it is used, in the closed words of `docs/telemetry.md`. `true` alone turns nothing on: \
     with an API key nothing is counted unless you say `qwen telemetry on`. DO_NOT_TRACK and QWEN_TELEMETRY stand above it.",
)
.default("true")
.for_projects()
.merge(Merge::Veto);
pub(super) static REDACT: Setting = setting(
    "privacy.redact",
    Shape::Switch,
    "Whether keys, tokens, private keys and passwords are hidden from the model in what tools, `@` files and the repository \
     say. `/privacy` shows what was hidden and lets one through.",
)
.default("true");
pub(super) static TELEMETRY_ENDPOINT: Setting = setting(
    "telemetry.endpoint",
    Shape::Text,
    "The OTLP collector what is counted goes to, such as `https://collector.example`; the build's when not set, and a build \
     from source has none.",
);
pub(super) static OTLP_ENDPOINT: Setting = setting(
    "telemetry.otlp.endpoint",
    Shape::Text,
    "An OTLP collector of your own for traces of your runs: the same closed words, and token counts. Prompts are never part \
     of it.",
);
pub(super) static OTLP_HEADERS: Setting = setting(
    "telemetry.otlp.headersEnv",
    Shape::Text,
    "The name of the variable that holds headers for that collector, as `name=value,name=value`.",
);
