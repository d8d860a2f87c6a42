//! QR codes of the national standard (QRIS): the merchant-presented payload of `EMVCo`.
//!
//! A payload is a row of elements: two digits of a tag, two of a length, and so many characters.
//! Some values are such rows themselves. The last element is a checksum over everything before it.

use crc::{CRC_16_IBM_3740, Crc};

use super::Merchant;

/// The polynomial 1021 from FFFF on, which older texts call CRC-16/CCITT-FALSE.
const CHECKSUM: Crc<u16> = Crc::<u16>::new(&CRC_16_IBM_3740);
/// How the national template names itself.
const NATIONAL: &str = "ID.CO.QRIS.WWW";
/// Rupiah, by its number in ISO 4217.
const RUPIAH: &str = "360";
/// The tag and the length of the checksum, which it covers too.
const CHECKSUM_HEAD: &str = "6304";
/// The longest payload: what a code holds that a telephone reads from a screen.
const LONGEST: usize = 512;

/// What a QR code says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// Of one bill and one moment, rather than on a sticker.
    pub dynamic: bool,
    /// The identifier of the merchant in the national repository (NMID).
    pub national_id: String,
    pub merchant_name: String,
    pub city: String,
    /// In whole rupiah; none where the payer types it.
    pub rupiahs: Option<i64>,
    /// The billing code.
    pub bill: Option<String>,
    /// What the provider calls the code when it reports the payment.
    pub label: String,
}

/// Why a text is not the payload of such a code; `tag` is the element that is wrong, with a full
/// stop between an element and one within it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    #[error("the payload is not made of letters and digits, or is too long")]
    NotText,
    #[error("the length of element {tag} does not fit")]
    WrongLength { tag: String },
    #[error("element {tag} is missing or says something else than it must")]
    WrongValue { tag: String },
    #[error("the checksum is not that of the content")]
    WrongChecksum,
}

/// The elements of a row.
type Elements<'a> = Vec<(&'a str, &'a str)>;

impl Payload {
    /// Writes the code of `merchant`, whose acquirer is known by `acquirer`.
    pub fn write(&self, acquirer: &str, merchant: &Merchant) -> String {
        let own = [
            element("00", acquirer),
            element("01", &merchant.account),
            element("03", &merchant.criteria),
        ];
        let national = [
            element("00", NATIONAL),
            element("02", &self.national_id),
            element("03", &merchant.criteria),
        ];
        let bill = self.bill.as_deref().map(|bill| element("01", bill)).unwrap_or_default();
        let additional = [bill, element("05", &self.label)];
        let amount = self.rupiahs.map(|rupiahs| element("54", &rupiahs.to_string()));
        let head = [
            element("00", "01"),
            element("01", if self.dynamic { "12" } else { "11" }),
            element("26", &own.concat()),
            element("51", &national.concat()),
            element("52", &merchant.category),
            element("53", RUPIAH),
            amount.unwrap_or_default(),
            element("58", "ID"),
            element("59", &self.merchant_name),
            element("60", &self.city),
            element("61", &merchant.postal_code),
            element("62", &additional.concat()),
            CHECKSUM_HEAD.to_owned(),
        ]
        .concat();
        let checksum = CHECKSUM.checksum(head.as_bytes());
        format!("{head}{checksum:04X}")
    }

    /// Reads a code.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] names the element that is wrong.
    pub fn read(text: &str) -> Result<Self, PayloadError> {
        let plain = text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        if !plain || text.len() > LONGEST {
            return Err(PayloadError::NotText);
        }
        let all = elements(text, "")?;
        let [.., ("63", checksum)] = all[..] else { return Err(wrong("63")) };
        let covered = &text[..text.len() - checksum.len()];
        if format!("{:04X}", CHECKSUM.checksum(covered.as_bytes())) != checksum {
            return Err(PayloadError::WrongChecksum);
        }
        must(&all, "00", |value| value == "01")?;
        must(&all, "53", |value| value == RUPIAH)?;
        must(&all, "58", |value| value == "ID")?;
        let national = elements(must(&all, "51", |_| true)?, "51.")?;
        find(&national, "00").filter(|name| *name == NATIONAL).ok_or_else(|| wrong("51.00"))?;
        let national_id = find(&national, "02").ok_or_else(|| wrong("51.02"))?;
        let additional = elements(find(&all, "62").unwrap_or_default(), "62.")?;
        let amount = find(&all, "54").map(str::parse::<i64>).transpose();
        let method = must(&all, "01", |value| matches!(value, "11" | "12"))?;
        Ok(Self {
            dynamic: method == "12",
            national_id: national_id.to_owned(),
            merchant_name: must(&all, "59", |_| true)?.to_owned(),
            city: must(&all, "60", |_| true)?.to_owned(),
            rupiahs: amount.map_err(|_| wrong("54"))?.filter(|rupiahs| *rupiahs > 0),
            bill: find(&additional, "01").map(str::to_owned),
            label: find(&additional, "05").unwrap_or_default().to_owned(),
        })
    }
}

