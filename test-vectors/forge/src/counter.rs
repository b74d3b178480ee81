//! Values that look random and are the same each time: hashes of a seed and a counter.

use sha2::{Digest as _, Sha256};

/// A source of such values.
pub struct Counter {
    seed: String,
    count: u64,
}

impl Counter {
    /// A source of its own for each seed.
    pub fn new(seed: impl Into<String>) -> Self {
        Self { seed: seed.into(), count: 0 }
    }

    /// The next 32 bytes.
    fn block(&mut self) -> [u8; 32] {
        self.count += 1;
        Sha256::digest(format!("{} {}", self.seed, self.count)).into()
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        let block = self.block();
        usize::from(u16::from_le_bytes([block[0], block[1]])) % limit
    }

    /// One of several.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// Text over an alphabet.
    pub fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        let block = self.block();
        (0..length).map(|n| char::from(alphabet[usize::from(block[n]) % alphabet.len()])).collect()
    }

    /// The 16 characters at the end of a log's file name.
    pub fn unique(&mut self) -> String {
        self.text(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 16)
    }

    /// A GUID.
    pub fn guid(&mut self) -> String {
        let hex = hex::encode(&self.block()[..16]);
        format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
    }
}
