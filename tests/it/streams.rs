//! One answer in every shape a server may give it.

use std::thread;

use qwen::sim::{
    CallShape, Fault, Framing, LineEnd, ReasoningPlace, Script, Shape, UsagePlace, call, say, think,
};
use serde_json::json;

use crate::{Session, ran::Ran};

const TEXT: &str = "改好了 👩‍👩‍👧 — “done”, é, \u{1F600}\n\n```sh\necho 你好\n```";
const FILE: &str = "第一行 😀\n\"quoted\" \\ back\nthird\n";

/// Two calls at once, then one, then an answer, all with text that is easy to cut wrongly.
fn story() -> Session {
    Session::new()
        .flag("-y")
        .model_says(
            think("先看 🤔 then write")
                .say("我写。")
                .call("write_file", json!({"file_path": "{{cwd}}/新.txt", "content": FILE}))
                .call("write_file", json!({"file_path": "{{cwd}}/b.txt", "content": "two\n"})),
        )
        .model_says(call("read_file", json!({"file_path": "{{cwd}}/新.txt"})))
        .model_says(say(TEXT))
}

fn is_right(ran: &Ran) {
    ran.exit_is(0).stdout_is(&format!("{TEXT}\n")).stderr_is("").asks(3);
    ran.file_is("新.txt", FILE).file_is("b.txt", "two\n");
}

/// What the second request says of the first answer: whatever the shape was, it must be this.
fn echo(ran: &Ran) -> (String, Vec<(String, String)>) {
    let told = &ran.requests()[1].json["messages"][2];
    let calls = told["tool_calls"].as_array().expect("two calls");
    let called = |call: &serde_json::Value| {
        let arguments: serde_json::Value =
            serde_json::from_str(call["function"]["arguments"].as_str().expect("text")).expect("JSON");
        let name = |value: &serde_json::Value| {
            value.as_str().unwrap_or_default().rsplit('/').next().map(str::to_owned)
        };
        (
            name(&arguments["file_path"]).unwrap_or_default(),
            arguments["content"].as_str().unwrap_or_default().to_owned(),
        )
    };
    (crate::wire::text(told), calls.iter().map(called).collect())
}

fn in_shape(shape: &Shape) {
    let ran = story().sim(|options| options.shape = shape.clone()).run("write");
    is_right(&ran);
    let want = [("新.txt", FILE), ("b.txt", "two\n")].map(|(p, t)| (p.to_owned(), t.to_owned()));
    assert_eq!(echo(&ran), ("我写。".to_owned(), want.to_vec()), "{shape:?}");
}

fn all(shapes: impl IntoIterator<Item = Shape>) {
    thread::scope(|scope| {
        for shape in shapes {
            scope.spawn(move || in_shape(&shape));
        }
    });
}

#[test]
fn every_way_to_tell_calls_means_the_same() {
    use CallShape::{
        ArgumentsObject, EmptyIdLater, IndexZero, Interleaved, NameRepeated, NoIds, NoIndex, Normal,
        WholeLast,
    };
    let shapes = [
        Normal,
        NoIndex,
        IndexZero,
        NameRepeated,
        ArgumentsObject,
        WholeLast,
        NoIds,
        EmptyIdLater,
        Interleaved,
    ];
    all(shapes.map(|calls| Shape { calls, ..Shape::default() }));
}

#[test]
fn glued_arguments_run_as_the_calls_they_are_or_not_at_all() {
    let ran = story().sim(|options| options.shape.calls = CallShape::Glued).run("write");
    ran.exit_is(0).stdout_is(&format!("{TEXT}\n"));
    let first = std::fs::read_to_string(ran.path("新.txt")).ok();
    assert!(first.is_none() || first.as_deref() == Some(FILE), "{first:?}");
    assert_eq!(echo(&ran).1.len(), ran.requests()[1].json["messages"].as_array().map_or(0, Vec::len) - 3);
}

