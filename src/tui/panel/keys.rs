//! Keys and news while a panel is open.

use super::{Around, Focus, Page, Panel, SignIn, Step, by_digit, hear::desk, theme::Chosen as Tried};
use crate::{
    protocol::{DeskEvent, DeskOp, Switched},
    tui::{
        commands::{Read, read},
        composer::Edit,
        keys::{Action, Meaning},
        lang::{Sentence, fill, told},
        live::Values,
        model::{Kind, LEAVE_WINDOW, Model},
        msg::Cmd,
        printed,
    },
};

impl Model {
    /// A key while a panel is open; `false` when it is none of the panel's business.
    pub(in crate::tui) fn panel_key(&mut self, meaning: Meaning, cmds: &mut Vec<Cmd>) -> bool {
        let Some(mut panel) = self.panel.take() else { return false };
        let (mut is_open, mut is_taken) = (true, true);
        match (&mut panel, meaning) {
            (Panel::Themes(themes), meaning) => match themes.key(meaning, !self.composer.is_empty()) {
                Some(Tried::Try(theme)) => self.wear(theme),
                Some(Tried::Keep(theme)) => {
                    self.keep_theme(theme, cmds);
                    is_open = false;
                }
                Some(Tried::Back(theme)) => {
                    self.wear(theme);
                    is_open = false;
                }
                None => is_taken = false,
            },
            (Panel::Texts(texts), meaning) => {
                let picked = texts.key(meaning);
                is_open = self.pick(picked, cmds);
            }
            (_, Meaning::Does(Action::Cancel)) => {
                cmds.push(desk(DeskOp::Stop));
                is_open = false;
                if self.composer.is_empty() {
                    self.leave_until = Some(self.now.after(LEAVE_WINDOW));
                }
            }
            (Panel::SignIn(sign_in), Meaning::Does(Action::Escape)) => {
                is_open = sign_in.escape(cmds);
            }
            (Panel::SignIn(sign_in), meaning) => is_taken = self.sign_in_key(sign_in, meaning, cmds),
            (panel, Meaning::Does(Action::Escape)) => is_open = panel.back(),
            (panel, meaning) => match panel.key(meaning, &self.around()) {
                Step::Stay => {}
                Step::Close => is_open = false,
                Step::Ask(op) => cmds.push(Cmd::Send(op)),
                Step::Last(op) => {
                    cmds.push(Cmd::Send(op));
                    is_open = false;
                }
                Step::Do(cmd) => cmds.push(cmd),
                Step::Hint(hint) => self.hint = Some(hint),
                Step::Pass => {
                    is_taken = false;
                    // Words are sent from under a panel; what comes of them must be seen.
                    is_open = meaning != Meaning::Does(Action::Send);
                }
            },
        }
        self.panel = is_open.then_some(panel);
        is_taken
    }

    /// What stands around an open panel.
    fn around(&self) -> Around {
        Around {
            paper: self.paper().0,
            session: self.session.as_ref().map(|session| session.id.clone()),
            is_busy: self.work.is_some(),
            has_no_draft: self.composer.is_empty(),
        }
    }

    /// Pasted text while a panel is open; `false` when it belongs to the draft.
    pub(in crate::tui) fn panel_paste(&mut self, text: &str) -> bool {
        self.panel.as_mut().is_some_and(|panel| panel.paste(text))
    }

