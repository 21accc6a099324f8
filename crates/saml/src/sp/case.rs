//! One response beside what is expected of it, opened: its signatures checked,
//! and its contents read again from what they cover.

use std::borrow::Cow;

use xmldsig::{Document, Element};

use super::expected::{Expected, SignedPart};
use super::rejection::{Mismatch, Rejection, Rule, mismatch};
use super::{Outcome, Received, VerifiedAssertion};
use crate::protocol::Malformed;
use crate::protocol::assertion::{self, Assertion};
use crate::protocol::response::{self, ResponseHead, ResponseParts};
use crate::xml::names::{ASSERTION, DSIG, PROTOCOL};
use crate::xml::read;

/// What may be read when the signatures do not hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Nothing: to verify.
    AtProven,
    /// What was posted: to inspect.
    AtAnything,
}

/// A response and its expectations, ready for the rules.
pub(super) struct Case<'a> {
    pub(super) expected: &'a Expected<'a>,
    /// What stands anywhere in the document.
    pub(super) census: Census,
    /// Assertions in the one place that is read.
    pub(super) assertions: usize,
    /// Which of response and assertion carries a signature.
    pub(super) signed: Signed,
    /// Whether every signature holds.
    pub(super) signatures: Result<(), Mismatch>,
    /// From the signed octets of the response, else as posted.
    pub(super) response: Cow<'a, ResponseHead>,
    /// From signed octets, if `proven`.
    pub(super) assertion: Result<Assertion, Cow<'static, str>>,
    proven: bool,
}

/// Which parts carry a signature.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Signed {
    pub(super) response: bool,
    pub(super) assertion: bool,
}

/// How many assertions and signatures stand anywhere in a document. Counted to
/// refuse, never to find one.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Census {
    pub(super) assertions: usize,
    pub(super) encrypted: usize,
    pub(super) signatures: usize,
}

/// What the signatures cover, read again.
struct Proven {
    response: Option<ResponseHead>,
    assertion: Result<Assertion, Cow<'static, str>>,
}