#[test]
fn every_way_to_write_lines_counts_and_thoughts_means_the_same() {
    let plain = Shape::default;
    let mut shapes = vec![
        Shape { framing: Framing::DashScope, ..plain() },
        Shape { chunk: 1, ..plain() },
        Shape { chunk: 100_000, ..plain() },
        Shape { done: false, ..plain() },
        Shape { finish: false, ..plain() },
        Shape { framing: Framing::DashScope, line_end: LineEnd::CrLf, ..plain() },
    ];
    shapes.extend([LineEnd::CrLf, LineEnd::Cr].map(|line_end| Shape { line_end, ..plain() }));
    shapes.extend([UsagePlace::Every, UsagePlace::Nowhere].map(|usage| Shape { usage, ..plain() }));
    shapes.extend(
        [ReasoningPlace::Reasoning, ReasoningPlace::ThinkTags]
            .map(|reasoning| Shape { reasoning, ..plain() }),
    );
    all(shapes);
}

#[test]
fn packets_may_end_inside_a_character() {
    thread::scope(|scope| {
        for every in [1, 3, 7] {
            for line_end in [LineEnd::Lf, LineEnd::CrLf] {
                scope.spawn(move || {
                    let story = story().sim(|options| options.shape.line_end = line_end);
                    is_right(&story.fault(Fault::Split { every }).run("write"));
                });
            }
        }
    });
}

#[test]
fn lines_that_mean_nothing_are_skipped() {
    is_right(&story().fault(Fault::Garbage).run("write"));
    is_right(&story().fault(Fault::Garbage).sim(|o| o.shape.line_end = LineEnd::CrLf).run("write"));
}

#[test]
fn a_stream_without_any_ending_is_no_answer_and_runs_nothing() {
    let unended = |options: &mut qwen::sim::SimOptions| {
        options.shape.done = false;
        options.shape.finish = false;
        options.shape.usage = UsagePlace::Nowhere;
    };
    let turns = Script::by(|request| match request.number() {
        0 | 1 => call("write_file", json!({"file_path": "{{cwd}}/C", "content": "x"})),
        _ => say("Unended."),
    });
    let ran = Session::new().flag("-y").sim(unended).sim(|o| o.script = turns).spawn(&["-p", "write"]);
    let ran = ran.asked(2).signal("INT").wait();
    ran.exit_is(130).stdout_is("").no_file("C");
}

#[test]
fn a_call_cut_at_any_byte_is_not_run_and_the_run_goes_on() {
    let write = json!({"file_path": "{{cwd}}/C", "content": "rm -rf 你好 \\\" }{ \n"});
    let run = json!({"command": "touch C", "description": "make C 你"});
    let length = |arguments: &serde_json::Value| arguments.to_string().len();
    let cases: Vec<_> = [("write_file", &write), ("run_shell_command", &run)]
        .into_iter()
        .flat_map(|(tool, input)| {
            let at = [1, 2, length(input) / 3, length(input) / 2, length(input) - 2, length(input) - 1];
            at.map(|at| (tool, input.clone(), at))
        })
        .collect();
    thread::scope(|scope| {
        for (tool, input, at) in cases {
            scope.spawn(move || {
                let ran = Session::new()
                    .flag("-y")
                    .model_says(call(tool, input).fault(Fault::CutArguments { at }))
                    .model_says(say("I try again another way."))
                    .run("do it");
                ran.exit_is(0).stdout_is("I try again another way.\n").no_file("C").asks(2);
                let results = ran.results();
                assert!(
                    results.len() == 1 && results[0].contains("nothing was run"),
                    "{tool} cut at {at}: {results:?}"
                );
            });
        }
    });
}

#[test]
fn of_two_calls_the_cut_one_is_not_run() {
    let write = |name: &str| json!({"file_path": format!("{{{{cwd}}}}/{name}"), "content": "x\n"});
    let ran = Session::new()
        .flag("-y")
        .model_says(
            call("write_file", write("A"))
                .call("write_file", write("C"))
                .fault(Fault::CutArguments { at: 20 }),
        )
        .model_says(say("ok"))
        .run("do it");
    ran.exit_is(0).file_is("A", "x\n").no_file("C").asks(2);
    assert!(ran.results()[1].contains("nothing was run"));
}
