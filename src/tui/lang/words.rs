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
}
