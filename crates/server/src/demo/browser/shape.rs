//! The two windows: how each looks, and where it stands.

use serde::Serialize;

/// Where a window stands on the screen, in pixels.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Bounds {
    pub(super) left: i64,
    pub(super) top: i64,
    pub(super) width: i64,
    pub(super) height: i64,
}

/// What a window stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A computer: an ordinary window with tabs.
    Desktop,
    /// A phone: one page, narrow, with a phone's user agent.
    Phone,
}

impl Shape {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Phone => "phone",
        }
    }

    /// What Chromium is started with, beside what both have.
    pub(super) const fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Desktop => &[],
            // Without tabs and address bar a window can be as narrow as a phone.
            Self::Phone => &["--app=data:text/html,", PHONE_AGENT],
        }
    }

    /// Side by side, in the middle of the screen, as high as it allows up to a comfortable size.
    pub(super) fn place(self, screen: (i64, i64)) -> Bounds {
        let (width, height) = screen;
        let desktop = (width - PHONE - 3 * GAP).clamp(NARROWEST, WIDEST);
        let left = ((width - desktop - PHONE - GAP) / 2).max(0);
        // On a screen that is too narrow for both, the phone stands at its right edge, over the other.
        let phone = (left + desktop + GAP).min(width - PHONE).max(0);
        let (left, width) = match self {
            Self::Desktop => (left, desktop),
            Self::Phone => (phone, PHONE),
        };
        let tall = (height - 2 * GAP).clamp(LOWEST, HIGHEST);
        let top = ((height - tall) / 2).max(0);
        Bounds { left, top, width, height: tall }
    }
}

const PHONE: i64 = 412;
const GAP: i64 = 16;
const NARROWEST: i64 = 720;
const WIDEST: i64 = 1180;
const LOWEST: i64 = 560;
const HIGHEST: i64 = 880;
const PHONE_AGENT: &str = "--user-agent=Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 \
    (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36";

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(shape: Shape, screen: (i64, i64)) -> (i64, i64, i64) {
        let bounds = shape.place(screen);
        (bounds.left, bounds.left + bounds.width, bounds.top + bounds.height)
    }

    #[test]
    fn the_windows_stand_side_by_side_on_every_usual_screen() {
        for screen in [(1280, 720), (1366, 768), (1440, 900), (1920, 1080), (3840, 2160)] {
            let (_, desktop, _) = edges(Shape::Desktop, screen);
            let (phone, right, bottom) = edges(Shape::Phone, screen);
            assert!(desktop < phone && right <= screen.0 && bottom <= screen.1, "{screen:?}");
        }
    }

    #[test]
    fn on_a_narrow_screen_both_can_still_be_reached() {
        let (left, ..) = edges(Shape::Desktop, (800, 600));
        let (phone, right, _) = edges(Shape::Phone, (800, 600));
        assert!(left == 0 && phone > left && right <= 800);
    }
}
