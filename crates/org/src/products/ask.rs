//! The authentication request of a product: read, and judged. No I/O.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use url::form_urlencoded;

use super::model::{Challenge, Nonce, Scope};
use crate::model::Reverification;

/// The parameters as they come (OpenID Connect Core section 3.1.2.1). One that
/// stands twice never gets here; one without a value is as good as absent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Parameters {
    pub(super) client_id: Option<String>,
    pub(super) redirect_uri: Option<String>,
    pub(super) state: Option<String>,
    response_type: Option<String>,
    response_mode: Option<String>,
    scope: Option<String>,
    nonce: Option<String>,
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
    prompt: Option<String>,
    max_age: Option<String>,
    request: Option<String>,
    request_uri: Option<String>,
    registration: Option<String>,
    /// Ours: since when the person was sent to sign in again, sealed.
    again: Option<String>,
}

impl Parameters {
    /// Absent where empty (RFC 6749 section 3.1).
    pub(super) fn normal(mut self) -> Self {
        for (_, value) in self.pairs_mut() {
            *value = value.take().filter(|text| !text.is_empty());
        }
        self
    }

    /// The seal of an earlier turn.
    pub(super) fn again(&self) -> Option<Vec<u8>> {
        self.again.as_deref().and_then(|text| URL_SAFE_NO_PAD.decode(text).ok())
    }

    /// What that seal is bound to: it does for no other request.
    pub(super) fn bound(&self) -> String {
        let part = |value: &Option<String>| value.clone().unwrap_or_default();
        let parts = [&self.client_id, &self.redirect_uri, &self.state, &self.nonce, &self.code_challenge];
        serde_json::json!(["products again", parts.map(part)]).to_string()
    }

    /// The query of our own page with the same request, marked with a seal.
    pub(super) fn query(mut self, again: Option<&[u8]>) -> String {
        if let Some(seal) = again {
            self.again = Some(URL_SAFE_NO_PAD.encode(seal));
        }
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.pairs_mut() {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        query.finish()
    }

    fn pairs_mut(&mut self) -> [(&'static str, &mut Option<String>); 15] {
        [
            ("client_id", &mut self.client_id),
            ("redirect_uri", &mut self.redirect_uri),
            ("state", &mut self.state),
            ("response_type", &mut self.response_type),
            ("response_mode", &mut self.response_mode),
            ("scope", &mut self.scope),
            ("nonce", &mut self.nonce),
            ("code_challenge", &mut self.code_challenge),
            ("code_challenge_method", &mut self.code_challenge_method),
            ("prompt", &mut self.prompt),
            ("max_age", &mut self.max_age),
            ("request", &mut self.request),
            ("request_uri", &mut self.request_uri),
            ("registration", &mut self.registration),
            (AGAIN, &mut self.again),
        ]
    }

    /// Reads what is asked; client and redirect URI have been found to be right.
    pub(super) fn read(&self) -> Result<Ask, Fault> {
        let unsupported = [
            (&self.request, Fault::RequestNotSupported),
            (&self.request_uri, Fault::RequestUriNotSupported),
            (&self.registration, Fault::RegistrationNotSupported),
        ];
        if let Some((_, fault)) = unsupported.into_iter().find(|(given, _)| given.is_some()) {
            return Err(fault);
        }
        match self.response_type.as_deref() {
            Some("code") => {}
            Some(_) => return Err(Fault::ResponseType),
            None => return Err(Fault::Missing("response_type")),
        }
        if self.response_mode.as_deref().is_some_and(|mode| mode != "query") {
            return Err(Fault::Wrong("response_mode"));
        }
        let scope = self.scope.as_deref().unwrap_or_default();
        let scope = scope.parse::<Scope>().map_err(|_| Fault::Scope)?;
        let challenge = self.challenge()?;
        let nonce = self.nonce.as_deref().map(Nonce::parse).transpose();
        let nonce = nonce.map_err(|_| Fault::Wrong("nonce"))?;
        let max_age = self.max_age.as_deref().map(seconds).transpose()?;
        let prompt = Prompt::parse(self.prompt.as_deref().unwrap_or_default())?;
        Ok(Ask { scope, challenge, nonce, prompt, max_age })
    }

    fn challenge(&self) -> Result<Challenge, Fault> {
        let Some(challenge) = &self.code_challenge else {
            return Err(Fault::Missing("code_challenge"));
        };
        // Absent means `plain` (RFC 7636 section 4.3), which is no secret from whoever reads the address.
        if self.code_challenge_method.as_deref() != Some("S256") {
            return Err(Fault::Wrong("code_challenge_method"));
        }
        Challenge::parse(challenge).map_err(|_| Fault::Wrong("code_challenge"))
    }
}

fn seconds(text: &str) -> Result<SignedDuration, Fault> {
    let whole = text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() <= 9;
    let seconds = text.parse::<i64>().ok().filter(|_| whole);
    seconds.map(SignedDuration::from_secs).ok_or(Fault::Wrong("max_age"))
}

/// What a product asks.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) scope: Scope,
    pub(super) challenge: Challenge,
    pub(super) nonce: Option<Nonce>,
    prompt: Prompt,
    max_age: Option<SignedDuration>,
}

/// What the person may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Prompt {
    /// Whatever is needed.
    Any,
    /// Nothing: no page may be shown.
    None,
    /// To sign in once more. Choosing an account is signing in, too; and
    /// consent is the organisation's, not the person's.
    Login,
}

