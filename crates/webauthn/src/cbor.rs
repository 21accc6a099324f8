//! A look over CBOR before any library decodes it, and the few readers that we
//! need ourselves.
//!
//! CTAP2 writes one canonical form; whatever deviates from it in a way that two
//! readers could read differently (indefinite lengths, longer heads than
//! needed, a key twice) is refused, as are tags, floats and depth (T078). The
//! order of keys is not asked for: some authenticators get it wrong, and no
//! reader minds.

/// What is wrong with a piece of CBOR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CborError {
    /// It ends within an item.
    #[error("it ends within an item")]
    Truncated,
    /// Something stands behind the item.
    #[error("something stands behind it")]
    Trailing,
    /// It is nested deeper than 8.
    #[error("it is nested deeper than 8")]
    TooDeep,
    /// An array or map has more than 64 entries.
    #[error("it has more than 64 entries")]
    TooMany,
    /// A length or number is not written in its shortest form.
    #[error("a number is not in its shortest form")]
    NotShortest,
    /// Indefinite lengths, tags, floats and simple values other than `false`,
    /// `true` and `null`.
    #[error("it uses what CTAP2 does not")]
    Unsupported,
    /// A map has a key twice.
    #[error("a map has a key twice")]
    DuplicateKey,
    /// A text is not UTF-8.
    #[error("a text is not UTF-8")]
    NotUtf8,
    /// An item is not of the type that stands here.
    #[error("an item is not of the type that belongs here")]
    WrongType,
}

/// The length of the first item of `bytes`, everything within it checked.
pub(crate) fn item_length(bytes: &[u8]) -> Result<usize, CborError> {
    let mut reader = Reader { bytes, at: 0 };
    reader.skip(0)?;
    Ok(reader.at)
}

/// A raw key and its raw value.
pub(crate) type Entry<'b> = (&'b [u8], &'b [u8]);

/// The entries of a map that fills `bytes`.
pub(crate) fn map(bytes: &[u8]) -> Result<Vec<Entry<'_>>, CborError> {
    if item_length(bytes)? != bytes.len() {
        return Err(CborError::Trailing);
    }
    let mut reader = Reader { bytes, at: 0 };
    let (major, count) = reader.head()?;
    if major != MAP {
        return Err(CborError::WrongType);
    }
    (0..count).map(|_| Ok((reader.raw(1)?, reader.raw(1)?))).collect()
}

/// A byte string that fills `item`.
pub(crate) fn byte_string(item: &[u8]) -> Result<&[u8], CborError> {
    string(item, BYTES)
}

/// A text string that fills `item`.
pub(crate) fn text(item: &[u8]) -> Result<&str, CborError> {
    std::str::from_utf8(string(item, TEXT)?).map_err(|_| CborError::NotUtf8)
}

/// An integer that fills `item`.
pub(crate) fn integer(item: &[u8]) -> Result<i64, CborError> {
    let (major, value) = Reader { bytes: item, at: 0 }.head()?;
    let value = i64::try_from(value).map_err(|_| CborError::Unsupported)?;
    match major {
        UNSIGNED => Ok(value),
        NEGATIVE => Ok(-1 - value),
        _ => Err(CborError::WrongType),
    }
}

