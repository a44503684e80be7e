//! The numbers under `stats` in the result of `--output-format json`.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use crate::{
    base::CallId,
    protocol::{Event, Failure, Kind, Totals, Usage, Verdict},
};

/// Counts of requests and calls.
#[derive(Default)]
pub(super) struct Stats {
    model: String,
    requests: u64,
    errors: u64,
    latency_ms: u64,
    usage: Usage,
    asked: HashSet<CallId>,
    tools: Vec<(String, ToolStats)>,
}

#[derive(Clone, Copy, Default)]
struct ToolStats {
    success: u64,
    fail: u64,
    duration_ms: u64,
    accept: u64,
    reject: u64,
    auto_accept: u64,
}

impl Stats {
    /// Takes one event.
    pub(super) fn see(&mut self, event: &Event) {
        match event {
            Event::SessionStarted(info) => self.model.clone_from(&info.model),
            Event::Requested { .. } => self.requests += 1,
            Event::Retrying { .. } => self.errors += 1,
            Event::Failed(failure) if is_of_a_request(failure) => self.errors += 1,
            Event::Answered { usage, took, .. } => {
                self.latency_ms += millis(*took);
                self.usage = self.usage.plus(usage.unwrap_or_default());
            }
            Event::Permission { call, .. } => {
                self.asked.insert(call.id.clone());
            }
            Event::ToolDone { call, result, took, .. } => {
                let was_asked = self.asked.contains(&call.id);
                let tool = self.tool(&call.name);
                tool.duration_ms += millis(*took);
                match result.verdict {
                    Verdict::Done => tool.success += 1,
                    Verdict::Failed | Verdict::Denied | Verdict::Interrupted => tool.fail += 1,
                }
                match result.verdict {
                    Verdict::Denied => tool.reject += 1,
                    _ if was_asked => tool.accept += 1,
                    _ => tool.auto_accept += 1,
                }
            }
            _ => {}
        }
    }

    fn tool(&mut self, name: &str) -> &mut ToolStats {
        let at = self.tools.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            self.tools.push((name.to_owned(), ToolStats::default()));
            self.tools.len() - 1
        });
        &mut self.tools[at].1
    }

    /// As JSON, field for field as Qwen Code writes it.
    pub(super) fn to_json(&self, totals: &Totals) -> Value {
        let mut of_model = self.of_requests();
        of_model["bySource"] = json!({ "main": self.of_requests() });
        let mut models = Map::new();
        models.insert(self.model.clone(), of_model);
        json!({
            "models": models,
            "tools": self.of_tools(),
            "files": {
                "totalLinesAdded": totals.lines_added,
                "totalLinesRemoved": totals.lines_removed,
            },
        })
    }

    fn of_requests(&self) -> Value {
        json!({
            "api": {
                "totalRequests": self.requests,
                "totalErrors": self.errors,
                "totalLatencyMs": self.latency_ms,
            },
            "tokens": {
                "prompt": self.usage.input.0,
                "candidates": self.usage.output.0,
                "total": self.usage.total().0,
                "cached": self.usage.cached.unwrap_or_default().0,
                "thoughts": self.usage.reasoning.unwrap_or_default().0,
            },
        })
    }

    fn of_tools(&self) -> Value {
        let mut sum = ToolStats::default();
        let mut by_name = Map::new();
        for (name, tool) in &self.tools {
            sum = sum.plus(*tool);
            by_name.insert(
                name.clone(),
                json!({
                    "count": tool.count(),
                    "success": tool.success,
                    "fail": tool.fail,
                    "durationMs": tool.duration_ms,
                    "decisions": tool.decisions(),
                }),
            );
        }
        json!({
            "totalCalls": sum.count(),
            "totalSuccess": sum.success,
            "totalFail": sum.fail,
            "totalDurationMs": sum.duration_ms,
            "totalDecisions": sum.decisions(),
            "byName": by_name,
        })
    }
}

impl ToolStats {
    fn count(self) -> u64 {
        self.success + self.fail
    }

    fn plus(self, other: Self) -> Self {
        Self {
            success: self.success + other.success,
            fail: self.fail + other.fail,
            duration_ms: self.duration_ms + other.duration_ms,
            accept: self.accept + other.accept,
            reject: self.reject + other.reject,
            auto_accept: self.auto_accept + other.auto_accept,
        }
    }

    /// `modify` counts calls a person changed before saying yes; there is no person here.
    fn decisions(self) -> Value {
        json!({
            "accept": self.accept,
            "reject": self.reject,
            "modify": 0,
            "auto_accept": self.auto_accept,
        })
    }
}

/// Whether a failure ended a request, rather than the run around it.
fn is_of_a_request(failure: &Failure) -> bool {
    matches!(failure.kind, Kind::Auth | Kind::Quota | Kind::Network | Kind::Provider | Kind::Context)
}

/// A duration in whole milliseconds.
pub(super) fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
