//! Both languages say everything, with the same values in it.

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
