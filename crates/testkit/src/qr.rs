//! QR codes read from pixels, as a phone's camera does.

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
