//! The terminal: `update(&mut Model, Msg) -> Vec<Cmd>`, then `view(&Model, &mut Frame)`.
