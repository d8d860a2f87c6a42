//! Where an SMS or an e-mail goes.

use rangkai_primitives::Sensitive;

use super::Channel;

/// An address that fits its channel; it prints as `***`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A telephone number in the form of E.164.
    Telephone(Sensitive<String>),
    /// An e-mail address.
    Email(Sensitive<String>),
    /// The inbox of the person needs no address.
    Inbox,
}

impl Address {
    /// Reads the address of a message on `channel`. Why it is none is told without repeating it.
    pub fn read(channel: Channel, text: &str) -> Result<Self, &'static str> {
        match (channel, text.is_empty()) {
            (Channel::Inbox, true) => Ok(Self::Inbox),
            (Channel::Inbox, false) => Err("must be empty for the inbox"),
            (Channel::Sms | Channel::Email, true) => Err("is required for this channel"),
            (Channel::Sms, false) if is_telephone(text) => {
                Ok(Self::Telephone(Sensitive::new(text.to_owned())))
            }
            (Channel::Sms, false) => Err("must be a telephone number such as +628121234567"),
            (Channel::Email, false) if is_email(text) => {
                Ok(Self::Email(Sensitive::new(text.to_owned())))
            }
            (Channel::Email, false) => Err("must be an e-mail address"),
        }
    }

    /// The address as text, if there is one.
    pub fn text(&self) -> Option<&Sensitive<String>> {
        match self {
            Self::Telephone(text) | Self::Email(text) => Some(text),
            Self::Inbox => None,
        }
    }
}

/// E.164: a plus sign, and 8 to 15 digits of which the first is not 0.
fn is_telephone(text: &str) -> bool {
    let Some(digits) = text.strip_prefix('+') else { return false };
    (8..=15).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Plain letters only: not every mail server on the way takes others.
fn is_email(text: &str) -> bool {
    text.is_ascii()
        && !text.bytes().any(|byte| byte.is_ascii_control())
        && text.parse::<lettre::Address>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_fits_its_channel() {
        assert!(Address::read(Channel::Sms, "+628121234567").is_ok());
        assert!(Address::read(Channel::Email, "ani@warga.example").is_ok());
        assert_eq!(Address::read(Channel::Inbox, ""), Ok(Address::Inbox));
        for wrong in
            ["", "08121234567", "+0812345678", "+6281", "+62812-1234567", "+62812123456789012"]
        {
            assert!(Address::read(Channel::Sms, wrong).is_err(), "{wrong}");
        }
        for wrong in ["", "ani", "ani@", "a@b@c", "ani@x.id\r\nBcc: a@b.id", "áni@warga.example"] {
            assert!(Address::read(Channel::Email, wrong).is_err(), "{wrong}");
        }
        assert!(Address::read(Channel::Inbox, "ani@warga.example").is_err());
    }
}
