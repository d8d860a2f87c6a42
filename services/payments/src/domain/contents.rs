//! What an envelope contains, in one number.

/// The sum of the keyed hashes of an envelope's instructions, modulo 2^256: the same whatever their
/// order, and nobody without the key finds two sets of instructions with one sum. Adding a million
/// instructions bit by bit costs no second reading of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contents([u8; 32]);

impl Contents {
    /// Adds an instruction by its digest.
    pub fn add(&mut self, digest: &[u8; 32]) {
        let mut carry = 0;
        for (sum, byte) in self.0.iter_mut().zip(digest).rev() {
            let whole = u16::from(*sum) + u16::from(*byte) + carry;
            carry = whole >> 8;
            *sum = whole.to_be_bytes()[1];
        }
    }

    /// The number, as the database keeps it.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for Contents {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_does_not_matter_and_each_instruction_does() {
        let (one, two) = ([0xff; 32], [0x81; 32]);
        let sum = |digests: &[[u8; 32]]| {
            let mut contents = Contents::default();
            for digest in digests {
                contents.add(digest);
            }
            contents
        };
        assert_eq!(sum(&[one, two, one]), sum(&[one, one, two]));
        assert_ne!(sum(&[one, two]), sum(&[one, one]));
        assert_eq!(sum(&[one, one]).bytes()[31], 0xfe);
        assert_eq!(sum(&[one, one]).bytes()[30], 0xff);
    }
}
