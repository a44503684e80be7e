//! What a person can sign in to, as rows: presets that differ by region or plan only are one row with several addresses.

use crate::{
    auth::oauth::FREE_TIER,
    catalog::{Group, PRESETS, Preset},
    protocol::PresetRow,
};

/// The row that signs in by approving a code, and the account it makes.
pub(in crate::cli) const QWEN_OAUTH: &str = "qwen-oauth";
/// The row whose address the person types.
pub(in crate::cli) const CUSTOM: &str = "custom";
/// The row of servers on this machine, which are searched for.
pub(in crate::cli) const LOCAL: &str = "local";

/// All rows; those of one group follow each other.
pub(in crate::cli) fn rows() -> Vec<PresetRow> {
    let mut rows =
        vec![alone(QWEN_OAUTH, "Qwen account", format!("approve a code in the browser; {FREE_TIER}"))];
    for preset in PRESETS {
        let (Some(group), Some(base_url)) = (heading(preset.group), preset.base_url()) else { continue };
        let id = preset.provider().id;
        if let Some(row) = rows.iter_mut().find(|row| row.id == id) {
            row.addresses.push((label(&row.name, preset), base_url.to_owned()));
            continue;
        }
        let name = preset.name.split(", ").next().unwrap_or(preset.name).to_owned();
        rows.push(PresetRow {
            id: id.to_owned(),
            group: group.to_owned(),
            about: preset.consequence.to_owned(),
            addresses: vec![(label(&name, preset), base_url.to_owned())],
            key_page: preset.key_page.map(str::to_owned),
            needs_key: true,
            name,
        });
    }
    rows.push(alone(
        CUSTOM,
        "Custom address",
        "any server that speaks Chat Completions; needs a model's name".to_owned(),
    ));
    let local = "Ollama, LM Studio, llama.cpp, vLLM; free, no key".to_owned();
    rows.push(PresetRow { needs_key: false, ..alone(LOCAL, "A server on this machine", local) });
    rows
}

/// The address a person means, by a row's id or a preset's, and by a word for the region.
///
/// Shape: the row, and the address; none for rows that have none of their own, the first where no word is given.
/// Errors: the words that could have been meant; empty when the id itself is not known.
pub(in crate::cli) fn meant(
    id: &str,
    region: Option<&str>,
) -> Result<(PresetRow, Option<String>), Vec<String>> {
    // The word of Qwen Code for a key that is paid by token.
    let id = if matches!(id, "api-key" | "dashscope" | "alibaba") { "qwen-cloud" } else { id };
    let mut rows = rows();
    if let Some(at) = rows.iter().position(|row| row.id == id) {
        let row = rows.swap_remove(at);
        let Some(word) = region else {
            let first = row.addresses.first().map(|(_, url)| url.clone());
            return Ok((row, first));
        };
        let found =
            row.addresses.iter().find(|(label, _)| is_region(label, word)).map(|(_, url)| url.clone());
        return match found {
            Some(url) => Ok((row, Some(url))),
            None => Err(row.addresses.into_iter().map(|(label, _)| label).collect()),
        };
    }
    let preset = PRESETS.iter().find(|preset| preset.id == id).ok_or_else(Vec::new)?;
    let provider = match preset.group {
        Group::Local => LOCAL,
        _ if preset.base_url().is_none() => CUSTOM,
        _ => preset.provider().id,
    };
    let at = rows.iter().position(|row| row.id == provider).ok_or_else(Vec::new)?;
    Ok((rows.swap_remove(at), preset.base_url().map(str::to_owned)))
}

/// Another address of the same row, for a key that was refused at one: the next one, so that asking again and again
/// comes around. It is only named; nobody asks it.
pub(in crate::cli) fn neighbour(base_url: &str) -> Option<(String, String)> {
    let row = rows().into_iter().find(|row| row.addresses.iter().any(|(_, url)| url == base_url))?;
    let at = row.addresses.iter().position(|(_, url)| url == base_url)?;
    let next = row.addresses.get((at + 1) % row.addresses.len())?;
    (next.1 != base_url).then(|| next.clone())
}

fn alone(id: &str, name: &str, about: String) -> PresetRow {
    PresetRow {
        id: id.to_owned(),
        name: name.to_owned(),
        group: name.to_owned(),
        about,
        addresses: Vec::new(),
        key_page: None,
        needs_key: true,
    }
}

/// The heading of a group; the last two have rows of their own.
fn heading(group: Group) -> Option<&'static str> {
    match group {
        Group::QwenCloud => Some("Qwen Cloud (pay as you go)"),
        Group::Plans => Some("Qwen Cloud plans"),
        Group::Others => Some("Other providers"),
        Group::Local | Group::Custom => None,
    }
}

/// What tells a preset from the others of its row.
fn label(row: &str, preset: &Preset) -> String {
    match preset.name.strip_prefix(row).unwrap_or(preset.name).trim_start_matches([',', ' ']) {
        "" => "pay as you go".to_owned(),
        rest => rest.to_owned(),
    }
}

