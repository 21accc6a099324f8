//! The specification of a response, in its order: a function for each rule.
//!
//! A confirmation must satisfy all the bearer rules by itself, so each of them
//! asks whether there is one that satisfies it and those before it.

use jiff::Timestamp;

use super::case::Case;
use super::expected::{Asked, Encryption, SignedPart};
use super::rejection::{Mismatch, Rule, mismatch};
use crate::core::{EntityId, beside, write_instant};
use crate::protocol::assertion::{Assertion, Conditions, Confirmation};
use crate::xml::names::BEARER;

/// Whether a rule holds for a case.
pub(super) type Check = fn(&Case<'_>) -> Result<(), Mismatch>;

/// The table to walk for a case.
pub(super) fn of(case: &Case<'_>) -> &'static [(Rule, Check)] {
    if case.is_declined() { DECLINED } else { RULES }
}

const RULES: &[(Rule, Check)] = &[
    (Rule::Encryption, encryption_is_accepted),
    (Rule::OneAssertion, assertion_is_one),
    (Rule::SignedPart, part_is_signed),
    (Rule::Signature, signatures_hold),
    (Rule::Schema, assertion_is_readable),
    (Rule::Version, versions_are_known),
    (Rule::IssueInstant, issued_by_now),
    (Rule::Destination, destination_is_here),
    (Rule::InResponseTo, response_answers),
    (Rule::ResponseIssuer, response_issuer_is),
    (Rule::Status, status_is_success),
    (Rule::Issuer, issuer_is),
    (Rule::Subject, subject_is_named),
    (Rule::Bearer, bearer_confirms),
    (Rule::Recipient, bearer_delivers_here),
    (Rule::BearerInResponseTo, bearer_answers),
    (Rule::BearerNotBefore, bearer_has_no_beginning),
    (Rule::BearerNotOnOrAfter, bearer_has_not_ended),
    (Rule::Conditions, conditions_are_a_window),
    (Rule::NotBefore, conditions_have_begun),
    (Rule::NotOnOrAfter, conditions_have_not_ended),
    (Rule::Audience, audience_is_ours),
    (Rule::KnownConditions, conditions_are_known),
    (Rule::AuthnStatement, authentication_is_stated),
    (Rule::AuthnInstant, authenticated_by_now),
    (Rule::SessionNotOnOrAfter, session_has_not_ended),
];

/// What is asked of a response that says no.
const DECLINED: &[(Rule, Check)] = &[
    (Rule::SignedPart, signatures_are_in_place),
    (Rule::Signature, signatures_hold),
    (Rule::Version, versions_are_known),
    (Rule::IssueInstant, issued_by_now),
    (Rule::Destination, destination_is_here),
    (Rule::InResponseTo, response_answers),
    (Rule::ResponseIssuer, response_issuer_is),
];

fn encryption_is_accepted(case: &Case<'_>) -> Result<(), Mismatch> {
    match (case.expected.encryption, case.census.encrypted) {
        (Encryption::Refused, 0) => Ok(()),
        (Encryption::Refused, _) => mismatch("an assertion in the clear", "an EncryptedAssertion"),
    }
}

fn assertion_is_one(case: &Case<'_>) -> Result<(), Mismatch> {
    match (case.assertions, case.census.assertions) {
        (1, 1) => Ok(()),
        (placed, all) => mismatch(
            "one assertion, in the response",
            format!("{placed} in the response, {all} in the document"),
        ),
    }
}

fn part_is_signed(case: &Case<'_>) -> Result<(), Mismatch> {
    signatures_are_in_place(case)?;
    if case.carries_what_trust_asks() {
        return Ok(());
    }
    let wanted = match case.expected.trust.signed {
        SignedPart::Assertion => "a signed assertion",
        SignedPart::Response => "a signed response",
        SignedPart::Either => "a signed assertion or a signed response",
        SignedPart::Both => "a signed assertion in a signed response",
    };
    let came = match (case.signed.response, case.signed.assertion) {
        (false, false) => "no signature",
        (false, true) => "a signature of the assertion only",
        (true, _) => "a signature of the response only",
    };
    mismatch(wanted, came)
}

/// A signature anywhere else than on the response or on its assertion signs
/// something that is not read; such a message is refused whole (T002).
fn signatures_are_in_place(case: &Case<'_>) -> Result<(), Mismatch> {
    let placed = usize::from(case.signed.response) + usize::from(case.signed.assertion);
    if case.census.signatures == placed {
        return Ok(());
    }
    mismatch(
        "one signature on each signed element",
        format!("{} signatures, {placed} signed elements", case.census.signatures),
    )
}

fn signatures_hold(case: &Case<'_>) -> Result<(), Mismatch> {
    match &case.signatures {
        Ok(()) => Ok(()),
        Err(why) => mismatch(&why.expected, &why.received),
    }
}

fn assertion_is_readable(case: &Case<'_>) -> Result<(), Mismatch> {
    assertion(case).map(|_| ())
}

fn versions_are_known(case: &Case<'_>) -> Result<(), Mismatch> {
    let assertion = case.assertion.as_ref().ok().map(|a| a.version.as_str());
    let mut versions = std::iter::once(case.response.version.as_str()).chain(assertion);
    match versions.find(|version| *version != "2.0") {
        None => Ok(()),
        Some(other) => mismatch("2.0", other),
    }
}

fn issued_by_now(case: &Case<'_>) -> Result<(), Mismatch> {
    let assertion = case.assertion.as_ref().ok().map(|a| a.issue_instant);
    let instants = std::iter::once(case.response.issue_instant).chain(assertion);
    begun(case, instants.max())
}

/// Bindings 3.5.5.2 demands a Destination where the response is signed. It is
/// demanded always: who could strip it could also strip the signature.
fn destination_is_here(case: &Case<'_>) -> Result<(), Mismatch> {
    equal(case.expected.recipient.as_str(), case.response.destination.as_deref())
}

fn response_answers(case: &Case<'_>) -> Result<(), Mismatch> {
    answers(case, case.response.in_response_to.as_deref())
}

/// The standard lets an unsigned response go without an Issuer; every sender in
/// use writes one, and it is demanded always, as the Destination is.
fn response_issuer_is(case: &Case<'_>) -> Result<(), Mismatch> {
    let issuer = case.response.issuer.as_ref().map(EntityId::as_str);
    equal(case.expected.trust.issuer.as_str(), issuer)
}

fn status_is_success(case: &Case<'_>) -> Result<(), Mismatch> {
    match case.response.status.is_success() {
        true => Ok(()),
        false => mismatch("Success", &case.response.status),
    }
}

fn issuer_is(case: &Case<'_>) -> Result<(), Mismatch> {
    let issuer = assertion(case)?.issuer.as_str();
    equal(case.expected.trust.issuer.as_str(), Some(issuer))
}

fn subject_is_named(case: &Case<'_>) -> Result<(), Mismatch> {
    match &assertion(case)?.subject {
        Some(subject) if subject.name_id.is_some() => Ok(()),
        Some(_) => mismatch("a Subject with a NameID", "a Subject without"),
        None => mismatch("a Subject with a NameID", "no Subject"),
    }
}

fn bearer_confirms(case: &Case<'_>) -> Result<(), Mismatch> {
    if satisfying(case, 1)?.next().is_some() {
        return Ok(());
    }
    let methods: Vec<&str> = satisfying(case, 0)?.map(|c| c.method.as_str()).collect();
    mismatch(BEARER, listed(&methods))
}

fn bearer_delivers_here(case: &Case<'_>) -> Result<(), Mismatch> {
    if satisfying(case, 2)?.next().is_some() {
        return Ok(());
    }
    let first = satisfying(case, 1)?.next();
    equal(case.expected.recipient.as_str(), first.and_then(|bearer| bearer.recipient.as_deref()))
}

fn bearer_answers(case: &Case<'_>) -> Result<(), Mismatch> {
    if satisfying(case, 3)?.next().is_some() {
        return Ok(());
    }
    let first = satisfying(case, 2)?.next();
    answers(case, first.and_then(|bearer| bearer.in_response_to.as_deref()))
        .and_then(|()| mismatch("a bearer for this address", "none"))
}

fn bearer_has_no_beginning(case: &Case<'_>) -> Result<(), Mismatch> {
    if satisfying(case, 4)?.next().is_some() {
        return Ok(());
    }
    let first = satisfying(case, 3)?.find_map(|bearer| bearer.not_before);
    mismatch("no NotBefore", stamp(first))
}

fn bearer_has_not_ended(case: &Case<'_>) -> Result<(), Mismatch> {
    match satisfying(case, 4)?.filter_map(|bearer| bearer.not_on_or_after).max() {
        Some(last) => not_ended(case, Some(last)),
        None => mismatch("a NotOnOrAfter", "none"),
    }
}

/// The confirmations that satisfy the first so many of the bearer rules.
fn satisfying<'c>(
    case: &'c Case<'_>,
    rules: usize,
) -> Result<impl Iterator<Item = &'c Confirmation>, Mismatch> {
    let confirmations = assertion(case)?.subject.iter().flat_map(|subject| &subject.confirmations);
    Ok(confirmations.filter(move |c| BEARER_RULES[..rules].iter().all(|holds| holds(case, c))))
}

