//! A person with a desktop and a phone: what each of the two hands does.

use testkit::browser::{Browser, Options, Transport, VirtualAuthenticator};
use tokio::sync::{Mutex, MutexGuard};
use url::Url;

use crate::demo::{enrol, type_address};

/// Two browsers with profiles of their own. The phone has a passkey, the desktop none.
pub(crate) struct Hands {
    pub(crate) desktop: Browser,
    pub(crate) phone: Browser,
    // In this order: the next pair starts when these two are gone.
    _turn: MutexGuard<'static, ()>,
}

impl Hands {
    /// Starts both and enrols the phone. Other pairs wait, for the machine is small.
    pub(crate) async fn start(desktop: Options, phone: Options, enrolment: &Url) -> Self {
        let turn = TURN.lock().await;
        let desktop = Browser::start(desktop).await;
        let phone = Browser::start(phone).await;
        VirtualAuthenticator::attach(&phone, Transport::Internal).await;
        enrol(&phone, enrolment).await;
        Self { desktop, phone, _turn: turn }
    }

    /// The desktop asks for a page and goes as far as the code.
    pub(crate) async fn ask_for_code(&self, page: &str, address: &str) {
        self.desktop.goto(page).await;
        self.desktop.wait_for_text("Sign in").await;
        type_address(&self.desktop, address).await;
        self.desktop.click_role("button", "Scan with your phone").await;
        self.desktop.wait_for_text("The code renews itself").await;
    }

    /// The phone's camera reads the code off the screen, and its person looks at what it opens.
    pub(crate) async fn scan(&self) {
        let link = self.desktop.qr().await;
        self.phone.goto(&link).await;
        self.phone.click_role("button", "Show me").await;
        self.phone.wait_for_text("Is this your sign-in?").await;
    }

    /// The person reads the digits at the desktop and types them on the phone.
    pub(crate) async fn type_digits(&self) {
        let digits = self.desktop.find(".digits").await.text().await.unwrap();
        self.phone.fill("#digits", &digits).await;
        self.phone.click_role("button", "Continue").await;
    }

    /// The person confirms on the phone with whatever it verifies them by.
    pub(crate) async fn confirm(&self) {
        self.phone.click_role("button", "Confirm with this phone").await;
    }

    /// Closes both.
    pub(crate) async fn quit(self) {
        self.desktop.quit().await;
        self.phone.quit().await;
    }
}

static TURN: Mutex<()> = Mutex::const_new(());
