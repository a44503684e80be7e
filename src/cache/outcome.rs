//! What the ledger learns from what became of a request.

use super::{
    Ledger, Limits, Mark, Plan, Scope,
    store::{Block, LIFE, Parts},
    survey::{Survey, is_about, size_through},
    trust::Evidence,
};
use crate::{
    base::{Moment, Tokens},
    prompt::Prompt,
    protocol::{CacheReport, CacheTerms, Counted, Finding, Miss, Usage},
};

/// Idle times from here on are no anomaly when nothing is read. *Unit:* milliseconds.
/// Source: `docs/sources.md`, wire 3.5: the clocks of both sides differ, so 270 seconds.
const FRESH: u64 = 270_000;

/// A report of the cache. A server that says nothing of it is not the same as one that says zero.
#[derive(Clone, Copy)]
struct Report {
    input: Tokens,
    read: Tokens,
    written: Tokens,
}

impl Report {
    fn of(usage: &Usage) -> Option<Self> {
        if usage.input == Tokens(0) || (usage.cached.is_none() && usage.created.is_none()) {
            return None;
        }
        let (read, written) = (usage.cached.unwrap_or_default(), usage.created.unwrap_or_default());
        // Some hosted models report what was read a second time as written. Source: `docs/sources.md`, wire 6.1.
        let is_twice = read == written && read + written > usage.input;
        let written = if is_twice { Tokens(0) } else { written };
        Some(Self { input: usage.input, read, written })
    }

    /// Everything up to the last marker, when the provider bills nested markers as the highest.
    fn stored(&self) -> Tokens {
        Tokens((self.read + self.written).0.min(self.input.0))
    }
}

/// A request that was answered completely.
struct Answered<'a> {
    prompt: &'a Prompt,
    limits: &'a Limits,
    plan: &'a Plan,
    usage: Option<&'a Usage>,
    report: Option<Report>,
    /// The place whose block was read, as far as its size tells.
    hit: Option<Mark>,
    sent: Moment,
    now: Moment,
}

impl Ledger {
    /// The request with this plan is sent at `now`.
    pub fn sent(&mut self, prompt: &Prompt, limits: &Limits, plan: &Plan, now: Moment) {
        self.own = Some(now);
        for mark in plan.marks() {
            let block = self.entry(limits, prompt, *mark);
            if !block.is_sure(now) {
                block.begun = block.begun.max(now);
            }
        }
    }

    /// The request with this plan, sent at `sent`, was answered completely at `now`.
    pub fn completed(
        &mut self,
        prompt: &Prompt,
        limits: &Limits,
        plan: &Plan,
        usage: Option<&Usage>,
        (sent, now): (Moment, Moment),
    ) -> CacheReport {
        let report = usage.and_then(Report::of);
        let before = Survey::new(prompt, limits, self);
        let hit = report.and_then(|report| hit(&before, plan, report.read, sent));
        let answered = Answered { prompt, limits, plan, usage, report, hit, sent, now };
        let idle = idle_before(&before, sent);
        let readable = readable(&before, idle);
        let miss = self.explained(&before, &answered);
        let evidence = report.map(|report| self.evidence(&before, &answered, report));
        let lost = evidence.as_ref().map(|e| lost(&before, plan, e, sent)).unwrap_or_default();

        self.own = None;
        self.measure(&answered);
        self.keep(&answered);
        for mark in lost {
            self.entry(limits, prompt, mark).gone = sent;
        }
        let finding = self.judged(&answered, evidence.as_ref());
        self.remember(&answered, idle, readable);
        self.bound(&limits.scope, now);

        let miss = if finding == Some(Finding::Ignored) { Some(Miss::Ignored) } else { miss };
        let tail = plan.marks().last().map(|mark| *self.entry(limits, prompt, *mark));
        CacheReport {
            mode: plan.mode(),
            predicted: plan.prediction(),
            miss,
            warm_until: tail.filter(|block| block.is_sure(now)).map(|block| block.sure),
            stored: report.map(|report| report.stored()).unwrap_or_default(),
            finding,
            counted: Counted::Usual,
        }
    }

    /// The request with this plan failed or was stopped at `now`: what it marked may be stored or not, and what it
    /// could read may have been read.
    pub fn failed(&mut self, prompt: &Prompt, limits: &Limits, plan: &Plan, now: Moment) {
        self.own = None;
        for mark in plan.marks() {
            let block = self.entry(limits, prompt, *mark);
            block.ended = block.ended.max(now);
            block.may_live_from(now);
        }
    }

