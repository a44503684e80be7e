//! What the tests of all tools share: a real folder, and calls that were approved.

use std::sync::{Arc, Mutex};

use serde_json::{Map, Value};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::{Hands, Limits, Outcome, Reads, Tool};
use crate::{
    base::{AbsPath, CallId},
    permissions::Approved,
    protocol::{Arguments, Preview, ToolCall},
};

/// A workspace in a temporary folder, and hands to work in it.
pub(crate) struct Room {
    pub(crate) hands: Hands,
    pub(crate) heard: Arc<Mutex<String>>,
    _folder: TempDir,
    _spill: TempDir,
}

impl Room {
    pub(crate) fn new() -> Self {
        let (folder, spill) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
        let real = |dir: &TempDir| {
            AbsPath::new(dir.path().canonicalize().expect("exists")).expect("canonical is absolute")
        };
        let heard = Arc::new(Mutex::new(String::new()));
        let ear = Arc::clone(&heard);
        let hands = Hands {
            root: real(&folder),
            extra_roots: Vec::new(),
            spill: real(&spill).join("made/later"),
            limits: Limits::default(),
            reads: Arc::new(Mutex::new(Reads::default())),
            todos: Arc::default(),
            veil: Arc::default(),
            net: crate::net::Lazy::default(),
            hidden_env: Arc::default(),
            progress: Arc::new(move |text| ear.lock().expect("no panic").push_str(text)),
            stop: CancellationToken::new(),
        };
        Self { hands, heard, _folder: folder, _spill: spill }
    }

    pub(crate) fn path(&self, name: &str) -> AbsPath {
        self.hands.root.join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("has one")).expect("made");
        std::fs::write(path, content).expect("written");
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).expect("there")
    }

    /// The file as text.
    pub(crate) fn text(&self, name: &str) -> String {
        String::from_utf8(self.bytes(name)).expect("text")
    }

    /// Runs a call as if a person had said yes, without a look at the preview.
    pub(crate) async fn run(&self, tool: &dyn Tool, input: Value) -> Outcome {
        let input = object(input);
        match tool.action(&input, &self.hands) {
            Err(sentence) => Outcome::failed(sentence),
            Ok(action) => {
                let call = ToolCall {
                    id: CallId::new("call_1"),
                    name: tool.spec().name,
                    arguments: Arguments::from_object(input),
                    extra: None,
                };
                tool.run(Approved::for_tests(call, action), &self.hands).await
            }
        }
    }

    /// Runs a call as if a person had rewritten the file it would write.
    pub(crate) async fn run_rewritten(&self, tool: &dyn Tool, input: Value, content: &str) -> Outcome {
        let input = object(input);
        let action = tool.action(&input, &self.hands).expect("it makes sense");
        let (name, arguments) = (tool.spec().name, Arguments::from_object(input));
        let call = ToolCall { id: CallId::new("call_1"), name, arguments, extra: None };
        tool.run(Approved::for_tests(call, action).rewritten(content), &self.hands).await
    }

    /// What a person would be shown.
    pub(crate) async fn preview(&self, tool: &dyn Tool, input: Value) -> Result<Preview, String> {
        let input = object(input);
        let action = tool.action(&input, &self.hands)?;
        tool.preview(&input, &action, &self.hands).await
    }
}

pub(crate) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("not an object: {other}"),
    }
}

/// The numbers up to `last`, each on its line.
pub(crate) fn numbers(last: usize) -> String {
    let lines: Vec<String> = (1..=last).map(|n| n.to_string()).collect();
    lines.join("\n") + "\n"
}
