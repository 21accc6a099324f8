//! What an invitation's link leads to: a passkey on the device that opened it, and for the first owner the console.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use console::ceremony::Place;
use console::door::{Answer, Go, Grant, NewOwner, Proven, Registration, Wish, begin_registration};
use console::invitations::{self, OpenInvitation};
use console::pages::EnrolPage;
use console::passkeys::{self, PasskeyId};
use console::person::{DisplayName, EmailAddress};
use console::sessions::{self, FreshToken, Kind, Limits, NewSession, Opening};
use jiff::Timestamp;
use serde::Deserialize;
use store::{StoreError, Tx};
use web::cookie::SetCookie;
use web::{CheckedForm, CheckedJson, CsrfToken, Error, Fields, Token, filters};
use webauthn::Attachment;

use crate::acts::enrolment::{self, EnrolError, Enrolment};
use crate::acts::invitations::{Device, SET_UP};
use crate::acts::{self, Refusal, Word};
use crate::ceremony::ENROL;
use crate::error::{broken, refusal_page};
use crate::routes;
use crate::state::Idp;
use crate::store::owner_drafts::{self, OwnerDraft};
use crate::store::users;
use crate::visitor::Visitor;

/// `GET /invitation/{token}`. Looking at a link changes nothing: previewers and mail scanners look too.
pub(crate) async fn show(
    State(idp): State<Idp>,
    Path(token): Path<String>,
    visitor: Visitor,
) -> Result<Response, Error> {
    let link = Link::find(&idp, &visitor, &token).await?;
    let Some(owner) = &link.owner else {
        return name_page(&idp, &visitor, (OwnerForm::default(), Fields::new()));
    };
    let (begin, finish) = (format!("{}/passkey/begin", link.path), format!("{}/passkey/finish", link.path));
    idp.site().render(&EnrolPage {
        name: &owner.first_name,
        address: &owner.email,
        label: &visitor.agent(),
        until: Some(link.invitation.expires_at()),
        begin: &begin,
        finish: &finish,
        csrf: &visitor.browser.csrf(),
    })
}

/// What the holder of a set-up link says about themselves.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct OwnerForm {
    first_name: String,
    last_name: String,
    email: String,
}

/// The first page of a set-up link.
#[derive(Template)]
#[template(path = "set_up.html")]
struct SetUpPage<'a> {
    csrf: CsrfToken,
    place: &'a str,
    form: OwnerForm,
    fields: Fields,
}

fn name_page(idp: &Idp, visitor: &Visitor, (form, fields): (OwnerForm, Fields)) -> Result<Response, Error> {
    let place = idp.settings().name.as_str();
    idp.site().render(&SetUpPage { csrf: visitor.browser.csrf(), place, form, fields })
}

/// `POST /invitation/{token}`: who the first owner will be.
pub(crate) async fn name_owner(
    State(idp): State<Idp>,
    Path(token): Path<String>,
    visitor: Visitor,
    CheckedForm(form): CheckedForm<OwnerForm>,
) -> Result<Response, Error> {
    let link = Link::find(&idp, &visitor, &token).await?;
    if !link.invitation.is_for(SET_UP) {
        return Err(Error::not_found());
    }
    let mut fields = Fields::new();
    let Some(draft) = owner_draft(&form, &mut fields) else {
        return name_page(&idp, &visitor, (form, fields));
    };
    let person = link.invitation.person();
    let word = Word::person(visitor.person(person), person);
    let now = idp.now();
    let tx = idp.store().begin().await.map_err(broken)?;
    let named = enrolment::name_owner(&tx, &word, (person, &draft), now).await;
    match acts::settle(tx, named).await.map_err(broken)? {
        Ok(()) => Ok(Redirect::to(&link.path).into_response()),
        Err(Refusal::EmailTaken) => {
            name_page(&idp, &visitor, (form, Fields::fault("email", "field-email-taken")))
        }
        Err(refusal) => Err(refusal_page(refusal)),
    }
}

