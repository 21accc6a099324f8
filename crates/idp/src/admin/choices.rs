//! What the pages of the form offer to choose from.

use super::application_form::FIXED;
use crate::model::application::{Instance, Signs};
use crate::model::claims::{ClaimNameFormat, UserAttribute};
use crate::model::name_id::Format;

/// A word to choose, and the message that names it.
pub(super) struct Choice {
    pub(super) word: &'static str,
    pub(super) label: String,
}

/// The words to choose from.
pub(super) struct Choices {
    pub(super) instances: Vec<Choice>,
    pub(super) formats: Vec<Choice>,
    pub(super) attributes: Vec<&'static str>,
    pub(super) name_formats: Vec<Choice>,
    pub(super) signs: Vec<Choice>,
    pub(super) fixed: &'static str,
}

impl Choices {
    pub(super) fn all() -> Self {
        let words = |prefix: &str, words: Vec<&'static str>| {
            words.into_iter().map(|word| Choice { word, label: format!("{prefix}-{word}") }).collect()
        };
        let name_formats = ClaimNameFormat::ALL.iter().map(|f| f.as_str()).collect();
        Self {
            instances: words("instance", Instance::ALL.iter().map(|i| i.as_str()).collect()),
            formats: words("format", Format::ALL.iter().map(|f| f.as_str()).collect()),
            attributes: UserAttribute::ALL.iter().map(|a| a.as_str()).collect(),
            name_formats: words("name-format", name_formats),
            signs: words("signs", Signs::ALL.iter().map(|s| s.as_str()).collect()),
            fixed: FIXED,
        }
    }
}
