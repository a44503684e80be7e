//! Every kind is found, ordinary text is left alone, and what was hidden stays hidden under one name.

use regex::Regex;

use super::{Covered, Hidden, Veil, find, kinds, samples};

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
        assert!(Regex::new(rule.form).is_ok(), "{}", rule.name);
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
