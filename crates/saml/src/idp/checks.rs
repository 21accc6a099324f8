//! The specification of a request, in its order: a function for each rule.

use jiff::SignedDuration;

use super::check::{Here, RequestRule};
use super::registration::ServiceProvider;
use crate::core::{AcsUrl, Ceremony, NameIdFormat, beside};
use crate::protocol::{AuthnRequest, Decline, NameIdPolicy, RequestedAcs};
use crate::xml::names::BINDING_POST;
use crate::xml::read::shorten;

/// What was expected, and what came.
type Mismatch = (String, String);

type Check = fn(&AuthnRequest, &ServiceProvider, &Here<'_>) -> Result<(), Mismatch>;

/// Broken ones get a page of our own.
pub(super) const UNANSWERED: &[(RequestRule, Check)] = &[
    (RequestRule::Issuer, issuer_is),
    (RequestRule::Signature, signature_is_not_required),
    (RequestRule::Destination, destination_is_here),
    (RequestRule::IssueInstant, issued_about_now),
    (RequestRule::Acs, acs_is_registered),
];

/// Broken ones are told to the service provider.
pub(super) const ANSWERED: &[(RequestRule, Decline, Check)] = &[
    (RequestRule::ProtocolBinding, Decline::UnsupportedBinding, binding_is_post),
    (RequestRule::Scoping, Decline::NoSupportedIdp, we_are_in_scope),
    (RequestRule::NameIdPolicy, Decline::InvalidNameIdPolicy, name_id_policy_fits),
    (RequestRule::RequestedAuthnContext, Decline::NoAuthnContext, context_can_be_met),
    (RequestRule::Passive, Decline::NoPassive, not_fresh_and_passive),
];

/// The registered address that a request asks for: compared whole, as a string.
pub(super) fn acs_url<'s>(request: &AuthnRequest, sp: &'s ServiceProvider) -> Result<&'s AcsUrl, Mismatch> {
    let found = match &request.acs {
        RequestedAcs::Default => Some(sp.acs.default_url()),
        RequestedAcs::Url(url) => {
            sp.acs.iter().map(|endpoint| &endpoint.url).find(|registered| registered.as_str() == url)
        }
        RequestedAcs::Index(index) => {
            sp.acs.iter().find(|endpoint| endpoint.index == *index).map(|endpoint| &endpoint.url)
        }
    };
    found.ok_or_else(|| {
        let registered: Vec<&str> = sp.acs.iter().map(|acs| acs.url.as_str()).collect();
        let asked = match &request.acs {
            RequestedAcs::Url(url) => shorten(url.clone()),
            RequestedAcs::Index(index) => format!("the address of index {index}"),
            RequestedAcs::Default => "the default address".to_owned(),
        };
        (registered.join(" or "), asked)
    })
}

fn issuer_is(request: &AuthnRequest, sp: &ServiceProvider, _: &Here<'_>) -> Result<(), Mismatch> {
    match request.issuer == sp.entity_id {
        true => Ok(()),
        false => mismatch(&sp.entity_id, &request.issuer),
    }
}

/// No signature of a request is verified yet, so whatever it carries it counts
/// as unsigned.
fn signature_is_not_required(
    request: &AuthnRequest,
    sp: &ServiceProvider,
    _: &Here<'_>,
) -> Result<(), Mismatch> {
    match (sp.requires_signed_requests, request.carries_signature) {
        (false, _) => Ok(()),
        (true, false) => mismatch("a signed request", "an unsigned one"),
        (true, true) => mismatch("a request whose signature was verified", "one that was not"),
    }
}

fn destination_is_here(request: &AuthnRequest, _: &ServiceProvider, here: &Here<'_>) -> Result<(), Mismatch> {
    match request.destination.as_deref() {
        Some(other) if other != here.sso_url.as_str() => mismatch(here.sso_url, other),
        _ => Ok(()),
    }
}

fn issued_about_now(request: &AuthnRequest, _: &ServiceProvider, here: &Here<'_>) -> Result<(), Mismatch> {
    let age: SignedDuration = here.now.duration_since(request.issue_instant);
    match age.abs() <= FRESH {
        true => Ok(()),
        false => {
            mismatch("an IssueInstant within 300 s of our clock", beside(request.issue_instant, here.now))
        }
    }
}

fn acs_is_registered(request: &AuthnRequest, sp: &ServiceProvider, _: &Here<'_>) -> Result<(), Mismatch> {
    acs_url(request, sp).map(|_| ())
}

fn binding_is_post(request: &AuthnRequest, _: &ServiceProvider, _: &Here<'_>) -> Result<(), Mismatch> {
    match request.protocol_binding.as_deref() {
        None | Some(BINDING_POST) => Ok(()),
        Some(other) => mismatch(BINDING_POST, other),
    }
}

fn we_are_in_scope(request: &AuthnRequest, _: &ServiceProvider, here: &Here<'_>) -> Result<(), Mismatch> {
    let providers = &request.identity_providers;
    let ours = here.entity_id.as_str();
    match providers.is_empty() || providers.iter().any(|provider| provider == ours) {
        true => Ok(()),
        false => mismatch(ours, providers.join(", ")),
    }
}

fn name_id_policy_fits(request: &AuthnRequest, sp: &ServiceProvider, _: &Here<'_>) -> Result<(), Mismatch> {
    let Some(NameIdPolicy { format, sp_name_qualifier, .. }) = &request.name_id_policy else {
        return Ok(());
    };
    match format {
        None | Some(NameIdFormat::Unspecified) => {}
        Some(format) if *format == sp.name_id_format => {}
        Some(other) => return mismatch(sp.name_id_format.as_str(), other.as_str()),
    }
    match sp_name_qualifier {
        Some(other) if other != sp.entity_id.as_str() => mismatch(&sp.entity_id, other),
        _ => Ok(()),
    }
}

fn context_can_be_met(request: &AuthnRequest, sp: &ServiceProvider, _: &Here<'_>) -> Result<(), Mismatch> {
    if request.requests_declarations {
        return mismatch("classes", "declarations of an authentication context");
    }
    let Some(asked) = &request.requested_authn_context else {
        return Ok(());
    };
    let met = |ceremony: Ceremony| ceremony.states(Some(asked), sp.class_policy).is_some();
    match Ceremony::ALL.into_iter().any(met) {
        true => Ok(()),
        false => {
            let classes: Vec<&str> = asked.classes().map(|class| class.as_str()).collect();
            let asked = format!("{:?} of {}", asked.comparison(), classes.join(", "));
            mismatch("a context that some ceremony meets", asked)
        }
    }
}

/// A fresh ceremony needs a page, which a passive request forbids.
fn not_fresh_and_passive(request: &AuthnRequest, _: &ServiceProvider, _: &Here<'_>) -> Result<(), Mismatch> {
    match request.force_authn && request.is_passive {
        false => Ok(()),
        true => mismatch("ForceAuthn or IsPassive", "both"),
    }
}

fn mismatch(expected: impl ToString, received: impl ToString) -> Result<(), Mismatch> {
    Err((expected.to_string(), shorten(received.to_string())))
}

/// How old, or how far in the future, a new request may be.
const FRESH: SignedDuration = SignedDuration::from_secs(5 * 60);
