//! Tests of `errors`.

use std::{sync::Arc, time::Duration};

use super::{classify::Cause, overflow::overflow, *};
use crate::{
    base::Tokens,
    catalog::Provider,
    protocol::Kind,
    provider::{
        Class, Trouble,
        fixtures::{CLOUD, PLAIN, credential, profile, sign_in},
    },
};

fn trouble_at(base: &str, key: &str, provider: &'static Provider, status: u16, body: &str) -> Trouble {
    let (profile, credential) = (profile(provider), credential(base, key));
    let context = Context {
        profile: &profile,
        credential: &Arc::clone(&credential),
        path: "chat/completions",
        body: b"{}",
    };
    context.trouble(&Report::read(status, body), Asked::default())
}

fn class_of(provider: &'static Provider, status: u16, body: &str) -> (Class, Kind) {
    let trouble = trouble_at("https://api.example.com/v1", "sk-0123456789", provider, status, body);
    (trouble.class, trouble.failure.kind)
}

const TELL_QUOTA: (Class, Kind) = (Class::Tell, Kind::Quota);
const TELL: (Class, Kind) = (Class::Tell, Kind::Provider);
const BUSY: (Class, Kind) = (Class::Retry, Kind::Provider);
const RATE: (Class, Kind) = (Class::Retry, Kind::Quota);
const SLOW: (Class, Kind) = (Class::RetrySlowly, Kind::Quota);
const AUTH: (Class, Kind) = (Class::Tell, Kind::Auth);
const CONFIG: (Class, Kind) = (Class::Tell, Kind::Config);

fn overflowed(limit: Option<u64>) -> (Class, Kind) {
    (Class::Overflow(limit.map(Tokens)), Kind::Context)
}

#[test]
fn qwen_clouds_bodies_mean_what_its_pages_say() {
    let flat = |code: &str, message: &str| {
        format!("{{\"code\":\"{code}\",\"message\":\"{message}\",\"request_id\":\"r\"}}")
    };
    let nested = |code: &str, message: &str| {
        format!(
            "{{\"error\":{{\"code\":\"{code}\",\"message\":\"{message}\",\"type\":\"{code}\"}},\"request_id\":\"r\"}}"
        )
    };
    let table = [
        (400, nested("invalid_parameter_error", "Range of input length should be [1, 30720]"), overflowed(Some(30_720))),
        (400, flat("InvalidParameter", "<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 983616]"), overflowed(Some(983_616))),
        (400, flat("InvalidParameter", "something else"), TELL),
        (400, nested("data_inspection_failed", "Input data may contain inappropriate content."), TELL),
        (400, flat("DataInspectionFailed", "Output data may contain inappropriate content."), TELL),
        (400, nested("Arrearage", "Access denied, please make sure your account is in good standing."), TELL_QUOTA),
        (400, flat("InternalError.Algo", "<503> InternalError.Algo: busy"), BUSY),
        (400, flat("InternalError.Algo", "<429> InternalError.Algo: Too many requests"), SLOW),
        (401, nested("invalid_api_key", "Incorrect API key provided."), AUTH),
        (401, flat("InvalidApiKey", "Invalid API-key provided."), AUTH),
        (403, flat("AccessDenied.Unpurchased", "Access to model denied."), AUTH),
        (403, nested("AllocationQuota.FreeTierOnly", "The free tier of the model has been exhausted."), TELL_QUOTA),
        (404, nested("model_not_found", "The model `x` does not exist or you do not have access to it."), CONFIG),
        (405, "{\"error\":\"Coding Plan is currently only available for Coding Agents\"}".into(), AUTH),
        (408, flat("RequestTimeOut", "Request timed out"), BUSY),
        (413, flat("BadRequest.TooLarge", "Payload Too Large"), overflowed(None)),
        (429, nested("limit_requests", "You exceeded your current requests list."), SLOW),
        (429, flat("Throttling.BurstRate", "Request rate increased too quickly."), SLOW),
        (429, nested("insufficient_quota", "You exceeded your current quota, see #token-limit"), SLOW),
        (429, nested("insufficient_quota", "free allocated quota exceeded."), TELL_QUOTA),
        (429, flat("Throttling.AllocationQuota", "hour allocated quota exceeded."), TELL_QUOTA),
        (429, flat("Throttling.AllocationQuota", "month allocated quota exceeded."), TELL_QUOTA),
        (429, flat("Throttling", "concurrency allocated quota exceeded."), RATE),
        (429, "id:1\nevent:error\n:HTTP_STATUS/429\ndata:{\"code\":\"Throttling.RateQuota\",\"message\":\"slow\"}\n\n".into(), SLOW),
        (500, flat("InternalError.Timeout", "timeout"), BUSY),
        (0, nested("server_error", "Backend buffer overflow"), BUSY),
        (503, flat("ModelServingError", "Too many requests. Your requests are being throttled due to system capacity limits."), SLOW),
    ];
    for (status, body, expected) in table {
        assert_eq!(class_of(&CLOUD, status, &body), expected, "{status} {body}");
    }
}

