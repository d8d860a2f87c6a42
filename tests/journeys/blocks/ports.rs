//! Ports that a program finds free again after it was killed.

use std::{
    net::TcpListener,
    sync::atomic::{AtomicU16, Ordering},
};

use uuid::Uuid;

/// Below the ports that the system lends to clients: nobody takes one of these by chance.
const FIRST: u16 = 12_000;
const COUNT: u16 = 18_000;

/// A free port that this process hands out once.
pub(super) fn free() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(u16::MAX);
    let random = || u16::try_from(Uuid::now_v7().as_u128() % u128::from(COUNT)).unwrap();
    // Only the first of this process chooses where to begin.
    let _ = NEXT.compare_exchange(u16::MAX, random(), Ordering::Relaxed, Ordering::Relaxed);
    for _ in 0..COUNT {
        let place = NEXT.fetch_add(1, Ordering::Relaxed) % COUNT;
        if TcpListener::bind(("127.0.0.1", FIRST + place)).is_ok() {
            return FIRST + place;
        }
    }
    panic!("no port is free")
}
