//! A response body that performs its steps, and knows whether the client has taken all of it.

use std::{
    io,
    iter::Peekable,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Bytes, BytesMut};
use hyper::body::{Body, Frame};
use tokio::time::{Instant, Sleep, sleep_until};

use super::{
    state::Ticket,
    steps::{Step, Steps},
};

/// How much is gathered for one write. *Unit:* bytes.
const GATHERED: usize = 16 * 1024;

/// A body that is being sent. When it is dropped before its last byte, its ticket says so.
pub(super) struct Sending {
    steps: Peekable<Steps>,
    ticket: Ticket,
    began: Option<Instant>,
    sleep: Option<Pin<Box<Sleep>>>,
    is_stalled: bool,
    is_over: bool,
}

impl Sending {
    pub(super) fn new(steps: Steps, ticket: Ticket) -> Self {
        Self { steps: steps.peekable(), ticket, began: None, sleep: None, is_stalled: false, is_over: false }
    }

    /// These bytes and what leaves with them anyway: one write for many events when the model is fast, or when several
    /// are due because the timer or the machine was late.
    fn gathered(&mut self, first: Bytes, began: Instant) -> Bytes {
        let is_due = |step: &Step| match step {
            Step::Bytes(_) => true,
            Step::Wait(until) => began + *until <= Instant::now(),
            _ => false,
        };
        let Some(mut next) = self.steps.next_if(is_due) else { return first };
        let mut all = BytesMut::from(first);
        loop {
            if let Step::Bytes(more) = next {
                all.extend_from_slice(&more);
            }
            if all.len() >= GATHERED {
                break;
            }
            match self.steps.next_if(is_due) {
                Some(step) => next = step,
                None => break,
            }
        }
        all.freeze()
    }
}

impl Body for Sending {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let began = *self.began.get_or_insert_with(Instant::now);
        loop {
            if self.is_stalled {
                return Poll::Pending;
            }
            if let Some(sleep) = &mut self.sleep {
                ready!(sleep.as_mut().poll(context));
                self.sleep = None;
            }
            match self.steps.next() {
                Some(Step::Bytes(bytes)) => {
                    let bytes = self.gathered(bytes, began);
                    if self.steps.peek().is_none() {
                        self.is_over = true;
                        self.ticket.complete();
                    }
                    return Poll::Ready(Some(Ok(Frame::data(bytes))));
                }
                Some(Step::Wait(until)) => {
                    let until = began + until;
                    if Instant::now() < until {
                        self.sleep = Some(Box::pin(sleep_until(until)));
                    }
                }
                // The server flushes whenever its body has nothing to give.
                Some(Step::Flush) => {
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Some(Step::Stall) => self.is_stalled = true,
                Some(Step::Break) => {
                    return Poll::Ready(Some(Err(io::Error::other("broken off on purpose"))));
                }
                Some(Step::Fail) | None => {
                    self.is_over = true;
                    return Poll::Ready(None);
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.is_over
    }
}
