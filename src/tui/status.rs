//! The line below the composer: where, how, who, how full, what was read from cache, what it cost.

use ratatui::text::Line;

use super::{lang::fill, layout::cut, model::Model, tally::price, warmth::Warmth};
use crate::base::{Clean, width};

/// Folder and branch, mode, model, context, cache, its life, money. Where the row is too short the left goes first, then
/// the words of the cache's life become fewer, then money and one of what is left of the cache go; the context stays.
/// Source: `docs/sources.md`, tui 4.2.
pub(super) fn status(model: &Model, columns: usize) -> Line<'static> {
    let look = model.look;
    let Some(session) = &model.session else { return Line::styled(look.words.starting, look.dim) };
    if session.model.is_empty() {
        let text = format!("{} · {}", model.mode, look.words.not_signed_in);
        return cut(Line::styled(text, look.dim), columns);
    }
    let (used, window) = (model.context.short(), session.window.short());
    let context = match model.context.0.saturating_mul(100).checked_div(session.window.0) {
        Some(share) => fill(
            look.words.status_context,
            &[("share", &share.to_string()), ("used", &used), ("window", &window)],
        ),
        None => fill(look.words.status_context_only, &[("used", &used)]),
    };
    let mut place = Clean::line(&model.short_path(&session.root)).into_string();
    if let Some(branch) = &session.branch {
        place = format!("{place} {}", Clean::line(branch));
    }
    let mode = Some(model.mode.to_string());
    let name = Some(Clean::line(&session.model).into_string());
    let rate = model.totals.usage.hit_rate();
    let share = rate.map(|rate| fill(look.words.status_cache, &[("share", &rate.to_string())]));
    let (life, brief) = model.warmth_field().unzip();
    let (place, money, context, none) =
        (Some(place), Some(price(&model.totals, look.words)), Some(context), &None);
    let is_cold = matches!(model.warmth(), Some((Warmth::Cold(_), _)));
    // What a pause has cost is worth more than what was read before it.
    let last = if is_cold {
        [none, none, none, &context, none, &brief, none]
    } else {
        [none, none, none, &context, &share, none, none]
    };
    let rows = [
        [&place, &mode, &name, &context, &share, &life, &money],
        [none, &mode, &name, &context, &share, &life, &money],
        [none, none, &name, &context, &share, &life, &money],
        [none, none, none, &context, &share, &life, &money],
        [none, none, none, &context, &share, &brief, &money],
        [none, none, none, &context, &share, &brief, none],
        last,
        [none, none, none, &context, none, none, none],
    ];
    let mut rows =
        rows.map(|row| row.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" · "));
    let fits = rows.iter().position(|row| width(row) <= columns).unwrap_or(rows.len() - 1);
    Line::styled(std::mem::take(&mut rows[fits]), look.dim)
}
