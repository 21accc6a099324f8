//! The Redirect binding (bindings 3.4): an AuthnRequest in a query.
//!
//! Requests are sent and taken unsigned here. A query that carries `SigAlg` and
//! `Signature` keeps the octets they cover (bindings 3.4.4.1) in
//! [`RedirectedRequest::signature`]; nothing verifies them yet, so such a
//! request counts as unsigned, and `idp::check` refuses it for an application
//! that requires signed requests.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::write::DeflateEncoder;
use flate2::{Compression, Decompress, FlushDecompress, Status};

use super::form::{ParameterError, Parameters};
use crate::core::{InvalidRelayState, RelayState, SsoUrl};

/// A request as it came in a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectedRequest {
    /// The message, inflated and otherwise unread.
    pub xml: Vec<u8>,
    /// The RelayState, when there was one.
    pub relay_state: Option<RelayState>,
    /// The signature of the query, unverified, when there was one.
    pub signature: Option<QuerySignature>,
}

/// The signature of a query as it came, and the octets that it covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuerySignature {
    /// `SAMLRequest=…[&RelayState=…]&SigAlg=…`, each value in the sender's own
    /// escaping.
    pub octets: Vec<u8>,
    /// The URI of the algorithm.
    pub algorithm: String,
    /// The signature value.
    pub value: Vec<u8>,
}

