//! What is kept of a panic: where in our own code it was, and the last words that were counted. Never its message, since that
//! may repeat anything.

use std::{
    collections::VecDeque,
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    panic::Location,
    path::{Path, PathBuf},
    sync::Mutex,
};

use super::{
    event::{Event, Name},
    folder,
    word::Value,
    words::{Processor, Room, System, Version},
};

/// What a person is told once at the next start.
pub const OFFER: &str = "something crashed in an earlier run; `qwen telemetry crash` shows the report, which stays on this machine";

/// Events that are remembered.
const REMEMBERED: usize = 8;
/// Functions that are told.
const FUNCTIONS: usize = 40;
/// The part of the program that keeps reports.
const KEEPER: &str = "qwen::cli::telemetry::hook::";
/// A report that nobody was told of.
const FRESH: &str = "crash.new.txt";
/// A report that was offered.
const OFFERED: &str = "crash.txt";

static LAST: Mutex<VecDeque<Event>> = Mutex::new(VecDeque::new());

/// Remembers what was counted, in case of a panic.
pub(super) fn remember(event: Event) {
    if let Ok(mut last) = LAST.try_lock() {
        if last.len() == REMEMBERED {
            last.pop_front();
        }
        last.push_back(event);
    }
}

/// Where reports are kept.
#[derive(Clone, Debug)]
pub struct Shelf {
    folder: PathBuf,
}

impl Shelf {
    /// In the person's folder of this program. Nothing is touched.
    pub fn of(qwen_home: &Path) -> Self {
        Self { folder: qwen_home.to_owned() }
    }

    /// Keeps a report in place of an earlier one. Errors: the system refuses.
    pub fn keep(&self, report: &str) -> io::Result<()> {
        folder::make(&self.folder)?;
        let path = self.folder.join(FRESH);
        let _ = fs::remove_file(&path);
        folder::create(&path)?.write_all(report.as_bytes())
    }

    /// Whether there is a report that nobody was told of.
    pub fn has_fresh(&self) -> bool {
        self.folder.join(FRESH).exists()
    }

    /// What is counted of a report that nobody was told of.
    pub fn counted(&self) -> Option<Event> {
        let report = fs::read_to_string(self.folder.join(FRESH)).ok()?;
        let line = |begin: &str| report.lines().find_map(|line| line.strip_prefix(begin)).unwrap_or_default();
        Some(Event::Crashed { room: Room::of(line("part: ")), after: Name::of(line("after: ")) })
    }

    /// The person was told.
    pub fn has_offered(&self) {
        let _ = fs::rename(self.folder.join(FRESH), self.folder.join(OFFERED));
    }

    /// The newest report.
    pub fn newest(&self) -> Option<String> {
        [FRESH, OFFERED].into_iter().find_map(|name| fs::read_to_string(self.folder.join(name)).ok())
    }

