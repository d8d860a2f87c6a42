//! Names of people as two registers write them.

/// What people put before and after their names.
const TITLES: [&str; 22] = [
    "A", "AG", "AMD", "BAPAK", "BU", "DR", "DRA", "DRS", "H", "HJ", "IBU", "IR", "KH", "M", "NY",
    "PAK", "PD", "PROF", "S", "SDR", "SE", "TN",
];

/// A name without case, titles and signs; all of it where nothing else is left.
pub fn plain_name(name: &str) -> String {
    let words = words(name);
    let bare: Vec<_> = words.iter().filter(|word| !TITLES.contains(&word.as_str())).collect();
    if bare.is_empty() {
        return words.join(" ");
    }
    bare.into_iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// Whether two names may be one person's: each word of the shorter one stands in the longer one in
/// the same order, in full or as its first letter.
pub fn is_plausible(one: &str, other: &str) -> bool {
    let (one, other) = (words(&plain_name(one)), words(&plain_name(other)));
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let mut left = long.iter();
    !short.is_empty() && short.iter().all(|word| left.any(|other| fits(word, other)))
}

fn fits(word: &str, other: &str) -> bool {
    let initial = |short: &str, long: &str| short.chars().count() == 1 && long.starts_with(short);
    word == other || initial(word, other) || initial(other, word)
}

fn words(name: &str) -> Vec<String> {
    let upper = name.to_uppercase();
    let words = upper.split(|letter: char| !letter.is_alphanumeric() && letter != '\'');
    words.map(|word| word.replace('\'', "")).filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_titles_and_signs_do_not_matter() {
        assert_eq!(plain_name("Hj. Siti Nur'aini, S.Pd."), "SITI NURAINI");
        assert_eq!(plain_name("H."), "H");
    }

    #[test]
    fn a_part_of_a_name_is_plausible_and_another_name_is_not() {
        assert!(is_plausible("Siti Aminah", "SITI AMINAH BINTI UMAR"));
        assert!(is_plausible("Budi S", "Budi Santoso"));
        assert!(!is_plausible("Siti Aminah", "Siti Rahayu"));
        assert!(!is_plausible("", "Siti"));
    }
}
