//! Text from outside writes letters, never sequences. What counts as ours is held for every terminal of every test.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use qwen::sim::{ErrorShape, Fault, call, say, think};
use serde_json::json;

use crate::{Desk, Key, bytes};

/// A title, a clipboard, a cleared screen, a mouse, an answer of the terminal, a bell, turned text, C1 sequences, a
/// device control, a program command, a reset, and signs that nobody sees.
const ATTACK: &str = "\u{1b}_Gi=1;AAAA\u{1b}\\\u{9f}x\u{9c}\u{200b}\u{feff}\u{3164}\u{e0041}a\u{1b}]0;owned\u{7}b\u{1b}]52;c;b3duZWQ=\u{1b}\\c\u{1b}[2J\u{1b}[3J\u{1b}[?1000hd\u{1b}[6n\u{7}e\u{202e}f\u{2066}g\u{9b}31mh\u{1b}Pq\u{1b}\\i\u{1b}ck\u{8}l\r\u{1b}[Hm";

#[test]
fn an_answer_and_a_thought_write_letters_only() {
    let mut terminal = Desk::new(100, 30).model_says(think(ATTACK).say(format!("{ATTACK}\n\n`{ATTACK}`\n\n```\n{ATTACK}\n```\n\n| {ATTACK} | x |\n|---|---|\n| [{ATTACK}](http://x/{ATTACK}) | y |\n\nEnd of it."))).opens();
    terminal.is_ready().says("hi").waits_for_printed("End of it.").key(Key::Control('o')).waits_for_rest();
    terminal.shows_once("> hi");
    bytes::are_ours(&terminal.raw());
}

#[test]
fn output_of_a_command_writes_letters_only() {
    let octal: String = ATTACK.bytes().map(|byte| format!("\\{byte:03o}")).collect::<Vec<_>>().concat();
    let line = format!("printf '{octal}'; sleep 1; printf '{octal}\\n'");
    let mut terminal = Desk::new(100, 50)
        .model_says(call("run_shell_command", json!({"command": line, "description": ATTACK})))
        .model_says(say("Ran."))
        .opens();
    terminal.is_ready().says("hi").waits_for_question("Run this command?").key(Key::Enter);
    terminal.waits_for_printed("Ran.").key(Key::Control('o')).waits_for_rest();
    bytes::are_ours(&terminal.raw());
}

#[test]
fn names_and_contents_of_files_write_letters_only() {
    let name = "src/\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}.txt";
    let mut terminal = Desk::new(100, 30)
        .file(name, ATTACK)
        .model_says(call("glob", json!({"pattern": "**/*.txt"})))
        .model_says(call("read_file", json!({"file_path": format!("{{{{cwd}}}}/{name}")})))
        .model_says(call("edit", json!({"file_path": format!("{{{{cwd}}}}/{name}"), "old_string": "a", "new_string": "\u{1b}[31m"})))
        .model_says(call("run_shell_command", json!({"command": format!("touch '{name}' # {ATTACK}"), "description": "x"})))
        .model_says(call("\u{1b}[2Jno_such_tool", json!({ATTACK: ATTACK})))
        .model_says(say("Done."))
        .opens();
    terminal.is_ready().says("hi").waits_for_question("Change ").key(Key::Enter);
    terminal.waits_for_question("Run this command?").type_text("no").key(Key::Escape);
    terminal.waits_for_printed("Done.").key(Key::Control('o')).waits_for_rest();
    bytes::are_ours(&terminal.raw());
}

#[test]
fn a_question_shows_what_would_run_also_where_signs_would_hide_it() {
    let line = "echo ok # \u{202e}\u{1b}[2K\r\nrm -rf build.tmp";
    let mut terminal = Desk::new(100, 30)
        .model_says(call("run_shell_command", json!({"command": line, "description": "say ok"})))
        .model_says(say("Fine."))
        .opens();
    terminal.is_ready().says("hi").waits_for_question("rm -rf build.tmp").waits_for("echo ok");
    terminal.type_text("no").key(Key::Escape).waits_for_printed("Fine.");
}

#[test]
fn a_paste_with_sequences_writes_letters_only() {
    let mut terminal = Desk::new(100, 30).model_says(say("Read.")).opens();
    terminal.is_ready().pastes("x\u{1b}]0;owned\u{7}y\u{202e}z\u{9b}2J").waits_for("> x").key(Key::Enter);
    terminal.waits_for_printed("Read.");
    bytes::are_ours(&terminal.raw());
}

