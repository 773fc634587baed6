//! The meter's local time. Its letter says which offset of France is meant, so the hour that is there twice in
//! autumn is distinguished.

use domain::Instant;
use jiff::civil::DateTime;
use jiff::tz;

/// The instant of a time such as `E210423054022`: E for summer (UTC+2), H for winter (UTC+1), then `YYMMDDhhmmss`.
///
/// `None` when it is no such time, or when the meter writes the letter small or leaves it out because its own clock
/// is not to be trusted.
pub fn instant(stamp: &str) -> Option<Instant> {
    let (season, digits) = stamp.split_at_checked(1)?;
    let hours = match season {
        "E" => 2,
        "H" => 1,
        _ => return None,
    };
    if digits.len() != 12 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |at: usize| digits[at..at + 2].parse::<i8>().ok();
    let year = 2000 + i16::from(part(0)?);
    let civil = DateTime::new(year, part(2)?, part(4)?, part(6)?, part(8)?, part(10)?, 0).ok()?;
    tz::offset(hours).to_timestamp(civil).ok().map(Instant::from)
}
