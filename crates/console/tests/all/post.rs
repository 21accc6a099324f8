//! The page that carries a signed response away.

use console::post::post;
use console::sessions::{Kind, Method, Opening, demand_fresh};
use jiff::{SignedDuration, Timestamp};
use saml::core::{
    AcsUrl, Attribute, Ceremony, ClassPolicy, EntityId, NameFormat, NameId, NameIdFormat, RelayState,
    RequestId, SessionIndex, Skew, SsoUrl,
};
use saml::{idp, sp};
use std::sync::Arc;
use web::site::{Service, Site};
use web::text::Text;
use xmldsig::{Certificate, KeyKind, Keys, SigningKey, self_signed};

use crate::house::{at, on_each_engine, system_random};

struct Ends {
    idp: EntityId,
    sp: EntityId,
    acs_url: AcsUrl,
    key: SigningKey,
    certificate: Certificate,
    request: RequestId,
}

impl Ends {
    fn new(now: Timestamp) -> Self {
        let (key, _) = SigningKey::generate(KeyKind::Rsa2048).expect("a key");
        let validity = now..now + SignedDuration::from_hours(24);
        let certificate =
            self_signed(&key, "idp.example", validity, [1; 16], &system_random()).expect("a certificate");
        Self {
            idp: EntityId::parse("https://idp.example/saml").expect("an id"),
            sp: EntityId::parse("https://sp.example/saml").expect("an id"),
            acs_url: AcsUrl::parse("https://sp.example/acs?a=1&b=2").expect("an address"),
            key,
            certificate,
            request: RequestId::from_random([5; 20]),
        }
    }

    fn issue(&self, relay_state: &str, now: Timestamp) -> idp::SignedResponse {
        let sso_url = SsoUrl::parse("https://idp.example/saml/sso").expect("an address");
        let request = sp::RequestToSend {
            id: self.request.clone(),
            now,
            issuer: &self.sp,
            acs_url: &self.acs_url,
            sso_url: &sso_url,
            name_id_format: None,
            requested_authn_context: None,
            force_authn: false,
        };
        let provider = idp::ServiceProvider {
            entity_id: self.sp.clone(),
            acs: idp::AcsEndpoints::only(self.acs_url.clone()),
            name_id_format: NameIdFormat::EmailAddress,
            requires_signed_requests: false,
            class_policy: ClassPolicy::AtLeastAsStrong,
        };
        let here = idp::Here { entity_id: &self.idp, sso_url: &sso_url, now };
        let checked = idp::check(request.message(), &provider, &here).expect("a good request");
        let statement = idp::Statement {
            name_id: NameId::new("maya@acme.example", NameIdFormat::EmailAddress).expect("a name"),
            authn_instant: now,
            authn_context: checked.class_for(Ceremony::Passkey).expect("a class"),
            session_index: SessionIndex::from_random([9; 20]),
            session_not_on_or_after: None,
            attributes: vec![
                Attribute::new("email", NameFormat::Basic, ["maya@acme.example"]).expect("an attribute"),
            ],
        };
        let issuer = idp::Issuer {
            entity_id: &self.idp,
            key: &self.key,
            certificate: &self.certificate,
            signing: idp::Signing::Assertion,
        };
        let rng = system_random();
        let mut random = [7; 40];
        random[20..].fill(8);
        let relay_state = RelayState::parse(relay_state).expect("a relay state");
        idp::issue(
            checked.reply(Some(relay_state)),
            &statement,
            &issuer,
            &idp::Fresh { now, random, rng: &rng },
        )
        .expect("issued")
    }

    fn verified(&self, response: &idp::SignedResponse, now: Timestamp) -> sp::VerifiedAssertion {
        let keys = Keys::new(self.key.verifying_key().expect("a key"), []);
        let expected = sp::Expected {
            trust: &sp::Trust::new(self.idp.clone(), keys, sp::SignedPart::Assertion),
            audience: &self.sp,
            recipient: &self.acs_url,
            asked: sp::Asked::Request(&self.request),
            encryption: &sp::Encryption::Refused,
            now,
            skew: Skew::default(),
        };
        let received = sp::Received::parse(response.xml()).expect("readable");
        match sp::verify(&received, &expected).expect("verified") {
            sp::Outcome::SignedIn(assertion) => assertion,
            sp::Outcome::Declined(status) => panic!("{status}"),
        }
    }
}

fn site() -> Site {
    let text = Text::english(&[console::MESSAGES]).expect("messages");
    let url = web::PublicUrl::parse("https://idp.example").expect("an address");
    Site::new(Service::new("idp"), url, text, Arc::new(|bytes: &mut [u8]| bytes.fill(1)))
}

#[tokio::test]
async fn the_page_posts_by_itself_or_by_its_button() {
    let response = Ends::new(at(0)).issue("\"><script>", at(0));
    let answer = post(&site(), &response).expect("a page");
    let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.expect("a body");
    let html = String::from_utf8(body.to_vec()).expect("text");
    for part in [
        r#"<form method="post" action="https://sp.example/acs?a=1&#38;b=2" data-autopost>"#,
        &format!(r#"name="SAMLResponse" value="{}""#, response.saml_response()),
        r#"name="RelayState" value="&#34;&#62;&#60;script&#62;""#,
        "sp.example",
        "autopost.js",
        "<button",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    assert!(!html.contains("<script>"));
}

#[tokio::test]
async fn the_page_may_go_anywhere_and_is_kept_nowhere() {
    use axum::Router;
    use axum::routing::get;
    use tower::ServiceExt as _;
    let response = Ends::new(at(0)).issue("x", at(0));
    let page = async move |site: Site| post(&site, &response);
    let router = Router::new().route("/", get(page));
    let router = web::Shell::new(site(), web::ShellOptions::default()).wrap(router);
    let request = http::Request::get("/").header("host", "idp.example").body(axum::body::Body::empty());
    let answer = router.oneshot(request.expect("a request")).await.expect("an answer");
    let header = |name| answer.headers()[name].to_str().expect("text").to_owned();
    assert!(
        !header("content-security-policy").contains("form-action"),
        "{}",
        header("content-security-policy")
    );
    assert_eq!(header("cache-control"), "no-store");
}

#[tokio::test]
async fn an_assertion_opens_a_session_that_is_never_fresh() {
    on_each_engine(async |house| {
        let ends = Ends::new(at(0));
        let assertion = ends.verified(&ends.issue("x", at(0)), at(1));
        let person = house.person();
        let opening = Opening::asserted(person, &assertion);
        assert_eq!((opening.person(), opening.method()), (person, Method::Saml));
        let opened = house.open(opening, None, at(1)).await;
        let who = house.current(Kind::CONSOLE, &opened.token, at(1)).await.signed_in().expect("signed in");
        assert_eq!((who.authenticated_at(), who.verified_at()), (at(0), None));
        assert!(demand_fresh(&who, at(1)).is_err());
    })
    .await;
}
