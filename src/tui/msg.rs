//! What reaches the screen's state, and what it wants done.

use crossterm::event::KeyEvent;
use ratatui::text::Line;

use super::{
    door::Chosen,
    editor::{Edited, Errand, Page},
    frame::Size,
    transcript::Target,
};
use crate::protocol::{Event, Op};

/// Something that happened.
#[derive(Clone, Debug)]
pub(super) enum Msg {
    /// A key went down.
    Key(KeyEvent),
    /// Text was pasted, as one piece.
    Paste(String),
    /// The window has another size.
    Resize(Size),
    /// The window is looked at, or another one is.
    Focus(bool),
    /// The terminal told the colour of its page.
    Page([u8; 3]),
    /// The agent says something.
    Agent(Box<Event>),
    /// The agent is gone without a last word.
    Gone,
    /// The person's editor has ended.
    Edited(Errand, Edited),
    /// A text was copied: how, in a sentence.
    Copied(String),
    /// A file was written, or not: in a sentence.
    Written(bool, String),
    /// Another session takes the place of this one; it says more by itself.
    Resumed,
    /// Time passed.
    Tick,
    /// The system asks the program to end.
    Signal,
}

/// Something to do.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cmd {
    /// Ask the agent.
    Send(Op),
    /// Print lines into the scrollback.
    Print(Vec<Line<'static>>),
    /// Tell the person, who looks elsewhere.
    Notify(&'static str),
    /// Name the window.
    Title(String),
    /// Move the view of what was printed, up where it is positive.
    Scroll(isize),
    /// Draw the block anew, whatever is on the screen.
    Redraw,
    /// Hand a text to a clipboard. Answered by [`Msg::Copied`].
    Copy(String),
    /// Write a text into a file. Answered by [`Msg::Written`].
    Write(Target, String),
    /// Let the person change a text in their own editor. Answered by [`Msg::Edited`]. Only a key may lead to this: then
    /// nobody reads the terminal.
    Edit(Page),
    /// Go on with another session.
    Resume(Chosen),
    /// Give the terminal back to the shell until the person returns.
    Suspend,
    /// End.
    Quit,
}
