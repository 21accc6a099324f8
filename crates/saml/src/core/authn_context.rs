//! The AuthnContext table: which classes exist for us, in the order of their
//! strength, and which of them a ceremony may state.
//!
//! | class | stated when |
//! |---|---|
//! | `unspecified` | any ceremony; the class stated when none was asked for |
//! | `PasswordProtectedTransport` | asked for, and the application is not strict: a ceremony with user verification is at least as strong |
//! | `MobileTwoFactorContract` | the phone took part (hybrid, QR) |
//! | REFEDS MFA | any ceremony: possession of the key and the verified user |
//! | phishing-resistant | the authenticator checked the origin (passkey, hybrid); never the QR |
//!
//! Nobody can make it state a class that did not happen.

use super::{NotXmlText, is_xml_text};

/// The class of an authentication, as a URI (core 2.7.2.2).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AuthnContextClassRef(String);

impl AuthnContextClassRef {
    /// `…:ac:classes:unspecified`.
    pub const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified";
    /// `…:ac:classes:PasswordProtectedTransport`.
    pub const PASSWORD_PROTECTED_TRANSPORT: &str =
        "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";
    /// `…:ac:classes:MobileTwoFactorContract`.
    pub const MOBILE_TWO_FACTOR_CONTRACT: &str =
        "urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorContract";
    /// The REFEDS profile for multi-factor authentication.
    pub const REFEDS_MFA: &str = "https://refeds.org/profile/mfa";
    /// Countersign's own class: the ceremony was bound to the origin.
    pub const PHISHING_RESISTANT: &str = "urn:countersign:ac:classes:phishing-resistant";

    /// A class by its URI.
    ///
    /// # Errors
    /// [`NotXmlText`] when it is blank or XML cannot carry it.
    ///
    /// ```
    /// use saml::core::AuthnContextClassRef as Class;
    /// let class = Class::parse(Class::REFEDS_MFA).unwrap();
    /// assert_eq!(class.as_str(), "https://refeds.org/profile/mfa");
    /// ```
    pub fn parse(uri: &str) -> Result<AuthnContextClassRef, NotXmlText> {
        if uri.trim().is_empty() || !is_xml_text(uri) {
            return Err(NotXmlText);
        }
        Ok(AuthnContextClassRef(uri.to_owned()))
    }

    /// The URI.
    ///
    /// ```
    /// use saml::core::AuthnContextClassRef as Class;
    /// assert_eq!(Class::parse("urn:x:y").unwrap().as_str(), "urn:x:y");
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How the requested classes are to be compared (core 3.3.2.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Comparison {
    /// One of the classes named; the default.
    #[default]
    Exact,
    /// At least as strong as one of them.
    Minimum,
    /// As strong as can be without exceeding one of them.
    Maximum,
    /// Stronger than all of them.
    Better,
}

/// What an application asks for (core 3.3.2.2.1). Never without a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestedAuthnContext {
    first: AuthnContextClassRef,
    rest: Vec<AuthnContextClassRef>,
    comparison: Comparison,
}

impl RequestedAuthnContext {
    /// A request for one class or more, in order of preference.
    ///
    /// ```
    /// use saml::core::{AuthnContextClassRef as Class, Comparison, RequestedAuthnContext};
    /// let mfa = Class::parse(Class::REFEDS_MFA).unwrap();
    /// let asked = RequestedAuthnContext::new(mfa, [], Comparison::Exact);
    /// assert_eq!(asked.classes().count(), 1);
    /// ```
    #[must_use]
    pub fn new(
        first: AuthnContextClassRef,
        rest: impl IntoIterator<Item = AuthnContextClassRef>,
        comparison: Comparison,
    ) -> RequestedAuthnContext {
        RequestedAuthnContext { first, rest: rest.into_iter().collect(), comparison }
    }

    /// The classes in order of preference.
    ///
    /// ```
    /// # use saml::core::{AuthnContextClassRef as Class, Comparison, RequestedAuthnContext};
    /// # let mfa = Class::parse(Class::REFEDS_MFA).unwrap();
    /// # let asked = RequestedAuthnContext::new(mfa, [], Comparison::Exact);
    /// assert_eq!(asked.classes().next().unwrap().as_str(), Class::REFEDS_MFA);
    /// ```
    pub fn classes(&self) -> impl Iterator<Item = &AuthnContextClassRef> {
        std::iter::once(&self.first).chain(&self.rest)
    }

