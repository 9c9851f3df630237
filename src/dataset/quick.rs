//! A hash for what nobody gains by making two of their own texts' hashes the same.

use std::hash::{BuildHasherDefault, Hash, Hasher};

/// A hash that takes eight bytes at a time, by multiplying and folding the product as wyhash does (Wang Yi, "Modern
/// non-cryptographic hash function and pseudorandom number generator", 2020): the same on every machine. A whole dataset is
/// hashed at each start.
pub(crate) struct Quick(u64);

/// For maps and sets.
pub(crate) type BuildQuick = BuildHasherDefault<Quick>;

/// Odd, and with as many ones as zeros.
const FIRST: u64 = 0x9e37_79b9_7f4a_7c15;
const OTHER: u64 = 0xe703_7ed1_a0b4_28db;

/// The hash of a value.
pub(crate) fn quick(value: impl Hash) -> u64 {
    let mut hasher = Quick::default();
    value.hash(&mut hasher);
    hasher.finish()
}

impl Default for Quick {
    fn default() -> Self {
        Self(FIRST)
    }
}

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.write_u64(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            let last = rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
            self.write_u64(last ^ (rest.len() as u64) << 56);
        }
    }

    fn write_u64(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word) * u128::from(OTHER);
        #[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
        let folded = product as u64 ^ (product >> 64) as u64;
        self.0 = folded.wrapping_add(FIRST).rotate_left(23);
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn write_u8(&mut self, number: u8) {
        self.write_u64(number.into());
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_two_of_many_texts_have_the_same_hash() {
        let texts = (0..200_000).map(|number| format!("Record {number}"));
        let hashes: HashSet<u64> = texts.flat_map(|text| [quick((&text, "")), quick(("", &text))]).collect();
        assert_eq!(hashes.len(), 400_000);
        assert_ne!(quick("a\0"), quick("a"));
        assert_ne!(quick(("ab", "c")), quick(("a", "bc")));
    }
}
