//! QR codes as SVG.

use std::fmt::{self, Write as _};

use askama::filters::HtmlSafe;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qrcodegen::{QrCode, QrCodeEcc};

/// A QR code: `{{ qr }}` in a template is its `<svg>`.
///
/// Dark modules on its own white ground with the four modules of quiet zone that readers need, in
/// dark mode too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qr(String);

/// The text is longer than a QR code can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text is too long for a QR code")]
pub struct TooLong;

impl Qr {
    /// The code of `text`, with error correction for up to 15 % damage.
    ///
    /// # Errors
    /// When `text` is longer than about 2,300 bytes.
    pub fn new(text: &str) -> Result<Self, TooLong> {
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).map_err(|_| TooLong)?;
        let side = code.size() + 2 * QUIET_ZONE;
        let mut path = String::new();
        for y in 0..code.size() {
            for x in 0..code.size() {
                if code.get_module(x, y) {
                    let _ = write!(path, "M{},{}h1v1h-1z", x + QUIET_ZONE, y + QUIET_ZONE);
                }
            }
        }
        Ok(Self(format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"qr-code\" viewBox=\"0 0 {side} {side}\" \
             shape-rendering=\"crispEdges\" aria-hidden=\"true\" focusable=\"false\">\
             <path fill=\"#fff\" d=\"M0,0h{side}v{side}h-{side}z\"/>\
             <path fill=\"#0b1726\" d=\"{path}\"/></svg>"
        )))
    }

    /// The code as a `data:` address, for the `src` of an image that a script exchanges.
    pub fn data_uri(&self) -> String {
        format!("data:image/svg+xml;base64,{}", STANDARD.encode(&self.0))
    }
}

impl fmt::Display for Qr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Made of numbers only; the text is not in it.
impl HtmlSafe for Qr {}

const QUIET_ZONE: i32 = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_and_no_style_inside() {
        let qr = Qr::new("https://idp.example/q/<script>").expect("fits").to_string();
        assert!(!qr.contains("script") && !qr.contains("style"));
        assert!(
            qr.contains("viewBox=\"0 0 37 37\"") || qr.contains("viewBox=\"0 0 41 41\""),
            "{}",
            &qr[..120]
        );
    }

    #[test]
    fn too_long() {
        assert_eq!(Qr::new(&"a".repeat(3000)), Err(TooLong));
    }
}
