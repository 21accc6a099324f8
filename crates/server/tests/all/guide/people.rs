//! People of the domain, and whoever proves them to the organisation.

use serde_json::json;
use testkit::browser::{Browser, StoredCredential};
use url::Url;

use super::organization::{Copied, Given};
use crate::demo::type_address;

/// Somebody of the domain.
pub(crate) struct Person {
    pub(crate) names: [&'static str; 2],
    pub(crate) address: &'static str,
    /// What their phone keeps.
    pub(super) passkeys: Vec<StoredCredential>,
}

impl Person {
    pub(crate) const fn new(names: [&'static str; 2], address: &'static str) -> Self {
        Self { names, address, passkeys: Vec::new() }
    }
}

/// An identity provider, and the desktop at which its people sit down in turn.
pub(crate) trait Provider {
    /// `HOST:PORT` of its pages.
    fn host(&self) -> String;

    fn desktop(&self) -> &Browser;

    /// Steps 3 and 4: takes the organisation's values, and gives its own three.
    async fn connect(&mut self, copied: &Copied) -> Given;

    /// From now on this person is the one before the screens.
    async fn expect(&mut self, person: &Person);

    /// Proves the person before the desktop, which is at the identity provider.
    async fn prove(&mut self, person: &mut Person);

    /// The same, with another browser as the desktop.
    async fn prove_at(&mut self, browser: &mut Browser, person: &mut Person);

    fn stop(&mut self);

    fn start(&mut self);

    /// A private window at a page.
    async fn open_privately(&self, page: &str) {
        self.desktop().clear_cookies().await;
        self.desktop().goto(page).await;
    }

    /// From a page of a product, in a private window, through the identity provider.
    async fn sign_in(&mut self, person: &mut Person, page: &str) {
        self.expect(person).await;
        self.open_privately(page).await;
        type_address(self.desktop(), person.address).await;
        self.prove(person).await;
    }

    /// They are at the very page that they asked for.
    async fn are_at(&self, person: &Person, page: &str) {
        self.desktop().wait_for_text(&format!("Signed in as {}", person.names[0])).await;
        assert_eq!(self.desktop().url().await.as_str(), page);
    }

    /// Their address does not lead to the identity provider: nothing is enforced for them.
    async fn is_not_sent_away(&self, person: &Person, page: &str) {
        self.open_privately(page).await;
        type_address(self.desktop(), person.address).await;
        let door = |url: &Url| url.path() == "/login/passkey";
        self.desktop().wait_for_url("the local door", door).await;
    }

    /// Their address leads to the identity provider, and there is none.
    async fn finds_nobody(&self, person: &Person, page: &str) {
        self.open_privately(page).await;
        type_address(self.desktop(), person.address).await;
        self.desktop().wait_for_text("ERR_CONNECTION_REFUSED").await;
    }

    /// What the identity provider remembers of who sat at this browser is gone; the organisation's session stays.
    async fn forget(&self, browser: &Browser) {
        let host = self.host();
        for cookie in browser.cookies().await {
            if host.starts_with(cookie.domain.trim_start_matches('.')) {
                let which = json!({ "name": cookie.name, "domain": cookie.domain, "path": cookie.path });
                browser.cdp("Network.deleteCookies", which).await;
            }
        }
    }
}
