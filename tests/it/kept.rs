//! Conversations that the provider keeps: the Responses dialect against the simulator's own reading of it.

use std::sync::Arc;

use qwen::{
    auth::{Credential, Endpoint, Source},
    base::{CallId, Secret, Tokens},
    cache::Plan,
    catalog::{CacheSetting, Overrides, Profile},
    net,
    prompt::{Head, Heard, Prompt, ToolSpec},
    protocol::{Chain, ToolResult, UserMessage, Verdict},
    provider::{Class, Options, Reply, Responses, Trouble},
    sim::{
        ArgumentsPlace, Framing, ResponsesShape, Script, Shape, Sim, SimOptions, ThoughtEvents, UnknownId,
        say, think,
    },
};
use serde_json::json;
use tokio_util::sync::CancellationToken;

/// The dialect as it talks to `sim`, with the session cache on.
fn responses(sim: &Sim, model: &str) -> (Responses, Arc<Profile>) {
    within(sim, model, None)
}

/// The same with a window of this size.
fn within(sim: &Sim, model: &str, window: Option<Tokens>) -> (Responses, Arc<Profile>) {
    let endpoint = Endpoint::parse(&sim.base_url()).expect("an address");
    let overrides = Overrides {
        cache: CacheSetting::Session,
        window,
        proxy_base_url: Some(sim.base_url()),
        ..Overrides::default()
    };
    let mut profile = Profile::resolve(endpoint.host(), endpoint.base(), model, &overrides);
    // Whatever the catalogue knows of the model: what is tested is what the server says of it.
    profile.cache.session = true;
    let profile = Arc::new(profile);
    let credential = Credential::new(endpoint, Some(Secret::new("sk-canary".into())), Source::BuiltIn);
    let net = net::Lazy::new(net::Options::default());
    (Responses::new(net, Arc::new(credential), profile.clone(), Options::default()), profile)
}

async fn start(options: SimOptions) -> Sim {
    Sim::start(options).await.expect("a simulator")
}

/// A conversation with one tool and a head that is large enough to be stored.
fn prompt() -> Prompt {
    let tool = ToolSpec {
        name: "read_file".into(),
        description: "Reads a file.".into(),
        parameters: json!({"type": "object", "properties": {}}),
    };
    let head = Head::new(vec![tool], "Help. ".repeat(1_200), "src/main.rs\n".repeat(300));
    let mut prompt = Prompt::new(Arc::new(head));
    prompt.push(UserMessage::words("What is in a?"));
    prompt
}

async fn ask(responses: &Responses, prompt: &Prompt, chain: Option<&Chain>) -> Result<Reply, Trouble> {
    let body = responses.body(prompt, &Plan::none(), chain);
    responses.send(body, &CancellationToken::new(), &mut |_| {}).await
}

/// The prompt with an answer and, for each call in it, a result; and the chain that ends with the answer.
fn heard(prompt: Prompt, reply: &Reply) -> (Prompt, Chain) {
    let items = prompt.items().len() + 1;
    let chain = Chain { response: reply.response.clone().expect("it is kept"), items };
    let prompt = match prompt.hear(reply.turn.clone()) {
        Heard::Ready(prompt) => prompt,
        Heard::Open(mut round) => {
            let calls: Vec<CallId> = reply.turn.calls.iter().map(|call| call.id.clone()).collect();
            for call in calls {
                let (name, text) = ("read_file".into(), "one, two".into());
                round.answer(ToolResult { call, name, text, verdict: Verdict::Done });
            }
            round.close().expect("all are answered")
        }
    };
    (prompt, chain)
}

#[tokio::test]
async fn a_chain_says_little_and_is_read_as_the_whole() {
    let turns = [think("Look.").call("read_file", json!({})), say("Two numbers."), say("One and two.")];
    let sim = start(SimOptions { script: Script::turns(turns), ..SimOptions::default() }).await;
    let (responses, _) = responses(&sim, "qwen3-coder-plus");
    let first = ask(&responses, &prompt(), None).await.expect("an answer");
    let (prompt, chain) = heard(prompt(), &first);
    let second = ask(&responses, &prompt, Some(&chain)).await.expect("an answer");
    let (mut prompt, chain) = heard(prompt, &second);
    prompt.push(UserMessage::words("Which?"));
    let third = ask(&responses, &prompt, Some(&chain)).await.expect("an answer");
    assert_eq!(
        [&first, &second, &third].map(|r| (r.turn.calls.len(), r.turn.text.as_str())),
        [(1, ""), (0, "Two numbers."), (0, "One and two.")]
    );
    let requests = sim.requests();
    let items = requests.iter().map(|r| r.json["input"].as_array().map(Vec::len));
    assert_eq!(items.collect::<Vec<_>>(), [Some(1), Some(1), Some(1)], "only what is new is sent");
    for (request, reply) in requests.iter().zip([&first, &second, &third]) {
        let (bill, usage) = (request.bill.expect("a bill"), reply.usage.expect("counts"));
        let told =
            [usage.input, usage.cached.unwrap_or_default(), usage.created.unwrap_or_default(), usage.plain()];
        assert_eq!(told.map(|n| n.0), [bill.prompt, bill.cached, bill.created, bill.plain]);
        assert_eq!(request.header("x-dashscope-session-cache"), Some("enable"));
    }
    let cached = [&first, &second, &third].map(|r| r.usage.and_then(|u| u.cached).unwrap_or_default());
    let input = [&first, &second, &third].map(|r| r.usage.expect("counts").input);
    assert_eq!(cached[0], Tokens(0));
    assert!(
        cached[1].0 * 10 > input[0].0 * 9 && cached[2] > cached[1] && input[2] > input[1],
        "{cached:?} {input:?}"
    );
    assert_eq!(sim.kept_responses().len(), 3);
}

