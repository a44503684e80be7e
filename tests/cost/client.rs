//! One process of the product, without the parts that wait: a conversation, a ledger, the planner, the body writer.

use std::{rc::Rc, sync::Arc};

use qwen::{
    auth::{Credential, Endpoint, Source},
    base::{Account, CallId, Moment, Tokens},
    cache::{Ledger, Limits, Mark, Plan, Scope, Situation, forecast, plan},
    catalog::{Overrides, Profile},
    net,
    prompt::{Head, Heard, Prefix, Prompt, Then, ToolSpec},
    protocol::{Arguments, Finish, Item, ToolCall, ToolResult, Turn, UserMessage, Verdict},
    provider::{Chat, Options},
    sim::Bill,
};
use serde_json::json;

use crate::world::{Asked, INSTRUCTIONS, TOOL, World};

const BASE: &str = "https://dashscope-intl.aliyuncs.com/compatible-mode/v1";

/// Sizes of a head. *Unit:* tokens, about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sized {
    pub(crate) tools: u64,
    pub(crate) instructions: u64,
    pub(crate) repository: u64,
}

/// About what the product itself sends.
pub(crate) const HEAD: Sized = Sized { tools: 1_500, instructions: 700, repository: 1_800 };

/// A text of so many tokens; `name` keeps texts of one size apart.
pub(crate) fn text(tokens: u64, name: &str) -> String {
    let letters = usize::try_from(tokens * 4).unwrap();
    format!("{name} {}", "x".repeat(letters.saturating_sub(name.len() + 1)))
}

/// The head of a repository.
pub(crate) fn head(sized: Sized, repository: &str) -> Arc<Head> {
    let tool = ToolSpec {
        name: TOOL.into(),
        description: text(sized.tools, "Reads."),
        parameters: json!({"type": "object"}),
    };
    let tools = if sized.tools > 0 { vec![tool] } else { Vec::new() };
    let instructions = text(sized.instructions, INSTRUCTIONS);
    Arc::new(Head::new(tools, instructions, text(sized.repository, repository)))
}

/// A process.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) prompt: Prompt,
    ledger: Ledger,
    limits: Limits,
    pub(crate) situation: Situation,
    chat: Rc<Chat>,
    /// Numbers calls and texts, so that none is like another.
    next: usize,
    name: String,
}

/// A request that has not ended.
pub(crate) struct Flight {
    at: usize,
    plan: Plan,
    sent: Moment,
    prompt: Prompt,
}

fn chat(model: &str, minimum: u64) -> (Rc<Chat>, Limits) {
    let endpoint = Endpoint::parse(BASE).unwrap();
    let host = endpoint.host().to_owned();
    let mut profile = Profile::resolve(&host, BASE, model, &Overrides::default());
    profile.cache.minimum = Tokens(minimum);
    let terms = profile.cache;
    let credential = Arc::new(Credential::new(endpoint, None, Source::BuiltIn));
    let net = net::Lazy::new(net::Options::default());
    let scope = Scope { account: Account::new("somebody"), model: model.to_owned() };
    let chat = Chat::new(net, credential, Arc::new(profile), Options::default());
    (Rc::new(chat), Limits { scope, terms })
}

impl Client {
    /// A new process with this head. It knows what the processes before it have kept.
    pub(crate) fn new(world: &World, name: &str, head: Arc<Head>) -> Self {
        let (chat, limits) = chat("qwen3-coder-plus", world.rules.minimum);
        let offers_tools = !head.tools().is_empty();
        Self {
            prompt: Prompt::new(head),
            ledger: world.disk.clone().in_project("here"),
            limits,
            situation: Situation { offers_tools, ..Situation::default() },
            chat,
            next: 0,
            name: name.to_owned(),
        }
    }

    /// With a person at the terminal.
    pub(crate) fn interactive(mut self) -> Self {
        self.situation.is_interactive = true;
        self
    }

    /// A new process that goes on with this conversation.
    pub(crate) fn resumed(&self, world: &World) -> Self {
        let fresh = Self::new(world, &self.name, self.prompt.head().clone());
        let prompt = Prompt::restore(self.prompt.head().clone(), self.prompt.items().to_vec()).unwrap();
        Self { prompt, next: self.next, ..fresh }
    }

    /// Another model from now on.
    pub(crate) fn switch(&mut self, model: &str) {
        (self.chat, self.limits) = chat(model, self.limits.terms.minimum.0);
    }

    fn name(&mut self) -> String {
        self.next += 1;
        format!("{}-{}", self.name, self.next)
    }

    /// The person says so many tokens.
    pub(crate) fn say(&mut self, tokens: u64) {
        let name = self.name();
        self.prompt.push(UserMessage::words(text(tokens, &name)));
    }

    /// Sends a request.
    pub(crate) fn send(&mut self, world: &mut World) -> Flight {
        self.ledger.merge(&world.disk);
        let forecast = forecast(self.situation, &self.ledger, &self.limits.scope);
        let plan = plan(&self.prompt, &self.limits, &self.ledger, forecast, world.now);
        self.check(&plan, world);
        self.ledger.sent(&self.prompt, &self.limits, &plan, world.now);
        world.disk.merge(&self.ledger);
        let asked = Asked {
            body: self.chat.body(&self.prompt, &plan).to_vec().into(),
            account: "somebody",
            bill: Bill::default(),
            markers: plan.marks().len(),
            predicted: plan.prediction(),
            report: None,
            is_doubtful: self.is_doubtful(&plan, world.now),
        };
        let at = world.read(asked);
        Flight { at, plan, sent: world.now, prompt: self.prompt.clone() }
    }

