//! A session's requests, each with what was expected of it and what came. Pure.

use crate::{
    base::Tokens,
    protocol::{self, CacheMode, Charge, Counted, Miss, Prediction, Usage},
    session::{Bill, Billed, Meta},
};

/// What is read may fall short of the estimate by this much. *Unit:* percent.
const CLOSE: u64 = 90;
/// A request that was to write this much and wrote nothing shows a model without that cache: the smallest block with
/// the margin of a first estimate. Source: as above.
const TELLING: Tokens = Tokens(1_366);

/// A session, explained.
pub(super) struct Explained {
    pub(super) meta: Meta,
    pub(super) requests: Vec<Request>,
    pub(super) findings: Vec<Finding>,
    /// Lines that could not be read.
    pub(super) unread: u32,
}

/// One request.
pub(super) struct Request {
    /// Counts from 1 over the whole session.
    pub(super) number: u32,
    pub(super) billed: Billed,
    pub(super) outcome: Outcome,
    /// Sums up to and with this request.
    pub(super) so_far: Sums,
}

/// Sums over requests.
#[derive(Clone, Copy)]
pub(super) struct Sums {
    pub(super) usage: Usage,
    pub(super) charge: Charge,
}

/// What came of an expectation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// What was expected, or better.
    AsExpected,
    /// Less was read than could have been, for this reason.
    Missed(Miss),
    /// So much less was read than expected, and nothing was noted about why.
    LessRead(Tokens),
    /// The provider reported no counts of its cache.
    NotReported,
    /// The file is of a version that kept no expectation.
    NotKept,
}

/// Something the server did that it was not expected to do, and the request that shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// What was noted when the answer came.
    Noted { request: u32, finding: protocol::Finding },
    /// The counts of the cache were told in another form than the usual one.
    Told { request: u32, counted: Counted },
    /// A request with markers wrote nothing, though enough was new.
    NothingWritten { request: u32 },
    /// The same, and later requests read all the same: the server caches by itself.
    ByItself { request: u32 },
    /// Requests carried markers before and carry none from here on, for the same model in the same process.
    MarkersStopped { request: u32 },
}

impl Explained {
    /// Explains a bill.
    pub(super) fn of(bill: Bill) -> Self {
        let mut so_far = Sums { usage: Usage::default(), charge: Charge::nothing() };
        let mut requests: Vec<Request> = Vec::with_capacity(bill.requests.len());
        let mut findings = Vec::new();
        for (billed, number) in bill.requests.into_iter().zip(1..) {
            so_far.usage = so_far.usage.plus(billed.spent.usage.unwrap_or_default());
            so_far.charge = so_far.charge.plus(billed.spent.charge.unwrap_or_default());
            let before = requests.last().map(|request| &request.billed);
            // Once is enough for what holds from then on.
            let is_new = |new: &Finding| !findings.iter().any(|old: &Finding| old.name() == new.name());
            let new: Vec<Finding> =
                told(number, &billed).into_iter().chain(found(number, &billed, before)).collect();
            let new: Vec<Finding> = new.into_iter().filter(is_new).collect();
            findings.extend(new);
            let outcome = outcome(&billed);
            requests.push(Request { number, billed, outcome, so_far });
        }
        Self { meta: bill.meta, findings: settled(findings, &requests), requests, unread: bill.unread }
    }

    /// Sums over all requests.
    pub(super) fn sums(&self) -> Sums {
        let nothing = Sums { usage: Usage::default(), charge: Charge::nothing() };
        self.requests.last().map_or(nothing, |request| request.so_far)
    }
}

impl Request {
    /// What it was for, as the word in JSON.
    pub(super) fn purpose(&self) -> &'static str {
        match (self.billed.spent.is_ping, self.billed.is_summary) {
            (true, _) => "keep_warm",
            (false, true) => "summary",
            (false, false) => "turn",
        }
    }

    /// What was expected, if it was kept.
    pub(super) fn predicted(&self) -> Option<Prediction> {
        self.billed.spent.cache.map(|cache| cache.predicted)
    }

    /// Reported minus expected: read, written. *Unit:* tokens.
    pub(super) fn difference(&self) -> Option<(i64, i64)> {
        let (usage, predicted) = (self.billed.spent.usage?, self.predicted()?);
        let minus =
            |a: Tokens, b: Tokens| i64::try_from(i128::from(a.0) - i128::from(b.0)).unwrap_or(i64::MAX);
        Some((
            minus(usage.cached?, predicted.read),
            minus(usage.created.unwrap_or_default(), predicted.written),
        ))
    }
}