#[test]
fn other_providers_bodies_mean_what_their_pages_say() {
    let error = |message: &str, more: &str| format!("{{\"error\":{{\"message\":\"{message}\"{more}}}}}");
    let table = [
        (429, error("You exceeded your current quota", ",\"code\":\"insufficient_quota\""), TELL_QUOTA),
        (429, error("Rate limit reached for requests", ",\"type\":\"rate_limit_exceeded\""), RATE),
        (429, error("Rate limit reached on tokens per min (TPM)", ""), SLOW),
        (400, error("too long", ",\"code\":\"context_length_exceeded\""), overflowed(None)),
        (402, error("Insufficient credits", ",\"code\":402"), TELL_QUOTA),
        (403, error("requires moderation", ",\"code\":403"), TELL),
        (200, error("Provider returned error", ",\"code\":502,\"metadata\":{\"raw\":\"upstream\"}"), BUSY),
        (
            403,
            error(
                "Your account is suspended due to insufficient balance",
                ",\"type\":\"exceeded_current_quota_error\"",
            ),
            TELL_QUOTA,
        ),
        (429, error("engine overloaded", ",\"type\":\"engine_overloaded_error\""), BUSY),
        (429, error("no balance", ",\"code\":\"1113\""), TELL_QUOTA),
        (200, error("too fast", ",\"code\":\"1302\""), RATE),
        (
            400,
            "{\"object\":\"error\",\"message\":\"bad\",\"type\":\"BadRequestError\",\"code\":400}".into(),
            TELL,
        ),
        (
            400,
            error(
                "the request exceeds the available context size",
                ",\"type\":\"exceed_context_size_error\",\"n_ctx\":8192,\"n_prompt_tokens\":9000",
            ),
            overflowed(Some(8_192)),
        ),
        (404, "{\"error\":\"model 'x' not found, try pulling it first\"}".into(), CONFIG),
        (500, "{\"error\":\"no user query found in messages\"}".into(), TELL),
        (503, error("Loading model", ",\"code\":503"), BUSY),
        (404, "{\"error\":{\"code\":\"DeploymentNotFound\",\"message\":\"no\"}}".into(), CONFIG),
        (
            401,
            "{\"statusCode\":401,\"message\":\"Access denied due to invalid subscription key\"}".into(),
            AUTH,
        ),
        (400, "{\"errors\":{\"message\":\"bad model id\",\"request_id\":\"r\"}}".into(), TELL),
        (
            529,
            "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}"
                .into(),
            BUSY,
        ),
        (
            422,
            "{\"detail\":[{\"loc\":[\"body\",\"x\"],\"msg\":\"no\",\"type\":\"extra_forbidden\"}]}".into(),
            TELL,
        ),
        (502, "<html><head><title>502 Bad Gateway</title></head></html>".into(), BUSY),
        (504, String::new(), BUSY),
        (501, String::new(), TELL),
        (400, String::new(), TELL),
        (308, String::new(), CONFIG),
        (409, "{}".into(), BUSY),
    ];
    for (status, body, expected) in table {
        assert_eq!(class_of(&PLAIN, status, &body), expected, "{status} {body}");
    }
}

#[test]
fn every_text_of_an_overflow_is_one_and_names_its_limit() {
    let table = [
        (
            "This model's maximum context length is 131,072 tokens. However, your messages resulted in 140000 tokens",
            Some(131_072),
        ),
        ("This endpoint's maximum context length is 32768 tokens", Some(32_768)),
        ("prompt is too long: 210000 tokens > 200000 maximum", Some(200_000)),
        ("Your input exceeds the context window of this model", None),
        (
            "Invalid request: Your request exceeded model token limit: 262144 (requested: 269030)",
            Some(262_144),
        ),
        ("the request exceeds the available context size (4096 tokens), try increasing it", Some(4_096)),
        (
            "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
            Some(1_048_576),
        ),
        ("model_context_window_exceeded", None),
        ("Please reduce the length of the messages or completion", None),
        ("invalid params, context window exceeds limit (2013)", None),
        (
            "The number of tokens to keep from the initial prompt is greater than the context length (n_keep: 5000 >= n_ctx: 4096)",
            Some(4_096),
        ),
    ];
    for (message, limit) in table {
        let report = Report::read(400, &serde_json::json!({ "error": { "message": message } }).to_string());
        assert_eq!(overflow(&report), Some(Cause::Overflow(limit.map(Tokens))), "{message}");
    }
}

#[test]
fn texts_about_other_limits_of_tokens_are_no_overflow() {
    let table = [
        (429, "Request too large for model: tokens per min (TPM): Limit 30000. The input exceeds it"),
        (400, "Rate limit: maximum context length of tokens per minute"),
        (400, "Range of max_tokens should be [1, 8192]"),
        (400, "You exceeded your current quota; reduce the length of the messages"),
        (400, "deadline exceeded while reading; input exceeds"),
        (400, "invalid token"),
    ];
    for (status, message) in table {
        let report =
            Report::read(status, &serde_json::json!({ "error": { "message": message } }).to_string());
        assert_eq!(overflow(&report), None, "{message}");
    }
}

