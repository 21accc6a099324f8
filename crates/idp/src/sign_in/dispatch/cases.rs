//! The tables of cases of hop 3.

use saml::core::{
    AcsUrl, AuthnContextClassRef as Class, ClassPolicy, Comparison, EntityId, NameIdFormat, RequestId,
    RequestedAuthnContext, SsoUrl,
};
use saml::idp::{AcsEndpoints, Here, ServiceProvider, check};
use saml::protocol::{AuthnRequest, RequestedAcs};
use uuid::Uuid;

use super::*;
use crate::model::application::ApplicationId;
use crate::model::sign_in::{KeptRequest, LIFETIME, SignInId};

const MAYA: PersonId = PersonId::new(Uuid::from_u128(1));
const GOOD: PersonFacts = PersonFacts { active: true, assigned: true, is_subject: true };
const SUSPENDED: PersonFacts = PersonFacts { active: false, ..GOOD };
const UNASSIGNED: PersonFacts = PersonFacts { assigned: false, ..GOOD };
const OTHER: PersonFacts = PersonFacts { is_subject: false, ..GOOD };
const BOTH: Ways = Ways { passkey: true, qr: true };

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).expect("in range")
}

fn sign_in(stage: Stage) -> SignIn {
    SignIn {
        id: SignInId::new(Uuid::from_u128(4)),
        application: ApplicationId::new(Uuid::from_u128(2)),
        request: KeptRequest { xml: Vec::new(), relay_state: None, arrived_at: at(0) },
        expires_at: at(0) + LIFETIME,
        stage,
        afresh: false,
    }
}

/// What a request asks for.
#[derive(Clone, Copy, Default)]
struct Wish {
    force_authn: bool,
    is_passive: bool,
    class: Option<&'static str>,
}

const FORCE: Wish = Wish { force_authn: true, is_passive: false, class: None };
const PASSIVE: Wish = Wish { force_authn: false, is_passive: true, class: None };
const PLAIN: Wish = Wish { force_authn: false, is_passive: false, class: None };

fn request(wish: Wish) -> CheckedRequest {
    let entity = |text| EntityId::parse(text).expect("an entity ID");
    let class = |uri| Class::parse(uri).expect("a class");
    let sp = ServiceProvider {
        entity_id: entity("https://sp.example/saml"),
        acs: AcsEndpoints::only(AcsUrl::parse("https://sp.example/acs").expect("an address")),
        name_id_format: NameIdFormat::EmailAddress,
        requires_signed_requests: false,
        class_policy: ClassPolicy::AtLeastAsStrong,
    };
    let request = AuthnRequest {
        id: RequestId::from_random([3; 16]),
        issue_instant: at(0),
        destination: None,
        issuer: sp.entity_id.clone(),
        carries_signature: false,
        subject: None,
        name_id_policy: None,
        requested_authn_context: wish
            .class
            .map(|uri| RequestedAuthnContext::new(class(uri), [], Comparison::Exact)),
        requests_declarations: false,
        identity_providers: Vec::new(),
        force_authn: wish.force_authn,
        is_passive: wish.is_passive,
        acs: RequestedAcs::Default,
        protocol_binding: None,
        provider_name: None,
    };
    let sso_url = SsoUrl::parse("https://idp.example/saml/sso").expect("an address");
    let here = Here { entity_id: &entity("https://idp.example"), sso_url: &sso_url, now: at(0) };
    check(request, &sp, &here).expect("a good request")
}

fn proof(method: Method, known: KnownHere) -> Proof {
    Proof { person: MAYA, method, at: at(50), known }
}

fn held(method: Method) -> Option<Held> {
    Some(Held { person: MAYA, method, at: at(-600) })
}

/// The step of an enabled application, at second 60. As the callers do, only the facts of the person in question are
/// given.
fn step(sign_in: &SignIn, wish: Wish, session: Option<Held>, person: Option<PersonFacts>) -> Step {
    let request = request(wish);
    let person = person.filter(|_| in_question(sign_in, &request, session).is_some());
    let application = ApplicationState::Enabled;
    next_step(&Facts { sign_in, request: &request, application, session, person, now: at(60) })
}

fn responds(step: Step, ceremony: Ceremony, when: Timestamp) -> bool {
    matches!(step, Step::Respond(g) if g.person() == MAYA && g.ceremony() == ceremony && g.at() == when)
}

