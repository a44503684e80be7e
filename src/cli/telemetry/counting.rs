//! What a session begins with, as far as counting goes.

use std::sync::Arc;

use super::{
    super::{
        assemble,
        desk::{Known, Service},
    },
    consent::variable,
    hook,
};
use crate::{
    agent,
    auth::Vars,
    base::{AbsPath, Moment},
    config::{self, Paths},
    telemetry::{
        Account, Collector, Decision, Environment, Face, Facts, Folder, Inputs, IsOn, NOTICE, OFFER, Options,
        Plan, Reason, Shelf, Terminal, Watch, Work, Working, decide, watch,
    },
};

/// What a session knows of itself.
pub(in crate::cli) struct Beginning {
    pub(in crate::cli) known: Known,
    /// Who knows which account is used now.
    pub(in crate::cli) service: Arc<Service>,
    pub(in crate::cli) root: AbsPath,
    pub(in crate::cli) is_private: bool,
    pub(in crate::cli) is_refused: bool,
    pub(in crate::cli) account: Account,
    pub(in crate::cli) is_interactive: bool,
}

/// What counts a session; with nothing in it, nothing is counted.
#[derive(Default)]
pub(in crate::cli) struct Counting {
    watch: Option<Arc<Watch>>,
    work: Option<Work>,
    notices: Vec<String>,
}

impl Counting {
    /// Decides, and prepares what follows from it, for a program that started then. No file is written.
    pub(in crate::cli) fn begin(begin: &Beginning, started: Moment) -> Self {
        let options = begin.known.settings.telemetry();
        let home = &begin.known.homes.qwen_home;
        let (folder, shelf) = (Folder::of(home), Shelf::of(home));
        let inputs = inputs(begin, &options, &folder);
        let decision = decide(&inputs);
        let mut notices = Vec::new();
        let mut traces = None;
        if may_trace(&decision) {
            match own_collector(begin, &options) {
                Ok(collector) => traces = collector,
                Err(refusal) => notices.push(format!("no traces are sent: {refusal}")),
            }
        }
        let is_refusal = matches!(&decision, Decision::Off(reason) if reason.is_refusal());
        if !is_refusal {
            hook::install(shelf.clone());
        }
        let has_crashed = !is_refusal && begin.is_interactive && shelf.has_fresh();
        notices.extend(has_crashed.then(|| OFFER.to_owned()));
        notices.extend((decision == Decision::Tell).then(|| NOTICE.to_owned()));
        if is_refusal && traces.is_none() {
            return Self { notices, ..Self::default() };
        }
        let is_counting = matches!(decision, Decision::On(_));
        let plan = (is_counting || decision == Decision::Tell || has_crashed).then(|| Plan {
            collector: collector(begin, &options, &mut notices).filter(|_| is_counting),
            folder: folder.clone(),
            shelf,
            is_counting,
            is_on: still(begin, inputs, folder),
            now,
        });
        let facts = Facts {
            face: Face::of(if begin.is_interactive { "terminal" } else { "once" }),
            account: begin.account,
            terminal: Terminal::find(variable),
            started,
        };
        let (watch, work) = watch(facts, plan, traces, now);
        Self { watch: Some(Arc::new(watch)), work: Some(work), notices }
    }

    /// What sees the events of the session.
    pub(in crate::cli) fn watch(&self) -> Option<agent::Watch> {
        let watch = self.watch.clone()?;
        Some(Arc::new(move |event| watch.see(event)))
    }

    /// What the person is told before the first turn.
    pub(in crate::cli) fn notices(&self) -> Vec<String> {
        self.notices.clone()
    }

    /// Begins to work beside the session. Must be called inside the runtime.
    pub(in crate::cli) fn start(self) -> Running {
        Running(self.work.map(Work::start))
    }
}

/// What works beside the session.
pub(in crate::cli) struct Running(Option<Working>);

impl Running {
    /// Keeps what is left.
    pub(in crate::cli) async fn end(self) {
        if let Some(working) = self.0 {
            working.end().await;
        }
    }
}

/// What the decision is made from.
fn inputs(begin: &Beginning, options: &Options, folder: &Folder) -> Inputs {
    Inputs {
        is_private: begin.is_private,
        is_refused: begin.is_refused,
        environment: Environment::read(variable),
        refused_in: options.refused_in.clone(),
        account: begin.account,
        is_interactive: begin.is_interactive,
        marks: folder.marks(),
    }
}

/// Whether what counts a run may see another session that begins in it. It never begins to count with one.
pub(in crate::cli) fn allows(begin: &Beginning) -> bool {
    let folder = Folder::of(&begin.known.homes.qwen_home);
    !matches!(decide(&inputs(begin, &begin.known.settings.telemetry(), &folder)), Decision::Off(_))
}

/// A team's traces are a wish of their own: only what says no to every kind of sending stops them.
fn may_trace(decision: &Decision) -> bool {
    !matches!(decision, Decision::Off(Reason::Private | Reason::Flag | Reason::Variable(_)))
}

/// The team's own collector, if the settings name one. Errors: why it cannot be used.
fn own_collector(begin: &Beginning, options: &Options) -> Result<Option<Collector>, String> {
    let Some(address) = &options.otlp_endpoint else { return Ok(None) };
    let collector = Collector::new(begin.known.net(), address, "traces")?;
    match &options.otlp_headers {
        None => Ok(Some(collector)),
        Some(name) => {
            let headers = variable(name).ok_or_else(|| format!("the variable {name} is not set"))?;
            collector.with_headers(&headers).map(Some)
        }
    }
}

/// Where what is counted goes, if it goes anywhere.
fn collector(begin: &Beginning, options: &Options, notices: &mut Vec<String>) -> Option<Collector> {
    let made = Collector::new(begin.known.net(), options.address()?, "logs");
    made.map_err(|refusal| notices.push(format!("what is counted is not sent: {refusal}"))).ok()
}

/// Whether what was decided at the start still holds: settings, marks and account are looked at anew.
fn still(begin: &Beginning, inputs: Inputs, folder: Folder) -> IsOn {
    let paths = Paths::usual(&begin.known.homes, begin.root.as_path(), &begin.known.inputs.env);
    let service = begin.service.clone();
    Arc::new(move || {
        let Ok(settings) = config::load(&paths, &Vars::from_process(), &config::Flags::default()) else {
            return false;
        };
        let now = Inputs {
            refused_in: settings.telemetry().refused_in,
            account: if service.is_signed_in() { Account::of("qwen-oauth") } else { Account::of("key") },
            marks: folder.marks(),
            ..inputs.clone()
        };
        !matches!(decide(&now), Decision::Off(_))
    })
}

fn now() -> Moment {
    Moment(assemble::now())
}
