//! The shell reader takes any line without a panic, and no line it doubts or that writes is free.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qwen::{
    base::AbsPath,
    permissions::shell::{Access, Nature, Reading},
};

fuzz_target!(|line: &str| {
    let Some(folder) = AbsPath::new("/w") else { return };
    let reading = Reading::of(line, &folder, None);
    for command in &reading.commands {
        let nature = Nature::of(command);
        let changes = nature.files.iter().any(|file| file.access != Access::Read);
        assert!(!(nature.reads_only && changes), "reads only and changes a file: {line:?}");
        assert!(!(nature.reads_only && nature.danger.is_some()), "reads only and is dangerous: {line:?}");
    }
});
