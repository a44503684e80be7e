//! Arguments of a call are a whole object or known to be unusable, and what goes into the history is always JSON.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qwen::protocol::{Arguments, Broken};

fuzz_target!(|raw: &str| {
    let whole = Arguments::parse(raw);
    assert!(whole.text().starts_with('{') && whole.text().ends_with('}'));
    assert!(Arguments::parse(whole.text()).object().is_ok());
    assert_eq!(Arguments::cut(raw).object(), Err(Broken::Cut));
});
