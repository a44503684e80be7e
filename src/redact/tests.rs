//! Every kind is found, ordinary text is left alone, and what was hidden stays hidden under one name.

use regex::Regex;

use super::{
    Covered, Hidden, Veil,
    find::{self, find},
    kinds, samples,
};

/// Numbers that look drawn and are the same in every run.
struct Drawn(u64);

impl Drawn {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % below
    }

    /// The sample with drawn signs in the place of the braces.
    fn fill(&mut self, sample: &str) -> String {
        let place = Regex::new(r"\{([ahdubBlU])(\d+)\}").expect("a form");
        place
            .replace_all(sample, |found: &regex::Captures<'_>| {
                let signs: &[u8] = match &found[1] {
                    "a" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
                    "h" => b"0123456789abcdef",
                    "d" => b"0123456789",
                    "u" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
                    "U" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
                    "l" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
                    _ => b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
                };
                let many: usize = found[2].parse().expect("a number");
                (0..many).map(|_| char::from(signs[self.next(signs.len())])).collect::<String>()
            })
            .into_owned()
    }
}

#[test]
fn every_form_is_an_expression_and_has_a_sample() {
    for rule in kinds::ALL {
        find::compiled(rule.form);
        assert!(samples::ALL.iter().any(|(name, _)| *name == rule.name), "{} has no sample", rule.name);
        assert!(!rule.marks.is_empty() && rule.marks.iter().all(|m| !m.is_empty()), "{}", rule.name);
    }
    assert!(kinds::ALL.len() >= 60, "{}", kinds::ALL.len());
}

