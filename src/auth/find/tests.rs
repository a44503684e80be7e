//! Stories of where keys, addresses and models are written, and what comes of them.

use std::path::Path;

use super::*;
use crate::{
    auth::{Accounts, EnvFile, EnvFiles, Flags, Options, Place},
    base::Moment,
    protocol::Kind,
};

const CHINA: &str = "https://dashscope.aliyuncs.com/compatible-mode/v1";

/// The credential of a story without accounts.
fn ready(access: Access) -> Credential {
    match access {
        Access::Ready(credential) => credential,
        Access::Stored(stored) => panic!("an account's key: {stored:?}"),
    }
}

/// The places, as a story tells them.
#[derive(Clone, Copy, Default)]
struct Story<'a> {
    flags: [Option<&'a str>; 3],
    env: &'a [(&'a str, &'a str)],
    project: &'a str,
    user: &'a str,
    settings: &'a [(&'a str, &'a str)],
    models: &'a [(&'a str, &'a str, &'a str)],
    /// Address and model of the chosen account, whose key is in the file.
    account: Option<(&'a str, &'a str)>,
}

impl Story<'_> {
    fn inputs(&self) -> Inputs {
        let file = |name: &str, is_project, text: &str| EnvFile::parse(Path::new(name), is_project, text);
        let [key, url, model] = self.flags.map(|flag| flag.map(str::to_owned));
        Inputs {
            flags: Flags { auth_type: None, api_key: key.map(Secret::new), base_url: url, model },
            env: self.env.iter().copied().collect(),
            files: EnvFiles {
                project: (!self.project.is_empty()).then(|| file("/p/.env", true, self.project)),
                user: vec![file("/h/.qwen/.env", false, self.user)],
            },
            accounts: self.accounts(),
            settings: Options {
                env: self.settings.iter().copied().collect(),
                models: self
                    .models
                    .iter()
                    .map(|(id, url, key)| ModelEntry {
                        id: (*id).to_owned(),
                        base_url: Some((*url).to_owned()),
                        key_env: Some((*key).to_owned()),
                    })
                    .collect(),
                ..Options::default()
            },
            ..Inputs::default()
        }
    }

    fn accounts(&self) -> Accounts {
        let account = |(base, model): (&str, &str)| Account {
            name: "work".into(),
            preset: "custom".into(),
            endpoint: Endpoint::parse(base).unwrap(),
            model: (!model.is_empty()).then(|| model.to_owned()),
            key: Some(Place::File),
            created: Moment(1),
        };
        Accounts {
            all: self.account.map(account).into_iter().collect(),
            current: self.account.map(|_| "work".to_owned()),
            notes: Vec::new(),
        }
    }

    /// Address, key and model, or what the person reads.
    fn ends(&self) -> Result<(String, Option<String>, String), Failure> {
        find(&self.inputs()).map(|found| {
            let Found { access, model, .. } = found;
            let base = access.endpoint().base().to_owned();
            let key = match &access {
                Access::Ready(credential) => credential.key().map(|key| key.expose().to_owned()),
                Access::Stored(stored) => Some(format!("of account {}", stored.account.name)),
            };
            (base, key, model)
        })
    }
}

#[expect(clippy::unnecessary_wraps, reason = "it is compared with what a story ends with")]
fn pair(url: &str, key: &str, model: &str) -> Result<(String, Option<String>, String), Failure> {
    Ok((url.to_owned(), Some(key.to_owned()), model.to_owned()))
}

#[test]
fn nothing_is_found_and_every_place_is_named_in_order() {
    let failure = find(&Inputs::default()).err().unwrap();
    assert_eq!(failure.kind, Kind::Auth);
    assert_eq!(failure.error, "no API key was found");
    assert_eq!(
        failure.hints[0],
        "tried, in this order: --openai-api-key, the environment, `.qwen/.env` and `.env` from here upwards (none), \
         `.env` in your Qwen and home folders (none), your accounts, with keys in the keyring or a file (none), `security.auth` and `env` in your settings, \
         a sign-in with Qwen OAuth (none)"
    );
}

