//! Why a line is not understood.

use thiserror::Error;

/// Why a line is not understood. Such a line asks, whatever the rules allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Doubt {
    /// Longer than [`super::Reading::LONGEST`] bytes.
    #[error("too long to be judged")]
    TooLong,
    /// More than [`super::Reading::MOST_COMMANDS`] commands.
    #[error("too many commands to be judged")]
    TooMany,
    /// Scripts inside scripts inside scripts.
    #[error("nested too deep to be judged")]
    TooDeep,
    /// A control character, as in a line that ends in a carriage return.
    #[error("holds a control character")]
    Control,
    /// The grammar found an error.
    #[error("not a line that could be read")]
    Syntax,
    /// A kind of statement this reader does not judge.
    #[error("uses shell syntax that is not judged")]
    Unknown,
    /// Quotes that do not end, or end elsewhere than the grammar says.
    #[error("its quotes could not be followed")]
    Quote,
    /// An expansion whose meaning is open.
    #[error("uses an expansion that cannot be judged")]
    Expansion,
    /// An operator where the grammar saw none.
    #[error("could be read in two ways")]
    Operator,
    /// A comment the shell would not take for one.
    #[error("has a comment that may be none")]
    Comment,
    /// Text between two parts, or two parts without text between.
    #[error("could be read in two ways")]
    Seam,
    /// A here-document whose end is open.
    #[error("has a here-document that could not be followed")]
    HereDocument,
    /// The name of the command is known to the shell only.
    #[error("the name of a command is not written out")]
    Name,
}
