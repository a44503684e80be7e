//! Signing in and choosing a model: keys in, requests and screens out.

use std::time::Duration;

use super::*;
use crate::{
    base::Money,
    protocol::{
        CacheReport, DeskEvent, DeskOp, Failure, FoundKey, Kind, LocalServer, ModelRow, Overview, PresetRow,
        SignIn, Switched, Tested,
    },
};

fn preset(id: &str, name: &str, group: &str, addresses: &[(&str, &str)]) -> PresetRow {
    PresetRow {
        id: id.into(),
        name: name.into(),
        group: group.into(),
        about: format!("about {name}"),
        addresses: addresses.iter().map(|(l, u)| ((*l).into(), (*u).into())).collect(),
        key_page: Some("https://keys.example".into()),
        needs_key: id != "local",
    }
}

fn overview() -> Overview {
    let regions = [("Singapore", "https://intl.example/v1"), ("Beijing", "https://cn.example/v1")];
    Overview {
        presets: vec![
            preset("qwen-oauth", "Qwen account", "Qwen account", &[]),
            preset("qwen-cloud", "Pay as you go", "Qwen Cloud", &regions),
            preset("coding-plan", "Coding Plan", "Qwen Cloud", &[("Beijing", "https://plan.example/v1")]),
            preset("custom", "Custom address", "Custom address", &[]),
            preset("local", "A server on this machine", "A server on this machine", &[]),
        ],
        found: vec![FoundKey {
            source: "OPENAI_API_KEY from the environment".into(),
            masked_key: "sk-…90cd".into(),
            host: "dashscope.aliyuncs.com".into(),
            account: "environment".into(),
        }],
        ..Overview::default()
    }
}

fn desk(op: DeskOp) -> Op {
    Op::Desk(op)
}

/// A session that began without an account, with the panel filled.
fn unsigned(columns: usize, rows: usize) -> Stage {
    let mut stage = Stage::new(columns, rows);
    let why = Failure::new(Kind::Auth, "no account: nothing was found in 4 places");
    stage.hear(Event::Desk(DeskEvent::SignInNeeded { text: None, why }));
    assert_eq!(stage.ops(), [desk(DeskOp::Overview)]);
    stage.hear(Event::Desk(DeskEvent::Overview(overview())));
    stage
}

fn told(stage: &mut Stage, event: DeskEvent) {
    stage.hear(Event::Desk(event));
}

#[test]
fn without_an_account_the_composer_is_live_and_the_panel_stands_under_it() {
    let mut stage = unsigned(100, 30);
    stage.write("hello");
    assert_eq!(
        stage.screen(),
        "\
> hello▏
┌ Sign in
│ no account: nothing was found in 4 places
│ › 1 Qwen account                             approve a code; free tier ended 2026-04-15
│   2 Qwen Cloud                               Pay as you go, Coding Plan
│   3 Custom address                           any server that speaks Chat Completions; needs a mod…
│   4 A server on this machine                 Ollama, LM Studio, llama.cpp, vLLM; free, no key
│   5 Use OPENAI_API_KEY from the environment  sk-…90cd → dashscope.aliyuncs.com
└ Enter choose · ↑↓ move · Esc later (! and /help still work)"
    );
    stage.enter();
    assert_eq!((stage.ops(), stage.draft().as_str()), (vec![], "hello"), "words are neither sent nor lost");
    stage.escape();
    assert_eq!(
        stage.screen().trim_start(),
        "> hello▏\n~/src/shop main · default · qwen3-coder-plus · ctx 0% 0/131k · $0.00"
    );
}

#[test]
fn words_that_could_not_be_sent_come_back() {
    let mut stage = Stage::new(100, 30);
    stage.write("fix it").enter();
    let why = Failure::new(Kind::Auth, "no account");
    told(&mut stage, DeskEvent::SignInNeeded { text: Some("fix it".into()), why });
    assert_eq!(stage.draft(), "fix it");
}

