//! Passwords: how long they must be, and how they are kept and compared.

use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{Output, PasswordHash, PasswordHasher as _, Salt, SaltString};
use argon2::{Algorithm, Argon2, Block, Params, Version};

/// Length matters more than signs: a short sentence is easy to keep in mind and hard to guess.
const SHORTEST: usize = 12;
/// A hash works through all of it.
const LONGEST: usize = 256;

/// A password that may be given to an account. It never shows.
pub struct Password(String);

/// Why a text cannot be a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a password has {SHORTEST} to {LONGEST} characters; a short sentence does well")]
pub struct InvalidPassword;

impl TryFrom<String> for Password {
    type Error = InvalidPassword;

    fn try_from(text: String) -> Result<Self, InvalidPassword> {
        let length = text.chars().count();
        let is_one_sign = text.chars().all(|c| text.starts_with(c));
        if (SHORTEST..=LONGEST).contains(&length) && !is_one_sign {
            Ok(Self(text))
        } else {
            Err(InvalidPassword)
        }
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password")
    }
}

/// KiB that a hash goes through, and how often. Of the pairs that OWASP recommends as equally hard to break this one takes
/// least memory, which a Pi has less of than time.
const MEMORY_KIB: u32 = 7 * 1024;
const PASSES: u32 = 5;

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).expect("within the library's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// argon2id, in the PHC format.
pub(super) fn hash(password: &Password) -> String {
    let salt = SaltString::generate(&mut OsRng);
    let hash = argon2().hash_password(password.0.as_bytes(), &salt);
    hash.expect("the parameters are the library's own").to_string()
}

/// Salt of the hash that is made where there is no account, only for the time it takes.
const SALT_OF_NOBODY: &[u8] = b"nobody at all";
/// Signs of a hash at most.
const LONGEST_HASH: usize = Output::MAX_LENGTH;

/// Memory in which passwords are compared: as much as one hash takes, from the first time on. It is kept: given back and
/// asked for anew on another thread each time, it would grow to many times as much.
#[derive(Default)]
pub(super) struct Workspace(Vec<Block>);

impl Workspace {
    /// Whether `password` is the one of which the hash was made. Without a hash it takes as long, so that time tells no
    /// names.
    pub(super) fn fits(&mut self, hash_of_account: Option<&str>, password: &str) -> bool {
        if password.len() > 4 * LONGEST {
            return false;
        }
        let Some(text) = hash_of_account else {
            let mut out = [0; Params::DEFAULT_OUTPUT_LEN];
            self.fill(&argon2(), password, SALT_OF_NOBODY, &mut out);
            return false;
        };
        PasswordHash::new(text).is_ok_and(|hash| self.compare(&hash, password) == Some(true))
    }

    /// `None` when the hash is not one of this library.
    fn compare(&mut self, hash: &PasswordHash<'_>, password: &str) -> Option<bool> {
        let algorithm = Algorithm::try_from(hash.algorithm).ok()?;
        let version = Version::try_from(hash.version?).ok()?;
        let params = Params::try_from(hash).ok()?;
        let mut salt = [0; Salt::MAX_LENGTH];
        let salt = hash.salt?.decode_b64(&mut salt).ok()?;
        let (expected, mut made) = (hash.hash?, [0; LONGEST_HASH]);
        let made = made.get_mut(..expected.len())?;
        let argon2 = Argon2::new(algorithm, version, params);
        // Outputs are compared in a time that does not tell where they differ.
        Some(self.fill(&argon2, password, salt, made) && Output::new(made).ok()? == expected)
    }

    fn fill(&mut self, argon2: &Argon2<'_>, password: &str, salt: &[u8], out: &mut [u8]) -> bool {
        let blocks = argon2.params().block_count();
        if self.0.len() < blocks {
            self.0.resize(blocks, Block::new());
        }
        let made = argon2.hash_password_into_with_memory(
            password.as_bytes(),
            salt,
            out,
            self.0.as_mut_slice(),
        );
        made.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_enough_and_not_one_letter_over_and_over() {
        for bad in ["", "court", "aaaaaaaaaaaaaaaa", &"x1".repeat(200)] {
            assert_eq!(Password::try_from(bad.to_owned()).err(), Some(InvalidPassword), "{bad}");
        }
        let good = Password::try_from("le chat dort ici".to_owned()).unwrap();
        assert_eq!(format!("{good:?}"), "Password");
    }

    #[test]
    fn one_memory_serves_all_comparisons_one_after_the_other() {
        let hash = hash(&Password("le chat dort ici".to_owned()));
        let mut workspace = Workspace::default();
        assert!(workspace.fits(Some(&hash), "le chat dort ici"));
        assert!(!workspace.fits(Some(&hash), "le chat dort la"));
        assert!(!workspace.fits(None, "le chat dort ici"));
        assert!(!workspace.fits(Some("$argon2id$nothing"), "le chat dort ici"));
        assert!(workspace.fits(Some(&hash), "le chat dort ici"));
        assert_eq!(workspace.0.len(), argon2().params().block_count());
    }

    #[test]
    fn a_hash_with_other_parameters_as_earlier_versions_made_still_fits() {
        let salt = SaltString::generate(&mut OsRng);
        let earlier =
            Argon2::default().hash_password(b"le chat dort ici", &salt).unwrap().to_string();
        assert!(earlier.contains("m=19456,t=2,p=1"), "{earlier}");
        let mut workspace = Workspace::default();
        assert!(workspace.fits(Some(&earlier), "le chat dort ici"));
        assert!(!workspace.fits(Some(&earlier), "le chat dort la"));
    }
}
