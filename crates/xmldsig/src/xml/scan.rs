//! Looking for octets, eight at a time: most of a message is text that nobody stops at.
//!
//! A class of octets is a function from eight of them to their marks: the highest bit of each
//! that belongs to it. Marks are exact for every octet, so classes can be joined (`|`) and
//! taken away from each other (`& !`).

/// Where the first octet of a class stands.
#[inline]
pub(crate) fn find(octets: &[u8], class: impl Fn(u64) -> u64) -> Option<usize> {
    let (words, tail) = octets.as_chunks();
    let first = |marks: u64| marks.trailing_zeros() as usize / 8;
    for (at, word) in words.iter().enumerate() {
        let marks = class(u64::from_le_bytes(*word));
        if marks != 0 {
            return Some(at * 8 + first(marks));
        }
    }
    let at = first(class(padded(tail)));
    (at < tail.len()).then_some(octets.len() - tail.len() + at)
}

/// Whether any octet of a class stands there; quicker than [`find`] where there is none.
#[inline]
pub(crate) fn any(octets: &[u8], class: impl Fn(u64) -> u64) -> bool {
    let (words, tail) = octets.as_chunks();
    let marks = words.iter().fold(0, |marks, word| marks | class(u64::from_le_bytes(*word)));
    // What is left over is looked at together with some of what stands before it.
    let last = octets.last_chunk().map_or_else(|| padded(tail), |last| u64::from_le_bytes(*last));
    marks | class(last) != 0
}

/// Whether any octet of a class stands there, sixteen at a time. The class is told octet by
/// octet and without a branch, so that the compiler can put it to all sixteen at once.
#[inline]
pub(crate) fn any_octet(octets: &[u8], class: impl Fn(u8) -> bool) -> bool {
    let Some(&first) = octets.first() else {
        return false;
    };
    let mut found = [0_u8; 16];
    let mut look = |block: &[u8; 16]| {
        found.iter_mut().zip(block).for_each(|(found, &octet)| *found |= u8::from(class(octet)));
    };
    octets.as_chunks().0.iter().for_each(&mut look);
    if let Some(last) = octets.last_chunk() {
        // What is left over is looked at together with some of what stands before it.
        look(last);
    } else {
        let mut few = [first; 16];
        few.iter_mut().zip(octets).for_each(|(to, from)| *to = *from);
        look(&few);
    }
    found != [0; 16]
}

/// The class of one octet.
#[inline]
pub(crate) const fn is(word: u64, octet: u8) -> u64 {
    zero(word ^ (EACH * octet as u64))
}

/// The class of two octets that differ in one bit.
#[inline]
pub(crate) const fn either(word: u64, one: u8, other: u8) -> u64 {
    debug_assert!((one ^ other).is_power_of_two(), "other octets would belong to the class, too");
    is(word | (EACH * (one ^ other) as u64), one | other)
}

/// The class of the octets under a space: tabs, line ends, and what is not XML at all.
#[inline]
pub(crate) const fn under_space(word: u64) -> u64 {
    zero(word & (EACH * 0xE0))
}

/// Marks the octets that are zero. The sum carries into the highest bit of each other one, and
/// never beyond.
const fn zero(word: u64) -> u64 {
    !(((word & !HIGHEST) + !HIGHEST) | word) & HIGHEST
}

/// Fewer than eight octets, filled up with one that no class holds that is looked for.
fn padded(tail: &[u8]) -> u64 {
    let mut word = [b'x'; 8];
    word.iter_mut().zip(tail).for_each(|(to, from)| *to = *from);
    u64::from_le_bytes(word)
}

const EACH: u64 = 0x0101_0101_0101_0101;
const HIGHEST: u64 = 0x80 * EACH;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_exact_for_every_octet_beside_every_other() {
        for first in 0..=255_u8 {
            for second in 0..=255_u8 {
                let word = u64::from_le_bytes([b'x', first, second, b'x', b'x', b'x', second, first]);
                let marks = |belongs: &dyn Fn(u8) -> bool| {
                    let marks = word.to_le_bytes().map(|octet| if belongs(octet) { 0x80 } else { 0 });
                    u64::from_le_bytes(marks)
                };
                assert_eq!(under_space(word), marks(&|octet| octet < 0x20));
                for (one, other) in [(b'<', b'>'), (b'"', b'&'), (b'\'', b'&')] {
                    assert_eq!(either(word, one, other), marks(&|octet| octet == one || octet == other));
                }
                for wanted in [0, b'\t', b'<', 0x7F, 0x80, 0xEF, 0xFF, first] {
                    assert_eq!(is(word, wanted), marks(&|octet| octet == wanted));
                }
            }
        }
    }

    #[test]
    fn the_first_is_found_wherever_it_stands() {
        for length in 0..40 {
            let mut octets = vec![b'a'; length];
            assert_eq!(find(&octets, |word| is(word, b'<')), None);
            assert!(!any(&octets, |word| is(word, b'<')));
            assert!(!any_octet(&octets, |octet| octet == b'<'));
            for at in (0..length).rev() {
                octets[at] = b'<';
                assert_eq!(find(&octets, |word| is(word, b'<')), Some(at));
                assert!(any(&octets, |word| is(word, b'<')));
                assert!(any_octet(&octets, |octet| octet == b'<'));
                octets[at] = b'a';
            }
            for at in (0..length).rev() {
                octets[at] = b'<';
            }
        }
    }
}
