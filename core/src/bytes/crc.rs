//! CRC-32, as gzip and zip have it.
//!
//! Natively that is `crc32fast`, by the processor's carry-less multiplication. WebAssembly has none, and there to look up each byte in
//! a table takes longer than to inflate it; so what is long is made short first.

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use crc32fast::Hasher as Crc;
#[cfg(target_arch = "wasm32")]
pub(crate) use shortening::Shortening as Crc;

#[cfg(any(test, target_arch = "wasm32"))]
mod shortening {
    /// With `y` for `x^8`, `y^FAR + y^MIDDLE + y^NEAR + 1` is a multiple of the CRC's polynomial: added to a message anywhere, it leaves
    /// the CRC as it is. So a byte may be cleared if it is added to those that follow `FAR - MIDDLE`, `FAR - NEAR` and `FAR` bytes later,
    /// without any table ("Chorba", S. Russell, arXiv:2412.16398); and what begins with zeros may begin after them. Of the multiples
    /// of four terms it is the first one whose `MIDDLE` is below half of `FAR`.
    pub(super) const FAR: usize = 5807;
    pub(super) const MIDDLE: usize = 2567;
    pub(super) const NEAR: usize = 1101;

    /// What is cleared at once: no byte of it is added to another one of it.
    pub(super) const BLOCK: usize = (FAR - MIDDLE) / WORD * WORD;
    /// What is left at the end, at least as long as the polynomial.
    pub(super) const END: usize = FAR.next_multiple_of(WORD);
    const WORD: usize = size_of::<u128>();

    /// A CRC-32 whose long pieces are cleared from their beginning, until only the end is left to be looked up.
    #[derive(Clone, Default)]
    pub(crate) struct Shortening {
        crc: u32,
    }

    impl Shortening {
        pub(crate) fn new() -> Self {
            Self::default()
        }

        pub(crate) fn update(&mut self, piece: &[u8]) {
            /// Shorter ones are not worth it.
            const LEAST_BYTES: usize = 4 * FAR;
            self.crc = if piece.len() < LEAST_BYTES { looked_up(self.crc, piece) } else { shortened(self.crc, piece) };
        }

        pub(crate) fn finalize(self) -> u32 {
            self.crc
        }
    }

    fn looked_up(crc: u32, piece: &[u8]) -> u32 {
        let mut hasher = crc32fast::Hasher::new_with_initial(crc);
        hasher.update(piece);
        hasher.finalize()
    }

    /// Of a piece that is at least as long as the end.
    fn shortened(crc: u32, mut piece: &[u8]) -> u32 {
        // The last bytes that were cleared, as they were when they were, and room for the next ones.
        let mut cleared = [0; FAR + BLOCK];
        // What came before is in the register, which counts as added to the first four bytes.
        let mut register = !crc;
        while let Some((block, rest)) = piece.split_at_checked(BLOCK).filter(|(_, rest)| rest.len() >= END) {
            let (before, now) = cleared.split_at_mut(FAR);
            fold(now, block, before);
            for (byte, first) in now.iter_mut().zip(std::mem::take(&mut register).to_le_bytes()) {
                *byte ^= first;
            }
            cleared.copy_within(BLOCK.., 0);
            piece = rest;
        }
        let (_, none) = cleared.split_at_mut(FAR);
        none.fill(0);
        let mut sums = [0; END];
        let (end, rest) = piece.split_at(END);
        fold(&mut sums, end, &cleared);
        // Not as the beginning of a message, which a register of ones is, but after zeros.
        looked_up(looked_up(!0, &sums), rest)
    }

    /// What becomes of `bytes` by those that were cleared before them. By words: code that is to be small is not made to take more
    /// than one byte at once.
    fn fold(sums: &mut [u8], bytes: &[u8], before: &[u8]) {
        let [far, middle, near] = [0, MIDDLE, NEAR].map(|skipped| words(before.get(skipped..).unwrap_or_default()));
        let (sums, _) = sums.as_chunks_mut::<WORD>();
        for ((((sum, byte), far), middle), near) in sums.iter_mut().zip(words(bytes)).zip(far).zip(middle).zip(near) {
            *sum = (byte ^ far ^ middle ^ near).to_le_bytes();
        }
    }

    fn words(bytes: &[u8]) -> impl Iterator<Item = u128> {
        bytes.as_chunks().0.iter().map(|word| u128::from_le_bytes(*word))
    }
}

#[cfg(test)]
mod tests {
    use super::shortening::{BLOCK, END, FAR, MIDDLE, NEAR, Shortening};

    #[test]
    fn the_short_polynomial_is_a_multiple_of_the_long_one() {
        let power = |bytes: usize| {
            let times_x = |residue: u64| (residue << 1) ^ if residue >> 31 == 0 { 0 } else { 0x1_04c1_1db7 };
            (0..8 * bytes).fold(1, |residue, _| times_x(residue))
        };
        assert_eq!(power(FAR) ^ power(MIDDLE) ^ power(NEAR) ^ 1, 0);
    }

    #[test]
    fn long_and_short_pieces_have_the_same_sum() {
        let mut random = 1_u64;
        let content: Vec<u8> = std::iter::repeat_with(|| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (random >> 56) as u8
        })
        .take(1 << 18)
        .collect();
        // Lengths around every multiple of what is cleared at once, alone and one after the other.
        let (mut one, mut other) = (Shortening::new(), crc32fast::Hasher::new());
        for blocks in 0..12 {
            for length in (BLOCK * blocks..).take(3).chain((BLOCK * blocks + END - 1..).take(3)) {
                let piece = &content[length % 7..][..length];
                let mut alone = Shortening::new();
                alone.update(piece);
                assert_eq!(alone.finalize(), crc32fast::hash(piece), "{length} bytes");
                one.update(piece);
                other.update(piece);
            }
        }
        one.update(&content);
        other.update(&content);
        assert_eq!(one.finalize(), other.finalize());
    }
}
