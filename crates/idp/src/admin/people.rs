//! People: the list, inviting, roles, suspending.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use console::invitations::{self, Draft};
use console::passkeys::{self, PasskeyId};
use console::person::{DisplayName, EmailAddress, PersonId};
use console::sessions::Kind;
use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;
use web::page::{Console, Pager};
use web::qr::Qr;
use web::{CheckedForm, Error, Fields, StrictQuery, filters};

use super::activity::{Activity, activity};
use super::console;
use crate::acts::invitations::{Device, invite_user};
use crate::acts::users::{self as acts, NewUser};
use crate::acts::{self as act, Refusal, devices};
use crate::error::{broken, refusal_page};
use crate::login::Nothing;
use crate::me::Device as ShownDevice;
use crate::model::application::Instance;
use crate::model::group::Group;
use crate::model::role::{Permission, Role, may_grant};
use crate::model::search::Query;
use crate::model::user::{User, Username};
use crate::people::{Admin, Turned};
use crate::state::Idp;
use crate::store::{groups, users};

/// Whom a list shows, and where it goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Sought {
    /// The beginnings of words of names and addresses.
    q: String,
    after: String,
}

/// The list.
#[derive(Template)]
#[template(path = "admin/people.html")]
struct PeoplePage {
    console: Console,
    people: Vec<User>,
    sought: String,
    count: u64,
    may_invite: bool,
    pager: Pager,
}

/// `GET /admin/people`.
pub(crate) async fn list(
    State(idp): State<Idp>,
    admin: Admin,
    StrictQuery(Sought { q, after }): StrictQuery<Sought>,
) -> Result<Response, Error> {
    let read = idp.store().read().await.map_err(broken)?;
    let people = match Query::parse(&q) {
        Some(query) => users::search(&read, &query, &after, PAGE).await.map_err(broken)?,
        None => users::list(&read, &after, PAGE).await.map_err(broken)?,
    };
    let count = users::count(&read).await.map_err(broken)?;
    drop(read);
    let next = (people.len() == PAGE as usize).then(|| people.last()).flatten().map(|last| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("q", &q).append_pair("after", last.email.as_str());
        format!("/admin/people?{}", query.finish())
    });
    let start = url::form_urlencoded::Serializer::new(String::new()).append_pair("q", &q).finish();
    let previous = (!after.is_empty()).then(|| format!("/admin/people?{start}"));
    idp.site().render(&PeoplePage {
        console: console(&idp, &admin, "/admin/people"),
        people,
        sought: q,
        count,
        may_invite: admin.role.may(Permission::People),
        pager: Pager { previous, next },
    })
}

/// What is typed about a person.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct PersonForm {
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) email: String,
    pub(super) username: String,
}

/// The same, read.
pub(super) struct Typed {
    pub(super) first_name: DisplayName,
    pub(super) last_name: DisplayName,
    pub(super) email: EmailAddress,
    /// None when the address is to be it.
    pub(super) username: Option<Username>,
}

/// The form.
#[derive(Template)]
#[template(path = "admin/person_new.html")]
struct NewPage {
    console: Console,
    form: PersonForm,
    fields: Fields,
}

/// `GET /admin/people/new`.
pub(crate) async fn new_page(State(idp): State<Idp>, admin: Admin) -> Result<Response, Error> {
    admin.may(Permission::People)?;
    form_page(&idp, &admin, (PersonForm::default(), Fields::new()))
}

fn form_page(idp: &Idp, admin: &Admin, (form, fields): (PersonForm, Fields)) -> Result<Response, Error> {
    idp.site().render(&NewPage { console: console(idp, admin, "/admin/people"), form, fields })
}

/// `POST /admin/people/new`.
pub(crate) async fn create(
    State(idp): State<Idp>,
    admin: Admin,
    CheckedForm(form): CheckedForm<PersonForm>,
) -> Result<Response, Error> {
    let now = idp.now();
    let mut fields = Fields::new();
    let Some(typed) = form.read(&mut fields) else {
        return form_page(&idp, &admin, (form, fields));
    };
    let Typed { first_name, last_name, email, username } = typed;
    let new = NewUser { id: idp.draw_person(now), email, first_name, last_name, username, role: None };
    let tx = idp.store().begin().await.map_err(broken)?;
    let done = acts::create_user(&tx, &admin.word(), new, now).await;
    match act::settle(tx, done).await.map_err(broken)? {
        Ok(user) => Ok(Redirect::to(&path(user.id)).into_response()),
        Err(Refusal::EmailTaken) => {
            form_page(&idp, &admin, (form, Fields::fault("email", "field-email-taken")))
        }
        Err(Refusal::UsernameTaken) => {
            form_page(&idp, &admin, (form, Fields::fault("username", "field-username-taken")))
        }
        Err(refusal) => Err(refusal_page(refusal)),
    }
}