#[test]
fn a_higher_place_wins_for_the_key_the_address_and_the_model() {
    let file =
        |n: u8| format!("OPENAI_API_KEY=k{n}\nOPENAI_BASE_URL=https://h{n}.test/v1\nOPENAI_MODEL=m{n}");
    let (project, user) = (file(3), file(4));
    let full = Story {
        flags: [Some("k1"), Some("https://h1.test/v1"), Some("m1")],
        env: &[("OPENAI_API_KEY", "k2"), ("OPENAI_BASE_URL", "https://h2.test/v1"), ("OPENAI_MODEL", "m2")],
        project: &project,
        user: &user,
        settings: &[
            ("OPENAI_API_KEY", "k5"),
            ("OPENAI_BASE_URL", "https://h5.test/v1"),
            ("OPENAI_MODEL", "m5"),
        ],
        models: &[],
        account: None,
    };
    let stories = [
        full,
        Story { flags: [None; 3], ..full },
        Story { flags: [None; 3], env: &[], ..full },
        Story { flags: [None; 3], env: &[], project: "", ..full },
        Story { flags: [None; 3], env: &[], project: "", user: "", ..full },
    ];
    for (at, story) in stories.iter().enumerate() {
        let n = at + 1;
        let expected = pair(&format!("https://h{n}.test/v1"), &format!("k{n}"), &format!("m{n}"));
        assert_eq!(story.ends(), expected, "place {n}");
    }
}

#[test]
fn sources_are_told() {
    let story =
        Story { env: &[("DASHSCOPE_API_KEY", "k")], user: "QWEN_MODEL=qwen3-max", ..Story::default() };
    let found = find(&story.inputs()).ok().unwrap();
    assert_eq!(ready(found.access).source(), &Source::Environment("DASHSCOPE_API_KEY".into()));
    assert_eq!(found.model_source, Source::EnvFile("QWEN_MODEL".into(), "/h/.qwen/.env".into()));
    assert_eq!(found.notes, [""; 0]);
}

#[test]
fn a_named_key_goes_to_its_own_provider() {
    let table = [
        ("DASHSCOPE_API_KEY", CHINA, None),
        ("BAILIAN_CODING_PLAN_API_KEY", "https://coding.dashscope.aliyuncs.com/v1", None),
        (
            "BAILIAN_TOKEN_PLAN_API_KEY",
            "https://token-plan.cn-beijing.maas.aliyuncs.com/compatible-mode/v1",
            Some("qwen3.8-max"),
        ),
        ("OPENROUTER_API_KEY", "https://openrouter.ai/api/v1", Some("qwen/qwen3-max")),
        ("DEEPSEEK_API_KEY", "https://api.deepseek.com", Some("deepseek-v4-pro")),
        ("MOONSHOT_API_KEY", "https://api.moonshot.ai/v1", Some("kimi-k3")),
        ("ZAI_API_KEY", "https://api.z.ai/api/paas/v4", Some("glm-5.2")),
        ("MODELSCOPE_API_KEY", "https://api-inference.modelscope.cn/v1", Some("Qwen/Qwen3-Coder")),
        ("XAI_API_KEY", "https://api.x.ai/v1", Some("grok-4")),
        ("MINIMAX_API_KEY", "https://api.minimax.io/v1", Some("MiniMax-M3")),
        ("MISTRAL_API_KEY", "https://api.mistral.ai/v1", Some("devstral-2")),
    ];
    for (name, url, model) in table {
        let story = Story { flags: [None, None, model], env: &[(name, "k")], ..Story::default() };
        assert_eq!(story.ends(), pair(url, "k", model.unwrap_or("qwen3-coder-plus")), "{name}");
        let elsewhere = Story {
            flags: [None, None, Some("m")],
            env: &[(name, "k"), ("OPENAI_BASE_URL", "https://gateway.test/v1")],
            ..Story::default()
        };
        assert_eq!(elsewhere.ends().unwrap_err().kind, Kind::Auth, "{name} must not go to a gateway");
    }
}

#[test]
fn the_model_says_which_of_several_keys_is_meant() {
    let env = &[("DASHSCOPE_API_KEY", "q"), ("OPENAI_API_KEY", "o"), ("DEEPSEEK_API_KEY", "d")];
    let with = |model| Story { flags: [None, None, model], env, ..Story::default() }.ends();
    assert_eq!(with(None), pair(CHINA, "q", "qwen3-coder-plus"));
    assert_eq!(with(Some("qwen3-max")), pair(CHINA, "q", "qwen3-max"));
    assert_eq!(with(Some("gpt-5.2")), pair("https://api.openai.com/v1", "o", "gpt-5.2"));
    assert_eq!(with(Some("deepseek-v4-pro")), pair("https://api.deepseek.com", "d", "deepseek-v4-pro"));
}

