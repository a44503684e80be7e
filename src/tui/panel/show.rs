//! Panels as rows. Pure.

use qrcode::{EcLevel, QrCode, render::unicode::Dense1x2};
use ratatui::{
    style::{Color, Style},
    text::{Line, Span},
};

use super::{
    Device, Focus, Mark, Page, Rows, SignIn,
    device::{Code, Stage},
    sign_in::{CUSTOM, Entry, KeyPage, LOCAL, OAUTH, WayOut},
};
use crate::{
    base::{Clean, Moment, width},
    protocol::{Failure, LocalServer},
    tui::{
        bill,
        frame::Size,
        lang::{Language, Words, fill},
        layout::{cut, wrap, wrap_exact},
        look::Look,
    },
};

/// The least screen on which a QR code has room beside its words. Source: `docs/sources.md`, tui 4.2.
const QR: Size = Size { columns: 72, rows: 24 };

/// From this width on what an entry means stands beside its name.
const BESIDE: usize = 56;
/// The column of the names of fields is this wide.
const FIELD: usize = 10;

/// What rows are made with.
#[derive(Clone, Copy)]
pub(in crate::tui) struct Paper {
    pub(in crate::tui) size: Size,
    pub(in crate::tui) columns: usize,
    pub(in crate::tui) look: Look,
    pub(in crate::tui) now: Moment,
}

impl Paper {
    /// One entry of a list: mark, digit, name, and what it means.
    pub(super) fn entry(
        self,
        at: usize,
        is_marked: bool,
        name: &str,
        about: &str,
        name_width: usize,
    ) -> Line<'static> {
        let style = if is_marked { self.look.bold.patch(self.look.accent) } else { Style::new() };
        let sign = if is_marked { "›" } else { " " };
        let name = Clean::line(name).into_string();
        let blanks = " ".repeat(name_width.saturating_sub(width(&name)));
        let digit = if at < 9 { (at + 1).to_string() } else { " ".to_owned() };
        let row = vec![
            Span::styled(format!("{sign} {digit} {name}{blanks}  "), style),
            Span::styled(Clean::line(about).into_string(), self.look.dim),
        ];
        cut(Line::from(row), self.columns)
    }

    /// Entries with what they mean: beside the name, or where there is little room below all, for the marked one alone.
    fn entries(self, lines: &[(String, String)], marked: usize, rows: &mut Rows) {
        let is_narrow = self.columns < BESIDE;
        let names = lines.iter().map(|(name, _)| width(name)).max().unwrap_or(0).min(self.columns / 2);
        for (at, (name, about)) in lines.iter().enumerate() {
            if at == marked {
                rows.focus = rows.body.len();
            }
            let about = if is_narrow { "" } else { about };
            rows.body.push(self.entry(at, at == marked, name, about, names));
        }
        if let Some((_, about)) = lines.get(marked).filter(|_| is_narrow) {
            rows.under.extend(self.text(about, self.look.dim));
        }
    }

    pub(super) fn text(self, text: &str, style: Style) -> Vec<Line<'static>> {
        let span = Span::styled(Clean::line(text).into_string(), style);
        wrap(&[span], self.columns, &Span::raw(""), &Span::raw("  "))
    }

    pub(super) fn failure(self, failure: &Failure) -> Vec<Line<'static>> {
        let mut rows =
            self.text(&format!("✗ {}", in_words(self.look.words, &failure.error)), self.look.error);
        for hint in &failure.hints {
            rows.extend(self.text(&format!("  {}", in_words(self.look.words, hint)), self.look.dim));
        }
        rows
    }
}

impl SignIn {
    pub(super) fn rows(&self, paper: Paper) -> Rows {
        let mut rows = match &self.page {
            Page::Menu(mark) => self.menu(mark.at(self.count()), paper),
            Page::Group(group, mark) => self.group(group, mark.at(self.count()), paper),
            Page::Key(form) => form.rows(paper),
            Page::Device(device) => device.rows(paper),
            Page::Local(servers, mark) => local(servers.as_deref(), *mark, paper),
        };
        if let Some(failure) = &self.failure {
            rows.body.extend(paper.failure(failure));
        }
        rows
    }

