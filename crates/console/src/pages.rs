//! Pages of the door. A service renders them with its own paths; an invitation that cannot be used is an error page
//! ([`InvitationRefusal`](crate::invitations::InvitationRefusal) into [`web::Error`]).

use askama::Template;
use jiff::Timestamp;
use web::browser::CsrfToken;
use web::filters;

/// Makes a passkey on this device: for an invitation, or a further one for somebody signed in.
///
/// `begin` answers with an [`AskedRegistration`](crate::door::AskedRegistration); `finish` gets an
/// [`Answer`](crate::door::Answer) with the label and answers with a [`Go`](crate::door::Go). The page sends no address of its own,
/// which may hold the invitation's token, and still its origin: a form posted without one is refused.
#[derive(Template)]
#[template(path = "console/enrol.html")]
pub struct EnrolPage<'a> {
    /// The person's name.
    pub name: &'a str,
    /// The person's address.
    pub address: &'a str,
    /// What the device is called unless the person says otherwise.
    pub label: &'a str,
    /// When the link ends, if there is one.
    pub until: Option<Timestamp>,
    /// Where the script begins.
    pub begin: &'a str,
    /// Where it posts the answer.
    pub finish: &'a str,
    /// This browser's form token.
    pub csrf: &'a CsrfToken,
}

/// Asks for the passkey again before a dangerous act ([`demand_fresh`](crate::sessions::demand_fresh)).
#[derive(Template)]
#[template(path = "console/step_up.html")]
pub struct StepUpPage<'a> {
    /// Where the script begins.
    pub begin: &'a str,
    /// Where it posts the answer.
    pub finish: &'a str,
    /// The path of the page that wanted it; comes back with the answer.
    pub back: &'a str,
    /// This browser's form token.
    pub csrf: &'a CsrfToken,
}