impl Prompt {
    fn parse(text: &str) -> Result<Self, Fault> {
        let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
        if words == ["none"] {
            return Ok(Self::None);
        }
        let known = ["login", "consent", "select_account"];
        if words.iter().any(|word| !known.contains(word)) {
            return Err(Fault::Wrong("prompt"));
        }
        let login = words.iter().any(|word| *word != "consent");
        Ok(if login { Self::Login } else { Self::Any })
    }
}

/// What of a session decides whether it is fresh enough.
#[derive(Clone, Copy, Debug)]
pub(super) struct Proven {
    /// When the person was proven, by whoever proved it: `auth_time`.
    pub(super) authenticated_at: Timestamp,
    /// When this session was opened, or proven again, by our own clock.
    pub(super) here_at: Timestamp,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The session does.
    Answer,
    /// Through hop 1; `again`: although there may be a session.
    SignIn {
        /// Whether the sign-in must be a new one.
        again: bool,
    },
    /// Nobody is signed in as it was asked, and nothing may be shown or was of use.
    LoginRequired,
}

impl Ask {
    /// The same, and a proof of the person no older than their policy allows,
    /// whatever the product asks for.
    pub(super) fn within(mut self, policy: Option<Reverification>) -> Self {
        let allowed = policy.and_then(|within| SignedDuration::try_from(within.age()).ok());
        self.max_age = match (self.max_age, allowed) {
            (Some(asked), Some(allowed)) => Some(asked.min(allowed)),
            (asked, allowed) => asked.or(allowed),
        };
        self
    }

    /// Decides. `sent`: since when this very request has been sent to sign in
    /// again. Whoever comes back from there with a proof that is too old is not
    /// sent a second time: an identity provider that answers without asking the
    /// person would do so for ever.
    pub(super) fn next(&self, session: Option<Proven>, sent: Option<Timestamp>, now: Timestamp) -> Next {
        let again = self.prompt == Prompt::Login || self.max_age.is_some();
        let Some(session) = session else {
            return match self.prompt {
                Prompt::None => Next::LoginRequired,
                Prompt::Any | Prompt::Login => Next::SignIn { again },
            };
        };
        let been_away = sent.is_some_and(|sent| session.here_at >= sent);
        let since = sent.and_then(|sent| sent.checked_sub(SKEW).ok());
        let new = been_away && since.is_some_and(|since| session.authenticated_at >= since);
        let age = now.duration_since(session.authenticated_at);
        let young = self.prompt != Prompt::Login && self.max_age.is_none_or(|most| age <= most);
        match (new || young, self.prompt == Prompt::None || been_away) {
            (true, _) => Next::Answer,
            (false, true) => Next::LoginRequired,
            (false, false) => Next::SignIn { again: true },
        }
    }
}

/// What is wrong with a request, as RFC 6749 section 4.1.2.1 and OpenID Connect
/// Core section 3.1.2.6 call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("{0} is missing")]
    Missing(&'static str),
    #[error("{0} is not one that is supported")]
    Wrong(&'static str),
    #[error("only the response type code is supported")]
    ResponseType,
    #[error("the scope must contain openid")]
    Scope,
    #[error("request objects are not supported")]
    RequestNotSupported,
    #[error("request objects by reference are not supported")]
    RequestUriNotSupported,
    #[error("registration within a request is not supported")]
    RegistrationNotSupported,
    #[error("the request is too long")]
    TooLong,
    #[error("nobody is signed in as it was asked")]
    LoginRequired,
}

impl Fault {
    /// The word that the product is told.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Missing(_) | Self::Wrong(_) | Self::TooLong => "invalid_request",
            Self::ResponseType => "unsupported_response_type",
            Self::Scope => "invalid_scope",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::LoginRequired => "login_required",
        }
    }
}

/// The name of our own parameter.
pub(super) const AGAIN: &str = "again";

