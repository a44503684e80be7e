//! The rules about what may happen: where each comes from, more of them for this session, fewer of those.

use ratatui::text::Span;

use super::{Entry, List, Paper, Rows, Step};
use crate::{
    base::{Clean, width},
    protocol::{Op, RuleList, RuleRow},
    tui::{
        composer::Edit,
        keys::{Action, Meaning},
        lang::{Words, fill},
    },
};

/// The panel.
#[derive(Clone, Debug)]
pub(in crate::tui) struct Rules {
    list: List<RuleRow>,
    /// What a rule that is added says.
    into: RuleList,
    /// Why the last one was not added.
    wrong: Option<String>,
    /// The one that is being added.
    adding: Option<(RuleList, String)>,
}

impl Default for Rules {
    fn default() -> Self {
        Self { list: List::default(), into: RuleList::Allow, wrong: None, adding: None }
    }
}

impl Entry for RuleRow {
    fn text(&self) -> String {
        format!("{} {}", self.rule, self.source)
    }
}

impl Rules {
    /// Takes the rules.
    pub(super) fn take(&mut self, rules: Vec<RuleRow>) {
        let added = self.adding.take();
        if added.is_some() {
            self.list.clear();
        }
        let is_added = |row: &RuleRow| {
            Some((row.list, row.rule.as_str())) == added.as_ref().map(|(l, r)| (*l, r.as_str()))
        };
        match rules.iter().position(is_added) {
            Some(at) => self.list.take_at(rules, at),
            None => self.list.take(rules),
        }
    }

    /// Takes why a rule was not added.
    pub(super) fn refuse(&mut self, why: String) {
        (self.adding, self.wrong) = (None, Some(why));
    }

    /// One step back; whether there was one.
    pub(super) fn back(&mut self) -> bool {
        self.wrong = None;
        self.list.clear()
    }

    /// Takes a pasted text.
    pub(super) fn paste(&mut self, text: &str) {
        self.wrong = None;
        self.list.paste(text);
    }

    pub(super) fn key(&mut self, meaning: Meaning, words: &Words) -> Step {
        self.wrong = None;
        match meaning {
            Meaning::Does(Action::Complete) => self.into = next(self.into),
            Meaning::Does(Action::Send) if self.list.typed().is_empty() => {
                return Step::Hint(words.rules_type_one.to_owned());
            }
            Meaning::Does(Action::Send) => {
                let (list, rule) = (self.into, self.list.typed().to_owned());
                self.adding = Some((list, rule.clone()));
                return Step::Ask(Op::AddRule { list, rule });
            }
            Meaning::Does(Action::Edit(Edit::Delete)) => match self.list.marked() {
                Some(row) if row.can_forget => {
                    return Step::Ask(Op::ForgetRule { list: row.list, rule: row.rule.clone() });
                }
                Some(row) => {
                    let source = Clean::line(&row.source);
                    return Step::Hint(fill(words.rules_stay, &[("source", source.as_str())]));
                }
                None => {}
            },
            meaning => drop(self.list.key(meaning)),
        }
        Step::Stay
    }

    pub(super) fn rows(&self, paper: Paper) -> Rows {
        let (words, look) = (paper.look.words, paper.look);
        let mut rows = Rows { title: words.rules_title.into(), ..Rows::default() };
        rows.keys = fill(words.rules_keys, &[("list", name(self.into, words))]);
        if self.list.count() == Some(0) {
            rows.body.extend(paper.text(words.rules_none, look.dim));
        }
        let shown = self.list.shown();
        let room = paper.columns * 6 / 10;
        let rules = shown.iter().map(|row| width(&row.rule)).max().unwrap_or(0).min(room.max(20));
        self.list.lay_out(words.rules_field, &mut rows, paper, |row, _| {
            let list = name(row.list, words);
            let rule = Clean::line(&row.rule).into_string();
            let style = match row.list {
                RuleList::Allow => look.ok,
                RuleList::Ask => look.warn,
                RuleList::Deny => look.error,
            };
            let blank = |text: &str, columns: usize| " ".repeat(columns.saturating_sub(width(text)));
            vec![
                Span::styled(format!("{list}{}", blank(list, 6)), style),
                Span::raw(format!("{rule}{}  ", blank(&rule, rules))),
                Span::styled(source(&row.source, words), look.dim),
            ]
        });
        if let Some(why) = &self.wrong {
            rows.under.extend(paper.text(why, look.error));
        }
        rows
    }
}

fn source(source: &str, words: &Words) -> String {
    match source {
        "this session" => words.rules_this_session.to_owned(),
        "built in" => words.rules_built_in.to_owned(),
        other => Clean::line(other).into_string(),
    }
}

fn next(list: RuleList) -> RuleList {
    match list {
        RuleList::Allow => RuleList::Ask,
        RuleList::Ask => RuleList::Deny,
        RuleList::Deny => RuleList::Allow,
    }
}

fn name(list: RuleList, words: &Words) -> &'static str {
    match list {
        RuleList::Allow => words.rules_allow,
        RuleList::Ask => words.rules_ask,
        RuleList::Deny => words.rules_deny,
    }
}
