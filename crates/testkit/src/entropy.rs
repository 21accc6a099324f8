//! Bytes for services under test: repeatable ones, and those of the machine.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use aws_lc_rs::digest;

/// Random-looking bytes that are the same for the same seed: SHA-256 over seed
/// and counter. Clones draw from one stream. Never a key.
#[derive(Debug, Clone)]
pub struct SeededEntropy {
    seed: [u8; 32],
    counter: Arc<AtomicU64>,
}

/// The bytes of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsEntropy;

impl SeededEntropy {
    /// The stream of this seed, from its start.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed: sha256(&seed.to_be_bytes()), counter: Arc::default() }
    }

    /// Fills with the next bytes of the stream.
    pub fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let count = self.counter.fetch_add(1, Ordering::SeqCst);
            let block = sha256(&[&self.seed[..], &count.to_be_bytes()].concat());
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }

    /// The next bytes of the stream.
    #[must_use]
    pub fn array<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }
}

impl OsEntropy {
    /// Fills with fresh bytes.
    ///
    /// # Panics
    /// When the operating system has none.
    pub fn fill(&self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).expect("the operating system has random bytes");
    }

    /// Fresh bytes.
    #[must_use]
    pub fn array<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_itself_and_no_other() {
        let one = SeededEntropy::new(1);
        let again = SeededEntropy::new(1);
        let first: [u8; 40] = one.array();
        assert_eq!(first, again.array::<40>());
        assert_ne!(first, one.clone().array::<40>());
        assert_ne!(first, SeededEntropy::new(2).array::<40>());
        assert_ne!(OsEntropy.array::<16>(), OsEntropy.array::<16>());
    }
}
