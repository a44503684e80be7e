//! Names the beginning of a prompt, up to some place, by its bytes.

use std::{fmt, io};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest, Sha256};

/// A fingerprint of everything before a place in a prompt: tools, system blocks, items.
///
/// *Shape:* two prompts have the same prefix at a place if they are sent as the same bytes up to it. Chained, so
/// that a prompt that grows is hashed once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix(u128);

impl Prefix {
    /// The fingerprint of nothing, where every prompt begins.
    pub(super) fn start() -> Self {
        Self(0)
    }

    /// The prefix that has `part` more.
    pub(super) fn and(self, part: &impl Serialize) -> Self {
        let mut hasher = Hasher(Sha256::new_with_prefix(self.0.to_be_bytes()));
        serde_json::to_writer(&mut hasher, part).expect("names are strings and a hash takes every byte");
        let hash = hasher.0.finalize();
        Self(hash.iter().take(16).fold(0, |n, byte| n << 8 | u128::from(*byte)))
    }
}

struct Hasher(Sha256);

impl io::Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// 32 hexadecimal digits.
impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Prefix {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Prefix {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        u128::from_str_radix(&text, 16).map(Self).map_err(|_| D::Error::custom("not a prefix"))
    }
}
