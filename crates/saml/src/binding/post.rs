//! The POST binding (bindings 3.5): a message as a form field.

use base64_simd::STANDARD;

use super::form::{ParameterError, Parameters};
use crate::core::{InvalidRelayState, RelayState};

/// What a browser posted to an assertion consumer service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostedResponse {
    /// The message, decoded and otherwise unread.
    pub xml: Vec<u8>,
    /// The RelayState, when there was one.
    pub relay_state: Option<RelayState>,
}

/// What a browser posted to an identity provider's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostedRequest {
    /// The message, decoded and otherwise unread. A signature in it is for
    /// [`AuthnRequest::parse`](crate::protocol::AuthnRequest::parse) to note.
    pub xml: Vec<u8>,
    /// The RelayState, when there was one.
    pub relay_state: Option<RelayState>,
}

/// Why a post is not a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PostError {
    /// The form's parameters.
    #[error(transparent)]
    Parameters(#[from] ParameterError),
    /// The message is not base64, or more than one base64 text.
    #[error("the posted message is not base64")]
    NotBase64,
    /// The message is above 1 MiB.
    #[error("the posted message is above 1 MiB")]
    TooLarge,
    /// The RelayState.
    #[error(transparent)]
    RelayState(#[from] InvalidRelayState),
}

/// Reads the body of a form post: exactly one `SAMLResponse`, at most one
/// `RelayState`, no `SAMLRequest`; other fields are passed over.
///
/// # Errors
/// [`PostError`] names what is wrong; nothing is read leniently.
///
/// ```
/// let posted = saml::binding::post::decode(b"SAMLResponse=PGEvPg%3D%3D&RelayState=r").unwrap();
/// assert_eq!(posted.xml, b"<a/>");
/// ```
pub fn decode(body: &[u8]) -> Result<PostedResponse, PostError> {
    let form = Parameters::read(body, [RESPONSE, RELAY_STATE, REQUEST])?;
    form.refuse(REQUEST)?;
    let xml = decode_value(form.required(RESPONSE)?)?;
    let relay_state = form.get(RELAY_STATE).map(RelayState::parse).transpose()?;
    Ok(PostedResponse { xml, relay_state })
}

/// Reads the body of a form post: exactly one `SAMLRequest`, at most one
/// `RelayState`, no `SAMLResponse`; other fields are passed over. The message is
/// not deflated here: that is the other binding.
///
/// # Errors
/// [`PostError`] names what is wrong; nothing is read leniently.
///
/// ```
/// let posted = saml::binding::post::decode_request(b"SAMLRequest=PGEvPg%3D%3D").unwrap();
/// assert_eq!(posted.xml, b"<a/>");
/// ```
pub fn decode_request(body: &[u8]) -> Result<PostedRequest, PostError> {
    let form = Parameters::read(body, [REQUEST, RELAY_STATE, RESPONSE])?;
    form.refuse(RESPONSE)?;
    let xml = decode_value(form.required(REQUEST)?)?;
    let relay_state = form.get(RELAY_STATE).map(RelayState::parse).transpose()?;
    Ok(PostedRequest { xml, relay_state })
}

/// Decodes the value of a message field: base64 with padding, white
/// space between its characters allowed, trailing bits zero, nothing after it.
///
/// # Errors
/// [`PostError::NotBase64`] or [`PostError::TooLarge`].
///
/// ```
/// use saml::binding::post;
/// assert_eq!(post::decode_value("PGEv\r\nPg==").unwrap(), b"<a/>");
/// assert!(post::decode_value("PGEvPh==").is_err()); // trailing bits
/// ```
pub fn decode_value(value: &str) -> Result<Vec<u8>, PostError> {
    // A line end after each 64 characters fits; nothing much larger is decoded.
    if value.len() > LARGEST / 2 * 3 {
        return Err(PostError::TooLarge);
    }
    // Hardly any sender breaks lines, so white space is looked for afterwards.
    let decoded = STANDARD.decode_to_vec(value).or_else(|_| {
        let space = |b: &u8| matches!(b, b' ' | b'\t' | b'\r' | b'\n');
        let dense: Vec<u8> = value.bytes().filter(|b| !space(b)).collect();
        STANDARD.decode_to_vec(dense).map_err(|_| PostError::NotBase64)
    })?;
    match decoded.len() > LARGEST {
        true => Err(PostError::TooLarge),
        false => Ok(decoded),
    }
}

/// Encodes a message as the value of a form field.
///
/// ```
/// assert_eq!(saml::binding::post::encode(b"<a/>"), "PGEvPg==");
/// ```
#[must_use]
pub fn encode(xml: &[u8]) -> String {
    STANDARD.encode_to_string(xml)
}

const RESPONSE: &str = "SAMLResponse";
const REQUEST: &str = "SAMLRequest";
const RELAY_STATE: &str = "RelayState";
const LARGEST: usize = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_strict_base64_text_is_a_message() {
        for bad in [
            "PGEvPg",           // no padding
            "PGEvPg=",          // half of it
            "PGEvPh==",         // trailing bits
            "PGEvPg==PGEvPg==", // two texts
            "PGEvPg==x",
            "PGEvPg-_", // the other alphabet
            "PGEv*Pg==",
            "PGEv\u{b}Pg==",
            "=",
        ] {
            assert_eq!(decode_value(bad), Err(PostError::NotBase64), "{bad}");
        }
        for huge in [1_400_000, 2_000_000] {
            assert_eq!(decode_value(&"A".repeat(huge)), Err(PostError::TooLarge));
        }
        assert_eq!(decode_value(&"A".repeat(1_048_576)).map(|xml| xml.len()), Ok(786_432));
    }

    #[test]
    fn the_form_has_one_response_and_nothing_that_resembles_it() {
        let value = "PGEvPg%3D%3D";
        for bad in [
            format!("RelayState={value}"),
            format!("SAMLResponse={value}&SAMLResponse={value}"),
            format!("SAMLResponse={value}&samlresponse={value}"),
            format!("SAMLResponse[]={value}"),
            format!("SAMLResponse={value}&SAMLRequest={value}"),
            format!("SAMLResponse={value}&RelayState=a&RelayState=b"),
            format!("SAMLResponse={value}&RelayState=%0A"),
        ] {
            assert!(decode(bad.as_bytes()).is_err(), "{bad}");
            let request = bad.replace("SAMLResponse", "@").replace("SAMLRequest", "SAMLResponse");
            let request = request.replace('@', "SAMLRequest").replace("samlr", "SAMLR");
            assert!(decode_request(request.as_bytes()).is_err(), "{request}");
        }
    }
}
