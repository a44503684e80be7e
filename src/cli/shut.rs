//! Shuts the process itself against the commands it starts.

/// Keeps this process's environment and memory, where keys are, from other processes of the same user: without it a
/// command the model runs reads them from `/proc/$PPID/environ`. It also means no core file after a crash. Children
/// are not shut: the state ends when a program is started.
///
/// A process of root reads everything anyway. Elsewhere than on Linux the system does not show them without asking.
pub(super) fn shut() {
    // A system that refuses leaves things as they are with every other program.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{DumpableBehavior, dumpable_behavior};

    #[test]
    fn nobody_looks_into_the_process() {
        super::shut();
        assert_eq!(dumpable_behavior(), Ok(DumpableBehavior::NotDumpable));
    }
}
