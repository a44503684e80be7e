//! One kind of secret: how it looks, and what a find must still pass.

/// What a find must pass beside its form, so that ordinary text is left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    /// The form says enough.
    None,
    /// Letters with digits or in both cases, as no word is.
    Mixed,
    /// As good as random.
    Random,
    /// Anything but a name that stands for a value.
    Word,
    /// What a line of an environment file sets: a value, not a name, a number or a path.
    Setting,
    /// What is assigned to something called a secret: random, or a password by its form.
    Assigned,
}

/// One kind of secret.
pub(super) struct Rule {
    /// Its name in placeholders and messages.
    pub(super) name: &'static str,
    /// A text that holds a secret of this kind holds one of these.
    pub(super) marks: &'static [&'static str],
    /// The form as a regular expression; the first group that took part is the secret, else the whole.
    pub(super) form: &'static str,
    /// What a find must pass.
    pub(super) check: Check,
}

pub(super) const fn rule(
    name: &'static str,
    marks: &'static [&'static str],
    form: &'static str,
    check: Check,
) -> Rule {
    Rule { name, marks, form, check }
}

impl Check {
    /// Whether a find is a secret.
    pub(super) fn passes(self, value: &str) -> bool {
        match self {
            Self::None => true,
            Self::Mixed => is_mixed(value) && !is_stand_in(value),
            Self::Random => is_random(value) && !is_stand_in(value),
            Self::Word => !is_stand_in(value),
            Self::Setting => !is_stand_in(value) && !is_plain(value),
            Self::Assigned => {
                !is_stand_in(value) && !is_code(value) && (is_random(value) || is_password(value))
            }
        }
    }
}

/// Whether a value that is called a secret may be one: no stand-in, number, switch, path or name in capitals.
pub(super) fn may_be_secret(value: &str) -> bool {
    Check::Setting.passes(value)
}

/// Letters with digits or in both cases, and no word among them.
fn is_mixed(value: &str) -> bool {
    let has = |is: fn(&u8) -> bool| value.bytes().any(|b| is(&b));
    let (digits, capitals) = (has(u8::is_ascii_digit), has(u8::is_ascii_uppercase));
    (digits || (capitals && has(u8::is_ascii_lowercase))) && longest_word(value) <= 9
}

/// Bits of information a character carries, as if characters were drawn one by one.
#[expect(clippy::cast_precision_loss, reason = "lengths of a line")]
fn entropy(value: &str) -> f64 {
    let mut counts = [0_u32; 256];
    value.bytes().for_each(|b| counts[usize::from(b)] += 1);
    let all = value.len() as f64;
    counts.iter().filter(|n| **n > 0).map(|n| f64::from(*n) / all).map(|p| -p * p.log2()).sum()
}

/// No word, path or name: as much information in it as in drawn letters.
fn is_random(value: &str) -> bool {
    let has_digit = value.bytes().any(|b| b.is_ascii_digit());
    if value.len() < 16 || !is_mixed(value) || !has_digit {
        return false;
    }
    let is_hex = value.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    entropy(value) >= if is_hex { 2.6 } else { 3.2 }
}

/// The longest run of lower-case letters that could be spoken: such runs are words of a name.
fn longest_word(value: &str) -> usize {
    let is_vowel = |c: char| "aeiouy".contains(c.to_ascii_lowercase());
    let mut longest = 0;
    for run in value.split(|c: char| !c.is_ascii_lowercase()) {
        if run.chars().any(is_vowel) {
            longest = longest.max(run.len());
        }
    }
    longest
}

/// A password as people make them: letters with digits or signs, on one line.
fn is_password(value: &str) -> bool {
    let has_digit = value.chars().any(|c| c.is_ascii_digit());
    let has_letter = value.chars().any(char::is_alphabetic);
    let has_sign = value.chars().any(|c| "!@#$%^&*+?~".contains(c));
    let is_path =
        value.starts_with(['/', '.', '~']) || value.contains("://") || value.matches('/').count() > 1;
    has_letter && (has_digit || has_sign) && !is_path && value.len() >= 8
}

/// A piece of a program where a value would stand: a call, a variable, a type.
fn is_code(value: &str) -> bool {
    let signs =
        ["(", ")", "::", "->", "=>", "[", "]", "{", "}", "\\", "<", ">", "&&", "||", "==", "%s", "%d", "..."];
    if signs.iter().any(|sign| value.contains(sign)) {
        return true;
    }
    let names = [
        "self.",
        "this.",
        "process.env",
        "os.environ",
        "env.",
        "config.",
        "args.",
        "req.",
        "ctx.",
        "request.",
        "Some",
        "None",
    ];
    if names.iter().any(|name| value.starts_with(name)) {
        return true;
    }
    // `user_token2`, `tokenCount1`: a name, whose digits stand at the end of its words.
    let is_name = value.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c));
    is_name
        && value.split(['_', '.', '-']).all(|part| {
            let word = part.trim_end_matches(|c: char| c.is_ascii_digit());
            part.len() - word.len() <= 3 && word.chars().all(|c| c.is_ascii_alphabetic())
        })
        && value.chars().filter(char::is_ascii_digit).count() <= 3
        && entropy(value) < 3.6
}

/// A number, a switch, a path, or a name in capitals: what settings about secrets say beside them.
fn is_plain(value: &str) -> bool {
    let is_number = value.chars().all(|c| c.is_ascii_digit() || c == '.');
    let is_path = value.starts_with(['/', '.', '~']) || (value.contains("://") && !value.contains('@'));
    let is_name = value.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    is_number
        || is_path
        || is_name
        || value.ends_with("::")
        || ["disabled", "enabled", "required", "optional"].contains(&value)
}

/// A word that stands for a secret: `your-key`, `xxxxxxxx`, `${TOKEN}`, `<password>`.
fn is_stand_in(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let words = [
        "your",
        "xxxx",
        "placeholder",
        "changeme",
        "change-me",
        "change_me",
        "redacted",
        "insert",
        "replace",
        "dummy",
        "****",
        "....",
        "<",
        "${",
        "{{",
        "$(",
        "%(",
        "•",
        "…",
        "secretkeyref",
        "not-a-real",
        "notarealkey",
    ];
    let mut seen: Vec<char> = lower.chars().collect();
    seen.sort_unstable();
    seen.dedup();
    let names = ["password", "passwd", "pass", "pwd", "secret", "token", "pw"];
    seen.len() < 4
        || names.contains(&lower.as_str())
        || value.starts_with('{')
        || value.starts_with('$')
        || words.iter().any(|word| lower.contains(word))
}
