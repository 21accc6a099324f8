//! Row ids.

use jiff::Timestamp;
use uuid::{Builder, Uuid};

/// A version 7 UUID (RFC 9562) for a row made at `now`, from 80 random bits of
/// which 74 are kept. Rows made later sort later, to the millisecond.
///
/// ```
/// let id = store::row_id("2026-01-02T03:04:05Z".parse().unwrap(), [7; 10]);
/// assert_eq!(id.get_version_num(), 7);
/// ```
#[must_use]
pub fn row_id(now: Timestamp, random: [u8; 10]) -> Uuid {
    // A clock before 1970 is wrong anyway; its rows sort first.
    let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_rows_sort_later() {
        let early = row_id(Timestamp::from_second(1).unwrap(), [0xff; 10]);
        let late = row_id(Timestamp::from_second(2).unwrap(), [0; 10]);
        assert!(early.to_string() < late.to_string());
    }
}
