//! Why less is read than the conversation has.

use super::{Ledger, Limits, store::Parts, survey::Survey, survey::size_through};
use crate::{
    base::Moment,
    prompt::Head,
    protocol::{Miss, Part},
};

impl Ledger {
    /// The cause, as far as it is known when the request is sent at `now`; `None` when everything that could be
    /// stored of this conversation surely is.
    pub(super) fn foreseen(&self, survey: &Survey<'_>, limits: &Limits, now: Moment) -> Option<Miss> {
        let expected = survey.expected();
        if survey.sure(now).is_some_and(|mark| mark >= expected) {
            return None;
        }
        if size_through(survey.prompt, expected) < survey.least {
            return Some(Miss::BelowMinimum);
        }
        if let Some(block) = survey.block(expected) {
            let is_others = |since: &Moment| self.own != Some(*since);
            if block.storing_since(now).as_ref().is_some_and(is_others) {
                return Some(Miss::Racing);
            }
            if block.sure > Moment(0) && block.sure <= now {
                return Some(Miss::Idle { seconds: now.since(block.sure).as_secs() });
            }
            if block.sure > Moment(0) {
                return Some(Miss::Unknown);
            }
            if block.perhaps > Moment(0) {
                return Some(Miss::Cut);
            }
        }
        Some(self.elsewhere(survey, limits, now).unwrap_or(Miss::First))
    }

    /// The place is not known for this account and model: is it for another, or is the head another one?
    fn elsewhere(&self, survey: &Survey<'_>, limits: &Limits, now: Moment) -> Option<Miss> {
        let prefix = survey.expected().prefix(survey.prompt);
        let others = self.stores.iter().filter(|(scope, _)| *scope != limits.scope);
        let holder = others
            .filter(|(_, store)| store.blocks.get(&prefix).is_some_and(|block| block.may_live(now)))
            .min_by_key(|(scope, _)| scope.account != limits.scope.account);
        if let Some((scope, _)) = holder {
            let is_ours = scope.account == limits.scope.account;
            return Some(if is_ours { Miss::Model } else { Miss::Account });
        }
        let part = self.changed(survey.prompt.head(), limits);
        // The head is what it was: a history that was sent before would be known.
        let part = part.or_else(|| (survey.prompt.epoch() > 0).then_some(Part::History));
        part.map(|part| Miss::Changed { part })
    }

    /// The first part of the head that is not as it was in the newest request of this project.
    fn changed(&self, head: &Head, limits: &Limits) -> Option<Part> {
        let before = self.store(&limits.scope)?.heads.get(&self.project)?;
        let now = Parts::of(head, Moment(0));
        match before {
            Parts { tools, .. } if *tools != now.tools => Some(Part::Tools),
            Parts { instructions, .. } if *instructions != now.instructions => Some(Part::Instructions),
            Parts { repository, .. } if *repository != now.repository => Some(Part::Repository),
            _ => None,
        }
    }
}