/// One element; nothing for no value, since an empty one is not allowed. Settings and codes are
/// checked to be short enough for two digits of length.
fn element(tag: &str, value: &str) -> String {
    if value.is_empty() { String::new() } else { format!("{tag}{:02}{value}", value.len()) }
}

/// The elements of a row; `within` is what an inner row's tags are told with.
fn elements<'a>(mut text: &'a str, within: &str) -> Result<Elements<'a>, PayloadError> {
    let mut all = Elements::new();
    while !text.is_empty() {
        let (tag, rest) = text.split_at_checked(2).unwrap_or((text, ""));
        let wrong = || PayloadError::WrongLength { tag: format!("{within}{tag}") };
        let (length, rest) = rest.split_at_checked(2).ok_or_else(wrong)?;
        let digits = length.bytes().all(|byte| byte.is_ascii_digit());
        let length = length.parse().ok().filter(|length| digits && *length > 0);
        let (value, rest) =
            length.and_then(|length| rest.split_at_checked(length)).ok_or_else(wrong)?;
        all.push((tag, value));
        text = rest;
    }
    Ok(all)
}

fn find<'a>(elements: &Elements<'a>, tag: &str) -> Option<&'a str> {
    elements.iter().find(|(found, _)| *found == tag).map(|(_, value)| *value)
}

fn must<'a>(
    elements: &Elements<'a>,
    tag: &str,
    is: impl Fn(&str) -> bool,
) -> Result<&'a str, PayloadError> {
    find(elements, tag).filter(|value| is(value)).ok_or_else(|| wrong(tag))
}

fn wrong(tag: &str) -> PayloadError {
    PayloadError::WrongValue { tag: tag.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merchant() -> Merchant {
        Merchant {
            national_id: "ID1020021181745".to_owned(),
            account: "936000020000000017".to_owned(),
            criteria: "URE".to_owned(),
            category: "9399".to_owned(),
            name: "KORLANTAS POLRI".to_owned(),
            city: "JAKARTA".to_owned(),
            postal_code: "12770".to_owned(),
        }
    }

    fn payload(rupiahs: Option<i64>) -> Payload {
        Payload {
            dynamic: rupiahs.is_some(),
            national_id: merchant().national_id,
            merchant_name: merchant().name,
            city: merchant().city,
            rupiahs,
            bill: rupiahs.map(|_| "100000000000009".to_owned()),
            label: "Q0000000000017".to_owned(),
        }
    }

    /// The check value that the catalogue of checksums publishes for it.
    #[test]
    fn the_checksum_is_the_published_one() {
        assert_eq!(CHECKSUM.checksum(b"123456789"), 0x29B1);
    }

    /// The example in EMV QRCPS Merchant-Presented Mode, with its published checksum.
    #[test]
    fn the_example_of_the_standard_has_its_checksum() {
        let example = "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678\
                       520441115802CN5914BEST TRANSPORT6007BEIJING64200002ZH0104最佳运输0202北京\
                       540523.7253031565502016233030412340603***0708A60086670902ME91320016A0112233449988770708123456786304";
        assert_eq!(format!("{:04X}", CHECKSUM.checksum(example.as_bytes())), "A13A");
    }

    #[test]
    fn what_was_written_reads_back() {
        for rupiahs in [Some(75_000), None] {
            let text = payload(rupiahs).write("ID.CO.BRI.WWW", &merchant());
            assert_eq!(Payload::read(&text), Ok(payload(rupiahs)), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let good = payload(Some(75_000)).write("ID.CO.BRI.WWW", &merchant());
        let tags = |text: &str| match Payload::read(text) {
            Err(PayloadError::WrongLength { tag }) => format!("length {tag}"),
            Err(PayloadError::WrongValue { tag }) => format!("value {tag}"),
            other => format!("{other:?}"),
        };
        assert_eq!(
            Payload::read(&good.replace("75000", "75001")),
            Err(PayloadError::WrongChecksum)
        );
        assert_eq!(tags(&good[..good.len() - 1]), "length 63");
        assert_eq!(tags(&good.replace("610512770", "619912770")), "length 61");
        assert_eq!(tags(&good.replace("0014ID.CO.QRIS", "0099ID.CO.QRIS")), "Err(WrongChecksum)");
        assert_eq!(tags(&good[..good.len() - 8]), "value 63");
        assert_eq!(Payload::read("ü"), Err(PayloadError::NotText));
    }
}
