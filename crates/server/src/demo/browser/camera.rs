//! What a phone's camera does: finds a QR code in a picture and reads its link.

use image::ImageReader;
use url::Url;
use web::PublicUrl;

/// Looks at pictures; follows only links of the identity provider, each once.
#[derive(Debug)]
pub(super) struct Camera {
    origin: String,
    seen: Vec<Url>,
}

impl Camera {
    pub(super) fn new(idp: &PublicUrl) -> Self {
        Self { origin: idp.origin().to_owned(), seen: Vec::new() }
    }

    /// A link that was not seen before.
    pub(super) fn look(&mut self, png: &[u8]) -> Option<Url> {
        let link = read(png)
            .into_iter()
            .find(|link| link.origin().ascii_serialization() == self.origin && !self.seen.contains(link))?;
        if self.seen.len() == REMEMBERED {
            self.seen.remove(0);
        }
        self.seen.push(link.clone());
        Some(link)
    }
}

fn read(png: &[u8]) -> Vec<Url> {
    let picture = ImageReader::with_format(std::io::Cursor::new(png), image::ImageFormat::Png).decode();
    let Ok(picture) = picture else {
        return Vec::new();
    };
    let mut prepared = rqrr::PreparedImage::prepare(picture.to_luma8());
    let texts = prepared.detect_grids().into_iter().filter_map(|grid| grid.decode().ok());
    texts.filter_map(|(_, text)| Url::parse(&text).ok()).collect()
}

/// A QR changes every 30 seconds; nobody scans one of an hour ago.
const REMEMBERED: usize = 120;

#[cfg(test)]
mod tests {
    use image::{ImageBuffer, Luma};

    use super::*;

    /// A picture of a code, drawn module by module.
    fn picture(text: &str) -> Vec<u8> {
        let prepared = qrcodegen::QrCode::encode_text(text, qrcodegen::QrCodeEcc::Medium).unwrap();
        let (scale, border) = (6, 4);
        let size = u32::try_from((prepared.size() + 2 * border) * scale).unwrap();
        let drawn = ImageBuffer::from_fn(size, size, |x, y| {
            let at = |v: u32| i32::try_from(v).unwrap() / scale - border;
            Luma([if prepared.get_module(at(x), at(y)) { 0u8 } else { 255 }])
        });
        let mut png = std::io::Cursor::new(Vec::new());
        drawn.write_to(&mut png, image::ImageFormat::Png).unwrap();
        png.into_inner()
    }

    #[test]
    fn a_link_of_the_identity_provider_is_followed_once() {
        let idp = PublicUrl::parse("http://idp.localhost:8080").unwrap();
        let mut camera = Camera::new(&idp);
        let code = picture("http://idp.localhost:8080/q/abc");
        assert_eq!(camera.look(&code).unwrap().path(), "/q/abc");
        assert_eq!(camera.look(&code), None);
        assert!(camera.look(&picture("http://idp.localhost:8080/q/def")).is_some());
    }

    #[test]
    fn other_codes_and_other_pictures_are_passed_over() {
        let idp = PublicUrl::parse("http://idp.localhost:8080").unwrap();
        let mut camera = Camera::new(&idp);
        assert_eq!(camera.look(&picture("https://elsewhere.example/q/abc")), None);
        assert_eq!(camera.look(&picture("no link")), None);
        assert_eq!(camera.look(b"no picture"), None);
    }
}