#[test]
fn a_key_is_pasted_tested_and_never_drawn() {
    let mut stage = unsigned(100, 30);
    stage.write("2");
    assert!(stage.screen().contains("› 1 Pay as you go  about Pay as you go"), "{}", stage.screen());
    stage.enter().send(Msg::Paste("export K='sk-canary-secret-f3a9'\n".into()));
    assert_eq!(
        stage.screen(),
        "\
┌ Sign in · Pay as you go · 2/3 Key
│ Region    ‹ Singapore ›  Beijing
│ Base URL  https://intl.example/v1
│ Key       sk-…f3a9 (21 characters)▏
│           (the name before `=` around it dropped)
│ Model     the provider's own
│ Get one:  https://keys.example
└ Enter test and save · Tab next field · Esc back"
    );
    stage.enter();
    let ops = stage.ops();
    let [Op::Desk(DeskOp::AddKey { preset, base_url, key: Some(key), model: None, keep_untested: false })] =
        ops.as_slice()
    else {
        panic!("{ops:?}")
    };
    assert_eq!((preset.as_str(), base_url.as_str()), ("qwen-cloud", "https://intl.example/v1"));
    assert_eq!(key.secret().expose(), "sk-canary-secret-f3a9");
    assert!(!format!("{ops:?}{:?}", stage.model).contains("canary"));
    assert!(stage.screen().contains("asking the server …"));
}

#[test]
fn a_refused_key_offers_the_other_region_and_is_kept_only_on_demand() {
    let mut stage = unsigned(100, 30);
    stage.write("2").enter().send(Msg::Paste("sk-canary-secret-f3a9".into())).enter();
    stage.ops();
    let failure = Failure::new(Kind::Auth, "refused").hint("a key works in its own region only");
    let tested = Tested {
        host: "intl.example".into(),
        is_ok: false,
        line: "401 the server refused this key".into(),
        failure: Some(failure),
        try_instead: Some(("Beijing".into(), "https://cn.example/v1".into())),
        took: Duration::from_millis(30),
    };
    told(&mut stage, DeskEvent::Tested(tested.clone()));
    let screen = stage.screen();
    assert!(screen.contains("│ Test      ✗ intl.example · 401 the server refused this key"), "{screen}");
    assert!(
        screen
            .contains("│ › 1 Test again\n│   2 Try Beijing instead\n│   3 Keep it although the test failed")
    );
    stage.write("2");
    let beijing = |ops: &[Op]| matches!(ops, [Op::Desk(DeskOp::AddKey { base_url, .. })] if base_url == "https://cn.example/v1");
    assert!(beijing(&stage.ops()));
    told(&mut stage, DeskEvent::Tested(Tested { try_instead: None, ..tested }));
    stage.write("2");
    assert!(matches!(stage.ops().as_slice(), [Op::Desk(DeskOp::AddKey { keep_untested: true, .. })]));
}

#[test]
fn a_code_is_shown_with_its_countdown_and_a_new_one_is_one_key_away() {
    let mut stage = unsigned(60, 20);
    stage.enter();
    assert_eq!(stage.ops(), [desk(DeskOp::SignIn)]);
    told(
        &mut stage,
        DeskEvent::SignIn(SignIn::Approve {
            user_code: "WXYZ-1234".into(),
            link: "https://chat.example/authorize".into(),
            full_link: "https://chat.example/authorize?user_code=WXYZ-1234\u{1b}[2J".into(),
            expires_in: Duration::from_secs(900),
            was_opened: false,
        }),
    );
    told(&mut stage, DeskEvent::SignIn(SignIn::Waiting { last: "pending".into() }));
    stage.wait(2_000);
    assert_eq!(
        stage.screen(),
        "\
> ▏
┌ Sign in · Qwen account · 2/3 Approve
│ 1. Open
│    https://chat.example/authorize?user_code=WXYZ-1234␛[2J
│ 2. Check the code is  WXYZ-1234
│ 3. Approve; this screen continues by itself
│ Or open https://chat.example/authorize and type the code.
│ Waiting for approval · expires in 14:58 min · last check 2
│   s ago: pending
└ o open browser · c copy link · r new code · Esc cancel"
    );
    told(&mut stage, DeskEvent::SignIn(SignIn::Expired));
    assert!(stage.screen().contains("Code expired. r new code"));
    stage.write("r");
    assert_eq!(stage.ops(), [desk(DeskOp::SignIn)]);
    stage.escape();
    assert_eq!(stage.ops(), [desk(DeskOp::Stop)]);
}