fn owner_draft(form: &OwnerForm, fields: &mut Fields) -> Option<OwnerDraft> {
    let first_name =
        fields.check("first_name", DisplayName::parse(&form.first_name).map_err(|_| "field-name"));
    let last_name = fields.check("last_name", DisplayName::parse(&form.last_name).map_err(|_| "field-name"));
    let email = fields.check("email", EmailAddress::parse(form.email.trim()).map_err(|_| "field-email"));
    Some(OwnerDraft { email: email?, first_name: first_name?, last_name: last_name? })
}

/// `POST /invitation/{token}/passkey/begin`.
pub(crate) async fn begin(
    State(idp): State<Idp>,
    Path(token): Path<String>,
    visitor: Visitor,
    CheckedJson(_): CheckedJson<Wish>,
) -> Result<Response, Error> {
    let now = idp.now();
    let link = Link::find(&idp, &visitor, &token).await?;
    let owner = link.owner.as_ref().ok_or_else(Error::not_found)?;
    let read = idp.store().read().await.map_err(broken)?;
    let exclude = passkeys::credential_ids(&read, link.invitation.person()).await.map_err(broken)?;
    drop(read);
    let registration = Registration {
        grant: Grant::Invitation(&link.invitation),
        owner: NewOwner { name: &owner.email, display_name: &owner.full_name },
        exclude: &exclude,
        attachment: attachment(&link.invitation),
    };
    let bound = link.bound();
    let place = Place { purpose: ENROL, browser: visitor.browser.id(), bound: &bound };
    let asked = idp.door().ask_registration(&registration, &place).map_err(Error::internal)?;
    let tx = idp.store().begin().await.map_err(broken)?;
    let kept = begin_registration(&tx, visitor.nobody(), &asked, now).await.map_err(broken)?;
    tx.commit().await.map_err(broken)?;
    kept.map_err(|refusal| Error::from(&console::door::DoorRefusal::from(refusal)))?;
    Ok(asked.into_response())
}

/// A phone is asked for its own authenticator; a computer may use whatever it has.
fn attachment(invitation: &OpenInvitation) -> Attachment {
    match invitation.is_for(Device::Phone.purpose()) {
        true => Attachment::Platform,
        false => Attachment::Any,
    }
}

/// `POST /invitation/{token}/passkey/finish`.
pub(crate) async fn finish(
    State(idp): State<Idp>,
    Path(token): Path<String>,
    visitor: Visitor,
    CheckedJson(answer): CheckedJson<Answer>,
) -> Result<Response, Error> {
    let now = idp.now();
    let link = Link::find(&idp, &visitor, &token).await?;
    let bound = link.bound();
    let place = Place { purpose: ENROL, browser: visitor.browser.id(), bound: &bound };
    let judged = idp.door().judge_registration(idp.store(), (&place, answer.credential()), now).await;
    let verdict = judged.map_err(broken)?;
    let label = device_label(answer.label.as_deref(), &visitor)?;
    let enrolment = Enrolment {
        invitation: &link.invitation,
        verdict,
        passkey: PasskeyId::draw(now, idp.entropy()),
        label: &label,
    };
    let first_owner = link.invitation.is_for(SET_UP);
    let fresh = FreshToken::draw(now, idp.entropy());
    let word = Word::person(visitor.person(link.invitation.person()), link.invitation.person());
    let tx = idp.store().begin().await.map_err(broken)?;
    let enrolled = enrolment::enrol(&tx, &word, enrolment, now).await.map_err(broken)?;
    let cookie = match enrolled {
        Ok(enrolled) if first_owner => {
            let opened = open_console(&tx, &visitor, (enrolled.into_proven(), fresh), now).await;
            Ok(Some(opened.map_err(broken)?))
        }
        Ok(_) => Ok(None),
        Err(EnrolError::Refused(refusal)) => Err(refusal_page(refusal)),
        Err(EnrolError::Door(refusal)) => Err(Error::from(&refusal)),
    };
    tx.commit().await.map_err(broken)?;
    let cookie = cookie?;
    let to = if first_owner { routes::ADMIN } else { routes::ENROLLED };
    let mut response = Go { go: to.to_owned() }.into_response();
    if let Some(cookie) = cookie {
        cookie.append_to(response.headers_mut());
    }
    Ok(response)
}

