//! `xs:dateTime` as SAML writes it, and how far two clocks may differ.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

/// A time value that is not an `xs:dateTime` in UTC form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an instant like 2026-11-23T09:30:00Z")]
pub struct InvalidInstant(String);

/// A clock difference above what a deployment may allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a clock difference of {0} s is more than 180 s")]
pub struct InvalidSkew(u32);

/// Reads an instant in the UTC form that SAML demands (core 1.3.3):
/// `2026-11-23T09:30:00Z`, with any number of fractional digits.
///
/// Strict on purpose: no offsets, no missing zone, no lower-case `t` or `z`, no
/// hour 24, no leap second, four digits of year. Digits finer than a nanosecond
/// are dropped.
///
/// # Errors
/// [`InvalidInstant`] with the text when it has another shape.
///
/// ```
/// let at = saml::core::parse_instant("2026-11-23T09:30:00.250Z").unwrap();
/// assert_eq!(at.as_millisecond(), 1_795_426_200_250);
/// assert!(saml::core::parse_instant("2026-11-23T09:30:00").is_err());
/// ```
pub fn parse_instant(text: &str) -> Result<Timestamp, InvalidInstant> {
    read(text.as_bytes()).ok_or_else(|| InvalidInstant(text.chars().take(64).collect()))
}

/// Writes an instant in whole seconds, rounded down: `2026-11-23T09:30:00Z`.
/// Whole seconds are what every peer can read.
///
/// ```
/// let at = jiff::Timestamp::from_second(1_795_426_200).unwrap();
/// assert_eq!(saml::core::write_instant(at), "2026-11-23T09:30:00Z");
/// ```
#[must_use]
pub fn write_instant(at: Timestamp) -> String {
    let t = Offset::UTC.to_datetime(at);
    let mut out = String::with_capacity(20);
    let year = t.year().unsigned_abs();
    two_digits(&mut out, year / 100);
    two_digits(&mut out, year % 100);
    for (separator, value) in
        [('-', t.month()), ('-', t.day()), ('T', t.hour()), (':', t.minute()), (':', t.second())]
    {
        out.push(separator);
        two_digits(&mut out, value.unsigned_abs().into());
    }
    out.push('Z');
    out
}

/// How far a peer's clock may be from ours: 60 s by default, at most 180 s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skew(SignedDuration);

impl Skew {
    /// The largest skew: 180 s.
    pub const MAX: Skew = Skew(SignedDuration::from_secs(180));

    /// A skew of so many seconds.
    ///
    /// # Errors
    /// [`InvalidSkew`] above 180 s.
    ///
    /// ```
    /// use saml::core::Skew;
    /// assert_eq!(Skew::from_seconds(60), Ok(Skew::default()));
    /// assert!(Skew::from_seconds(181).is_err());
    /// ```
    pub fn from_seconds(seconds: u32) -> Result<Skew, InvalidSkew> {
        if seconds > 180 {
            return Err(InvalidSkew(seconds));
        }
        Ok(Skew(SignedDuration::from_secs(i64::from(seconds))))
    }

    /// The skew as a duration.
    ///
    /// ```
    /// assert_eq!(saml::core::Skew::default().duration().as_secs(), 60);
    /// ```
    #[must_use]
    pub fn duration(self) -> SignedDuration {
        self.0
    }

    /// Whether something that ends at `end` (exclusive) has ended at `now`.
    pub(crate) fn has_ended(self, end: Timestamp, now: Timestamp) -> bool {
        now.duration_since(end) >= self.0
    }

    /// Whether something that begins at `begin` has not begun at `now`.
    pub(crate) fn not_begun(self, begin: Timestamp, now: Timestamp) -> bool {
        begin.duration_since(now) > self.0
    }
}

impl Default for Skew {
    fn default() -> Skew {
        Skew(SignedDuration::from_secs(60))
    }
}

