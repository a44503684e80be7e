//! Nothing of any text can move the cursor once it is clean, and cleaning twice changes nothing more.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qwen::base::Clean;

fuzz_target!(|raw: &str| {
    for clean in [Clean::new(raw), Clean::line(raw), Clean::output(raw)] {
        assert!(!clean.as_str().chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
        assert_eq!(Clean::new(clean.as_str()), clean);
    }
    assert!(!Clean::line(raw).as_str().contains(['\n', '\t']));
});
