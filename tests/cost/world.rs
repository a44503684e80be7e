//! The provider in process: a store, a clock, and a record of what it was asked.

use std::{cell::RefCell, collections::HashMap, rc::Rc, sync::LazyLock, time::Duration};

use qwen::{
    base::{Moment, Tokens, estimate},
    cache::Ledger,
    protocol::{CacheReport, Prediction, Usage},
    sim::{Bill, Billing, Blocks, CacheRules, Count, Reading, Refresh, Sizes, Store, Unit},
};
use serde_json::Value;

/// Where a text is that weighs three tokens more than it says: the estimate of a head has them.
pub(crate) const INSTRUCTIONS: &str = "INSTRUCTIONS";
/// The only tool that is called; the estimate of a call has twelve tokens around it.
pub(crate) const TOOL: &str = "read_file";

/// Sizes as the client estimates them, to the token, so that a wrong prediction is a wrong rule and not a wrong count.
pub(crate) static EXACT: LazyLock<Sizes> =
    LazyLock::new(|| Sizes { count: Count::new(exactly), overhead: 5, internal: 6, picture: 0 });

fn exactly(text: &str) -> u64 {
    let frame = match text {
        TOOL => 12,
        _ if text.starts_with(INSTRUCTIONS) => 3,
        _ if text.starts_with(r#"[{"type":"function""#) => {
            let tools: Vec<Value> = serde_json::from_str(text).unwrap();
            return tools.iter().map(|tool| of_tool(&tool["function"])).sum();
        }
        _ => 0,
    };
    frame + estimate(text).0
}

fn of_tool(tool: &Value) -> u64 {
    let words = |field: &str| estimate(tool[field].as_str().unwrap()).0;
    words("name") + words("description") + estimate(&tool["parameters"].to_string()).0 + 12
}

/// One way to read the provider's rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rules {
    pub(crate) look_back: usize,
    pub(crate) unit: Unit,
    pub(crate) refresh: Refresh,
    pub(crate) billing: Billing,
    pub(crate) implicit_hits: bool,
    /// The least size of a block.
    pub(crate) minimum: u64,
}

impl Rules {
    /// The provider's own words.
    pub(crate) const STATED: Self = Self {
        look_back: 20,
        unit: Unit::Element,
        refresh: Refresh::Longest,
        billing: Billing::Telescoped,
        implicit_hits: true,
        minimum: 1_024,
    };

    /// Every reading of them.
    pub(crate) fn readings() -> Vec<Self> {
        let mut all = Vec::new();
        for look_back in [20, 15, 19, 21] {
            for unit in [Unit::Element, Unit::Message] {
                for refresh in [Refresh::Longest, Refresh::All] {
                    for billing in [Billing::Telescoped, Billing::PerMarker] {
                        all.push(Self { look_back, unit, refresh, billing, ..Self::STATED });
                    }
                }
            }
        }
        all.push(Self { implicit_hits: false, ..Self::STATED });
        all
    }

    pub(crate) fn store(self) -> Store {
        Store::new(CacheRules {
            look_back: self.look_back,
            unit: self.unit,
            refresh: self.refresh,
            billing: self.billing,
            implicit_hits: self.implicit_hits,
            minimum: self.minimum,
            implicit_minimum: self.minimum / 4,
            ..CacheRules::default()
        })
    }
}

/// What happened, in order.
#[derive(Clone, Debug)]
pub(crate) enum Happened {
    /// A request, by index, arrived.
    Read(usize, Moment),
    /// Its response was complete.
    Keep(usize, Moment),
}

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) body: Rc<[u8]>,
    pub(crate) account: &'static str,
    pub(crate) bill: Bill,
    pub(crate) markers: usize,
    pub(crate) predicted: Prediction,
    pub(crate) report: Option<CacheReport>,
    /// Whether an earlier request of unknown fate makes more readable than is sure.
    pub(crate) is_doubtful: bool,
}

/// The provider, the clock, and the ledger that all processes of one person share.
pub(crate) struct World {
    pub(crate) rules: Rules,
    store: Store,
    pub(crate) now: Moment,
    pub(crate) disk: Ledger,
    pub(crate) asked: Vec<Asked>,
    pub(crate) happened: Vec<Happened>,
    /// Requests whose prediction was compared to the token.
    pub(crate) compared: usize,
    running: HashMap<usize, Reading>,
}

thread_local! {
    static SEEN: RefCell<HashMap<Rc<[u8]>, Rc<Blocks>>> = RefCell::default();
}

/// The blocks of a body. Most bodies come again under another reading.
pub(crate) fn blocks(body: &Rc<[u8]>, account: &str) -> Rc<Blocks> {
    SEEN.with_borrow_mut(|seen| {
        if seen.len() > 3_000 {
            seen.clear();
        }
        seen.entry(body.clone())
            .or_insert_with(|| {
                let value: Value = serde_json::from_slice(body).unwrap();
                Rc::new(Blocks::of(&value, account, &EXACT))
            })
            .clone()
    })
}

impl World {
    pub(crate) fn new(rules: Rules) -> Self {
        Self {
            rules,
            store: rules.store(),
            now: Moment(1_700_000_000_000),
            disk: Ledger::default(),
            asked: Vec::new(),
            happened: Vec::new(),
            compared: 0,
            running: HashMap::new(),
        }
    }

    /// Lets seconds pass.
    pub(crate) fn wait(&mut self, seconds: u64) {
        self.now = self.now.after(Duration::from_secs(seconds));
    }

    /// A request arrives. Returns its index.
    pub(crate) fn read(&mut self, mut asked: Asked) -> usize {
        let blocks = blocks(&asked.body, asked.account);
        let reading = self.store.read(&blocks, self.now);
        asked.bill = reading.bill;
        let at = self.asked.len();
        self.asked.push(asked);
        self.running.insert(at, reading);
        self.happened.push(Happened::Read(at, self.now));
        at
    }

    /// A response is complete. Returns what it reports.
    pub(crate) fn keep(&mut self, at: usize) -> Usage {
        let reading = self.running.remove(&at).unwrap();
        self.store.keep(&reading, self.now);
        self.happened.push(Happened::Keep(at, self.now));
        let bill = self.asked[at].bill;
        Usage {
            input: Tokens(bill.prompt),
            cached: Some(Tokens(bill.cached)),
            created: Some(Tokens(bill.created)),
            output: Tokens(50),
            reasoning: None,
        }
    }

    /// What everything cost so far, in thousandths of a token.
    pub(crate) fn units(&self) -> u64 {
        self.asked.iter().map(|asked| asked.bill.units).sum()
    }
}
