//! Conversations with the machine: inputs in, effects compared.

mod asking;
mod limits;
mod looping;
mod own;
mod shrinking;
mod steering;
mod stored;
mod switching;
mod turns;
mod warm;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use super::{Compaction, Config, Effect, Input, Judgement, Kept, Limits as RunLimits, Loops, Machine};
use crate::{
    base::{Account, CallId, Moment, Tokens},
    cache::{Ledger, Limits, Scope},
    prompt::{Head, Prompt},
    protocol::{
        Arguments, CacheMode, CacheTerms, Event, Failure, Finish, Item, Kind, Mode, Op, ToolCall, Turn,
        Usage, UserMessage, Verdict,
    },
    provider::{Chunk, Class, Reply, Trouble},
    tools::Outcome,
};

/// Every step happens at this moment.
const NOW: Moment = Moment(1_000_000);

fn machine() -> Machine {
    machine_with(1_000_000, None)
}

fn machine_with(window: u64, max_requests: Option<u32>) -> Machine {
    let config = Config { window: Tokens(window), max_requests, ..config() };
    Machine::new(config, Prompt::new(head("Help.")))
}

/// What is told beside the conversation.
fn notices(effects: &[Effect]) -> Vec<&str> {
    let text = |effect| match effect {
        &Effect::Emit(Event::Notice { ref text, .. }) => Some(text.as_str()),
        _ => None,
    };
    effects.iter().filter_map(text).collect()
}

fn head(instructions: &str) -> Arc<Head> {
    Arc::new(Head::new(Vec::new(), instructions.into(), String::new()))
}

fn config() -> Config {
    Config {
        cache: Limits {
            scope: Scope { account: Account::new("a"), model: "m".into() },
            terms: CacheTerms::default(),
        },
        cache_mode: CacheMode::Explicit,
        link: None,
        keep_warm: false,
        tiers: Vec::new(),
        window: Tokens(1_000_000),
        compaction: Compaction::default(),
        max_requests: None,
        limits: RunLimits::default(),
        final_tool: None,
        loops: Loops::Let,
        tries: 3,
        is_unattended: false,
        fallbacks: std::collections::VecDeque::new(),
        parallel: BTreeSet::from(["read_file".to_owned()]),
        mode: Mode::Default,
        is_interactive: true,
        ledger: Ledger::default(),
    }
}

/// Says something and has it composed; returns the effects after that.
fn say(machine: &mut Machine, text: &str) -> Vec<Effect> {
    let composed =
        machine.step(Input::Op(Op::Say { text: text.into() }), NOW).into_iter().find_map(|e| match e {
            Effect::Compose { turn, text, .. } => Some((turn, text)),
            _ => None,
        });
    let (turn, text) = composed.expect("the machine was idle");
    machine.step(Input::Composed { turn, message: UserMessage::words(text) }, NOW)
}

fn reply(turn: Turn) -> Input {
    let usage = Usage { input: Tokens(100), output: Tokens(10), ..Usage::default() };
    let reply = Reply::new(turn, Some(usage), "m");
    Input::Replied { reply: Box::new(reply), took: Duration::from_millis(5) }
}

/// An answer without a usage report, so that the estimate alone decides.
fn unmeasured(turn: Turn) -> Input {
    let reply = Reply::new(turn, None, "m");
    Input::Replied { reply: Box::new(reply), took: Duration::from_millis(5) }
}

fn call(id: &str, name: &str, arguments: &str) -> ToolCall {
    ToolCall { id: CallId::new(id), name: name.into(), arguments: Arguments::parse(arguments), extra: None }
}

fn calling(calls: Vec<ToolCall>) -> Input {
    reply(Turn { calls, finish: Finish::Calls, ..Turn::text("") })
}

fn trouble(class: Class) -> Input {
    let failure = Failure::new(Kind::Network, "the connection was lost");
    let trouble = Trouble { class, failure, after: None, request_id: None, status: 0, taught: None };
    Input::Troubled { trouble, wait: Duration::from_secs(1) }
}

fn judged(id: &str, why: &str) -> Input {
    Input::Judged { call: CallId::new(id), judgement: Judgement::Impossible(why.into()) }
}

/// The kinds of effects, in order: enough to see the path.
fn path(effects: &[Effect]) -> Vec<String> {
    let one = |effect: &Effect| match effect {
        Effect::Emit(Event::TurnEnded { reason, .. }) => format!("ended {reason:?}"),
        Effect::Emit(Event::Requested { attempt, .. }) => format!("requested {attempt}"),
        Effect::Emit(Event::ToolDone { result, .. }) => format!("{} {:?}", result.call, result.verdict),
        Effect::Emit(Event::Failed(failure)) => format!("failed {}", failure.error),
        Effect::Emit(Event::Retrying { attempt, of, .. }) => format!("retrying {attempt} of {of}"),
        Effect::Emit(Event::Discarded) => "discarded".into(),
        Effect::Emit(Event::Compacted { .. }) => "compacted".into(),
        Effect::Emit(Event::SessionEnded { .. }) => "session ended".into(),
        Effect::Emit(Event::Permission { call, .. }) => format!("permission {}", call.id),
        Effect::Emit(Event::ToolStarted { call, .. }) => format!("started {}", call.id),
        Effect::Emit(Event::Steered { text }) => format!("steered {text:?}"),
        Effect::Emit(_) | Effect::KeepLedger => "·".into(),
        Effect::Judge(call) => format!("judge {}", call.id),
        Effect::Keep(Kept::Item(_)) => "keep item".into(),
        Effect::Keep(Kept::Usage { .. }) => "keep usage".into(),
        Effect::Keep(Kept::Epoch { items, .. }) => format!("keep epoch of {}", items.len()),
        other => format!("{other:?}").split([' ', '(', '{']).next().unwrap_or_default().to_lowercase(),
    };
    effects.iter().map(one).filter(|s| s != "·").collect()
}

fn items(machine: &mut Machine) -> Vec<Item> {
    say(machine, "?");
    let (prompt, _) = machine.request().expect("a request is running");
    prompt.items()[..prompt.items().len() - 1].to_vec()
}

impl Machine {
    /// The conversation while nothing runs.
    fn phase_items(&self) -> &[Item] {
        match &self.phase {
            super::phase::Phase::Idle(prompt) => prompt.items(),
            _ => &[],
        }
    }
}
