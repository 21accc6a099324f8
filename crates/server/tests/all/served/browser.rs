//! A browser as far as cookies, forms and redirects go, with an authenticator held to it, over HTTP.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use http::header::{COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::authenticator::Authenticator;
use url::{Url, form_urlencoded};

use super::seed::{idp_origin, org_origin};

/// The connection broke before the whole answer was there: nothing was acknowledged.
#[derive(Debug)]
pub(crate) struct Gone(#[expect(dead_code, reason = "read when a test fails")] reqwest::Error);

/// One browser.
#[derive(Clone)]
pub(crate) struct Browser {
    http: reqwest::Client,
    jar: BTreeMap<(String, String), Cookie>,
    idp: String,
    org: String,
}

#[derive(Clone)]
struct Cookie {
    value: String,
    crosses_sites: bool,
}

/// An answer, there to the last byte.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) body: String,
    /// The address it leads to, whole.
    pub(crate) location: Option<String>,
    /// Whether it opened a session.
    pub(crate) opens_session: bool,
}

/// What the identity provider's page posts.
#[derive(Clone)]
pub(crate) struct Form {
    pub(crate) response: String,
    pub(crate) relay_state: String,
    pub(crate) acs_url: String,
}

impl Browser {
    pub(super) fn new(ports: [u16; 2]) -> Self {
        let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .resolve("idp.localhost", at(ports[0]))
            .resolve("acme.localhost", at(ports[1]))
            .build();
        let (idp, org) = (idp_origin(ports), org_origin(ports));
        Self { http: http.unwrap(), jar: BTreeMap::new(), idp, org }
    }

    /// Forgets the session at one host: a person who comes back tomorrow.
    pub(crate) fn forget_session(&mut self, host: &str) {
        self.jar.retain(|(of, name), _| of != host || !name.ends_with("-session"));
    }

    /// Forgets everything that one host has set: another browser, to that host.
    pub(crate) fn forget(&mut self, host: &str) {
        self.jar.retain(|(of, _), _| of != host);
    }

    /// The cookies that a request to `host` carries, as its header.
    pub(crate) fn cookies(&self, host: &str) -> String {
        self.header(host, false)
    }

    fn header(&self, host: &str, cross_site: bool) -> String {
        let sent =
            self.jar.iter().filter(|((of, _), kept)| of == host && (kept.crosses_sites || !cross_site));
        let pairs: Vec<_> = sent.map(|((_, name), kept)| format!("{name}={}", kept.value)).collect();
        pairs.join("; ")
    }

    /// Makes the passkey of an invitation.
    pub(crate) async fn enrol(&mut self, link: &str, authenticator: &mut Authenticator) -> Result<(), Gone> {
        let page = self.get(link).await?;
        let (begin, finish, csrf) = page.ceremony();
        let options = self.post_json(&begin, &csrf, &json!({})).await?;
        let credential = authenticator.register(&self.idp, &options.body);
        let credential: Value = serde_json::from_str(&credential).unwrap();
        let answer = json!({ "credential": credential, "label": "Laptop" });
        let done = self.post_json(&finish, &csrf, &answer).await?;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        Ok(())
    }

    /// Hop 1: types an address at the organisation. The address of the identity provider that it leads to.
    pub(crate) async fn type_address(&mut self, address: &str) -> Result<String, Gone> {
        let login = format!("{}/login", self.org);
        let page = self.get(&login).await?;
        let csrf = page.between("name=\"csrf\" value=\"", "\"").to_owned();
        let fields = [("csrf", csrf.as_str()), ("address", address), ("return_to", "/")];
        let origin = self.org.clone();
        let left = self.post(&login, &fields, &origin).await?;
        let to = left.location.clone().unwrap_or_else(|| panic!("no redirect: {left:?}"));
        assert!(to.starts_with(&self.idp), "{to}");
        Ok(to)
    }

    /// Hop 4: answers the sign-in page's ceremony. Where it goes on.
    pub(crate) async fn prove(
        &mut self,
        page: &Reply,
        authenticator: &std::sync::Mutex<Authenticator>,
    ) -> Result<String, Gone> {
        let (begin, finish, csrf) = page.ceremony();
        let wish = json!({ "hint": null, "conditional": false });
        let options = self.post_json(&begin, &csrf, &wish).await?;
        assert_eq!(options.status, StatusCode::OK, "{}", options.body);
        let credential = authenticator.lock().unwrap().authenticate(&self.idp, &options.body);
        let credential: Value = serde_json::from_str(&credential).unwrap();
        let done = self.post_json(&finish, &csrf, &json!({ "credential": credential })).await?;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        let done: Value = serde_json::from_str(&done.body).unwrap();
        Ok(format!("{}{}", self.idp, done["go"].as_str().unwrap()))
    }

