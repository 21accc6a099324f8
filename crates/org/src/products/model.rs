//! Values of the OpenID provider: parsed once, at the edge.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use console::person::DisplayName;
use console::sessions::SessionId;
use jiff::{SignedDuration, Timestamp};
use subtle::ConstantTimeEq as _;
use url::{Host, Url};
use uuid::Uuid;
use web::TokenHash;

use crate::model::{AccountId, NotAnId, OrganizationId, UnknownWord};

/// A product; as text it is the client id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ProductId(Uuid);

impl ProductId {
    /// The product whose row has this id.
    pub const fn new(id: Uuid) -> Self {
        Self(id)
    }

    /// The id of the row.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for ProductId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl FromStr for ProductId {
    type Err = NotAnId;

    /// One spelling only.
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let id = Self(Uuid::try_parse(text).map_err(|_| NotAnId)?);
        match id.to_string() == text {
            true => Ok(id),
            false => Err(NotAnId),
        }
    }
}

/// A product of an organisation: a relying party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Product {
    pub(crate) id: ProductId,
    pub(crate) organization: OrganizationId,
    pub(crate) name: DisplayName,
    pub(crate) url: StartUrl,
    /// The hash of its secret; a public client has none.
    pub(crate) secret: Option<TokenHash>,
    /// Who may open it.
    pub(crate) access: Access,
    /// Switched off: nobody opens it, and it learns nothing of anybody.
    pub(crate) disabled: bool,
    /// Counts its changes.
    pub(crate) version: i64,
}

/// Who may open a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Every member of the organisation.
    Everyone,
    /// Members who are in one of its groups.
    Groups,
}

impl Access {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::Groups => "groups",
        }
    }
}

impl FromStr for Access {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        [Self::Everyone, Self::Groups].into_iter().find(|one| one.as_str() == word).ok_or(UnknownWord)
    }
}

/// Where answers for a product go: `https`, or `http` on this machine; no user
/// name, no fragment, in the one spelling that it is compared in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RedirectUri(String);

impl RedirectUri {
    /// Reads a redirect URI as it is registered.
    ///
    /// # Errors
    /// The broken rule.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        address(text).map(|_| Self(text.to_owned()))
    }

    /// As it was registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// With an answer in its query, after what it has there already (RFC 6749 section 4.1.2).
    pub(crate) fn answered(&self, parameters: &[(&str, &str)]) -> String {
        let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        let joint = match self.0.split_once('?') {
            None => "?",
            Some((_, "")) => "",
            Some(_) => "&",
        };
        format!("{}{joint}{encoded}", self.0)
    }
}

/// Where a product begins, as the start page links to it. The rules are those
/// of a [`RedirectUri`], so that no link of ours is a script; but nobody compares
/// it, so other spellings of an address become the normal one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartUrl(Url);

impl StartUrl {
    /// Reads the address of a product.
    ///
    /// # Errors
    /// The broken rule.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let url = Url::parse(text).map_err(|_| AddressError::Malformed)?;
        address(url.as_str()).map(Self)
    }

    /// The address.
    pub const fn as_url(&self) -> &Url {
        &self.0
    }
}

fn address(text: &str) -> Result<Url, AddressError> {
    let url = Url::parse(text).map_err(|_| AddressError::Malformed)?;
    // A second spelling would be compared as another address and lead to the same one.
    if url.as_str() != text || text.len() > LONGEST {
        return Err(AddressError::Malformed);
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err(AddressError::MoreThanAnAddress);
    }
    match (url.scheme(), is_this_machine(&url)) {
        ("https", _) | ("http", true) => Ok(url),
        _ => Err(AddressError::Scheme),
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Why an address cannot be one of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// No absolute URL in its normal spelling.
    #[error("this is not an address like https://product.example/callback in its normal spelling")]
    Malformed,
    /// It has a user name or a fragment.
    #[error("an address of a product has neither a user name nor a fragment")]
    MoreThanAnAddress,
    /// Neither `https` nor this machine.
    #[error("an address of a product begins with https://, or with http:// on localhost names")]
    Scheme,
}

/// What is asked to be known: `openid` always, `profile` and `email` if asked.
/// What nobody here understands is left out (OpenID Connect Core section 3.1.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) profile: bool,
    pub(crate) email: bool,
}

