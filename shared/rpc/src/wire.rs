//! Encoded messages, field by field: what a look at every value of a large request costs least.

use prost::{
    bytes::Buf as _,
    encoding::{WireType, decode_key, decode_varint},
};

/// One value as it stands in an encoded message.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wire<'a> {
    /// A number of any length.
    Varint(u64),
    /// Eight bytes.
    Wide(u64),
    /// Four bytes.
    Narrow(u32),
    /// A text, bytes, a message, or numbers one after the other.
    Bytes(&'a [u8]),
}

/// Every value of a message with the number of its field; none when the bytes are no message.
pub(crate) fn values(mut bytes: &[u8]) -> Option<Vec<(u32, Wire<'_>)>> {
    let mut values = Vec::with_capacity(8);
    while !bytes.is_empty() {
        let (number, wire) = decode_key(&mut bytes).ok()?;
        values.push((number, value(&mut bytes, wire)?));
    }
    Some(values)
}

/// The numbers that stand one after the other in a packed list.
pub(crate) fn packed(mut bytes: &[u8], wire: WireType) -> Option<Vec<Wire<'_>>> {
    let mut values = Vec::new();
    while !bytes.is_empty() {
        values.push(value(&mut bytes, wire)?);
    }
    Some(values)
}

fn value<'a>(bytes: &mut &'a [u8], wire: WireType) -> Option<Wire<'a>> {
    match wire {
        WireType::Varint => decode_varint(bytes).ok().map(Wire::Varint),
        WireType::SixtyFourBit => bytes.try_get_u64_le().ok().map(Wire::Wide),
        WireType::ThirtyTwoBit => bytes.try_get_u32_le().ok().map(Wire::Narrow),
        WireType::LengthDelimited => {
            let length = usize::try_from(decode_varint(bytes).ok()?).ok()?;
            let (taken, rest) = bytes.split_at_checked(length)?;
            *bytes = rest;
            Some(Wire::Bytes(taken))
        }
        // No contract of the house has one.
        WireType::StartGroup | WireType::EndGroup => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_message_have_no_values() {
        // Field 1 of 5 bytes, of which there are 2; a key without a value; half a number.
        for bytes in [&[0x0a, 5, 1, 2][..], &[0x08], &[0x0d, 1, 2], &[0x0b]] {
            assert!(values(bytes).is_none(), "{bytes:?}");
        }
        let values = values(&[0x0a, 1, b'x', 0x10, 7]).unwrap();
        assert!(matches!(values[..], [(1, Wire::Bytes(b"x")), (2, Wire::Varint(7))]));
    }
}
