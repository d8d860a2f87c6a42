//! Which addresses are public, and networks that are allowed all the same.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// IPv4 networks that are not public, by the registry of special-purpose addresses (RFC 6890 and
/// what was added since), multicast and the former class E included.
const SPECIAL_V4: [(Ipv4Addr, u32); 17] = [
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 31, 196, 0), 24),
    (Ipv4Addr::new(192, 52, 193, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(192, 175, 48, 0), 24),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 3),
];

/// The only part of IPv6 that is given out to be reached from everywhere. What lies outside, such
/// as mapped IPv4, NAT64, unique local, link-local and multicast addresses, is not public.
const GLOBAL_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// The networks inside it that are not public: protocols (Teredo among them), documentation, 6to4.
const SPECIAL_V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Says whether `address` can be reached from everywhere, and so belongs to nobody's inside.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|(base, bits)| v4_in(address, *base, *bits)),
        IpAddr::V6(address) => {
            v6_in(address, GLOBAL_V6.0, GLOBAL_V6.1)
                && !SPECIAL_V6.iter().any(|(base, bits)| v6_in(address, *base, *bits))
        }
    }
}

/// A network that the operator lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Network {
    base: IpAddr,
    bits: u32,
}

impl Network {
    /// Reads `10.20.0.0/16`, or one address.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (base, bits) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
        let base: IpAddr = base.parse().ok()?;
        let longest = if base.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Some(longest), |bits| bits.parse().ok())?;
        (bits <= longest).then_some(Self { base, bits })
    }

    /// Says whether `address` lies inside. An IPv4 address that is written as IPv6 does not.
    pub(crate) fn holds(&self, address: IpAddr) -> bool {
        match (address, self.base) {
            (IpAddr::V4(address), IpAddr::V4(base)) => v4_in(address, base, self.bits),
            (IpAddr::V6(address), IpAddr::V6(base)) => v6_in(address, base, self.bits),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

fn v4_in(address: Ipv4Addr, base: Ipv4Addr, bits: u32) -> bool {
    // Shifted by all of its bits, everything is equal: the network of length 0.
    let network = |address: Ipv4Addr| address.to_bits().checked_shr(32 - bits);
    network(address) == network(base)
}

fn v6_in(address: Ipv6Addr, base: Ipv6Addr, bits: u32) -> bool {
    let network = |address: Ipv6Addr| address.to_bits().checked_shr(128 - bits);
    network(address) == network(base)
}
