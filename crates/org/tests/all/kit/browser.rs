//! A browser as far as cookies go: Lax ones do not travel with a cross-site
//! POST, and redirects are followed by hand.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use http::header::{CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN as ORIGIN_HEADER, SET_COOKIE};
use http::{HeaderMap, Method, Request, StatusCode};
use org::model::ServiceProvider;
use tower::ServiceExt as _;
use url::form_urlencoded;

use super::{Form, ORIGIN};

#[derive(Clone)]
pub(crate) struct Browser {
    router: Router,
    jar: BTreeMap<String, Kept>,
}

#[derive(Clone)]
struct Kept {
    value: String,
    line: String,
}

impl Kept {
    fn crosses_sites(&self) -> bool {
        self.line.contains("SameSite=None")
    }
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn location(&self) -> Option<String> {
        let location = self.headers.get(LOCATION)?;
        Some(location.to_str().unwrap().to_owned())
    }

    /// The form token of the page.
    pub(crate) fn csrf(&self) -> String {
        let marks = [r#"name="csrf" value=""#, r#"data-csrf=""#];
        let rest = marks.iter().find_map(|mark| self.body.split_once(mark));
        let (_, rest) = rest.unwrap_or_else(|| panic!("no form token: {self:?}"));
        rest.split_once('"').unwrap().0.to_owned()
    }

    /// The code on an error page.
    pub(crate) fn code(&self) -> String {
        let (_, rest) = self.body.split_once("<code>").unwrap_or_else(|| panic!("no code: {self:?}"));
        rest.split_once("</code>").unwrap().0.to_owned()
    }

    /// The way on from an error page.
    pub(crate) fn way_on(&self) -> String {
        let (_, rest) = self.body.split_once(r#"class="button primary wide" href=""#).unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let main = self.body.split_once("<main").map_or(self.body.as_str(), |(_, main)| main);
        let words = main.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text.trim());
        let words: Vec<&str> = words.filter(|text| !text.is_empty()).collect();
        write!(f, "{} to {:?}: {}", self.status, self.location(), words.join(" | "))
    }
}

impl Browser {
    pub(crate) fn new(router: &Router) -> Self {
        Self { router: router.clone(), jar: BTreeMap::new() }
    }

    /// The same browser against another node.
    pub(crate) fn at(&self, router: &Router) -> Self {
        Self { router: router.clone(), jar: self.jar.clone() }
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        self.jar.get(name).map(|kept| kept.value.as_str())
    }

    pub(crate) fn cookie_line(&self, name: &str) -> &str {
        &self.jar[name].line
    }

    pub(crate) fn forget(&mut self, name: &str) {
        self.jar.remove(name);
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path), Body::empty(), true).await
    }

    /// A form of one of our own pages.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = Request::post(path)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ORIGIN_HEADER, ORIGIN);
        self.send(request, encoded(fields).into(), true).await
    }

    /// A script's JSON from one of our own pages.
    pub(crate) async fn post_json(&mut self, path: &str, csrf: &str, body: &serde_json::Value) -> Answer {
        let request = Request::post(path)
            .header(CONTENT_TYPE, "application/json")
            .header("accept", "application/json")
            .header("x-csrf-token", csrf)
            .header(ORIGIN_HEADER, ORIGIN);
        self.send(request, body.to_string().into(), true).await
    }

    /// A form that the identity provider's page posts.
    pub(crate) async fn post_from_idp(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = Request::post(path)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ORIGIN_HEADER, "https://idp.example");
        self.send(request, encoded(fields).into(), false).await
    }

    pub(crate) async fn any(&mut self, method: Method, path: &str) -> Answer {
        self.send(Request::builder().method(method).uri(path), Body::empty(), true).await
    }

    pub(crate) async fn send(
        &mut self,
        request: http::request::Builder,
        body: Body,
        same_site: bool,
    ) -> Answer {
        let sent: Vec<String> = self
            .jar
            .iter()
            .filter(|(_, kept)| same_site || kept.crosses_sites())
            .map(|(name, kept)| format!("{name}={}", kept.value))
            .collect();
        let mut request = request.header(HOST, "acme.localhost:8090");
        if !sent.is_empty() {
            request = request.header(COOKIE, sent.join("; "));
        }
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        for line in parts.headers.get_all(SET_COOKIE) {
            self.keep(line.to_str().unwrap());
        }
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    fn keep(&mut self, line: &str) {
        let (pair, _) = line.split_once(';').unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        if line.contains("Max-Age=0") {
            self.jar.remove(name);
            return;
        }
        let kept = Kept { value: value.to_owned(), line: line.to_owned() };
        self.jar.insert(name.to_owned(), kept);
    }

    /// Opens the sign-in page and submits an address.
    pub(crate) async fn type_address(&mut self, address: &str, return_to: &str) -> Answer {
        let query = encoded(&[("return_to", return_to)]);
        let page = self.get(&format!("/login?{query}")).await;
        let csrf = page.csrf();
        let fields = [("csrf", csrf.as_str()), ("address", address), ("return_to", return_to)];
        self.post("/login", &fields).await
    }

    /// Posts an answer to the ACS.
    pub(crate) async fn post_answer(&mut self, us: &ServiceProvider, form: &Form) -> Answer {
        let path = us.acs_url.as_str().strip_prefix(ORIGIN).unwrap();
        let mut fields = vec![("SAMLResponse", form.saml_response.as_str())];
        if let Some(relay_state) = &form.relay_state {
            fields.push(("RelayState", relay_state));
        }
        self.post_from_idp(path, &fields).await
    }

    /// Posts an answer to the ACS and follows the 303 to our own GET.
    pub(crate) async fn bring_home(&mut self, us: &ServiceProvider, form: &Form) -> Answer {
        let posted = self.post_answer(us, form).await;
        match posted.location() {
            Some(arrival) => self.get(&arrival).await,
            None => posted,
        }
    }

    /// Who the start page says is signed in: the address, if anybody.
    pub(crate) async fn who(&mut self) -> Option<String> {
        let page = self.get("/").await;
        if page.status == StatusCode::SEE_OTHER {
            assert!(page.location().unwrap().starts_with("/login"), "{page:?}");
            return None;
        }
        let (_, rest) = page.body.split_once("<span class=\"small\">").unwrap();
        Some(rest.split([' ', '<', '·']).next().unwrap().trim().to_owned())
    }
}

fn encoded(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}
