//! What a text says in another writing: base64, hexadecimal, dumps, escapes, backwards, letter by letter.
//!
//! Each piece that reads as text when it is undone is gathered in one [`Plain`], which is searched like any other text. A
//! find there leads back to the place it came from. Everything is undone once.

mod dump;
mod lines;
mod plain;
mod runs;

pub(super) use plain::Plain;

/// Undoes every writing that is known.
pub(super) fn undo(text: &str) -> Plain {
    let mut plain = Plain::default();
    runs::undo(text, &mut plain);
    dump::undo(text, &mut plain);
    lines::undo(text, &mut plain);
    plain
}
