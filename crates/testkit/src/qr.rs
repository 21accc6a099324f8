//! QR codes read from pixels, as a phone's camera does.

use base64::{Engine, engine::general_purpose::STANDARD};
use image::ImageFormat;

/// The text of the one QR code in a PNG, or none when there is no readable one.
///
/// # Panics
/// When the bytes are no PNG.
#[must_use]
pub fn read(png: &[u8]) -> Option<String> {
    let pixels = image::load_from_memory_with_format(png, ImageFormat::Png).expect("a PNG").to_luma8();
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        let x = u32::try_from(x).expect("within the width");
        let y = u32::try_from(y).expect("within the height");
        pixels.get_pixel(x, y).0[0]
    });
    image.detect_grids().iter().find_map(|grid| grid.decode().ok()).map(|(_, text)| text)
}

/// The text of our own QR code in the `data:` address of an image, drawn and read as from a screen, or none when it is not
/// readable.
///
/// # Panics
/// When it is not an SVG of unit squares, as `web::qr` draws it.
#[must_use]
pub fn read_data_uri(address: &str) -> Option<String> {
    let data = address.strip_prefix("data:image/svg+xml;base64,").expect("an SVG");
    let svg = String::from_utf8(STANDARD.decode(data).expect("base64")).expect("text");
    let (_, side) = svg.split_once("viewBox=\"0 0 ").expect("a view box");
    let side: usize = side.split(' ').next().and_then(|side| side.parse().ok()).expect("a side");
    let dark: Vec<(usize, usize)> = svg.split('M').filter_map(square).collect();
    let width = side * MODULE;
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, width, |x, y| {
        if dark.contains(&(x / MODULE, y / MODULE)) { 0 } else { 255 }
    });
    image.detect_grids().iter().find_map(|grid| grid.decode().ok()).map(|(_, text)| text)
}

/// `3,4h1v1h-1z`: the square at 3, 4.
fn square(path: &str) -> Option<(usize, usize)> {
    let (x, rest) = path.split_once(',')?;
    let (y, _) = rest.split_once("h1v1h-1z")?;
    Some((x.parse().ok()?, y.parse().ok()?))
}

/// Pixels to a module.
const MODULE: usize = 3;