    fn menu(&self, marked: usize, paper: Paper) -> Rows {
        let words = paper.look.words;
        let mut rows = Rows { title: words.sign_in_title.into(), ..Rows::default() };
        rows.keys = words.sign_in_keys.into();
        if let Some(why) = &self.why {
            rows.body.extend(paper.text(&why.error, paper.look.warn));
        }
        let entries = self.entries();
        if self.overview.is_none() && self.failure.is_none() {
            rows.body.extend(paper.text(words.sign_in_looking, paper.look.dim));
        }
        let lines: Vec<(String, String)> = entries.iter().map(|entry| told(entry, words)).collect();
        paper.entries(&lines, marked, &mut rows);
        rows
    }

    fn group(&self, group: &str, marked: usize, paper: Paper) -> Rows {
        let words = paper.look.words;
        let title = format!("{} · {}", words.sign_in_title, group_name(group, words));
        let mut rows = Rows { title, keys: words.sign_in_group_keys.into(), ..Rows::default() };
        let lines: Vec<_> =
            self.presets(group).map(|p| (p.name.clone(), in_words(words, &p.about))).collect();
        paper.entries(&lines, marked, &mut rows);
        rows
    }
}

/// Servers on this machine; `None` while they are searched.
fn local(servers: Option<&[LocalServer]>, mark: Mark, paper: Paper) -> Rows {
    let words = paper.look.words;
    let title = format!("{} · {}", words.sign_in_title, words.way_local);
    let mut rows = Rows { title, keys: words.local_keys.into(), ..Rows::default() };
    let Some(found) = servers else {
        rows.body = paper.text(words.local_looking, paper.look.dim);
        return rows;
    };
    if found.is_empty() {
        rows.body = paper.text(words.local_none, paper.look.warn);
    }
    rows.focus = mark.at(found.len());
    for (at, server) in found.iter().enumerate() {
        let models = match server.models.as_slice() {
            [] => words.local_no_model.to_owned(),
            [one] => one.clone(),
            [first, more @ ..] => {
                fill(words.local_models, &[("first", first), ("n", &more.len().to_string())])
            }
        };
        let about = format!("{} · {models}", server.base_url);
        rows.body.push(paper.entry(at, at == rows.focus, &server.name, &about, 12));
    }
    rows
}

/// Name and meaning of an entry of the menu.
fn told(entry: &Entry, words: &Words) -> (String, String) {
    match entry {
        Entry::Account(row) => {
            let current =
                if row.is_current { format!(" · {}", words.sign_in_in_use) } else { String::new() };
            (
                fill(words.sign_in_account, &[("name", &row.name)]),
                format!("{} · {} · {}{current}", row.provider, row.model, row.source),
            )
        }
        Entry::Found(found) => (
            fill(words.sign_in_use, &[("source", &found.source)]),
            format!("{} → {}", found.masked_key, found.host),
        ),
        Entry::Preset(preset) => match preset.id.as_str() {
            OAUTH => (words.way_oauth.to_owned(), words.way_oauth_about.to_owned()),
            CUSTOM => (words.way_custom.to_owned(), words.way_custom_about.to_owned()),
            LOCAL => (words.way_local.to_owned(), words.way_local_about.to_owned()),
            _ => (preset.name.clone(), in_words(words, &preset.about)),
        },
        Entry::Group(group, names) => (group_name(group, words), names.clone()),
    }
}

/// What another floor says, in the language of the screen.
fn in_words(words: &Words, text: &str) -> String {
    crate::tui::lang::told(words, text).into_owned()
}

/// The name of a group of providers; one that has no word of its own keeps its name.
fn group_name(group: &str, words: &Words) -> String {
    let english = Language::English.words();
    let known = [
        (english.way_pay, words.way_pay),
        (english.way_plans, words.way_plans),
        (english.way_others, words.way_others),
    ];
    let word = known.into_iter().find(|(name, _)| *name == group).map(|(_, word)| word);
    Clean::line(word.unwrap_or(group)).into_string()
}

