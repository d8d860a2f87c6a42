//! What a field of a contract holds, as it stands in an encoded message.

use std::collections::HashMap;

use prost::encoding::WireType;
use prost_reflect::{EnumDescriptor, FieldDescriptor, Kind as Declared};

use crate::wire::Wire;

/// How many values a field holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    One {
        /// Whether a field without a value can be told from one with an empty value.
        knows_if_set: bool,
    },
    List,
    Map,
}

/// What each value is; in a map, what stands behind each key.
#[derive(Debug)]
pub(crate) enum Kind {
    /// A message: of the house, and then where its rules stand, or not.
    Message(Option<usize>),
    Text,
    Bytes,
    Word(EnumDescriptor),
    Number(Number),
    /// What no rule speaks of.
    Other(WireType),
}

/// How a whole number is encoded.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Number {
    Int32,
    Int64,
    Uint32,
    Uint64,
    Sint32,
    Sint64,
    Fixed32,
    Fixed64,
    Sfixed32,
    Sfixed64,
}

impl Shape {
    pub(crate) fn of(field: &FieldDescriptor) -> Self {
        if field.is_map() {
            Self::Map
        } else if field.is_list() {
            Self::List
        } else {
            Self::One { knows_if_set: field.supports_presence() }
        }
    }
}

impl Kind {
    pub(crate) fn of(field: &FieldDescriptor, places: &HashMap<String, usize>) -> Self {
        let kind = field.kind();
        let entry = kind.as_message().filter(|_| field.is_map());
        match entry.map_or_else(|| field.kind(), |entry| entry.map_entry_value_field().kind()) {
            Declared::Message(message) => Self::Message(places.get(message.full_name()).copied()),
            Declared::String => Self::Text,
            Declared::Bytes => Self::Bytes,
            Declared::Enum(words) => Self::Word(words),
            Declared::Bool => Self::Other(WireType::Varint),
            Declared::Double => Self::Other(WireType::SixtyFourBit),
            Declared::Float => Self::Other(WireType::ThirtyTwoBit),
            Declared::Int32 => Self::Number(Number::Int32),
            Declared::Int64 => Self::Number(Number::Int64),
            Declared::Uint32 => Self::Number(Number::Uint32),
            Declared::Uint64 => Self::Number(Number::Uint64),
            Declared::Sint32 => Self::Number(Number::Sint32),
            Declared::Sint64 => Self::Number(Number::Sint64),
            Declared::Fixed32 => Self::Number(Number::Fixed32),
            Declared::Fixed64 => Self::Number(Number::Fixed64),
            Declared::Sfixed32 => Self::Number(Number::Sfixed32),
            Declared::Sfixed64 => Self::Number(Number::Sfixed64),
        }
    }

    /// How the values of a list stand one after the other, if they do.
    pub(crate) const fn packs_as(&self) -> Option<WireType> {
        match self {
            Self::Message(_) | Self::Text | Self::Bytes => None,
            Self::Word(_) => Some(WireType::Varint),
            Self::Number(number) => Some(number.wire()),
            Self::Other(wire) => Some(*wire),
        }
    }

    /// The value of a field that is not there.
    pub(crate) const fn unset(&self) -> Wire<'static> {
        match self.packs_as() {
            Some(WireType::Varint) => Wire::Varint(0),
            Some(WireType::SixtyFourBit) => Wire::Wide(0),
            Some(WireType::ThirtyTwoBit) => Wire::Narrow(0),
            Some(WireType::LengthDelimited | WireType::StartGroup | WireType::EndGroup) | None => {
                Wire::Bytes(&[])
            }
        }
    }
}

impl Number {
    const fn wire(self) -> WireType {
        match self {
            Self::Fixed32 | Self::Sfixed32 => WireType::ThirtyTwoBit,
            Self::Fixed64 | Self::Sfixed64 => WireType::SixtyFourBit,
            Self::Int32
            | Self::Int64
            | Self::Uint32
            | Self::Uint64
            | Self::Sint32
            | Self::Sint64 => WireType::Varint,
        }
    }

    /// The number that `value` stands for; none when it is not encoded so.
    pub(crate) fn read(self, value: Wire<'_>) -> Option<i128> {
        match (self, value) {
            (Self::Int32 | Self::Int64, Wire::Varint(bits))
            | (Self::Sfixed64, Wire::Wide(bits)) => Some(bits.cast_signed().into()),
            (Self::Uint32 | Self::Uint64, Wire::Varint(bits))
            | (Self::Fixed64, Wire::Wide(bits)) => Some(bits.into()),
            (Self::Sint32 | Self::Sint64, Wire::Varint(bits)) => {
                Some(((bits >> 1).cast_signed() ^ -(bits & 1).cast_signed()).into())
            }
            (Self::Fixed32, Wire::Narrow(bits)) => Some(bits.into()),
            (Self::Sfixed32, Wire::Narrow(bits)) => Some(bits.cast_signed().into()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_were_meant() {
        let minus_two = (-2_i64).cast_unsigned();
        for (number, value, meant) in [
            (Number::Int32, Wire::Varint(minus_two), -2),
            (Number::Uint64, Wire::Varint(u64::MAX), i128::from(u64::MAX)),
            (Number::Sint64, Wire::Varint(3), -2),
            (Number::Sint32, Wire::Varint(4), 2),
            (Number::Sfixed64, Wire::Wide(minus_two), -2),
            (Number::Fixed32, Wire::Narrow(u32::MAX), i128::from(u32::MAX)),
        ] {
            assert_eq!(number.read(value), Some(meant), "{number:?}");
        }
        assert_eq!(Number::Int64.read(Wire::Bytes(&[])), None);
    }
}
