//! What people read: messages in Fluent files, one set for each service.
//!
//! A template says `{{ "sign-in-title"|t }}`, or with arguments
//! `{{ "welcome"|t|with("name", person.name) }}`; code says `Message::new("user-invited").with("name", name)`.

mod check;

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use askama::Template;
use fluent::concurrent::FluentBundle;
use fluent::{FluentArgs, FluentResource};
use unic_langid::{LanguageIdentifier, langid};

pub use check::{MessageCheck, assert_messages};

/// The English texts of `web` itself: part of every service's [`Text`].
pub const MESSAGES: &str = include_str!("../messages/en.ftl");

/// All texts of a service in one language; cheap to clone.
#[derive(Clone)]
pub struct Text(Arc<Bundle>);

struct Bundle {
    language: LanguageIdentifier,
    messages: FluentBundle<FluentResource>,
}

/// Why message files cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    /// A file is not valid Fluent.
    #[error("message file {file} is malformed: {reason}")]
    Malformed {
        /// Its place in the list given.
        file: usize,
        /// What the parser says.
        reason: String,
    },
    /// Two files define the same message.
    #[error("a message is defined twice: {0}")]
    Twice(String),
}

impl Text {
    /// English texts: those of `web` and those of `files`, each the content of an `.ftl` file.
    ///
    /// # Errors
    /// When a file is malformed or defines what another one has.
    pub fn english(files: &[&str]) -> Result<Self, TextError> {
        let language = langid!("en");
        let mut messages = FluentBundle::new_concurrent(vec![language.clone()]);
        // The marks would travel into copied values and page titles.
        messages.set_use_isolating(false);
        for (index, file) in std::iter::once(&MESSAGES).chain(files).enumerate() {
            let parsed = FluentResource::try_new((*file).to_owned());
            let resource = parsed
                .map_err(|(_, errors)| TextError::Malformed { file: index, reason: format!("{errors:?}") })?;
            let added = messages.add_resource(resource);
            added.map_err(|errors| TextError::Twice(format!("{errors:?}")))?;
        }
        Ok(Self(Arc::new(Bundle { language, messages })))
    }

    /// The language as the `lang` attribute of a page.
    pub fn language(&self) -> &str {
        self.0.language.language.as_str()
    }

    /// Whether there is a message `id`, written `id` or `id.attribute`.
    pub fn has(&self, id: &str) -> bool {
        let (id, attribute) = split(id);
        let found = self.0.messages.get_message(id);
        found.is_some_and(|message| match attribute {
            Some(name) => message.get_attribute(name).is_some(),
            None => message.value().is_some(),
        })
    }

    /// The text of a message; one that does not exist is shown as its id, and logged.
    pub fn say(&self, message: &Message) -> String {
        self.look_up(message).unwrap_or_else(|| {
            tracing::error!(id = %message.id, "a message is missing");
            message.id.to_string()
        })
    }

    /// A template, with these texts.
    ///
    /// # Errors
    /// When the template fails.
    pub fn render(&self, page: &impl Template) -> askama::Result<String> {
        page.render_with_values(self)
    }

    fn look_up(&self, message: &Message) -> Option<String> {
        let (id, attribute) = split(&message.id);
        let found = self.0.messages.get_message(id)?;
        let pattern = match attribute {
            Some(name) => found.get_attribute(name)?.value(),
            None => found.value()?,
        };
        let mut args = FluentArgs::new();
        for (name, value) in &message.args {
            match value {
                Argument::Text(text) => args.set(*name, text.as_str()),
                Argument::Number(number) => args.set(*name, *number),
            }
        }
        let mut errors = Vec::new();
        let said = self.0.messages.format_pattern(pattern, Some(&args), &mut errors);
        if !errors.is_empty() {
            tracing::error!(%id, ?errors, "a message lacks arguments");
        }
        Some(said.into_owned())
    }
}

impl askama::Values for Text {
    fn get_value<'a>(&'a self, key: &str) -> Option<&'a dyn Any> {
        (key == VALUES_KEY).then_some(self as &dyn Any)
    }
}

/// `id.attribute` in its two parts.
fn split(id: &str) -> (&str, Option<&str>) {
    match id.split_once('.') {
        Some((id, attribute)) => (id, Some(attribute)),
        None => (id, None),
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({})", self.0.language)
    }
}

/// A message and its arguments, not yet in any language.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    id: Cow<'static, str>,
    args: Vec<(&'static str, Argument)>,
}

impl Message {
    /// The message `id`, written `id` or `id.attribute`.
    pub fn new(id: impl Into<Cow<'static, str>>) -> Self {
        Self { id: id.into(), args: Vec::new() }
    }

    /// With an argument: a text or a number.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Argument>) -> Self {
        self.args.push((name, value.into()));
        self
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The same arguments for another id.
    pub(crate) fn as_id(&self, id: String) -> Self {
        Self { id: Cow::Owned(id), args: self.args.clone() }
    }
}

impl From<&'static str> for Message {
    fn from(id: &'static str) -> Self {
        Self::new(id)
    }
}

/// An argument of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    /// Shown as it is.
    Text(String),
    /// Shown, and asked for its plural form.
    Number(i64),
}

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Argument {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl<T> From<&T> for Argument
where
    T: Clone + Into<Self>,
{
    fn from(value: &T) -> Self {
        value.clone().into()
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl From<$number> for Argument {
            fn from(number: $number) -> Self {
                Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
            }
        }
    )*};
}

numbers!(i32, i64, u8, u16, u32, u64, usize);

/// What the filter `t` takes: the id of a message, or a [`Message`].
pub trait Say {
    /// The message meant.
    fn message(&self) -> Message;
}

impl Say for str {
    fn message(&self) -> Message {
        Message::new(self.to_owned())
    }
}

impl Say for String {
    fn message(&self) -> Message {
        Message::new(self.clone())
    }
}

impl Say for Message {
    fn message(&self) -> Message {
        self.clone()
    }
}

impl<T: Say + ?Sized> Say for &T {
    fn message(&self) -> Message {
        (**self).message()
    }
}

/// A message in a language, as the filter `t` gives it: shown by `Display`.
#[derive(Debug, Clone)]
pub struct Phrase {
    text: Text,
    message: Message,
}

impl Phrase {
    pub(crate) fn new(text: Text, message: Message) -> Self {
        Self { text, message }
    }

    /// With one argument more.
    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: Argument) -> Self {
        self.message = self.message.with(name, value);
        self
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text.say(&self.message))
    }
}

/// Under which name [`crate::filters`] find the texts.
pub(crate) const VALUES_KEY: &str = "text";