impl Outcome {
    /// The word in JSON.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::AsExpected => "as_expected",
            Self::Missed(_) => "missed",
            Self::LessRead(_) => "less_read",
            Self::NotReported => "not_reported",
            Self::NotKept => "not_kept",
        }
    }

    /// The word in a row; empty where all went as it should.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::AsExpected => "",
            Self::Missed(miss) => miss.code(),
            Self::LessRead(_) => "less",
            Self::NotReported => "no count",
            Self::NotKept => "-",
        }
    }

    /// What there is to say, if there is something.
    pub(super) fn sentence(self) -> Option<String> {
        match self {
            Self::AsExpected => None,
            Self::Missed(miss) => Some(match miss.advice() {
                Some(advice) => format!("{}; {advice}", miss.sentence()),
                None => miss.sentence(),
            }),
            Self::LessRead(by) => {
                Some(format!("{by} tokens fewer were read than expected; no cause was noted"))
            }
            Self::NotReported => Some("the provider reported no counts of its cache".to_owned()),
            Self::NotKept => Some("this version of the file keeps no expectation".to_owned()),
        }
    }
}

impl Finding {
    /// The word in JSON.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Noted { finding, .. } => finding.name(),
            Self::Told { counted, .. } => counted.name().unwrap_or("counted"),
            Self::NothingWritten { .. } => "nothing_written",
            Self::ByItself { .. } => "by_itself",
            Self::MarkersStopped { .. } => "markers_stopped",
        }
    }

    /// The request that shows it.
    pub(super) fn request(self) -> u32 {
        match self {
            Self::Noted { request, .. }
            | Self::Told { request, .. }
            | Self::NothingWritten { request }
            | Self::ByItself { request }
            | Self::MarkersStopped { request } => request,
        }
    }

    /// What it means.
    pub(super) fn sentence(self) -> String {
        match self {
            Self::Noted { finding, .. } => finding.sentence(),
            Self::Told { counted, .. } => counted.sentence().to_owned(),
            Self::ByItself { .. } => {
                "nothing was written, and later requests read all the same: this server caches by itself or does not \
                 tell what it writes; `cache.mode: implicit` sends no markers"
                    .to_owned()
            }
            Self::NothingWritten { .. } => {
                "markers were sent, and nothing was written: this model or this server may ignore them; `cache.mode: \
                 implicit` sends none"
                    .to_owned()
            }
            Self::MarkersStopped { .. } => {
                "no markers from here on: the server refused them, or a write was not worth its price".to_owned()
            }
        }
    }
}

/// In what form the counts came, if it is an unusual one.
fn told(request: u32, billed: &Billed) -> Option<Finding> {
    let counted = billed.spent.cache?.counted;
    counted.name().map(|_| Finding::Told { request, counted })
}

/// The findings once all is known: a server that is found to read what it never wrote caches by itself, and a reason
/// why there are no more markers stands for itself.
fn settled(findings: Vec<Finding>, requests: &[Request]) -> Vec<Finding> {
    let usages = || requests.iter().filter_map(|request| request.billed.spent.usage);
    let has_read = usages().any(|usage| usage.cached.unwrap_or_default() > Tokens(0));
    let has_written = usages().any(|usage| usage.created.unwrap_or_default() > Tokens(0));
    let is_reason = |finding: &Finding| {
        use protocol::Finding::{GivenUp, Ignored, PlainContent, Refused};
        matches!(finding, Finding::Noted { finding: GivenUp | Ignored | PlainContent | Refused, .. })
    };
    let has_reason = findings.iter().any(is_reason);
    let settled = findings.into_iter().filter_map(|finding| match finding {
        Finding::NothingWritten { request } if has_read && !has_written => {
            Some(Finding::ByItself { request })
        }
        Finding::MarkersStopped { .. } if has_reason => None,
        other => Some(other),
    });
    settled.collect()
}

fn outcome(billed: &Billed) -> Outcome {
    let Some(cache) = billed.spent.cache else { return Outcome::NotKept };
    let Some(usage) = billed.spent.usage.filter(|u| u.cached.is_some() || u.created.is_some()) else {
        return Outcome::NotReported;
    };
    if let Some(miss) = cache.miss {
        return Outcome::Missed(miss);
    }
    let (read, expected) = (usage.cached.unwrap_or_default(), cache.predicted.read);
    if read.0 * 100 < expected.0 * CLOSE {
        return Outcome::LessRead(expected - read);
    }
    Outcome::AsExpected
}

fn found(number: u32, billed: &Billed, before: Option<&Billed>) -> Option<Finding> {
    let cache = billed.spent.cache?;
    if let Some(finding) = cache.finding {
        return Some(Finding::Noted { request: number, finding });
    }
    let was_marked = |before: &Billed| {
        let mode = before.spent.cache.map(|cache| cache.mode);
        mode == Some(CacheMode::Explicit)
            && before.run == billed.run
            && before.spent.model == billed.spent.model
    };
    if cache.mode != CacheMode::Explicit {
        return before.is_some_and(was_marked).then_some(Finding::MarkersStopped { request: number });
    }
    let usage = billed.spent.usage?;
    // A model without that cache may leave the count of what was written away.
    let (read, written) = (usage.cached?, usage.created.unwrap_or_default());
    let planned = cache.predicted.written;
    // Somebody else's request may have stored it in between: then it was read.
    let was_there = read.0 * 2 >= cache.predicted.read.0 * 2 + planned.0;
    let is_nothing = written == Tokens(0) && planned >= TELLING && !was_there;
    is_nothing.then_some(Finding::NothingWritten { request: number })
}