#[test]
fn a_menu_of_files_offers_no_name_that_could_act_or_mislead() {
    let mut terminal = Desk::new(100, 30)
        .file("docs/\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}3J-zz.txt", "a\n")
        .file("docs/gpj\u{202e}-zz.exe\u{200b}", "b\n")
        .file("docs/plain-zz.txt", "c\n")
        .model_says(say("Read."))
        .opens();
    terminal.is_ready().type_text("@zz").waits_for("› docs/plain-zz.txt").waits_for_rest();
    assert!(
        !terminal.screen().contains("gpj") && !terminal.screen().contains("owned"),
        "{}",
        terminal.screen()
    );
    terminal.key(Key::Enter).waits_for("> @docs/plain-zz.txt").key(Key::Enter).waits_for_printed("Read.");
}

#[test]
fn a_branch_a_commit_and_an_output_of_ones_own_write_letters_only() {
    // git takes every byte above ASCII in the name of a branch.
    let line = "git -c user.name=x -c user.email=x@y commit --quiet -m \"$WORDS\"; \
                git checkout --quiet -b \"$BRANCH\"; exec \"$QWEN\"";
    let log = "git log --all --format=%B";
    let mut terminal = Desk::new(100, 30)
        .env("WORDS", ATTACK)
        .env("BRANCH", "x\u{202e}y\u{200b}\u{2066}z")
        .shell(line)
        .model_says(call("run_shell_command", json!({"command": log, "description": "log"})))
        .model_says(say("Seen."))
        .opens();
    terminal.is_ready().waits_for("x⟨U+202E⟩y⟨U+200B⟩⟨U+2066⟩z");
    terminal.type_text("!").waits_for("shell · ").type_text("git log --all").key(Key::Enter);
    terminal.waits_for_printed("✓ ! git log").waits_for_rest();
    terminal.key(Key::Escape).waits_for("> ").says("look").waits_for("log").waits_for_rest();
    if terminal.screen().contains("1 Yes") {
        terminal.waits_for_question("git log").key(Key::Enter);
    }
    terminal.waits_for_printed("Seen.").key(Key::Control('o')).waits_for_rest();
}

#[test]
fn errors_of_a_server_write_letters_only() {
    let refused = |status, retry_after: Option<&str>, shape| Fault::Status {
        status,
        code: Some(ATTACK.to_owned()),
        message: Some(ATTACK.to_owned()),
        retry_after: retry_after.map(str::to_owned),
        shape,
    };
    let shape = ErrorShape::default();
    let event = Fault::Event { status: 400, message: Some(ATTACK.to_owned()), after_events: 2 };
    let mut terminal = Desk::new(100, 30)
        .model_says(say("One.").fault_first(1, refused(429, Some("1"), shape)))
        .model_says(say("x").fault(refused(400, Some("a\tb"), shape)))
        .model_says(say("half of it is here").fault(event))
        .model_says(say("Two."))
        .opens();
    terminal.is_ready().says("hi").waits_for("Retry 1 of ").waits_for_printed("One.").waits_for_rest();
    terminal.says("more").waits_for_printed("status 400").waits_for_rest();
    terminal.says("again").waits_for_printed("cut off here").waits_for_rest();
    terminal.says("last").waits_for_printed("Two.");
}

/// A server that answers by the first line of a request: status, more headers as they are, body.
fn serves(answer: impl Fn(&str) -> (&'static str, Vec<u8>, String) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener.local_addr().expect("bound");
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut reader = BufReader::new(stream.try_clone().expect("a socket"));
            let (mut first, mut length) = (String::new(), 0);
            let mut line = String::new();
            while reader.read_line(&mut line).is_ok_and(|read| read > 0) && !line.trim_end().is_empty() {
                if first.is_empty() {
                    first.clone_from(&line);
                }
                let size = line.to_lowercase().strip_prefix("content-length:").map(|n| n.trim().parse());
                length = size.and_then(Result::ok).unwrap_or(length);
                line.clear();
            }
            // Who closes before all was read may take back what was answered.
            let _ = reader.read_exact(&mut vec![0; length]);
            let (status, headers, body) = answer(&first);
            let mut bytes = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\n").into_bytes();
            bytes.extend(headers);
            bytes.extend(format!("content-length: {}\r\nconnection: close\r\n\r\n", body.len()).into_bytes());
            let _ = stream.write_all(&bytes).and_then(|()| stream.write_all(body.as_bytes()));
        }
    });
    format!("http://{address}")
}

