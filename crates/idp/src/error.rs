//! How what went wrong becomes a page.

use http::StatusCode;
use store::StoreError;
use web::Error;

use crate::acts::Refusal;

/// The database's refusal to a person: too busy is said as such, all else is ours to find in the log.
pub(crate) fn broken(error: StoreError) -> Error {
    match error {
        StoreError::Busy | StoreError::Expired => Error::busy(1).because(error),
        error => Error::internal(error),
    }
}

/// The page of an act that was refused, where there is no form to say it beside a field.
pub(crate) fn refusal_page(refusal: Refusal) -> Error {
    let (status, id) = match refusal {
        Refusal::NotAllowed => (StatusCode::FORBIDDEN, "error-role-not-allowed"),
        Refusal::NotAbove => (StatusCode::FORBIDDEN, "error-role-not-above"),
        Refusal::NoSuchPerson => (StatusCode::NOT_FOUND, "error-person-unknown"),
        Refusal::Suspended => (StatusCode::FORBIDDEN, "error-person-suspended"),
        Refusal::EmailTaken => (StatusCode::CONFLICT, "error-email-taken"),
        Refusal::UsernameTaken => (StatusCode::CONFLICT, "error-username-taken"),
        Refusal::LastOwner => (StatusCode::CONFLICT, "error-last-owner"),
        Refusal::AlreadySetUp => (StatusCode::GONE, "error-already-set-up"),
        Refusal::NoSuchApplication => (StatusCode::NOT_FOUND, "error-application-unknown"),
        Refusal::EntityIdTaken => (StatusCode::CONFLICT, "error-entity-id-taken"),
        Refusal::ChangedMeanwhile => (StatusCode::CONFLICT, "error-changed-meanwhile"),
        Refusal::NoSuchDraft => (StatusCode::NOT_FOUND, "error-draft-unknown"),
        Refusal::NoSuchGroup => (StatusCode::NOT_FOUND, "error-group-unknown"),
        Refusal::GroupNameTaken => (StatusCode::CONFLICT, "error-group-name-taken"),
        Refusal::NoSuchDevice => (StatusCode::NOT_FOUND, "error-device-unknown"),
        Refusal::LastPasskey => (StatusCode::CONFLICT, "error-passkey-last"),
    };
    Error::new(status, id).because(refusal)
}
