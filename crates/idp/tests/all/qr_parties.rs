//! Who takes part in a QR sign-in: a desktop, a phone with a passkey, an application.

use std::net::{IpAddr, Ipv4Addr};

use http::StatusCode;
use idp::acts::invitations::Device;
use idp::model::user::User;
use serde_json::{Value, json};
use testkit::authenticator::Authenticator;

use crate::house::{Browser, House, Pending, Reply, Sp, places};

/// Where both are, unless a test says otherwise.
pub(crate) const HOME: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));
/// Somewhere else.
pub(crate) const AWAY: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 9));

/// Maya at her desk, her phone beside her.
pub(crate) struct Parties {
    pub(crate) house: House,
    pub(crate) sp: Sp,
    pub(crate) maya: User,
    pub(crate) desktop: Browser,
    pub(crate) phone: Browser,
}

/// A code on the desktop.
pub(crate) struct Code {
    pub(crate) pending: Pending,
    /// The path of the sign-in.
    pub(crate) sign_in: String,
    /// What the code says.
    pub(crate) link: String,
}

impl Parties {
    pub(crate) async fn in_house(house: House) -> Self {
        let sp = Sp::new("jira");
        house.application(sp.settings()).await;
        let maya = house.user("Maya", None).await;
        let phone = phone_of(&house, &maya).await;
        let mut desktop = house.browser();
        desktop.address = Some(HOME);
        Self { house, sp, maya, desktop, phone }
    }

    pub(crate) async fn new() -> Self {
        Self::in_house(House::new().await).await
    }

    /// A sign-in on the desktop, as far as the code.
    pub(crate) async fn code(&mut self) -> Code {
        let pending = self.sp.ask(&self.house);
        code_of(&mut self.desktop, pending).await
    }

    /// The same, as far as the digits typed on the phone; the phone's page.
    pub(crate) async fn typed(&mut self) -> (Code, String) {
        let code = self.code().await;
        let page = open(&mut self.phone, &code.link).await;
        let digits = digits(&mut self.desktop, &code).await;
        type_digits(&mut self.phone, &page, &digits).await;
        (code, page)
    }

    /// The same, as far as the approval.
    pub(crate) async fn approved(&mut self) -> (Code, String) {
        let (code, page) = self.typed().await;
        let done = approve(&mut self.phone, &page).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        (code, page)
    }

    /// Makes the desktop known for Maya: she signs in on it with the phone's passkey, and out again.
    pub(crate) async fn make_known(&mut self) {
        std::mem::swap(&mut self.desktop.authenticator, &mut self.phone.authenticator);
        let page = self.desktop.visit(&self.sp.ask(&self.house).url).await;
        let done = self.desktop.prove(&page).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        std::mem::swap(&mut self.desktop.authenticator, &mut self.phone.authenticator);
        self.desktop.cookies.remove("__Host-idp-session");
    }

    /// "Continue as Maya".
    pub(crate) async fn go_on(&mut self, code: &Code) -> Reply {
        let page = self.desktop.visit(&format!("{}/qr", code.sign_in)).await;
        let on = click(&mut self.desktop, &page).await;
        self.desktop.visit(on.to()).await
    }

    /// The codes of the refusals that were written in full, newest first.
    pub(crate) async fn refusals(&self) -> Vec<String> {
        let events = self.house.events_of("qr.refused").await;
        events.iter().map(|event| event.data["code"].as_str().unwrap_or("junk").to_owned()).collect()
    }
}

/// A phone with a passkey of this person, at home.
pub(crate) async fn phone_of(house: &House, user: &User) -> Browser {
    let mut phone = house.browser();
    phone.agent =
        "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1".to_owned();
    phone.address = Some(HOME);
    phone.authenticator = Authenticator::synced();
    phone.enrol(&house.invitation(user.id, Device::Phone).await).await;
    phone.cookies.clear();
    phone
}

pub(crate) async fn code_of(desktop: &mut Browser, pending: Pending) -> Code {
    let arrived = desktop.get(&pending.url).await;
    let sign_in = arrived.to().to_owned();
    let shown = show_code(desktop, &sign_in).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
    let link = link(shown.between("data-live-src=\"qr\" src=\"", "\""));
    Code { pending, sign_in, link }
}

