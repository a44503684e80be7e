//! Keeps a report of a panic.

use std::{backtrace::Backtrace, panic};

use crate::{
    telemetry::{Shelf, report},
    tui,
};

/// From here on a panic leaves a report. What it says on the screen stays as it is.
pub(super) fn install(shelf: Shelf) {
    tui::hold_panics();
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        // A report that cannot be kept is no reason for a second panic.
        let _ = shelf.keep(&report(info.location(), &Backtrace::force_capture().to_string()));
        before(info);
    }));
}