const BEARER_RULES: [fn(&Case<'_>, &Confirmation) -> bool; 4] = [
    |_, c| c.method == BEARER,
    |case, c| c.recipient.as_deref() == Some(case.expected.recipient.as_str()),
    |case, c| answers(case, c.in_response_to.as_deref()).is_ok(),
    |_, c| c.not_before.is_none(),
];

/// The window must not be empty (core 2.5.1.2).
fn conditions_are_a_window(case: &Case<'_>) -> Result<(), Mismatch> {
    let conditions = conditions(case)?;
    match (conditions.not_before, conditions.not_on_or_after) {
        (Some(from), Some(to)) if from >= to => mismatch(
            "NotBefore before NotOnOrAfter",
            format!("{} and {}", write_instant(from), write_instant(to)),
        ),
        _ => Ok(()),
    }
}

fn conditions_have_begun(case: &Case<'_>) -> Result<(), Mismatch> {
    begun(case, conditions(case)?.not_before)
}

fn conditions_have_not_ended(case: &Case<'_>) -> Result<(), Mismatch> {
    not_ended(case, conditions(case)?.not_on_or_after)
}

/// Restrictions are ANDed, audiences within one are ORed.
fn audience_is_ours(case: &Case<'_>) -> Result<(), Mismatch> {
    let ours = case.expected.audience.as_str();
    let restrictions = &conditions(case)?.audiences;
    if restrictions.is_empty() {
        return mismatch(ours, "no AudienceRestriction");
    }
    let foreign = restrictions.iter().find(|audiences| audiences.iter().all(|audience| audience != ours));
    match foreign {
        None => Ok(()),
        Some(audiences) => {
            let audiences: Vec<&str> = audiences.iter().map(String::as_str).collect();
            mismatch(ours, listed(&audiences))
        }
    }
}

/// OneTimeUse holds by the replay memory, ProxyRestriction because we issue no
/// assertion on the strength of another.
fn conditions_are_known(case: &Case<'_>) -> Result<(), Mismatch> {
    let conditions = conditions(case)?;
    if let Some(unknown) = conditions.unknown.first() {
        return mismatch("conditions that are known", unknown);
    }
    if conditions.one_time_use > 1 || conditions.proxy_restrictions > 1 {
        return mismatch("each of them once", "OneTimeUse or ProxyRestriction twice");
    }
    Ok(())
}

fn authentication_is_stated(case: &Case<'_>) -> Result<(), Mismatch> {
    match assertion(case)?.authn_statements.is_empty() {
        false => Ok(()),
        true => mismatch("an AuthnStatement", "none"),
    }
}

fn authenticated_by_now(case: &Case<'_>) -> Result<(), Mismatch> {
    let statements = assertion(case)?.authn_statements.iter();
    begun(case, statements.map(|statement| statement.authn_instant).max())
}

fn session_has_not_ended(case: &Case<'_>) -> Result<(), Mismatch> {
    let statements = assertion(case)?.authn_statements.iter();
    not_ended(case, statements.filter_map(|s| s.session_not_on_or_after).min())
}

fn assertion<'c>(case: &'c Case<'_>) -> Result<&'c Assertion, Mismatch> {
    match &case.assertion {
        Ok(assertion) => Ok(assertion),
        Err(why) => mismatch("an assertion of the schema's shape", why),
    }
}

fn conditions<'c>(case: &'c Case<'_>) -> Result<&'c Conditions, Mismatch> {
    match &assertion(case)?.conditions {
        Some(conditions) => Ok(conditions),
        None => mismatch("Conditions", "none"),
    }
}

fn answers(case: &Case<'_>, in_response_to: Option<&str>) -> Result<(), Mismatch> {
    match (case.expected.asked, in_response_to) {
        (Asked::Request(request), received) => equal(request.as_str(), received),
        (Asked::Nothing(_), None) => Ok(()),
        (Asked::Nothing(_), Some(other)) => mismatch("no InResponseTo", other),
    }
}

fn begun(case: &Case<'_>, begin: Option<Timestamp>) -> Result<(), Mismatch> {
    let (now, skew) = (case.expected.now, case.expected.skew);
    match begin {
        Some(begin) if skew.not_begun(begin, now) => mismatch(
            format!("an instant not later than {} s after our clock", skew.duration().as_secs()),
            beside(begin, now),
        ),
        _ => Ok(()),
    }
}

fn not_ended(case: &Case<'_>, end: Option<Timestamp>) -> Result<(), Mismatch> {
    let (now, skew) = (case.expected.now, case.expected.skew);
    match end {
        Some(end) if skew.has_ended(end, now) => mismatch(
            format!("an end less than {} s before our clock", skew.duration().as_secs()),
            beside(end, now),
        ),
        _ => Ok(()),
    }
}

fn equal(expected: &str, received: Option<&str>) -> Result<(), Mismatch> {
    match received {
        Some(received) if received == expected => Ok(()),
        Some(other) => mismatch(expected, other),
        None => mismatch(expected, "none"),
    }
}

fn stamp(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "none".to_owned(), write_instant)
}

fn listed(texts: &[&str]) -> String {
    match texts {
        [] => "none".to_owned(),
        texts => texts.join(", "),
    }
}