    /// Hop 6: the identity provider's page posts its form.
    pub(crate) async fn post_form(&mut self, form: &Form) -> Result<Reply, Gone> {
        let fields = [("SAMLResponse", form.response.as_str()), ("RelayState", &form.relay_state)];
        let origin = self.idp.clone();
        self.post(&form.acs_url, &fields, &origin).await
    }

    pub(crate) async fn get(&mut self, url: &str) -> Result<Reply, Gone> {
        self.send(self.http.request(Method::GET, url), url, false).await
    }

    /// Goes there, and on, until there is a page.
    pub(crate) async fn visit(&mut self, url: &str) -> Result<Reply, Gone> {
        let mut reply = self.get(url).await?;
        for _ in 0..5 {
            let Some(next) = reply.location else { return Ok(reply) };
            reply = self.get(&next).await?;
        }
        panic!("too many redirects from {url}")
    }

    async fn post(&mut self, url: &str, fields: &[(&str, &str)], origin: &str) -> Result<Reply, Gone> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self
            .http
            .request(Method::POST, url)
            .header(http::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ORIGIN, origin)
            .body(body);
        self.send(request, url, !url.starts_with(origin)).await
    }

    async fn post_json(&mut self, path: &str, csrf: &str, body: &Value) -> Result<Reply, Gone> {
        let url = format!("{}{path}", self.idp);
        let request = self
            .http
            .request(Method::POST, &url)
            .header(ORIGIN, &self.idp)
            .header(http::header::ACCEPT, "application/json")
            .header("x-csrf-token", csrf)
            .json(body);
        self.send(request, &url, false).await
    }

    async fn send(
        &mut self,
        request: reqwest::RequestBuilder,
        url: &str,
        cross_site: bool,
    ) -> Result<Reply, Gone> {
        let url = Url::parse(url).unwrap();
        let host = url.host_str().unwrap();
        let cookies = self.header(host, cross_site);
        let request = if cookies.is_empty() { request } else { request.header(COOKIE, cookies) };
        let response = request.send().await.map_err(Gone)?;
        let (status, headers) = (response.status(), response.headers().clone());
        // Only a whole answer is one: cookies of a broken one are not kept.
        let body = response.text().await.map_err(Gone)?;
        let mut opens_session = false;
        for line in headers.get_all(SET_COOKIE) {
            let line = line.to_str().unwrap();
            opens_session |= line.contains("-session=") && !line.contains("Max-Age=0");
            self.keep(host, line);
        }
        let location = headers.get(LOCATION).map(|to| url.join(to.to_str().unwrap()).unwrap().to_string());
        Ok(Reply { status, body, location, opens_session })
    }

    fn keep(&mut self, host: &str, line: &str) {
        let (pair, attributes) = line.split_once(';').unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        let key = (host.to_owned(), name.to_owned());
        if attributes.contains("Max-Age=0") {
            self.jar.remove(&key);
            return;
        }
        let crosses_sites = attributes.contains("SameSite=None");
        self.jar.insert(key, Cookie { value: value.to_owned(), crosses_sites });
    }
}

impl Reply {
    /// The form that the page posts by itself, if it is that page.
    pub(crate) fn form(&self) -> Option<Form> {
        self.body.contains("name=\"SAMLResponse\"").then(|| Form {
            response: self.between("name=\"SAMLResponse\" value=\"", "\"").to_owned(),
            relay_state: self.between("name=\"RelayState\" value=\"", "\"").to_owned(),
            acs_url: self.between("action=\"", "\"").to_owned(),
        })
    }

    fn between(&self, before: &str, after: &str) -> &str {
        let (_, rest) = self.body.split_once(before).unwrap_or_else(|| panic!("no {before} in {self:?}"));
        rest.split_once(after).unwrap().0
    }

    /// Where the page's ceremony begins and ends, and the token of its forms.
    fn ceremony(&self) -> (String, String, String) {
        let of = |name: &str| self.between(&format!("data-{name}=\""), "\"").to_owned();
        (of("begin"), of("finish"), of("csrf"))
    }
}

impl Form {
    /// The IDs within: of the request that it answers, of the response and of the assertion.
    pub(crate) fn ids(&self) -> [String; 3] {
        let xml = saml::binding::post::decode_value(&self.response).unwrap();
        let xml = String::from_utf8(xml).unwrap();
        let of = |element: &str, attribute: &str| {
            let (_, rest) = xml.split_once(element).unwrap();
            let (tag, _) = rest.split_once('>').unwrap();
            let (_, value) = tag.split_once(&format!(" {attribute}=\"")).unwrap();
            value.split_once('"').unwrap().0.to_owned()
        };
        [of("<samlp:Response", "InResponseTo"), of("<samlp:Response", "ID"), of("<saml:Assertion", "ID")]
    }
}
