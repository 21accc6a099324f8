//! `name=value&name=value`, as queries and forms carry it.

use std::borrow::Cow;

/// What is wrong with the parameters of a query or a form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    /// The parameter is not there.
    #[error("the parameter {0} is missing")]
    Missing(&'static str),
    /// The parameter is there more than once.
    #[error("the parameter {0} is there more than once")]
    Repeated(&'static str),
    /// A spelling that some readers would take for the parameter: other case,
    /// or an array.
    #[error("a parameter is spelled almost like {0}")]
    Misspelled(&'static str),
    /// A parameter that does not belong to this binding.
    #[error("the parameter {0} does not belong here")]
    Unwanted(&'static str),
    /// A broken percent escape or bytes that are not UTF-8.
    #[error("the parameters are not well-formed UTF-8 form data")]
    Encoding,
}

/// The parameters of interest, each found at most once, its value decoded.
#[derive(Debug)]
pub(super) struct Parameters<'q, const N: usize> {
    names: [&'static str; N],
    values: [Option<Cow<'q, str>>; N],
}

impl<'q, const N: usize> Parameters<'q, N> {
    /// Reads the named parameters; others are passed over, unless they look
    /// like one of these.
    pub(super) fn read(
        text: &'q [u8],
        names: [&'static str; N],
    ) -> Result<Parameters<'q, N>, ParameterError> {
        let mut values = [const { None }; N];
        for pair in text.split(|b| *b == b'&').filter(|pair| !pair.is_empty()) {
            let (name, value) = split(pair);
            let name = decode(name)?;
            let Some(at) = names.iter().position(|known| resembles(&name, known)) else {
                continue;
            };
            if *name != *names[at] {
                return Err(ParameterError::Misspelled(names[at]));
            }
            if values[at].is_some() {
                return Err(ParameterError::Repeated(names[at]));
            }
            values[at] = Some(decode(value)?);
        }
        Ok(Parameters { names, values })
    }

    /// The value of a parameter, or `None` when it was not there.
    pub(super) fn get(&self, name: &'static str) -> Option<&str> {
        let at = self.names.iter().position(|known| *known == name)?;
        self.values[at].as_deref()
    }

    /// The value of a parameter that must be there.
    pub(super) fn required(&self, name: &'static str) -> Result<&str, ParameterError> {
        self.get(name).ok_or(ParameterError::Missing(name))
    }

    /// Refuses a parameter that must not be there.
    pub(super) fn refuse(&self, name: &'static str) -> Result<(), ParameterError> {
        match self.get(name) {
            None => Ok(()),
            Some(_) => Err(ParameterError::Unwanted(name)),
        }
    }
}

fn split(pair: &[u8]) -> (&[u8], &[u8]) {
    match pair.iter().position(|b| *b == b'=') {
        Some(at) => (&pair[..at], &pair[at + 1..]),
        None => (pair, &[]),
    }
}

/// Whether some reader might take `name` for `known`: the same but for case,
/// white space around it, or an array suffix.
fn resembles(name: &str, known: &str) -> bool {
    let name = name.trim();
    let stem = name.find(['[', '.']).map_or(name, |at| &name[..at]);
    stem.trim_end().eq_ignore_ascii_case(known)
}

/// `application/x-www-form-urlencoded`, strictly: `+` is a space, an escape has
/// two hexadecimal digits, the result is UTF-8.
fn decode(text: &[u8]) -> Result<Cow<'_, str>, ParameterError> {
    if !text.iter().any(|b| matches!(b, b'%' | b'+')) {
        let plain = std::str::from_utf8(text).map_err(|_| ParameterError::Encoding)?;
        return Ok(Cow::Borrowed(plain));
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    loop {
        rest = match rest {
            [] => break,
            [b'+', tail @ ..] => {
                out.push(b' ');
                tail
            }
            [b'%', high, low, tail @ ..] => {
                let (high, low) = (nibble(*high)?, nibble(*low)?);
                out.push(high << 4 | low);
                tail
            }
            [b'%', ..] => return Err(ParameterError::Encoding),
            [plain, tail @ ..] => {
                out.push(*plain);
                tail
            }
        }
    }
    String::from_utf8(out).map(Cow::Owned).map_err(|_| ParameterError::Encoding)
}

fn nibble(digit: u8) -> Result<u8, ParameterError> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok()).ok_or(ParameterError::Encoding)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<String>, ParameterError> {
        Parameters::read(text.as_bytes(), ["RelayState", "SAMLRequest"])
            .map(|found| found.get("RelayState").map(str::to_owned))
    }

    #[test]
    fn one_of_each_spelled_exactly() {
        use ParameterError::{Encoding, Misspelled, Repeated};
        let name = "RelayState";
        let cases: &[(&str, Result<Option<&str>, ParameterError>)] = &[
            ("", Ok(None)),
            ("a=b&&c", Ok(None)),
            ("RelayState=", Ok(Some(""))),
            ("RelayState", Ok(Some(""))),
            ("RelayState=a%20b+c%2B%C3%A9", Ok(Some("a b c+é"))),
            ("RelayState=a=b", Ok(Some("a=b"))),
            ("Relay%53tate=x", Ok(Some("x"))),
            ("RelayState=a&RelayState=a", Err(Repeated(name))),
            ("RelayState=a&Relay%53tate=a", Err(Repeated(name))),
            ("relaystate=a", Err(Misspelled(name))),
            ("RelayState%5B%5D=a", Err(Misspelled(name))),
            ("RelayState[0]=a", Err(Misspelled(name))),
            ("RelayState.x=a", Err(Misspelled(name))),
            ("+RelayState=a", Err(Misspelled(name))),
            ("RelayState=%2", Err(Encoding)),
            ("RelayState=%zz", Err(Encoding)),
            ("RelayState=%FF", Err(Encoding)),
        ];
        for (text, expected) in cases {
            let expected = expected.clone().map(|v| v.map(str::to_owned));
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