#[test]
fn a_large_screen_shows_a_code_to_scan() {
    let mut stage = unsigned(100, 40);
    stage.enter();
    told(
        &mut stage,
        DeskEvent::SignIn(SignIn::Approve {
            user_code: "WXYZ-1234".into(),
            link: "https://chat.example/authorize".into(),
            full_link: "https://chat.example/authorize?user_code=WXYZ-1234".into(),
            expires_in: Duration::from_secs(900),
            was_opened: true,
        }),
    );
    let screen = stage.screen();
    assert!(screen.contains('█') && screen.contains("2. Check the code is  WXYZ-1234"), "{screen}");
}

#[test]
fn a_server_on_this_machine_is_one_digit_away() {
    let mut stage = unsigned(100, 30);
    stage.write("4");
    assert_eq!(stage.ops(), [desk(DeskOp::FindLocal)]);
    let base_url = "http://127.0.0.1:11434/v1".to_owned();
    let models = vec!["qwen3:8b".to_owned(), "llama3".to_owned()];
    told(
        &mut stage,
        DeskEvent::Local(vec![LocalServer { name: "Ollama".into(), base_url: base_url.clone(), models }]),
    );
    assert!(stage.screen().contains("› 1 Ollama        http://127.0.0.1:11434/v1 · qwen3:8b and 1 more"));
    stage.write("1");
    let model = Some("qwen3:8b".to_owned());
    let op = DeskOp::AddKey { preset: "local".into(), base_url, key: None, model, keep_untested: false };
    assert_eq!(stage.ops(), [desk(op)]);
}

#[test]
fn another_account_is_told_once_and_the_panel_closes() {
    let mut stage = unsigned(100, 30);
    stage.write("5");
    assert_eq!(stage.ops(), [desk(DeskOp::Use { account: "environment".into() })]);
    told(
        &mut stage,
        DeskEvent::Switched(Switched {
            model: "qwen3-max".into(),
            provider: "Qwen Cloud".into(),
            account: "environment".into(),
            window: Tokens(262_144),
            cache: "explicit cache".into(),
            notes: vec!["the cache starts cold: the next request writes 48,120 tokens again".into()],
        }),
    );
    let said = stage.history();
    assert!(
        said.ends_with(
            "· qwen3-max from Qwen Cloud is in use now (environment); explicit cache\n\
         \x20 the cache starts cold: the next request writes 48,120 tokens again"
        ),
        "{said}"
    );
    assert!(stage.screen().contains("default · qwen3-max"), "{}", stage.screen());
}