    /// The server refused what a request with markers had; the same request goes out without it. Returns whether
    /// that is new of this account and model.
    pub fn refused(&mut self, scope: &Scope, finding: Finding, now: Moment) -> bool {
        self.store_mut(scope).trust.refuse(finding, now)
    }

    /// Why less was read than the conversation has, now that it is known how much was.
    fn explained(&self, survey: &Survey<'_>, answered: &Answered<'_>) -> Option<Miss> {
        let Answered { limits, plan, sent, .. } = *answered;
        let foreseen = plan.prediction().miss;
        let report = answered.report.filter(|_| !plan.marks().is_empty());
        let Some(Report { read, .. }) = report else { return foreseen };
        if !self.trust(&limits.scope).allows_markers(sent) {
            return Some(Miss::Ignored);
        }
        let (expected, predicted) = (survey.expected(), plan.prediction().read);
        if read >= survey.size(expected) || survey.is_size_of(expected, read) {
            return None;
        }
        if survey.block(expected).is_some_and(|block| block.sure.0 > sent.0.saturating_add(LIFE)) {
            // It was stored after this request had been sent, by somebody else.
            return Some(Miss::Racing);
        }
        if read >= predicted || is_about(read, predicted) {
            return foreseen;
        }
        let Some(block) = survey.block(expected) else { return foreseen.or(Some(Miss::Unknown)) };
        if block.sure.0 < sent.0.saturating_add(LIFE - FRESH) {
            return Some(Miss::Idle { seconds: sent.since(block.sure).as_secs() });
        }
        Some(Miss::Unknown)
    }

    fn evidence(&self, survey: &Survey<'_>, answered: &Answered<'_>, report: Report) -> Evidence {
        let Answered { limits, plan, sent, .. } = *answered;
        let predicted = plan.prediction();
        let anchors = plan.marks().iter().rev().filter_map(|mark| survey.block(*mark));
        let anchor = anchors.into_iter().find(|block| block.is_sure(sent));
        let is_above = |mark: Mark| survey.size(mark) > report.read;
        let mut items = 0..survey.prompt.items().len();
        Evidence {
            read: report.read,
            written: report.written,
            input: report.input,
            expected: (predicted.read, predicted.written),
            is_fresh: anchor.is_some_and(|block| block.sure.0 > sent.0.saturating_add(LIFE - FRESH)),
            is_calibrated: self.store(&limits.scope).is_some_and(|store| store.scale.is_some()),
            has_middle: plan.marks().iter().filter(|mark| is_above(**mark)).count() > 1,
            above: if is_above(Mark::Head) { None } else { items.find(|at| is_above(Mark::Item(*at))) },
        }
    }

    /// Learns sizes: of the hit and of the last marker exactly, of everything else by scale.
    fn measure(&mut self, answered: &Answered<'_>) {
        let Answered { prompt, limits, plan, now, .. } = *answered;
        let Some(usage) = answered.usage.filter(|usage| usage.input > Tokens(0)) else { return };
        // A sum beyond the input means that nested markers were billed one by one: it tells no size.
        let nested = answered.report.filter(|r| r.stored() > Tokens(0) && r.read + r.written <= r.input);
        let store = self.store_mut(&limits.scope);
        let Some((top, report)) = plan.marks().last().copied().zip(nested) else {
            let own = if limits.terms.explicit { store.internal() } else { Tokens(0) };
            return store.calibrate(now, usage.input - own, prompt.estimate());
        };
        let internal = report.input - report.stored();
        if size_through(prompt, top) == prompt.estimate() && internal <= Tokens(10) {
            store.internal = Some(internal);
        }
        store.calibrate(now, report.stored(), size_through(prompt, top));
        self.entry(limits, prompt, top).size = Some(report.stored());
        if let Some(hit) = answered.hit {
            self.entry(limits, prompt, hit).size = Some(report.read);
        }
    }