#[tokio::test]
async fn every_form_of_the_stream_means_the_same() {
    let said = || {
        think("Hm. 中文").say("I look.").call("read_file", json!({"p": "/ä"})).call("read_file", json!({}))
    };
    let mut seen = Vec::new();
    for framing in [Framing::Plain, Framing::DashScope] {
        for arguments in [ArgumentsPlace::Deltas, ArgumentsPlace::DoneOnly, ArgumentsPlace::ItemOnly] {
            for thoughts in [ThoughtEvents::Summary, ThoughtEvents::Text] {
                let responses_shape = ResponsesShape {
                    framing,
                    arguments,
                    thoughts,
                    trailing: true,
                    ..ResponsesShape::default()
                };
                let shape = Shape { responses: responses_shape, ..Shape::default() };
                let sim = start(SimOptions { script: said().into(), shape, ..SimOptions::default() }).await;
                let (responses, _) = responses(&sim, "qwen3-coder-plus");
                seen.push(ask(&responses, &prompt(), None).await.expect("an answer").turn);
            }
        }
    }
    let first = seen[0].clone();
    let calls: Vec<&str> = first.calls.iter().map(|call| call.arguments.text()).collect();
    assert_eq!(
        (first.reasoning.as_str(), first.text.as_str(), calls),
        ("Hm. 中文", "I look.", vec!["{\"p\":\"/ä\"}", "{}"])
    );
    assert!(seen.iter().all(|turn| *turn == first), "{seen:?}");
}

#[tokio::test]
async fn a_lost_conversation_is_said_again_as_a_whole() {
    for unknown_id in [UnknownId::DashScope, UnknownId::OpenAi, UnknownId::Invalid] {
        let shape = Shape {
            responses: ResponsesShape { unknown_id, ..ResponsesShape::default() },
            ..Shape::default()
        };
        let sim = start(SimOptions { shape, ..SimOptions::default() }).await;
        let (responses, _) = responses(&sim, "qwen3-coder-plus");
        let first = ask(&responses, &prompt(), None).await.expect("an answer");
        let (mut prompt, chain) = heard(prompt(), &first);
        prompt.push(UserMessage::words("And b?"));
        // Deleted at the person's wish; whoever goes on must notice.
        responses.delete(&chain.response).await.expect("it is deleted");
        responses.delete(&chain.response).await.expect("it is gone already");
        assert_eq!(sim.kept_responses(), [""; 0]);
        let trouble = ask(&responses, &prompt, Some(&chain)).await.expect_err("it is gone");
        assert_eq!(trouble.class, Class::ChainLost, "{unknown_id:?}");
        let again = ask(&responses, &prompt, None).await.expect("an answer");
        assert!(again.response.is_some(), "{unknown_id:?}");
    }
}

#[tokio::test]
async fn a_model_without_kept_conversations_is_asked_once() {
    let mut options = SimOptions::default();
    options.strict.chat_only = vec!["kimi-k2.6".into()];
    let sim = start(options).await;
    let (responses, _) = responses(&sim, "kimi-k2.6");
    assert_eq!(ask(&responses, &prompt(), None).await.expect_err("unserved").class, Class::Unserved);
    assert!(!responses.is_served());
}

#[tokio::test]
async fn what_the_server_cut_off_is_seen() {
    const WINDOW: u64 = 30_000;
    let sim = start(SimOptions { window: Some(WINDOW), ..SimOptions::default() }).await;
    let (responses, profile) = within(&sim, "qwen3-coder-plus", Some(Tokens(WINDOW)));
    assert_eq!(profile.input_bound(), Tokens(24_000));
    let mut prompt = prompt();
    let mut seen = Vec::new();
    // Two messages fit into the bound, nine do not.
    for count in [2, 7] {
        for _ in 0..count {
            prompt.push(UserMessage::words("word ".repeat(3_000)));
        }
        let reply = ask(&responses, &prompt, None).await.expect("an answer");
        let reported = reply.usage.expect("counts").input;
        seen.push(profile.has_lost_input(prompt.estimate(), reported));
    }
    assert_eq!(seen, [false, true]);
}