impl PersonForm {
    /// None when something is wrong, which is then said beside its field.
    pub(super) fn read(&self, fields: &mut Fields) -> Option<Typed> {
        let name = |text: &str| DisplayName::parse(text).map_err(|_| "field-name");
        let first_name = fields.check("first_name", name(&self.first_name));
        let last_name = fields.check("last_name", name(&self.last_name));
        let email = fields.check("email", EmailAddress::parse(self.email.trim()).map_err(|_| "field-email"));
        let username = match self.username.trim() {
            "" => Some(None),
            typed => fields.check("username", Username::parse(typed).map(Some).map_err(|_| "field-username")),
        };
        Some(Typed { first_name: first_name?, last_name: last_name?, email: email?, username: username? })
    }
}

/// A person.
#[derive(Template)]
#[template(path = "admin/person.html")]
struct PersonPage {
    console: Console,
    user: User,
    devices: Vec<ShownDevice>,
    invitations: Vec<Waiting>,
    groups: Vec<Group>,
    activity: Activity,
    /// What the viewer may do about them.
    may: May,
    roles: Vec<RoleChoice>,
}

/// An invitation that can still be used.
struct Waiting {
    for_phone: bool,
    expires_at: Timestamp,
}

/// What a viewer may do about a person.
#[derive(Debug, Clone, Copy)]
struct May {
    /// Invite, suspend, readmit, revoke devices.
    edit: bool,
    /// It is themselves.
    own: bool,
    /// The last ceremony is fresh.
    fresh: bool,
}

/// A role that the viewer may give.
struct RoleChoice {
    word: &'static str,
    label: String,
    chosen: bool,
}

/// `GET /admin/people/{id}`.
pub(crate) async fn show(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    admin: Admin,
) -> Result<Response, Error> {
    let (person, now) = (PersonId::new(id), idp.now());
    let read = idp.store().read().await.map_err(broken)?;
    let user = users::find(&read, person).await.map_err(broken)?;
    let user = user.ok_or_else(|| refusal_page(Refusal::NoSuchPerson))?;
    let devices = passkeys::list(&read, person).await.map_err(broken)?;
    let open = invitations::list_open(&read, person, now).await.map_err(broken)?;
    let groups = groups::list_of_person(&read, person).await.map_err(broken)?;
    let activity = activity(idp.site(), &read, person, now).await.map_err(broken)?;
    drop(read);
    let above = console::roles::outranks(&admin.role, user.role.as_ref()).is_ok();
    let may = May {
        edit: above && admin.role.may(Permission::People),
        own: user.id == admin.user.id,
        fresh: admin.is_fresh(&idp),
    };
    idp.site().render(&PersonPage {
        console: console(&idp, &admin, "/admin/people"),
        devices: devices.into_iter().map(ShownDevice::from).collect(),
        groups,
        activity,
        invitations: open
            .iter()
            .map(|open| Waiting {
                for_phone: open.is_for(Device::Phone.purpose()),
                expires_at: open.expires_at(),
            })
            .collect(),
        roles: role_choices(&admin, &user),
        may,
        user,
    })
}

/// None when there is nothing to choose.
fn role_choices(admin: &Admin, user: &User) -> Vec<RoleChoice> {
    let own = user.id == admin.user.id;
    let may = |role: Option<Role>| match own {
        true => role <= user.role,
        false => admin.role.may(Permission::Roles) && may_grant(admin.role, user.role, role).is_ok(),
    };
    let all = std::iter::once(None).chain(Role::ALL.into_iter().map(Some));
    let choices: Vec<_> = all
        .filter(|role| *role == user.role || may(*role))
        .map(|role| RoleChoice {
            word: role.map_or("none", Role::as_str),
            label: format!("role-{}", role.map_or("none", Role::as_str)),
            chosen: role == user.role,
        })
        .collect();
    if choices.len() > 1 { choices } else { Vec::new() }
}

/// Which device an invitation is for.
#[derive(Debug, Deserialize)]
pub(crate) struct InviteForm {
    device: String,
}