#[test]
fn a_secret_of_every_kind_is_found_wherever_it_stands() {
    let (mut drawn, mut missed) = (Drawn(42), Vec::new());
    for (name, sample) in samples::ALL {
        for round in 0..8 {
            let secret = drawn.fill(sample);
            // On a line of its own, numbered as a tool prints it, found by a search, or in the middle of a file.
            let texts = [
                secret.clone(),
                format!("before\n{secret}\nafter\n"),
                format!("   12\t{secret}\n   13\t\n"),
                format!("conf/app.env:12:{secret}\n"),
                format!("@@ -1 +1 @@\n-\n+{secret}\n"),
                format!("密码和密钥：\n{secret}\n谢谢"),
            ];
            for text in texts {
                let kinds: Vec<_> = find(&text).iter().map(|found| found.kind).collect();
                if kinds != [*name] && missed.len() < 20 {
                    missed.push(format!("{name}, round {round}, as {kinds:?}: {text}"));
                }
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn a_secret_is_found_beside_letters_of_any_script_and_no_letter_is_cut() {
    let mut drawn = Drawn(3);
    let mut veil = Veil::default();
    let (key, token) = (drawn.fill("sk-{a32}"), drawn.fill("ghp_{a36}"));
    let text = format!("我的密钥{key}，令牌是{token}。é{token}é\nDB_PASSWORD=\"Grüße-9x-密码\"\n");
    let covered = "我的密钥[hidden model-key #1]，令牌是[hidden github-token #2]。é[hidden github-token #2]é\n\
                   DB_PASSWORD=\"[hidden environment-secret #3]\"\n";
    assert_eq!(veil.cover(&text).text, covered);
}

#[test]
fn ordinary_lines_hold_no_secret() {
    let lines = [
        "let token = self.tokens.next().ok_or(Error::Empty)?;",
        "password: String,",
        "const SECRET_KEY_BASE = process.env.SECRET_KEY_BASE;",
        "API_KEY=your-api-key-here",
        "API_KEY=${API_KEY}",
        "export GITHUB_TOKEN=<token>",
        "password = get_password(user_id)",
        "MAX_TOKENS=4096",
        "TOKEN_PATH=/var/run/secrets/token",
        "the secret: nobody reads documentation",
        "commit 3f786850e387550fdab836ed7e6dc881de23001b",
        "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "uuid 123e4567-e89b-12d3-a456-426614174000",
        "https://example.org/login?next=/token/refresh",
        "git clone ssh://git@example.org:2222/repo.git",
        "http://localhost:8080/@scope/package",
        "secretKeyRef: { name: database, key: password }",
        "max_token_count_per_request: usize,",
        "color_token: \"primary-500\"",
        "sk-learn-compatible-estimators-are-fun",
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
    ];
    let alarms: Vec<_> = lines.iter().filter(|line| !find(line).is_empty()).collect();
    assert!(alarms.is_empty(), "{alarms:#?}");
}

#[test]
fn the_same_secret_has_the_same_placeholder_in_every_turn() {
    let mut drawn = Drawn(7);
    let (one, two) = (drawn.fill("ghp_{a36}"), drawn.fill("xoxb-{d12}-{d12}-{a24}"));
    let mut veil = Veil::default();
    let text = format!("a = {one}\nb = {two}\nc = {one}\n");
    let covered = veil.cover(&text);
    assert_eq!(
        covered.text,
        "a = [hidden github-token #1]\nb = [hidden slack-token #2]\nc = [hidden github-token #1]\n"
    );
    let hidden = [Hidden { kind: "github-token", number: 1 }, Hidden { kind: "slack-token", number: 2 }];
    assert_eq!(covered.hidden, hidden);
    assert_eq!(veil.cover(&two).text, "[hidden slack-token #2]");
    assert_eq!(veil.cover(&covered.text).text, covered.text, "what is hidden is not hidden again");
}

#[test]
fn a_person_lets_one_secret_through_and_no_other() {
    let mut drawn = Drawn(9);
    let (one, two) = (drawn.fill("ghp_{a36}"), drawn.fill("glpat-{a20}"));
    let mut veil = Veil::default();
    veil.cover(&format!("{one} {two}"));
    assert!(veil.allow(1) && !veil.allow(3));
    assert_eq!(veil.cover(&format!("{one} {two}")).text, format!("{one} [hidden gitlab-token #2]"));
    assert_eq!(veil.counts(), (2, 1));
}

#[test]
fn a_conversation_that_goes_on_counts_on() {
    let mut drawn = Drawn(11);
    let mut veil = Veil::default();
    veil.count_on("a [hidden github-token #4] b [hidden x #99999999] c [hidden broken");
    assert_eq!(veil.cover(&drawn.fill("ghp_{a36}")).text, "[hidden github-token #5]");
}

#[test]
fn what_was_met_once_is_known_wherever_it_stands() {
    let mut veil = Veil::default();
    veil.cover("DATABASE_PASSWORD=Tr7vKq2xPz9w\n");
    assert_eq!(veil.cover("login with Tr7vKq2xPz9w now").hidden.len(), 1);
    let lines: Vec<String> = (0..4).map(|n| format!("{n}{}", "Ab3/".repeat(15))).collect();
    let kind = "PRIVATE KEY";
    let key = format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----", lines.join("\n"));
    assert_eq!(veil.cover_lines(&format!("{key}\nend")).text.lines().count(), 7);
    assert_eq!(veil.cover(&lines[2]).text, "[hidden private-key #2]", "one line of it");
    assert_eq!(veil.counts(), (2, 0));
}

#[test]
fn an_edit_keeps_a_secret_only_where_its_mark_was() {
    let mut drawn = Drawn(13);
    let secret = drawn.fill("ghp_{a36}");
    let file = format!("a = {secret}\nb = 1\n");
    let mut veil = Veil::default();
    veil.cover(&file);
    let mark = "[hidden github-token #1]";
    let real = veil.uncover(&file, &format!("a = {mark}\nb"), &format!("c = {mark}\nb"));
    assert_eq!(real, Ok((format!("a = {secret}\nb"), format!("c = {secret}\nb"))));
    assert_eq!(veil.uncover(&file, "b = 1", mark), Err(mark.to_owned()));
    assert_eq!(veil.uncover("other", &format!("a = {mark}"), "x"), Err(mark.to_owned()));
    let other = "[hidden github-token #9]";
    assert_eq!(veil.uncover(other, other, "x"), Ok((other.to_owned(), "x".to_owned())), "nobody's mark");
    assert_eq!((veil.spoken(mark, ""), veil.spoken(mark, mark)), (Some(mark.to_owned()), None));
}

#[test]
fn a_veil_that_is_off_hides_nothing() {
    let text = Drawn(17).fill("ghp_{a36}");
    assert_eq!(Veil::off().cover(&text), Covered { text: text.clone(), hidden: Vec::new() });
}

/// What hides a token of a text, and nothing of it is left.
fn hides(veil: &mut Veil, text: &str, secret: &str) {
    let covered = veil.cover(text);
    assert!(!covered.hidden.is_empty() && !covered.text.contains(secret), "{text:?}: {covered:?}");
}

/// `ghp_…`, in base64 with lines of so many letters.
fn base64(text: &str, width: usize) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits = text.bytes().map(|b| format!("{b:08b}")).collect::<Vec<_>>().concat();
    let digits: Vec<char> = bits
        .as_bytes()
        .chunks(6)
        .map(|six| {
            let six = format!("{:0<6}", std::str::from_utf8(six).expect("bits"));
            char::from(DIGITS[usize::from_str_radix(&six, 2).expect("six bits")])
        })
        .collect();
    digits.chunks(width).map(|line| line.iter().collect::<String>() + "\n").collect()
}

#[test]
fn a_secret_in_another_writing_is_hidden() {
    let token = Drawn(19).fill("ghp_{a36}");
    let file = format!("# settings\ntoken = {token}\nport = 80\n");
    let bytes =
        |each: fn(u8) -> String, between: &str| file.bytes().map(each).collect::<Vec<_>>().join(between);
    let rows = |each: fn(&[u8]) -> String, base: fn(usize) -> String| -> String {
        let row = |(at, row): (usize, &[u8])| format!("{}{}\n", base(at * 16), each(row));
        file.as_bytes().chunks(16).enumerate().map(row).collect()
    };
    let hex = |row: &[u8]| row.iter().map(|b| format!(" {b:02x}")).collect::<Vec<_>>().concat();
    let swapped = |row: &[u8]| {
        row.chunks(2)
            .map(|two| format!(" {:02x}{:02x}", two.get(1).copied().unwrap_or_default(), two[0]))
            .collect::<Vec<_>>()
            .concat()
    };
    let letters = |row: &[u8]| {
        row.iter()
            .map(|b| if *b == b'\n' { r"  \n".to_owned() } else { format!("   {}", char::from(*b)) })
            .collect::<String>()
    };
    let writings = [
        base64(&file, 76),
        base64(&file, 20),
        format!("data:text/plain;base64,{}", base64(&file, 10_000)),
        format!("{{\"content\": \"{}\"}}", base64(&file, 10_000).trim()),
        // The middle of a longer run.
        base64(&file, 10_000)[5..].to_owned(),
        bytes(|b| format!("{b:02x}"), ""),
        bytes(|b| format!("{b:02X}"), ""),
        bytes(|b| format!("{b:02x}"), " "),
        bytes(|b| format!("{b:02x}"), ":"),
        bytes(|b| format!("0x{b:02x}"), ", "),
        bytes(|b| format!("\\x{b:02x}"), ""),
        bytes(|b| format!("\\u00{b:02x}"), ""),
        bytes(|b| format!("\\{b:03o}"), ""),
        bytes(|b| format!("%{b:02x}"), ""),
        bytes(|b| format!("{b:03o}"), " "),
        format!("[{}]", bytes(|b| b.to_string(), ", ")),
        bytes(|b| b.to_string(), "\n"),
        bytes(|b| format!("{}\0", char::from(b)), ""),
        bytes(|b| format!("\u{2400}{}", char::from(b)), ""),
        bytes(|b| format!("{}", char::from(b)), "\n"),
        rows(hex, |at| format!("{at:08x} ")),
        rows(hex, |at| format!("{at:07o}")),
        rows(swapped, |at| format!("{at:07o}")),
        rows(letters, |at| format!("{at:07o}")),
        file.lines().map(|line| line.chars().rev().collect::<String>() + "\n").collect(),
    ];
    for writing in writings {
        for text in [writing.clone(), format!("before\n{writing}\nafter\n")] {
            let mut veil = Veil::default();
            hides(&mut veil, &text, &writing);
            let once = veil.cover(&text).text;
            assert_eq!(veil.cover(&text).text, once, "it keeps its bytes");
            assert_eq!(veil.cover(&once).text, once, "and is not hidden again");
        }
    }
}

#[test]
fn a_packed_secret_is_hidden() {
    use std::io::Write as _;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    write!(packer, "# settings\ntoken = {}\nport = 80\n", Drawn(23).fill("ghp_{a36}")).expect("packed");
    let file = packer.finish().expect("packed");
    let hex = file.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().concat();
    assert_eq!(Veil::default().cover(&format!("a {hex} b")).text, "a [hidden github-token #1] b");
}

#[test]
fn what_a_machine_holds_is_hidden_wherever_and_however_it_stands() {
    let mut veil = Veil::default();
    veil.learn(super::held_in_file("MODE=production\nDB_PASSWORD=correct horse battery\nPORT=3000\n"));
    veil.learn(super::held_in_variable("SERVICE_AUTH", "Qx7!tiger"));
    for text in [
        "the password is correct horse battery.".to_owned(),
        format!("{}\n", base64("a correct horse battery b", 76)),
        r"correct\ horse\ battery".to_owned(),
        "correct%20horse%20battery".to_owned(),
        "yrettab esroh tcerroc".to_owned(),
        "c o r r e c t   h o r s e   b a t t e r y".to_owned(),
        "c\no\nr\nr\ne\nc\nt\n \nh\no\nr\ns\ne\n \nb\na\nt\nt\ne\nr\ny\n".to_owned(),
        "Qx7!tiger".to_owned(),
        "Qx7%21tiger".to_owned(),
    ] {
        hides(&mut veil, &text, &text);
    }
    let plain = "mode production on port 3000, a correct answer, a horse, a battery, a tiger\n";
    assert_eq!(veil.cover(plain), Covered { text: plain.to_owned(), hidden: Vec::new() });
    assert_eq!(veil.cover("x correct horse battery y").text, "x [hidden kept-secret #1] y");
}

#[test]
fn the_value_of_a_line_is_told_from_what_stands_around_it() {
    for line in [
        "DB_PASSWORD=correct horse battery",
        "DB_PASSWORD = \"correct horse battery\"  # the one of the shop",
        "export DB_PASSWORD='correct horse battery'",
        "DB_PASSWORD=correct horse battery # and a comment",
        "  \"db_password\": \"correct horse battery\",",
        "db-password: correct horse battery",
    ] {
        let mut veil = Veil::default();
        veil.learn(super::held_in_file(line));
        assert_eq!(veil.cover("correct horse battery").hidden.len(), 1, "{line}");
    }
}

#[test]
fn a_secret_that_was_let_through_goes_in_every_writing() {
    let token = Drawn(29).fill("ghp_{a36}");
    let mut veil = Veil::default();
    veil.cover(&token);
    assert!(veil.allow(1));
    for text in [token.clone(), base64(&format!("a {token} b"), 76)] {
        assert_eq!(veil.cover(&text).text, text);
    }
}

#[test]
fn a_conversation_that_goes_on_gives_a_secret_its_number_again() {
    let mut drawn = Drawn(31);
    let (one, two, three) = (drawn.fill("ghp_{a36}"), drawn.fill("ghp_{a36}"), drawn.fill("ghp_{a36}"));
    let files = [format!("deploy = {one}\n"), format!("build = {two}\n")];
    let mut first = Veil::default();
    let sent: Vec<String> = files.iter().map(|file| first.cover(file).text).collect();
    let resumed = || {
        let mut veil = Veil::default();
        for text in &sent {
            veil.count_on(text);
        }
        veil
    };
    let mut veil = resumed();
    let again: Vec<String> = files.iter().rev().map(|file| veil.cover(file).text).collect();
    assert_eq!(again, [sent[1].clone(), sent[0].clone()], "in whatever order they come");
    assert_eq!(
        veil.cover(&format!("app.conf:1:deploy = {one}")).text,
        "app.conf:1:deploy = [hidden github-token #1]"
    );
    let mut veil = resumed();
    assert_eq!(veil.cover(&format!("conf:2:build = {two}")).text, "conf:2:build = [hidden github-token #2]");
    assert_eq!(veil.cover(&format!("other = {three}")).text, "other = [hidden github-token #3]");
    assert_eq!(
        veil.cover(&format!("build = {three}")).text,
        "build = [hidden github-token #3]",
        "one for one secret"
    );
    let mut veil = resumed();
    veil.learn(super::held_in_file(&files[1]));
    assert_eq!(veil.cover(&format!("elsewhere {two}")).text, "elsewhere [hidden github-token #2]");
}
