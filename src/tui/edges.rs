//! The first and the last of a screen: its state at the start, its words at the end.

use ratatui::text::Line;

use super::{
    bill::summary,
    clock::Clock,
    frame::Size,
    lang::fill,
    look::{Depth, Paint, Voice},
    model::Model,
    msg::Cmd,
    notice::Attention,
    options::{Manner, Options},
    run::window_size,
};
use crate::{base::Clean, protocol::Op};

/// Lines are broken at this width at least, however narrow the window says it is.
const LEAST_COLUMNS: usize = 80;

/// The state of the screen at its start.
pub(super) fn model(options: Options, clock: Clock) -> Model {
    let mut look = options.paint.look(options.language, !options.is_still);
    let mut size = window_size();
    look.voice = match options.manner {
        Manner::Inline | Manner::Fullscreen => Voice::Screen,
        Manner::Lines => Voice::Lines,
        Manner::Spoken => Voice::Spoken,
    };
    if look.voice != Voice::Screen {
        // Lines have no end that anybody sees, and a window of lines is never too small.
        size = Size { columns: size.columns.max(LEAST_COLUMNS), rows: usize::from(u16::MAX) };
        look = look.repainted(Paint { depth: Depth::None, ..options.paint });
    }
    let mut model = Model::new(size, look, options.home, clock.now());
    (model.paint, model.locale) = (options.paint, options.locale);
    model.attention = Attention { bell: options.bell, has_title: options.has_title, is_away: false };
    model.composer.set_vim(options.is_vim);
    model.is_fullscreen = options.manner == Manner::Fullscreen;
    match options.first_prompt {
        // Which conversation it is for is not known yet.
        Some(text) if options.chooses_session => model.composer.set(&text),
        Some(text) => model.first_prompt(text),
        None => {}
    }
    model
}

/// Opens the list of kept conversations; gives what is to be asked for it.
pub(super) fn choice(model: &mut Model) -> Vec<Op> {
    let mut cmds = Vec::new();
    model.open_sessions(&mut cmds);
    let asked = cmds.into_iter().filter_map(|cmd| match cmd {
        Cmd::Send(op) => Some(op),
        _ => None,
    });
    asked.collect()
}

/// The summary, and how to go on with this conversation if there is one and it was kept.
pub(super) fn last_words(model: &Model, clock: Clock, is_kept: bool) -> Vec<Line<'static>> {
    let Some(session) = &model.session else { return Vec::new() };
    let lasted = clock.now().since(model.started);
    let mut lines = vec![Line::default()];
    lines.extend(summary(&model.totals, lasted, model.size.columns, model.look));
    if is_kept && (model.has_spoken || session.restored_turns > 0) {
        let id = Clean::line(session.id.as_str()).into_string();
        lines.push(Line::raw(fill(
            model.look.words.go_on_with,
            &[("command", &format!("qwen --resume {id}"))],
        )));
    }
    lines
}
