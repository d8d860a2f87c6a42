//! Which addresses count as public.

use crate::address::{Network, is_public};

#[test]
fn what_belongs_to_somebodys_inside_is_not_public() {
    let inside = [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::a00:1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:2::1",
        "2001:10::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ];
    for address in inside {
        assert!(!is_public(address.parse().unwrap()), "{address}");
    }
}

#[test]
fn what_can_be_reached_from_everywhere_is_public() {
    let outside = [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.167.255.255",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2001:200::1",
        "2404:6800:4003::1",
        "2606:4700::1111",
    ];
    for address in outside {
        assert!(is_public(address.parse().unwrap()), "{address}");
    }
}

#[test]
fn a_network_holds_its_own_family_alone() {
    let holds = |network: &str, address: &str| {
        Network::parse(network).unwrap().holds(address.parse().unwrap())
    };

    assert!(holds("10.20.0.0/16", "10.20.255.1") && !holds("10.20.0.0/16", "10.21.0.1"));
    assert!(holds("127.0.0.1", "127.0.0.1") && !holds("127.0.0.1", "127.0.0.2"));
    assert!(holds("0.0.0.0/0", "192.168.0.1") && holds("fd00::/8", "fd12::1"));
    assert!(!holds("127.0.0.0/8", "::ffff:127.0.0.1") && !holds("::/0", "127.0.0.1"));
    for wrong in ["", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "bank.example"] {
        assert_eq!(Network::parse(wrong), None, "{wrong}");
    }
}
