//! What a person does beside the conversation: commands of their own, and the list of files.

use super::*;
use crate::protocol::{Query, Reply, ToolResult, Verdict};

/// The end of a command of the person's own.
fn own_done(event: &Event) -> Option<ToolResult> {
    match event {
        Event::ToolDone { call, result, .. } if call.is_own() => Some(result.clone()),
        _ => None,
    }
}

#[tokio::test]
async fn a_command_needs_no_account_and_is_told_once_before_the_next_words() {
    let sim = sim([say("I see."), say("Yes.")]).await;
    let desk = FakeDesk::new(connection(&sim, "qwen3-coder-plus", "sk-new-0123456789"));
    let mut world = World::new(Err(nobody()), Some(desk));
    world.send(Op::Shell { command: "echo one; echo `echo two`; exit 3".into() });
    let (result, before) = world.until(own_done).await;
    assert_eq!((result.text.as_str(), result.verdict), ("one\ntwo\n[exit code 3]", Verdict::Failed));
    assert!(before.iter().any(|event| event.contains("ToolStarted") && event.contains("! echo one")));
    assert!(before.iter().any(|event| event.contains("ToolOutput") && event.contains("one")));
    world.desk(DeskOp::Use { account: "new".into() });
    world.switched().await;
    for words in ["what was that?", "sure?"] {
        world.say(words);
        assert_eq!(world.turn_ends().await, EndReason::Completed);
    }
    let [first, second] = [0, 1].map(|at| messages(&sim.requests()[at]));
    let told = "The user ran a command of their own. What stands between the fences is the command and its output:\n```\n$ echo one; echo `echo two`; exit 3\none\ntwo\n[exit code 3]\n```";
    let said = first.last().expect("a message");
    assert!(said.contains(told) && said.ends_with("what was that?"), "{said}");
    assert_eq!(second[..first.len()], first[..], "nothing that was sent changes");
    assert_eq!(second.concat().matches("exit code 3").count(), 1);
    let kept = std::fs::read_to_string(&world.transcript).expect("kept");
    assert_eq!(kept.matches("The user ran a command of their own.").count(), 1, "{kept}");
}

#[tokio::test]
async fn a_stop_ends_a_command_and_keeps_what_it_wrote() {
    let mut world = World::new(Err(nobody()), None);
    world.send(Op::Shell { command: "echo begun; sleep 60".into() });
    world.until(|event| matches!(event, Event::ToolOutput { .. }).then_some(())).await;
    world.send(Op::Interrupt);
    let (result, _) = world.until(own_done).await;
    assert_eq!(
        (result.text.as_str(), result.verdict),
        ("begun\n[stopped by the person]", Verdict::Interrupted)
    );
    world.send(Op::Shell { command: "echo again".into() });
    assert_eq!(world.until(own_done).await.0.text, "again\n[exit code 0]");
}

#[tokio::test]
async fn the_files_to_name_are_listed_while_nobody_is_signed_in() {
    let mut world = World::new(Err(nobody()), None);
    std::fs::create_dir(world.folder.path().join("src")).expect("made");
    std::fs::write(world.folder.path().join("src/文件.py"), "").expect("written");
    world.send(Op::Query(Query::Files));
    let listed = |event: &Event| match event {
        Event::Reply(Reply::Files(list)) => Some(list.clone()),
        _ => None,
    };
    let (list, _) = world.until(listed).await;
    assert!(
        list.paths.iter().any(|path| path == "src/") && list.paths.iter().any(|path| path == "src/文件.py")
    );
}