/// An invitation, shown once: link, QR code, and a sheet to print.
#[derive(Template)]
#[template(path = "admin/invitation.html")]
struct InvitationPage {
    console: Console,
    user: User,
    for_phone: bool,
    link: String,
    qr: Option<Qr>,
    expires_at: Timestamp,
}

/// `POST /admin/people/{id}/invite`.
pub(crate) async fn invite(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    admin: Admin,
    CheckedForm(form): CheckedForm<InviteForm>,
) -> Result<Response, Turned> {
    let person = PersonId::new(id);
    let _fresh = admin.fresh(&idp, &path(person))?;
    let device = Device::ALL.into_iter().find(|device| device.as_str() == form.device);
    let device = device.ok_or_else(Error::not_found)?;
    let now = idp.now();
    let draft = Draft::draw(now, idp.entropy());
    let tx = idp.store().begin().await.map_err(broken)?;
    let done = invite_user(&tx, &admin.word(), (person, device, draft), now).await;
    let invited = act::settle(tx, done).await.map_err(broken)?.map_err(refusal_page)?;
    let read = idp.store().read().await.map_err(broken)?;
    let user = users::find(&read, person).await.map_err(broken)?.ok_or_else(Error::not_found)?;
    drop(read);
    let link = idp.invitation_link(&invited.token).to_string();
    Ok(idp.site().render(&InvitationPage {
        console: console(&idp, &admin, "/admin/people"),
        user,
        for_phone: device == Device::Phone,
        qr: Qr::new(&link).ok(),
        link,
        expires_at: invited.expires_at,
    })?)
}

/// A role, or `none`.
#[derive(Debug, Deserialize)]
pub(crate) struct RoleForm {
    role: String,
}

/// `POST /admin/people/{id}/role`.
pub(crate) async fn grant_role(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    admin: Admin,
    CheckedForm(form): CheckedForm<RoleForm>,
) -> Result<Response, Turned> {
    let person = PersonId::new(id);
    let _fresh = admin.fresh(&idp, &path(person))?;
    let role = match form.role.as_str() {
        "none" => None,
        word => Some(Role::parse(word).ok_or_else(Error::not_found)?),
    };
    let now = idp.now();
    let tx = idp.store().begin().await.map_err(broken)?;
    let done = acts::grant_role(&tx, &admin.word(), (person, role), now).await;
    answer(act::settle(tx, done).await.map_err(broken)?, person)
}

/// `POST /admin/people/{id}/suspend`.
pub(crate) async fn suspend(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    admin: Admin,
    CheckedForm(Nothing {}): CheckedForm<Nothing>,
) -> Result<Response, Turned> {
    let person = PersonId::new(id);
    let _fresh = admin.fresh(&idp, &path(person))?;
    let now = idp.now();
    let tx = idp.store().begin().await.map_err(broken)?;
    let done = acts::suspend(&tx, &admin.word(), person, now).await;
    answer(act::settle(tx, done).await.map_err(broken)?, person)
}

/// `POST /admin/people/{id}/readmit`.
pub(crate) async fn readmit(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    admin: Admin,
    CheckedForm(Nothing {}): CheckedForm<Nothing>,
) -> Result<Response, Turned> {
    let person = PersonId::new(id);
    let _fresh = admin.fresh(&idp, &path(person))?;
    let now = idp.now();
    let tx = idp.store().begin().await.map_err(broken)?;
    let done = acts::readmit(&tx, &admin.word(), person, now).await;
    answer(act::settle(tx, done).await.map_err(broken)?, person)
}

/// `POST /admin/people/{id}/devices/{device}/revoke`.
pub(crate) async fn revoke_device(
    State(idp): State<Idp>,
    Path((id, device)): Path<(Uuid, Uuid)>,
    admin: Admin,
    CheckedForm(Nothing {}): CheckedForm<Nothing>,
) -> Result<Response, Turned> {
    let person = PersonId::new(id);
    let _fresh = admin.fresh(&idp, &path(person))?;
    let now = idp.now();
    let tx = idp.store().begin().await.map_err(broken)?;
    let what = (person, PasskeyId::from_uuid(device));
    let done = devices::revoke_for(&tx, &admin.word(), what, now).await;
    answer(act::settle(tx, done).await.map_err(broken)?, person)
}

fn answer(done: Result<(), Refusal>, person: PersonId) -> Result<Response, Turned> {
    done.map_err(refusal_page)?;
    Ok(Redirect::to(&path(person)).into_response())
}

pub(super) fn path(person: PersonId) -> String {
    format!("/admin/people/{person}")
}

const PAGE: u32 = 50;