    /// How they are compared.
    ///
    /// ```
    /// # use saml::core::{AuthnContextClassRef as Class, Comparison, RequestedAuthnContext};
    /// # let mfa = Class::parse(Class::REFEDS_MFA).unwrap();
    /// # let asked = RequestedAuthnContext::new(mfa, [], Comparison::Exact);
    /// assert_eq!(asked.comparison(), Comparison::Exact);
    /// ```
    #[must_use]
    pub fn comparison(&self) -> Comparison {
        self.comparison
    }
}

/// What really happened at the identity provider. The user was verified in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ceremony {
    /// A passkey of this device.
    Passkey,
    /// The browser's own phone flow: proximity and origin were checked.
    Hybrid,
    /// Our QR code, approved on the phone: the phone's authenticator saw our
    /// origin, but nothing proves that the two screens stood side by side.
    Qr,
}

/// Whether an application takes a stronger ceremony for a class that names a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClassPolicy {
    /// `PasswordProtectedTransport` is met by any ceremony with user
    /// verification, and stated when it was asked for.
    #[default]
    AtLeastAsStrong,
    /// A class is stated only when exactly that happened.
    Strict,
}

impl Ceremony {
    /// The class to state for this ceremony, or `None` when it does not meet
    /// what was asked (the answer is then the status `NoAuthnContext`).
    ///
    /// ```
    /// use saml::core::{AuthnContextClassRef as Class, Ceremony, ClassPolicy, Comparison, RequestedAuthnContext};
    /// let asked = |class| {
    ///     RequestedAuthnContext::new(Class::parse(class).unwrap(), [], Comparison::Exact)
    /// };
    /// let ppt = asked(Class::PASSWORD_PROTECTED_TRANSPORT);
    /// let stated = Ceremony::Qr.states(Some(&ppt), ClassPolicy::AtLeastAsStrong).unwrap();
    /// assert_eq!(stated.as_str(), Class::PASSWORD_PROTECTED_TRANSPORT);
    ///
    /// let resistant = asked(Class::PHISHING_RESISTANT);
    /// assert_eq!(Ceremony::Qr.states(Some(&resistant), ClassPolicy::AtLeastAsStrong), None);
    /// ```
    #[must_use]
    pub fn states(
        self,
        asked: Option<&RequestedAuthnContext>,
        policy: ClassPolicy,
    ) -> Option<AuthnContextClassRef> {
        let may_state = |row: &&Row| (row.happened)(self, policy);
        let row = match asked {
            None => TABLE.iter().find(may_state),
            Some(asked) => answer(asked, may_state),
        };
        row.map(|row| AuthnContextClassRef(row.class.to_owned()))
    }

    /// Every ceremony there is, the strongest first.
    pub const ALL: [Ceremony; 3] = [Ceremony::Hybrid, Ceremony::Passkey, Ceremony::Qr];
}

struct Row {
    class: &'static str,
    happened: fn(Ceremony, ClassPolicy) -> bool,
}

fn answer(asked: &RequestedAuthnContext, may_state: impl Fn(&&Row) -> bool) -> Option<&'static Row> {
    let rank = |class: &AuthnContextClassRef| TABLE.iter().position(|row| row.class == class.0);
    let ranks: Vec<Option<usize>> = asked.classes().map(rank).collect();
    let mut known = ranks.iter().flatten().copied();
    match asked.comparison {
        Comparison::Exact => known.map(|at| &TABLE[at]).find(may_state),
        Comparison::Minimum => known.min().and_then(|at| TABLE[at..].iter().find(may_state)),
        Comparison::Maximum => known.max().and_then(|at| TABLE[..=at].iter().rfind(may_state)),
        // Nothing can be said to be stronger than a class we do not know.
        Comparison::Better if ranks.contains(&None) => None,
        Comparison::Better => known.by_ref().max().and_then(|at| TABLE[at + 1..].iter().find(may_state)),
    }
}

