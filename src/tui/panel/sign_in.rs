//! The sign-in panel: what is chosen, what is typed, what came of it.

use super::{Device, Mark, secret::SecretField};
use crate::{
    protocol::{AccountRow, DeskOp, Failure, FoundKey, LocalServer, Overview, PresetRow, Tested},
    tui::lang::Sentence,
};

/// The preset that signs in by approving a code.
pub(super) const OAUTH: &str = "qwen-oauth";
/// The group of servers on this machine, which are searched for.
pub(super) const LOCAL: &str = "local";
/// The preset whose address is typed.
pub(super) const CUSTOM: &str = "custom";

/// The panel.
#[derive(Clone, Debug)]
pub(in crate::tui) struct SignIn {
    pub(in crate::tui) page: Page,
    pub(super) overview: Option<Overview>,
    /// Why there is no account, when the session began without one.
    pub(super) why: Option<Failure>,
    /// What went wrong last.
    pub(super) failure: Option<Failure>,
}

/// What it shows.
#[derive(Clone, Debug)]
pub(in crate::tui) enum Page {
    /// The ways to sign in.
    Menu(Mark),
    /// The providers of one group.
    Group(String, Mark),
    /// A key for a provider.
    Key(Box<KeyPage>),
    /// A code to approve.
    Device(Device),
    /// Servers on this machine; `None` while they are searched.
    Local(Option<Vec<LocalServer>>, Mark),
}

/// One line of the menu.
#[derive(Clone, Debug)]
pub(super) enum Entry {
    /// An account that is kept.
    Account(AccountRow),
    /// A key that was found.
    Found(FoundKey),
    /// A preset that stands alone in its group.
    Preset(PresetRow),
    /// Several presets: the group and their names.
    Group(String, String),
}

/// The form of a key.
#[derive(Clone, Debug)]
pub(in crate::tui) struct KeyPage {
    pub(super) preset: PresetRow,
    /// Which of the preset's addresses.
    pub(super) address: Mark,
    /// An address that was typed.
    pub(super) url: String,
    pub(super) key: SecretField,
    /// A model that was typed; empty for the preset's own.
    pub(super) model: String,
    pub(super) focus: Focus,
    pub(super) is_testing: bool,
    pub(super) tested: Option<Tested>,
    /// Which way out of a failed test.
    pub(super) choice: Mark,
    /// What was dropped from a pasted key.
    pub(super) dropped: Option<Sentence>,
}

/// Which field is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tui) enum Focus {
    /// Plan or region.
    Address,
    /// The address as text.
    Url,
    /// The key.
    Key,
    /// The model's name.
    Model,
    /// What to do after a failed test.
    Choice,
}

/// What can be done after a failed test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WayOut {
    Again,
    Instead,
    KeepAnyway,
}

impl SignIn {
    /// Opens the panel; what it shows is asked for.
    pub(in crate::tui) fn new(why: Option<Failure>) -> Self {
        Self { page: Page::Menu(Mark::default()), overview: None, why, failure: None }
    }

    /// Takes what can be chosen.
    pub(super) fn take(&mut self, overview: Overview) {
        self.overview = Some(overview);
    }

    /// The device page, if it is open.
    pub(in crate::tui) fn device(&self) -> Option<&Device> {
        match &self.page {
            Page::Device(device) => Some(device),
            _ => None,
        }
    }

    /// The menu: ways to get an account first, what is already there after.
    pub(super) fn entries(&self) -> Vec<Entry> {
        let Some(overview) = &self.overview else { return Vec::new() };
        let mut entries: Vec<Entry> = Vec::new();
        let mut groups: Vec<&str> = overview.presets.iter().map(|p| p.group.as_str()).collect();
        groups.dedup();
        for group in groups {
            let presets: Vec<&PresetRow> = self.presets(group).collect();
            entries.push(match presets.as_slice() {
                [only] => Entry::Preset((*only).clone()),
                several => {
                    let names: Vec<&str> = several.iter().map(|p| p.name.as_str()).collect();
                    Entry::Group(group.to_owned(), names.join(", "))
                }
            });
        }
        entries.extend(overview.found.iter().cloned().map(Entry::Found));
        entries.extend(overview.accounts.iter().cloned().map(Entry::Account));
        entries
    }

    /// The presets of a group.
    pub(super) fn presets<'a>(&'a self, group: &'a str) -> impl Iterator<Item = &'a PresetRow> {
        self.overview.iter().flat_map(|o| &o.presets).filter(move |p| p.group == group)
    }

    /// How many entries the open list has.
    pub(super) fn count(&self) -> usize {
        match &self.page {
            Page::Menu(_) => self.entries().len(),
            Page::Group(group, _) => self.presets(group).count(),
            Page::Local(servers, _) => servers.as_ref().map_or(0, Vec::len),
            Page::Key(_) | Page::Device(_) => 0,
        }
    }

    /// The mark of the open list.
    pub(super) fn mark(&mut self) -> Option<&mut Mark> {
        match &mut self.page {
            Page::Menu(mark) | Page::Group(_, mark) | Page::Local(_, mark) => Some(mark),
            Page::Key(_) | Page::Device(_) => None,
        }
    }

