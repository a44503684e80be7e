//! What a field of an event can be: a word of a closed list, or the lower end of a range of numbers.

/// What a field says, on its way out. No event can be made from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// A word that stands in this program's source.
    Text(&'static str),
    /// The lower end of a range that stands in this program's source.
    Number(u64),
}

pub(super) mod sealed {
    /// Only this module's neighbours can say that something is a word.
    pub trait Sealed {}
}

/// Something that may be a field of an [`super::Event`].
///
/// Sealed: nobody outside can add one, and inside each has a list of all it can ever say. A `String` is none:
///
/// ```
/// use qwen::telemetry::{Command, Event};
/// let typed = String::from("help");
/// let command = Command::of(&typed);
/// let event = Event::CommandUsed { command };
/// assert_eq!(event.name(), "command_used");
/// ```
///
/// ```compile_fail
/// use qwen::telemetry::{Command, Event};
/// let typed = String::from("help");
/// let command = typed;
/// let event = Event::CommandUsed { command };
/// assert_eq!(event.name(), "command_used");
/// ```
///
/// Nor is a word that lives as long as the program, since that may have been made from what somebody typed:
///
/// ```
/// use qwen::telemetry::{Command, Event};
/// let typed: &'static str = String::from("help").leak();
/// let command = Command::of(typed);
/// let event = Event::CommandUsed { command };
/// ```
///
/// ```compile_fail
/// use qwen::telemetry::{Command, Event};
/// let typed: &'static str = String::from("help").leak();
/// let command = typed;
/// let event = Event::CommandUsed { command };
/// ```
///
/// And nobody can say of a type of their own that it is one:
///
/// ```compile_fail
/// #[derive(Clone, Copy)]
/// struct Mine;
/// impl qwen::telemetry::Word for Mine {
///     fn value(self) -> Option<qwen::telemetry::Value> { None }
///     fn all() -> Vec<qwen::telemetry::Value> { Vec::new() }
/// }
/// ```
pub trait Word: sealed::Sealed + Copy {
    /// What it says; `None` when there is nothing to say, and then the field is left out.
    fn value(self) -> Option<Value>;

    /// Everything it can ever say.
    fn all() -> Vec<Value>;
}

impl<W: Word> sealed::Sealed for Option<W> {}

impl<W: Word> Word for Option<W> {
    fn value(self) -> Option<Value> {
        self.and_then(Word::value)
    }

    fn all() -> Vec<Value> {
        W::all()
    }
}

/// A closed list of words. The last one stands for everything that is not on the list.
macro_rules! closed {
    ($(#[$doc:meta])* $name:ident: $($word:literal)+) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name(u8);

        impl $name {
            /// All of them; the last one stands for everything else.
            pub const NAMES: &'static [&'static str] = &[$($word),+];

            /// The word that is spelled so, or the last one.
            pub fn of(text: &str) -> Self {
                let last = Self::NAMES.len() - 1;
                let at = Self::NAMES.iter().position(|name| *name == text).unwrap_or(last);
                Self(u8::try_from(at).unwrap_or(u8::MAX))
            }

            /// The word itself.
            pub fn name(self) -> &'static str {
                Self::NAMES.get(usize::from(self.0)).copied().unwrap_or(Self::NAMES[Self::NAMES.len() - 1])
            }
        }

        // A list that is longer than its numbers does not compile.
        const _: () = assert!($name::NAMES.len() <= 256);

        impl $crate::telemetry::word::sealed::Sealed for $name {}

        impl $crate::telemetry::word::Word for $name {
            fn value(self) -> Option<$crate::telemetry::word::Value> {
                Some($crate::telemetry::word::Value::Text(self.name()))
            }

            fn all() -> Vec<$crate::telemetry::word::Value> {
                Self::NAMES.iter().map(|name| $crate::telemetry::word::Value::Text(name)).collect()
            }
        }
    };
}

pub(super) use closed;
