//! Panels as rows. Pure.

use qrcode::{EcLevel, QrCode, render::unicode::Dense1x2};
use ratatui::{
    style::{Color, Style},
    text::{Line, Span},
};

use super::{
    Device, Focus, Mark, Page, Rows, SignIn,
    device::{Code, Stage},
    sign_in::{Entry, KeyPage, WayOut},
};
use crate::{
    base::{Clean, Moment, width},
    protocol::{Failure, LocalServer},
    tui::{
        bill,
        frame::Size,
        layout::{cut, wrap, wrap_exact},
        look::Look,
    },
};

/// The least screen on which a QR code has room beside its words. Source: `docs/sources.md`, tui 4.2.
const QR: Size = Size { columns: 72, rows: 24 };

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

    pub(super) fn text(self, text: &str, style: Style) -> Vec<Line<'static>> {
        let span = Span::styled(Clean::line(text).into_string(), style);
        wrap(&[span], self.columns, &Span::raw(""), &Span::raw("  "))
    }

    pub(super) fn failure(self, failure: &Failure) -> Vec<Line<'static>> {
        let mut rows = self.text(&format!("✗ {}", failure.error), self.look.error);
        for hint in &failure.hints {
            rows.extend(self.text(&format!("  {hint}"), self.look.dim));
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
        let mut rows = Rows { title: "Sign in".into(), ..Rows::default() };
        rows.keys = "Enter choose · ↑↓ move · Esc later (/help still works)".into();
        if let Some(why) = &self.why {
            rows.body.extend(paper.text(&why.error, paper.look.warn));
        }
        let entries = self.entries();
        if self.overview.is_none() && self.failure.is_none() {
            rows.body.extend(paper.text("looking at what is there …", paper.look.dim));
        }
        let lines: Vec<(String, String)> = entries.iter().map(words).collect();
        let name_width = lines.iter().map(|(name, _)| width(name)).max().unwrap_or(0).min(paper.columns / 2);
        for (at, (name, about)) in lines.iter().enumerate() {
            if at == marked {
                rows.focus = rows.body.len();
            }
            rows.body.push(paper.entry(at, at == marked, name, about, name_width));
        }
        rows
    }

    fn group(&self, group: &str, marked: usize, paper: Paper) -> Rows {
        let mut rows = Rows { title: format!("Sign in · {}", Clean::line(group)), ..Rows::default() };
        rows.keys = "Enter choose · ↑↓ move · Esc back".into();
        let presets: Vec<_> = self.presets(group).collect();
        let name_width = presets.iter().map(|p| width(&p.name)).max().unwrap_or(0).min(paper.columns / 2);
        rows.focus = marked;
        for (at, preset) in presets.iter().enumerate() {
            rows.body.push(paper.entry(at, at == marked, &preset.name, &preset.about, name_width));
        }
        rows
    }
}

/// Servers on this machine; `None` while they are searched.
fn local(servers: Option<&[LocalServer]>, mark: Mark, paper: Paper) -> Rows {
    let mut rows = Rows { title: "Sign in · A server on this machine".into(), ..Rows::default() };
    rows.keys = "Enter use · ↑↓ move · Esc back".into();
    let Some(found) = servers else {
        rows.body = paper.text("looking at the usual ports of this machine …", paper.look.dim);
        return rows;
    };
    if found.is_empty() {
        let none = "no model server answers on this machine; start Ollama, LM Studio, llama.cpp or vLLM, or give \
                    its address as a custom one";
        rows.body = paper.text(none, paper.look.warn);
    }
    rows.focus = mark.at(found.len());
    for (at, server) in found.iter().enumerate() {
        let models = match server.models.as_slice() {
            [] => "no model loaded".to_owned(),
            [one] => one.clone(),
            [first, more @ ..] => format!("{first} and {} more", more.len()),
        };
        let about = format!("{} · {models}", server.base_url);
        rows.body.push(paper.entry(at, at == rows.focus, &server.name, &about, 12));
    }
    rows
}

/// Name and meaning of an entry of the menu.
fn words(entry: &Entry) -> (String, String) {
    match entry {
        Entry::Account(row) => {
            let current = if row.is_current { " · in use" } else { "" };
            (
                format!("Account {}", row.name),
                format!("{} · {} · {}{current}", row.provider, row.model, row.source),
            )
        }
        Entry::Found(found) => {
            (format!("Use {}", found.source), format!("{} → {}", found.masked_key, found.host))
        }
        Entry::Preset(preset) => (preset.name.clone(), preset.about.clone()),
        Entry::Group(group, names) => (group.clone(), names.clone()),
    }
}

