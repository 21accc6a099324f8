//! From errors of the layers below to answers.

use ::store::StoreError;
use http::StatusCode;

/// What a failing database is to a person: too busy, or broken.
pub(crate) fn broken(error: StoreError) -> web::Error {
    match error {
        StoreError::Busy | StoreError::Expired => web::Error::busy(1).because(error),
        other => web::Error::internal(other),
    }
}

/// Something changed between the look and the write, twice: nothing was done.
pub(crate) fn changed_meanwhile() -> web::Error {
    web::Error::new(StatusCode::CONFLICT, "error-changed-meanwhile")
}
