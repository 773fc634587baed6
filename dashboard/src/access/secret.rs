//! Secrets that nobody guesses, from the system's own source.

use std::fmt::Write as _;

use argon2::password_hash::rand_core::{OsRng, RngCore as _};

/// 256 random bits.
pub(super) fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    OsRng.fill_bytes(&mut bytes);
    bytes
}

/// 256 random bits in hexadecimal.
pub(super) fn secret() -> String {
    random().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing into a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