/// Weakest first.
const TABLE: &[Row] = &[
    Row { class: AuthnContextClassRef::UNSPECIFIED, happened: |_, _| true },
    Row {
        class: AuthnContextClassRef::PASSWORD_PROTECTED_TRANSPORT,
        happened: |_, policy| policy == ClassPolicy::AtLeastAsStrong,
    },
    Row {
        class: AuthnContextClassRef::MOBILE_TWO_FACTOR_CONTRACT,
        happened: |ceremony, _| ceremony != Ceremony::Passkey,
    },
    Row { class: AuthnContextClassRef::REFEDS_MFA, happened: |_, _| true },
    Row { class: AuthnContextClassRef::PHISHING_RESISTANT, happened: |ceremony, _| ceremony != Ceremony::Qr },
];

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: &str = AuthnContextClassRef::UNSPECIFIED;
    const PPT: &str = AuthnContextClassRef::PASSWORD_PROTECTED_TRANSPORT;
    const MOBILE: &str = AuthnContextClassRef::MOBILE_TWO_FACTOR_CONTRACT;
    const MFA: &str = AuthnContextClassRef::REFEDS_MFA;
    const RESISTANT: &str = AuthnContextClassRef::PHISHING_RESISTANT;
    const KERBEROS: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:Kerberos";

    fn stated(
        ceremony: Ceremony,
        policy: ClassPolicy,
        comparison: Comparison,
        classes: &[&str],
    ) -> Option<String> {
        let mut all = classes.iter().map(|uri| AuthnContextClassRef::parse(uri).unwrap());
        let asked = RequestedAuthnContext::new(all.next().unwrap(), all, comparison);
        ceremony.states(Some(&asked), policy).map(|class| class.0)
    }

    type Case<'a> = (Ceremony, ClassPolicy, Comparison, &'a [&'a str], Option<&'a str>);

    #[test]
    fn the_table_of_cases() {
        use Ceremony::{Hybrid, Passkey, Qr};
        use ClassPolicy::{AtLeastAsStrong, Strict};
        use Comparison::{Better, Exact, Maximum, Minimum};
        let cases: &[Case<'_>] = &[
            (Qr, AtLeastAsStrong, Exact, &[PPT], Some(PPT)),
            (Qr, AtLeastAsStrong, Exact, &[NONE], Some(NONE)),
            (Qr, AtLeastAsStrong, Exact, &[KERBEROS], None),
            (Qr, AtLeastAsStrong, Exact, &[KERBEROS, PPT], Some(PPT)),
            (Qr, AtLeastAsStrong, Exact, &[MFA, PPT], Some(MFA)),
            (Qr, AtLeastAsStrong, Exact, &[MOBILE], Some(MOBILE)),
            (Passkey, AtLeastAsStrong, Exact, &[MOBILE], None),
            (Qr, AtLeastAsStrong, Exact, &[RESISTANT], None),
            (Hybrid, AtLeastAsStrong, Exact, &[RESISTANT], Some(RESISTANT)),
            (Hybrid, Strict, Exact, &[PPT], None),
            (Hybrid, Strict, Exact, &[PPT, MFA], Some(MFA)),
            (Hybrid, Strict, Minimum, &[PPT], Some(MOBILE)),
            (Passkey, Strict, Minimum, &[PPT], Some(MFA)),
            (Passkey, AtLeastAsStrong, Minimum, &[PPT], Some(PPT)),
            (Passkey, AtLeastAsStrong, Minimum, &[RESISTANT, PPT], Some(PPT)),
            (Passkey, AtLeastAsStrong, Minimum, &[MOBILE], Some(MFA)),
            (Qr, AtLeastAsStrong, Minimum, &[RESISTANT], None),
            (Qr, AtLeastAsStrong, Minimum, &[KERBEROS], None),
            (Passkey, AtLeastAsStrong, Maximum, &[MOBILE], Some(PPT)),
            (Qr, AtLeastAsStrong, Maximum, &[RESISTANT], Some(MFA)),
            (Qr, AtLeastAsStrong, Better, &[PPT], Some(MOBILE)),
            (Qr, AtLeastAsStrong, Better, &[MFA], None),
            (Hybrid, AtLeastAsStrong, Better, &[MFA], Some(RESISTANT)),
            (Hybrid, AtLeastAsStrong, Better, &[RESISTANT], None),
            (Hybrid, AtLeastAsStrong, Better, &[PPT, KERBEROS], None),
        ];
        for &(ceremony, policy, comparison, classes, expected) in cases {
            assert_eq!(
                stated(ceremony, policy, comparison, classes).as_deref(),
                expected,
                "{ceremony:?} {policy:?} {comparison:?} {classes:?}"
            );
        }
    }

    #[test]
    fn nothing_asked_is_met_by_anything() {
        for ceremony in Ceremony::ALL {
            for policy in [ClassPolicy::AtLeastAsStrong, ClassPolicy::Strict] {
                assert_eq!(ceremony.states(None, policy).unwrap().0, NONE);
            }
        }
    }
}