#[test]
fn a_region_is_chosen_by_address() {
    let intl = "https://dashscope-intl.aliyuncs.com/compatible-mode/v1";
    let env = &[("DASHSCOPE_API_KEY", "k"), ("OPENAI_BASE_URL", intl)];
    assert_eq!(Story { env, ..Story::default() }.ends(), pair(intl, "k", "qwen3-coder-plus"));
    let coding = "https://coding-intl.dashscope.aliyuncs.com/v1";
    let env = &[("BAILIAN_CODING_PLAN_API_KEY", "sk-sp-1"), ("OPENAI_BASE_URL", coding)];
    assert_eq!(Story { env, ..Story::default() }.ends(), pair(coding, "sk-sp-1", "qwen3-coder-plus"));
}

#[test]
fn settings_tie_a_model_to_a_server_and_a_key() {
    let intl = "https://dashscope-intl.aliyuncs.com/compatible-mode/v1";
    let story = Story {
        flags: [None, None, Some("qwen3.6-plus")],
        env: &[("DASHSCOPE_API_KEY", "q"), ("OPENAI_API_KEY", "o")],
        settings: &[("QWEN_CUSTOM_API_KEY_CORP", "c")],
        models: &[
            ("qwen3.6-plus", intl, "DASHSCOPE_API_KEY"),
            ("corp", "https://llm.corp.test/v1", "QWEN_CUSTOM_API_KEY_CORP"),
            ("lost", "https://lost.test/v1", "LOST_KEY"),
        ],
        ..Story::default()
    };
    let with = |model| Story { flags: [None, None, Some(model)], ..story }.ends();
    assert_eq!(with("qwen3.6-plus"), pair(intl, "q", "qwen3.6-plus"));
    assert_eq!(with("corp"), pair("https://llm.corp.test/v1", "c", "corp"));
    // Another model with the same key stays in the region that settings chose for it.
    assert_eq!(with("qwen3-coder-plus"), pair(intl, "q", "qwen3-coder-plus"));
    let alone = Story { env: &[], flags: [None; 3], ..story };
    assert_eq!(alone.ends(), pair("https://llm.corp.test/v1", "c", "corp"));
    let lost =
        Story { env: &[], settings: &[], flags: [None, None, Some("lost")], ..story }.ends().unwrap_err();
    assert_eq!((lost.kind, lost.hints[0].as_str()), (Kind::Auth, "set LOST_KEY, or choose another server"));
}

#[test]
fn a_general_key_without_an_address_goes_where_qwen_code_sends_it() {
    let with = |key, model| Story { flags: [Some(key), None, model], ..Story::default() }.ends();
    assert_eq!(with("sk-1", None), pair(CHINA, "sk-1", "qwen3-coder-plus"));
    assert_eq!(with("sk-1", Some("glm-5.1")), pair(CHINA, "sk-1", "glm-5.1"));
    assert_eq!(with("sk-1", Some("gpt-5.2")), pair("https://api.openai.com/v1", "sk-1", "gpt-5.2"));
    for key in ["sk-proj-1", "sk-aT3BlbkFJb"] {
        assert_eq!(with(key, Some("m")), pair("https://api.openai.com/v1", key, "m"));
        assert_eq!(with(key, None).unwrap_err().error, "no model was chosen for `api.openai.com`");
    }
    assert_eq!(with("sk-or-v1-1", Some("a/b")), pair("https://openrouter.ai/api/v1", "sk-or-v1-1", "a/b"));
}

#[test]
fn a_plan_key_never_goes_to_a_pay_as_you_go_host() {
    let plan = "sk-sp-canary";
    for env in [
        &[("DASHSCOPE_API_KEY", plan)][..],
        &[("OPENAI_API_KEY", plan)],
        &[("OPENAI_API_KEY", plan), ("OPENAI_BASE_URL", CHINA)],
        &[("OPENAI_API_KEY", plan), ("OPENAI_BASE_URL", "https://api.openai.com/v1"), ("OPENAI_MODEL", "m")],
    ] {
        let failure = Story { env, ..Story::default() }.ends().unwrap_err();
        assert_eq!(failure.kind, Kind::Auth);
        assert!(
            failure.error.contains("is a key for Qwen Cloud Coding Plan and is not sent to"),
            "{failure}"
        );
        assert!(!failure.to_string().contains("canary"), "{failure}");
        assert!(failure.hints[1].contains("BAILIAN_CODING_PLAN_API_KEY"), "{failure}");
    }
}

