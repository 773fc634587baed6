//! Short columns: each cell as its distance from the least one, in as many bits as the largest distance needs.
//!
//! ```text
//! bits of a cell u8 | bytes of the least one u8 | the least one, its high bytes left out | cells, the lowest bit first
//! ```
//!
//! A stream of the compressing library has its own tables at its head: for some dozens of cells they weigh more than
//! they save, and take longest to read.

/// How many bits a cell takes at most.
const WIDEST: u32 = u64::BITS;
/// Zeros after the cells, so that the last one is read as the others are.
const MARGIN: [u8; 16] = [0; 16];

/// Packs cells; nothing when there is none.
pub(in crate::sqlite) fn pack(cells: &[i64]) -> Vec<u8> {
    let (Some(least), Some(largest)) = (cells.iter().min(), cells.iter().max()) else {
        return Vec::new();
    };
    let bits = WIDEST - largest.abs_diff(*least).leading_zeros();
    let head = trimmed(*least);
    let mut data = vec![byte(bits), byte(head.len())];
    data.extend(head);

    let (mut open, mut filled) = (0_u128, 0);
    for cell in cells {
        open |= u128::from(cell.abs_diff(*least)) << filled;
        filled += bits;
        while filled >= u8::BITS {
            data.push(open.to_le_bytes()[0]);
            open >>= u8::BITS;
            filled -= u8::BITS;
        }
    }
    if filled > 0 {
        data.push(open.to_le_bytes()[0]);
    }
    data
}

/// Unpacks `count` cells; `None` when this is not what [`pack`] makes of so many.
pub(in crate::sqlite) fn unpack(data: &[u8], count: usize) -> Option<Vec<i64>> {
    let (&[bits, head], rest) = data.split_first_chunk()?;
    let (least, cells) = rest.split_at_checked(usize::from(head))?;
    let (least, width) = (untrimmed(least)?, usize::from(bits));
    let length = count.checked_mul(width)?.div_ceil(8);
    if u32::from(bits) > WIDEST || cells.len() != length {
        return None;
    }
    let mut unpacked = vec![least; count];
    if bits == 0 {
        return Some(unpacked);
    }
    let cells = [cells, &MARGIN].concat();
    let mask = u64::MAX >> (WIDEST - u32::from(bits));
    for (n, cell) in unpacked.iter_mut().enumerate() {
        let place = n * width;
        let around = u128::from_le_bytes(*cells[place / 8..].first_chunk()?);
        #[expect(clippy::cast_possible_truncation, reason = "what lies above is of later cells")]
        let distance = (around >> (place % 8)) as u64 & mask;
        // Only forged cells leave the range of numbers.
        *cell = cell.wrapping_add_unsigned(distance);
    }
    Some(unpacked)
}

/// The bytes of a number, the lowest first, without those that its sign tells.
fn trimmed(number: i64) -> Vec<u8> {
    let bytes = zigzag(number).to_le_bytes();
    let length = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    bytes[..length].to_vec()
}

fn untrimmed(bytes: &[u8]) -> Option<i64> {
    let mut whole = [0; 8];
    whole.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(unzigzag(u64::from_le_bytes(whole)))
}

/// Numbers near zero, of either sign, as small ones.
const fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)).cast_unsigned()
}

const fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

fn byte(number: impl TryInto<u8>) -> u8 {
    number.try_into().ok().expect("a cell has 64 bits, and 8 bytes")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn columns() -> impl Strategy<Value = Vec<i64>> {
        let cells = |of: std::ops::Range<i64>| prop::collection::vec(of, 1..100);
        prop_oneof![cells(0..2), cells(-1000..1000), cells(i64::MIN..i64::MAX)]
    }

    proptest! {
        #[test]
        fn cells_come_back(cells in columns()) {
            prop_assert_eq!(unpack(&pack(&cells), cells.len()), Some(cells));
        }

        #[test]
        fn forged_cells_never_panic(data in prop::collection::vec(any::<u8>(), 0..100), count in 0..200_usize) {
            let _ = unpack(&data, count);
        }
    }

    #[test]
    fn the_outermost_numbers_come_back() {
        for cells in [vec![i64::MIN, i64::MAX], vec![i64::MAX], vec![i64::MIN; 3], vec![-1, 0, 1]] {
            assert_eq!(unpack(&pack(&cells), cells.len()), Some(cells));
        }
    }

    #[test]
    fn cells_that_are_alike_take_none_of_the_room() {
        assert_eq!(pack(&[0; 96]), [0, 0]);
        assert_eq!(pack(&[-3; 96]), [0, 1, 5]);
    }
}
