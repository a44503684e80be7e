//! Table: the screen in English.

use super::Words;

pub(super) const WORDS: Words = Words {
    not_signed_in: "not signed in · /auth",
    how_to_begin: "Type a request, / for commands, Esc stops, Ctrl-C twice leaves",

    leave_again: "Ctrl-C again within {seconds} s to exit",
};
