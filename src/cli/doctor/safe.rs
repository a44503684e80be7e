//! Words that may be shown to others. Everything on the page passes [`Safe::text`].

use crate::{auth::Inputs, base::Clean};

/// What must not be shown: keys, the home folder, the person's name in paths.
pub(super) struct Safe {
    /// Spellings of the home folder, the longest first.
    homes: Vec<String>,
    /// The person's name on this machine, if it may stand in paths.
    user: Option<String>,
    /// Every key that was found, and what stands for it.
    keys: Vec<(String, String)>,
}

impl Safe {
    /// Knows what must not be shown. `homes` are spellings of the home folder.
    pub(super) fn new(homes: impl IntoIterator<Item = String>, user: Option<&str>, inputs: &Inputs) -> Self {
        let is_long = |text: &String| text.trim_end_matches('/').len() > 1;
        let mut homes: Vec<String> =
            homes.into_iter().filter(is_long).map(|home| home.trim_end_matches('/').to_owned()).collect();
        homes.sort_by_key(|home| std::cmp::Reverse(home.len()));
        homes.dedup();
        let user = user.filter(|name| !name.is_empty()).map(str::to_owned);
        Self { homes, user, keys: inputs.masks() }
    }

    /// The text, in one line, without any of it.
    pub(super) fn text(&self, text: &str) -> String {
        let mut text = Clean::line(text).into_string();
        for (key, masked) in &self.keys {
            text = text.replace(key, masked);
        }
        for home in &self.homes {
            text = without_folder(&text, home);
        }
        self.user.as_deref().map_or_else(|| text.clone(), |user| without_name(&text, user))
    }
}

/// The text with `~` for a folder where its name ends there.
fn without_folder(text: &str, folder: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(folder) {
        let after = &rest[at + folder.len()..];
        let is_whole = !after.starts_with(|c: char| c.is_alphanumeric() || "-_.".contains(c));
        out.push_str(&rest[..at]);
        out.push_str(if is_whole { "~" } else { folder });
        rest = after;
    }
    out + rest
}

/// The text with `~` for a name where it is a folder of a path.
fn without_name(text: &str, name: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find(name) {
        let (before, after) = (&rest[..at], &rest[at + name.len()..]);
        let is_folder = before.ends_with(['/', '\\'])
            && (after.is_empty() || after.starts_with(['/', '\\', '`', ' ', ',', ')', ':']));
        out.push_str(before);
        out.push_str(if is_folder { "~" } else { name });
        rest = after;
    }
    out + rest
}

/// An address without user name, password, path and query: `http://…@proxy.corp:3128`.
pub(super) fn proxy(text: &str) -> String {
    let (scheme, rest) = text.trim().split_once("://").map_or(("", text.trim()), |(s, rest)| (s, rest));
    // What follows the last `@` is the host; before it there may be others inside a password.
    let (has_user, host) = rest.rsplit_once('@').map_or((false, rest), |(_, host)| (true, host));
    let host = host.split(['/', '?', '#']).next().unwrap_or_default();
    let scheme = if scheme.is_empty() { String::new() } else { format!("{scheme}://") };
    format!("{scheme}{}{host}", if has_user { "…@" } else { "" })
}
