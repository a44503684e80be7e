//! How likely another request is.

/// What is known of a run when a request is planned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Situation {
    /// Whether a person is there who may say more.
    pub is_interactive: bool,
    /// Whether tools are offered.
    pub offers_tools: bool,
    /// How many requests of this session were answered.
    pub answered: u32,
    /// Whether this is the last request the limits of the run allow.
    pub is_last: bool,
}

/// How likely another request with this prefix is while it is stored.
///
/// *Unit:* thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// That the whole prompt is read again.
    pub tail: u32,
}

/// The break-even: what is written at 1.25 pays when it is read with at least this probability.
/// Source: `docs/sources.md`, wire 3.7: 0.25 / 1.15.
pub(super) const PAYS: u32 = 217;

/// Forecasts from what is known.
pub fn forecast(situation: &Situation) -> Forecast {
    let tail = match situation {
        Situation { is_last: true, .. } => 50,
        Situation { is_interactive: true, .. } => 900,
        Situation { offers_tools: true, .. } => 800,
        _ => 100,
    };
    Forecast { tail }
}
