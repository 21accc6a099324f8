//! A person as both services see one: an opaque id, an address, a name.

use std::fmt;
use std::hash::{Hash, Hasher};

use uuid::Uuid;

/// Who somebody is, to sessions and passkeys: nothing but a number that the service gave.
///
/// Its sixteen bytes are the WebAuthn user handle too (WebAuthn Level 3, section 5.4.3: no personal data in it).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct PersonId(Uuid);

impl PersonId {
    /// The person whose row of the service has this id.
    pub const fn new(id: Uuid) -> Self {
        Self(id)
    }

    /// The id of the row.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

/// An e-mail address in the one spelling in which addresses are compared: ASCII, lower case, the domain as A-labels.
///
/// Two spellings of one address are equal; what could be read as two addresses is refused (T038 of the threat model).
/// The spelling that was given is kept for pages.
#[derive(Debug, Clone)]
pub struct EmailAddress {
    normal: String,
    shown: String,
}

impl EmailAddress {
    /// Reads an address as a person types it or an assertion states it. Surrounding ASCII spaces are the caller's.
    ///
    /// ```
    /// # use console::person::EmailAddress;
    /// let address = EmailAddress::parse("Maya@Bücher.example")?;
    /// assert_eq!(address.as_str(), "maya@xn--bcher-kva.example");
    /// assert_eq!(address.shown(), "Maya@Bücher.example");
    /// # Ok::<(), console::person::AddressError>(())
    /// ```
    ///
    /// # Errors
    /// The first broken rule.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let (local, domain) = text.split_once('@').ok_or(AddressError::NoAt)?;
        if domain.contains('@') {
            return Err(AddressError::SecondAt);
        }
        let local = normal_local_part(local)?;
        let domain = normal_domain(domain)?;
        let normal = format!("{local}@{domain}");
        if normal.len() > ADDRESS_BYTES {
            return Err(AddressError::TooLong);
        }
        Ok(Self { normal, shown: text.to_owned() })
    }

    /// The address as it is stored and compared.
    pub fn as_str(&self) -> &str {
        &self.normal
    }

    /// The domain, lower case, as A-labels.
    pub fn domain(&self) -> &str {
        self.normal.split_once('@').map_or("", |(_, domain)| domain)
    }

    /// The address as it was given, for pages only.
    pub fn shown(&self) -> &str {
        &self.shown
    }
}

impl PartialEq for EmailAddress {
    fn eq(&self, other: &Self) -> bool {
        self.normal == other.normal
    }
}

impl Eq for EmailAddress {}

impl Hash for EmailAddress {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.normal.hash(state);
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.normal)
    }
}

/// Why a text is not an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// No `@`.
    #[error("there is no @")]
    NoAt,
    /// More than one `@`.
    #[error("there is more than one @")]
    SecondAt,
    /// Before the `@` stands something other than a dot-atom of ASCII (RFC 5322, section 3.2.3).
    #[error("the part before the @ has a character that addresses here cannot have")]
    LocalPart,
    /// The domain is not one of letters, digits, hyphens and dots, nor an internationalised one in normal form.
    #[error("the domain is not a valid one")]
    Domain,
    /// Longer than 254 bytes, or more than 64 before the `@` (RFC 5321, section 4.5.3.1).
    #[error("the address is too long")]
    TooLong,
}

/// A domain name in the one spelling in which domains are compared: lower case, A-labels, no dot at the end.
///
/// What the mapping of UTS 46 would change beyond case (full-width letters, the Kelvin sign, invisible characters) is
/// refused instead of mapped: two texts that are not the same name never become the same name here.
///
/// # Errors
/// [`AddressError::Domain`].
pub fn normal_domain(text: &str) -> Result<String, AddressError> {
    let lower = lower_case(text)?;
    let ascii = idna::domain_to_ascii_strict(&lower).map_err(|_| AddressError::Domain)?;
    let (unicode, mapped) = idna::domain_to_unicode(&ascii);
    let unchanged = mapped.is_ok() && (unicode == lower || ascii == lower);
    let labels = ascii.split('.').count();
    if !unchanged || labels < 2 || !ascii.split('.').all(is_label) || looks_like_ipv4(&ascii) {
        return Err(AddressError::Domain);
    }
    Ok(ascii)
}