impl KeyPage {
    fn rows(&self, paper: Paper) -> Rows {
        let look = paper.look;
        let step = if self.is_testing { "3/3 Test" } else { "2/3 Key" };
        let mut rows = Rows {
            title: format!("Sign in · {} · {step}", Clean::line(&self.preset.name)),
            ..Rows::default()
        };
        rows.keys = "Enter test and save · Tab next field · Esc back".into();
        if self.preset.addresses.len() > 1 && !self.is_custom() {
            let marked = self.address.at(self.preset.addresses.len());
            let labels = self.preset.addresses.iter().enumerate().map(|(at, (label, _))| {
                let label = Clean::line(label);
                if at == marked { format!("‹ {label} ›") } else { format!("  {label}  ") }
            });
            rows.field("Region", &labels.collect::<String>(), self.focus == Focus::Address, paper);
        }
        let url = if self.is_custom() { self.url.clone() } else { self.base_url().to_owned() };
        rows.field("Base URL", &url, self.focus == Focus::Url, paper);
        rows.field("Key", &self.key.shown(), self.focus == Focus::Key, paper);
        if let Some(what) = self.dropped {
            rows.body.extend(paper.text(&format!("          ({what} around it dropped)"), look.dim));
        }
        let model = if self.model.is_empty() && self.focus != Focus::Model {
            "the provider's own"
        } else {
            &self.model
        };
        rows.field("Model", model, self.focus == Focus::Model, paper);
        if let Some(page) = &self.preset.key_page {
            rows.body.extend(paper.text(&format!("Get one:  {page}"), look.dim));
        }
        if self.is_testing {
            rows.body.extend(paper.text("Test      asking the server …", look.dim));
        }
        if let Some(tested) = &self.tested {
            let (sign, style) = if tested.is_ok { ("✓", look.ok) } else { ("✗", look.error) };
            let line = format!("Test      {sign} {} · {}", tested.host, tested.line);
            rows.body.extend(paper.text(&line, style));
            for hint in tested.failure.iter().flat_map(|f| &f.hints) {
                rows.body.extend(paper.text(&format!("          {hint}"), look.dim));
            }
        }
        let ways = self.ways_out();
        for (at, way) in ways.iter().enumerate() {
            let is_marked = self.focus == Focus::Choice && at == self.choice.at(ways.len());
            if is_marked {
                rows.focus = rows.body.len();
            }
            rows.body.push(paper.entry(at, is_marked, &self.way(*way), "", 0));
        }
        rows
    }

    fn way(&self, way: WayOut) -> String {
        let other = self.tested.as_ref().and_then(|t| t.try_instead.as_ref());
        match (way, other) {
            (WayOut::Again, _) => "Test again".to_owned(),
            (WayOut::Instead, Some((label, _))) => format!("Try {label} instead"),
            (WayOut::Instead, None) => "Try another region".to_owned(),
            (WayOut::KeepAnyway, _) => "Keep it although the test failed".to_owned(),
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
            self.caret = Some((self.body.len(), (10 + width(&value)).min(paper.columns.saturating_sub(1))));
        }
        let row = vec![Span::styled(format!("{label:<10}"), style), Span::raw(value)];
        self.body.push(cut(Line::from(row), paper.columns));
    }
}

impl Device {
    fn rows(&self, paper: Paper) -> Rows {
        let look = paper.look;
        let step = match &self.stage {
            Stage::Contacting => "1/3 Contact",
            Stage::Approving(_) => "2/3 Approve",
            Stage::Testing => "3/3 Test",
            Stage::Expired | Stage::Failed(_) => "stopped",
        };
        let mut rows = Rows { title: format!("Sign in · Qwen account · {step}"), ..Rows::default() };
        rows.keys = "o open browser · c copy link · r new code · Esc cancel".into();
        match &self.stage {
            Stage::Contacting => rows.body = paper.text("asking the server for a code …", look.dim),
            Stage::Testing => rows.body = paper.text("approved; trying it with one real request …", look.ok),
            Stage::Expired => rows.body = paper.text("Code expired. r new code", look.warn),
            Stage::Failed(failure) => rows.body = paper.failure(failure),
            Stage::Approving(code) => self.approving(code, paper, &mut rows),
        }
        if self.is_over() {
            rows.keys = "r new code · Esc back".into();
        }
        rows
    }

    fn approving(&self, code: &Code, paper: Paper, rows: &mut Rows) {
        let look = paper.look;
        let steps = |columns: usize| {
            let narrow = Paper { columns, ..paper };
            let mut lines = narrow.text("1. Open", Style::new());
            // By itself, so that it can be copied whole, and broken only where the screen ends.
            let link = wrap_exact(&code.full_link, columns.saturating_sub(3));
            lines.extend(link.into_iter().map(|row| Line::styled(format!("   {row}"), look.accent)));
            lines.extend(narrow.text(&format!("2. Check the code is  {}", code.words), look.bold));
            lines.extend(narrow.text("3. Approve; this screen continues by itself", Style::new()));
            if code.was_opened {
                lines.extend(narrow.text("A browser was opened with this page.", look.dim));
            } else if code.link != code.full_link {
                lines.extend(narrow.text(&format!("Or open {} and type the code.", code.link), look.dim));
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
        let mut waiting = format!("Waiting for approval · expires in {left}");
        if let Some((last, at)) = &self.heard {
            let ago = paper.now.since(*at).as_secs();
            waiting = format!("{waiting} · last check {ago} s ago: {last}");
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
