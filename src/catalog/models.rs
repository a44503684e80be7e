//! Table: models, their windows, cache terms and prices.
//!
//! Source: `docs/sources.md`, wire 6.1 to 6.3, and qwen-code 11.1, public catalogues of autumn 2026.
//! Prices are the international list prices in US dollars; they change, so whoever shows one writes `≈`.

use crate::{
    base::{Money, Tokens},
    protocol::Tier,
};

use super::profile::Thinking;

/// When the table was read; shown beside prices.
pub const READ: &str = "2026-11";

/// What a model does with markers at Qwen Cloud. The list is by exact name: a dated copy is another model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Markers {
    /// It ignores them, or nothing is known.
    Ignored,
    /// It honours them: the provider's first published list.
    Honoured,
    /// It honours them by later sources, which differ by region; worth a second look at run time.
    Watched,
}

/// One model.
#[derive(Clone, Copy)]
pub(super) struct Row {
    /// As the provider spells it.
    pub(super) name: &'static str,
    pub(super) window: u64,
    pub(super) max_output: u64,
    pub(super) thinking: Thinking,
    pub(super) markers: Markers,
    pub(super) implicit: bool,
    /// Whether it serves the Responses API with a session cache.
    pub(super) session: bool,
    /// Whether anybody may run it: a router finds it at many providers.
    pub(super) is_open: bool,
    /// Prices of writing, of reading and of implicit reading, in thousandths of the input price.
    pub(super) write: u32,
    pub(super) read: u32,
    pub(super) implicit_read: u32,
    prices: &'static [Price],
}

/// Largest input in tokens, price of input, price of output; prices in ten-thousandths of a dollar per million.
type Price = (u64, i64, i64);

/// The provider counts sizes of tiers in units of 1,024 tokens.
const K: u64 = 1_024;
/// The last tier has no upper bound of its own: the window bounds it.
const ANY: u64 = u64::MAX;
/// Large windows are given in round numbers.
const MILLION: u64 = 1_000_000;

use Thinking::{Default as Thinks, Never, Optional};