impl FromStr for Scope {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let has = |word| text.split(' ').any(|asked| asked == word);
        match has("openid") {
            true => Ok(Self { profile: has("profile"), email: has("email") }),
            false => Err(UnknownWord),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("openid")?;
        f.write_str(if self.profile { " profile" } else { "" })?;
        f.write_str(if self.email { " email" } else { "" })
    }
}

/// What the product binds its ID token to: up to 255 printable ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Nonce(String);

impl Nonce {
    pub(crate) fn parse(text: &str) -> Result<Self, UnknownWord> {
        let plain = text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        match plain && (1..=255).contains(&text.len()) {
            true => Ok(Self(text.to_owned())),
            false => Err(UnknownWord),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A PKCE challenge of the method S256 (RFC 7636 section 4.2): the hash of a
/// secret that only the browser's own product session knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Challenge(String);

impl Challenge {
    pub(crate) fn parse(text: &str) -> Result<Self, UnknownWord> {
        let decoded = URL_SAFE_NO_PAD.decode(text).map_err(|_| UnknownWord)?;
        match decoded.len() == 32 {
            true => Ok(Self(text.to_owned())),
            false => Err(UnknownWord),
        }
    }

    /// The challenge that a verifier answers; none if it is no verifier: 43 to
    /// 128 unreserved characters (section 4.1).
    pub(crate) fn of(verifier: &str) -> Option<Self> {
        let plain = verifier.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
        let hash = digest(&SHA256, verifier.as_bytes());
        (plain && (43..=128).contains(&verifier.len())).then(|| Self(URL_SAFE_NO_PAD.encode(hash)))
    }

    pub(crate) fn is(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a product was given about one sign-in.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) id: Uuid,
    pub(crate) product: ProductId,
    pub(crate) organization: OrganizationId,
    pub(crate) account: AccountId,
    /// The session that it lives with.
    pub(crate) session: SessionId,
    pub(crate) redirect_uri: RedirectUri,
    pub(crate) challenge: Challenge,
    pub(crate) nonce: Option<Nonce>,
    pub(crate) scope: Scope,
    /// When the person was proven: `auth_time`.
    pub(crate) authenticated_at: Timestamp,
    pub(crate) issued_at: Timestamp,
    pub(crate) code_expires_at: Timestamp,
    pub(crate) token_expires_at: Option<Timestamp>,
    pub(crate) revoked_at: Option<Timestamp>,
}

impl Grant {
    /// The row is kept until nothing that came of it can be good any more, so
    /// that a second use of its code is seen as one.
    pub(crate) fn forgotten_at(&self) -> Timestamp {
        later(self.code_expires_at, TOKEN_TIME + KEPT)
    }

    /// Whether its access token is good at `now`, as far as this row says.
    pub(crate) fn is_good(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.token_expires_at.is_some_and(|end| now < end)
    }
}

/// What a code is changed for.
#[derive(Clone, Debug)]
pub(crate) struct Redemption {
    pub(crate) token: TokenHash,
    pub(crate) expires_at: Timestamp,
}

/// `at` and then some, or the end of time.
pub(crate) fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// A code is carried by the browser to the product and changed at once.
pub(crate) const CODE_TIME: SignedDuration = SignedDuration::from_secs(60);

/// How long a token is good (design: at most 5 minutes).
pub(crate) const TOKEN_TIME: SignedDuration = SignedDuration::from_mins(5);

/// How much longer a row is remembered than anything of it is good.
const KEPT: SignedDuration = SignedDuration::from_mins(10);

/// Longer ones are nobody's.
const LONGEST: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirect_uris_are_https_or_on_this_machine() {
        for good in [
            "https://product.example/callback",
            "https://product.example/callback?tenant=1",
            "https://product.example:8443/",
            "http://jira.localhost:8095/callback",
            "http://localhost:3000/callback",
            "http://127.0.0.1/callback",
            "http://[::1]:3000/callback",
        ] {
            assert_eq!(RedirectUri::parse(good).map(|uri| uri.0).as_deref(), Ok(good));
        }
        use AddressError::{Malformed, MoreThanAnAddress, Scheme};
        for (bad, error) in [
            ("", Malformed),
            ("/callback", Malformed),
            ("https://product.example", Malformed),
            ("https://PRODUCT.example/callback", Malformed),
            ("https://product.example:443/callback", Malformed),
            ("https://product.example/a/../callback", Malformed),
            ("https://product.example/call back", Malformed),
            (" https://product.example/callback", Malformed),
            ("https://product.example/callback#", MoreThanAnAddress),
            ("https://product.example/callback#x", MoreThanAnAddress),
            ("https://user@product.example/callback", MoreThanAnAddress),
            ("http://product.example/callback", Scheme),
            ("http://localhost.product.example/callback", Scheme),
            ("javascript:alert(1)", Scheme),
            ("com.example.app:/callback", Scheme),
        ] {
            assert_eq!(RedirectUri::parse(bad), Err(error), "{bad}");
        }
    }

    #[test]
    fn the_address_of_a_product_is_brought_into_its_normal_spelling() {
        let parsed = |text| StartUrl::parse(text).map(|url| url.as_url().to_string());
        for (typed, normal) in [
            ("https://jira.example.com", "https://jira.example.com/"),
            ("https://JIRA.example.com:443/browse", "https://jira.example.com/browse"),
            ("http://localhost:8095", "http://localhost:8095/"),
            ("https://jira.example.com/wiki?tenant=1", "https://jira.example.com/wiki?tenant=1"),
        ] {
            assert_eq!(parsed(typed).as_deref(), Ok(normal));
        }
        use AddressError::{Malformed, MoreThanAnAddress, Scheme};
        for (bad, error) in [
            ("jira.example.com", Malformed),
            ("https://", Malformed),
            ("https://user@jira.example.com", MoreThanAnAddress),
            ("https://jira.example.com#top", MoreThanAnAddress),
            ("http://jira.example.com", Scheme),
            ("javascript:alert(1)", Scheme),
            ("java\nscript:alert(1)", Scheme),
        ] {
            assert_eq!(parsed(bad), Err(error), "{bad}");
        }
    }

    #[test]
    fn an_answer_is_added_to_the_query() {
        let answered = |uri| RedirectUri::parse(uri).unwrap().answered(&[("code", "a&b"), ("state", "é #")]);
        let tail = "code=a%26b&state=%C3%A9+%23";
        assert_eq!(answered("https://a.example/cb"), format!("https://a.example/cb?{tail}"));
        assert_eq!(answered("https://a.example/cb?t=1"), format!("https://a.example/cb?t=1&{tail}"));
        assert_eq!(answered("https://a.example/cb?"), format!("https://a.example/cb?{tail}"));
    }

    #[test]
    fn scopes() {
        let all = Scope { profile: true, email: true };
        assert_eq!("email openid offline_access profile".parse(), Ok(all));
        assert_eq!(all.to_string().parse(), Ok(all));
        assert_eq!("openid".parse(), Ok(Scope { profile: false, email: false }));
        for bad in ["", "profile email", "OpenID", "openidx", "openid\temail"] {
            assert_eq!(bad.parse::<Scope>(), Err(UnknownWord), "{bad}");
        }
    }

    #[test]
    fn the_challenge_of_the_rfcs_example() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let challenge = Challenge::of(verifier).unwrap();
        assert_eq!(challenge.as_str(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert!(challenge.is(&Challenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap()));
        assert!(!challenge.is(&Challenge::of(&verifier.replace('d', "e")).unwrap()));
        for bad in ["", &verifier[1..], &"a".repeat(129), &verifier.replace('-', "+")] {
            assert!(Challenge::of(bad).is_none(), "{bad}");
        }
        for bad in ["", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c", &verifier.repeat(2)] {
            assert!(Challenge::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_client_id_has_one_spelling() {
        let id = "0190a3b4-0000-7000-8000-00000000beef";
        assert_eq!(id.parse::<ProductId>().unwrap().to_string(), id);
        for other in [id.to_uppercase(), id.replace('-', ""), format!("{{{id}}}"), format!("{id} ")] {
            assert!(other.parse::<ProductId>().is_err(), "{other}");
        }
    }
}
