//! What Enter does: words are sent, commands are run.

use ratatui::text::Span;

use super::{
    cache_panel::cache_panel,
    commands::{self, Read},
    diff::diff_rows,
    lang::{fill, told},
    layout::{wrap, wrap_plain},
    model::{Folded, Kind, Model},
    msg::Cmd,
    printed,
    stats::stats,
};
use crate::{
    base::{Clean, width},
    protocol::{DeskOp, HiddenList, HiddenRow, Mode, Op, Query},
};

impl Model {
    pub(super) fn send(&mut self, cmds: &mut Vec<Cmd>) {
        if self.is_editing_command() {
            return self.run_edited(cmds);
        }
        if self.runs_in_shell() {
            return self.run_in_shell(cmds);
        }
        if self.take_marked() {
            return;
        }
        let draft = self.composer.text();
        match commands::read(&draft) {
            Read::Words => {
                if let Some(text) = self.composer.take() {
                    Self::keep_past(&text, cmds);
                    self.queue.push_back(text);
                    self.send_next(cmds);
                }
            }
            // The draft stays, to be sent when the turn has ended.
            Read::Command(command, _) if self.is_busy() && self.waits_for_rest(command.action) => {
                self.hint = Some(self.look.words.not_while_busy.to_owned());
            }
            Read::Command(command, arguments) => {
                if let Some(text) = self.composer.take() {
                    Self::keep_past(&text, cmds);
                }
                cmds.push(Cmd::Send(Op::Used { command: command.name }));
                self.used(command.name);
                self.run(command.action, arguments, cmds);
            }
            Read::Unknown(name, near) => {
                let near: Vec<String> = near.iter().map(|n| format!("/{n}")).collect();
                let words = self.look.words;
                let sentence = if near.is_empty() { words.no_command } else { words.no_command_near };
                let near = near.join(&format!(" {} ", words.near_or));
                self.hint = Some(fill(sentence, &[("name", name), ("near", &near)]));
            }
        }
    }

    /// Whether a command changes what a running turn stands on.
    fn waits_for_rest(&self, action: commands::Action) -> bool {
        use commands::Action as A;
        match action {
            A::Auth | A::Model => self.session.is_some(),
            A::Compress | A::Clear | A::Rewind | A::Resume => true,
            _ => false,
        }
    }

    fn run(&mut self, action: commands::Action, arguments: &str, cmds: &mut Vec<Cmd>) {
        use commands::Action as A;
        let (columns, look) = (self.size.columns, self.look);
        match action {
            A::Help => self.print(Kind::Note, printed::help(columns, look), cmds),
            A::About => self.about(cmds),
            A::Auth => self.open_sign_in(cmds),
            A::Model => self.open_models(arguments, cmds),
            A::Resume => self.open_sessions(cmds),
            A::Permissions => self.open_rules(cmds),
            A::Settings => self.open_settings(cmds),
            A::Memory => self.open_memory(cmds),
            A::Stats => self.print(Kind::Note, stats(self), cmds),
            A::Cache => {
                self.print(Kind::Note, cache_panel(self), cmds);
            }
            A::Plan => cmds.push(Cmd::Send(Op::SetMode(Mode::Plan))),
            A::Mode => match arguments.parse::<Mode>() {
                Ok(mode) => cmds.push(Cmd::Send(Op::SetMode(mode))),
                Err(_) if arguments.is_empty() => {
                    let modes = commands::named("approval-mode").map(|c| c.arguments.listed(look.words));
                    let text = fill(look.words.mode_now, &[("mode", self.mode.name())]);
                    self.say(&format!("{text}\n{}", modes.unwrap_or_default()), false, cmds);
                }
                Err(sentence) => self.hint = Some(sentence),
            },
            A::Context => self.context_command(arguments, cmds),
            A::Compress => {
                let mut work = self.new_work();
                work.is_summary = true;
                self.work = Some(work);
                cmds.push(Cmd::Send(Op::Compact { wish: arguments.to_owned() }));
            }
            A::Rewind => match if arguments.is_empty() { "1" } else { arguments }.parse::<u32>() {
                Ok(turn @ 1..) => cmds.push(Cmd::Send(Op::Rewind { turn })),
                _ => self.hint = Some(self.look.words.rewind_what.to_owned()),
            },
            A::Privacy => self.privacy_command(arguments, cmds),
            A::Theme => self.theme_command(arguments, cmds),
            A::Vim => {
                let is_on = !self.composer.has_vim();
                self.composer.set_vim(is_on);
                let words = self.look.words;
                self.hint = Some(if is_on { words.vim_on } else { words.vim_off }.to_owned());
            }
            A::Clear => cmds.push(Cmd::Send(Op::Clear)),
            A::Copy => self.copy(arguments, cmds),
            A::Export => self.export(arguments, cmds),
            A::Quit => self.leave(cmds),
        }
    }