/// Lower case, refusing letters that leave or enter ASCII on the way (U+212A KELVIN SIGN, U+0130).
fn lower_case(text: &str) -> Result<String, AddressError> {
    let mut lower = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            lower.push(c.to_ascii_lowercase());
            continue;
        }
        let mut mapped = c.to_lowercase();
        match (mapped.next(), mapped.next()) {
            (Some(one), None) if !one.is_ascii() => lower.push(one),
            _ => return Err(AddressError::Domain),
        }
    }
    Ok(lower)
}

/// Letters, digits and inner hyphens, 1 to 63 of them (RFC 1123, section 2.1).
fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// A host whose last label is a number is an IPv4 address to every URL parser (WHATWG URL, "ends in a number").
fn looks_like_ipv4(domain: &str) -> bool {
    domain.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()))
}

fn normal_local_part(text: &str) -> Result<String, AddressError> {
    if text.len() > LOCAL_PART_BYTES {
        return Err(AddressError::TooLong);
    }
    let atom = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || ATOM_SIGNS.contains(&b))
    };
    if text.split('.').all(atom) { Ok(text.to_ascii_lowercase()) } else { Err(AddressError::LocalPart) }
}

/// A person's name as pages show it: 1 to 100 characters, none of them able to rearrange or hide the others.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DisplayName(String);

impl DisplayName {
    /// Reads a name; white space around it is dropped and inner runs become one space.
    ///
    /// # Errors
    /// The first broken rule.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if text.chars().any(|c| c.is_control() || REARRANGING.contains(&c)) {
            return Err(NameError::Character);
        }
        let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
        match name.chars().count() {
            0 => Err(NameError::Empty),
            1..=NAME_CHARACTERS => Ok(Self(name)),
            _ => Err(NameError::TooLong),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DisplayName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text is not a name to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing but white space.
    #[error("it is empty")]
    Empty,
    /// More than 100 characters.
    #[error("it is longer than 100 characters")]
    TooLong,
    /// A control character, or an invisible one that changes how its neighbours are shown.
    #[error("it has an invisible character")]
    Character,
}

const ADDRESS_BYTES: usize = 254;
const LOCAL_PART_BYTES: usize = 64;
const NAME_CHARACTERS: usize = 100;

/// The signs of RFC 5322's `atext`.
const ATOM_SIGNS: &[u8] = b"!#$%&'*+-/=?^_`{|}~";