/// Why a query is not a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RedirectError {
    /// The query's parameters.
    #[error(transparent)]
    Parameters(#[from] ParameterError),
    /// The message or the signature is not base64.
    #[error("the value of {0} is not base64")]
    NotBase64(&'static str),
    /// The message is not one DEFLATE stream.
    #[error("the SAMLRequest is not one DEFLATE stream")]
    NotDeflate,
    /// The message is above 256 KiB when inflated.
    #[error("the SAMLRequest is above 256 KiB")]
    TooLarge,
    /// The `SAMLEncoding` names another encoding than DEFLATE.
    #[error("the SAMLEncoding is not DEFLATE")]
    UnknownEncoding,
    /// `SigAlg` without `Signature`, or the other way round.
    #[error("the query is half signed")]
    HalfSigned,
    /// The RelayState.
    #[error(transparent)]
    RelayState(#[from] InvalidRelayState),
}

/// The address that carries a request to the identity provider: the query is
/// appended to the address, which may have one already.
///
/// ```
/// use saml::{binding::redirect, core::SsoUrl};
/// let sso = SsoUrl::parse("https://idp.example/sso?tenant=1").unwrap();
/// let url = redirect::encode(&sso, b"<a/>", None);
/// assert!(url.starts_with("https://idp.example/sso?tenant=1&SAMLRequest="));
/// ```
#[must_use]
pub fn encode(to: &SsoUrl, xml: &[u8], relay_state: Option<&RelayState>) -> String {
    let mut url = String::with_capacity(to.as_str().len() + xml.len());
    url.push_str(to.as_str());
    if !to.as_str().ends_with(['?', '&']) {
        url.push(if to.as_str().contains('?') { '&' } else { '?' });
    }
    url.push_str("SAMLRequest=");
    escape(&mut url, &STANDARD.encode(deflate(xml)));
    if let Some(relay_state) = relay_state {
        url.push_str("&RelayState=");
        escape(&mut url, relay_state.as_str());
    }
    url
}

/// Reads a raw query (without `?`): exactly one `SAMLRequest`, at most one
/// `RelayState`, no `SAMLResponse`; other parameters are passed over.
///
/// # Errors
/// [`RedirectError`] names what is wrong; nothing is read leniently, and no
/// more than 256 KiB are ever inflated.
///
/// ```
/// use saml::{binding::redirect, core::SsoUrl};
/// let sso = SsoUrl::parse("https://idp.example/sso").unwrap();
/// let url = redirect::encode(&sso, b"<a/>", None);
/// let (_, query) = url.split_once('?').unwrap();
/// assert_eq!(redirect::decode(query).unwrap().xml, b"<a/>");
/// ```
pub fn decode(query: &str) -> Result<RedirectedRequest, RedirectError> {
    let names = [REQUEST, RELAY_STATE, SIG_ALG, SIGNATURE, ENCODING, RESPONSE];
    let found = Parameters::read(query.as_bytes(), names)?;
    found.refuse(RESPONSE)?;
    if found.get(ENCODING).is_some_and(|uri| uri != DEFLATE) {
        return Err(RedirectError::UnknownEncoding);
    }
    let request = found.required(REQUEST)?;
    if request.len() > LARGEST {
        return Err(RedirectError::TooLarge);
    }
    let compressed = decode_base64(REQUEST, request)?;
    let signature = match (found.get(SIG_ALG), found.get(SIGNATURE)) {
        (None, None) => None,
        (Some(algorithm), Some(value)) => Some(QuerySignature {
            octets: signed_octets(query),
            algorithm: algorithm.to_owned(),
            value: decode_base64(SIGNATURE, value)?,
        }),
        _ => return Err(RedirectError::HalfSigned),
    };
    Ok(RedirectedRequest {
        xml: inflate(&compressed)?,
        relay_state: found.get(RELAY_STATE).map(RelayState::parse).transpose()?,
        signature,
    })
}

fn decode_base64(name: &'static str, value: &str) -> Result<Vec<u8>, RedirectError> {
    STANDARD.decode(value).map_err(|_| RedirectError::NotBase64(name))
}

/// The covered parameters in the standard's order, each as the sender escaped
/// it. They are known to be there once at most.
fn signed_octets(query: &str) -> Vec<u8> {
    let raw =
        |name: &str| query.split('&').find(|pair| pair.split_once('=').is_some_and(|(key, _)| key == name));
    [raw(REQUEST), raw(RELAY_STATE), raw(SIG_ALG)]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("&")
        .into_bytes()
}

#[expect(clippy::expect_used, reason = "writing to memory cannot fail")]
fn deflate(xml: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(xml).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

/// Inflates one raw DEFLATE stream that ends where the input ends, in steps,
/// and stops at the limit: a bomb costs 256 KiB.
fn inflate(compressed: &[u8]) -> Result<Vec<u8>, RedirectError> {
    let mut inflater = Decompress::new(false);
    let mut out = Vec::with_capacity(8 * 1024);
    loop {
        let consumed = usize::try_from(inflater.total_in()).unwrap_or(usize::MAX);
        let rest = compressed.get(consumed..).unwrap_or_default();
        let before = (consumed, out.len());
        let status = inflater
            .decompress_vec(rest, &mut out, FlushDecompress::Finish)
            .map_err(|_| RedirectError::NotDeflate)?;
        let consumed = usize::try_from(inflater.total_in()).unwrap_or(usize::MAX);
        if out.len() > LARGEST {
            return Err(RedirectError::TooLarge);
        }
        if status == Status::StreamEnd {
            return match consumed == compressed.len() {
                true => Ok(out),
                false => Err(RedirectError::NotDeflate),
            };
        }
        if out.len() == out.capacity() {
            out.reserve(out.len().max(8 * 1024));
        } else if (consumed, out.len()) == before {
            return Err(RedirectError::NotDeflate);
        }
    }
}

fn escape(out: &mut String, text: &str) {
    out.extend(url::form_urlencoded::byte_serialize(text.as_bytes()));
}

const REQUEST: &str = "SAMLRequest";
const RESPONSE: &str = "SAMLResponse";
const RELAY_STATE: &str = "RelayState";
const SIG_ALG: &str = "SigAlg";
const SIGNATURE: &str = "Signature";
const ENCODING: &str = "SAMLEncoding";
const DEFLATE: &str = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE";
const LARGEST: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn query(xml: &[u8]) -> String {
        let sso = SsoUrl::parse("https://idp.example/sso").unwrap();
        let url = encode(&sso, xml, None);
        url.split_once('?').unwrap().1.to_owned()
    }

    #[test]
    fn a_bomb_is_stopped_at_the_limit() {
        assert_eq!(decode(&query(&vec![b'a'; LARGEST])).unwrap().xml.len(), LARGEST);
        let over = vec![b'a'; LARGEST + 1];
        assert_eq!(decode(&query(&over)), Err(RedirectError::TooLarge));
        let bomb = vec![0; 64 * 1024 * 1024];
        assert_eq!(decode(&query(&bomb)), Err(RedirectError::TooLarge));
    }

    #[test]
    fn the_stream_is_whole_and_alone() {
        let stream = deflate(b"<a/>");
        let read = |bytes: &[u8]| inflate(bytes);
        assert_eq!(read(&stream).unwrap(), b"<a/>");
        assert_eq!(read(&stream[..stream.len() - 1]), Err(RedirectError::NotDeflate));
        assert_eq!(read(&[&stream[..], b"x"].concat()), Err(RedirectError::NotDeflate));
        assert_eq!(read(&[]), Err(RedirectError::NotDeflate));
        assert_eq!(read(b"<a/>"), Err(RedirectError::NotDeflate));
    }

    #[test]
    fn a_signed_query_keeps_the_octets_in_the_standards_order() {
        let request = query(b"<a/>");
        let signed = format!("Signature=AAAA&SigAlg=urn%3aalg&RelayState=a%2fb&x=y&{request}");
        let read = decode(&signed).unwrap().signature.unwrap();
        let octets = format!("{request}&RelayState=a%2fb&SigAlg=urn%3aalg");
        assert_eq!(String::from_utf8(read.octets).unwrap(), octets);
        assert_eq!(read.algorithm, "urn:alg");
        let half = format!("{request}&SigAlg=urn%3aalg");
        assert_eq!(decode(&half), Err(RedirectError::HalfSigned));
        let half = format!("{request}&Signature=AAAA");
        assert_eq!(decode(&half), Err(RedirectError::HalfSigned));
    }

    #[test]
    fn parameters_that_two_readers_could_read_in_two_ways_are_refused() {
        let request = query(b"<a/>");
        let value = request.split_once('=').unwrap().1;
        for bad in [
            String::new(),
            format!("{request}&{request}"),
            format!("samlrequest={value}"),
            format!("SAMLRequest[]={value}"),
            format!("{request}&SamlRequest=x"),
            format!("{request}&SAMLResponse=x"),
            format!("{request}&RelayState=a&RelayState=a"),
            format!("{request}&RelayState={}", "a".repeat(1025)),
            format!("{request}&SAMLEncoding=urn:other"),
            format!("SAMLRequest=%20{value}"),
            format!("SAMLRequest={}", value.replace("%3D", "")),
        ] {
            // Not every stream ends in padding.
            if bad != request {
                assert!(decode(&bad).is_err(), "{bad}");
            }
        }
    }
}
