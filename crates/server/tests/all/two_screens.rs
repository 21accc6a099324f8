//! A desktop and a phone: two browsers of one person, who carries the code from one to the other with her eyes.

use serde_json::json;
use testkit::browser::{Browser, Options, VirtualAuthenticator};
use url::Url;

use crate::addresses::Addresses;
use crate::demo::{Demo, enrolled, type_address};

/// Who signs in, unless a journey says otherwise.
pub(crate) const MAYA: &str = "maya@acme.example";

/// A desktop without any authenticator, and a phone with a passkey.
pub(crate) struct Screens {
    /// Where the two go.
    pub(crate) at: Addresses,
    pub(crate) desktop: Browser,
    pub(crate) phone: Browser,
    /// Of the phone.
    pub(crate) passkeys: VirtualAuthenticator,
}

impl Screens {
    /// Maya's, at a demo.
    pub(crate) async fn of_maya(demo: &Demo) -> Self {
        Self::of("Maya", demo).await
    }

    /// Those of this person of a demo, whose link for phones makes the passkey.
    pub(crate) async fn of(person: &str, demo: &Demo) -> Self {
        let options = [Options::desktop(), Options::phone()];
        Self::start(options, **demo, &demo.enrolment(person, "phone")).await
    }

    /// A desktop and a phone such as these; an enrolment link makes the passkey of the phone.
    pub(crate) async fn start([desktop, phone]: [Options; 2], at: Addresses, enrolment: &Url) -> Self {
        let (desktop, (phone, passkeys)) = tokio::join!(Browser::start(desktop), enrolled(phone, enrolment));
        // The phone is nobody's any more: what it says of anybody, it says after a ceremony.
        phone.clear_cookies().await;
        Self { at, desktop, phone, passkeys }
    }

    /// The desktop asks for a product's page as Maya, and waits at the identity provider. The address of the sign-in.
    pub(crate) async fn ask(&self, page: &str) -> Url {
        self.desktop.goto(page).await;
        self.desktop.wait_for_url("the organisation", |url| url.as_str().starts_with(&self.at.org())).await;
        type_address(&self.desktop, MAYA).await;
        let idp = self.at.idp();
        self.desktop
            .wait_for_url("the sign-in", |url| url.as_str().starts_with(&format!("{idp}/sign-in/")))
            .await
    }

    /// "Scan with your phone": what the pixels of the desktop say then.
    pub(crate) async fn scan(&self) -> String {
        self.desktop.click_role("button", "Scan with your phone").await;
        self.desktop.wait_for_text("The code renews itself").await;
        self.read_code().await
    }

    /// "Show a new code", when the one before has led nowhere.
    pub(crate) async fn new_code(&self) -> String {
        self.desktop.click_role("button", "Show a new code").await;
        self.desktop.wait_for_text("The code renews itself").await;
        self.read_code().await
    }

    /// What a camera in front of the desktop reads.
    pub(crate) async fn read_code(&self) -> String {
        let code = self.desktop.qr().await;
        assert!(code.starts_with(&format!("{}/q/", self.at.idp())), "{code}");
        code
    }

    /// From a product's page to its code.
    pub(crate) async fn code(&self) -> String {
        self.ask(&self.at.deep_link()).await;
        self.scan().await
    }

    /// The phone opens a code and asks to see what it is about.
    pub(crate) async fn open(&self, code: &str) {
        self.phone.goto(code).await;
        self.phone.click_role("button", "Show me").await;
        self.phone.wait_for_text("Is this your sign-in?").await;
    }

    /// What the desktop's page waits for.
    pub(crate) async fn read_state(&self) -> String {
        let place = self.desktop.find("[data-live]").await;
        place.attr("data-live-state").await.unwrap().unwrap_or_default()
    }

    /// The two digits that the desktop shows.
    pub(crate) async fn digits(&self) -> String {
        self.desktop.wait_for_text("Type these digits on your phone").await;
        let digits = self.desktop.find("p.digits").await.text().await.unwrap();
        assert!(digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit()), "{digits:?}");
        digits
    }

    /// Types digits on the phone.
    pub(crate) async fn type_digits(&self, digits: &str) {
        self.phone.fill("#digits", digits).await;
        self.phone.click_role("button", "Continue").await;
    }

    /// From a code to the digits typed as they are shown.
    pub(crate) async fn typed(&self, code: &str) {
        self.open(code).await;
        let digits = self.digits().await;
        self.type_digits(&digits).await;
        self.phone.wait_for_text("Confirm it’s you").await;
    }

    /// The biometric.
    pub(crate) async fn confirm(&self) {
        self.phone.click_role("button", "Confirm with this phone").await;
    }

    /// From a code to the confirmation on the phone.
    pub(crate) async fn approved(&self, code: &str) {
        self.typed(code).await;
        self.confirm().await;
        self.phone.wait_for_text("Confirmed").await;
    }

    /// The desktop names Maya and goes on as her, to the very page that was asked for.
    pub(crate) async fn home_as_maya(&self, page: &str) {
        self.desktop.wait_for_text(MAYA).await;
        self.desktop.click_role("button", "Continue as Maya Okafor").await;
        self.desktop.wait_for_text("Signed in as Maya").await;
        assert_eq!(self.desktop.url().await.as_str(), page);
    }

    /// Signs the desktop out everywhere; what else it remembers stays.
    pub(crate) async fn end_sessions(&self) {
        for cookie in self.desktop.cookies().await.iter().filter(|cookie| cookie.name.ends_with("-session")) {
            let which = json!({ "name": cookie.name, "domain": cookie.domain, "path": cookie.path });
            self.desktop.cdp("Network.deleteCookies", which).await;
        }
    }

    /// Nothing broke on either screen, and both go.
    pub(crate) async fn quit(self) {
        assert_eq!(self.desktop.console_errors().await, Vec::<String>::new());
        assert_eq!(self.phone.console_errors().await, Vec::<String>::new());
        self.close().await;
    }

    /// Both go, and may have met errors on the way: what a killed server or a refusal answers.
    pub(crate) async fn close(self) {
        self.desktop.quit().await;
        self.phone.quit().await;
    }
}