/// How far behind ours the clock may be that says when a person was proven.
const SKEW: SignedDuration = SignedDuration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters() -> Parameters {
        Parameters {
            client_id: Some("c".to_owned()),
            redirect_uri: Some("https://a.example/cb".to_owned()),
            response_type: Some("code".to_owned()),
            scope: Some("openid email".to_owned()),
            code_challenge: Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned()),
            code_challenge_method: Some("S256".to_owned()),
            ..Parameters::default()
        }
    }

    fn with(change: impl FnOnce(&mut Parameters)) -> Result<Ask, Fault> {
        let mut changed = parameters();
        change(&mut changed);
        changed.normal().read()
    }

    #[test]
    fn a_policy_makes_a_proof_no_older_than_the_product_asks() {
        let minutes = |n: u64| Reverification::new(std::time::Duration::from_secs(n * 60)).unwrap();
        let mins = SignedDuration::from_mins;
        // (what the product asks, what the policy allows, what holds)
        let cases = [
            (None, None, None),
            (Some(mins(10)), None, Some(mins(10))),
            (None, Some(minutes(20)), Some(mins(20))),
            (Some(mins(10)), Some(minutes(20)), Some(mins(10))),
            (Some(mins(30)), Some(minutes(20)), Some(mins(20))),
            (Some(SignedDuration::ZERO), Some(minutes(20)), Some(SignedDuration::ZERO)),
        ];
        for (max_age, policy, holds) in cases {
            let ask = Ask { max_age, ..with(|_| {}).unwrap() };
            assert_eq!(ask.within(policy).max_age, holds, "{max_age:?} {policy:?}");
        }
    }

    #[test]
    fn what_is_right_is_read() {
        assert!(with(|_| {}).is_ok());
        assert!(with(|p| p.response_mode = Some("query".to_owned())).is_ok());
        assert!(with(|p| p.request = Some(String::new())).is_ok(), "no value is no parameter");
        assert!(with(|p| p.prompt = Some("login consent".to_owned())).is_ok());
    }

    #[test]
    fn each_fault_has_its_word() {
        let cases = [
            ("response_type", "", "invalid_request"),
            ("response_type", "token", "unsupported_response_type"),
            ("response_type", "code id_token", "unsupported_response_type"),
            ("response_mode", "fragment", "invalid_request"),
            ("response_mode", "form_post", "invalid_request"),
            ("scope", "", "invalid_scope"),
            ("scope", "email", "invalid_scope"),
            ("code_challenge", "", "invalid_request"),
            ("code_challenge", "short", "invalid_request"),
            ("code_challenge_method", "", "invalid_request"),
            ("code_challenge_method", "plain", "invalid_request"),
            ("nonce", "tab\t", "invalid_request"),
            ("max_age", "-1", "invalid_request"),
            ("prompt", "none login", "invalid_request"),
            ("prompt", "create", "invalid_request"),
            ("request", "e30.e30.", "request_not_supported"),
            ("request_uri", "https://a.example/r", "request_uri_not_supported"),
        ];
        for (name, value, word) in cases {
            let set = |parameters: &mut Parameters| {
                let mut pairs = parameters.pairs_mut().into_iter();
                *pairs.find(|(known, _)| *known == name).unwrap().1 = Some(value.to_owned());
            };
            let fault = with(set).expect_err(value);
            assert_eq!(fault.word(), word, "{name}={value}: {fault}");
        }
    }

    #[test]
    fn a_request_survives_the_way_through_the_sign_in() {
        let mut asked = parameters();
        asked.state = Some("a&b=c d".to_owned());
        let query = asked.clone().query(Some(b"seal"));
        let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        assert!(pairs.contains(&("state".to_owned(), "a&b=c d".to_owned())), "{query}");
        assert!(pairs.iter().any(|(name, value)| name == "again" && value == "c2VhbA"), "{query}");
        assert_eq!(pairs.len(), 8, "{query}");
    }

    #[test]
    fn what_comes_next() {
        let at = |seconds: i64| Timestamp::from_second(1_800_000_000 + seconds).unwrap();
        let proven =
            |authenticated, here| Some(Proven { authenticated_at: at(authenticated), here_at: at(here) });
        let (here, now) = (proven(0, 0), at(100));
        let (first, again) = (Next::SignIn { again: false }, Next::SignIn { again: true });
        let cases = [
            // prompt, max_age, session, sent, next
            ("", None, None, None, first),
            ("", None, here, None, Next::Answer),
            ("consent", None, here, None, Next::Answer),
            ("none", None, None, None, Next::LoginRequired),
            ("none", None, here, None, Next::Answer),
            ("none", Some("99"), here, None, Next::LoginRequired),
            ("", Some("99"), here, None, again),
            ("", Some("100"), here, None, Next::Answer),
            ("", Some("99"), None, None, again),
            ("", Some("0"), proven(50, 50), Some(50), Next::Answer),
            ("login", None, None, None, again),
            ("login", None, here, None, again),
            ("select_account", None, here, None, again),
            // the person went back instead of signing in
            ("login", None, here, Some(50), again),
            ("login", None, proven(60, 60), Some(50), Next::Answer),
            // the other clock is a minute behind
            ("login", None, proven(-10, 60), Some(50), Next::Answer),
            // the identity provider did not ask the person again
            ("login", None, proven(-11, 60), Some(50), Next::LoginRequired),
            ("", Some("10"), proven(-11, 60), Some(50), Next::LoginRequired),
            // a proof of before is none, also if the page is opened later
            ("login", None, proven(49, 49), Some(50), again),
        ];
        for (prompt, max_age, session, sent, next) in cases {
            let ask = with(|p| {
                p.prompt = Some(prompt.to_owned());
                p.max_age = max_age.map(str::to_owned);
            });
            let decided = ask.unwrap().next(session, sent.map(at), now);
            assert_eq!(decided, next, "{prompt} {max_age:?} {session:?} {sent:?}");
        }
    }
}