/// An instant beside the clock that judged it, for people:
/// `2026-11-23T09:30:00Z, 95 s before our clock`.
pub(crate) fn beside(at: Timestamp, now: Timestamp) -> String {
    let difference = at.duration_since(now).as_secs();
    let side = if difference < 0 { "before" } else { "after" };
    let stamp = write_instant(at);
    format!("{stamp}, {} s {side} our clock", difference.unsigned_abs())
}

fn read(bytes: &[u8]) -> Option<Timestamp> {
    let (head, tail) = bytes.split_at_checked(19)?;
    let number = |from: usize, to: usize| -> Option<i16> {
        head[from..to]
            .iter()
            .try_fold(0_i16, |sum, b| b.is_ascii_digit().then(|| sum * 10 + i16::from(b - b'0')))
    };
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if separators.iter().any(|&(at, b)| head[at] != b) {
        return None;
    }
    let small = |from| number(from, from + 2).and_then(|n| i8::try_from(n).ok());
    let nanosecond = fraction(tail)?;
    let year = number(0, 4).filter(|year| *year > 0)?;
    let datetime = DateTime::new(year, small(5)?, small(8)?, small(11)?, small(14)?, small(17)?, nanosecond);
    Offset::UTC.to_timestamp(datetime.ok()?).ok()
}

/// `Z` or `.` digits `Z`, as nanoseconds.
fn fraction(tail: &[u8]) -> Option<i32> {
    let digits = match tail {
        [b'Z'] => return Some(0),
        [b'.', digits @ .., b'Z'] if !digits.is_empty() && digits.len() <= 32 => digits,
        _ => return None,
    };
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let padded = digits.iter().copied().chain(std::iter::repeat(b'0'));
    Some(padded.take(9).fold(0, |sum, b| sum * 10 + i32::from(b - b'0')))
}

fn two_digits(out: &mut String, value: u16) {
    let at = usize::from(value % 100) * 2;
    out.push_str(&TWO_DIGITS[at..at + 2]);
}

const TWO_DIGITS: &str = "00010203040506070809\
                          10111213141516171819\
                          20212223242526272829\
                          30313233343536373839\
                          40414243444546474849\
                          50515253545556575859\
                          60616263646566676869\
                          70717273747576777879\
                          80818283848586878889\
                          90919293949596979899";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_of_other_shapes_are_refused() {
        for bad in [
            "",
            "2026-11-23",
            "2026-11-23T09:30:00",
            "2026-11-23T09:30:00+00:00",
            "2026-11-23t09:30:00Z",
            "2026-11-23T09:30:00z",
            "2026-11-23T24:00:00Z",
            "2026-11-23T09:30:60Z",
            "2026-02-30T09:30:00Z",
            "2026-11-23T09:30:00.Z",
            "2026-11-23T09:30:00.1",
            " 2026-11-23T09:30:00Z",
            "2026-11-23T09:30:00Z ",
            "+026-11-23T09:30:00Z",
            "-2026-11-23T09:30:00Z",
            "12026-11-23T09:30:00Z",
            "0000-11-23T09:30:00Z",
            "2026-11-23T09:30:0\u{0663}Z",
        ] {
            assert!(parse_instant(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn fractions_are_read_to_the_nanosecond() {
        let whole = parse_instant("2026-11-23T09:30:00Z").unwrap();
        let fine = parse_instant("2026-11-23T09:30:00.1234567899Z").unwrap();
        assert_eq!(fine.duration_since(whole).as_nanos(), 123_456_789);
        assert_eq!(write_instant(fine), "2026-11-23T09:30:00Z");
    }

    #[test]
    fn the_skew_is_exclusive_at_the_end_and_inclusive_at_the_beginning() {
        let at = |s| Timestamp::from_second(s).unwrap();
        let skew = Skew::default();
        assert!(!skew.has_ended(at(1000), at(1059)));
        assert!(skew.has_ended(at(1000), at(1060)));
        assert!(!skew.not_begun(at(1000), at(940)));
        assert!(skew.not_begun(at(1000), at(939)));
    }
}