fn string(item: &[u8], expected: u8) -> Result<&[u8], CborError> {
    let mut reader = Reader { bytes: item, at: 0 };
    let (major, length) = reader.head()?;
    if major != expected {
        return Err(CborError::WrongType);
    }
    reader.take(length)
}

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Reader<'b> {
    fn take(&mut self, length: u64) -> Result<&'b [u8], CborError> {
        let length = usize::try_from(length).map_err(|_| CborError::Truncated)?;
        let end = self.at.checked_add(length).ok_or(CborError::Truncated)?;
        let taken = self.bytes.get(self.at..end).ok_or(CborError::Truncated)?;
        self.at = end;
        Ok(taken)
    }

    /// Major type and argument (RFC 8949, section 3).
    fn head(&mut self) -> Result<(u8, u64), CborError> {
        let first = self.take(1)?[0];
        let (major, info) = (first >> 5, first & 0x1f);
        let width = match info {
            0..=23 => return Ok((major, u64::from(info))),
            24..=27 => 1_u64 << (info - 24),
            _ => return Err(CborError::Unsupported),
        };
        let value = self.take(width)?.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
        let least = [24, 1 << 8, 1 << 16, 1 << 32][usize::from(info - 24)];
        if value < least {
            return Err(CborError::NotShortest);
        }
        Ok((major, value))
    }

    fn raw(&mut self, depth: usize) -> Result<&'b [u8], CborError> {
        let start = self.at;
        self.skip(depth)?;
        Ok(&self.bytes[start..self.at])
    }

    fn skip(&mut self, depth: usize) -> Result<(), CborError> {
        if depth > DEPTH {
            return Err(CborError::TooDeep);
        }
        let (major, argument) = self.head()?;
        match major {
            UNSIGNED | NEGATIVE => Ok(()),
            BYTES => self.take(argument).map(|_| ()),
            TEXT => match std::str::from_utf8(self.take(argument)?) {
                Ok(_) => Ok(()),
                Err(_) => Err(CborError::NotUtf8),
            },
            ARRAY | MAP if argument > ENTRIES => Err(CborError::TooMany),
            ARRAY => (0..argument).try_for_each(|_| self.skip(depth + 1)),
            MAP => self.skip_map(argument, depth),
            SIMPLE if (FALSE..=NULL).contains(&argument) => Ok(()),
            _ => Err(CborError::Unsupported),
        }
    }

    fn skip_map(&mut self, entries: u64, depth: usize) -> Result<(), CborError> {
        let mut keys = Vec::new();
        for _ in 0..entries {
            let key = self.raw(depth + 1)?;
            if keys.contains(&key) {
                return Err(CborError::DuplicateKey);
            }
            keys.push(key);
            self.skip(depth + 1)?;
        }
        Ok(())
    }
}

const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const SIMPLE: u8 = 7;
const FALSE: u64 = 20;
const NULL: u64 = 22;

const DEPTH: usize = 8;
const ENTRIES: u64 = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_ctap2_writes() {
        // {"fmt": "none", 1: -7, 3: h'0102', "x": [true, null, 300]}
        let bytes = b"\xa4\x63fmt\x64none\x01\x26\x03\x42\x01\x02\x61x\x83\xf5\xf6\x19\x01\x2c";
        let entries = map(bytes).unwrap();
        assert_eq!(text(entries[0].0).unwrap(), "fmt");
        assert_eq!(text(entries[0].1).unwrap(), "none");
        assert_eq!(integer(entries[1].0).unwrap(), 1);
        assert_eq!(integer(entries[1].1).unwrap(), -7);
        assert_eq!(byte_string(entries[2].1).unwrap(), [1, 2]);
        assert_eq!(entries.len(), 4);
        for cut in 0..bytes.len() {
            assert_eq!(item_length(&bytes[..cut]), Err(CborError::Truncated), "{cut}");
        }
    }

    #[test]
    fn refuses_each_deviation_by_name() {
        let many = [&[0x98, 65][..], &[0; 65]].concat();
        let cases: [(&[u8], CborError); 14] = [
            (b"\x18\x17", CborError::NotShortest),
            (b"\x19\x00\xff", CborError::NotShortest),
            (b"\x58\x01\x00", CborError::NotShortest),
            (b"\x9f\xff", CborError::Unsupported),
            (b"\x5f\x41\x00\xff", CborError::Unsupported),
            (b"\xc0\x00", CborError::Unsupported),
            (b"\xf9\x3c\x00", CborError::Unsupported),
            (b"\xf7", CborError::Unsupported),
            (b"\xa2\x01\x02\x01\x03", CborError::DuplicateKey),
            (b"\x61\xff", CborError::NotUtf8),
            (b"\x5b\xff\xff\xff\xff\xff\xff\xff\xff", CborError::Truncated),
            (b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff", CborError::TooMany),
            (b"\x81\x81\x81\x81\x81\x81\x81\x81\x81\x00", CborError::TooDeep),
            (&many, CborError::TooMany),
        ];
        for (bytes, error) in cases {
            assert_eq!(item_length(bytes), Err(error), "{bytes:02x?}");
        }
        assert_eq!(item_length(b"\x81\x81\x81\x81\x81\x81\x81\x81\x00"), Ok(9));
        assert_eq!(map(b"\xa0\x00"), Err(CborError::Trailing));
        assert_eq!(map(b"\x80"), Err(CborError::WrongType));
        assert_eq!(integer(b"\x41\x00"), Err(CborError::WrongType));
        assert_eq!(integer(b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff"), Err(CborError::Unsupported));
        assert_eq!(text(b"\x41\x00"), Err(CborError::WrongType));
        assert_eq!(byte_string(b"\x61a"), Err(CborError::WrongType));
    }
}