/// All models with a row of their own, Qwen's first.
pub(super) const MODELS: &[Row] = &[
    // Coders.
    row("qwen3-coder-plus", MILLION, 65_536, Never).explicit().session().implicit().prices(&[
        (32 * K, 10_000, 50_000),
        (128 * K, 18_000, 90_000),
        (256 * K, 30_000, 150_000),
        (ANY, 60_000, 600_000),
    ]),
    row("qwen3-coder-flash", MILLION, 65_536, Never).explicit().session().implicit().prices(&[
        (32 * K, 3_000, 15_000),
        (128 * K, 5_000, 25_000),
        (256 * K, 8_000, 40_000),
        (ANY, 16_000, 96_000),
    ]),
    row("qwen3-coder-next", 262_144, 65_536, Never),
    // The one model behind Qwen OAuth; what it stands for changes. Source: `docs/sources.md`, qwen-code 4.1.
    row("coder-model", MILLION, 65_536, Never),
    // Large.
    row("qwen3-max", 262_144, 65_536, Never).explicit().session().implicit().prices(&[
        (32 * K, 12_000, 60_000),
        (128 * K, 24_000, 120_000),
        (ANY, 30_000, 150_000),
    ]),
    row("qwen3-max-2026-01-23", 262_144, 65_536, Optional),
    row("qwen3-max-preview", 262_144, 32_768, Never).implicit(),
    row("qwen-max", 32_768, 8_192, Never).implicit().prices(&[(ANY, 16_000, 64_000)]),
    row("qwen3.6-max-preview", 262_144, 65_536, Thinks).watched().session().prices(&[(ANY, 13_000, 78_000)]),
    row("qwen3.7-max", MILLION, 131_072, Thinks)
        .watched()
        .session()
        .implicit()
        .read(200)
        .prices(&[(ANY, 25_000, 75_000)]),
    row("qwen3.8-max", MILLION, 131_072, Thinks)
        .watched()
        .session()
        .implicit()
        .read(125)
        .prices(&[(ANY, 20_000, 60_000)]),
    // Middle.
    row("qwen-plus", MILLION, 32_768, Optional)
        .explicit()
        .session()
        .implicit()
        .prices(&[(ANY, 4_000, 12_000)]),
    row("qwen3.5-plus", MILLION, 65_536, Thinks).explicit().session().prices(&[(256 * K, 4_000, 24_000)]),
    row("qwen3.6-plus", MILLION, 65_536, Thinks).explicit().session().prices(PLUS),
    row("qwen3.7-plus", MILLION, 65_536, Thinks).watched().implicit().prices(PLUS),
    // Small.
    row("qwen-flash", MILLION, 32_768, Optional).explicit().session().implicit().prices(&[(ANY, 500, 4_000)]),
    row("qwen-turbo", MILLION, 16_384, Optional).implicit().prices(&[(ANY, 500, 2_000)]),
    row("qwen3.5-flash", MILLION, 65_536, Thinks).explicit().session().prices(&[(ANY, 1_000, 4_000)]),
    row("qwen3.6-flash", MILLION, 65_536, Thinks).watched().prices(&[(ANY, 1_875, 11_250)]),
    row("qwen3.7-flash", MILLION, 65_536, Thinks).watched(),
    row("qwen3.8-flash", MILLION, 131_072, Thinks).watched().implicit().prices(&[(ANY, 1_600, 4_700)]),
    row("qwen3.8-omni-flash", MILLION, 65_536, Thinks).implicit(),
    // Open weights, pictures, characters.
    row("qwen3.8-2.4t-a95b", MILLION, 65_536, Thinks).watched().open(),
    row("qwen3.8-27b", MILLION, 65_536, Thinks).watched().open(),
    row("qwen3-vl-plus", 262_144, 32_768, Optional).watched().implicit().prices(&[(ANY, 2_000, 16_000)]),
    row("qwen3-vl-flash", 262_144, 32_768, Optional).watched().implicit(),
    row("qwen-vl-max", 262_144, 32_768, Never).implicit(),
    row("qwen-vl-plus", 262_144, 32_768, Never).implicit(),
    row("qwen-plus-character", 128_000, 8_192, Never).watched().implicit(),
    row("qwen-plus-character-ja", 128_000, 8_192, Never).implicit(),
    row("qwen-flash-character", 128_000, 8_192, Never).implicit(),
    // Others that Qwen Cloud hosts.
    row("deepseek-v3.2", 128_000, 8_192, Optional).watched().implicit().implicit_read(100),
    row("deepseek-v4.1-flash", MILLION, 384_000, Optional).implicit().implicit_read(100),
    row("kimi-k2.5", 262_144, 32_768, Optional).watched().implicit(),
    row("kimi-k2.6", 262_144, 32_768, Optional).watched().implicit(),
    row("kimi-k2.7-code", 262_144, 32_768, Thinks).watched().implicit(),
    row("kimi-k3", MILLION, 131_072, Thinks).implicit().implicit_read(100),
    row("glm-4.7", 202_752, 16_384, Optional).implicit(),
    row("glm-5", 202_752, 16_384, Optional).implicit(),
    row("glm-5.1", 202_752, 16_384, Optional).watched().implicit(),
    row("glm-5.2", MILLION, 131_072, Optional).implicit().implicit_read(250),
    row("glm-5.3", MILLION, 131_072, Optional).implicit().implicit_read(250),
    row("MiniMax-M2.5", 196_608, 65_536, Thinks).implicit(),
];

/// What a model is taken for when its name begins so and has no row of its own. The first match counts.
const FAMILIES: &[Row] = &[
    row("qwen3-coder-", 262_144, 32_768, Never),
    row("qwen3.", MILLION, 65_536, Thinks),
    row("qwen2", 131_072, 8_192, Never),
    row("qwen", 262_144, 32_768, Optional),
    row("deepseek-v4", MILLION, 384_000, Optional).implicit().implicit_read(100),
    row("deepseek-reasoner", 128_000, 65_536, Thinks).implicit().implicit_read(100),
    row("deepseek", 128_000, 8_192, Optional).implicit().implicit_read(100),
    row("glm-", 202_752, 16_384, Optional).implicit(),
    row("kimi-", 262_144, 32_768, Optional).implicit(),
    row("minimax-", 196_608, 65_536, Thinks).implicit(),
    // The bound of the input; the output comes on top.
    row("gpt-5", 272_000, 128_000, Thinks).implicit().implicit_read(100),
    row("gpt-", 131_072, 16_384, Never).implicit(),
    row("claude-", 200_000, 64_000, Optional),
    row("gemini-", 1_048_576, 65_536, Thinks).implicit(),
];

