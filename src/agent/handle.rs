//! What a face holds of an agent: ops in, events out.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{Notify, mpsc};

use crate::protocol::{Event, Op};

/// A running agent, seen from a face.
pub struct Handle {
    ops: mpsc::UnboundedSender<Op>,
    events: Mailbox,
}

impl Handle {
    /// Joins the two ends.
    pub fn new(ops: mpsc::UnboundedSender<Op>, events: Mailbox) -> Self {
        Self { ops, events }
    }

    /// Asks the agent for something. An agent that has ended ignores it.
    pub fn send(&self, op: Op) {
        let _ = self.ops.send(op);
    }

    /// Another way to ask, for whoever does not wait for events: a signal, for instance.
    pub fn ops(&self) -> mpsc::UnboundedSender<Op> {
        self.ops.clone()
    }

    /// The next event; `None` after [`Event::SessionEnded`] was taken and the agent is gone. Safe to drop before
    /// it is ready: no event is lost.
    pub async fn next(&mut self) -> Option<Event> {
        self.events.take().await
    }

    /// The next event if one is waiting.
    pub fn try_next(&mut self) -> Option<Event> {
        self.events.try_take()
    }
}

/// A queue of events that merges deltas while nobody takes them, so that a slow face costs memory for the text
/// alone and never holds up the stream. Every other event is kept, in order.
#[derive(Clone, Default)]
pub struct Mailbox {
    shared: Arc<Shared>,
    watch: Option<Watch>,
}

/// Looks at each event as it is put, before any face takes it; must not wait for anything.
pub type Watch = Arc<dyn Fn(&Event) + Send + Sync>;

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    wake: Notify,
}

#[derive(Default)]
struct Queue {
    events: VecDeque<Event>,
    is_closed: bool,
}

impl Mailbox {
    /// A queue whose events somebody else sees, too.
    pub fn watched(watch: Option<Watch>) -> Self {
        Self { watch, ..Self::default() }
    }

    /// Adds an event.
    pub fn put(&self, event: Event) {
        if let Some(watch) = &self.watch {
            watch(&event);
        }
        let mut queue = self.lock();
        let left = match queue.events.back_mut() {
            Some(last) => merge(last, event),
            None => Some(event),
        };
        queue.events.extend(left);
        drop(queue);
        self.shared.wake.notify_one();
    }

    /// No event will be added any more.
    pub fn close(&self) {
        self.lock().is_closed = true;
        self.shared.wake.notify_one();
    }

    async fn take(&self) -> Option<Event> {
        loop {
            let woken = self.shared.wake.notified();
            {
                let mut queue = self.lock();
                if let Some(event) = queue.events.pop_front() {
                    return Some(event);
                }
                if queue.is_closed {
                    return None;
                }
            }
            woken.await;
        }
    }

    fn try_take(&self) -> Option<Event> {
        self.lock().events.pop_front()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Queue> {
        // The queue is whole after every statement above, so a panic elsewhere while holding it harms nothing.
        self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Merges `next` into `last` if both are pieces of the same text; otherwise gives it back.
fn merge(last: &mut Event, next: Event) -> Option<Event> {
    match (last, next) {
        (Event::Delta { kind, text }, Event::Delta { kind: next_kind, text: more }) if *kind == next_kind => {
            text.push_str(&more);
            None
        }
        (Event::ToolOutput { call, text }, Event::ToolOutput { call: next_call, text: more })
            if *call == next_call =>
        {
            text.push_str(&more);
            None
        }
        (_, next) => Some(next),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{DeltaKind, Mode};

    fn delta(text: &str) -> Event {
        Event::Delta { kind: DeltaKind::Text, text: text.into() }
    }

    #[test]
    fn a_watcher_sees_every_event_whatever_the_face_does() {
        let seen = Arc::new(Mutex::new(0));
        let counter = seen.clone();
        let mailbox = Mailbox::watched(Some(Arc::new(move |_| *counter.lock().expect("no panic") += 1)));
        for event in [delta("a"), delta("b"), Event::ModeChanged(Mode::Plan)] {
            mailbox.clone().put(event);
        }
        assert_eq!(*seen.lock().expect("no panic"), 3);
        assert_eq!(std::iter::from_fn(|| mailbox.try_take()).count(), 2);
    }

    #[test]
    fn deltas_merge_and_everything_else_keeps_its_place() {
        let mailbox = Mailbox::default();
        for event in [delta("a"), delta("b"), Event::ModeChanged(Mode::Plan), delta("c")] {
            mailbox.put(event);
        }
        let taken: Vec<Event> = std::iter::from_fn(|| mailbox.try_take()).collect();
        assert_eq!(taken, [delta("ab"), Event::ModeChanged(Mode::Plan), delta("c")]);
    }
}
