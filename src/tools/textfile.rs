//! Text files as they are: encoding, mark at the beginning, line ends and mode are kept.

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::Path,
};

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};
use sha2::{Digest as _, Sha256};

use crate::base::{AbsPath, Bytes};

/// Files above this are not read whole.
const MOST: u64 = 64 * 1024 * 1024;

/// How the bytes of a file stand for text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    /// UTF-8, also for new files.
    #[default]
    Utf8,
    /// UTF-8 with the mark EF BB BF.
    Utf8Bom,
    /// UTF-16 with the mark FF FE.
    Utf16Le,
    /// UTF-16 with the mark FE FF.
    Utf16Be,
    /// Neither of these: one byte, one character (Windows-1252, which contains Latin-1).
    Latin1,
}

/// A text file in memory.
#[derive(Debug)]
pub(super) struct TextFile {
    /// Its text without a mark, line ends as in the file.
    pub(super) text: String,
    /// How it is encoded.
    pub(super) encoding: Encoding,
    /// SHA-256 of its bytes.
    pub(super) fingerprint: [u8; 32],
}

/// Reads a text file whole. Errors: a sentence for the model, about the file called `shown`.
pub(super) fn load(path: &AbsPath, shown: &str) -> Result<TextFile, String> {
    let file = File::open(path).map_err(|e| format!("cannot read `{shown}`: {e}"))?;
    let mut bytes = Vec::new();
    file.take(MOST + 1).read_to_end(&mut bytes).map_err(|e| format!("cannot read `{shown}`: {e}"))?;
    if bytes.len() as u64 > MOST {
        return Err(format!(
            "`{shown}` is larger than {}; read parts of it with `sed -n` or search it with grep_search",
            Bytes(MOST).short()
        ));
    }
    let fingerprint = fingerprint(&bytes);
    if let Some((text, encoding)) = decode(&bytes) {
        return Ok(TextFile { text, encoding, fingerprint });
    }
    let (kind, size) = (binary_kind(&bytes), Bytes(bytes.len() as u64).short());
    Err(format!("`{shown}` is not text: {kind}, {size}; look at it with a command if you must"))
}

/// SHA-256 of some bytes.
pub(super) fn fingerprint(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

fn decode(bytes: &[u8]) -> Option<(String, Encoding)> {
    let with = |encoding: &'static encoding_rs::Encoding, bytes| {
        encoding.decode_without_bom_handling_and_without_replacement(bytes).map(std::borrow::Cow::into_owned)
    };
    if let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        let text = std::str::from_utf8(rest).ok()?.to_owned();
        return Some((text, Encoding::Utf8Bom));
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE") {
        return Some((with(UTF_16LE, rest)?, Encoding::Utf16Le));
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFE\xFF") {
        return Some((with(UTF_16BE, rest)?, Encoding::Utf16Be));
    }
    if MAGIC.iter().any(|(magic, _)| bytes.starts_with(magic)) || bytes.contains(&0) {
        return None;
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some((text.to_owned(), Encoding::Utf8));
    }
    // Text in an old encoding has hardly any control characters; compressed data is full of them.
    let control = bytes.iter().filter(|b| **b < 0x20 && !b"\t\n\r\x0c\x1b".contains(b)).count();
    if control * 50 > bytes.len() {
        return None;
    }
    Some((with(WINDOWS_1252, bytes)?, Encoding::Latin1))
}

/// Beginnings of files that are not text, and what they are.
const MAGIC: &[(&[u8], &str)] = &[
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xFF\xD8\xFF", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "a RIFF file (WebP, WAV or AVI)"),
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\x1f\x8b", "gzip data"),
    (b"BZh", "bzip2 data"),
    (b"\xFD7zXZ\0", "xz data"),
    (b"\x28\xB5\x2F\xFD", "zstd data"),
    (b"\x7fELF", "an ELF program or library"),
    (b"MZ\x90\0", "a Windows program"),
    (b"\xCF\xFA\xED\xFE", "a macOS program"),
    (b"\xCA\xFE\xBA\xBE", "a Java class or macOS program"),
    (b"\0asm", "a WebAssembly module"),
    (b"SQLite format 3\0", "an SQLite database"),
];

fn binary_kind(bytes: &[u8]) -> &'static str {
    MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)).map_or("binary data", |(_, kind)| kind)
}