#[test]
fn a_server_on_this_machine_needs_no_key_but_a_model() {
    let url = "http://127.0.0.1:8000/v1";
    let local = Story { flags: [None, Some(url), Some("m")], ..Story::default() };
    assert_eq!(local.ends(), Ok((url.to_owned(), None, "m".to_owned())));
    let failure = Story { flags: [None, Some(url), None], ..Story::default() }.ends().unwrap_err();
    assert_eq!(failure.error, "no model was chosen for `127.0.0.1`");
    assert_eq!(failure.hints[1], "see which there are: `curl http://127.0.0.1:8000/v1/models`");
    let far = Story { flags: [None, Some("https://a.test/v1"), Some("m")], ..Story::default() };
    assert_eq!(far.ends().unwrap_err().kind, Kind::Auth);
}

#[test]
fn the_persons_proxy_takes_the_key_of_qwen_cloud() {
    let url = "https://proxy.test/qwen/v1";
    let env = &[("DASHSCOPE_API_KEY", "k"), ("OPENAI_BASE_URL", url), ("DASHSCOPE_PROXY_BASE_URL", url)];
    let story = Story { env, ..Story::default() };
    assert_eq!(story.ends(), pair(url, "k", "qwen3-coder-plus"));
    assert_eq!(find(&story.inputs()).ok().unwrap().proxy_base_url.as_deref(), Some(url));
    let project = format!("DASHSCOPE_PROXY_BASE_URL={url}");
    let hostile = Story { env: &env[..2], project: &project, ..Story::default() };
    assert_eq!(hostile.ends().unwrap_err().kind, Kind::Auth);
}

#[test]
fn the_persons_way_to_sign_in_is_taken_from_the_highest_place() {
    let told = |inputs: &Inputs| find(inputs).err().unwrap();
    let by_env = Story {
        env: &[("QWEN_DEFAULT_AUTH_TYPE", "qwen-oauth"), ("OPENAI_API_KEY", "k")],
        ..Story::default()
    };
    let failure = told(&by_env.inputs());
    assert_eq!(failure.kind, Kind::Auth);
    assert_eq!(
        failure.error,
        "nobody is signed in with Qwen OAuth (QWEN_DEFAULT_AUTH_TYPE from the environment asks for it)"
    );
    let mut selected = Story { env: &[("DASHSCOPE_API_KEY", "k")], ..Story::default() }.inputs();
    selected.settings.selected_type = Some("qwen-oauth".into());
    assert!(told(&selected).error.contains("`security.auth.selectedType` in the user settings"));
    selected.flags.auth_type = Some("openai".into());
    assert!(find(&selected).is_ok());
    selected.flags.auth_type = Some("gemini".into());
    assert!(told(&selected).error.starts_with("unknown way to sign in `gemini`"));
}

#[test]
fn a_projects_address_gets_the_key_of_the_same_file_only() {
    let evil = "OPENAI_BASE_URL=https://evil.test/v1\nOPENAI_MODEL=evil";
    let with = |env, project| Story { env, project, ..Story::default() };
    let own_key = with(&[("DASHSCOPE_API_KEY", "k")], evil);
    assert_eq!(own_key.ends(), pair(CHINA, "k", "qwen3-coder-plus"));
    assert_eq!(
        find(&own_key.inputs()).ok().unwrap().notes,
        [
            "OPENAI_BASE_URL from /p/.env is ignored: an address from a project is used only with a key from the same \
          file"
        ]
    );
    // Whose key a general one is, only an address tells; so nothing is guessed.
    let failure = with(&[("OPENAI_API_KEY", "k")], evil).ends().unwrap_err();
    assert_eq!(
        failure.error,
        "OPENAI_BASE_URL from /p/.env is not used: a project may not say where your own key goes"
    );
    let both = format!("{evil}\nOPENAI_API_KEY=theirs");
    assert_eq!(with(&[], &both).ends(), pair("https://evil.test/v1", "theirs", "evil"));
    assert_eq!(
        find(&with(&[], &both).inputs()).ok().unwrap().notes,
        ["requests go to `https://evil.test/v1`, as OPENAI_BASE_URL from /p/.env says"]
    );
    // Even a host of the key's own provider is not for the project to choose.
    let intl = "OPENAI_BASE_URL=https://dashscope-intl.aliyuncs.com/compatible-mode/v1";
    assert_eq!(with(&[("DASHSCOPE_API_KEY", "k")], intl).ends(), pair(CHINA, "k", "qwen3-coder-plus"));
    let local = "OPENAI_BASE_URL=http://localhost:1234/v1\nOPENAI_MODEL=m";
    assert_eq!(with(&[], local).ends(), Ok(("http://localhost:1234/v1".to_owned(), None, "m".to_owned())));
    assert_eq!(with(&[("DASHSCOPE_API_KEY", "k")], local).ends(), pair(CHINA, "k", "qwen3-coder-plus"));
}