impl KeyPage {
    fn rows(&self, paper: Paper) -> Rows {
        let (look, words) = (paper.look, paper.look.words);
        let step = if self.is_testing { words.key_step_test } else { words.key_step_key };
        let mut rows = Rows {
            title: format!("{} · {} · {step}", words.sign_in_title, Clean::line(&self.preset.name)),
            keys: words.key_keys.into(),
            ..Rows::default()
        };
        if self.preset.addresses.len() > 1 && !self.is_custom() {
            let marked = self.address.at(self.preset.addresses.len());
            let labels = self.preset.addresses.iter().enumerate().map(|(at, (label, _))| {
                let label = Clean::line(label);
                if at == marked { format!("‹ {label} ›") } else { format!("  {label}  ") }
            });
            rows.field(words.key_region, &labels.collect::<String>(), self.focus == Focus::Address, paper);
        }
        let url = if self.is_custom() { self.url.clone() } else { self.base_url().to_owned() };
        rows.field(words.key_url, &url, self.focus == Focus::Url, paper);
        rows.field(words.key_key, &self.key.shown(words), self.focus == Focus::Key, paper);
        if let Some(what) = self.dropped {
            let dropped = fill(words.key_dropped, &[("what", what(words))]);
            rows.body.extend(paper.text(&format!("{:FIELD$}{dropped}", ""), look.dim));
        }
        let model = if self.model.is_empty() && self.focus != Focus::Model {
            words.key_own_model
        } else {
            &self.model
        };
        rows.field(words.key_model, model, self.focus == Focus::Model, paper);
        if let Some(page) = &self.preset.key_page {
            rows.body.extend(paper.text(&format!("{}{page}", label(words.key_get)), look.dim));
        }
        if self.is_testing {
            rows.body.extend(paper.text(&format!("{}{}", label(words.key_test), words.key_asking), look.dim));
        }
        if let Some(tested) = &self.tested {
            let (sign, style) = if tested.is_ok { ("✓", look.ok) } else { ("✗", look.error) };
            let line = format!("{}{sign} {} · {}", label(words.key_test), tested.host, tested.line);
            rows.body.extend(paper.text(&line, style));
            for hint in tested.failure.iter().flat_map(|f| &f.hints) {
                rows.body.extend(paper.text(&format!("{:FIELD$}{hint}", ""), look.dim));
            }
        }
        let ways = self.ways_out();
        for (at, way) in ways.iter().enumerate() {
            let is_marked = self.focus == Focus::Choice && at == self.choice.at(ways.len());
            if is_marked {
                rows.focus = rows.body.len();
            }
            rows.body.push(paper.entry(at, is_marked, &self.way(*way, words), "", 0));
        }
        rows
    }

    fn way(&self, way: WayOut, words: &Words) -> String {
        let other = self.tested.as_ref().and_then(|t| t.try_instead.as_ref());
        match (way, other) {
            (WayOut::Again, _) => words.key_again.to_owned(),
            (WayOut::Instead, Some((label, _))) => fill(words.key_instead, &[("label", label)]),
            (WayOut::Instead, None) => words.key_other_region.to_owned(),
            (WayOut::KeepAnyway, _) => words.key_keep.to_owned(),
        }
    }
}

impl Rows {
    /// A labelled field; the cursor stands at its end when it is written.
    fn field(&mut self, label: &str, value: &str, is_written: bool, paper: Paper) {
        let style = if is_written { paper.look.bold } else { paper.look.dim };
        let value = Clean::line(value).into_string();
        if is_written {
            self.focus = self.body.len();
            self.caret =
                Some((self.body.len(), (FIELD + width(&value)).min(paper.columns.saturating_sub(1))));
        }
        let row = vec![Span::styled(self::label(label), style), Span::raw(value)];
        self.body.push(cut(Line::from(row), paper.columns));
    }
}

/// The name of a field, as wide as all of them.
fn label(name: &str) -> String {
    format!("{name}{}", " ".repeat(FIELD.saturating_sub(width(name)).max(1)))
}