/// Whether a word means this region. Qwen Code says `china` and `global`.
fn is_region(label: &str, word: &str) -> bool {
    let (label, word) = (label.to_lowercase(), word.trim().to_lowercase());
    let meant: &[&str] = match word.as_str() {
        "global" | "intl" | "international" => &["international", "singapore", "pay as you go"],
        "cn" | "mainland" | "beijing" | "china" => &["china", "beijing"],
        "hongkong" | "hk" => &["hong kong"],
        "us" | "virginia" => &["us ", "virginia"],
        "sg" => &["singapore"],
        _ => return !word.is_empty() && label.contains(&word),
    };
    meant.iter().any(|part| label.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Endpoint;

    #[test]
    fn the_list_is_short_and_grouped() {
        let shown: Vec<String> = rows()
            .iter()
            .map(|row| {
                let labels: Vec<&str> = row.addresses.iter().map(|(label, _)| label.as_str()).collect();
                format!("{} | {} | {} | {}", row.group, row.id, row.name, labels.join(", "))
            })
            .collect();
        assert_eq!(
            shown,
            [
                "Qwen account | qwen-oauth | Qwen account | ",
                "Qwen Cloud (pay as you go) | qwen-cloud | Qwen Cloud | China (Beijing), Singapore, US (Virginia), Hong Kong",
                "Qwen Cloud plans | coding-plan | Coding Plan | China, international",
                "Qwen Cloud plans | token-plan | Token Plan | China (Beijing), Singapore",
                "Other providers | modelscope | ModelScope | pay as you go",
                "Other providers | openrouter | OpenRouter | pay as you go",
                "Other providers | deepseek | DeepSeek | pay as you go",
                "Other providers | moonshot | Moonshot (Kimi) | international, China",
                "Other providers | zai | Z.AI | pay as you go, coding plan, China (BigModel)",
                "Other providers | openai | OpenAI | pay as you go",
                "Other providers | xai | xAI | pay as you go",
                "Other providers | minimax | MiniMax | international, China",
                "Other providers | mistral | Mistral | pay as you go",
                "Custom address | custom | Custom address | ",
                "A server on this machine | local | A server on this machine | ",
            ]
        );
        assert!(rows()[0].about.contains("2026-04-15"));
        assert!(rows().iter().all(|row| row.needs_key == (row.id != LOCAL)));
        for (_, url) in rows().iter().flat_map(|row| &row.addresses) {
            assert_eq!(Endpoint::parse(url).expect("valid").base(), url);
        }
    }

    #[test]
    fn a_region_is_meant_by_many_words() {
        let table = [
            ("qwen-cloud", None, "https://dashscope.aliyuncs.com/compatible-mode/v1"),
            ("qwen-cloud", Some("singapore"), "https://dashscope-intl.aliyuncs.com/compatible-mode/v1"),
            ("qwen-cloud", Some("global"), "https://dashscope-intl.aliyuncs.com/compatible-mode/v1"),
            ("qwen-cloud", Some("us"), "https://dashscope-us.aliyuncs.com/compatible-mode/v1"),
            ("api-key", Some("hk"), "https://cn-hongkong.dashscope.aliyuncs.com/compatible-mode/v1"),
            ("coding-plan", Some("china"), "https://coding.dashscope.aliyuncs.com/v1"),
            ("coding-plan", Some("global"), "https://coding-intl.dashscope.aliyuncs.com/v1"),
            ("coding-plan-intl", None, "https://coding-intl.dashscope.aliyuncs.com/v1"),
            (
                "token-plan",
                Some("intl"),
                "https://token-plan.ap-southeast-1.maas.aliyuncs.com/compatible-mode/v1",
            ),
            ("zai", Some("coding plan"), "https://api.z.ai/api/coding/paas/v4"),
            ("zai", Some("cn"), "https://open.bigmodel.cn/api/paas/v4"),
            ("ollama", None, "http://localhost:11434/v1"),
        ];
        for (id, region, expected) in table {
            let url = meant(id, region).expect("known").1;
            assert_eq!(url.as_deref(), Some(expected), "{id} {region:?}");
        }
        assert_eq!(meant("custom", None).expect("known").1, None);
        assert_eq!(meant("qwen-cloud-workspace", None).expect("known").0.id, CUSTOM);
        assert_eq!(meant("coding-plan", Some("mars")).expect_err("no such"), ["China", "international"]);
        assert_eq!(meant("no-such", None).expect_err("no such"), Vec::<String>::new());
    }

    #[test]
    fn a_refused_key_is_offered_the_next_region_of_its_own_provider_only() {
        let next = |url: &str| neighbour(url).map(|(label, _)| label);
        assert_eq!(next("https://dashscope.aliyuncs.com/compatible-mode/v1").as_deref(), Some("Singapore"));
        assert_eq!(
            next("https://cn-hongkong.dashscope.aliyuncs.com/compatible-mode/v1").as_deref(),
            Some("China (Beijing)")
        );
        assert_eq!(next("https://openrouter.ai/api/v1"), None);
        assert_eq!(next("https://llm.example/v1"), None);
    }
}