#[test]
fn a_new_request_goes_by_the_session() {
    let ask = Step::Ask(BOTH);
    let passive = Step::Decline(Declined::NoPassive);
    let passkey = held(Method::Passkey);
    // session, person, wish → step (ForceAuthn and IsPassive together are declined in hop 2)
    let cases = [
        (None, None, PLAIN, ask),
        (None, None, FORCE, ask),
        (None, None, PASSIVE, passive),
        (passkey, Some(GOOD), FORCE, ask),
        (passkey, Some(SUSPENDED), PLAIN, ask),
        (passkey, Some(SUSPENDED), PASSIVE, passive),
        (passkey, None, PLAIN, ask),
        (passkey, Some(OTHER), PLAIN, ask),
        (passkey, Some(OTHER), PASSIVE, passive),
        (passkey, Some(UNASSIGNED), PLAIN, Step::Refuse(Refused::NotAssigned)),
        (passkey, Some(UNASSIGNED), PASSIVE, passive),
        (held(Method::Saml), Some(GOOD), PLAIN, ask),
    ];
    for (number, (session, person, wish, expected)) in cases.into_iter().enumerate() {
        assert_eq!(step(&sign_in(Stage::Asked), wish, session, person), expected, "case {number}");
    }
    for (method, ceremony) in [
        (Method::Passkey, Ceremony::Passkey),
        (Method::Hybrid, Ceremony::Passkey),
        (Method::Qr, Ceremony::Qr),
    ] {
        for wish in [PLAIN, PASSIVE] {
            let step = step(&sign_in(Stage::Asked), wish, held(method), Some(GOOD));
            assert!(responds(step, ceremony, at(-600)), "{method:?} {step:?}");
        }
    }
}

#[test]
fn after_not_me_no_session_answers() {
    let mut afresh = sign_in(Stage::Asked);
    afresh.afresh = true;
    assert_eq!(step(&afresh, PLAIN, held(Method::Passkey), Some(GOOD)), Step::Ask(BOTH));
}

#[test]
fn a_proof_goes_by_the_person_and_the_browser() {
    use KnownHere::{Nobody, Others, Them};
    use Method::{Hybrid, Passkey, Qr};
    let name = Some(Step::Name(MAYA));
    let refuse = |why| Some(Step::Refuse(why));
    // method, known, person → step, or the assertion
    let cases = [
        (Passkey, Nobody, Some(GOOD), None),
        (Passkey, Them, Some(GOOD), None),
        (Passkey, Others, Some(GOOD), name),
        (Hybrid, Nobody, Some(GOOD), None),
        (Hybrid, Others, Some(GOOD), name),
        (Qr, Them, Some(GOOD), None),
        (Qr, Nobody, Some(GOOD), name),
        (Qr, Others, Some(GOOD), name),
        (Passkey, Them, Some(SUSPENDED), refuse(Refused::Suspended)),
        (Passkey, Others, Some(SUSPENDED), refuse(Refused::Suspended)),
        (Passkey, Them, None, refuse(Refused::Suspended)),
        (Passkey, Them, Some(UNASSIGNED), refuse(Refused::NotAssigned)),
        (Qr, Nobody, Some(UNASSIGNED), refuse(Refused::NotAssigned)),
        (Passkey, Them, Some(OTHER), refuse(Refused::AnotherPerson)),
        (Qr, Them, Some(OTHER), refuse(Refused::AnotherPerson)),
    ];
    for (method, known, person, expected) in cases {
        for wish in [PLAIN, FORCE] {
            // The session of the browser has no say any more, whosoever it is.
            let proven = sign_in(Stage::Proven(proof(method, known)));
            let step = step(&proven, wish, held(Passkey), person);
            let what = format!("{method:?} {known:?} {person:?} {step:?}");
            match expected {
                Some(expected) => assert_eq!(step, expected, "{what}"),
                None => assert!(matches!(step, Step::Respond(g) if g.at() == at(50)), "{what}"),
            }
        }
    }
}

