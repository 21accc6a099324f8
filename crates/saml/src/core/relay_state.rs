//! The opaque value that travels beside a message.

/// A RelayState: echoed byte for byte, at most 1 KiB.
///
/// Bindings 3.4.3 names 80 bytes as the limit; senders exceed it and lose the
/// deep link of their people when it is cut, so 1 KiB is taken. Control
/// characters are refused: a browser would rewrite line ends in the form that
/// carries it back, and it would no longer be what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayState(String);

/// A RelayState that cannot be echoed as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRelayState {
    /// Longer than 1 KiB.
    #[error("the RelayState is longer than 1 KiB")]
    TooLong,
    /// It holds a control character.
    #[error("the RelayState holds a control character")]
    ControlCharacter,
}

impl RelayState {
    /// Takes a RelayState as it came, decoded from its transport.
    ///
    /// # Errors
    /// [`InvalidRelayState`] above 1 KiB or with a control character.
    ///
    /// ```
    /// use saml::core::RelayState;
    /// assert_eq!(RelayState::parse("\"><b>").unwrap().as_str(), "\"><b>");
    /// assert!(RelayState::parse(&"x".repeat(1025)).is_err());
    /// ```
    pub fn parse(text: &str) -> Result<RelayState, InvalidRelayState> {
        if text.len() > 1024 {
            return Err(InvalidRelayState::TooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(InvalidRelayState::ControlCharacter);
        }
        Ok(RelayState(text.to_owned()))
    }

    /// The value, to be escaped by whoever renders it.
    ///
    /// ```
    /// assert_eq!(saml::core::RelayState::parse("t").unwrap().as_str(), "t");
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
