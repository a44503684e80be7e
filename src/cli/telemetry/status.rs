//! `qwen telemetry status`: whether anything is counted, and why.

use super::{
    super::desk::Known,
    consent::{account, here},
};
use crate::{
    auth,
    base::{Bytes, Clean, Moment},
    protocol::bill::many,
    telemetry::{Account, Collector, Decision, Folder, Shelf},
};

/// What is shown.
pub(super) struct Status {
    decision: Decision,
    /// Where what is counted goes; `None` for nowhere.
    address: Option<Result<String, String>>,
    waiting: u64,
    bytes: Bytes,
    has_sent: bool,
    pause: Option<Moment>,
    month: Option<String>,
    has_report: bool,
    traces: Option<String>,
    folder: String,
}

/// Whether anything is counted here, and why, in one line.
pub(in crate::cli) fn state(known: &Known, account: Account) -> String {
    head(&here(known, account, true))
}

fn head(decision: &Decision) -> String {
    match decision {
        Decision::Off(reason) => format!("telemetry is off: {reason}"),
        Decision::Tell => "telemetry is off until the notice was shown in the terminal".to_owned(),
        Decision::On(reason) => format!("telemetry is on: {reason}"),
    }
}

impl Status {
    /// Looks. Nothing is made or changed.
    pub(super) fn of(known: &Known) -> Self {
        Self::with(known, account(&auth::find(&known.inputs)))
    }

    pub(super) fn with(known: &Known, account: Account) -> Self {
        let home = &known.homes.qwen_home;
        let (folder, options) = (Folder::of(home), known.settings.telemetry());
        let queued = folder.queued();
        let address = options.address().map(|address| {
            Collector::new(known.net(), address, "logs").map(|collector| collector.address().to_owned())
        });
        Self {
            decision: here(known, account, true),
            address,
            waiting: queued.len() as u64,
            bytes: Bytes(queued.iter().map(|request| request.len() as u64).sum()),
            has_sent: folder.sent().is_some(),
            pause: Some(folder.pause()).filter(|pause| pause.failures > 0).map(|pause| pause.until),
            month: folder.month(),
            has_report: Shelf::of(home).newest().is_some(),
            traces: options.otlp_endpoint,
            folder: folder.path().display().to_string(),
        }
    }

    /// For a person. What is from settings or the system is cleaned.
    pub(super) fn to_text(&self) -> String {
        let head = head(&self.decision);
        let address = match &self.address {
            None => "nowhere: this build has no address, and `telemetry.endpoint` is not set".to_owned(),
            Some(Ok(address)) => address.clone(),
            Some(Err(refusal)) => format!("nowhere: {refusal}"),
        };
        let waiting = match self.waiting {
            0 => "nothing".to_owned(),
            many_ => format!("{}, {}, in {}", many(many_, "request"), self.bytes.short(), self.folder),
        };
        let pause =
            self.pause.and_then(Moment::timestamp).map(|until| format!("; the next try is after {until}"));
        let id = self.month.as_ref().map_or_else(
            || "none".to_owned(),
            |month| format!("random, made in {month}; another one each month"),
        );
        let traces = self.traces.as_deref().unwrap_or("nowhere");
        let rows = [
            ("goes to", address),
            ("waiting", waiting + &pause.unwrap_or_default()),
            ("sent last", if self.has_sent { "`qwen telemetry show --sent`" } else { "nothing" }.to_owned()),
            ("id", id),
            ("crash", if self.has_report { "`qwen telemetry crash`" } else { "no report" }.to_owned()),
            ("traces", traces.to_owned()),
        ];
        let rows: Vec<String> = rows.iter().map(|(name, value)| format!("  {name:<10} {value}\n")).collect();
        Clean::new(&format!("{head}\n{}", rows.concat())).into_string()
    }
}
