//! What the scripted model does. It looks at what really happened: when a test fails or a call is refused it says
//! so instead of playing on.

use serde_json::json;

use crate::sim::{Request, Script, Turn, call, say, think};

/// What the person says.
pub(super) const PROMPT: &str = "`sh tests/run.sh` fails. Find out why and fix it.";
/// The text of the file that is wrong, and what is put in its place.
pub(super) const OLD: &str = "| tr -c 'a-z0-9' '-'";
pub(super) const NEW: &str = "| tr -cs 'a-z0-9' '-' | sed -e 's/^-//' -e 's/-$//'";
const TEST: &str = "sh tests/run.sh";

/// The script, for any number of turns of the person.
pub(super) fn script() -> Script {
    Script::by(|request| answer(request).pace(400))
}

fn answer(request: &Request) -> Turn {
    let messages = request.messages();
    let role = |m: &serde_json::Value| m["role"].as_str().unwrap_or_default().to_owned();
    let since = messages.iter().rposition(|m| role(m) == "user").unwrap_or(0);
    let steps = messages[since..].iter().filter(|m| role(m) == "assistant").count();
    let is_first = messages.iter().filter(|m| role(m) == "user").count() == 1;
    let last = request.last_tool().unwrap_or_default();
    match steps {
        0 if !is_first => say(
            "I am a script and the demo is over. Try `/cache` for the bill, or `/quit`; with a key of yours I am \
             a real model.",
        ),
        _ if steps > 0 && (last.contains("did not allow") || last.contains("Not allowed")) => say(
            "You did not allow that, so I stop here and nothing more is changed. Say what you would rather have; \
             in this demo I am a script and cannot act on it.",
        ),
        0 => think("The failing test names what is wrong. Run it first.")
            .say("I run the test to see how it fails.")
            .call("run_shell_command", json!({"command": TEST, "description": "run the tests"})),
        1 => say("Two cases fail. I look at the function and at what the test expects.")
            .call("grep_search", json!({"pattern": "slug", "path": "{{cwd}}"}))
            .call("read_file", json!({"file_path": "{{cwd}}/src/slug.sh"}))
            .call("read_file", json!({"file_path": "{{cwd}}/tests/run.sh"})),
        2 => think("tr without -s turns each character into a dash; nothing trims the ends.")
            .say("Every other character becomes a dash of its own, also at both ends. I squeeze runs and trim.")
            .call(
                "edit",
                json!({"file_path": "{{cwd}}/src/slug.sh", "old_string": OLD, "new_string": NEW}),
            ),
        3 => call("run_shell_command", json!({"command": TEST, "description": "run the tests again"})),
        _ if last.contains("0 failed") => say(
            "Fixed, and the tests pass.\n\n\
             - **Cause**: `slug` replaced each character by a dash, so `, ` became two dashes and spaces at the \
             ends stayed.\n\
             - **Change** in `src/slug.sh:3`: `tr -cs` squeezes runs, `sed` trims one dash at each end.\n\n\
             | case | before | now |\n|---|---|---|\n| `Hello, World!` | `hello--world-` | `hello-world` |\n\
             | `  two   words ` | `--two---words-` | `two-words` |\n\n\
             Checked with `sh tests/run.sh`: 4 cases, 0 failed.",
        ),
        _ => say("The tests still fail; their output is above. This script knows no other way to fix it."),
    }
}
