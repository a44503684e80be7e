//! Table: everything that can be counted.
//!
//! A row is an event, its fields are words or ranges; a field of another kind does not compile. The page
//! `docs/telemetry.md` is made from these rows.

use super::{
    bucket::{Bucket, Bytes, Many, Milliseconds, Percent, Tokens},
    word::{Value, Word},
    words::{Account, Command, Face, Model, Room, Terminal, Tool},
};
use crate::protocol::{EndReason, Kind, Miss, Mode, Verdict};

/// What can be said of one kind of event.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// What it stands for, in a sentence.
    pub about: &'static str,
    /// Its fields: name, meaning, and everything that can stand there.
    pub fields: Vec<(&'static str, &'static str, Vec<Value>)>,
}

macro_rules! events {
    ($($(#[doc = $about:literal])* $event:ident $name:literal {
        $($(#[doc = $meaning:literal])* $field:ident: $kind:ty,)*
    })+) => {
        /// Something that is counted. Every field is a [`Word`], so that no text of a person fits.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Event {
            $($(#[doc = $about])* $event { $($(#[doc = $meaning])* $field: $kind,)* },)+
        }

        impl Event {
            /// The name of the event.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$event { .. } => $name,)+ }
            }

            /// What it says, in order; a field without a value is left out.
            pub fn fields(&self) -> Vec<(&'static str, Value)> {
                match *self {
                    $(Self::$event { $($field),* } => {
                        let all = [$((stringify!($field), Word::value($field))),*];
                        all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
                    })+
                }
            }
        }

        /// All events with everything they can say, in the order of the page.
        pub fn vocabulary() -> Vec<Entry> {
            vec![$(Entry {
                name: $name,
                about: concat!($($about),*).trim_ascii(),
                fields: vec![$((
                    stringify!($field),
                    concat!($($meaning),*).trim_ascii(),
                    <$kind as Word>::all(),
                )),*],
            }),+]
        }

        super::word::closed! {
            /// The name of an event.
            Name: $($name)+ "none"
        }
    };
}

events! {
    /// A session is ready.
    SessionStarted "session_started" {
        /// How it shows itself.
        face: Face,
        /// How the person signed in.
        account: Account,
        /// The model.
        model: Model,
        /// What may happen without asking.
        mode: Mode,
        /// From the start of the program. Milliseconds.
        ready: Bucket<Milliseconds>,
        /// The family of the terminal.
        terminal: Terminal,
        /// Turns of an earlier session that goes on.
        restored: Bucket<Many>,
    }
    /// The agent is done with what a person said.
    TurnEnded "turn_ended" {
        /// Why.
        reason: EndReason,
        /// How long it took. Milliseconds.
        took: Bucket<Milliseconds>,
        /// Answers of the model.
        requests: Bucket<Many>,
        /// Calls of tools.
        calls: Bucket<Many>,
        /// Size of the last prompt. Tokens.
        context: Bucket<Tokens>,
    }
    /// The model has answered.
    Answered "answered" {
        /// The model.
        model: Model,
        /// From sending to the end of the answer. Milliseconds.
        took: Bucket<Milliseconds>,
        /// What went in, when it was reported. Tokens.
        input: Option<Bucket<Tokens>>,
        /// What came out, when it was reported. Tokens.
        output: Option<Bucket<Tokens>>,
        /// The share of the input that was read from the cache, when it was reported. Percent.
        cached: Option<Bucket<Percent>>,
        /// Why less was read from the cache than could have been, if so.
        miss: Option<Miss>,
    }
    /// A call of a tool has ended.
    ToolDone "tool_done" {
        /// The tool; `other` for one that is not built in.
        tool: Tool,
        /// How it ended.
        verdict: Verdict,
        /// How long it ran. Milliseconds.
        took: Bucket<Milliseconds>,
        /// Size of what the model reads. Bytes.
        size: Bucket<Bytes>,
    }
    /// A request failed and is tried again.
    Retried "retried" {
        /// Whose fault it was.
        kind: Kind,
    }
    /// A turn ended with an error.
    Failed "failed" {
        /// Whose fault it was.
        kind: Kind,
    }
    /// The history became a summary.
    Compacted "compacted" {
        /// Size before. Tokens.
        before: Bucket<Tokens>,
        /// Size after. Tokens.
        after: Bucket<Tokens>,
    }
    /// A person used a slash command.
    CommandUsed "command_used" {
        /// Which.
        command: Command,
    }
    /// The approval mode changed.
    ModeChanged "mode_changed" {
        /// To which.
        mode: Mode,
    }
    /// Another model is used from now on.
    ModelSwitched "model_switched" {
        /// Which.
        model: Model,
    }
    /// A session ended.
    SessionEnded "session_ended" {
        /// How long it lasted. Milliseconds.
        lasted: Bucket<Milliseconds>,
        /// Turns of the person.
        turns: Bucket<Many>,
        /// Answers of the model.
        requests: Bucket<Many>,
        /// Calls of tools that ran.
        calls: Bucket<Many>,
        /// Calls of tools that were denied.
        denied: Bucket<Many>,
        /// The share of all input that was read from the cache, when it was reported. Percent.
        cached: Option<Bucket<Percent>>,
    }
    /// An earlier run panicked and left a report on this machine, which stays there.
    Crashed "crashed" {
        /// The part of the program.
        room: Room,
        /// The last event before it.
        after: Name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vocabulary_has_this_size() {
        let all = vocabulary();
        let fields: usize = all.iter().map(|entry| entry.fields.len()).sum();
        let mut words: Vec<Value> =
            all.iter().flat_map(|e| e.fields.iter().flat_map(|f| f.2.clone())).collect();
        words.sort_unstable();
        words.dedup();
        // Whoever changes these numbers changes what people agreed to: say so in CHANGELOG.md under Privacy.
        assert_eq!((all.len(), fields, words.len()), (12, 37, 185));
    }

    #[test]
    fn what_an_event_says_is_in_the_vocabulary() {
        let event = Event::Answered {
            model: Model::of("a-model-of-my-own"),
            took: Bucket::of(1_234),
            input: Some(Bucket::of(12_345)),
            output: None,
            cached: None,
            miss: Some(Miss::Idle { seconds: 4_242 }),
        };
        let said: Vec<_> = event.fields();
        assert_eq!(
            said,
            [
                ("model", Value::Text("other")),
                ("took", Value::Number(1_000)),
                ("input", Value::Number(10_000)),
                ("miss", Value::Text("idle")),
            ]
        );
        let entry = vocabulary().into_iter().find(|e| e.name == event.name()).expect("every event has a row");
        for (name, value) in said {
            let field = entry.fields.iter().find(|f| f.0 == name).expect("every field is in the row");
            assert!(field.2.contains(&value), "{name}");
        }
    }
}