    fn context_command(&mut self, arguments: &str, cmds: &mut Vec<Cmd>) {
        match (arguments, &self.session) {
            ("refresh", _) => cmds.push(Cmd::Send(Op::RefreshContext)),
            ("", Some(session)) if session.model.is_empty() => {
                self.hint = Some(self.look.words.not_signed_in.to_owned());
            }
            ("", Some(_)) => self.open_window(cmds),
            ("", None) => self.hint = Some(self.look.words.shell_not_yet.to_owned()),
            _ => self.hint = Some(self.look.words.context_what.to_owned()),
        }
    }

    fn privacy_command(&mut self, arguments: &str, cmds: &mut Vec<Cmd>) {
        let allowed = arguments.strip_prefix("allow").map(|number| number.trim().trim_start_matches('#'));
        match allowed.map(str::parse::<u32>) {
            Some(Ok(number)) => cmds.push(Cmd::Send(Op::LetThrough { number })),
            None if arguments.is_empty() => {
                cmds.push(Cmd::Send(Op::Desk(DeskOp::Privacy)));
                cmds.push(Cmd::Send(Op::Query(Query::Hidden)));
            }
            _ => self.hint = Some(self.look.words.say_privacy.to_owned()),
        }
    }

    /// What was hidden from the model.
    pub(super) fn hear_hidden(&mut self, list: &HiddenList, cmds: &mut Vec<Cmd>) {
        let words = self.look.words;
        let row = |row: &HiddenRow| {
            let state = if row.is_allowed { words.secret_is_sent } else { words.secret_is_hidden };
            format!("#{} {} {state}", row.number, row.kind)
        };
        let text = match (list.is_on, list.rows.is_empty()) {
            (false, _) => words.hiding_is_off.to_owned(),
            (true, true) => words.nothing_hidden.to_owned(),
            (true, false) => {
                let rows: Vec<String> = list.rows.iter().map(row).collect();
                format!("{}\n{}", words.hidden_here, rows.join("\n"))
            }
        };
        self.say(&text, false, cmds);
    }

    fn about(&mut self, cmds: &mut Vec<Cmd>) {
        let (words, columns, look) = (self.look.words, self.size.columns, self.look);
        let mut all = vec![(words.about_version, format!("qwen {}", env!("CARGO_PKG_VERSION")))];
        if let Some(s) = &self.session {
            let model = match s.model.as_str() {
                "" => words.not_signed_in.to_owned(),
                name => format!("{name} · {}", s.provider),
            };
            all.extend([
                (words.about_model, model),
                (words.about_folder, self.short_path(&s.root)),
                (words.about_session, s.id.to_string()),
                (words.about_cache, told(words, &s.cache.1).into_owned()),
                (words.about_tools, s.tools.join(", ")),
            ]);
        }
        let margin = all.iter().map(|(name, _)| width(name)).max().unwrap_or(0) + 2;
        let rest = Span::raw(" ".repeat(margin));
        let lines = all.into_iter().flat_map(|(name, text)| {
            let blanks = " ".repeat(margin - width(name));
            let text = [Span::raw(Clean::line(&text).into_string())];
            wrap(&text, columns, &Span::styled(format!("{name}{blanks}"), look.dim), &rest)
        });
        let lines = lines.collect();
        self.print(Kind::Note, lines, cmds);
    }

    pub(super) fn open_folded(&mut self, cmds: &mut Vec<Cmd>) {
        let (columns, look) = (self.size.columns, self.look);
        let lines = match self.folded.take() {
            None => {
                self.hint = Some(self.look.words.nothing_folded.to_owned());
                return;
            }
            Some(Folded::Text { title, text }) => {
                let mut lines = wrap_plain(&Clean::line(&title), look.bold, columns, "");
                lines.extend(wrap_plain(&Clean::output(text.trim_end()), look.dim, columns, "  "));
                lines
            }
            Some(Folded::Change { title, diff }) => {
                let mut lines = wrap_plain(&Clean::line(&title), look.bold, columns, "");
                lines.extend(diff_rows(&diff, true, columns, look));
                lines
            }
        };
        // What was folded is recorded in full already.
        self.put(Kind::Note, lines, cmds);
    }
}
