//! Attributes and accesses on the wire.

use rangkai_primitives::Sensitive;
use rangkai_proto::identity::v1 as wire;

use crate::domain::{Access, AccessKind, Attribute, Disclosed, Purpose};

/// The attribute that a number stands for; none where the contract's check refuses it anyway.
pub fn read_attribute(number: i32) -> Option<Attribute> {
    match wire::Attribute::try_from(number).ok()? {
        wire::Attribute::Unspecified => None,
        wire::Attribute::Nik => Some(Attribute::Nik),
        wire::Attribute::FamilyCardNumber => Some(Attribute::FamilyCardNumber),
        wire::Attribute::Name => Some(Attribute::Name),
        wire::Attribute::BirthDate => Some(Attribute::BirthDate),
        wire::Attribute::Address => Some(Attribute::Address),
        wire::Attribute::RegionCode => Some(Attribute::RegionCode),
    }
}

impl From<Attribute> for wire::Attribute {
    fn from(attribute: Attribute) -> Self {
        match attribute {
            Attribute::Nik => Self::Nik,
            Attribute::FamilyCardNumber => Self::FamilyCardNumber,
            Attribute::Name => Self::Name,
            Attribute::BirthDate => Self::BirthDate,
            Attribute::Address => Self::Address,
            Attribute::RegionCode => Self::RegionCode,
        }
    }
}

impl From<AccessKind> for wire::AccessKind {
    fn from(kind: AccessKind) -> Self {
        match kind {
            AccessKind::Resolved => Self::Resolved,
            AccessKind::Matched => Self::Matched,
            AccessKind::AgeProven => Self::AgeProven,
            AccessKind::Read => Self::Read,
            AccessKind::Imported => Self::Imported,
        }
    }
}

impl From<Access> for wire::Access {
    fn from(access: Access) -> Self {
        let attributes = access.attributes.into_iter();
        Self {
            access_id: access.id.to_string(),
            agency: access.agency.to_string(),
            kind: wire::AccessKind::from(access.kind).into(),
            attributes: attributes.map(|it| wire::Attribute::from(it).into()).collect(),
            purpose: access.purpose.map(wire::Purpose::from),
            time: Some(rangkai_proto::time(access.time)),
        }
    }
}

impl From<Purpose> for wire::Purpose {
    fn from(purpose: Purpose) -> Self {
        Self {
            name: purpose.name,
            legal_basis: purpose.legal_basis,
            case_id: purpose.case.to_string(),
        }
    }
}

impl From<Disclosed> for wire::PersonAttributes {
    fn from(disclosed: Disclosed) -> Self {
        Self {
            nik: disclosed.nik.map(|nik| nik.reveal().to_owned()),
            family_card_number: disclosed.family_card_number.map(Sensitive::into_inner),
            name: disclosed.name.map(Sensitive::into_inner),
            birth_date: disclosed.birth_date.map(|it| rangkai_proto::date(it.into_inner())),
            address: disclosed.address.map(Sensitive::into_inner),
            region_code: disclosed.region_code.map(Sensitive::into_inner),
        }
    }
}