/// "Scan with your phone", or "Show a new code"; the page that comes.
pub(crate) async fn show_code(desktop: &mut Browser, sign_in: &str) -> Reply {
    let csrf = desktop.get(sign_in).await.csrf();
    let asked = desktop.post(&format!("{sign_in}/qr"), &[("csrf", &csrf)]).await;
    match asked.status.is_redirection() {
        true => desktop.visit(asked.to()).await,
        false => asked,
    }
}

/// What the camera reads.
pub(crate) fn link(image: &str) -> String {
    let read = testkit::qr::read_data_uri(image).expect("a readable code");
    let path = read.strip_prefix(crate::house::ORIGIN_URL).expect("an address of ours");
    assert!(path.starts_with("/q/"), "{path}");
    path.to_owned()
}

/// The button of the page that names the account.
pub(crate) async fn click(desktop: &mut Browser, named: &Reply) -> Reply {
    let (path, csrf) = (named.between("method=\"post\" action=\"", "\""), named.csrf());
    let code = named.between("name=\"code\" value=\"", "\"");
    desktop.post(path, &[("csrf", &csrf), ("code", code)]).await
}

/// What the desktop's page is told.
pub(crate) async fn state(desktop: &mut Browser, code: &Code) -> Value {
    let reply = desktop.get(&format!("{}/qr/state", code.sign_in)).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
    reply.json()
}

pub(crate) async fn digits(desktop: &mut Browser, code: &Code) -> String {
    let state = state(desktop, code).await;
    assert_eq!(state["state"], "opened", "{state}");
    state["text"]["digits"].as_str().expect("digits").to_owned()
}

/// Two digits that are not these.
pub(crate) fn others(digits: &str) -> String {
    let number: u32 = digits.parse().expect("digits");
    format!("{:02}", (number + 1) % 100)
}

/// Opens the code's link and goes on; the path of the phone's page.
pub(crate) async fn open(phone: &mut Browser, link: &str) -> String {
    let opened = try_open(phone, link).await;
    opened.to().to_owned()
}

pub(crate) async fn try_open(phone: &mut Browser, link: &str) -> Reply {
    let page = phone.get(link).await;
    if page.status != StatusCode::OK {
        return page;
    }
    let csrf = page.csrf();
    phone.post(link, &[("csrf", &csrf)]).await
}

/// Types digits on the phone; the page after it.
pub(crate) async fn type_digits(phone: &mut Browser, page: &str, digits: &str) -> Reply {
    let csrf = phone.get(page).await.csrf();
    let typed = phone.post(&format!("{page}/digits"), &[("csrf", &csrf), ("digits", digits)]).await;
    phone.visit(typed.to()).await
}

/// "Confirm with this phone".
pub(crate) async fn approve(phone: &mut Browser, page: &str) -> Reply {
    let page = phone.get(page).await;
    phone.prove(&page).await
}

/// "This isn't me", on the phone; the page after it.
pub(crate) async fn deny(phone: &mut Browser, page: &str) -> Reply {
    let csrf = phone.get(page).await.csrf();
    let denied = phone.post(&format!("{page}/not-me"), &[("csrf", &csrf)]).await;
    phone.visit(denied.to()).await
}

/// An answer to the page's ceremony that is not sent yet.
pub(crate) async fn credential(phone: &mut Browser, page: &Reply) -> (String, String, Value) {
    let (begin, finish) = places(page);
    let csrf = page.csrf();
    let options = phone.post_json(&begin, &csrf, &json!({ "hint": null, "conditional": false })).await;
    assert_eq!(options.status, StatusCode::OK, "{}", options.body);
    let credential = phone.authenticator.authenticate(crate::house::ORIGIN_URL, &options.body);
    let credential: Value = serde_json::from_str(&credential).expect("JSON");
    (finish, csrf, json!({ "credential": credential }))
}

/// The page says this code.
pub(crate) fn says(page: &Reply, code: &str) {
    assert!(page.has_code(code), "no {code} in {} {}", page.status, page.body);
}

/// A browser with the same cookies: another tab, or another request at the same moment.
pub(crate) fn tab(house: &House, browser: &Browser) -> Browser {
    let mut tab = house.browser();
    tab.cookies = browser.cookies.clone();
    tab.address = browser.address;
    tab.router = browser.router.clone();
    tab
}

/// The code of what the desktop is told.
pub(crate) fn say_code(state: &Value) -> &str {
    state["text"]["code"].as_str().unwrap_or_default()
}