/// A server that answers every request for a code and for tokens with these bodies.
fn signs_in(code: String, tokens: String) -> String {
    serves(move |first| {
        let (status, body) =
            if first.contains("code") { ("200 OK", &code) } else { ("400 Bad Request", &tokens) };
        (status, Vec::new(), body.clone())
    })
}

#[test]
fn ids_and_waits_that_a_server_names_write_letters_only() {
    let asked = AtomicUsize::new(0);
    let base = serves(move |_| {
        let error =
            |message: &str| json!({"error": {"message": message, "code": ATTACK}, "request_id": ATTACK});
        match asked.fetch_add(1, Ordering::SeqCst) {
            // An id in the body, then one in the headers with bytes above ASCII, then headers that are none at all.
            0 => ("400 Bad Request", b"retry-after: \t1\r\n".to_vec(), error("in the body").to_string()),
            1 => {
                let headers = b"x-request-id: ab\xe2\x80\xae\x9b31mcd\r\nretry-after: \x9b2J\r\n".to_vec();
                ("400 Bad Request", headers, json!({"error": {"message": "in the headers"}}).to_string())
            }
            2 => {
                let headers = b"x-request-id: plain-id-7f2c\r\n".to_vec();
                ("400 Bad Request", headers, json!({"error": {"message": "plain"}}).to_string())
            }
            _ => {
                ("400 Bad\x1b[2J Request", b"x-request-id: \x1b]0;owned\x07\r\n".to_vec(), ATTACK.to_owned())
            }
        }
    });
    let mut terminal = Desk::new(100, 30)
        .env("OPENAI_BASE_URL", &format!("{base}/v1"))
        .without("DASHSCOPE_PROXY_BASE_URL")
        .kept(".qwen/settings.json", &json!({"model": {"generationConfig": {"maxRetries": 0}}}).to_string())
        .opens();
    terminal
        .is_ready()
        .says("one")
        .waits_for_printed("in the body")
        .waits_for_printed("request id ")
        .is_ready();
    terminal.says("two").waits_for_printed("in the headers").is_ready();
    terminal.says("three").waits_for_printed("request id plain-id-7f2c").is_ready();
    terminal.says("four").waits_until("the fourth has failed", |t| t.scrollback().matches("✗ ").count() == 4);
}

#[test]
fn names_of_models_that_a_server_lists_write_letters_only() {
    let models = json!({"object": "list", "data": [
        {"id": format!("first {ATTACK}"), "object": "model", "owned_by": ATTACK},
        {"id": "plain-model", "object": "model"},
        {"id": "\u{202e}ledom\u{200b}", "object": "model"},
    ]});
    let refusal = json!({"error": {"message": format!("no {ATTACK}")}}).to_string();
    let models = models.to_string();
    let base = serves(move |first| {
        let (status, body) =
            if first.contains("/models") { ("200 OK", &models) } else { ("404 Not Found", &refusal) };
        (status, Vec::new(), body.clone())
    });
    let mut terminal = Desk::new(100, 30)
        .env("OPENAI_BASE_URL", &format!("{base}/v1"))
        .without("DASHSCOPE_PROXY_BASE_URL")
        .opens();
    terminal.is_ready().says("/model").waits_for("plain-model").waits_for_rest();
    terminal.type_text("plain").waits_for("› plain-model");
    terminal.key(Key::Enter).waits_for_printed("is in use now").waits_for("ctx ");
    terminal.says("hi").waits_for_printed("✗ ").is_ready();
}

#[test]
fn a_folder_and_a_branch_name_the_window_and_write_letters_only() {
    // git takes every byte above ASCII in the name of a branch, and a file system every byte but two in that of a folder.
    let line = "mkdir \"$NAME\" && cd \"$NAME\" && git init --quiet && git checkout --quiet -b \"$BRANCH\" && exec \"$QWEN\"";
    let mut terminal = Desk::new(100, 30)
        .env("NAME", &format!("x{ATTACK}y"))
        .env("BRANCH", "b\u{202e}c\u{200b}d")
        .shell(line)
        .model_says(say("Fine."))
        .opens();
    terminal.is_ready().waits_for("b⟨U+202E⟩c").says("hi").waits_for_printed("Fine.");
    terminal.says("/about").waits_for_printed("folder");
    assert_eq!(bytes::count(&terminal.raw(), "\x1b]0;qwen · ".as_bytes()), 1, "the window has a name");
    terminal.key(Key::Control('d'));
    assert_eq!(terminal.exits(), 0);
    terminal.is_restored();
}

