//! Table: the sentences of the screen, by what they are about. `{name}` stands for a value.

/// Makes the struct of sentences, and the list of them that the tests walk.
macro_rules! sentences {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// The sentences of one language.
        #[derive(Debug)]
        pub(in crate::tui) struct Words {
            $($(#[$doc])* pub(in crate::tui) $name: &'static str,)*
        }

        impl Words {
            /// All sentences with their names, in order.
            #[cfg(test)]
            pub(super) fn all(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($name), self.$name),)*]
            }
        }
    };
}

sentences! {
    // The first lines.
    /// Stands where the model's name would.
    not_signed_in,
    /// Below the header.
    how_to_begin,

    // Leaving.
    /// After the first Ctrl-C on an empty draft.
    leave_again,

    // Commands: what each does, headings, and what may follow.
    /// Heading of the commands about what was said.
    group_conversation,
    /// Heading of the commands about what may happen.
    group_safety,
    /// Heading of the commands about accounts and models.
    group_model,
    /// Heading of the commands about numbers.
    group_bill,
    /// Heading of the other commands.
    group_program,
    /// `/help`.
    command_help,
    /// `/approval-mode`.
    command_approval_mode,
    /// `/plan`.
    command_plan,
    /// `/auth`.
    command_auth,
    /// `/model`.
    command_model,
    /// `/stats`.
    command_stats,
    /// `/cache`.
    command_cache,
    /// `/compress`.
    command_compress,
    /// `/context`.
    command_context,
    /// `/rewind`.
    command_rewind,
    /// `/clear`.
    command_clear,
    /// `/about`.
    command_about,
    /// `/quit`.
    command_quit,
    /// A name may follow.
    hint_name,
    /// What a summary should keep may follow.
    hint_what_to_keep,
    /// A number may follow.
    hint_number,
    /// `/context refresh`.
    choice_refresh,
    /// Above the list of modes.
    mode_now,
    /// What mode `plan` means.
    mode_plan,
    /// What mode `default` means.
    mode_default,
    /// What mode `auto-edit` means.
    mode_auto_edit,
    /// What mode `yolo` means.
    mode_yolo,

    // Keys: headings, and what each does.
    /// Heading of the signs a draft may begin with.
    keys_signs,
    /// Heading of the keys for sending and stopping.
    keys_talk,
    /// Heading of the keys about the screen.
    keys_screen,
    /// Heading of the keys that move.
    keys_move,
    /// Heading of the keys that change the draft.
    keys_change,
    /// Enter.
    key_send,
    /// Esc.
    key_escape,
    /// Ctrl-C.
    key_cancel,
    /// Ctrl-D.
    key_leave,
    /// Shift-Tab.
    key_next_mode,
    /// Tab.
    key_complete,
    /// Ctrl-O.
    key_open_folded,
    /// The page keys.
    key_page,
    /// Ctrl-L.
    key_redraw,
    /// Ctrl-Z.
    key_suspend,
    /// Up and Down.
    key_up_down,
    /// Left and Right.
    key_left_right,
    /// Ctrl-Left and Ctrl-Right.
    key_word,
    /// Ctrl-A and Ctrl-E.
    key_line_ends,
    /// Shift-Enter.
    key_newline,
    /// Backspace.
    key_backspace,
    /// Delete.
    key_delete,
    /// Ctrl-W.
    key_word_back,
    /// Alt-D.
    key_word_forward,
    /// Ctrl-U and Ctrl-K.
    key_cut_line,
    /// Ctrl-Y.
    key_yank,
    /// Ctrl-_ and Alt-_.
    key_undo,
    /// `/` at the beginning.
    sign_command,
    // The composer.
    /// The person's editor ended with an error.
    editor_failed,
    /// The person's editor is not there.
    editor_missing,
    /// Ctrl-G.
    key_editor,
}