    /// Removes all reports. Errors: something stays.
    pub fn remove(&self) -> io::Result<()> {
        for name in [FRESH, OFFERED] {
            match fs::remove_file(self.folder.join(name)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

/// The report of a panic. `stack` is a backtrace in the form of the standard library; where a build has no names of
/// functions, none are told.
pub fn report(place: Option<&Location<'_>>, stack: &str) -> String {
    let events: Vec<Event> = LAST.try_lock().map(|last| last.iter().copied().collect()).unwrap_or_default();
    let place = place.and_then(|at| Some((ours(at.file())?, at.line())));
    let room = place.as_ref().and_then(|(file, _)| file.strip_prefix("src/")?.split('/').next());
    write(place.as_ref().map(|(file, line)| (file.as_str(), *line)), room, stack, &events)
}

fn write(place: Option<(&str, u32)>, room: Option<&str>, stack: &str, events: &[Event]) -> String {
    let (system, processor) = (System::of(std::env::consts::OS), Processor::of(std::env::consts::ARCH));
    let mut text =
        format!("qwen {} panicked on {} {}\n", Version::this().name(), system.name(), processor.name());
    // Writing to a string cannot fail.
    let _ = match place {
        Some((file, line)) => writeln!(text, "at: {file}:{line}"),
        None => writeln!(text, "at: outside qwen's own code"),
    };
    let _ = writeln!(text, "part: {}", Room::of(room.unwrap_or_default()).name());
    let _ = writeln!(text, "after: {}", events.last().map_or("none", Event::name));
    let functions = functions(stack);
    if !functions.is_empty() {
        let _ = writeln!(text, "functions, the innermost first:");
        for function in &functions {
            let _ = writeln!(text, "  {function}");
        }
    }
    if !events.is_empty() {
        let _ = writeln!(text, "what was counted before, the last one last:");
    }
    for event in events {
        let fields: Vec<String> = event
            .fields()
            .into_iter()
            .map(|(name, value)| match value {
                Value::Text(word) => format!("{name}={word}"),
                Value::Number(end) => format!("{name}={end}"),
            })
            .collect();
        let _ = writeln!(text, "  {} {}", event.name(), fields.join(" "));
    }
    text
}

/// A path inside our own crate, as in its sources; `None` for every other path.
fn ours(file: &str) -> Option<String> {
    let file = file.replace('\\', "/");
    if is_source(&file) {
        return Some(file);
    }
    let (_, rest) = file.split_once(concat!("/qwen-", env!("CARGO_PKG_VERSION"), "/src/"))?;
    Some(format!("src/{rest}")).filter(|file| is_source(file))
}

fn is_source(file: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_/.".contains(c);
    let has_name = file.strip_suffix("rs").is_some_and(|name| name.ends_with('.'));
    file.starts_with("src/") && has_name && !file.contains("..") && file.chars().all(is_plain)
}

/// Our own functions of a backtrace, with their lines where they are known.
fn functions(stack: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut is_ours = false;
    for line in stack.lines().map(str::trim) {
        if let Some(at) = line.strip_prefix("at ") {
            // The path of a function of ours lies in our sources, wherever those were when it was built.
            let place = at.replace('\\', "/");
            let place = place.rfind("src/").map(|from| place[from..].to_owned());
            let number = place.as_deref().and_then(|place| {
                let (file, rest) = place.split_once(':')?;
                let line: u32 = rest.split(':').next()?.parse().ok()?;
                is_source(file).then(|| format!("{file}:{line}"))
            });
            if let (true, Some(number), Some(last)) = (is_ours, number, found.last_mut()) {
                let _ = write!(last, " {number}");
            }
            is_ours = false;
        } else if let Some((_, name)) = line.split_once(": ") {
            // What keeps the report is always the innermost.
            is_ours = is_function(name) && !name.starts_with(KEEPER);
            if is_ours {
                found.push(name.to_owned());
            }
        }
        if found.len() > FUNCTIONS {
            found.pop();
            break;
        }
    }
    found
}

/// `qwen::tools::read::open`, `<qwen::tools::read::ReadFile as qwen::tools::tool::Tool>::run`.
fn is_function(name: &str) -> bool {
    let is_of_a_name = |c: char| c.is_ascii_alphanumeric() || "_:<>{}#".contains(c);
    let is_plain = |name: &str| !name.is_empty() && name.chars().all(is_of_a_name);
    match name.strip_prefix('<').and_then(|rest| rest.split_once(" as ")) {
        Some((owner, rest)) => owner.starts_with("qwen::") && is_plain(owner) && is_plain(rest),
        None => name.starts_with("qwen::") && is_plain(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Kind;

    const STACK: &str = "\
   0: std::backtrace_rs::backtrace::libunwind::trace
             at /rustc/abc/library/std/src/../../backtrace/src/backtrace/libunwind.rs:117:9
   1: qwen::cli::telemetry::hook::install::{{closure}}
   1: qwen::tools::read::open
             at /home/canary/work/src/tools/read.rs:42:9
   2: core::ops::function::FnOnce::call_once
             at /rustc/abc/library/core/src/ops/function.rs:250:5
   3: canary_crate::hello
             at /home/canary/.cargo/registry/src/index/canary_crate-1.0.0/src/lib.rs:1:1
   4: qwen::cli::main::go::{{closure}}
             at ./src/cli/main.rs:7:1
   4: <qwen::agent::work::Workshop as core::ops::drop::Drop>::drop
   4: <canary_crate::Canary as qwen::tools::tool::Tool>::run
   4: <qwen::canary words as core::fmt::Debug>::fmt
   5: qwen::cli::main::with a blank of canary
   6: main
";

    #[test]
    fn a_report_has_our_own_places_and_words_and_nothing_else() {
        let events = [Event::Failed { kind: Kind::Network }];
        let text = write(Some(("src/tools/read.rs", 42)), Some("tools"), STACK, &events);
        let (system, processor) =
            (System::of(std::env::consts::OS).name(), Processor::of(std::env::consts::ARCH).name());
        assert_eq!(
            text,
            format!(
                "\
qwen {} panicked on {system} {processor}
at: src/tools/read.rs:42
part: tools
after: failed
functions, the innermost first:
  qwen::tools::read::open src/tools/read.rs:42
  qwen::cli::main::go::{{{{closure}}}} src/cli/main.rs:7
  <qwen::agent::work::Workshop as core::ops::drop::Drop>::drop
what was counted before, the last one last:
  failed kind=network
",
                env!("CARGO_PKG_VERSION")
            )
        );
    }

    #[test]
    fn a_release_keeps_the_names_of_its_functions() {
        let profile = include_str!("../../Cargo.toml").split_once("[profile.release]").expect("a profile").1;
        assert!(profile.lines().any(|line| line == "strip = \"debuginfo\""), "{profile}");
    }

    #[test]
    fn a_path_outside_our_own_code_is_not_told() {
        assert_eq!(ours("src/tools/read.rs").as_deref(), Some("src/tools/read.rs"));
        assert_eq!(ours("src\\tools\\read.rs").as_deref(), Some("src/tools/read.rs"));
        let installed = concat!(
            "/home/canary/.cargo/registry/src/i/qwen-",
            env!("CARGO_PKG_VERSION"),
            "/src/tui/view.rs"
        );
        assert_eq!(ours(installed).as_deref(), Some("src/tui/view.rs"));
        for other in [
            "/home/canary/.cargo/registry/src/i/serde-1.0.0/src/de.rs",
            "/rustc/abc/library/core/src/option.rs",
            "src/../canary.rs",
            "src/canary name.rs",
            "canary",
        ] {
            assert_eq!(ours(other), None, "{other}");
        }
    }

    #[test]
    fn a_report_is_offered_once_and_counted_in_words() {
        let home = tempfile::tempdir().expect("a folder");
        let shelf = Shelf::of(home.path());
        assert!(!shelf.has_fresh() && shelf.newest().is_none());
        let text = write(Some(("src/tools/read.rs", 42)), Some("tools"), "", &[]);
        shelf.keep(&text).expect("kept");
        assert_eq!(
            shelf.counted(),
            Some(Event::Crashed { room: Room::of("tools"), after: Name::of("none") })
        );
        shelf.has_offered();
        assert_eq!((shelf.has_fresh(), shelf.counted()), (false, None));
        assert_eq!(shelf.newest().as_deref(), Some(text.as_str()));
        shelf.keep("part: canary\nafter: canary\n").expect("kept");
        assert_eq!(
            shelf.counted(),
            Some(Event::Crashed { room: Room::of("other"), after: Name::of("none") })
        );
        shelf.remove().expect("removed");
        assert!(shelf.newest().is_none());
    }
}