const PLUS: &[Price] = &[(256 * K, 5_000, 30_000), (ANY, 20_000, 60_000)];

const fn row(name: &'static str, window: u64, max_output: u64, thinking: Thinking) -> Row {
    Row {
        name,
        window,
        max_output,
        thinking,
        markers: Markers::Ignored,
        implicit: false,
        session: false,
        is_open: false,
        write: 1_250,
        read: 100,
        implicit_read: 200,
        prices: &[],
    }
}

impl Row {
    const fn explicit(self) -> Self {
        Self { markers: Markers::Honoured, ..self }
    }

    const fn watched(self) -> Self {
        Self { markers: Markers::Watched, ..self }
    }

    const fn implicit(self) -> Self {
        Self { implicit: true, ..self }
    }

    const fn session(self) -> Self {
        Self { session: true, ..self }
    }

    const fn open(self) -> Self {
        Self { is_open: true, ..self }
    }

    const fn read(self, read: u32) -> Self {
        Self { read, ..self }
    }

    const fn implicit_read(self, implicit_read: u32) -> Self {
        Self { implicit_read, ..self }
    }

    const fn prices(self, prices: &'static [Price]) -> Self {
        Self { prices, ..self }
    }

    /// The prices in the words of the protocol.
    pub(super) fn tiers(&self) -> Vec<Tier> {
        // $0.0001 per million tokens is 100 millionths of a millionth of a dollar for each.
        let money = |price: i64| Money::from_pico_dollars(price * 100);
        self.prices
            .iter()
            .map(|&(up_to, input, output)| Tier {
                up_to: Tokens(up_to),
                input: money(input),
                output: money(output),
            })
            .collect()
    }
}

/// The row whose name is spelled exactly so.
pub(super) fn exact(model: &str) -> Option<&'static Row> {
    MODELS.iter().find(|row| row.name == model)
}

/// The row that tells the window: of the model, or of the one it is a dated copy of, or of its family.
pub(super) fn alike(model: &str) -> Option<&'static Row> {
    let name = plain_name(model);
    let undated = without_date(&name);
    let listed = |wanted: &str| MODELS.iter().find(|row| row.name.eq_ignore_ascii_case(wanted));
    listed(&name)
        .or_else(|| listed(undated))
        .or_else(|| FAMILIES.iter().find(|row| name.starts_with(row.name)))
}

/// Whether the model, or the one it is a dated copy of, has a row.
pub(super) fn is_listed(model: &str) -> bool {
    alike(model).is_some_and(|row| MODELS.iter().any(|listed| listed.name == row.name))
}

/// Names of all models in the table, for completion and lists.
pub fn model_names() -> impl Iterator<Item = &'static str> {
    MODELS.iter().map(|row| row.name)
}

/// The names most like `model`, best first, at most three; for a name that a server does not know.
pub fn nearest(model: &str) -> Vec<&'static str> {
    let names: Vec<&'static str> = model_names().collect();
    // Below six tenths of common letters a suggestion is a guess.
    similar::get_close_matches(plain_name(model).as_str(), &names, 3, 0.6)
}

/// Lower case, without the maker's folder and what follows `:` or `@` (size, quantisation, price class).
fn plain_name(model: &str) -> String {
    let name = model.rsplit('/').next().unwrap_or(model);
    name.split([':', '@']).next().unwrap_or(name).to_ascii_lowercase()
}

