//! Sees a session's events beside its face: one look at each, nothing that waits.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::{sync::mpsc, task::JoinHandle, time::timeout};

use super::{
    consent::NOTICE,
    crash,
    deliver::Collector,
    observe::{Facts, Observer},
    otlp,
    recorder::{Clock, Note, Plan, record},
    span::{Span, Tracer},
};
use crate::protocol::{DeskEvent, Event};

/// How long the end of the program waits for a team's own collector.
const LAST: Duration = Duration::from_secs(2);

/// What sees the events.
pub struct Watch {
    now: Clock,
    seen: Mutex<Seen>,
}

struct Seen {
    observer: Observer,
    notes: Option<mpsc::UnboundedSender<Note>>,
    traces: Option<(Tracer, mpsc::UnboundedSender<Vec<Span>>)>,
}

/// What works beside the session; started when the runtime is there.
pub struct Work {
    record: Option<(Plan, mpsc::UnboundedReceiver<Note>)>,
    trace: Option<(Collector, mpsc::UnboundedReceiver<Vec<Span>>)>,
    notes: Option<mpsc::UnboundedSender<Note>>,
}

/// Work that has begun.
pub struct Working {
    recording: Option<JoinHandle<()>>,
    tracing: Option<JoinHandle<()>>,
    notes: Option<mpsc::UnboundedSender<Note>>,
}

/// Joins the two: what sees the events, and what works with them. `traces` is a team's own collector.
pub fn watch(facts: Facts, plan: Option<Plan>, traces: Option<Collector>, now: Clock) -> (Watch, Work) {
    let (notes, record) = plan
        .map(|plan| {
            let (notes, told) = mpsc::unbounded_channel();
            (notes, (plan, told))
        })
        .unzip();
    let (spans, sent) = traces
        .map(|collector| {
            let (sender, told) = mpsc::unbounded_channel();
            ((Tracer::new(facts.started), sender), (collector, told))
        })
        .unzip();
    let seen = Seen { observer: Observer::new(facts), notes: notes.clone(), traces: spans };
    (Watch { now, seen: Mutex::new(seen) }, Work { record, trace: sent, notes })
}

impl Watch {
    /// Looks at an event.
    pub fn see(&self, event: &Event) {
        // Most events are pieces of texts, and nothing is counted of them.
        if matches!(event, Event::Delta { .. } | Event::ToolOutput { .. }) {
            return;
        }
        let now = (self.now)();
        // What is counted is whole after every statement.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = seen.observer.observe(event, now);
        if let Some(counted) = counted {
            crash::remember(counted);
        }
        if let Some(notes) = &seen.notes {
            let about = match event {
                Event::Notice { text, .. } if text == NOTICE => Some(Note::Told),
                Event::Notice { text, .. } if text == crash::OFFER => Some(Note::Offered),
                Event::Desk(DeskEvent::Switched(_)) => Some(Note::Check),
                _ => None,
            };
            // A recorder that has ended wants nothing.
            for note in counted.map(Note::Counted).into_iter().chain(about) {
                let _ = notes.send(note);
            }
        }
        let is_end = matches!(event, Event::TurnEnded { .. } | Event::SessionEnded { .. });
        if let Some((tracer, spans)) = &mut seen.traces {
            tracer.hear(event, counted, now);
            if is_end {
                let _ = spans.send(tracer.take());
            }
        }
    }
}

impl Work {
    /// Begins. Must be called inside the runtime.
    pub fn start(self) -> Working {
        Working {
            recording: self.record.map(|(plan, noted)| tokio::spawn(record(plan, noted))),
            tracing: self.trace.map(|(collector, told)| tokio::spawn(trace(collector, told))),
            notes: self.notes,
        }
    }
}

impl Working {
    /// Keeps what is left. A tenth of a second at most for a request of ours that is on its way, two seconds for a team's collector that
    /// the person chose.
    pub async fn end(self) {
        if let Some(notes) = self.notes {
            let _ = notes.send(Note::End);
        }
        if let Some(recording) = self.recording {
            let _ = timeout(Duration::from_secs(1), recording).await;
        }
        if let Some(tracing) = self.tracing {
            let _ = timeout(LAST, tracing).await;
        }
    }
}

/// Sends spans to a team's own collector. What it does not take is dropped.
async fn trace(collector: Collector, mut told: mpsc::UnboundedReceiver<Vec<Span>>) {
    while let Some(spans) = told.recv().await {
        let is_last = spans.iter().any(|span| span.parent.is_none());
        if !spans.is_empty() {
            collector.send(otlp::traces(&spans)).await;
        }
        if is_last {
            break;
        }
    }
}
