//! What a service is towards browsers: its name, its address, its texts.

use std::fmt;
use std::sync::Arc;

use askama::Template;
use axum::extract::FromRequestParts;
use axum::response::{Html, IntoResponse as _, Response};
use http::request::Parts;

use crate::address::PublicUrl;
use crate::ambient::Entropy;
use crate::error::Error;
use crate::text::Text;

/// The short name of a service, as it stands in cookie names: `idp`, `org`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Service(&'static str);

impl Service {
    /// A service named by lower-case letters.
    ///
    /// # Panics
    /// At compile time, in a constant, when the name has anything but `a`–`z`.
    pub const fn new(name: &'static str) -> Self {
        let bytes = name.as_bytes();
        assert!(!bytes.is_empty(), "a service has a name");
        let mut at = 0;
        while at < bytes.len() {
            assert!(bytes[at].is_ascii_lowercase(), "a service is named by a-z");
            at += 1;
        }
        Self(name)
    }

    /// The name.
    pub const fn name(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// One service's site; cheap to clone. [`crate::Shell`] puts it into every request, so that it is
/// an extractor in every handler.
#[derive(Clone)]
pub struct Site(Arc<Inner>);

struct Inner {
    service: Service,
    public_url: PublicUrl,
    text: Text,
    entropy: Arc<dyn Entropy>,
}

impl Site {
    /// A site of `service`, reached under `public_url`, speaking `text`.
    pub fn new(service: Service, public_url: PublicUrl, text: Text, entropy: Arc<dyn Entropy>) -> Self {
        Self(Arc::new(Inner { service, public_url, text, entropy }))
    }

    /// Which service it is.
    pub fn service(&self) -> Service {
        self.0.service
    }

    /// Where browsers reach it.
    pub fn public_url(&self) -> &PublicUrl {
        &self.0.public_url
    }

    /// Its texts.
    pub fn text(&self) -> &Text {
        &self.0.text
    }

    /// Its source of randomness.
    pub fn entropy(&self) -> &dyn Entropy {
        &*self.0.entropy
    }

    /// The same, to be kept by what outlives the request's borrow.
    pub fn entropy_shared(&self) -> Arc<dyn Entropy> {
        Arc::clone(&self.0.entropy)
    }

    /// A page, as an answer with status 200. Its texts are looked up here.
    ///
    /// # Errors
    /// When the template fails, which is a defect and answered with 500.
    pub fn render(&self, page: &impl Template) -> Result<Response, Error> {
        let html = self.0.text.render(page).map_err(Error::internal)?;
        Ok(Html(html).into_response())
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Site({} at {})", self.0.service, self.0.public_url)
    }
}

impl<S: Sync> FromRequestParts<S> for Site {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        Self::of(parts)
    }
}

impl Site {
    /// The site that the shell put into a request.
    pub(crate) fn of(parts: &Parts) -> Result<Self, Error> {
        let site = parts.extensions.get::<Self>().cloned();
        site.ok_or_else(|| Error::internal(OutsideShell))
    }
}

/// A handler was reached without the shell around it.
#[derive(Debug, thiserror::Error)]
#[error("the router is not wrapped in a web::Shell")]
pub(crate) struct OutsideShell;