/// Without what marks a snapshot: a date at the end, `-latest`, the `-us` of the American region.
fn without_date(name: &str) -> &str {
    let mut rest = name.strip_suffix("-latest").or_else(|| name.strip_suffix("-us")).unwrap_or(name);
    while let Some((before, last)) = rest.rsplit_once('-') {
        let is_date = matches!(last.len(), 2 | 4 | 6 | 8) && last.bytes().all(|b| b.is_ascii_digit());
        if !is_date {
            break;
        }
        rest = before;
    }
    rest
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_row_is_sane() {
        let mut names = HashSet::new();
        for row in MODELS.iter().chain(FAMILIES) {
            let name = row.name;
            assert!(names.insert(name.to_ascii_lowercase()), "{name} twice");
            assert!(row.max_output < row.window && row.max_output >= 8_192, "{name}");
            assert!((32_768..=1_048_576).contains(&row.window), "{name}");
            assert!(row.read < 1_000 && row.implicit_read < 1_000 && row.write == 1_250, "{name}");
            let tiers = row.tiers();
            assert!(tiers.is_sorted_by(|a, b| a.up_to < b.up_to), "{name}: tiers ascend");
            assert!(tiers.is_sorted_by(|a, b| a.input < b.input), "{name}: prices ascend");
            assert!(tiers.iter().all(|t| t.input < t.output), "{name}: output costs more");
        }
        assert!(FAMILIES.iter().all(|row| row.markers == Markers::Ignored && row.prices.is_empty()));
    }

    #[test]
    fn no_family_hides_a_later_one() {
        for (at, row) in FAMILIES.iter().enumerate() {
            let hidden = FAMILIES[at + 1..].iter().find(|later| later.name.starts_with(row.name));
            assert!(hidden.is_none(), "{} hides {}", row.name, hidden.map_or("", |r| r.name));
        }
    }

    #[test]
    fn the_list_for_markers_is_the_published_one() {
        let seed: HashSet<_> =
            MODELS.iter().filter(|r| r.markers == Markers::Honoured).map(|r| r.name).collect();
        let published = [
            "qwen3-max",
            "qwen3.6-plus",
            "qwen3.5-plus",
            "qwen-plus",
            "qwen3.5-flash",
            "qwen-flash",
            "qwen3-coder-plus",
            "qwen3-coder-flash",
        ];
        assert_eq!(seed, published.into());
    }

    #[test]
    fn sessions_are_offered_where_the_provider_lists_them() {
        let rows = MODELS.iter().filter(|r| r.session);
        let (first, later): (Vec<&Row>, Vec<&Row>) = rows.partition(|r| r.markers == Markers::Honoured);
        assert_eq!(first.len(), 8, "the whole published list");
        let later: HashSet<_> = later.iter().map(|r| r.name).collect();
        assert_eq!(later, ["qwen3.8-max", "qwen3.7-max", "qwen3.6-max-preview"].into());
        assert!(
            MODELS.iter().all(|r| !r.session || r.markers != Markers::Ignored),
            "markers can stand in for it"
        );
        // Source: `docs/sources.md`, wire 2.1: these answered that they do not serve it.
        for name in ["kimi-k2.6", "glm-5.1", "MiniMax-M2.5", "qwen-max"] {
            assert!(!exact(name).expect("a row").session, "{name}");
        }
    }

    #[test]
    fn a_dated_or_quantised_name_has_the_window_of_the_plain_one() {
        let window = |model: &str| alike(model).map(|row| (row.name, row.window));
        let coder = Some(("qwen3-coder-plus", MILLION));
        for name in [
            "qwen3-coder-plus",
            "Qwen3-Coder-Plus",
            "qwen/qwen3-coder-plus:free",
            "qwen3-coder-plus-2025-09-23",
            "qwen3-coder-plus-20250923",
            "qwen3-coder-plus-latest",
        ] {
            assert_eq!(window(name), coder, "{name}");
        }
        assert_eq!(window("qwen3.8-max-0902"), Some(("qwen3.8-max", MILLION)));
        assert_eq!(window("qwen-plus-us"), Some(("qwen-plus", MILLION)));
        assert_eq!(window("Qwen/Qwen2.5-Coder-32B-Instruct"), Some(("qwen2", 131_072)));
        assert_eq!(window("minimax-m2.5"), Some(("MiniMax-M2.5", 196_608)));
        assert_eq!(window("smollm2"), None);
        assert_eq!(window(""), None);
        assert_eq!(window("-"), None);
    }

    #[test]
    fn a_slip_of_the_finger_finds_the_model() {
        assert_eq!(nearest("qwen3-codr-plus")[0], "qwen3-coder-plus");
        assert_eq!(nearest("Qwen3-Coder-Plu")[0], "qwen3-coder-plus");
        assert_eq!(nearest("qwen3.6plus")[0], "qwen3.6-plus");
        assert_eq!(nearest("zzz"), [""; 0]);
        assert!(nearest("qwen").len() <= 3);
    }
}
