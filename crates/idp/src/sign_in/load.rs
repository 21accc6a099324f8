//! What hop 3 decides by, read together: the sign-in of this browser, its application and its person as they are now.

use console::sessions::SignedIn;
use http::StatusCode;
use jiff::Timestamp;
use saml::core::NameIdFormat;
use saml::idp::{CheckedRequest, Refused as NotFollowed, Reply, RequestRejection, check};
use saml::protocol::{AuthnRequest, Decline};
use store::{ReadTx, StoreError};
use web::Error;

use super::dispatch::{Facts, PersonFacts, Step, in_question, next_step};
use crate::error::broken;
use crate::model::application::Application;
use crate::model::name_id::Format;
use crate::model::sign_in::{SignIn, SignInId, Stage};
use crate::sso::refusal::refuse;
use crate::state::Idp;
use crate::store::facts::PersonAt;
use crate::store::{applications, assignments, facts, sign_ins};
use crate::visitor::{Visitor, held};

/// A sign-in of this browser.
#[derive(Debug)]
pub(crate) enum Loaded {
    /// It was answered.
    Finished(Box<Application>),
    /// The registration has changed so that the application must be told no.
    Declined(Box<ToDecline>),
    /// It waits for its next step.
    Open(Box<Open>),
}

/// A request that its application is told no about.
#[derive(Debug)]
pub(crate) struct ToDecline {
    pub(crate) sign_in: SignIn,
    pub(crate) application: Application,
    pub(crate) reply: Reply,
    pub(crate) decline: Decline,
    pub(crate) rejection: RequestRejection,
}

/// A sign-in that waits, with everything its next step is decided by.
#[derive(Debug)]
pub(crate) struct Open {
    /// The sign-in.
    pub(crate) sign_in: SignIn,
    /// Its request, checked against the application as it is now.
    pub(crate) request: CheckedRequest,
    /// The application as it is now.
    pub(crate) application: Application,
    /// The live session of this browser.
    pub(crate) session: Option<SignedIn>,
    /// The person in question, as they are now.
    pub(crate) person: Option<PersonAt>,
    judged: Option<PersonFacts>,
    now: Timestamp,
}

impl Open {
    /// About the person in question, as they are now.
    pub(crate) const fn facts(&self) -> Option<PersonFacts> {
        self.judged
    }

    /// Hop 3.
    pub(crate) fn step(&self) -> Step {
        next_step(&Facts {
            sign_in: &self.sign_in,
            request: &self.request,
            application: self.application.state,
            session: self.session.as_ref().map(held),
            person: self.judged,
            now: self.now,
        })
    }
}

/// Reads a sign-in. Another browser's is not found, whoever knows its id.
pub(crate) async fn load(idp: &Idp, visitor: &Visitor, id: SignInId) -> Result<Loaded, Error> {
    let now = idp.now();
    let read = idp.store().read().await.map_err(broken)?;
    let browser = visitor.browser.id();
    let found = sign_ins::find(&read, id, browser.as_ref()).await.map_err(broken)?;
    let sign_in = found.ok_or_else(|| Error::new(StatusCode::NOT_FOUND, "error-sign-in-unknown"))?;
    let application = applications::find(&read, sign_in.application).await.map_err(broken)?;
    let application = application.ok_or_else(|| Error::new(StatusCode::GONE, "error-application-gone"))?;
    if sign_in.stage == Stage::Finished {
        return Ok(Loaded::Finished(Box::new(application)));
    }
    let request = AuthnRequest::parse(&sign_in.request.xml).map_err(Error::internal)?;
    let here = idp.here(sign_in.request.arrived_at);
    let request = match check(request, &application.service_provider(), &here) {
        Ok(request) => request,
        Err(NotFollowed::NoAnswer(rejection)) => {
            drop(read);
            return Err(refuse(idp, visitor, rejection.into()).await);
        }
        Err(NotFollowed::Answer { decline, reply, rejection }) => {
            let reply = reply.with_relay_state(sign_in.request.relay_state.clone());
            let declined = ToDecline { sign_in, application, reply, decline, rejection };
            return Ok(Loaded::Declined(Box::new(declined)));
        }
    };
    let session = visitor.session(&read, now).await.map_err(broken)?;
    let open = open(&read, (sign_in, request, application), session, now).await.map_err(broken)?;
    Ok(Loaded::Open(Box::new(open)))
}

/// Reads the person in question.
pub(crate) async fn open(
    read: &ReadTx,
    (sign_in, request, application): (SignIn, CheckedRequest, Application),
    session: Option<SignedIn>,
    now: Timestamp,
) -> Result<Open, StoreError> {
    let person = match in_question(&sign_in, &request, session.as_ref().map(held)) {
        Some(person) => facts::find(read, person, application.id).await?,
        None => None,
    };
    let judged = match &person {
        Some(person) => Some(judge(read, person, &request, &application).await?),
        None => None,
    };
    Ok(Open { sign_in, request, application, session, person, judged, now })
}

async fn judge(
    read: &ReadTx,
    person: &PersonAt,
    request: &CheckedRequest,
    application: &Application,
) -> Result<PersonFacts, StoreError> {
    let is_subject = match request.subject() {
        None => true,
        Some(subject) => {
            let own = match application.settings.name_id.format {
                Format::Persistent => {
                    assignments::find_persistent_id(read, (application.id, person.user.id)).await?
                }
                // Nobody can be expected by a name that was never the same twice.
                Format::Transient => None,
                Format::EmailAddress | Format::Unspecified => {
                    Some(application.settings.name_id.source.of(&person.user).into_owned())
                }
            };
            let same_format = *subject.format() == application.settings.name_id.format.saml()
                || *subject.format() == NameIdFormat::Unspecified;
            same_format && own.is_some_and(|own| own.eq_ignore_ascii_case(subject.value()))
        }
    };
    Ok(PersonFacts { active: person.user.is_active(), assigned: person.assigned, is_subject })
}