#[test]
fn models_are_filtered_by_what_is_typed_and_an_unlisted_one_can_be_used() {
    let mut stage = Stage::new(100, 30);
    stage.write("/model").enter();
    assert_eq!(stage.ops(), [desk(DeskOp::Models)]);
    let million = |milli| Money::per_million(milli).times(Tokens(1_000_000), 1_000);
    let row = |model: &str, milli: i64| ModelRow {
        model: model.into(),
        provider: "Qwen Cloud".into(),
        account: Some("work".into()),
        window: Tokens(1_000_000),
        input: Some(million(milli)),
        cached: Some(million(milli / 10)),
        output: Some(million(milli * 5)),
        cache: "explicit".into(),
        is_current: milli == 1_000,
    };
    let unknown = ModelRow {
        model: "deepseek-chat".into(),
        provider: "DeepSeek".into(),
        window: Tokens(128_000),
        cache: "implicit".into(),
        ..ModelRow::default()
    };
    told(
        &mut stage,
        DeskEvent::Models(vec![row("qwen3-coder-flash", 300), row("qwen3-coder-plus", 1_000), unknown]),
    );
    assert_eq!(
        stage.screen(),
        "\
┌ Model 2/3 · type to filter: ▏
│   qwen3-coder-flash   1.0M · $0.300 in · $0.0300 cached · $1.50 out · ● ready · Qwen Cloud · cach…
│ › qwen3-coder-plus    1.0M · $1.00 in · $0.100 cached · $5.00 out · ● in use · Qwen Cloud · cache…
│   deepseek-chat       128k · price unknown · ○ no key · DeepSeek · cache implicit
└ Enter this session · Tab also for later ones · Esc"
    );
    stage.write("flash").key(KeyCode::Tab);
    let op = DeskOp::UseModel {
        model: "qwen3-coder-flash".into(),
        account: Some("work".into()),
        is_default: true,
    };
    assert_eq!(stage.ops(), [desk(op)]);
    stage.write("/model my-own").enter();
    let op = DeskOp::UseModel { model: "my-own".into(), account: None, is_default: false };
    assert_eq!(stage.ops(), [desk(op)]);
}

#[test]
fn panels_fit_the_smallest_screen() {
    for (columns, rows) in [(40, 12), (80, 24), (140, 40)] {
        let mut stage = unsigned(columns, rows);
        stage.frame();
        for digit in ["1", "2", "3", "4"] {
            stage.write(digit);
            stage.frame();
            stage.escape().escape();
            stage.write("/auth").enter();
            told(&mut stage, DeskEvent::Overview(overview()));
        }
    }
}

/// A session that has no account at all, as it starts.
fn without_account(columns: usize, rows: usize) -> Stage {
    let mut stage = Stage::starting(columns, rows);
    stage.hear(Event::SessionStarted(SessionInfo {
        model: String::new(),
        provider: String::new(),
        window: Tokens(0),
        cache: (CacheMode::Off, "not signed in".into()),
        ..session()
    }));
    stage
}

fn needed(text: Option<&str>) -> Event {
    let why = Failure::new(Kind::Auth, "no API key was found");
    Event::Desk(DeskEvent::SignInNeeded { text: text.map(str::to_owned), why })
}

fn switched(model: &str) -> DeskEvent {
    DeskEvent::Switched(Switched {
        model: model.into(),
        provider: "Qwen Cloud".into(),
        account: "work".into(),
        window: Tokens(262_144),
        cache: "explicit cache".into(),
        notes: Vec::new(),
    })
}

#[test]
fn header_and_status_say_that_nobody_is_signed_in_until_somebody_is() {
    let mut stage = without_account(100, 30);
    stage.hear(needed(None));
    assert!(stage.history().starts_with("qwen 0.1.0   ~/src/shop (main)"), "{}", stage.history());
    assert!(stage.history().contains("   not signed in · /auth\nType a request"), "{}", stage.history());
    stage.escape();
    assert_eq!(stage.screen().trim_start(), "> ▏\ndefault · not signed in · /auth");
    stage.write("/context").enter();
    assert_eq!(stage.screen().trim_start(), "> ▏\nnot signed in · /auth");
    told(stage.escape(), switched("qwen3-max"));
    assert_eq!(
        stage.screen().trim_start(),
        "> ▏\n~/src/shop main · default · qwen3-max · ctx 0% 0/262k · $0.00"
    );
}

