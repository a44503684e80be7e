//! A transcript of any bytes is read or refused, never a panic.
#![no_main]

use std::io::Write as _;

use libfuzzer_sys::fuzz_target;

/// A first line that is one of ours, so that the lines after it are reached.
const META: &str = r#"{"kind":"meta","v":1,"id":"a","root":"/w","model":"m","created":0,"version":"0"}"#;

fuzz_target!(|bytes: &[u8]| {
    for start in ["", META, "\n"] {
        let Ok(mut file) = tempfile::NamedTempFile::new() else { return };
        let written = file.write_all(start.as_bytes()).and_then(|()| file.write_all(b"\n"));
        if written.and_then(|()| file.write_all(bytes)).is_ok() {
            let _ = qwen::session::load(file.path());
        }
    }
});