    fn sign_in_key(&mut self, sign_in: &mut SignIn, meaning: Meaning, cmds: &mut Vec<Cmd>) -> bool {
        if let Page::Key(form) = &mut sign_in.page {
            match form.key(meaning) {
                Some(Ok(op)) => cmds.push(desk(op)),
                Some(Err(word)) => self.hint = Some(word(self.look.words).to_owned()),
                None => {}
            }
            return true;
        }
        if let Page::Device(device) = &sign_in.page
            && let Meaning::Text(c) = meaning
            && self.composer.is_empty()
            && !self.shell.is_open
        {
            match (c, device.link()) {
                ('o', Some(link)) => cmds.push(desk(DeskOp::Open { link: link.to_owned() })),
                ('c', Some(link)) => {
                    cmds.push(Cmd::Copy(link.to_owned()));
                    self.hint = Some(self.look.words.device_copied.to_owned());
                }
                ('r', _) => cmds.push(desk(DeskOp::SignIn)),
                _ => return false,
            }
            return true;
        }
        let count = sign_in.count();
        match meaning {
            Meaning::Does(action @ (Action::Up | Action::Down)) => {
                if let Some(mark) = sign_in.mark() {
                    mark.step(action == Action::Down, count);
                }
            }
            // Commands need no account.
            Meaning::Does(Action::Send)
                if self.runs_in_shell() || !matches!(read(&self.composer.text()), Read::Words) =>
            {
                return false;
            }
            Meaning::Does(Action::Send) if !self.composer.is_empty() => {
                self.hint = Some(self.look.words.sign_in_wait.to_owned());
                if let Some(mark) = sign_in.mark() {
                    // With a draft, Enter chooses nothing: it may have been meant for the words.
                    mark.set(mark.at(count));
                }
            }
            Meaning::Does(Action::Send) => cmds.extend(sign_in.choose().map(desk)),
            Meaning::Text(c) if self.composer.is_empty() && !self.shell.is_open => match by_digit(c, count) {
                Some(at) => {
                    if let Some(mark) = sign_in.mark() {
                        mark.set(at);
                    }
                    cmds.extend(sign_in.choose().map(desk));
                }
                None => return false,
            },
            _ => return false,
        }
        true
    }

    /// Takes news of accounts and models.
    pub(in crate::tui) fn hear_desk(&mut self, event: DeskEvent, cmds: &mut Vec<Cmd>) {
        let now = self.now;
        match (event, &mut self.panel) {
            (DeskEvent::SignInNeeded { text, why }, _) => {
                self.give_back_words(text);
                if let Some(Panel::SignIn(sign_in)) = &mut self.panel {
                    // What is being done there goes on.
                    sign_in.why = Some(why);
                    return;
                }
                self.panel = Some(Panel::SignIn(Box::new(SignIn::new(Some(why)))));
                cmds.push(desk(DeskOp::Overview));
            }
            (DeskEvent::Switched(switched), _) => {
                self.panel = None;
                self.switched(switched, cmds);
            }
            (DeskEvent::Overview(overview), Some(Panel::SignIn(sign_in))) => sign_in.take(overview),
            (DeskEvent::SignIn(step), Some(Panel::SignIn(sign_in))) => {
                if let Page::Device(device) = &mut sign_in.page {
                    device.hear(step, now);
                }
            }
            (DeskEvent::Tested(tested), Some(Panel::SignIn(sign_in))) => match &mut sign_in.page {
                Page::Key(form) => form.take(tested),
                _ => sign_in.failure = tested.failure,
            },
            (DeskEvent::Local(found), Some(Panel::SignIn(sign_in))) => {
                if let Page::Local(servers, _) = &mut sign_in.page {
                    *servers = Some(found);
                }
            }
            (DeskEvent::Models(all), Some(Panel::Models(models))) => models.take(all),
            (DeskEvent::Sessions(rows), Some(Panel::Sessions(sessions))) => sessions.take(rows),
            (DeskEvent::Preview { session, items }, Some(Panel::Sessions(sessions))) => {
                sessions.take_preview(&session, items);
            }
            (DeskEvent::Settings(rows), Some(Panel::Settings(settings))) => {
                if let Some((name, all)) = settings.take(rows) {
                    self.apply_setting(&name, &Values(&all));
                }
            }
            (DeskEvent::Failed(failure), Some(Panel::Sessions(sessions))) => sessions.failure = Some(failure),
            (DeskEvent::Failed(failure), Some(Panel::Settings(settings))) => settings.failure = Some(failure),
            (DeskEvent::Failed(failure), Some(Panel::SignIn(sign_in))) => {
                if let Page::Key(form) = &mut sign_in.page {
                    form.is_testing = false;
                }
                sign_in.failure = Some(failure);
            }
            (DeskEvent::Privacy(page), _) => self.say(page.to_text().trim_end(), false, cmds),
            (DeskEvent::Failed(failure), _) => {
                self.panel = None;
                let lines = printed::failure(&failure, self.size.columns, self.look);
                self.print(Kind::Note, lines, cmds);
            }
            // What is not open any more needs no answer.
            (_, _) => {}
        }
    }

    fn give_back_words(&mut self, text: Option<String>) {
        self.return_queue();
        if let Some(text) = text {
            self.composer.give_back(vec![text]);
        }
        self.work = None;
    }

