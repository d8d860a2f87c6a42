//! Texts of the author's in a drawing: short, on one line, and nothing but text.

/// The most characters of a text in a drawing.
const MOST: usize = 48;

/// A text as it may be drawn: whatever breaks a line or turns the order of letters is a space, and
/// what is too long is cut.
pub fn plain(text: &str) -> String {
    let mut shown = String::new();
    for letter in text.chars() {
        let letter = if is_odd(letter) { ' ' } else { letter };
        if letter != ' ' || !(shown.is_empty() || shown.ends_with(' ')) {
            shown.push(letter);
        }
    }
    let shown = shown.trim_end();
    match shown.char_indices().nth(MOST) {
        None => shown.to_owned(),
        Some((end, _)) => format!("{}…", shown[..end].trim_end()),
    }
}

/// Whether a letter is none: a control character, a mark of direction, or no character of XML.
fn is_odd(letter: char) -> bool {
    letter.is_control()
        || letter.is_whitespace()
        || matches!(
            letter,
            '\u{200B}'..='\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{FEFF}'
                | '\u{FFFE}'
                | '\u{FFFF}'
        )
}

/// How wide a text is, in the letters of the drawing.
pub fn width(text: &str) -> usize {
    // Letters beyond Latin, Greek and Cyrillic are about twice as wide.
    text.chars().map(|letter| if u32::from(letter) < 0x1100 { 1 } else { 2 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_one_short_line() {
        assert_eq!(plain("  issue\n\tthe \u{202E}bill\u{0} "), "issue the bill");
        assert_eq!(plain(&"x".repeat(99)), format!("{}…", "x".repeat(48)));
        assert_eq!(plain(&"x".repeat(48)), "x".repeat(48));
        assert_eq!(plain("\u{7}"), "");
    }
}
