//! CBOR written in CTAP2's canonical form, item by item, so that tests can also
//! put together what is not canonical.

/// An integer.
#[must_use]
pub fn integer(value: i64) -> Vec<u8> {
    if value < 0 { head(1, (-1 - value).unsigned_abs()) } else { head(0, value.unsigned_abs()) }
}

/// A byte string.
#[must_use]
pub fn bytes(value: &[u8]) -> Vec<u8> {
    [head(2, value.len() as u64), value.to_vec()].concat()
}

/// A text string.
#[must_use]
pub fn text(value: &str) -> Vec<u8> {
    [head(3, value.len() as u64), value.as_bytes().to_vec()].concat()
}

/// An array of encoded items.
#[must_use]
pub fn array(items: &[Vec<u8>]) -> Vec<u8> {
    [head(4, items.len() as u64), items.concat()].concat()
}

/// A map of encoded keys and values, in the order given.
#[must_use]
pub fn map(entries: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let mut map = head(5, entries.len() as u64);
    for (key, value) in entries {
        map.extend(key);
        map.extend(value);
    }
    map
}

fn head(major: u8, argument: u64) -> Vec<u8> {
    let bytes = argument.to_be_bytes();
    let (info, width) = match argument {
        0..24 => return vec![major << 5 | bytes[7]],
        24..0x100 => (24, 1),
        0x100..0x1_0000 => (25, 2),
        0x1_0000..0x1_0000_0000 => (26, 4),
        _ => (27, 8),
    };
    [&[major << 5 | info], &bytes[8 - width..]].concat()
}
