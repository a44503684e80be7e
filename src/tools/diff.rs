//! The change of a file, as lines a person can read.

use std::time::Duration;

use similar::{ChangeTag, TextDiff};

use crate::protocol::{Diff, DiffLine, LineKind};

/// Unchanged lines around each change.
const CONTEXT: usize = 3;

/// After this long the smallest difference is no longer sought, only a true one.
const PATIENCE: Duration = Duration::from_millis(400);

/// Compares two texts by lines. `old` is `None` when there is no file yet.
pub(super) fn diff(path: String, old: Option<&str>, new: &str) -> Diff {
    let mut diff = Diff { path, is_new: old.is_none(), ..Diff::default() };
    let compared = TextDiff::configure().timeout(PATIENCE).diff_lines(old.unwrap_or_default(), new);
    for (at, group) in compared.grouped_ops(CONTEXT).iter().enumerate() {
        if at > 0 {
            diff.lines.push(DiffLine { kind: LineKind::Gap, number: 0, text: String::new() });
        }
        for change in group.iter().flat_map(|op| compared.iter_changes(op)) {
            let (kind, index) = match change.tag() {
                ChangeTag::Equal => (LineKind::Same, change.new_index()),
                ChangeTag::Insert => (LineKind::Added, change.new_index()),
                ChangeTag::Delete => (LineKind::Removed, change.old_index()),
            };
            match kind {
                LineKind::Added => diff.added += 1,
                LineKind::Removed => diff.removed += 1,
                LineKind::Same | LineKind::Gap => {}
            }
            let number = u32::try_from(index.map_or(0, |i| i + 1)).unwrap_or(u32::MAX);
            let text = change.value().strip_suffix('\n').unwrap_or(change.value());
            let text = text.strip_suffix('\r').unwrap_or(text).to_owned();
            diff.lines.push(DiffLine { kind, number, text });
        }
    }
    diff
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::testing::numbers;

    fn shown(diff: &Diff) -> Vec<String> {
        let sign = |kind| match kind {
            LineKind::Same => ' ',
            LineKind::Added => '+',
            LineKind::Removed => '-',
            LineKind::Gap => '…',
        };
        diff.lines.iter().map(|l| format!("{}{} {}", sign(l.kind), l.number, l.text)).collect()
    }

    #[test]
    fn two_changes_far_apart_have_a_gap_between_them() {
        let old = numbers(20);
        let new = old.replace("\n2\n", "\ntwo\n").replace("\n19\n", "\n");
        let diff = diff("f".into(), Some(&old), &new);
        assert_eq!((diff.added, diff.removed, diff.is_new), (1, 2, false));
        assert_eq!(
            shown(&diff),
            [
                " 1 1", "-2 2", "+2 two", " 3 3", " 4 4", " 5 5", "…0 ", " 16 16", " 17 17", " 18 18",
                "-19 19", " 19 20",
            ]
        );
    }

    #[test]
    fn a_new_file_is_all_added() {
        let diff = diff("f".into(), None, "a\r\nb");
        assert_eq!((diff.is_new, diff.added, diff.removed), (true, 2, 0));
        assert_eq!(shown(&diff), ["+1 a", "+2 b"]);
    }
}
