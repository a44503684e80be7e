//! A value that must not be shown, copied or saved by accident.

use zeroize::Zeroizing;

/// A key or token.
///
/// It cannot be printed, compared, cloned or serialised; [`Secret::expose`] is the only way out, so a reviewer
/// finds every use by that word. Its memory is overwritten when it is dropped.
///
/// ```
/// use qwen::base::Secret;
/// let key = Secret::new("sk-0123456789".to_owned());
/// assert_eq!(key.masked(), "sk-…6789");
/// ```
///
/// What must not compile, each beside the line above that does:
///
/// ```compile_fail
/// use qwen::base::Secret;
/// let key = Secret::new("sk-0123456789".to_owned());
/// println!("{key}");
/// ```
/// ```compile_fail
/// use qwen::base::Secret;
/// let key = Secret::new("sk-0123456789".to_owned());
/// println!("{key:?}");
/// ```
/// ```compile_fail
/// use qwen::base::Secret;
/// let key = Secret::new("sk-0123456789".to_owned());
/// let copy = Secret::clone(&key);
/// ```
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes ownership of the text; white space at both ends is dropped, since pasted keys often carry it.
    pub fn new(text: String) -> Self {
        let text = Zeroizing::new(text);
        Self(Zeroizing::new(text.trim().to_owned()))
    }

    /// The text itself. Whoever calls this answers for where it goes.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Enough to recognise the key by: first three and last four characters, or only dots if it is short.
    pub fn masked(&self) -> String {
        let all: Vec<char> = self.0.chars().collect();
        if all.len() < 12 {
            return "…".to_owned();
        }
        let (head, tail) = (&all[..3], &all[all.len() - 4..]);
        head.iter().chain(&['…']).chain(tail).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_key_shows_nothing() {
        assert_eq!(Secret::new("  abc  ".into()).masked(), "…");
    }

    #[test]
    fn white_space_around_a_pasted_key_is_dropped() {
        assert_eq!(Secret::new(" sk-1\n".into()).expose(), "sk-1");
    }
}