/// All combinations of where an address, a general key, a named key and a model are written. The project's address
/// is the canary: whatever else is set, it meets only the keys of its own file.
#[test]
fn the_canary_host_never_meets_a_key_from_elsewhere() {
    let canaries =
        ["https://canary.test/v1", "http://127.0.0.1:9/canary", "https://dashscope-us.aliyuncs.com/canary"];
    let (mut met, mut total) = (0, 0);
    for canary in canaries {
        for bits in 0_u32..1 << 14 {
            let inputs = scattered(bits, canary);
            total += 1;
            let Ok(found) = find(&inputs) else { continue };
            if found.access.endpoint().base() != canary {
                continue;
            }
            met += 1;
            let credential = ready(found.access);
            let key = credential.key().map(Secret::expose);
            assert!(key.is_none_or(|key| key.ends_with("-project")), "{bits:014b} {canary} met {key:?}");
        }
    }
    assert_eq!(total, 3 << 14);
    assert!(met > 100, "the canary is used where it may be, or this test proves nothing: {met}");
}

fn scattered(bits: u32, canary: &str) -> Inputs {
    let has = |at: u32| bits & (1 << at) != 0;
    let lines = |first: u32, place: &str, url: &str| -> Vec<(String, String)> {
        let all = [
            (has(first), BASE_URL, url.to_owned()),
            (has(first + 1), KEY, format!("key-{place}")),
            (has(first + 2), "DASHSCOPE_API_KEY", format!("key-{place}")),
            (has(12) && place == "project", "OPENAI_MODEL", "corp".to_owned()),
        ];
        all.into_iter()
            .filter(|(is_there, ..)| *is_there)
            .map(|(_, name, value)| (name.to_owned(), value))
            .collect()
    };
    let file = |vars: Vec<(String, String)>, is_project| {
        let text: Vec<_> = vars.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        EnvFile::parse(Path::new("/x/.env"), is_project, &text.join("\n"))
    };
    let corp = ModelEntry {
        id: "corp".to_owned(),
        base_url: has(9).then(|| "https://corp.test/v1".to_owned()),
        key_env: Some("DASHSCOPE_API_KEY".to_owned()),
    };
    Inputs {
        flags: Flags {
            // The flags ride on bits of their neighbours, so that every pair of places still meets.
            api_key: (has(1) && has(7)).then(|| Secret::new("key-flag".to_owned())),
            base_url: (has(0) && has(6)).then(|| "https://flag.test/v1".to_owned()),
            model: (!has(12)).then(|| "m".to_owned()),
            ..Flags::default()
        },
        env: lines(0, "environment", "https://environment.test/v1").into_iter().collect(),
        files: EnvFiles {
            project: Some(file(lines(3, "project", canary), true)),
            user: vec![file(lines(6, "user", "https://user.test/v1"), false)],
        },
        settings: Options {
            models: if has(11) { vec![corp] } else { Vec::new() },
            env: lines(9, "settings", "https://settings.test/v1").into_iter().collect(),
            ..Options::default()
        },
        accounts: Story { account: has(13).then_some(("https://account.test/v1", "")), ..Story::default() }
            .accounts(),
        ..Inputs::default()
    }
}

/// The account's own address and model, as the stories below have it.
const ACCOUNT: (&str, &str) = ("https://account.test/v1", "its-model");

