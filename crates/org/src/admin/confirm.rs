//! The passkey once more before a dangerous act (T093). Whoever proved it in
//! the last five minutes goes straight on; everybody else is asked on a page
//! that holds what was posted, so that nothing has to be typed again.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use console::sessions::{Kind, demand_fresh};
use web::cookie::SetCookie;
use web::page::Console;
use web::{Cookies, Error, Message, filters};

use super::OrgAdmin;
use crate::service::Org;
use crate::sign_in::step_up;

/// What is asked to be confirmed.
#[derive(Debug)]
pub(crate) struct Ask {
    /// What will be done, as a heading, and what it means.
    pub(crate) title: Message,
    pub(crate) text: Message,
    /// What the button says.
    pub(crate) button: Message,
    /// Where the form was posted, and where it came from.
    pub(crate) action: String,
    pub(crate) back: String,
    /// What was posted, but for the token and the credential.
    pub(crate) posted: Vec<(&'static str, String)>,
    /// What the browser said of its passkey, the second time.
    pub(crate) credential: Option<String>,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/confirm.html")]
pub(crate) struct ConfirmPage {
    pub(crate) console: Console,
    pub(crate) ask: Ask,
}

/// The session is fresh. It may have a new token, which goes with whatever is
/// answered.
#[derive(Debug)]
pub(crate) struct Confirmed(Option<SetCookie>);

/// Goes on with a fresh session; otherwise gives the page that asks, or the
/// refusal.
///
/// # Errors
/// What is to be answered.
pub(crate) async fn confirmed(
    org: &Org,
    admin: &OrgAdmin,
    cookies: &Cookies,
    ask: Ask,
) -> Result<Confirmed, Response> {
    if demand_fresh(&admin.who.session, org.now()).is_ok() {
        return Ok(Confirmed(None));
    }
    let Some(credential) = ask.credential.as_deref().filter(|text| !text.is_empty()) else {
        let page = ConfirmPage { console: admin.console(), ask };
        return Err(org.site().render(&page).unwrap_or_else(Error::into_response));
    };
    let by = (&admin.browser, &admin.caller);
    let opened = step_up::confirm(org, &admin.who, by, credential.as_bytes()).await;
    let opened = opened.map_err(Error::into_response)?;
    Ok(Confirmed(Some(Kind::PERSON.cookie(cookies, &opened.token))))
}

impl Confirmed {
    /// The session has its new token by now, whatever becomes of the rest.
    pub(crate) fn answer(self, answer: Result<Response, Error>) -> Response {
        let mut answer = answer.unwrap_or_else(Error::into_response);
        if let Some(cookie) = self.0 {
            cookie.append_to(answer.headers_mut());
        }
        answer
    }
}
