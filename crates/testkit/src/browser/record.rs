//! What the browser keeps and what it has noted: cookies, console, network.

use serde::Deserialize;
use serde_json::{Value, json};

use super::Browser;

/// A cookie as the browser keeps it, `HttpOnly` ones among them.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cookie {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Its host, with a leading dot when it goes to hosts below too.
    pub domain: String,
    /// Its path.
    pub path: String,
    /// Seconds since the epoch; -1 for a session cookie.
    pub expires: f64,
    /// Whether scripts cannot read it.
    pub http_only: bool,
    /// Whether it goes over secure connections only.
    pub secure: bool,
    /// `Strict`, `Lax` or `None`; missing when the server did not say.
    #[serde(default)]
    pub same_site: Option<String>,
}

/// A request that the browser sent, with what came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// Where it went.
    pub url: String,
    /// The status, once there was one; redirects are requests of their own.
    pub status: Option<u16>,
}

impl Browser {
    /// All cookies of the browser, whatever their host.
    ///
    /// # Panics
    /// When the browser does not tell, as all below.
    pub async fn cookies(&self) -> Vec<Cookie> {
        let answer = self.cdp("Storage.getCookies", json!({})).await;
        serde_json::from_value(answer["cookies"].clone()).expect("cookies")
    }

    /// The one cookie of this name, if there is one.
    pub async fn cookie(&self, name: &str) -> Option<Cookie> {
        self.cookies().await.into_iter().find(|cookie| cookie.name == name)
    }

    /// Forgets all cookies.
    pub async fn clear_cookies(&self) {
        self.cdp("Storage.clearCookies", json!({})).await;
    }

    /// The errors on the console since the last call: broken scripts, refused
    /// resources, violations of the content security policy.
    pub async fn console_errors(&self) -> Vec<String> {
        self.session
            .get_log("browser")
            .await
            .expect("the console")
            .into_iter()
            .filter(|entry| entry.level == "SEVERE")
            .map(|entry| entry.message)
            .collect()
    }

    /// The requests since the last call, in their order.
    pub async fn requests(&self) -> Vec<Request> {
        let log = self.session.get_log("performance").await.expect("the log");
        let mut requests: Vec<(String, Request)> = Vec::new();
        for entry in log {
            let Ok(entry) = serde_json::from_str::<Value>(&entry.message) else {
                continue;
            };
            note(&mut requests, &entry["message"]);
        }
        requests.into_iter().map(|(_, request)| request).collect()
    }
}

fn note(requests: &mut Vec<(String, Request)>, event: &Value) {
    let parameters = &event["params"];
    let id = parameters["requestId"].as_str().unwrap_or_default();
    match event["method"].as_str() {
        Some("Network.requestWillBeSent") => {
            // A redirect goes on under the same id and brings the status along.
            answered(requests, id, &parameters["redirectResponse"]["status"]);
            let request = &parameters["request"];
            requests.push((
                id.to_owned(),
                Request {
                    method: request["method"].as_str().unwrap_or_default().to_owned(),
                    url: request["url"].as_str().unwrap_or_default().to_owned(),
                    status: None,
                },
            ));
        }
        Some("Network.responseReceived") => {
            answered(requests, id, &parameters["response"]["status"]);
        }
        _ => {}
    }
}

fn answered(requests: &mut [(String, Request)], id: &str, status: &Value) {
    let Some(status) = status.as_u64().and_then(|status| u16::try_from(status).ok()) else {
        return;
    };
    let waiting = requests.iter_mut().rev().find(|(of, request)| of == id && request.status.is_none());
    if let Some((_, request)) = waiting {
        request.status = Some(status);
    }
}
