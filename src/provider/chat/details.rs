//! Joins structured reasoning that arrives in pieces, so that it can be sent back as one sequence.

use serde_json::Value;

/// Adds the pieces of one delta. Pieces of one text are joined; everything else is kept as it came.
pub(super) fn merge(all: &mut Vec<Value>, pieces: &[Value]) {
    for piece in pieces {
        match all.last_mut().filter(|last| continues(last, piece)) {
            Some(last) => join(last, piece),
            None => all.push(piece.clone()),
        }
    }
}

fn continues(last: &Value, piece: &Value) -> bool {
    let kind = piece.get("type").and_then(Value::as_str);
    matches!(kind, Some("reasoning.text" | "reasoning.summary"))
        && last.get("type") == piece.get("type")
        && last.get("index") == piece.get("index")
}

fn join(last: &mut Value, piece: &Value) {
    let (Some(last), Some(piece)) = (last.as_object_mut(), piece.as_object()) else { return };
    for (key, value) in piece {
        match (last.get_mut(key), value) {
            (Some(Value::String(text)), Value::String(more))
                if matches!(key.as_str(), "text" | "summary") =>
            {
                text.push_str(more);
            }
            (Some(_), Value::Null) => {}
            _ => {
                last.insert(key.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pieces_of_one_text_are_joined_and_the_rest_is_kept() {
        let mut all = Vec::new();
        merge(&mut all, &[json!({"type":"reasoning.text","text":"a","index":0,"signature":null})]);
        merge(&mut all, &[json!({"type":"reasoning.text","text":"b","index":0,"signature":"s"})]);
        merge(&mut all, &[json!({"type":"reasoning.encrypted","data":"x","index":1})]);
        merge(&mut all, &[json!({"type":"reasoning.encrypted","data":"y","index":1})]);
        let expected = [
            json!({"type":"reasoning.text","text":"ab","index":0,"signature":"s"}),
            json!({"type":"reasoning.encrypted","data":"x","index":1}),
            json!({"type":"reasoning.encrypted","data":"y","index":1}),
        ];
        assert_eq!(all, expected);
    }
}