    fn switched(&mut self, switched: Switched, cmds: &mut Vec<Cmd>) {
        let Switched { model, provider, account, window, cache, notes } = switched;
        let mut text = fill(
            self.look.words.in_use_now,
            &[
                ("model", &model),
                ("provider", &provider),
                ("account", &account),
                ("cache", &told(self.look.words, &cache)),
            ],
        );
        for note in notes {
            text.push('\n');
            text.push_str(&note);
        }
        if let Some(session) = &mut self.session {
            (session.model, session.provider, session.window) = (model, provider, window);
            session.cache.1 = cache;
        }
        // What was stored is another model's.
        self.cache = None;
        self.say(&text, false, cmds);
        self.send_next(cmds);
    }
}

impl SignIn {
    /// Esc: one step back, or away. Whatever is running for the open page is stopped.
    fn escape(&mut self, cmds: &mut Vec<Cmd>) -> bool {
        if let Page::Key(form) = &mut self.page
            && form.is_testing
        {
            form.is_testing = false;
            cmds.push(desk(DeskOp::Stop));
            return true;
        }
        if matches!(self.page, Page::Device(_) | Page::Local(..)) {
            cmds.push(desk(DeskOp::Stop));
        }
        self.back()
    }

    pub(super) fn paste(&mut self, text: &str) -> bool {
        let Page::Key(form) = &mut self.page else { return false };
        form.touch();
        let line = text.lines().map(str::trim).find(|l| !l.is_empty()).unwrap_or_default();
        match form.focus {
            Focus::Url => form.url.push_str(line),
            Focus::Model => form.model.push_str(line),
            Focus::Key | Focus::Address | Focus::Choice => {
                form.focus = Focus::Key;
                form.dropped = form.key.paste(text);
            }
        }
        true
    }
}

impl super::sign_in::KeyPage {
    /// A key in the form: the request to make, or a word on what is missing.
    fn key(&mut self, meaning: Meaning) -> Option<Result<DeskOp, Sentence>> {
        match meaning {
            Meaning::Does(Action::Send) => return Some(self.enter()),
            Meaning::Does(Action::Complete | Action::Down) if self.focus != Focus::Choice => self.step(true),
            Meaning::Does(Action::Complete) => self.step(true),
            Meaning::Does(Action::NextMode | Action::Up) if self.focus != Focus::Choice => self.step(false),
            Meaning::Does(Action::NextMode) => self.step(false),
            Meaning::Does(action @ (Action::Up | Action::Down)) => {
                let many = self.ways_out().len();
                self.choice.step(action == Action::Down, many);
            }
            Meaning::Does(Action::Edit(Edit::Left)) if self.focus == Focus::Address => self.other(false),
            Meaning::Does(Action::Edit(Edit::Right)) | Meaning::Text(' ') if self.focus == Focus::Address => {
                self.other(true);
            }
            Meaning::Does(Action::Edit(Edit::Backspace)) => self.erase(false),
            Meaning::Does(Action::Edit(Edit::ToHead | Edit::WordBack)) => self.erase(true),
            Meaning::Text(c) if self.focus == Focus::Choice => {
                let many = self.ways_out().len();
                if let Some(at) = by_digit(c, many) {
                    self.choice.set(at);
                    return Some(self.enter());
                }
            }
            Meaning::Text(c) => self.write(c),
            Meaning::Does(_) | Meaning::Nothing => {}
        }
        None
    }

    fn other(&mut self, forward: bool) {
        self.touch();
        let many = self.preset.addresses.len();
        self.address.step(forward, many);
    }

    fn write(&mut self, c: char) {
        self.touch();
        match self.focus {
            Focus::Url => self.url.push(c),
            Focus::Model => self.model.push(c),
            Focus::Key | Focus::Address | Focus::Choice => {
                self.focus = Focus::Key;
                self.key.push(c);
            }
        }
    }

    fn erase(&mut self, all: bool) {
        self.touch();
        match self.focus {
            Focus::Key if all => self.key.clear(),
            Focus::Key => self.key.pop(),
            Focus::Url if all => self.url.clear(),
            Focus::Url => drop(self.url.pop()),
            Focus::Model if all => self.model.clear(),
            Focus::Model => drop(self.model.pop()),
            Focus::Address | Focus::Choice => {}
        }
    }
}