/// Direction marks, embeddings, overrides and isolates; zero-width space; line and paragraph separators; byte order mark.
/// The joiners U+200C and U+200D stay allowed: Persian and Indic names are written with them.
const REARRANGING: &[char] = &[
    '\u{61c}', '\u{200b}', '\u{200e}', '\u{200f}', '\u{2028}', '\u{2029}', '\u{202a}', '\u{202b}',
    '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}', '\u{feff}',
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_one_spelling() {
        let cases = [
            ("maya@acme.example", "maya@acme.example"),
            ("Maya.O'Neil+sso@ACME.Example", "maya.o'neil+sso@acme.example"),
            ("a@bücher.example", "a@xn--bcher-kva.example"),
            ("a@BÜCHER.example", "a@xn--bcher-kva.example"),
            ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
            ("a@XN--BCHER-KVA.example", "a@xn--bcher-kva.example"),
            ("a@faß.example", "a@xn--fa-hia.example"),
            ("a@idp.localhost", "a@idp.localhost"),
            ("a@1.2.3.example", "a@1.2.3.example"),
        ];
        for (given, normal) in cases {
            let address = EmailAddress::parse(given).unwrap_or_else(|e| panic!("{given}: {e}"));
            assert_eq!(address.as_str(), normal);
            assert_eq!(address.shown(), given);
            assert_eq!(Some(address.domain()), normal.split('@').nth(1));
        }
    }

    #[test]
    fn what_could_be_read_twice_is_refused() {
        use AddressError::{Domain, LocalPart, NoAt, SecondAt, TooLong};
        let cases = [
            ("", NoAt),
            ("maya", NoAt),
            ("a@b@acme.example", SecondAt),
            ("@acme.example", LocalPart),
            ("\"a b\"@acme.example", LocalPart),
            ("a b@acme.example", LocalPart),
            (" a@acme.example", LocalPart),
            ("a@acme.example\n", Domain),
            ("a\n@acme.example", LocalPart),
            (".a@acme.example", LocalPart),
            ("a..b@acme.example", LocalPart),
            ("a.@acme.example", LocalPart),
            ("m\u{131}a@acme.example", LocalPart),  // dotless i
            ("\u{212a}im@acme.example", LocalPart), // Kelvin sign
            ("m\u{430}ya@acme.example", LocalPart), // Cyrillic a
            ("ma\u{200b}ya@acme.example", LocalPart),
            ("\u{202e}maya@acme.example", LocalPart),
            ("a@", Domain),
            ("a@example", Domain),
            ("a@acme.example.", Domain),
            ("a@.acme.example", Domain),
            ("a@acme..example", Domain),
            ("a@-acme.example", Domain),
            ("a@ac_me.example", Domain),
            ("a@acme%2eexample", Domain),
            ("a@acme.example/x", Domain),
            ("a@acme.example:80", Domain),
            ("a@[127.0.0.1]", Domain),
            ("a@127.0.0.1", Domain),
            ("a@ac\u{212a}.example", Domain),    // Kelvin sign
            ("a@\u{130}cme.example", Domain),    // capital dotted I
            ("a@\u{ff41}cme.example", Domain),   // full-width a
            ("a@acme\u{3002}example", Domain),   // ideographic full stop
            ("a@ac\u{200b}me.example", Domain),  // zero-width space
            ("a@ac\u{ad}mé.example", Domain),    // soft hyphen
            ("a@bu\u{308}cher.example", Domain), // decomposed, not NFC
            ("a@xn--acme-.example", Domain),
        ];
        for (given, error) in cases {
            assert_eq!(EmailAddress::parse(given).map(|a| a.normal), Err(error), "{given:?}");
        }
        let long = format!("{}@acme.example", "a".repeat(65));
        assert_eq!(EmailAddress::parse(&long), Err(TooLong));
        let long = format!("a@{}example", "acme.".repeat(50));
        assert!(EmailAddress::parse(&long).is_err(), "254 bytes at most");
    }

    #[test]
    fn look_alikes_are_other_addresses() {
        let latin = EmailAddress::parse("a@acme.example").expect("an address");
        let cyrillic = EmailAddress::parse("a@\u{430}cme.example").expect("an address");
        assert_ne!(latin, cyrillic);
    }

    #[test]
    fn names_are_trimmed_and_cannot_rearrange_a_page() {
        assert_eq!(DisplayName::parse("  Maya   Okafor ").map(|n| n.0), Ok("Maya Okafor".to_owned()));
        assert_eq!(DisplayName::parse(" \u{a0} "), Err(NameError::Empty));
        assert_eq!(DisplayName::parse(&"é".repeat(101)), Err(NameError::TooLong));
        assert!(DisplayName::parse(&"é".repeat(100)).is_ok());
        for bad in ["a\nb", "a\0", "\u{202e}ayaM", "M\u{200b}aya"] {
            assert_eq!(DisplayName::parse(bad), Err(NameError::Character), "{bad:?}");
        }
    }
}
