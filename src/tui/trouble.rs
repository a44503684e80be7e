//! Errors: one block that stays. What happened, whose fault it is, what to do, with which keys.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{
    lang::fill,
    layout::{wrap, wrap_plain},
    model::Model,
    printed,
    work::Retry,
};
use crate::{
    base::Clean,
    protocol::{Failure, Kind, Limit},
};

/// The most rows of a cause that is not the last word.
const CAUSE_ROWS: usize = 3;
/// The most signs of a server's name for a request; theirs have 36 and a few more.
const ID: usize = 80;

impl Model {
    /// An error that ended a turn.
    pub(super) fn trouble(&self, failure: &Failure) -> Vec<Line<'static>> {
        let (columns, look) = (self.size.columns, self.look);
        let mut out = printed::failure(failure, columns, look);
        let (fault, next) = self.reasons(failure);
        for (sentence, style) in [(fault, Style::new()), (next, look.dim)] {
            if !sentence.is_empty() {
                out.extend(wrap_plain(&Clean::line(&sentence), style, columns, "  "));
            }
        }
        if let Some(id) = request_id(failure) {
            let name = fill(look.words.request_id, &[("id", &id)]);
            out.extend(wrap_plain(&Clean::line(&name), look.dim, columns, "  "));
        }
        out
    }

    /// Whose fault a kind of error is, and what a person can do about it.
    fn reasons(&self, failure: &Failure) -> (String, String) {
        let words = self.look.words;
        let limit = failure.told.as_ref().and_then(|told| told.limit);
        let (fault, next) = match failure.kind {
            Kind::Bug => (words.fault_bug, ""),
            Kind::Usage | Kind::Config => (words.fault_setting, ""),
            Kind::Auth | Kind::Expired => (words.fault_account, words.next_account),
            Kind::Quota => match limit {
                Some(Limit::Rate) => (words.fault_rate, words.next_rate),
                Some(Limit::Plan) => (words.fault_plan, words.next_limit),
                Some(Limit::Money) => (words.fault_money, words.next_limit),
                None => (words.fault_limit, words.next_limit),
            },
            Kind::Network => (words.fault_network, words.next_again),
            Kind::Provider => (words.fault_server, words.next_again),
            Kind::Context => {
                let window = self.session.as_ref().map(|s| s.window.to_string()).unwrap_or_default();
                let values = [("used", self.context.to_string()), ("window", window)];
                let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
                return (fill(words.fault_length, &values), words.next_shorten.to_owned());
            }
            Kind::Refused | Kind::Limit | Kind::Budget | Kind::Output | Kind::Loop | Kind::Interrupted => {
                ("", "")
            }
        };
        (fault.to_owned(), next.to_owned())
    }

    /// The wait before the next try: its cause, how long it still takes, and keys.
    pub(super) fn retry_rows(&self, retry: &Retry) -> Vec<Line<'static>> {
        let (columns, look) = (self.size.columns, self.look);
        let cause = Span::styled(Clean::line(&retry.cause.error).into_string(), look.warn);
        let mut out = wrap(&[cause], columns, &Span::styled("! ", look.warn), &Span::raw("  "));
        out.truncate(CAUSE_ROWS);
        let left = retry.until.since(self.now).as_secs_f64().ceil().to_string();
        let [n, of] = tries(retry);
        let again = fill(look.words.retry_in, &[("n", &n), ("of", &of), ("left", &left)]);
        let asked = retry.cause.told.as_ref().and_then(|told| told.wait_ms).map(|wait| {
            let seconds = wait.div_ceil(1_000).to_string();
            fill(look.words.retry_asked, &[("asked", &seconds)])
        });
        let again = Span::styled(format!("{again}{} · ", asked.unwrap_or_default()), look.warn);
        let keys = Span::styled(look.words.retry_keys, look.dim);
        out.extend(wrap(&[again, keys], columns, &Span::raw("  "), &Span::raw("  ")));
        out
    }

    /// What stays of a wait: why the request was tried again, or would have been.
    pub(super) fn retry_told(&self, retry: &Retry, is_tried: bool) -> Vec<Line<'static>> {
        let words = self.look.words;
        let [n, of] = tries(retry);
        let sentence = if is_tried { words.retried } else { words.gave_up_wait };
        let text = fill(sentence, &[("n", &n), ("of", &of), ("cause", &retry.cause.error)]);
        let id = request_id(&retry.cause).map(|id| fill(words.request_id, &[("id", &id)]));
        let text = [Some(text), id].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        printed::note(&text, true, self.size.columns, self.look)
    }
}

/// The server's name for a request, cleaned and no longer than one is.
fn request_id(failure: &Failure) -> Option<String> {
    let id = failure.told.as_ref()?.request_id.as_deref()?;
    let id: String = Clean::line(id).as_str().chars().take(ID).collect();
    Some(id).filter(|id| !id.trim().is_empty())
}

/// Which repetition comes, and how many there are: the first try is none.
fn tries(retry: &Retry) -> [String; 2] {
    [retry.attempt, retry.of].map(|n| n.saturating_sub(1).max(1).to_string())
}