#[test]
fn the_chosen_account_stands_above_the_settings_and_below_everything_else() {
    let own = pair(ACCOUNT.0, "of account work", ACCOUNT.1);
    let lone = Story { account: Some(ACCOUNT), ..Story::default() };
    assert_eq!(lone.ends(), own);
    let settings = Story {
        settings: &[("OPENAI_API_KEY", "k"), ("OPENAI_BASE_URL", "https://s.test/v1"), ("OPENAI_MODEL", "m")],
        ..lone
    };
    assert_eq!(settings.ends(), own);
    // A model alone changes the model only.
    let model = Story { flags: [None, None, Some("other")], ..settings };
    assert_eq!(model.ends(), pair(ACCOUNT.0, "of account work", "other"));
    // A key above it stands above all of it, its address too: nobody said that key was for there.
    let above = [
        Story { flags: [Some("k"), None, None], ..lone },
        Story { env: &[("DASHSCOPE_API_KEY", "k")], ..lone },
        Story { project: "DASHSCOPE_API_KEY=k", ..lone },
        Story { user: "OPENAI_API_KEY=k", ..lone },
    ];
    for story in above {
        assert_eq!(story.ends(), pair(CHINA, "k", "qwen3-coder-plus"));
        let notes = find(&story.inputs()).ok().unwrap().notes;
        assert!(notes[0].starts_with("the account `work` is not used: "), "{notes:?}");
    }
    assert_eq!(find(&lone.inputs()).ok().unwrap().notes, [""; 0]);
}

#[test]
fn an_accounts_key_goes_to_the_accounts_address_only() {
    let lone = Story { account: Some(ACCOUNT), ..Story::default() };
    let elsewhere = Story { env: &[("OPENAI_BASE_URL", "https://other.test/v1")], ..lone };
    let failure = elsewhere.ends().unwrap_err();
    assert_eq!(
        failure.error,
        "no key was found for `other.test`, the server of OPENAI_BASE_URL from the environment"
    );
    assert!(failure.hints[1].contains("the account `work`, which is for `account.test`"), "{failure}");
    // The same address, named again, is the account's.
    let same = Story { env: &[("OPENAI_BASE_URL", "https://account.test/v1/")], ..lone };
    assert_eq!(same.ends(), pair(ACCOUNT.0, "of account work", "its-model"));
    // A project's address is nobody's business.
    let project = Story { project: "OPENAI_BASE_URL=https://evil.test/v1\nOPENAI_MODEL=evil", ..lone };
    assert_eq!(project.ends(), pair(ACCOUNT.0, "of account work", "its-model"));
    let local = Story { project: "OPENAI_BASE_URL=http://localhost:1/v1\nOPENAI_MODEL=m", ..lone };
    assert_eq!(local.ends(), pair(ACCOUNT.0, "of account work", "its-model"));
}

#[test]
fn a_model_that_settings_tie_to_a_server_is_asked_there() {
    let story = Story {
        flags: [None, None, Some("corp")],
        models: &[("corp", "https://corp.test/v1", "CORP_KEY")],
        settings: &[("CORP_KEY", "k")],
        account: Some(ACCOUNT),
        ..Story::default()
    };
    assert_eq!(story.ends(), pair("https://corp.test/v1", "k", "corp"));
}

#[test]
fn without_any_key_the_error_names_the_accounts_too() {
    let failure = Story::default().ends().unwrap_err();
    assert!(
        failure.hints[0].contains("your accounts, with keys in the keyring or a file (none)"),
        "{failure}"
    );
    let mut inputs = Story { account: Some(ACCOUNT), ..Story::default() }.inputs();
    inputs.accounts.current = None;
    let failure = find(&inputs).err().unwrap();
    assert!(failure.hints[0].contains("your accounts (1, none of them chosen)"), "{failure}");
}

#[test]
fn an_account_without_a_key_is_a_server_that_needs_none() {
    let mut inputs = Story { account: Some(("http://localhost:1234/v1", "m")), ..Story::default() }.inputs();
    inputs.accounts.all[0].key = None;
    inputs.settings.selected_type = Some("qwen-oauth".into());
    let credential = ready(find(&inputs).ok().unwrap().access);
    assert_eq!(
        (credential.endpoint().base(), credential.key().is_none()),
        ("http://localhost:1234/v1", true)
    );
    assert_eq!(credential.source(), &Source::Account("work".into()));
}