    /// Chooses the marked entry. Returns what to ask.
    pub(super) fn choose(&mut self) -> Option<DeskOp> {
        self.failure = None;
        match &self.page {
            Page::Menu(mark) => {
                let entries = self.entries();
                match entries.get(mark.at(entries.len()))?.clone() {
                    Entry::Account(row) => Some(DeskOp::Use { account: row.name }),
                    Entry::Found(found) => Some(DeskOp::Use { account: found.account }),
                    Entry::Preset(preset) => self.open(preset),
                    Entry::Group(group, _) => {
                        self.page = Page::Group(group, Mark::default());
                        None
                    }
                }
            }
            Page::Group(group, mark) => {
                let at = mark.at(self.count());
                let preset = self.presets(group).nth(at)?.clone();
                self.open(preset)
            }
            Page::Local(servers, mark) => {
                let servers = servers.as_deref().unwrap_or_default();
                let server = servers.get(mark.at(servers.len()))?.clone();
                Some(DeskOp::AddKey {
                    preset: LOCAL.to_owned(),
                    base_url: server.base_url,
                    key: None,
                    model: server.models.first().cloned(),
                    keep_untested: false,
                })
            }
            Page::Key(_) | Page::Device(_) => None,
        }
    }

    fn open(&mut self, preset: PresetRow) -> Option<DeskOp> {
        if preset.id == OAUTH {
            self.page = Page::Device(Device::default());
            return Some(DeskOp::SignIn);
        }
        if preset.id == LOCAL {
            self.page = Page::Local(None, Mark::default());
            return Some(DeskOp::FindLocal);
        }
        self.page = Page::Key(Box::new(KeyPage::new(preset)));
        None
    }

    /// One step back; whether there was one.
    pub(super) fn back(&mut self) -> bool {
        self.failure = None;
        match &self.page {
            Page::Menu(_) => false,
            Page::Key(form) if self.presets(&form.preset.group).count() > 1 => {
                self.page = Page::Group(form.preset.group.clone(), Mark::default());
                true
            }
            _ => {
                self.page = Page::Menu(Mark::default());
                true
            }
        }
    }
}

impl KeyPage {
    pub(super) fn new(preset: PresetRow) -> Self {
        let is_custom = preset.id == CUSTOM;
        Self {
            preset,
            address: Mark::default(),
            url: String::new(),
            key: SecretField::default(),
            model: String::new(),
            focus: if is_custom { Focus::Url } else { Focus::Key },
            is_testing: false,
            tested: None,
            choice: Mark::default(),
            dropped: None,
        }
    }

    pub(super) fn is_custom(&self) -> bool {
        self.preset.id == CUSTOM
    }

    /// The address the key is for.
    pub(super) fn base_url(&self) -> &str {
        if self.is_custom() {
            return self.url.trim();
        }
        let addresses = &self.preset.addresses;
        addresses.get(self.address.at(addresses.len())).map_or("", |(_, url)| url)
    }

    /// The fields, in order.
    pub(super) fn fields(&self) -> Vec<Focus> {
        let mut fields = Vec::new();
        if self.is_custom() {
            fields.push(Focus::Url);
        } else if self.preset.addresses.len() > 1 {
            fields.push(Focus::Address);
        }
        fields.extend([Focus::Key, Focus::Model]);
        if self.ways_out().len() > 1 {
            fields.push(Focus::Choice);
        }
        fields
    }

    /// What can be done now; empty unless a test failed.
    pub(super) fn ways_out(&self) -> Vec<WayOut> {
        match &self.tested {
            Some(tested) if !tested.is_ok => {
                let mut ways = vec![WayOut::Again];
                ways.extend(tested.try_instead.is_some().then_some(WayOut::Instead));
                ways.push(WayOut::KeepAnyway);
                ways
            }
            _ => Vec::new(),
        }
    }

    /// The next or the previous field.
    pub(super) fn step(&mut self, forward: bool) {
        let fields = self.fields();
        let at = fields.iter().position(|f| *f == self.focus).unwrap_or(0);
        let next = if forward { at + 1 } else { at + fields.len() - 1 };
        self.focus = fields[next % fields.len()];
    }

    /// A change of any field: the last test says nothing of it any more.
    pub(super) fn touch(&mut self) {
        (self.tested, self.dropped) = (None, None);
        self.choice = Mark::default();
    }

    /// Takes what a test found.
    pub(super) fn take(&mut self, tested: Tested) {
        self.is_testing = false;
        self.focus = if tested.is_ok { Focus::Key } else { Focus::Choice };
        self.tested = Some(tested);
    }

    /// Enter: the request to make, or a word on what is missing.
    pub(super) fn enter(&mut self) -> Result<DeskOp, Sentence> {
        if self.is_testing {
            return Err(|w| w.key_test_runs);
        }
        let mut keep_untested = false;
        if self.focus == Focus::Choice {
            let ways = self.ways_out();
            match ways.get(self.choice.at(ways.len())) {
                Some(WayOut::Instead) => self.take_other_address(),
                Some(WayOut::KeepAnyway) => keep_untested = true,
                Some(WayOut::Again) | None => {}
            }
        }
        if self.base_url().is_empty() {
            self.focus = Focus::Url;
            return Err(|w| w.key_no_address);
        }
        let key = self.key.key();
        if key.is_none() && self.preset.needs_key && !self.is_custom() {
            self.focus = Focus::Key;
            return Err(|w| w.key_missing);
        }
        if !keep_untested {
            (self.is_testing, self.tested) = (true, None);
        }
        let model = Some(self.model.trim().to_owned()).filter(|m| !m.is_empty());
        let (preset, base_url) = (self.preset.id.clone(), self.base_url().to_owned());
        Ok(DeskOp::AddKey { preset, base_url, key, model, keep_untested })
    }

    fn take_other_address(&mut self) {
        let Some((label, url)) = self.tested.as_ref().and_then(|t| t.try_instead.clone()) else { return };
        let known = self.preset.addresses.iter().position(|(_, known)| *known == url);
        let at = known.unwrap_or_else(|| {
            self.preset.addresses.push((label, url));
            self.preset.addresses.len() - 1
        });
        self.address.set(at);
        self.focus = Focus::Key;
    }
}
