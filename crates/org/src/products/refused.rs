//! Why a product, or a person on the way to one, got nothing.

use http::StatusCode;

use super::model::ProductId;
use crate::model::{AccountId, OrganizationId};

/// The broken rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    #[error("the organisation has no such product")]
    UnknownProduct,
    #[error("the redirect URI is not registered, as it stands, for the product")]
    RedirectUri,
    #[error("the account is not a member of the organisation, or in none of the product's groups")]
    NoAccess,
    #[error("the product is switched off")]
    SwitchedOff,
    #[error("the client secret is missing or wrong, or stands where none is registered")]
    ClientSecret,
    #[error("there is no such code, or not for this product")]
    CodeUnknown,
    #[error("the code was older than a minute")]
    CodeExpired,
    #[error("the code had been used before: what it gave is revoked")]
    CodeReplayed,
    #[error("the code was issued for another redirect URI")]
    CodeRedirectUri,
    #[error("the code verifier does not fit the challenge")]
    CodeVerifier,
    #[error("the session that the code was issued in is over")]
    SessionOver,
    #[error("the account is deactivated or no member any more")]
    AccountOver,
}

impl Refused {
    /// The stable code, in events and on pages.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::UnknownProduct => "product-unknown",
            Self::RedirectUri => "product-redirect",
            Self::NoAccess => "product-access",
            Self::SwitchedOff => "product-switched-off",
            Self::ClientSecret => "client-secret",
            Self::CodeUnknown => "code-unknown",
            Self::CodeExpired => "code-expired",
            Self::CodeReplayed => "code-replayed",
            Self::CodeRedirectUri => "code-redirect",
            Self::CodeVerifier => "code-verifier",
            Self::SessionOver => "session-over",
            Self::AccountOver => "account-over",
        }
    }

    /// The page, for a person in a browser that is sent nowhere.
    pub(super) fn page(self) -> web::Error {
        match self {
            Self::UnknownProduct => web::Error::new(StatusCode::NOT_FOUND, "error-product-unknown"),
            Self::NoAccess => web::Error::new(StatusCode::FORBIDDEN, "error-product-access"),
            Self::SwitchedOff => web::Error::new(StatusCode::FORBIDDEN, "error-product-switched-off"),
            _ => web::Error::new(StatusCode::BAD_REQUEST, "error-product-redirect"),
        }
        .because(self)
        .way_on("to-start", "/")
    }
}

/// A refusal with all that is known about it.
#[derive(Clone, Debug)]
pub(super) struct Refusal<'a> {
    pub(super) refused: Refused,
    pub(super) organization: OrganizationId,
    pub(super) product: Option<ProductId>,
    /// Whose session or grant it is, by which it is not just anybody's junk.
    pub(super) account: Option<AccountId>,
    /// What came, if the rule compares.
    pub(super) received: Option<&'a str>,
}
