//! The identity provider's console, used as an administrator uses it: in a browser, by what stands on the pages.

use testkit::browser::{Browser, Options, Transport, VirtualAuthenticator};

use crate::demo::Demo;

/// The first owner's browser.
pub(crate) struct Owner {
    pub(crate) browser: Browser,
    pub(crate) idp: String,
}

/// What service providers are told of the identity provider, under Settings.
pub(crate) struct IdpConfiguration {
    pub(crate) entity_id: String,
    pub(crate) sso_url: String,
    pub(crate) metadata_url: String,
    pub(crate) certificate: String,
}

/// What an administrator types for an application.
pub(crate) struct Typed<'a> {
    pub(crate) name: &'a str,
    pub(crate) entity_id: &'a str,
    pub(crate) acs_url: &'a str,
    /// Format and value.
    pub(crate) name_id: [&'a str; 2],
    /// Source, name and NameFormat of each.
    pub(crate) claims: [[&'a str; 3]; 3],
    /// `assertion`, `response` or `both`.
    pub(crate) signs: &'a str,
}

impl Owner {
    /// Opens the console by the one-time link that the terminal shows.
    pub(crate) async fn set_up(demo: &Demo) -> Self {
        Self::set_up_in(Options::desktop(), demo).await
    }

    /// As above, in a browser such as this.
    pub(crate) async fn set_up_in(options: Options, demo: &Demo) -> Self {
        Self::open(options, &demo.link(&["set up its console"]), demo.idp()).await
    }

    /// The same at an identity provider with nothing in it.
    pub(crate) async fn by_link(link: &url::Url, idp: String) -> Self {
        Self::open(Options::desktop(), link, idp).await
    }

    async fn open(options: Options, link: &url::Url, idp: String) -> Self {
        let browser = Browser::start(options).await;
        // Kept by the browser: the value here is only its name.
        let _passkey = VirtualAuthenticator::attach(&browser, Transport::Internal).await;
        browser.goto(link.as_str()).await;
        for (label, text) in
            [("First name", "Olga"), ("Last name", "Lind"), ("Email address", "olga@acme.example")]
        {
            browser.fill_label(label, text).await;
        }
        browser.click_role("button", "Next: make a passkey").await;
        browser.click("[data-passkey-start]").await;
        browser.wait_for_url("the console", |url| url.path() == "/admin").await;
        Self { browser, idp }
    }

    /// People → Add a person → Invite, for a phone: the link.
    pub(crate) async fn invite(&self, [first, last]: [&str; 2], address: &str) -> url::Url {
        let browser = &self.browser;
        browser.goto(&format!("{}/admin/people", self.idp)).await;
        browser.click_role("link", "Add a person").await;
        for (field, text) in [("first_name", first), ("last_name", last), ("email", address)] {
            browser.fill(&format!("#{field}"), text).await;
        }
        browser.click("main form button[type=submit]").await;
        browser.click_role("button", "For a phone").await;
        let link = "main input[value*='/invitation/']";
        browser.find(link).await.prop("value").await.unwrap().unwrap().parse().unwrap()
    }

    /// Settings → IdP Configuration.
    pub(crate) async fn idp_configuration(&self) -> IdpConfiguration {
        self.browser.goto(&format!("{}/admin/settings/idp", self.idp)).await;
        let value = async |css| self.browser.find(css).await.prop("value").await.unwrap().unwrap();
        IdpConfiguration {
            entity_id: value("#entity-id").await,
            sso_url: value("#sso-url").await,
            metadata_url: value("#metadata-url").await,
            certificate: self.browser.find("#certificate").await.text().await.unwrap(),
        }
    }

    /// Applications → Add application → SAML 2.0 Generic → Save. Its page.
    pub(crate) async fn connect(&self, typed: &Typed<'_>) -> String {
        let browser = &self.browser;
        browser.goto(&format!("{}/admin", self.idp)).await;
        browser.click_role("link", "Applications").await;
        browser.click_role("link", "Add application").await;
        browser.click_role("button", "Add integration SAML 2.0 Generic").await;
        browser.fill_label("Application name", typed.name).await;
        browser.fill_label("Application access URL", typed.acs_url).await;
        browser.click_role("button", "Next").await;
        let [format, source] = typed.name_id;
        self.choose("name_id_format", format).await;
        self.choose("name_id_source", source).await;
        for (row, [source, name, format]) in typed.claims.iter().enumerate() {
            self.choose(&format!("claim_source-{row}"), source).await;
            browser.fill(&format!("#claim_name-{row}"), name).await;
            self.choose(&format!("claim_format-{row}"), format).await;
        }
        browser.click_role("button", "Next").await;
        browser.fill_label("Entity ID", typed.entity_id).await;
        browser.fill_label("Assertion Consumer Service URL", typed.acs_url).await;
        self.choose("signs", typed.signs).await;
        self.save().await
    }

    /// Changes where a claim of an application comes from.
    pub(crate) async fn remap(&self, application: &str, row: usize, source: &str) {
        self.browser.goto(application).await;
        self.browser.click_role("button", "Change").await;
        self.browser.click_role("link", "NameID and claims").await;
        self.choose(&format!("claim_source-{row}"), source).await;
        self.browser.click_role("button", "Next").await;
        assert_eq!(self.save().await, application);
    }

    pub(crate) async fn quit(self) {
        self.browser.quit().await;
    }

    async fn choose(&self, select: &str, word: &str) {
        self.browser.click(&format!("#{select} option[value='{word}']")).await;
    }

    pub(crate) async fn save(&self) -> String {
        self.browser.click_role("button", "Save").await;
        let saved = |url: &url::Url| {
            let page = url.path().strip_prefix("/admin/applications/");
            page.is_some_and(|id| uuid::Uuid::try_parse(id).is_ok())
        };
        self.browser.wait_for_url("the application's page", saved).await.into()
    }
}