    /// Keeps what is stored now and until when.
    fn keep(&mut self, answered: &Answered<'_>) {
        let Answered { prompt, limits, plan, report, hit, sent, now, .. } = *answered;
        if let Some(hit) = hit {
            self.entry(limits, prompt, hit).lives_from(sent);
            let known = Survey::new(prompt, limits, self).known;
            for (mark, _) in known.into_iter().filter(|(mark, block)| *mark < hit && block.may_live(sent)) {
                // Under one reading a hit refreshes everything before it, too.
                self.entry(limits, prompt, mark).may_live_from(sent);
            }
        }
        let survey = Survey::new(prompt, limits, self);
        let sized: Vec<(Mark, Tokens)> = plan.marks().iter().map(|m| (*m, survey.size(*m))).collect();
        for (mark, size) in sized {
            let is_proved = report.is_some_and(|r| r.stored() >= size || is_about(r.stored(), size));
            let block = self.entry(limits, prompt, mark);
            block.ended = block.ended.max(now);
            if is_proved && !block.is_sure(now) {
                // It lives from the end of the response that stored it.
                block.lives_from(now);
            }
            block.may_live_from(now);
        }
    }

    fn judged(&mut self, answered: &Answered<'_>, evidence: Option<&Evidence>) -> Option<Finding> {
        let evidence = evidence.filter(|_| !answered.plan.marks().is_empty())?;
        let store = self.store_mut(&answered.limits.scope);
        let finding = store.trust.judge(evidence, answered.now);
        if finding == Some(Finding::Missing) {
            // Nothing that was believed of this store before counts any more; what was just stored does.
            for block in store.blocks.values_mut() {
                block.gone = block.gone.max(answered.sent);
            }
        }
        finding
    }

    /// Remembers the head, the habit, and what the implicit cache did.
    fn remember(&mut self, answered: &Answered<'_>, idle: Option<u64>, readable: Option<Tokens>) {
        let Answered { prompt, limits, plan, now, .. } = *answered;
        let (project, situation) = (self.project.clone(), plan.forecast.situation);
        let tail = Survey::new(prompt, limits, self).tail();
        let store = self.store_mut(&limits.scope);
        let unmarked = answered
            .report
            .filter(|_| plan.marks().is_empty() && limits.terms.implicit && !limits.terms.session);
        if let Some((report, readable)) = unmarked.zip(readable) {
            store.implicit.saw(now, report.read, readable);
        }
        if !situation.is_aside {
            store.history.saw(&project, situation, now, idle);
        }
        store.heads.insert(project, Parts::of(prompt.head(), now));
        for mark in [Some(Mark::Head), tail].into_iter().flatten() {
            let block = self.entry(limits, prompt, mark);
            block.answered = block.answered.max(now);
        }
    }

    fn entry(&mut self, limits: &Limits, prompt: &Prompt, mark: Mark) -> &mut Block {
        self.store_mut(&limits.scope).blocks.entry(mark.prefix(prompt)).or_default()
    }
}

/// How long before `sent` the request was answered that this one follows: the one before it in this conversation,
/// or for its first one any with the same head. *Unit:* milliseconds.
fn idle_before(survey: &Survey<'_>, sent: Moment) -> Option<u64> {
    let answered = survey.block(survey.expected())?.answered;
    (answered > Moment(0)).then(|| sent.0.saturating_sub(answered.0))
}

/// What an implicit cache could have read of this prompt, if anything: all that was sent in the last minutes.
fn readable(survey: &Survey<'_>, idle: Option<u64>) -> Option<Tokens> {
    let size = survey.size(survey.expected());
    idle.filter(|idle| *idle < FRESH && size >= CacheTerms::default().minimum).map(|_| size)
}

/// The place whose size was read: among those that may be alive the nearest in size, if it is near.
fn hit(survey: &Survey<'_>, plan: &Plan, read: Tokens, sent: Moment) -> Option<Mark> {
    if read == Tokens(0) || plan.marks().is_empty() {
        return None;
    }
    let alive = survey.known.iter().filter(|(_, block)| block.is_sure(sent) || block.may_live(sent));
    let fits = alive.map(|(mark, _)| *mark).filter(|mark| survey.is_size_of(*mark, read));
    fits.min_by_key(|mark| survey.size(*mark).0.abs_diff(read.0))
}

/// The marked places that should have been found and were not.
fn lost(survey: &Survey<'_>, plan: &Plan, evidence: &Evidence, sent: Moment) -> Vec<Mark> {
    let is_lost = |mark: &&Mark| {
        let is_sure = survey.block(**mark).is_some_and(|block| block.is_sure(sent));
        is_sure && survey.size(**mark) > evidence.read && !survey.is_size_of(**mark, evidence.read)
    };
    plan.marks().iter().filter(is_lost).copied().collect()
}