impl Device {
    fn rows(&self, paper: Paper) -> Rows {
        let (look, words) = (paper.look, paper.look.words);
        let step = match &self.stage {
            Stage::Contacting => words.device_contact,
            Stage::Approving(_) => words.device_approve,
            Stage::Testing => words.device_test,
            Stage::Expired | Stage::Failed(_) => words.device_stopped,
        };
        let title = format!("{} · {} · {step}", words.sign_in_title, words.way_oauth);
        let mut rows = Rows { title, keys: words.device_keys.into(), ..Rows::default() };
        match &self.stage {
            Stage::Contacting => rows.body = paper.text(words.device_asking, look.dim),
            Stage::Testing => rows.body = paper.text(words.device_trying, look.ok),
            Stage::Expired => rows.body = paper.text(words.device_expired, look.warn),
            Stage::Failed(failure) => rows.body = paper.failure(failure),
            Stage::Approving(code) => self.approving(code, paper, &mut rows),
        }
        if self.is_over() {
            rows.keys = words.device_over_keys.into();
        }
        rows
    }

    fn approving(&self, code: &Code, paper: Paper, rows: &mut Rows) {
        let (look, words) = (paper.look, paper.look.words);
        let steps = |columns: usize| {
            let narrow = Paper { columns, ..paper };
            let mut lines = narrow.text(words.device_open, Style::new());
            // By itself, so that it can be copied whole, and broken only where the screen ends.
            let link = wrap_exact(&code.full_link, columns.saturating_sub(3));
            lines.extend(link.into_iter().map(|row| Line::styled(format!("   {row}"), look.accent)));
            lines.extend(narrow.text(&fill(words.device_check, &[("code", &code.words)]), look.bold));
            lines.extend(narrow.text(words.device_wait, Style::new()));
            if code.was_opened {
                lines.extend(narrow.text(words.device_opened, look.dim));
            } else if code.link != code.full_link {
                lines.extend(narrow.text(&fill(words.device_or, &[("link", &code.link)]), look.dim));
            }
            lines
        };
        let picture = qr(&code.full_link, paper);
        let picture_width = picture.iter().map(|l| width(l)).max().unwrap_or(0);
        if picture.is_empty() || picture_width + 40 > paper.columns {
            rows.body.extend(steps(paper.columns));
        } else {
            let beside = steps(paper.columns - picture_width - 2);
            for at in 0..picture.len().max(beside.len()) {
                let left = picture.get(at).cloned().unwrap_or_default();
                let blanks = " ".repeat(picture_width + 2 - width(&left));
                // Black on white whatever the page: a code the other way round is not read by every camera.
                let ink = if look.colour && !left.is_empty() {
                    Style::new().fg(Color::Black).bg(Color::White)
                } else {
                    Style::new()
                };
                let mut spans = vec![Span::styled(left, ink), Span::raw(blanks)];
                spans.extend(beside.get(at).cloned().unwrap_or_default().spans);
                rows.body.push(Line::from(spans));
            }
        }
        let left = bill::clock(code.expires.since(paper.now));
        let mut waiting = fill(words.device_waiting, &[("left", &left)]);
        if let Some((last, at)) = &self.heard {
            let ago = paper.now.since(*at).as_secs();
            let heard =
                fill(words.device_last, &[("ago", &ago.to_string()), ("last", &in_words(words, last))]);
            waiting = format!("{waiting} · {heard}");
        }
        rows.focus = rows.body.len();
        rows.body.extend(paper.text(&waiting, look.dim));
    }
}

/// A QR code in half blocks, where it has room.
fn qr(link: &str, paper: Paper) -> Vec<String> {
    if paper.size.columns < QR.columns || paper.size.rows < QR.rows {
        return Vec::new();
    }
    let Ok(code) = QrCode::with_error_correction_level(link, EcLevel::L) else { return Vec::new() };
    // Dark on light is what readers expect; on a dark page the light parts are drawn.
    let picture = code.render::<Dense1x2>().dark_color(Dense1x2::Dark).light_color(Dense1x2::Light).build();
    let rows: Vec<String> = picture.lines().map(str::to_owned).collect();
    if rows.len() + 6 > paper.size.rows { Vec::new() } else { rows }
}
