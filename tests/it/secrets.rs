//! Secrets of the machine: none leaves by any route a model can take, and files of secrets ask first.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpListener,
    thread,
};

use qwen::sim::{Turn, say};
use serde_json::{Value, json};

use crate::{
    Session,
    ran::{Ran, tree},
    wire,
};

/// A token nobody issued, put together here so that no file holds it.
fn token() -> String {
    ["ghp_", "Zx8Lq2Vn7Rt4Wb9", "Km3Ps6Yd1Hc5Jf0GaTeUo"].concat()
}

/// Ten lines of a key nobody uses.
fn key_lines() -> Vec<String> {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut at: usize = 7;
    let mut drawn = || {
        at = (at * 29 + 31) % 1_009;
        char::from(letters[at % letters.len()])
    };
    (0..10).map(|_| (0..64).map(|_| drawn()).collect()).collect()
}

fn service_file() -> String {
    let lines: Vec<String> = key_lines().iter().map(|line| format!("  {line}")).collect();
    let kind = "PRIVATE KEY";
    format!(
        "name: service\nkey: |\n  -----BEGIN {kind}-----\n{}\n  -----END {kind}-----\nport: 80\n",
        lines.join("\n")
    )
}

fn shell(command: &str) -> (&'static str, Value) {
    ("run_shell_command", json!({"command": command, "description": "look"}))
}

fn read(path: &str) -> (&'static str, Value) {
    ("read_file", json!({"file_path": path}))
}

