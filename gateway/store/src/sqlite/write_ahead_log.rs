//! A look at SQLite's write-ahead log before SQLite takes it up after a crash. SQLite stops at the first frame whose checksum
//! differs, as after a power cut, and says nothing; whole commits behind it show that it was written and then damaged.
//!
//! The format is that of <https://sqlite.org/fileformat2.html#walformat>.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::settings::FILE;

const HEADER_LEN: usize = 32;
const FRAME_HEADER_LEN: usize = 24;
/// In the lowest bit: whether checksums are of big-endian words.
const MAGIC: u32 = 0x377f_0682;
/// How many damaged logs are kept.
const KEPT_AT_MOST: u32 = 4;

/// Damage of a write-ahead log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Damage {
    /// Byte at which the first frame begins that cannot be read.
    at: usize,
    /// Number of commits from there on, which SQLite passes over.
    commits: usize,
}

/// Keeps a copy of the log of the store in `folder`, when SQLite would pass over commits in it, and says so.
pub(super) fn keep_if_damaged(folder: &Path) {
    let path = folder.join(format!("{FILE}-wal"));
    let Ok(bytes) = fs::read(&path) else { return };
    let Some(Damage { at, commits }) = damage(&bytes) else { return };
    let path = path.display();
    metrics::counter!("vigie_store_log_damaged_total").increment(1);
    match keep(folder, &bytes) {
        Ok(kept) => tracing::error!(
            at,
            commits,
            kept = kept.map(|it| it.display().to_string()),
            "the write-ahead log {path} is damaged: the commits behind are lost; look at the disk with `vigie doctor`"
        ),
        Err(error) => tracing::error!(
            at, commits, %error,
            "the write-ahead log {path} is damaged: the commits behind are lost, and there is no room to keep it"
        ),
    }
}

/// The damaged logs of earlier starts that were kept in `folder`.
pub(super) fn kept(folder: &Path) -> impl Iterator<Item = PathBuf> + use<'_> {
    (1..=KEPT_AT_MOST).map(|number| folder.join(format!("{FILE}-wal.damaged-{number}")))
}

fn keep(folder: &Path, bytes: &[u8]) -> io::Result<Option<PathBuf>> {
    for path in kept(folder) {
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(mut file) => {
                file.write_all(bytes).and_then(|()| file.sync_all())?;
                return Ok(Some(path));
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// Damage of a log: none where it is whole, or cut within its last commit as a power cut does.
fn damage(bytes: &[u8]) -> Option<Damage> {
    let header = bytes.get(..HEADER_LEN)?;
    let big_endian = match word(header, 0) ^ MAGIC {
        0 => false,
        1 => true,
        // It is no log, or the first word of one that is damaged; the version stands behind it.
        _ => word(header, 4) == 3_007_000 && word(header, 0) & 1 == 1,
    };
    let page =
        usize::try_from(word(header, 8)).ok().filter(|page| (512..=65_536).contains(page))?;
    let mut sum = checksum([0, 0], &header[..24], big_endian);
    let is_sound = word(header, 0) & !1 == MAGIC && sum == [word(header, 24), word(header, 28)];
    let frames = bytes[HEADER_LEN..].chunks_exact(FRAME_HEADER_LEN + page);
    // Frames of an earlier round stand behind the last one and have other salts.
    let salts = if is_sound {
        header[16..24].to_vec()
    } else {
        frames.clone().next()?.get(8..16)?.to_vec()
    };
    let mut damage = (!is_sound).then_some(Damage { at: 0, commits: 0 });
    for (nr, frame) in frames.enumerate() {
        let is_ours = frame[8..16] == salts;
        if damage.is_none() {
            let next = checksum(sum, &frame[..8], big_endian);
            sum = checksum(next, &frame[FRAME_HEADER_LEN..], big_endian);
            if is_ours && sum == [word(frame, 16), word(frame, 20)] {
                continue;
            }
            let at = HEADER_LEN + nr * (FRAME_HEADER_LEN + page);
            damage = Some(Damage { at, commits: 0 });
        }
        if let Some(damage) = &mut damage {
            damage.commits += usize::from(is_ours && word(frame, 4) != 0);
        }
    }
    // One may be the last, which a power cut left without a part of its frames.
    damage.filter(|it| it.commits > 1)
}

fn checksum(mut sum: [u32; 2], bytes: &[u8], big_endian: bool) -> [u32; 2] {
    for pair in bytes.chunks_exact(8) {
        let read = |at| if big_endian { word(pair, at) } else { word(pair, at).swap_bytes() };
        sum[0] = sum[0].wrapping_add(read(0)).wrapping_add(sum[1]);
        sum[1] = sum[1].wrapping_add(read(4)).wrapping_add(sum[0]);
    }
    sum
}

/// The big-endian word at this byte.
fn word(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |word| u32::from_be_bytes(*word))
}