#[test]
fn a_server_that_signs_people_in_writes_letters_only() {
    let code = json!({
        "device_code": "d", "user_code": format!("AB{ATTACK}"), "expires_in": 300, "interval": 1,
        "verification_uri": "https://example.com/\u{202e}x",
        "verification_uri_complete": format!("https://example.com/?user_code={ATTACK}"),
    });
    let tokens = json!({"error": "server_says", "error_description": format!("never {ATTACK}")});
    let base = signs_in(code.to_string(), tokens.to_string());
    let ends = json!({"deviceEndpoint": format!("{base}/code"), "tokenEndpoint": format!("{base}/token")});
    let settings = json!({"security": {"auth": {"oauth": ends}}}).to_string();
    let desk = Desk::new(100, 40).kept(".qwen/settings.json", &settings);
    let names = ["OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "DASHSCOPE_PROXY_BASE_URL"];
    let mut terminal = names.into_iter().fold(desk, Desk::without).opens();
    terminal.waits_for("1 Qwen account").type_text("1").waits_for("AB").waits_for_printed("never ");
    terminal.waits_for_rest();
}

#[test]
fn a_list_of_sessions_and_a_session_that_goes_on_write_letters_only() {
    let mut terminal = Desk::new(100, 30)
        .env("WORDS", ATTACK)
        .shell("\"$QWEN\" -p \"$WORDS\" >kept.txt; \"$QWEN\"")
        .model_says(think(ATTACK).say(ATTACK))
        .opens();
    terminal.is_ready().says("/resume").waits_for("this folder 1/").waits_for("⟨U+202E⟩").waits_for_rest();
    terminal.key(Key::Enter).waits_for_printed("1 turn restored").waits_for_rest().key(Key::Control('t'));
    terminal
        .waits_for("Esc closes")
        .key(Key::Escape)
        .is_ready()
        .key(Key::Up)
        .waits_for("> ")
        .waits_for_rest();
}

#[test]
fn settings_write_letters_only() {
    let settings = json!({
        "model": {"name": ATTACK},
        "ui": {"theme": ATTACK, "language": ATTACK},
        "permissions": {"allow": [format!("Bash({ATTACK})")], "deny": [ATTACK]},
        ATTACK: ATTACK,
    });
    let mut terminal = Desk::new(100, 30)
        .without("OPENAI_MODEL")
        .kept(".qwen/settings.json", &settings.to_string())
        .file(".qwen/settings.json", &settings.to_string())
        .file("QWEN.md", ATTACK)
        .model_says(say("Hello."))
        .opens();
    terminal.is_ready();
    for (command, shown) in [
        ("/settings", "model.name"),
        ("/permissions", "deny"),
        ("/memory", "QWEN.md"),
        ("/context", "tools"),
        ("/model", "Esc"),
        ("/about", "qwen"),
    ] {
        terminal.says(command).waits_for(shown).waits_for_rest().key(Key::Escape).waits_for_rest();
        terminal.key(Key::Control('u')).is_ready();
    }
}

#[test]
fn a_list_of_things_to_do_writes_letters_only() {
    let todos = json!({"todos": [
        {"id": ATTACK, "content": ATTACK, "status": "in_progress"},
        {"id": "2", "content": format!("second {ATTACK}"), "status": "pending"},
    ]});
    let mut terminal =
        Desk::new(100, 30).model_says(call("todo_write", todos)).model_says(say("Listed.").pace(50)).opens();
    terminal
        .is_ready()
        .says("plan")
        .waits_for_printed("second ")
        .waits_for_printed("Listed.")
        .waits_for_rest();
}

#[test]
fn a_question_shows_signs_that_only_look_like_blanks_and_lines_that_are_long() {
    let line = format!(
        "cat a\u{a0}b\u{3000}c \u{202e}txt.sh\t'x'\r\nls {}\u{200b} && rm -rf build",
        "y".repeat(300)
    );
    let mut terminal = Desk::new(100, 30)
        .model_says(call("run_shell_command", json!({"command": line, "description": "look"})))
        .model_says(say("Fine."))
        .opens();
    terminal.is_ready().says("hi").waits_for_question("cat a⟨U+00A0⟩b⟨U+3000⟩c ⟨U+202E⟩txt.sh");
    terminal.waits_for("'x'␍").waits_for("⟨U+200B⟩ && rm -rf build");
    let letters: usize = terminal.screen().matches('y').count();
    assert!(letters >= 300, "{}", terminal.screen());
    terminal.type_text("no").key(Key::Escape).waits_for_printed("Fine.");
}
