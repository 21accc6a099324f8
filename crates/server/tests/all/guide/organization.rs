//! The organisation's administrator at the console: domain, directory, SAML.

use testkit::browser::{Browser, Options, Transport, VirtualAuthenticator};
use testkit::name_server::NameServer;
use url::Url;

use super::DOMAIN;

/// The first administrator, whose address is on no domain that anybody could verify: the fallback administrator.
pub(crate) struct Administrator {
    pub(crate) browser: Browser,
    org: String,
    /// The path of the directory that was added last.
    directory: String,
}

/// What is copied from here to the identity provider.
pub(crate) struct Copied {
    pub(crate) entity_id: String,
    pub(crate) acs_url: String,
    pub(crate) unique_id: String,
}

/// What is pasted here from the identity provider.
pub(crate) struct Given {
    pub(crate) sso_url: String,
    pub(crate) entity_id: String,
    pub(crate) certificate: String,
}

impl Administrator {
    /// Opens the console by the one-time link of the terminal, with a passkey kept at the organisation.
    pub(crate) async fn by_link(link: &Url, org: String) -> Self {
        let browser = Browser::start(Options::desktop()).await;
        // Kept by the browser: the value here is only its name.
        let _passkey = VirtualAuthenticator::attach(&browser, Transport::Internal).await;
        browser.goto(link.as_str()).await;
        browser.click("[data-passkey-start]").await;
        browser.wait_for_text("Your passkey is ready").await;
        let administrator = Self { browser, org, directory: String::new() };
        administrator.open("").await;
        administrator.browser.wait_for_text("SAML single sign-on").await;
        administrator
    }

    /// A page of the console.
    pub(crate) async fn open(&self, below: &str) {
        self.browser.goto(&format!("{}/admin/main{below}", self.org)).await;
    }

    /// Presses a button; if the passkey is asked for then, shows it.
    pub(crate) async fn press(&self, button: &str) {
        self.browser.click_role("button", button).await;
        self.confirm().await;
    }

    /// The proof that a dangerous act asks for when the last one is some minutes old.
    pub(crate) async fn confirm(&self) {
        if self.browser.has("[data-passkey-form]").await {
            self.browser.click("[data-passkey-start]").await;
            self.browser
                .wait_until("the act", async || {
                    (!self.browser.has("[data-passkey-form]").await).then_some(())
                })
                .await;
        }
    }

    /// Verifies the domain by a text record that the name server then has, and claims who is there and who comes.
    pub(crate) async fn verify_domain(&self, names: &NameServer) {
        self.open("/domains").await;
        self.browser.fill("#name", DOMAIN).await;
        self.press("Add domain").await;
        let record = self.value("#dns-value").await;
        self.press("Verify the text record").await;
        self.browser.wait_for_text("no text record").await;
        names.set_texts(DOMAIN, &["v=spf1 -all", &record]);
        self.press("Verify the text record").await;
        self.browser.wait_for_text("The domain is verified").await;
        self.browser.click("#automatic").await;
        self.press("Claim accounts").await;
        self.browser.wait_for_text("Accounts that were claimed").await;
    }

    /// Step 2: *Set up SAML single sign-on* → *Add SAML details*; copies the values, and *Next* with nothing filled in.
    pub(crate) async fn begin_saml(&mut self, name: &str) -> Copied {
        let browser = &self.browser;
        self.open("/identity-providers").await;
        browser.fill("#name", name).await;
        self.press("Add and set up SAML").await;
        let at = browser.wait_for_url("the wizard", |url| url.path().ends_with("/saml")).await;
        self.directory = at.path().strip_suffix("/saml").unwrap().to_owned();
        browser.wait_for_text("Before you begin").await;
        browser.click_role("link", "Next").await;
        browser.wait_for_text("Add SAML details").await;
        let copied = Copied {
            entity_id: self.value("#sp-entity-id").await,
            acs_url: self.value("#acs-url").await,
            unique_id: self.value("#unique-id").await,
        };
        self.press("Next").await;
        browser.wait_for_url("Copy URLs", |url| url.path().ends_with("/saml/urls")).await;
        copied
    }

    /// Step 4: back to the configuration that was left, with the identity provider's three values.
    pub(crate) async fn finish_details(&self, given: &Given) {
        let browser = &self.browser;
        browser.goto(&format!("{}{}/saml/details", self.org, self.directory)).await;
        browser.fill("#sso_url", &given.sso_url).await;
        browser.fill("#entity_id", &given.entity_id).await;
        browser.fill("#certificate", &given.certificate).await;
        self.press("Save configuration").await;
    }

    /// Step 5: links the domain; *Stop and save SAML*.
    pub(crate) async fn link_and_stop(&self) {
        let browser = &self.browser;
        browser.goto(&format!("{}{}/saml/domain", self.org, self.directory)).await;
        browser.click(&format!("input[type=checkbox][value='{DOMAIN}']")).await;
        self.press("Stop and save SAML").await;
        browser.wait_for_text("SAML is saved. Nobody has to use it yet").await;
    }

    /// The value of a copy field.
    pub(crate) async fn value(&self, css: &str) -> String {
        self.browser.find(css).await.prop("value").await.unwrap().unwrap()
    }

    /// Signs in anew by the local door, in a browser that knows nobody any more but still holds the passkey.
    pub(crate) async fn come_back(&self) {
        let browser = &self.browser;
        browser.clear_cookies().await;
        browser.goto(&format!("{}/login?return_to=%2Fadmin%2Fmain", self.org)).await;
        browser.fill("input[type=email]", &self.address()).await;
        browser.click_role("button", "Continue").await;
        browser.wait_for_url("the local door", |url| url.path() == "/login/passkey").await;
        browser.click("[data-passkey-start]").await;
        browser.wait_for_url("the console", |url| url.path() == "/admin/main").await;
    }

    fn address(&self) -> String {
        let host = Url::parse(&self.org).unwrap();
        format!("administrator@{}", host.host_str().unwrap())
    }
}