#[test]
fn commands_need_no_account_and_leave_the_panel_open() {
    let mut stage = without_account(100, 30);
    stage.hear(needed(None));
    told(&mut stage, DeskEvent::Overview(overview()));
    stage.ops();
    stage.write("/help").enter();
    assert!(stage.history().contains("/compress"), "{}", stage.history());
    assert!(stage.screen().contains("┌ Sign in") && stage.draft().is_empty(), "{}", stage.screen());
    stage.write("/nonsense").enter();
    assert!(stage.screen().contains("there is no command `/nonsense`"), "{}", stage.screen());
}

#[test]
fn words_typed_before_the_session_began_come_back_in_their_order() {
    let mut stage = Stage::starting(100, 30);
    stage.write("first").enter().write("second").enter();
    stage.hear(Event::SessionStarted(SessionInfo { model: String::new(), ..session() }));
    assert_eq!(stage.ops(), [Op::Say { text: "first".into() }]);
    stage.hear(needed(None)).hear(needed(Some("first")));
    assert_eq!(stage.draft(), "first\n\nsecond");
    assert_eq!(stage.ops(), [desk(DeskOp::Overview)], "asked for once");
    told(&mut stage, switched("qwen3-max"));
    assert_eq!(stage.ops(), [], "they are the person's to send");
    stage.enter();
    assert_eq!(stage.ops(), [Op::Say { text: "first\n\nsecond".into() }]);
}

#[test]
fn a_page_that_is_open_stays_open_when_words_come_back() {
    let mut stage = unsigned(100, 30);
    stage.write("2").enter();
    stage.hear(needed(Some("fix it")));
    assert!(stage.screen().starts_with("┌ Sign in · Pay as you go"), "{}", stage.screen());
    stage.escape().escape().escape();
    assert_eq!(stage.draft(), "fix it");
}

#[test]
fn ctrl_c_twice_leaves_from_the_panel_too() {
    let mut stage = unsigned(100, 30);
    stage.control('c');
    assert_eq!(stage.ops(), [desk(DeskOp::Stop)]);
    assert!(stage.screen().ends_with("Ctrl-C again within 2 s to exit"), "{}", stage.screen());
    stage.control('c');
    assert_eq!(stage.ops(), [Op::Quit]);
}

#[test]
fn a_session_in_which_nothing_can_be_changed_says_so_in_the_panel() {
    let mut stage = without_account(100, 30);
    stage.hear(needed(None));
    told(
        &mut stage,
        DeskEvent::Failed(Failure::new(Kind::Usage, "accounts cannot be changed").hint("set X")),
    );
    let screen = stage.screen();
    assert!(
        screen.contains("│ no API key was found\n│ ✗ accounts cannot be changed\n│   set X\n└"),
        "{screen}"
    );
}

#[test]
fn the_life_of_another_models_cache_is_not_shown() {
    let mut stage = Stage::new(100, 30);
    stage.model.cache = Some(CacheReport {
        warm_until: Some(stage.now.after(Duration::from_secs(60))),
        ..CacheReport::default()
    });
    assert!(stage.screen().contains("warm until"), "{}", stage.screen());
    told(&mut stage, switched("qwen3-max"));
    assert!(!stage.screen().contains("warm until"), "{}", stage.screen());
}

#[test]
fn a_command_that_must_wait_stays_in_the_composer() {
    let mut stage = Stage::new(100, 30);
    stage.write("hi").enter();
    stage.hear(Event::TurnStarted { turn: 1, text: "hi".into() });
    stage.ops();
    for command in ["/model qwen3-max", "/auth", "/clear"] {
        stage.write(command).enter();
        assert!(stage.screen().contains("not while a turn is running"), "{}", stage.screen());
        assert_eq!((stage.ops(), stage.draft().as_str()), (vec![], command));
        stage.control('u');
    }
    stage.write("/model qwen3-max").enter();
    stage.hear(Event::TurnEnded { reason: EndReason::Completed, totals: Totals::default() }).enter();
    let op = DeskOp::UseModel { model: "qwen3-max".into(), account: None, is_default: false };
    assert_eq!(stage.ops(), [desk(op)]);
}