#[test]
fn a_mute_refusal_of_a_full_window_is_an_overflow() {
    let (profile, credential) = (profile(&PLAIN), credential("https://api.example.com/v1", ""));
    let body = vec![b'x'; 4 * 96_000];
    let context =
        Context { profile: &profile, credential: &credential, path: "chat/completions", body: &body };
    let class = context.trouble(&Report::read(400, ""), Asked::default()).class;
    assert_eq!(class, Class::Overflow(None));
}

#[test]
fn a_wait_longer_than_patience_is_told_instead_of_kept() {
    let (profile, credential) = (profile(&PLAIN), credential("https://api.example.com/v1", ""));
    let context = Context { profile: &profile, credential: &credential, path: "chat/completions", body: b"" };
    let class = |seconds, retry| {
        let asked = Asked { after: Some(Duration::from_secs(seconds)), retry };
        context.trouble(&Report::read(429, "{}"), asked)
    };
    assert_eq!((class(60, None).class, class(60, None).after), (Class::Retry, Some(Duration::from_secs(60))));
    let told = class(10_000, None);
    assert_eq!(told.class, Class::Tell);
    assert_eq!(told.failure.hints.last().map(String::as_str), Some("the server asks to wait 3 hours"));
    assert_eq!(class(1, Some(false)).class, Class::Tell);
}

#[test]
fn a_refused_key_is_explained_by_its_kind_and_place() {
    let hint = |base: &str, key: &str| {
        let trouble = trouble_at(base, key, &CLOUD, 401, "{}");
        assert!(!trouble.failure.to_string().contains(key), "the key itself is never shown");
        trouble.failure.hints.last().cloned().unwrap_or_default()
    };
    let plan = "https://coding-intl.dashscope.aliyuncs.com/v1";
    let cloud = "https://dashscope-intl.aliyuncs.com/compatible-mode/v1";
    assert!(hint(cloud, "sk-sp-0123456789abc").contains("belongs to the Coding Plan"));
    assert!(hint(plan, "sk-0123456789abc").contains("only keys of the Coding Plan"));
    assert!(hint(cloud, "sk-0123456789abc").contains("region"));
}

#[test]
fn a_server_that_repeats_the_key_does_not_make_us_repeat_it() {
    let body = "{\"error\":{\"message\":\"Incorrect API key provided: sk-0123456789abc.\\n\\u001b[31mSee\"}}";
    let trouble = trouble_at("https://api.example.com/v1", "sk-0123456789abc", &PLAIN, 401, body);
    assert_eq!(
        trouble.failure.error,
        "`api.example.com` refused the key (401): Incorrect API key provided: sk-…9abc. [31mSee"
    );
}

#[test]
fn a_base_url_without_version_is_the_first_suspect() {
    let hints = |base: &str| trouble_at(base, "", &PLAIN, 404, "<html>Not Found</html>").failure.hints;
    assert_eq!(
        hints("http://127.0.0.1:8000")[1],
        "most base URLs end in `/v1`: try `http://127.0.0.1:8000/v1`"
    );
    assert_eq!(hints("https://api.z.ai/api/paas/v4").len(), 1);
}

#[test]
fn the_end_of_the_free_tier_is_told_where_it_shows() {
    let (_home, credential) = sign_in(None, "https://portal.qwen.ai/v1");
    let profile = profile(&CLOUD);
    let context =
        Context { profile: &profile, credential: &credential, path: "chat/completions", body: b"{}" };
    let quota = r#"{"error":{"code":"insufficient_quota","message":"free allocated quota exceeded."}}"#;
    let table = [
        (429, quota, Kind::Quota, "gives this sign-in no more quota (429): free allocated quota exceeded"),
        (
            401,
            r#"{"error":{"message":"invalid access token or token expired: canary-token-0"}}"#,
            Kind::Auth,
            "refused the sign-in (401): invalid access token or token expired: can…en-0",
        ),
        (400, r#"{"message":"service moved"}"#, Kind::Auth, "refused the request: service moved"),
    ];
    for (status, body, kind, words) in table {
        let trouble = context.trouble(&Report::read(status, body), Asked::default());
        let error = format!("`portal.qwen.ai` {words}; the free tier behind Qwen OAuth ended on 2026-04-15");
        assert_eq!((trouble.class, trouble.failure.kind, trouble.failure.error), (Class::Tell, kind, error));
        assert_eq!(
            trouble.failure.hints,
            [
                "use an API key: `qwen auth` takes one for Qwen Cloud, the Coding Plan or OpenRouter",
                "or a server on this machine: `OPENAI_BASE_URL=http://localhost:11434/v1`, no key needed"
            ]
        );
    }
    // A limit per minute passes, and a key has nothing to do with it.
    let minute = r#"{"error":{"code":"limit_requests","message":"slow down"}}"#;
    assert_eq!(context.trouble(&Report::read(429, minute), Asked::default()).class, Class::RetrySlowly);
    let by_key = trouble_at("https://portal.qwen.ai/v1", "sk-0123456789abc", &CLOUD, 429, quota);
    assert!(!by_key.failure.error.contains("OAuth"), "{}", by_key.failure);
}