    /// What holds for every plan.
    fn check(&self, plan: &Plan, world: &World) {
        assert!(plan.marks().len() <= Plan::MAX);
        assert!(plan.marks().windows(2).all(|pair| pair[0] < pair[1]), "{:?}", plan.marks());
        for mark in plan.marks() {
            let size = match mark {
                Mark::Instructions => self.prompt.head().estimate_through_instructions(),
                Mark::Head => self.prompt.head().estimate(),
                Mark::Item(at) => self.prompt.estimate_through(*at),
            };
            assert!(size.0 * 10 >= world.rules.minimum * 11 - 10, "{mark:?} has {size}");
            if let Mark::Item(at) = mark
                && let Item::Assistant(turn) = &self.prompt.items()[*at]
            {
                assert!(!turn.text.is_empty(), "a marker on an answer without text");
            }
        }
        let warm =
            |mark: &Mark| self.ledger.warm_until(&self.limits.scope, self.prefix(*mark), world.now).is_some();
        let places = (0..self.prompt.items().len()).rev().map(Mark::Item);
        if let Some(anchor) = places.chain([Mark::Head, Mark::Instructions]).find(warm) {
            assert!(plan.marks().contains(&anchor), "no marker on {anchor:?}, which is stored");
        }
        assert!(plan.uses_arrays(), "the bytes of a message must not depend on its marker");
    }

    fn prefix(&self, mark: Mark) -> Prefix {
        match mark {
            Mark::Instructions => self.prompt.head().prefix_through_instructions(),
            Mark::Head => self.prompt.head().prefix(),
            Mark::Item(at) => self.prompt.prefix_through(at),
        }
    }

    /// Whether something may be stored above what surely is.
    fn is_doubtful(&self, plan: &Plan, now: Moment) -> bool {
        let marks = plan.marks().iter().map(|mark| self.prefix(*mark));
        let is_sure = |prefix| self.ledger.warm_until(&self.limits.scope, prefix, now).is_some();
        marks.into_iter().any(|prefix: Prefix| self.ledger.may_hold(prefix, now) && !is_sure(prefix))
    }

    /// The answer is complete: the ledger learns of it, and so does everybody else.
    pub(crate) fn hear(&mut self, world: &mut World, flight: &Flight) {
        let usage = world.keep(flight.at);
        let when = (flight.sent, world.now);
        let report = self.ledger.completed(&flight.prompt, &self.limits, &flight.plan, Some(&usage), when);
        world.asked[flight.at].report = Some(report);
        world.disk.merge(&self.ledger);
        self.situation.answered += 1;
    }

    /// The request is stopped: nobody knows what of it is stored.
    pub(crate) fn abort(&mut self, world: &mut World, flight: &Flight) {
        self.ledger.failed(&flight.prompt, &self.limits, &flight.plan, world.now);
        world.disk.merge(&self.ledger);
        self.answer(Turn { finish: Finish::Interrupted, ..Turn::text("(stopped)") });
    }

    /// A request that takes so many seconds and ends well.
    pub(crate) fn ask(&mut self, world: &mut World, seconds: u64) {
        let flight = self.send(world);
        world.wait(seconds);
        self.hear(world, &flight);
    }

    /// The model called so many tools; each result has so many tokens.
    pub(crate) fn called(&mut self, calls: usize, tokens: u64) {
        let ids: Vec<String> = (0..calls).map(|_| self.name()).collect();
        let call = |id: &String| ToolCall {
            id: CallId::new(id),
            name: TOOL.into(),
            arguments: Arguments::parse(&format!(r#"{{"file_path":"/repo/{id}"}}"#)),
            extra: None,
        };
        let turn = Turn { calls: ids.iter().map(call).collect(), finish: Finish::Calls, ..Turn::text("") };
        let Heard::Open(mut round) = self.prompt.clone().hear(turn) else { panic!("there are calls") };
        for id in ids {
            round.answer(ToolResult {
                call: CallId::new(&id),
                name: TOOL.into(),
                text: text(tokens, &id),
                verdict: Verdict::Done,
            });
        }
        self.prompt = round.close().unwrap();
    }

    /// The model answered with so many tokens of text.
    pub(crate) fn told(&mut self, tokens: u64) {
        let name = self.name();
        self.answer(Turn::text(text(tokens, &name)));
    }

    fn answer(&mut self, turn: Turn) {
        let Heard::Ready(prompt) = self.prompt.clone().hear(turn) else { panic!("no calls") };
        self.prompt = prompt;
    }

    /// A request, and so many calls of so many tokens.
    pub(crate) fn step(&mut self, world: &mut World, calls: usize, tokens: u64) {
        self.ask(world, 8);
        self.called(calls, tokens);
        world.wait(2);
    }

    /// The last request of a turn and its answer.
    pub(crate) fn end(&mut self, world: &mut World) {
        self.ask(world, 8);
        self.told(120);
    }

    /// The history is replaced by a summary the model wrote of it.
    pub(crate) fn compact(&mut self, world: &mut World, tokens: u64) {
        let before = self.prompt.clone();
        self.say(30);
        self.situation.is_aside = true;
        self.ask(world, 10);
        self.situation.is_aside = false;
        let name = self.name();
        self.prompt = before.compact(&text(tokens, &name), usize::MAX, Then::Ask);
    }

    /// Back to before the person spoke the last `turns` times.
    pub(crate) fn rewind(&mut self, turns: usize) {
        let spoke = self.prompt.items().iter().enumerate().rev();
        let at = spoke.filter(|(_, item)| matches!(item, Item::User(_))).map(|(at, _)| at).nth(turns - 1);
        if let Some(at) = at.filter(|at| *at > 0) {
            self.prompt = self.prompt.clone().rewind(at).unwrap();
        }
    }
}
