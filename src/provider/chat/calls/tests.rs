//! Tests of `calls`.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::protocol::Broken;

/// Feeds one `tool_calls` array after the other.
fn collect(deltas: &[Value]) -> Vec<(String, String, String)> {
    let mut calls = Calls::default();
    for delta in deltas {
        calls.take(delta.as_array().expect("an array"));
    }
    let calls = calls.finish("s", false);
    assert!(calls.iter().all(|c| c.arguments.object().is_ok()), "{calls:?}");
    calls.into_iter().map(|c| (c.id.as_str().into(), c.name, c.arguments.raw().into())).collect()
}

fn call(id: &str, name: &str, arguments: &str) -> (String, String, String) {
    (id.into(), name.into(), arguments.into())
}

type Shapes<const N: usize> = [(&'static str, Vec<Value>); N];

fn assert_one_call<const N: usize>(shapes: Shapes<N>) {
    for (shape, deltas) in shapes {
        assert_eq!(collect(&deltas), [call("c1", "write_file", "{\"p\":1}")], "{shape}");
    }
}

#[test]
fn every_shape_of_pieces_ends_as_the_same_call() {
    assert_one_call([
        (
            "a: index, id and name first",
            vec![
                json!([{"index":0,"id":"c1","type":"function","function":{"name":"write_file","arguments":""}}]),
                json!([{"index":0,"function":{"arguments":"{\"p\":"}}]),
                json!([{"index":0,"function":{"arguments":"1}"}}]),
            ],
        ),
        (
            "b: later deltas have empty id and no name",
            vec![
                json!([{"index":0,"id":"c1","type":"function","function":{"name":"write_file","arguments":"{\"p\""}}]),
                json!([{"index":0,"id":"","type":"function","function":{"name":null,"arguments":":1"}}]),
                json!([{"index":0,"id":"","type":"function","function":{"name":"","arguments":"}"}}]),
            ],
        ),
        (
            "c, d: id and name on every delta",
            vec![
                json!([{"index":0,"id":"c1","function":{"name":"write_file","arguments":"{\"p\""}}]),
                json!([{"index":0,"id":"c1","function":{"name":"write_file","arguments":":1}"}}]),
                json!([{"index":0,"id":"c1","function":{"name":"write_file","arguments":""}}]),
            ],
        ),
        (
            "e: name in parts",
            vec![
                json!([{"index":0,"id":"c1","function":{"name":"write"}}]),
                json!([{"index":0,"function":{"name":"_file","arguments":"{\"p\":1}"}}]),
            ],
        ),
        (
            "f: no index",
            vec![
                json!([{"id":"c1","function":{"name":"write_file","arguments":"{\"p\""}}]),
                json!([{"function":{"arguments":":1}"}}]),
            ],
        ),
    ]);
}

#[test]
fn every_shape_of_a_whole_call_ends_as_the_same_call() {
    assert_one_call([
        (
            "h, o: whole in one delta, no type",
            vec![json!([{"index":0,"id":"c1","function":{"name":"write_file","arguments":"{\"p\":1}"}}])],
        ),
        (
            "i: an object",
            vec![
                json!([{"index":0,"id":"c1","type":"","function":{"name":"write_file","arguments":{"p":1}}}]),
            ],
        ),
        (
            "k: a placeholder, then the real text, then all again",
            vec![
                json!([{"index":0,"id":"c1","function":{"name":"write_file","arguments":"{}"}}]),
                json!([{"index":0,"function":{"arguments":"{\"p\""}}]),
                json!([{"index":0,"function":{"arguments":":1}"}}]),
                json!([{"index":0,"function":{"arguments":"{\"p\":1}"}}]),
            ],
        ),
        (
            "p: index from one",
            vec![
                json!([{"index":1,"id":"c1","function":{"name":"write_file","arguments":"{\"p\""}}]),
                json!([{"index":1,"function":{"arguments":":1}"}}]),
            ],
        ),
        (
            "id after the name",
            vec![
                json!([{"index":0,"function":{"name":"write_file","arguments":""}}]),
                json!([{"index":0,"id":"c1","function":{"arguments":"{\"p\":1}"}}]),
            ],
        ),
        (
            "text inside text",
            vec![
                json!([{"index":0,"id":"c1","function":{"name":"write_file","arguments":"\"{\\\"p\\\":1}\""}}]),
            ],
        ),
    ]);
}

#[test]
fn every_shape_of_two_calls_ends_as_the_same_two() {
    let two = [call("c1", "read", "{\"p\":1}"), call("c2", "read", "{\"p\":2}")];
    let shapes = [
        (
            "f, h: no index",
            vec![
                json!([{"id":"c1","function":{"name":"read","arguments":"{\"p\":1}"}}]),
                json!([{"id":"c2","function":{"name":"read","arguments":"{\"p\":2}"}}]),
            ],
        ),
        (
            "g: index always zero",
            vec![
                json!([{"index":0,"id":"c1","function":{"name":"read","arguments":"{\"p\":1}"}}]),
                json!([{"index":0,"id":"c2","function":{"name":"read","arguments":"{\"p\""}}]),
                json!([{"index":0,"function":{"arguments":":2}"}}]),
            ],
        ),
        (
            "h: both in one delta",
            vec![json!([{"index":0,"id":"c1","function":{"name":"read","arguments":"{\"p\":1}"}},
                {"index":1,"id":"c2","function":{"name":"read","arguments":"{\"p\":2}"}}])],
        ),
        (
            "m, p: interleaved, with a gap",
            vec![
                json!([{"index":1,"id":"c1","function":{"name":"read","arguments":"{\"p\""}}]),
                json!([{"index":4,"id":"c2","function":{"name":"read","arguments":"{\"p\":"}}]),
                json!([{"index":1,"function":{"arguments":":1}"}}]),
                json!([{"index":4,"function":{"arguments":"2}"}}]),
            ],
        ),
    ];
    for (shape, deltas) in shapes {
        assert_eq!(collect(&deltas), two, "{shape}");
    }
}

#[test]
fn missing_and_repeated_ids_become_unique() {
    let expected = [call("call_s0", "read", "{\"p\":1}"), call("call_s1", "read", "{\"p\":2}")];
    let shapes = [
        vec![
            json!([{"function":{"name":"read","arguments":"{\"p\":1}"}}]),
            json!([{"function":{"name":"read","arguments":"{\"p\":2}"}}]),
        ],
        vec![json!([{"function":{"name":"read","arguments":"{\"p\":1}"}},
            {"function":{"name":"read","arguments":"{\"p\":2}"}}])],
        vec![
            json!([{"index":0,"function":{"name":"read","arguments":"{\"p\":1}"}}]),
            json!([{"index":0,"function":{"name":"read","arguments":"{\"p\":2}"}}]),
        ],
    ];
    for deltas in shapes {
        assert_eq!(collect(&deltas), expected);
    }
    let same = [json!([{"index":0,"id":"x","function":{"name":"read","arguments":"{\"p\":1}"}},
        {"index":1,"id":"x","function":{"name":"glob","arguments":"{\"p\":2}"}}])];
    assert_eq!(collect(&same), [call("x", "read", "{\"p\":1}"), call("call_s1", "glob", "{\"p\":2}")]);
}

#[test]
fn numbers_as_ids_are_kept_as_the_server_gave_them() {
    let deltas = [json!([{"index":0,"id":"0","function":{"name":"read","arguments":"{}"}},
        {"index":0,"id":"1","function":{"name":"glob","arguments":"{}"}}])];
    assert_eq!(collect(&deltas), [call("0", "read", "{}"), call("1", "glob", "{}")]);
}

#[test]
fn no_arguments_mean_an_empty_object() {
    for function in [
        json!({"name":"list"}),
        json!({"name":"list","arguments":""}),
        json!({"name":"list","arguments":null}),
    ] {
        assert_eq!(
            collect(&[json!([{"index":0,"id":"c1","function":function}])]),
            [call("c1", "list", "{}")]
        );
    }
}

#[test]
fn glued_objects_are_calls_of_their_own_and_repeats_are_dropped() {
    let glued =
        json!([{"index":0,"id":"c1","function":{"name":"read","arguments":"{\"a\":1} {\"a\":2}{\"a\":1}"}}]);
    assert_eq!(collect(&[glued]), [call("c1", "read", "{\"a\":1}"), call("call_s1", "read", "{\"a\":2}")]);
}

#[test]
fn the_legacy_single_call_is_a_call() {
    let mut calls = Calls::default();
    calls.take_legacy(&json!({"name":"read","arguments":"{\"p\""}));
    calls.take_legacy(&json!({"arguments":":1}"}));
    let calls = calls.finish("s", false);
    assert_eq!((calls.len(), calls[0].name.as_str(), calls[0].arguments.text()), (1, "read", "{\"p\":1}"));
}

#[test]
fn opaque_fields_are_kept_for_the_echo() {
    let mut calls = Calls::default();
    let extra = json!({"google":{"thought_signature":"abc"}});
    calls.take(&[json!({"index":0,"id":"c","function":{"name":"read"},"extra_content":extra,"other":null})]);
    assert_eq!(calls.finish("s", false)[0].extra, Some(json!({ "extra_content": extra })));
}

#[test]
fn a_call_that_the_output_limit_ended_is_cut_even_if_nothing_of_it_came() {
    for arguments in ["", "{}", "{\"a\":", "{\"a\":1}{\"a"] {
        let mut calls = Calls::default();
        calls.take(&[json!({"index":0,"id":"a","function":{"name":"list","arguments":""}})]);
        calls.take(&[json!({"index":1,"id":"b","function":{"name":"write","arguments":arguments}})]);
        let broken: Vec<_> = calls.finish("s", true).iter().map(|c| c.arguments.object().err()).collect();
        assert_eq!(broken, [None, Some(Broken::Cut)], "{arguments}");
    }
}

#[test]
fn text_that_is_no_object_is_never_usable() {
    let table = [
        ("[1]", Broken::NotAnObject),
        ("null", Broken::NotAnObject),
        ("\"text\"", Broken::NotAnObject),
        ("path=/tmp", Broken::NotJson),
        ("{\"a\":1} trailing", Broken::NotJson),
        ("{\"a\":1}{\"a\":", Broken::Cut),
        ("\"{\\\"a\\\":", Broken::Cut),
    ];
    for (text, expected) in table {
        let broken: Vec<_> = read_arguments(text, false).iter().map(|a| a.object().err()).collect();
        assert_eq!(broken, [Some(expected)], "{text}");
    }
}

proptest! {
    #[test]
    fn arguments_cut_at_any_byte_never_give_a_whole_call(
        text in "[ -~é中😀\\\\\"{}\\[\\]]{0,30}",
        number in any::<i32>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let whole = json!({"file_path":"/tmp/a","content":text,"n":{"deep":[number]}}).to_string();
        let ends: Vec<usize> = (1..whole.len()).filter(|at| whole.is_char_boundary(*at)).collect();
        let end = ends[cut.index(ends.len())];
        let mut calls = Calls::default();
        calls.take(&[json!({"index":0,"id":"c","function":{"name":"write_file","arguments":&whole[..end]}})]);
        let calls = calls.finish("s", false);
        prop_assert_eq!(calls.len(), 1);
        prop_assert_eq!(calls[0].arguments.object().err(), Some(Broken::Cut));
    }

    #[test]
    fn arguments_in_any_pieces_are_the_same_call(
        text in "[ -~é中\\\\\"{}]{0,30}",
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let whole = json!({"content":text}).to_string();
        let mut at: Vec<usize> = cuts.iter().map(|c| c.index(whole.len())).collect();
        at.extend([0, whole.len()]);
        at.retain(|a| whole.is_char_boundary(*a));
        at.sort_unstable();
        let mut calls = Calls::default();
        calls.take(&[json!({"index":0,"id":"c","function":{"name":"write_file"}})]);
        for piece in at.windows(2).map(|w| &whole[w[0]..w[1]]) {
            calls.take(&[json!({"index":0,"function":{"arguments":piece}})]);
        }
        let calls = calls.finish("s", false);
        prop_assert_eq!(calls.len(), 1);
        prop_assert_eq!(calls[0].arguments.text(), whole);
        prop_assert!(calls[0].arguments.object().is_ok());
    }
}
