//! The colours meet WCAG 2.2 AA in both themes: 4.5 for text, 3 for lines of controls and focus.

use std::collections::HashMap;

const BASE: &str = include_str!("../../assets/base.css");

type Theme = HashMap<String, [f64; 3]>;

/// The custom properties with a colour, light and dark (dark inherits).
fn themes() -> [Theme; 2] {
    let (light, dark) = BASE.split_once("@media (prefers-color-scheme: dark)").expect("two themes");
    let dark = dark.split_once("*,\n*::before").expect("the end of the theme").0;
    let light = colours(light);
    let mut both = light.clone();
    both.extend(colours(dark));
    [light, both]
}

fn colours(css: &str) -> Theme {
    let lines = css.lines().filter_map(|line| line.trim().strip_prefix("--")?.split_once(": #"));
    lines
        .map(|(name, value)| {
            let hex = u32::from_str_radix(value.trim_end_matches(';'), 16).expect("six digits");
            let channel = |shift: u32| f64::from((hex >> shift) & 0xff) / 255.0;
            (name.to_owned(), [channel(16), channel(8), channel(0)])
        })
        .collect()
}

fn luminance(colour: [f64; 3]) -> f64 {
    let linear = colour.map(|c| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

fn contrast(theme: &Theme, a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(theme[a]), luminance(theme[b]));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn text_and_controls_can_be_read() {
    let text = [
        ("text", "ground"),
        ("text", "surface"),
        ("text", "sunken"),
        ("ink", "ground"),
        ("ink", "surface"),
        ("muted", "ground"),
        ("muted", "surface"),
        ("muted", "sunken"),
        ("on-accent", "accent"),
        ("on-accent", "accent-hover"),
        ("on-accent", "accent-press"),
        ("accent-text", "surface"),
        ("accent-text", "ground"),
        ("accent-text", "accent-soft"),
        ("accent-text", "sunken"),
        ("info", "info-soft"),
        ("good", "good-soft"),
        ("warn", "warn-soft"),
        ("bad", "bad-soft"),
        ("bad", "surface"),
        ("good", "surface"),
        ("sandbox", "sandbox-soft"),
    ];
    let lines = [
        ("line-strong", "surface"),
        ("line-strong", "ground"),
        ("accent", "surface"),
        ("focus", "surface"),
        ("focus", "ground"),
    ];
    for (theme, name) in themes().iter().zip(["light", "dark"]) {
        for (pairs, least) in [(&text[..], 4.5), (&lines[..], 3.0)] {
            for (front, back) in pairs {
                let ratio = contrast(theme, front, back);
                assert!(ratio >= least, "{name}: {front} on {back} is {ratio:.2}");
            }
        }
    }
}
