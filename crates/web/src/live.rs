//! State words for a page that waits: what `live.js` understands, by events and by polling alike.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::address::ReturnTo;

/// The state of something a page waits for. Sent as JSON, as an event or as the answer to a poll.
///
/// The page has a region for each state word; the script shows the one that fits, puts `text` into
/// its places and `src` into its images, and follows `go`. No HTML travels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Live {
    /// The state word.
    pub state: &'static str,
    /// Texts by the name of their place.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub text: BTreeMap<&'static str, String>,
    /// Addresses of images by the name of their place.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub src: BTreeMap<&'static str, String>,
    /// Where the page goes now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub go: Option<String>,
    /// Whether nothing more will come.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub done: bool,
}

impl Live {
    /// In state `state`.
    pub fn new(state: &'static str) -> Self {
        Self { state, text: BTreeMap::new(), src: BTreeMap::new(), go: None, done: false }
    }

    /// With a text for the place `name`.
    #[must_use]
    pub fn text(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.text.insert(name, text.into());
        self
    }

    /// With an address for the image `name`.
    #[must_use]
    pub fn src(mut self, name: &'static str, address: impl Into<String>) -> Self {
        self.src.insert(name, address.into());
        self
    }

    /// The page goes on to `path`, and nothing more will come.
    #[must_use]
    pub fn go(mut self, path: &ReturnTo) -> Self {
        self.go = Some(path.to_string());
        self.done = true;
        self
    }

    /// Nothing more will come.
    #[must_use]
    pub fn done(mut self) -> Self {
        self.done = true;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_absent_is_not_sent() {
        let json = |live| serde_json::to_string(&live).expect("json");
        assert_eq!(json(Live::new("waiting")), r#"{"state":"waiting"}"#);
        let path = ReturnTo::parse("/next").expect("path");
        assert_eq!(
            json(Live::new("opened").text("digits", "42").go(&path)),
            r#"{"state":"opened","text":{"digits":"42"},"go":"/next","done":true}"#
        );
    }
}