/// The bytes of a text. Errors: the first character the encoding has no bytes for.
pub(super) fn encode(text: &str, encoding: Encoding) -> Result<Vec<u8>, char> {
    Ok(match encoding {
        Encoding::Utf8 => text.as_bytes().to_vec(),
        Encoding::Utf8Bom => [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
        Encoding::Utf16Le => {
            [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
        }
        Encoding::Utf16Be => {
            [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect()
        }
        Encoding::Latin1 => {
            let fits = |c: &char| !WINDOWS_1252.encode(c.encode_utf8(&mut [0; 4])).2;
            match text.chars().find(|c| !fits(c)) {
                Some(alien) => return Err(alien),
                None => WINDOWS_1252.encode(text).0.into_owned(),
            }
        }
    })
}

/// Whether lines end in CR LF: most of them do.
pub(super) fn is_crlf(text: &str) -> bool {
    let (all, crlf) = (text.matches('\n').count(), text.matches("\r\n").count());
    crlf * 2 > all
}

/// The same text with every line ending in LF.
pub(super) fn with_lf(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// The same text with every line ending in CR LF.
pub(super) fn with_crlf(text: &str) -> String {
    with_lf(text).replace('\n', "\r\n")
}

/// Puts `bytes` into the file in one step: whoever reads it sees all of the old or all of the new. Folders are made.
/// Mode and owner stay. A file with several names, or one whose folder takes no new file, is written in place.
///
/// Errors: it is read-only, or the operating system refuses.
pub(super) fn replace(path: &AbsPath, bytes: &[u8]) -> io::Result<()> {
    let path = path.as_path();
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let Ok(old) = fs::metadata(path) else {
        fs::create_dir_all(folder)?;
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = builder.prefix(".qwen-").tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_data()?;
        return file.persist_noclobber(path).map(drop).map_err(|e| e.error);
    };
    if old.permissions().readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
    }
    match stand_in(folder, &old, bytes) {
        Ok(Some(file)) => file.persist(path).map(drop).map_err(|e| e.error),
        Ok(None) => in_place(path, bytes),
        Err(e) if e.kind() == io::ErrorKind::PermissionDenied => in_place(path, bytes),
        Err(e) => Err(e),
    }
}

/// A new file beside the old with its mode and owner; `None` where it could not be its equal.
fn stand_in(folder: &Path, old: &fs::Metadata, bytes: &[u8]) -> io::Result<Option<tempfile::NamedTempFile>> {
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::nlink(old) > 1 {
        return Ok(None);
    }
    let mut file = tempfile::Builder::new().prefix(".qwen-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt as _, fchown};
        let new = file.as_file().metadata()?;
        let same = (new.uid(), new.gid()) == (old.uid(), old.gid());
        if !same && fchown(file.as_file(), Some(old.uid()), Some(old.gid())).is_err() {
            return Ok(None);
        }
    }
    file.as_file().set_permissions(old.permissions())?;
    file.as_file().sync_data()?;
    Ok(Some(file))
}

fn in_place(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).truncate(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_data()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tools::testing::Room;

    #[test]
    fn every_encoding_comes_back_byte_for_byte() {
        let files: [(&[u8], &str, Encoding); 5] = [
            (b"a\xC3\xBC\r\n", "aü\r\n", Encoding::Utf8),
            (b"\xEF\xBB\xBFa\n", "a\n", Encoding::Utf8Bom),
            (b"\xFF\xFEa\0\xFC\0", "aü", Encoding::Utf16Le),
            (b"\xFE\xFF\0a\0\xFC", "aü", Encoding::Utf16Be),
            (b"gr\xFC\xDFe \x80\x81", "grüße €\u{81}", Encoding::Latin1),
        ];
        for (bytes, text, encoding) in files {
            assert_eq!(decode(bytes), Some((text.to_owned(), encoding)));
            assert_eq!(encode(text, encoding), Ok(bytes.to_vec()));
        }
        assert_eq!(encode("a中", Encoding::Latin1), Err('中'));
    }

    #[test]
    fn binary_data_is_named() {
        let room = Room::new();
        room.write("x.png", b"\x89PNG\r\n\x1a\n....");
        room.write("x.bin", b"abc\0def");
        room.write("x.gz", [0x80, 1, 2, 3, 4, 5, 6, 7]);
        let said = |name| load(&room.path(name), name).expect_err("not text");
        assert_eq!(
            said("x.png"),
            "`x.png` is not text: a PNG image, 12 B; look at it with a command if you must"
        );
        assert!(said("x.bin").contains("binary data, 7 B"));
        assert!(said("x.gz").contains("binary data, 8 B"));
    }

    #[cfg(unix)]
    #[test]
    fn replacing_keeps_the_mode_and_leaves_nothing_behind() {
        use std::os::unix::fs::PermissionsExt as _;
        let room = Room::new();
        room.write("run.sh", "old");
        fs::set_permissions(room.path("run.sh"), fs::Permissions::from_mode(0o755)).expect("set");
        replace(&room.path("run.sh"), b"new").expect("written");
        assert_eq!(room.text("run.sh"), "new");
        assert_eq!(fs::metadata(room.path("run.sh")).expect("there").permissions().mode() & 0o777, 0o755);
        assert_eq!(fs::read_dir(&room.hands.root).expect("there").count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_new_file_has_the_mode_any_program_would_give_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let room = Room::new();
        room.write("usual", "");
        replace(&room.path("a/b/new"), b"x").expect("written");
        let mode = |name| fs::metadata(room.path(name)).expect("there").permissions().mode();
        assert_eq!(mode("a/b/new"), mode("usual"));
    }

    #[cfg(unix)]
    #[test]
    fn a_second_name_of_a_file_keeps_meaning_the_same_file() {
        let room = Room::new();
        room.write("a", "old");
        fs::hard_link(room.path("a"), room.path("b")).expect("linked");
        replace(&room.path("a"), b"new").expect("written");
        assert_eq!(room.text("b"), "new");
    }

    #[test]
    fn a_read_only_file_is_not_replaced() {
        let room = Room::new();
        room.write("a", "old");
        let mut mode = fs::metadata(room.path("a")).expect("there").permissions();
        mode.set_readonly(true);
        fs::set_permissions(room.path("a"), mode).expect("set");
        assert!(replace(&room.path("a"), b"new").is_err());
        assert_eq!(room.text("a"), "old");
    }

    proptest! {
        #[test]
        fn what_can_be_read_is_written_back_the_same(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Some((text, encoding)) = decode(&bytes) {
                prop_assert_eq!(encode(&text, encoding), Ok(bytes));
            }
        }
    }
}
