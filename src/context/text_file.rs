//! Reading a file of unknown size and encoding as text.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use encoding_rs::{GB18030, UTF_8, WINDOWS_1252};

/// The text of a file, as far as it was read.
///
/// Shape: lines end in `\n`; no byte order mark. A cut text ends at the end of a line where there is one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TextFile {
    /// The text.
    pub(super) text: String,
    /// Whether the file goes on.
    pub(super) cut: bool,
}

/// Why a file has no text for us.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoText {
    /// It is not there.
    #[error("not found")]
    Missing,
    /// A folder, pipe or device.
    #[error("not a file")]
    NotAFile,
    /// Zero bytes in it.
    #[error("a binary file")]
    Binary,
    /// The system refused.
    #[error("{0}")]
    Refused(#[from] io::Error),
}

/// Reads at most `limit` bytes of the file at `path`. Errors: why there is no text.
///
/// A byte order mark decides the encoding; without one it is UTF-8, else GB 18030 if that fits without a
/// mistake, else Windows-1252, in which every byte means something.
pub(super) fn read(path: &Path, limit: usize) -> Result<TextFile, NoText> {
    // Asked first, because opening a pipe would wait for its other end.
    match fs::metadata(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Err(NoText::Missing),
        Err(e) => return Err(e.into()),
        Ok(facts) if !facts.is_file() => return Err(NoText::NotAFile),
        Ok(_) => {}
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    let cut = bytes.len() > limit;
    bytes.truncate(limit);
    let mut text = decode(&bytes).ok_or(NoText::Binary)?;
    if cut && let Some(end) = text.rfind('\n') {
        text.truncate(end + 1);
    }
    Ok(TextFile { text, cut })
}

fn decode(bytes: &[u8]) -> Option<String> {
    let marked = encoding_rs::Encoding::for_bom(bytes).is_some();
    if !marked && bytes.contains(&0) {
        return None;
    }
    let text = match std::str::from_utf8(bytes) {
        _ if marked => UTF_8.decode(bytes).0.into_owned(),
        Ok(text) => text.to_owned(),
        // The limit fell into a character.
        Err(e) if e.error_len().is_none() => String::from_utf8_lossy(&bytes[..e.valid_up_to()]).into_owned(),
        Err(_) => match GB18030.decode_without_bom_handling_and_without_replacement(bytes) {
            Some(text) => text.into_owned(),
            None => WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
        },
    };
    Some(if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_marks_and_encodings_become_one_form() {
        assert_eq!(decode(b"\xef\xbb\xbfa\r\nb\rc\n").as_deref(), Some("a\nb\nc\n"));
        assert_eq!(decode(b"\xff\xfea\0\n\0").as_deref(), Some("a\n"));
        assert_eq!(decode(b"\xc4\xe3\xba\xc3").as_deref(), Some("你好"));
        assert_eq!(decode(b"caf\xe9!").as_deref(), Some("café!"));
        assert_eq!(decode(b"a\0b"), None);
    }

    #[test]
    fn a_long_file_is_cut_at_a_line() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let path = dir.path().join("a.md");
        fs::write(&path, "one\ntwo\nthree\n").expect("written");
        let cut = read(&path, 9).expect("text");
        assert_eq!(cut, TextFile { text: "one\ntwo\n".into(), cut: true });
        let whole = read(&path, 14).expect("text");
        assert_eq!(whole, TextFile { text: "one\ntwo\nthree\n".into(), cut: false });
        assert!(matches!(read(dir.path(), 9), Err(NoText::NotAFile)));
        assert!(matches!(read(&dir.path().join("b"), 9), Err(NoText::Missing)));
    }
}