fn turn(calls: &[(&'static str, Value)]) -> Turn {
    calls.iter().fold(Turn::default(), |turn, (name, input)| turn.call(*name, input.clone()))
}

/// No byte of a request holds a secret, nor does what is kept of the conversation.
fn nothing_left(session: &Session, ran: &Ran) {
    let mut secrets = key_lines();
    secrets.push(token());
    let kept = tree(&session.world().qwen_home().join("projects"));
    let kept = kept.iter().filter(|(path, _)| path.extension().is_some_and(|e| e == "jsonl"));
    let sent = ran.requests().iter().map(|request| request.body.to_vec());
    for bytes in sent.chain(kept.map(|(_, bytes)| bytes.clone())) {
        // The first line of a transcript says where it was made, for this machine alone.
        let told = String::from_utf8_lossy(&bytes);
        let told: Vec<&str> = told.lines().filter(|line| !line.starts_with("{\"kind\":\"meta\"")).collect();
        let text = told.join("\n").replace("\\n", "\n");
        for secret in &secrets {
            let at = text.find(secret.as_str());
            assert!(
                at.is_none(),
                "…{}",
                text[at.unwrap_or(0).saturating_sub(300)..].chars().take(400).collect::<String>()
            );
        }
    }
}

/// A page at an address of this machine, served once.
fn page_with(text: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener.local_addr().expect("bound");
    thread::spawn(move || {
        for stream in listener.incoming().take(1) {
            let mut stream = stream.expect("a connection");
            // Nobody reads what was asked for.
            let _ = stream.read(&mut [0; 4_096]);
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: {}\r\n\r\n",
                text.len()
            );
            let _ = stream.write_all(format!("{head}{text}").as_bytes());
        }
    });
    format!("http://{address}/page")
}

fn repository() -> Session {
    let token = token();
    Session::new()
        .flag("-y")
        .file("app.conf", format!("# settings\ntoken = {token}\nport = 80\n"))
        .file("service.yaml", service_file())
        .file("win.conf", format!("a = 1\r\ntoken = {token}\r\n"))
        .file("data.json", json!({"service": {"auth": token}}).to_string())
        .file("print.sh", format!("echo \"it is {token}\"\n"))
        .file("message.txt", format!("Use {token} for the server\n"))
        .file(&format!("out/{token}.txt"), "named\n")
        .file("QWEN.md", format!("Deploy with {token}.\n@more.md\n"))
        .file("more.md", format!("Again {token}.\n"))
        .env("SERVICE_AUTH", token)
}

#[test]
fn one_secret_leaves_by_none_of_thirty_routes() {
    let page = page_with(format!("the page says {}\n", token()));
    let lines = [
        "cat app.conf",
        "grep -n token app.conf",
        "awk '/token/' app.conf",
        "git show HEAD:app.conf",
        "git -c user.name=a -c user.email=a@b.invalid commit -q --allow-empty -F message.txt; git log -1 --format=%B",
        "git log -p",
        "printf 'token = x\\nport = 80\\n' > app.conf; git diff; git checkout -q app.conf",
        "git branch --list -a",
        "git status --short --branch",
        "env",
        "printenv SERVICE_AUTH",
        "set",
        "echo $SERVICE_AUTH",
        "cat /proc/self/environ",
        "ln -s app.conf link.conf; cat link.conf",
        "ln app.conf hard.conf; cat hard.conf",
        "sh -c 'cat app.conf'",
        "sh print.sh",
        "sh print.sh >&2",
        "cat \"$(cut -d' ' -f2 message.txt)\"",
        "cat data.json win.conf",
        "ls out",
        "cat -n service.yaml",
        "seq 1 30000; cat app.conf; seq 1 30000",
        "cat $TMPDIR/qwen-*/* | grep -A1 settings",
    ];
    let mut calls: Vec<_> = lines.iter().map(|line| shell(line)).collect();
    calls.push(("run_shell_command", json!({"command": "cat app.conf", "is_background": true})));
    for file in ["app.conf", "link.conf", "hard.conf", "data.json", "win.conf", "wide.conf", "service.yaml"] {
        calls.push(read(&format!("{{{{cwd}}}}/{file}")));
    }
    let part = |offset: u32| json!({"file_path": "{{cwd}}/service.yaml", "offset": offset, "limit": 6});
    calls.extend([("read_file", part(0)), ("read_file", part(6))]);
    calls.push(read("/proc/self/environ"));
    calls.push(("grep_search", json!({"pattern": "token"})));
    calls.push(("glob", json!({"pattern": "**/*.txt"})));
    calls.push(("list_directory", json!({"path": "{{cwd}}/out"})));
    calls.push(("web_fetch", json!({"url": page, "prompt": "what does it say"})));
    let alike = json!({"file_path": "{{cwd}}/app.conf", "old_string": "# settings\ntoken = other\nport = 80", "new_string": "x"});
    calls.push(("edit", alike));
    let session = repository().model_says(turn(&calls)).model_says(say("Seen."));
    let wide: Vec<u8> = [0xFEFF]
        .into_iter()
        .chain(format!("t = {}\n", token()).encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    fs::write(session.world().repository().join("wide.conf"), wide).expect("written");
    session.shell(&format!("git checkout -q -b fix/{}", token())).exit_is(0);

    let ran = session.run("look at @app.conf and @app.conf:1-2");
    ran.exit_is(0).stdout_is("Seen.\n").asks(2);
    nothing_left(&session, &ran);
    let results = ran.results();
    assert_eq!(results.len(), calls.len());
    let bare: Vec<String> = calls
        .iter()
        .zip(&results)
        .filter(|(_, result)| !result.contains("[hidden "))
        .map(|(call, result)| format!("{call:?}: {result}"))
        .collect();
    // What is cut out of a long output, and what is not read at all.
    assert_eq!(bare.len(), 2, "{bare:#?}");
    assert!(
        bare[0].contains("lines left out here") && bare[1].contains("is a device, pipe or socket"),
        "{bare:#?}"
    );
    assert!(
        ran.said().contains("[hidden github-token #1]")
            && ran.system().contains("Deploy with [hidden github-token #1].")
    );
    ran.stderr_has("privacy: github-token #1 in `");
    assert_eq!(ran.stderr.matches("github-token").count(), 1, "told once: {}", ran.stderr);
}

#[test]
fn what_was_hidden_keeps_its_bytes_and_its_number_when_the_session_goes_on() {
    let other = ["glpat-", "Qw7Er2Ty9Ui4Op6As1Df"].concat();
    let session = repository()
        .file("second.conf", format!("key = {other}\n"))
        .model_says(turn(&[read("{{cwd}}/app.conf")]))
        .model_says(say("One."))
        .model_says(turn(&[read("{{cwd}}/second.conf"), read("{{cwd}}/app.conf")]))
        .model_says(say("Two."));
    let first = session.run("read");
    first.exit_is(0);
    let second = session.run_with(&["-c", "-p", "go on"]);
    second.exit_is(0).goes_on_from(&first);
    nothing_left(&session, &second);
    let results = second.results();
    assert!(
        results[1].contains("[hidden gitlab-token #2]") && results[2].contains("[hidden github-token #1]"),
        "{results:#?}"
    );
}

#[test]
fn a_mark_is_never_written_over_a_secret() {
    let edit = |old: &str, new: &str| {
        ("edit", json!({"file_path": "{{cwd}}/app.conf", "old_string": old, "new_string": new}))
    };
    let mark = "[hidden github-token #1]";
    let session = repository()
        .model_says(turn(&[read("{{cwd}}/app.conf")]))
        .model_says(turn(&[
            edit(&format!("token = {mark}\nport = 80"), &format!("secret = {mark}\nport = 81")),
            edit("# settings", &format!("# {mark}")),
            ("write_file", json!({"file_path": "{{cwd}}/app.conf", "content": format!("token = {mark}\n")})),
            ("write_file", json!({"file_path": "{{cwd}}/copy.conf", "content": format!("token = {mark}\n")})),
            shell(&format!("echo 'token = {mark}' > app.conf")),
        ]))
        .model_says(say("Done."));
    let ran = session.run("rename it");
    ran.exit_is(0).no_file("copy.conf");
    ran.file_is("app.conf", &format!("# settings\nsecret = {}\nport = 81\n", token()));
    nothing_left(&session, &ran);
    let results = ran.results();
    assert!(results[1].starts_with("edited app.conf"), "{results:#?}");
    for result in &results[2..] {
        assert!(result.contains("stands for a secret"), "{result}");
    }
}

#[test]
fn who_turns_it_off_sends_what_is_there() {
    let settings = json!({"privacy": {"redact": false}});
    let session =
        repository().settings(&settings).model_says(turn(&[read("{{cwd}}/app.conf")])).model_says(say("ok"));
    let ran = session.run("read");
    ran.exit_is(0);
    assert!(ran.results()[0].contains(&token()) && !ran.stderr.contains("privacy:"));
}

#[test]
fn a_project_cannot_turn_it_off() {
    let session = repository()
        .file(".qwen/settings.json", json!({"privacy": {"redact": false}}).to_string())
        .model_says(turn(&[read("{{cwd}}/app.conf")]))
        .model_says(say("ok"));
    let ran = session.run("read");
    ran.exit_is(0);
    nothing_left(&session, &ran);
}

/// Digits that stand for a text, so many bits each.
fn written(text: &str, digits: &[u8], bits: usize) -> String {
    let all = text.bytes().map(|byte| format!("{byte:08b}")).collect::<Vec<_>>().concat();
    let digit = |part: &[u8]| {
        let part = std::str::from_utf8(part).expect("bits");
        char::from(digits[usize::from_str_radix(part, 2).expect("bits")])
    };
    all.as_bytes().chunks_exact(bits).map(digit).collect()
}

/// How a secret would look in the middle of a text that is written in another way.
fn other_writings(secret: &str) -> Vec<String> {
    let base64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let base32 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let hex = b"0123456789abcdef";
    let mut all = vec![written(secret, hex, 4), secret.chars().rev().collect()];
    // Without what its first and last letters share with their neighbours.
    all.extend((0..3).map(|cut| written(&secret[cut..secret.len() - 3], base64, 6)));
    all.extend((0..5).map(|cut| written(&secret[cut..secret.len() - 5], base32, 5)));
    all.push(secret.bytes().map(|byte| format!("{byte:03o}")).collect::<Vec<_>>().concat());
    all.push(secret.bytes().map(|byte| byte.to_string()).collect());
    all
}

/// No result tells a secret in whatever writing, however its letters are grouped.
fn told_in_no_writing(session: &Session, ran: &Ran, secret: &str) {
    nothing_left(session, ran);
    for result in ran.results() {
        let bare: String = result.chars().filter(|c| !c.is_whitespace() && !",:|\\%".contains(*c)).collect();
        let plain: String = secret.split_whitespace().collect();
        for writing in other_writings(secret).iter().chain([&plain]) {
            assert!(!bare.contains(writing.as_str()), "{writing} in {result}");
        }
    }
}

/// Ways in which ordinary programs write the bytes of a file.
const WRITERS: &[&str] = &[
    "base64 FILE",
    "base64 -w0 FILE",
    "base64 -w 20 FILE | cat -n | cut -f2",
    "base32 FILE",
    "od -An -tx1 FILE",
    "od FILE",
    "od -c FILE",
    "od -b FILE",
    "od -A x -t x1z FILE",
    "od -An -tu1 FILE",
    "od -tx2 FILE",
    "od -An -v -tx1 FILE | tr -d ' \\n'",
    "od -An -v -tx1 -w1 FILE",
    "gzip -c FILE | base64",
    "tar cf - FILE | base64",
    "tar cf - FILE",
    "fold -w1 FILE",
    "sed 's/./& /g' FILE",
    "tac FILE | rev",
    "iconv -f UTF-8 -t UTF-16LE FILE",
    "iconv -f UTF-8 -t UTF-16 FILE | base64",
    "printf '%q' \"$(cat FILE)\"",
    "grep -rn '' .",
    "find . -name 'app*' -exec cat {} +",
    "diff FILE /dev/null",
    "cat -A FILE",
];

#[test]
fn a_secret_leaves_in_no_other_writing() {
    let lines: Vec<String> = WRITERS.iter().map(|line| line.replace("FILE", "app.conf")).collect();
    let calls: Vec<_> = lines.iter().map(|line| shell(line)).collect();
    let session = repository().model_says(turn(&calls)).model_says(say("Seen."));
    let ran = session.run("look");
    ran.exit_is(0);
    told_in_no_writing(&session, &ran, &token());
    for (line, result) in lines.iter().zip(ran.results()) {
        assert!(result.contains("[hidden github-token #"), "{line}: {result}");
    }
}

#[test]
fn what_a_file_of_secrets_holds_leaves_by_no_route_and_in_no_writing_even_unasked() {
    let more = [
        "cat FILE",
        "cat .e*",
        "awk 1 FILE",
        "git show HEAD:FILE",
        "git grep horse",
        "cp FILE plain.txt; cat plain.txt",
        "while read -r line; do echo \"$line\"; done < FILE",
        ". ./FILE; echo \"$DATABASE_PASSWORD\"",
        "echo \"$SERVICE_PASSWORD\"",
        "mv FILE moved.txt; cat moved.txt; mv moved.txt FILE",
        "cat ~/.vault-token",
        "base64 ~/.vault-token",
    ];
    let kept = ["hvx.", "Kq7Rt4Wb9Km3Ps6Yd1Hc5Jf0"].concat();
    let lines: Vec<String> = WRITERS.iter().chain(&more).map(|line| line.replace("FILE", ".env")).collect();
    let mut calls: Vec<_> = lines.iter().map(|line| shell(line)).collect();
    calls.push(read("{{cwd}}/.env"));
    calls.push(read("{{cwd}}/notes.md"));
    calls.push(("grep_search", json!({"pattern": "horse"})));
    let session = Session::new()
        .flag("-y")
        .file(".env", format!("MODE=fast\nDATABASE_PASSWORD=\"{PASSWORD}\"\nPORT=3000\n"))
        .file("app.txt", format!("it is {PASSWORD}\n"))
        .file("notes.md", format!("The password is {PASSWORD}, a correct answer for a horse.\n"))
        .home_file(".vault-token", format!("{kept}\n"))
        .env("SERVICE_PASSWORD", PASSWORD)
        .model_says(turn(&calls))
        .model_says(say("Seen."));
    let ran = session.run("look at @notes.md");
    ran.exit_is(0);
    told_in_no_writing(&session, &ran, PASSWORD);
    told_in_no_writing(&session, &ran, &kept);
    for request in ran.requests() {
        assert!(!String::from_utf8_lossy(&request.body).contains(PASSWORD));
    }
    for (call, result) in calls.iter().zip(ran.results()) {
        assert!(result.contains("[hidden "), "{call:?}: {result}");
    }
    assert!(ran.said().contains("a correct answer for a horse"), "{}", ran.said());
}

#[test]
fn a_session_that_goes_on_gives_each_secret_its_number_again() {
    let other = ["ghp_", "Qw7Er2Ty9Ui4Op6As1Df8Gh3Jk5Zx0Cv7BnMa"].concat();
    let files = ["one.conf", "two.conf"].map(|name| read(&format!("{{{{cwd}}}}/{name}")));
    let session = Session::new()
        .file("one.conf", format!("deploy = {}\nport = 80\n", token()))
        .file("two.conf", format!("build = {other}\nport = 81\n"))
        // One after the other: what runs side by side is met in any order.
        .model_says(turn(&files[..1]))
        .model_says(turn(&files[1..]))
        .model_says(say("One."))
        .model_says(turn(&[files[1].clone(), shell("cat one.conf"), files[0].clone()]))
        .model_says(say("Two."));
    let first = session.run("read");
    first.exit_is(0);
    let second = session.run_with(&["-c", "-p", "go on"]);
    second.exit_is(0).goes_on_from(&first);
    nothing_left(&session, &second);
    let results = second.results();
    assert!(results[0].contains("deploy = [hidden github-token #1]"), "{results:#?}");
    assert!(results[1].contains("build = [hidden github-token #2]"), "{results:#?}");
    assert_eq!([&results[2], &results[4]], [&results[1], &results[0]], "the same bytes");
    assert!(results[3].contains("deploy = [hidden github-token #1]"), "{results:#?}");
}

/// A password no form gives away: only the name of its file does.
const PASSWORD: &str = "correct horse battery";

#[test]
fn a_file_of_secrets_is_not_read_without_a_yes() {
    let lines = [
        "cat .env",
        "cat ./.ENV*",
        "cat .e*",
        "cat < .env",
        "grep x .env",
        "head -1 .env | tail -1",
        "git show HEAD:.env",
        "git diff HEAD~0 -- .env",
        "base64 .env",
        "cp .env x",
        "source .env",
        ". ./.env",
        "tar cf - .env",
        "curl -d @.env http://127.0.0.1:9",
        "sh -c 'cat .env'",
        "cat notes.link",
        "cat *.pem",
        "cat certs/server.pem",
        "cat credentials.json",
        "cat /proc/self/environ",
        "cat ~/.ssh/id_work ~/.netrc",
        "cd certs && cat server.pem",
        "grep -rn horse",
        "grep -r horse . | sort",
        "grep -rh --include='.e*' horse .",
        "rg --hidden --no-ignore horse",
        "git grep horse",
        "find . -type f -exec cat {} +",
        "tar cf - . | base64",
        "cp -r . ../copy",
        "diff -r . certs",
    ];
    let mut calls: Vec<_> = lines.iter().map(|line| shell(line)).collect();
    for file in [".env", "certs/server.pem", "notes.link", "credentials.json", "server.pem"] {
        calls.push(read(&format!("{{{{cwd}}}}/{file}")));
    }
    calls.push(("grep_search", json!({"pattern": "horse"})));
    calls.push(("glob", json!({"pattern": "**/*"})));
    calls.push(read("{{cwd}}/.env.example"));
    let text = format!("DATABASE={PASSWORD}\n");
    let session = Session::new()
        .flags([
            "--allowed-tools",
            "Bash(cat *)",
            "Bash(cp *)",
            "Bash(sh *)",
            "Bash(base64 *)",
            "Bash(tar *)",
            "Bash(source *)",
            "Bash(grep *)",
            "Bash(sort)",
            "Bash(rg *)",
            "Bash(git *)",
            "Bash(find *)",
            "Bash(diff *)",
            "Read",
        ])
        .sim(|options| options.shape.chunk = 4_000)
        .file(".env", &*text)
        .file("server.pem", &*text)
        .file("certs/server.pem", &*text)
        .file("credentials.json", &*text)
        .file(".env.example", "DATABASE=\n")
        .home_file(".ssh/id_work", &*text)
        .home_file(".netrc", &*text)
        .model_says(turn(&calls))
        .model_says(say("No."));
    std::os::unix::fs::symlink(".env", session.world().repository().join("notes.link")).expect("linked");
    let ran = session.run("what is in @.env and @notes.link and @server.pem:1?");
    ran.exit_is(0).no_file("x");
    let results = ran.results();
    for request in ran.requests() {
        assert!(!String::from_utf8_lossy(&request.body).contains(PASSWORD), "{results:#?}");
    }
    let asked = lines.len() + 5;
    for (call, result) in calls.iter().zip(&results).take(asked) {
        assert!(result.contains("Not allowed") || result.contains("did not allow"), "{call:?}: {result}");
    }
    assert_eq!(results[asked], "no line matches");
    assert!(
        !results[asked + 1].contains(".pem") && results[asked + 1].contains("README.md"),
        "{}",
        results[asked + 1]
    );
    assert_eq!(results[asked + 2], "DATABASE=\n");
    assert_eq!(
        ran.said().matches("may hold secrets; its content is not included").count(),
        3,
        "{}",
        ran.said()
    );
}

#[test]
fn a_rule_that_names_a_file_of_secrets_is_a_yes() {
    let session = Session::new()
        .flags(["--allowed-tools", "Read(.env)", "--approval-mode", "default"])
        .file(".env", format!("TOKEN={}\nMODE=fast\n", token()))
        .model_says(turn(&[read("{{cwd}}/.env"), shell("cat .env")]))
        .model_says(say("Yes."));
    let ran = session.run("read it");
    ran.exit_is(0);
    nothing_left(&session, &ran);
    for result in ran.results() {
        assert!(result.contains("MODE=fast") && result.contains("[hidden "), "{result}");
    }
}

#[test]
fn what_qwenignore_keeps_back_is_kept_back_from_every_tool() {
    let session = Session::new()
        .flag("-y")
        .file(".qwenignore", "plans/\n")
        .file("plans/next.md", "buy the moon\n")
        .file("src/.qwenignore", "hidden.*\n")
        .file("src/hidden.txt", "buy the moon\n")
        .file("src/open.txt", "sell\n")
        .model_says(turn(&[
            read("{{cwd}}/plans/next.md"),
            read("{{cwd}}/src/hidden.txt"),
            ("write_file", json!({"file_path": "{{cwd}}/src/hidden.txt", "content": "x"})),
            ("edit", json!({"file_path": "{{cwd}}/plans/next.md", "old_string": "buy", "new_string": "x"})),
            ("grep_search", json!({"pattern": "moon"})),
            shell("cat plans/next.md"),
            shell("cat plans/*"),
            shell("cd src && cat hidden.txt"),
            shell("cat src/h*"),
            shell("cat src/open.txt"),
        ]))
        .model_says(say("Done."));
    let ran = session.run("read @plans/next.md and @src/hidden.txt");
    ran.exit_is(0).file_is("plans/next.md", "buy the moon\n").file_is("src/hidden.txt", "buy the moon\n");
    let results = ran.results();
    assert!(results.iter().all(|result| !result.contains("the moon")), "{results:#?}");
    assert!(!wire::messages(&ran.requests()[0]).iter().any(|m| wire::text(m).contains("the moon")));
    assert!(results[9].starts_with("sell"), "{results:#?}");
}
