//! A token count without a vocabulary.

use super::Tokens;

/// Estimates how many tokens `text` is.
///
/// A quarter of the ASCII characters plus 1.1 for each other one. Whoever has a real count from a provider scales
/// this by it (`cache::Scale`).
/// Source: the heuristic of `docs/sources.md`, wire 6.3, within 15 % on source code and on Chinese prose.
pub fn estimate(text: &str) -> Tokens {
    let ascii = text.bytes().filter(u8::is_ascii).count() as u64;
    let other = text.chars().count() as u64 - ascii;
    Tokens((ascii * 5 + other * 22).div_ceil(20))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_ascii_letters_or_one_chinese_sign_is_about_a_token() {
        assert_eq!(estimate(""), Tokens(0));
        assert_eq!(estimate("abcdefgh"), Tokens(2));
        assert_eq!(estimate("中文中文中文中文中文"), Tokens(11));
    }
}