/// The name of a device as it was typed; the browser's own when it was left empty.
pub(crate) fn device_label(typed: Option<&str>, visitor: &Visitor) -> Result<DisplayName, Error> {
    let typed = typed.map(str::trim).filter(|label| !label.is_empty());
    let label = typed.map_or_else(|| visitor.agent(), str::to_owned);
    DisplayName::parse(&label)
        .map_err(|why| Error::new(http::StatusCode::BAD_REQUEST, "error-device-name").because(why))
}

/// The set-up ends signed in: the ceremony demanded user verification.
async fn open_console(
    tx: &Tx,
    visitor: &Visitor,
    (proven, fresh): (Proven, FreshToken),
    now: Timestamp,
) -> Result<SetCookie, StoreError> {
    let actor = visitor.person(proven.person());
    let shown = Kind::CONSOLE.token(&visitor.cookies);
    let new =
        NewSession { kind: Kind::CONSOLE, limits: Limits::ADMINISTRATION, replaces: shown.as_ref(), fresh };
    let opened = sessions::open(tx, &actor, (Opening::proven(proven), new), now).await?;
    Ok(Kind::CONSOLE.cookie(&visitor.cookies, &opened.token))
}

/// "This device is ready."
#[derive(Template)]
#[template(path = "enrolled.html")]
pub(crate) struct EnrolledPage<'a> {
    pub(crate) place: &'a str,
}

/// `GET /enrolled`.
pub(crate) async fn done(State(idp): State<Idp>) -> Result<Response, Error> {
    idp.site().render(&EnrolledPage { place: &idp.settings().name })
}

/// A link that can be used.
struct Link {
    invitation: OpenInvitation,
    /// Whose passkey it will be; of a set-up link nobody's until the name is given.
    owner: Option<Owner>,
    path: String,
}

struct Owner {
    first_name: String,
    full_name: String,
    email: String,
}

impl Link {
    async fn find(idp: &Idp, visitor: &Visitor, token: &str) -> Result<Self, Error> {
        idp.limits().invitations.check(&visitor.peer.source())?;
        let now = idp.now();
        let unknown = || Error::from(invitations::InvitationRefusal::Unknown);
        let token = Token::parse(token).ok_or_else(unknown)?;
        let read = idp.store().read().await.map_err(broken)?;
        let invitation = invitations::look_up(&read, &token, now).await.map_err(broken)??;
        let owner = match invitation.is_for(SET_UP) {
            true => {
                if users::count_owners(&read).await.map_err(broken)? > 0 {
                    return Err(refusal_page(Refusal::AlreadySetUp));
                }
                owner_drafts::find(&read, invitation.person()).await.map_err(broken)?.map(Owner::from)
            }
            false => {
                let user = users::find(&read, invitation.person()).await.map_err(broken)?;
                let user = user.ok_or_else(unknown)?;
                if !user.is_active() {
                    return Err(refusal_page(Refusal::Suspended));
                }
                Some(Owner {
                    first_name: user.first_name.to_string(),
                    full_name: user.full_name(),
                    email: user.email.shown().to_owned(),
                })
            }
        };
        Ok(Self { invitation, owner, path: routes::invitation(&token) })
    }

    /// A registration belongs to one invitation.
    fn bound(&self) -> [u8; 16] {
        *self.invitation.id().uuid().as_bytes()
    }
}

impl From<OwnerDraft> for Owner {
    fn from(draft: OwnerDraft) -> Self {
        Self {
            full_name: format!("{} {}", draft.first_name, draft.last_name),
            first_name: draft.first_name.to_string(),
            email: draft.email.shown().to_owned(),
        }
    }
}
