//! What `passkey.js` sends and takes.

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use serde_json::value::RawValue;

use super::{Ask, Asked, AskedRegistration};

/// What the script posts to begin: `{"hint": "hybrid" | null, "conditional": bool}`. A registration's is empty of meaning.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
pub struct Wish {
    #[serde(default)]
    hint: Option<String>,
    #[serde(default)]
    conditional: bool,
}

impl Wish {
    /// How the browser wants to offer passkeys; an unknown hint is a plain prompt.
    pub fn ask(&self) -> Ask {
        match (self.conditional, self.hint.as_deref()) {
            (true, _) => Ask::Autofill,
            (false, Some("hybrid")) => Ask::Phone,
            (false, _) => Ask::Prompt,
        }
    }
}

/// What the script posts to finish: `{"credential": …}` with the fields of the page beside it.
#[derive(Debug, serde::Deserialize)]
pub struct Answer {
    credential: Box<RawValue>,
    /// What the person calls the device, on pages that ask.
    #[serde(default)]
    pub label: Option<String>,
    /// Where to go on, on pages that carry it: the path of a page of ours, still to be checked.
    #[serde(default)]
    pub back: Option<String>,
}

impl Answer {
    /// The credential's JSON, byte for byte as the browser wrote it.
    pub fn credential(&self) -> &[u8] {
        self.credential.get().as_bytes()
    }
}

/// What the script is answered when all went well: `{"go": "/path"}`.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Go {
    /// A path of this origin; the script follows no other.
    pub go: String,
}

impl IntoResponse for Go {
    fn into_response(self) -> Response {
        axum::Json(self).into_response()
    }
}

impl IntoResponse for Asked {
    fn into_response(self) -> Response {
        json(self.to_json())
    }
}

impl IntoResponse for AskedRegistration {
    fn into_response(self) -> Response {
        json(self.to_json())
    }
}

fn json(text: &str) -> Response {
    ([(CONTENT_TYPE, "application/json")], text.to_owned()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes() {
        let cases = [
            (r#"{"hint":null,"conditional":true}"#, Ask::Autofill),
            (r#"{"hint":null,"conditional":false}"#, Ask::Prompt),
            (r#"{"hint":"hybrid","conditional":false}"#, Ask::Phone),
            (r#"{"hint":"fax","conditional":false}"#, Ask::Prompt),
            ("{}", Ask::Prompt),
        ];
        for (json, ask) in cases {
            let wish: Wish = serde_json::from_str(json).expect("a wish");
            assert_eq!(wish.ask(), ask, "{json}");
        }
    }

    #[test]
    fn the_credential_stays_as_it_was_written() {
        let answer: Answer =
            serde_json::from_str(r#"{"credential":{"b" : 1,"a":2},"label":"Laptop"}"#).expect("an answer");
        assert_eq!(answer.credential(), br#"{"b" : 1,"a":2}"#);
        assert_eq!(answer.label.as_deref(), Some("Laptop"));
    }
}
