//! Pictures of a QR code: PNG for messages, SVG for pages and print.

use png::{BitDepth, ColorType, Encoder};
use qrcode::{Color, EcLevel, QrCode, render::svg::Color as Paint, types::QrError};

/// Pixels to a module of the PNG: sharp on a telephone, and a few kilobytes.
const SCALE: usize = 8;
/// Modules of white around a code, as ISO/IEC 18004 asks for.
const MARGIN: usize = 4;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    #[error("the payload does not fit a code")]
    Code(#[from] QrError),
    #[error("the picture cannot be written")]
    Picture(#[from] png::EncodingError),
}

/// Draws `payload` as a PNG in black and white.
///
/// # Errors
///
/// [`PictureError`].
pub fn png(payload: &str) -> Result<Vec<u8>, PictureError> {
    let code = code(payload)?;
    let (modules, width) = (code.to_colors(), code.width());
    let side = (width + 2 * MARGIN) * SCALE;
    let mut pixels = vec![u8::MAX; side * side];
    for (place, _) in modules.iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
        let (left, top) = ((place % width + MARGIN) * SCALE, (place / width + MARGIN) * SCALE);
        for row in top..top + SCALE {
            pixels[row * side + left..][..SCALE].fill(0);
        }
    }
    let mut picture = Vec::new();
    let side = u32::try_from(side).map_err(|_| QrError::DataTooLong)?;
    let mut encoder = Encoder::new(&mut picture, side, side);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(picture)
}

/// Draws `payload` as an SVG.
///
/// # Errors
///
/// [`PictureError`].
pub fn svg(payload: &str) -> Result<String, PictureError> {
    Ok(code(payload)?.render::<Paint<'_>>().min_dimensions(256, 256).build())
}

/// A quarter of the modules may be lost on a creased print.
fn code(payload: &str) -> Result<QrCode, QrError> {
    QrCode::with_error_correction_level(payload, EcLevel::Q)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn each_module_of_the_code_is_where_the_picture_shows_it() {
        let payload = "00020101021126...6304ABCD";
        let picture = png(payload).unwrap();

        let mut reader = png::Decoder::new(Cursor::new(picture)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        let (side, code) = (info.width as usize, code(payload).unwrap());

        assert_eq!(side, (code.width() + 2 * MARGIN) * SCALE);
        let middle = |module: usize| (module + MARGIN) * SCALE + SCALE / 2;
        for (place, color) in code.to_colors().into_iter().enumerate() {
            let (column, row) = (place % code.width(), place / code.width());
            let pixel = pixels[middle(row) * side + middle(column)];
            assert_eq!(pixel == 0, color == Color::Dark, "{column} {row}");
        }
        // The margin stays white.
        assert!(pixels[..side * MARGIN * SCALE].iter().all(|pixel| *pixel == u8::MAX));
    }

    #[test]
    fn a_drawing_is_an_svg() {
        let drawing = svg("6304ABCD").unwrap();
        assert!(drawing.contains("<svg") && drawing.ends_with("</svg>"));
    }
}
