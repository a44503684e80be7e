//! What a page holds, as text.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use reqwest::{Response, header};

use super::html::markdown;
use crate::base::Bytes;

/// The most that is read of one page. Source: `docs/sources.md`, qwen-code 6.
const MOST: usize = 10 * 1024 * 1024;

/// A page as it came.
pub(super) struct Page {
    /// Its media type without parameters.
    pub(super) kind: String,
    /// How many bytes it has.
    pub(super) size: u64,
    charset: Option<&'static Encoding>,
    bytes: Vec<u8>,
}

/// Reads the page. Errors: a sentence for the model.
pub(super) async fn take(mut response: Response) -> Result<Page, String> {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or("unknown type").to_ascii_lowercase();
    let charset = kind.split_once("charset=").and_then(|(_, name)| {
        Encoding::for_label(name.split(';').next().unwrap_or(name).trim_matches(['"', ' ']).as_bytes())
    });
    let kind = kind.split(';').next().unwrap_or_default().trim().chars().take(60).collect();
    let too_much = || format!("the page is larger than {}", Bytes(MOST as u64).short());
    if response.content_length().is_some_and(|length| length > MOST as u64) {
        return Err(too_much());
    }
    let mut bytes = Vec::new();
    while let Some(part) = response.chunk().await.map_err(|e| format!("the page broke off: {e}"))? {
        if bytes.len() + part.len() > MOST {
            return Err(too_much());
        }
        bytes.extend_from_slice(&part);
    }
    Ok(Page { kind, size: bytes.len() as u64, charset, bytes })
}

impl Page {
    /// The page as text; with `readable`, HTML as Markdown. Errors: a sentence for the model.
    pub(super) fn text(self, readable: bool) -> Result<String, String> {
        let is_named_text = self.kind.starts_with("text/")
            || ["json", "xml", "javascript", "yaml", "toml"].iter().any(|word| self.kind.contains(word));
        if self.bytes.contains(&0) && self.charset.is_none() {
            return Err(format!("the page is not text: {}, {}", self.kind, Bytes(self.size).short()));
        }
        let encoding = self.charset.unwrap_or_else(|| match std::str::from_utf8(&self.bytes) {
            Ok(_) => UTF_8,
            Err(_) => WINDOWS_1252,
        });
        if encoding != UTF_8 && self.charset.is_none() && !is_named_text {
            return Err(format!("the page is not text: {}, {}", self.kind, Bytes(self.size).short()));
        }
        let text = encoding.decode(&self.bytes).0.into_owned();
        let is_html = self.kind.contains("html");
        Ok(if readable && is_html { markdown(&text) } else { text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(kind: &str, charset: Option<&'static Encoding>, bytes: &[u8]) -> Page {
        Page { kind: kind.to_owned(), size: bytes.len() as u64, charset, bytes: bytes.to_vec() }
    }

    #[test]
    fn html_becomes_markdown_without_scripts() {
        let html =
            b"<html><head><title>T</title></head><body><h1>Hi</h1><script>bad()</script><p>a <b>b</b></p>";
        assert_eq!(page("text/html", None, html).text(true).expect("text"), "# Hi\n\na **b**");
        assert!(page("text/html", None, html).text(false).expect("text").starts_with("<html>"));
    }

    #[test]
    fn other_text_stays_and_binary_data_is_refused() {
        assert_eq!(page("application/json", None, b"{\"a\":1}").text(true), Ok("{\"a\":1}".to_owned()));
        assert_eq!(page("text/plain", None, b"gr\xFCn").text(true), Ok("grün".to_owned()));
        let big5 = Encoding::for_label(b"big5");
        assert_eq!(page("text/plain", big5, b"\xA4\xA4").text(true), Ok("中".to_owned()));
        assert_eq!(
            page("image/png", None, b"\x89PNG\0").text(true),
            Err("the page is not text: image/png, 5 B".to_owned())
        );
        assert!(page("application/zip", None, b"PK\xFF\xFE").text(true).is_err());
    }
}