impl<'a> Case<'a> {
    pub(super) fn open(received: &'a Received, expected: &'a Expected<'a>, look: Look) -> Case<'a> {
        let root = received.document.root();
        let mut case = Case {
            expected,
            census: Census::of(&received.document),
            assertions: 0,
            signed: Signed::default(),
            signatures: Err(Mismatch { expected: String::new(), received: String::new() }),
            response: Cow::Borrowed(&received.head),
            assertion: Err("there is no assertion that could be read".into()),
            proven: false,
        };
        match response::parts(root) {
            Ok(parts) => case.fill(root, &parts, look),
            // `Received` has read them before, so this cannot be.
            Err(why) => case.signatures = mismatch("a response that can be read again", why),
        }
        case
    }

    fn fill(&mut self, root: Element<'_>, parts: &ResponseParts<'_>, look: Look) {
        self.assertions = parts.assertions.len();
        let only = match parts.assertions[..] {
            [only] => Some(only),
            _ => None,
        };
        self.signed = Signed { response: is_signed(root), assertion: only.is_some_and(is_signed) };
        match self.prove(root, only) {
            Ok(proven) => {
                self.signatures = Ok(());
                self.proven = self.signed.assertion || self.signed.response;
                self.assertion = proven.assertion;
                if let Some(head) = proven.response {
                    self.response = Cow::Owned(head);
                }
            }
            Err(why) => self.signatures = Err(why),
        }
        if let (false, Look::AtAnything, Some(posted)) = (self.proven, look, only) {
            self.assertion = assertion::read(posted).map_err(|why| why.to_string().into());
        }
    }

    /// Verifies each signature on the posted tree, and reads what they cover
    /// from the canonical octets: the assertion from its own when it is signed,
    /// else from the response's.
    fn prove(&self, root: Element<'_>, only: Option<Element<'_>>) -> Result<Proven, Mismatch> {
        let keys = &self.expected.trust.keys;
        let verify = |element, signed: bool| match signed {
            true => xmldsig::verify(element, keys)
                .map(Some)
                .or_else(|why| mismatch("a signature that holds under a key of the trust", why)),
            false => Ok(None),
        };
        let response = verify(root, self.signed.response)?;
        let assertion = match only {
            Some(only) => verify(only, self.signed.assertion)?,
            None => None,
        };
        let document = |signed: xmldsig::Signed| {
            let document = signed.document();
            document.or_else(|why| mismatch("signed octets that can be read again", why))
        };
        let response = response.map(document).transpose()?;
        let assertion = assertion.map(document).transpose()?;
        let read_from_assertion = assertion.as_ref().map(signed_assertion);
        let mut proven = Proven { response: None, assertion: Err("there is no signed assertion".into()) };
        if let Some(response) = &response {
            let (head, within) = signed_response(response)
                .or_else(|why| mismatch("a signed Response of the schema's shape", why))?;
            proven.response = Some(head);
            proven.assertion = within;
        }
        if let Some(read) = read_from_assertion {
            proven.assertion = read.map_err(|why| why.to_string().into());
        }
        Ok(proven)
    }

    /// Whether the identity provider says no, and says nothing else.
    pub(super) fn is_declined(&self) -> bool {
        !self.response.status.is_success() && self.census.assertions == 0 && self.census.encrypted == 0
    }

    /// The rejection for a rule that broke.
    pub(super) fn reject(&self, rule: Rule, mismatch: Mismatch) -> Rejection {
        Rejection {
            rule,
            expected: mismatch.expected,
            received: mismatch.received,
            signed: self.proven && rule > Rule::Signature,
        }
    }

    /// What follows when no rule is broken.
    pub(super) fn conclude(self) -> Result<Outcome, Rejection> {
        if self.is_declined() {
            return Ok(Outcome::Declined(self.response.into_owned().status));
        }
        let (proven, assertion) = (self.proven, self.assertion);
        let verified = assertion.ok().filter(|_| proven).and_then(VerifiedAssertion::new);
        verified.map(Outcome::SignedIn).ok_or_else(|| Rejection {
            rule: Rule::Signature,
            expected: "a signed assertion".to_owned(),
            received: "one that no signature covers".to_owned(),
            signed: false,
        })
    }

    /// Whether the parts that the trust asks for carry a signature.
    pub(super) fn carries_what_trust_asks(&self) -> bool {
        match self.expected.trust.signed {
            SignedPart::Assertion => self.signed.assertion,
            SignedPart::Response => self.signed.response,
            SignedPart::Either => self.signed.assertion || self.signed.response,
            SignedPart::Both => self.signed.assertion && self.signed.response,
        }
    }
}

impl Census {
    fn of(document: &Document) -> Census {
        let mut census = Census::default();
        for element in document.elements() {
            census.assertions += usize::from(element.is(ASSERTION, "Assertion"));
            census.encrypted += usize::from(element.is(ASSERTION, "EncryptedAssertion"));
            census.signatures += usize::from(element.is(DSIG, "Signature"));
        }
        census
    }
}

/// Whether an element carries a signature, wherever among its children. One out
/// of its place is for `xmldsig::verify` to refuse.
fn is_signed(element: Element<'_>) -> bool {
    element.elements().any(|child| child.is(DSIG, "Signature"))
}

fn signed_assertion(document: &Document) -> Result<Assertion, Malformed> {
    assertion::read(read::root(document, ASSERTION, "Assertion")?)
}

/// The head, and the assertion within, of a signed response.
fn signed_response(
    document: &Document,
) -> Result<(ResponseHead, Result<Assertion, Cow<'static, str>>), Malformed> {
    let parts = response::parts(read::root(document, PROTOCOL, "Response")?)?;
    let within = match parts.assertions[..] {
        [only] => assertion::read(only).map_err(|why| why.to_string().into()),
        _ => Err("the signed response does not hold one assertion".into()),
    };
    Ok((parts.head()?, within))
}
