//! Keyed hashes: whoever does not know the key can neither make one nor tell what it was made of.

use blake2::digest::Mac as _;
use blake2::{Blake2s256, Blake2sMac256, Digest as _};

use super::secret::random;

/// Key of keyed hashes.
pub(super) struct MacKey([u8; 32]);

impl MacKey {
    /// A key that lasts as long as the program.
    pub(super) fn of_this_run() -> Self {
        Self(random())
    }

    /// The key that follows from a secret text, the same after each start.
    pub(super) fn from_secret(secret: &str) -> Self {
        Self(Blake2s256::digest(secret).into())
    }

    /// Keyed hash of some texts.
    pub(super) fn tag(&self, parts: &[&str]) -> [u8; 32] {
        self.hash(parts).finalize().into_bytes().into()
    }

    /// Whether this is the keyed hash of these texts; it takes as long for any wrong one.
    pub(super) fn fits(&self, parts: &[&str], tag: &[u8]) -> bool {
        self.hash(parts).verify_slice(tag).is_ok()
    }

    fn hash(&self, parts: &[&str]) -> Blake2sMac256 {
        let mut hash = Blake2sMac256::new(&self.0.into());
        for part in parts {
            // With its length before it, a text cannot be taken for the end of another.
            hash.update(&(part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        hash
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyed_hash_fits_its_own_texts_and_key_only() {
        let key = MacKey::from_secret("a");
        let tag = key.tag(&["marie", "x"]);
        assert!(key.fits(&["marie", "x"], &tag));
        assert!(!key.fits(&["mari", "ex"], &tag));
        assert!(!key.fits(&["marie", "x"], &tag[..31]));
        assert!(!MacKey::from_secret("b").fits(&["marie", "x"], &tag));
        assert!(!MacKey::of_this_run().fits(&["marie", "x"], &tag));
    }
}
