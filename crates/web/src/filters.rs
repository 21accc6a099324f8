//! Filters for templates; the module of a template struct says `use web::filters;`.

#![expect(missing_docs, reason = "the attribute makes structs and methods that cannot carry documentation")]

use std::fmt::Display;

use askama::Values;
use jiff::Timestamp;

use crate::assets;
use crate::page::Stamp;
use crate::text::{Argument, Phrase, Say, Text, VALUES_KEY};

/// The text of a message: `{{ "sign-in-title"|t }}`, `{{ field.error|t }}`.
///
/// # Errors
/// When the template was not rendered by [`Text::render`] or [`crate::Site::render`].
#[askama::filter_fn]
pub fn t(message: impl Say, values: &dyn Values) -> askama::Result<Phrase> {
    let text = askama::get_value::<Text>(values, VALUES_KEY)?;
    Ok(Phrase::new(text.clone(), message.message()))
}

/// An argument of a message: `{{ "welcome"|t|with("name", person.name) }}`.
///
/// # Errors
/// Never.
#[askama::filter_fn]
pub fn with<V: Into<Argument>>(
    phrase: Phrase,
    _: &dyn Values,
    name: &'static str,
    value: V,
) -> askama::Result<Phrase> {
    Ok(phrase.with(name, value.into()))
}

/// The address of an embedded file: `{{ "app.css"|asset }}`.
///
/// # Errors
/// When there is no such file.
#[askama::filter_fn]
pub fn asset(name: &str, _: &dyn Values) -> askama::Result<String> {
    assets::path(name).ok_or(askama::Error::Fmt)
}

/// A point in time with its zone: `{{ invitation.expires|stamp }}`.
///
/// # Errors
/// Never.
#[askama::filter_fn]
pub fn stamp(time: &Timestamp, _: &dyn Values) -> askama::Result<Stamp> {
    Ok(Stamp::new(*time))
}

/// The first letters of a name: `{{ person.name|initials }}`.
///
/// # Errors
/// Never.
#[askama::filter_fn]
pub fn initials(name: impl AsRef<str>, _: &dyn Values) -> askama::Result<String> {
    Ok(crate::page::initials(name.as_ref()))
}

/// Whether two values read the same: `{% if option|is(chosen) %}`.
///
/// # Errors
/// Never.
#[askama::filter_fn]
pub fn is<T: Display>(value: impl Display, _: &dyn Values, other: T) -> askama::Result<bool> {
    Ok(value.to_string() == other.to_string())
}
