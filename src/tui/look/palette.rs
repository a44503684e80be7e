//! Table: the colours. Source: `docs/sources.md`, tui 4.4.

use ratatui::style::{Color, Modifier, Style};

use super::Code;

/// A colour, and the entry of the table of 256 that stands for it where the terminal shows no others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shade {
    pub(super) rgb: [u8; 3],
    pub(super) entry: u8,
}

/// Foregrounds by role, and the tints of rows of a change.
#[derive(Debug)]
pub(super) struct Palette {
    pub(super) accent: Shade,
    pub(super) ok: Shade,
    pub(super) warn: Shade,
    pub(super) error: Shade,
    /// Rows that come and rows that go; of a changed word in them. There are no such dark tints among the 256.
    pub(super) tints: [[u8; 3]; 4],
    /// Keyword, text, comment, number, function, type.
    pub(super) code: [Shade; 6],
}

const fn shade(rgb: u32, entry: u8) -> Shade {
    Shade { rgb: parts(rgb), entry }
}

const fn parts(rgb: u32) -> [u8; 3] {
    let [_, red, green, blue] = rgb.to_be_bytes();
    [red, green, blue]
}

/// For a dark page.
pub(super) static DARK: Palette = Palette {
    accent: shade(0x8A_AD_F4, 111),
    ok: shade(0x7F_C8_8A, 114),
    warn: shade(0xE5_B5_67, 179),
    error: shade(0xF0_71_78, 204),
    tints: [parts(0x12_30_1B), parts(0x3A_16_18), parts(0x13_38_1E), parts(0x55_1C_20)],
    code: [
        shade(0xC6_A0_F6, 183),
        shade(0xA6_DA_95, 150),
        shade(0x93_9A_B7, 103),
        shade(0xF5_A9_7F, 216),
        shade(0x8A_AD_F4, 111),
        shade(0xEE_D4_9F, 223),
    ],
};

/// For a light page.
pub(super) static LIGHT: Palette = Palette {
    accent: shade(0x1E_56_C5, 26),
    ok: shade(0x1B_7F_3B, 29),
    warn: shade(0x8A_5A_00, 94),
    error: shade(0xB3_26_1E, 124),
    tints: [parts(0xDD_F4_E1), parts(0xFB_E1_E0), parts(0xBF_E8_C8), parts(0xF8_D2_D0)],
    code: [
        shade(0x7A_2F_B8, 91),
        shade(0x14_63_2D, 22),
        shade(0x5A_60_70, 241),
        shade(0x9A_3D_0A, 94),
        shade(0x1E_56_C5, 26),
        shade(0x76_50_00, 94),
    ],
};

pub(super) static DARK_CODE: Code = code(&DARK, false);
pub(super) static DARK_CODE_256: Code = code(&DARK, true);
pub(super) static LIGHT_CODE: Code = code(&LIGHT, false);
pub(super) static LIGHT_CODE_256: Code = code(&LIGHT, true);

/// The terminal's own colours.
pub(super) static ANSI_CODE: Code = Code {
    keyword: Style::new().fg(Color::Magenta),
    string: Style::new().fg(Color::Green),
    comment: Style::new().add_modifier(Modifier::DIM),
    number: Style::new().fg(Color::Cyan),
    function: Style::new().fg(Color::Blue),
    kind: Style::new().fg(Color::Yellow),
};

/// Without colour: what is least worth reading is dim.
pub(super) static NO_CODE: Code = Code {
    keyword: Style::new(),
    string: Style::new(),
    comment: Style::new().add_modifier(Modifier::DIM),
    number: Style::new(),
    function: Style::new(),
    kind: Style::new(),
};

const fn code(palette: &Palette, is_table: bool) -> Code {
    let [keyword, string, comment, number, function, kind] = palette.code;
    Code {
        keyword: style(keyword, is_table),
        string: style(string, is_table),
        comment: style(comment, is_table),
        number: style(number, is_table),
        function: style(function, is_table),
        kind: style(kind, is_table),
    }
}

/// Text in a colour.
pub(super) const fn style(shade: Shade, is_table: bool) -> Style {
    let [red, green, blue] = shade.rgb;
    let colour = if is_table { Color::Indexed(shade.entry) } else { Color::Rgb(red, green, blue) };
    Style::new().fg(colour)
}
