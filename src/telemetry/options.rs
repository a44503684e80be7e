//! What settings say about counting.

/// Options of this module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Where `privacy.usageStatisticsEnabled` is `false`, if anywhere.
    pub refused_in: Option<String>,
    /// `telemetry.endpoint`: where what is counted goes.
    pub endpoint: Option<String>,
    /// `telemetry.otlp.endpoint`: a team's own collector.
    pub otlp_endpoint: Option<String>,
    /// `telemetry.otlp.headersEnv`: the variable with headers for it.
    pub otlp_headers: Option<String>,
}

impl Options {
    /// Where what is counted goes: the settings' endpoint, else the build's. A build from source has none.
    pub fn address(&self) -> Option<&str> {
        self.endpoint.as_deref().or(option_env!("QWEN_TELEMETRY_ENDPOINT"))
    }
}