#[test]
fn a_confirmed_account_is_not_named_again_but_still_judged() {
    for (method, ceremony) in [(Method::Qr, Ceremony::Qr), (Method::Passkey, Ceremony::Passkey)] {
        let confirmed = sign_in(Stage::Confirmed(proof(method, KnownHere::Others)));
        let by = |person| step(&confirmed, PLAIN, None, person);
        assert!(responds(by(Some(GOOD)), ceremony, at(50)));
        assert_eq!(by(Some(SUSPENDED)), Step::Refuse(Refused::Suspended));
        assert_eq!(by(Some(UNASSIGNED)), Step::Refuse(Refused::NotAssigned));
    }
}

#[test]
fn an_application_that_is_off_gets_nobody() {
    let stages = [
        Stage::Asked,
        Stage::Proven(proof(Method::Passkey, KnownHere::Them)),
        Stage::Confirmed(proof(Method::Qr, KnownHere::Nobody)),
    ];
    for stage in stages {
        let sign_in = sign_in(stage);
        for (wish, expected) in [
            (PLAIN, Step::Refuse(Refused::ApplicationDisabled)),
            (PASSIVE, Step::Decline(Declined::NoPassive)),
        ] {
            let off = Facts {
                sign_in: &sign_in,
                request: &request(wish),
                application: ApplicationState::Disabled,
                session: held(Method::Passkey),
                person: Some(GOOD),
                now: at(60),
            };
            assert_eq!(next_step(&off), expected, "{stage:?}");
        }
    }
}

#[test]
fn finished_and_expired_sign_ins_issue_nothing() {
    let session = held(Method::Passkey);
    assert_eq!(step(&sign_in(Stage::Finished), PLAIN, session, Some(GOOD)), Step::Finished);
    for stage in [Stage::Asked, Stage::Proven(proof(Method::Passkey, KnownHere::Them))] {
        let mut sign_in = sign_in(stage);
        sign_in.expires_at = at(60);
        let expired = step(&sign_in, PLAIN, session, Some(GOOD));
        assert_eq!(expired, Step::Refuse(Refused::Expired), "{stage:?}");
        sign_in.expires_at = at(61);
        assert!(matches!(step(&sign_in, PLAIN, session, Some(GOOD)), Step::Respond(_)));
    }
}

#[test]
fn only_ways_that_meet_the_class_are_offered_and_believed() {
    let resistant = Wish { class: Some(Class::PHISHING_RESISTANT), ..PLAIN };
    let asked = sign_in(Stage::Asked);
    let only_passkey = Step::Ask(Ways { passkey: true, qr: false });
    assert_eq!(step(&asked, resistant, None, None), only_passkey);
    assert_eq!(
        step(&asked, resistant, held(Method::Qr), Some(GOOD)),
        only_passkey,
        "this session is too weak"
    );
    assert!(matches!(step(&asked, resistant, held(Method::Passkey), Some(GOOD)), Step::Respond(_)));
    let by_qr = sign_in(Stage::Confirmed(proof(Method::Qr, KnownHere::Them)));
    assert_eq!(step(&by_qr, resistant, None, Some(GOOD)), Step::Decline(Declined::NoAuthnContext));

    let mobile = Wish { class: Some(Class::MOBILE_TWO_FACTOR_CONTRACT), ..PLAIN };
    assert_eq!(step(&asked, mobile, None, None), Step::Ask(Ways { passkey: false, qr: true }));
    let by_phone = sign_in(Stage::Proven(proof(Method::Hybrid, KnownHere::Them)));
    let step = step(&by_phone, mobile, None, Some(GOOD));
    assert_eq!(step, Step::Decline(Declined::NoAuthnContext), "that a phone took part is not proven");
}

#[test]
fn only_the_person_who_counts_is_in_question() {
    let ruth = PersonId::new(Uuid::from_u128(9));
    let session = Some(Held { person: ruth, method: Method::Passkey, at: at(0) });
    let who = |stage, wish, session| in_question(&sign_in(stage), &request(wish), session);
    assert_eq!(who(Stage::Asked, PLAIN, session), Some(ruth));
    assert_eq!(who(Stage::Asked, PLAIN, None), None);
    assert_eq!(who(Stage::Asked, FORCE, session), None);
    let proven = Stage::Proven(proof(Method::Passkey, KnownHere::Them));
    assert_eq!(who(proven, PLAIN, session), Some(MAYA));
    assert_eq!(who(Stage::Finished, PLAIN, session), None);
}
