//! The page that posts a signed response to a service provider: the one way out.

use askama::Template;
use axum::response::{IntoResponse, Response};
use saml::idp::SignedResponse;
use url::Url;
use web::filters;
use web::headers::FormAction;
use web::site::Site;

/// Answers with the page that posts `response` to its registered address: by script, or by its button.
///
/// Nothing but a signed response fits in, so that nothing else ever leaves this way. The page carries no `form-action`,
/// for a service provider's next hosts are unknown, and is `no-store` like every answer that is not marked otherwise.
///
/// # Errors
/// When the template fails, which is a defect.
pub fn post(site: &Site, response: &SignedResponse) -> Result<Response, web::Error> {
    let page = site.render(&PostPage::new(response))?;
    Ok((FormAction::anywhere(), page).into_response())
}

#[derive(Template)]
#[template(path = "console/post.html")]
struct PostPage<'a> {
    host: String,
    acs_url: &'a str,
    saml_response: &'a str,
    relay_state: Option<&'a str>,
}

impl<'a> PostPage<'a> {
    fn new(response: &'a SignedResponse) -> Self {
        let acs_url = response.acs_url().as_str();
        let host = Url::parse(acs_url).ok().and_then(|url| url.host_str().map(str::to_owned));
        Self {
            host: host.unwrap_or_default(),
            acs_url,
            saml_response: response.saml_response(),
            relay_state: response.relay_state().map(saml::core::RelayState::as_str),
        }
    }
}
