//! Both languages say everything, with the same values in it, and nothing is said beside them.

use std::{fs, path::Path};

use super::{Language, fill};

/// The names in braces, sorted.
fn values(sentence: &str) -> Vec<&str> {
    let mut names: Vec<&str> =
        sentence.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name).collect();
    names.sort_unstable();
    names
}

#[test]
fn every_sentence_is_there_in_both_languages() {
    let (english, chinese) = (Language::English.words().all(), Language::Chinese.words().all());
    for ((name, en), (_, zh)) in english.into_iter().zip(chinese) {
        assert!(!en.trim().is_empty() && !zh.trim().is_empty(), "{name} is empty");
        assert_eq!(values(en), values(zh), "{name}: {en} / {zh}");
        assert!(en.is_ascii() || !en.chars().any(|c| ('\u{4e00}'..'\u{9fff}').contains(&c)), "{name}: {en}");
    }
}

#[test]
fn a_locale_names_a_language() {
    let of = |locales: [&str; 4]| locales.map(Language::of_locale);
    assert_eq!(of(["zh_CN.UTF-8", "zh", "ZH-hans", "zh_TW"]), [Language::Chinese; 4]);
    assert_eq!(of(["en_US.UTF-8", "C", "", "zhuang"]), [Language::English; 4]);
}

#[test]
fn values_are_put_in_by_name() {
    assert_eq!(fill("{n} of {of} {n}", &[("n", "1"), ("of", "{n}")]), "1 of {n} 1");
    assert_eq!(fill("{other} {", &[("n", "1")]), "{other} {");
}

/// Words in a row that are no sentence of the screen: names of themes and of vim's mode, words of other files, and errors,
/// which are English as those of the other floors.
const NO_SENTENCES: [&str; 15] = [
    "Plain Text",
    "VISUAL LINE",
    "ansi light",
    "qwen light",
    "ayu light",
    "default light",
    "github light",
    "google code",
    "qwen dark",
    "atom one",
    "shades of purple",
    "this session",
    "built in",
    "no other session can be begun here",
    "the beginning of the session broke off",
];

/// The texts in a source file without its tests, comments, attributes and reasons.
fn texts(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = source.lines().filter(|line| {
        let line = line.trim_start();
        !line.starts_with("//")
    });
    let code = lines.collect::<Vec<_>>().join("\n").replace("'\"'", "");
    let (mut texts, mut rest) = (Vec::new(), code.as_str());
    while let Some((before, from)) = rest.split_once('"') {
        let (mut text, mut signs) = (String::new(), from.char_indices());
        let mut end = from.len();
        while let Some((at, sign)) = signs.next() {
            match sign {
                '"' => {
                    end = at + 1;
                    break;
                }
                '\\' => text.extend(signs.next().map(|_| ' ')),
                sign => text.push(sign),
            }
        }
        if !["expect(", "panic!(", "reason = "].iter().any(|end| before.ends_with(end)) {
            texts.push(text);
        }
        rest = &from[end..];
    }
    texts
}

/// Whether two English words follow each other.
fn is_sentence(text: &str) -> bool {
    let is_word = |word: &str| {
        let word = word.trim_matches(|c: char| ".,;:!?()".contains(c));
        word.len() > 1 && word.bytes().all(|b| b.is_ascii_alphabetic() || b == b'\'')
    };
    // A value is no word.
    let parts = text.split('{').map(|part| part.split_once('}').map_or(part, |(_, rest)| rest));
    let text = parts.collect::<Vec<_>>().join("0");
    let words: Vec<bool> = text.split_whitespace().map(is_word).collect();
    words.windows(2).any(|pair| pair == [true, true])
}

fn sources(folder: &Path, out: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("our own sources") {
        let path = entry.expect("our own sources").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if path.is_dir() && name != "lang" && name != "tests" {
            sources(&path, out);
        } else if path.extension().is_some_and(|kind| kind == "rs") && name != "tests.rs" {
            out.push(fs::read_to_string(&path).expect("our own sources"));
        }
    }
}

#[test]
fn no_sentence_of_the_screen_stands_outside_of_the_languages() {
    let mut all = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tui"), &mut all);
    let found: Vec<String> = all.iter().flat_map(|source| texts(source)).filter(|t| is_sentence(t)).collect();
    let escaped: Vec<&String> = found.iter().filter(|text| !NO_SENTENCES.contains(&text.as_str())).collect();
    assert_eq!(escaped, Vec::<&String>::new(), "these belong into `src/tui/lang`");
    let idle: Vec<_> = NO_SENTENCES.iter().filter(|text| !found.iter().any(|found| found == *text)).collect();
    assert_eq!(idle, Vec::<&&str>::new(), "nothing says these any more");
}

/// Sentences of those files that no screen shows as part of its own: what the model is told, and what is true of code.
const NOT_SHOWN: [&str; 5] = [
    "the rule `{}` denies it",
    "plan mode reads only; no file is changed",
    "plan mode runs only commands that are known to read",
    "each preset names a row; a test walks them",
    "cannot be dead",
];

#[test]
fn what_other_floors_say_of_settings_providers_and_questions_is_there_in_chinese() {
    let files = [
        "config/table.rs",
        "catalog/presets.rs",
        "permissions/decide.rs",
        "permissions/line.rs",
        "permissions/shell/doubt.rs",
        "permissions/shell/git.rs",
        "permissions/shell/nature.rs",
        "permissions/shell/reader.rs",
        "permissions/shell/reading.rs",
        "auth/oauth/pace.rs",
        "cli/door.rs",
        "tui/door.rs",
    ];
    let mut missing = Vec::new();
    for file in files {
        let source = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(file));
        for text in texts(&source.expect("our own sources")) {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            // A name of a provider is a name in every language.
            let is_name = file == "catalog/presets.rs" && text.starts_with(char::is_uppercase);
            let text = placeless(&text);
            if is_sentence(&text)
                && !is_name
                && !NOT_SHOWN.contains(&text.as_str())
                && !super::told::is_told(&text)
            {
                missing.push(format!("{file}: {text}"));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new(), "these belong into `src/tui/lang/told.rs`");
}

/// A text with `{}` for each value that has a name; what stands in quotes of its own keeps it.
fn placeless(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, after)) = behind.split_once('}') else { break };
        let is_value = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let kept = if is_value { "" } else { name };
        out.extend(["{", kept, "}"]);
        rest = after;
    }
    out.push_str(rest);
    out
}

#[test]
fn a_sentence_is_seen_and_code_is_not() {
    let source = "//! a doc line\nlet a = \"two words\"; x.expect(\"it is so\"); '\"'; \"one\" \"\\\"a b\\\" is said\"";
    assert_eq!(texts(source), ["two words", "one", " a b  is said"]);
    assert_eq!(
        ["two words", "one", "{n} left; x", "is it?", "a-b c-d"].map(is_sentence),
        [true, false, false, true, false]
    );
}
