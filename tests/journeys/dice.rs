//! Chance that can be had again: by its seed.

use uuid::Uuid;

/// The variable that brings an earlier run's chance back.
const SEED: &str = "RANGKAI_SEED";

/// A sequence of numbers that its seed decides (`SplitMix64`).
pub(crate) struct Dice(u64);

impl Dice {
    /// New dice, or those of `RANGKAI_SEED`; prints the seed.
    pub(crate) fn thrown() -> Self {
        let given = std::env::var_os(SEED).map(|seed| seed.to_str().and_then(|it| it.parse().ok()));
        let seed = match given {
            Some(seed) => seed.expect("the seed is a number"),
            None => Uuid::now_v7().as_u64_pair().1,
        };
        println!("{SEED}={seed}");
        Self(seed)
    }

    /// Dice for somebody else, who throws them whenever it suits.
    pub(crate) fn others(&mut self) -> Self {
        Self(u64::try_from(self.below(usize::MAX)).unwrap())
    }

    /// The next number, at least 0 and below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let end = u64::try_from(end).unwrap();
        usize::try_from((mixed ^ (mixed >> 31)) % end).unwrap()
    }
}
