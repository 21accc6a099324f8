//! A person's name, address and user name, changed.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use console::person::PersonId;
use console::roles::outranks;
use uuid::Uuid;
use web::page::Console;
use web::{CheckedForm, Error, Fields, filters};

use super::confirmed::CONFIRMED;
use super::console;
use super::people::{PersonForm, path};
use crate::acts::users::{self as acts, Details};
use crate::acts::{self as act, Refusal};
use crate::error::{broken, refusal_page};
use crate::model::role::Permission;
use crate::model::user::{User, Username};
use crate::people::{Admin, step_up};
use crate::state::Idp;
use crate::store::users;

/// The form.
#[derive(Template)]
#[template(path = "admin/person_edit.html")]
struct EditPage<'a> {
    console: Console,
    user: &'a User,
    form: &'a PersonForm,
    fields: Fields,
    /// Where the viewer confirms who they are, when that is too long ago for saving.
    confirm: Option<String>,
}

/// `GET /admin/people/{id}/edit`.
pub(crate) async fn edit_page(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    admin: Admin,
) -> Result<Response, Error> {
    let user = editable(&idp, &admin, PersonId::new(id)).await?;
    // A user name that is the address goes on being it.
    let username = Some(user.username.as_str()).filter(|_| user.username != Username::from(&user.email));
    let form = PersonForm {
        first_name: user.first_name.to_string(),
        last_name: user.last_name.to_string(),
        email: user.email.shown().to_owned(),
        username: username.unwrap_or_default().to_owned(),
    };
    page(&idp, &admin, &user, (&form, Fields::new()))
}

/// `POST /admin/people/{id}/edit`.
pub(crate) async fn edit(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    admin: Admin,
    CheckedForm(form): CheckedForm<PersonForm>,
) -> Result<Response, Error> {
    let person = PersonId::new(id);
    let mut fields = Fields::new();
    // Who answers to an address decides who comes in elsewhere: what was typed stays until it is
    // confirmed who says it.
    let (Some(read), true) = (form.read(&mut fields), admin.is_fresh(&idp)) else {
        let user = editable(&idp, &admin, person).await?;
        return page(&idp, &admin, &user, (&form, fields));
    };
    let details = Details {
        username: read.username.unwrap_or_else(|| Username::from(&read.email)),
        email: read.email,
        first_name: read.first_name,
        last_name: read.last_name,
    };
    let now = idp.now();
    let tx = idp.store().begin().await.map_err(broken)?;
    let done = acts::edit(&tx, &admin.word(), (person, details), now).await;
    let fault = match act::settle(tx, done).await.map_err(broken)? {
        Ok(()) => return Ok(Redirect::to(&path(person)).into_response()),
        Err(Refusal::EmailTaken) => Fields::fault("email", "field-email-taken"),
        Err(Refusal::UsernameTaken) => Fields::fault("username", "field-username-taken"),
        Err(refusal) => return Err(refusal_page(refusal)),
    };
    let user = editable(&idp, &admin, person).await?;
    page(&idp, &admin, &user, (&form, fault))
}

/// The person, if the viewer may change them; the act itself asks again.
async fn editable(idp: &Idp, admin: &Admin, person: PersonId) -> Result<User, Error> {
    admin.may(Permission::People)?;
    let read = idp.store().read().await.map_err(broken)?;
    let user = users::find(&read, person).await.map_err(broken)?;
    let user = user.ok_or_else(|| refusal_page(Refusal::NoSuchPerson))?;
    match outranks(&admin.role, user.role.as_ref()) {
        Ok(_) => Ok(user),
        Err(_) => Err(refusal_page(Refusal::NotAbove)),
    }
}

fn page(
    idp: &Idp,
    admin: &Admin,
    user: &User,
    (form, fields): (&PersonForm, Fields),
) -> Result<Response, Error> {
    let stale = !admin.is_fresh(idp);
    let confirm = stale.then(|| step_up(CONFIRMED));
    idp.site().render(&EditPage {
        console: console(idp, admin, "/admin/people"),
        user,
        form,
        fields,
        confirm,
    })
}
