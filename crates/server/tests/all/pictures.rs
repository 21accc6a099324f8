//! Pictures of the running program, for the README and for eyes: `scripts/screenshots`.
//!
//! Not a check, so it runs only when it is asked for.

use std::path::{Path, PathBuf};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use testkit::browser::{Browser, ColorScheme, Options, Transport, VirtualAuthenticator};

use crate::demo::{Demo, enrol, type_address};
use crate::two_screens::Screens;

/// Where pictures go.
struct Album {
    folder: PathBuf,
}

impl Album {
    fn open() -> Self {
        let folder = std::env::var_os("COUNTERSIGN_PICTURES").expect("COUNTERSIGN_PICTURES names a folder");
        std::fs::create_dir_all(&folder).unwrap();
        Self { folder: folder.into() }
    }

    /// The page wide and light, narrow and dark.
    async fn all(&self, browser: &Browser, name: &str) {
        for (width, height, scheme) in [(1440, 900, "light"), (390, 844, "dark")] {
            let metrics =
                json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500 });
            browser.cdp("Emulation.setDeviceMetricsOverride", metrics).await;
            // Else the picture shows the change from one scheme to the other.
            let features = json!([
                { "name": "prefers-color-scheme", "value": scheme },
                { "name": "prefers-reduced-motion", "value": "reduce" },
            ]);
            browser.cdp("Emulation.setEmulatedMedia", json!({ "features": features })).await;
            take(browser, &self.folder.join(format!("{name}-{width}.png")), true).await;
        }
        browser.cdp("Emulation.clearDeviceMetricsOverride", json!({})).await;
        browser.set_color_scheme(ColorScheme::Light).await;
    }

    /// What a window of this size shows.
    async fn one(&self, browser: &Browser, name: &str, (width, height): (u32, u32)) {
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500 });
        browser.cdp("Emulation.setDeviceMetricsOverride", metrics).await;
        take(browser, &self.folder.join(format!("{name}.png")), false).await;
        browser.cdp("Emulation.clearDeviceMetricsOverride", json!({})).await;
    }

    async fn pages(&self, browser: &Browser, base: &str, pages: &[(&str, &str)]) {
        for (name, path) in pages {
            browser.goto(&format!("{base}{path}")).await;
            self.all(browser, name).await;
        }
    }
}

async fn take(browser: &Browser, path: &Path, whole: bool) {
    let mut asked = json!({ "format": "png" });
    if whole {
        let size = &browser.cdp("Page.getLayoutMetrics", json!({})).await["cssContentSize"];
        asked["captureBeyondViewport"] = json!(true);
        asked["clip"] =
            json!({ "x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1 });
    }
    let picture = browser.cdp("Page.captureScreenshot", asked).await;
    std::fs::write(path, STANDARD.decode(picture["data"].as_str().unwrap()).unwrap()).unwrap();
}

#[tokio::test]
#[ignore = "scripts/screenshots makes these"]
async fn pictures_for_the_readme() {
    let (album, demo) = (Album::open(), Demo::start());
    let it = Screens::of_maya(&demo).await;
    it.ask(&demo.deep_link()).await;
    it.desktop.by_role("button", "Scan with your phone").await;
    album.one(&it.desktop, "sign-in", DESKTOP).await;
    let code = it.scan().await;
    it.open(&code).await;
    it.phone.fill("#digits", &it.digits().await).await;
    album.one(&it.phone, "phone", PHONE).await;
    it.phone.click_role("button", "Continue").await;
    it.confirm().await;
    it.home_as_maya(&demo.deep_link()).await;
    album.one(&it.desktop, "signed-in", DESKTOP).await;
}

#[tokio::test]
#[ignore = "for eyes: COUNTERSIGN_PICTURES=… cargo test … -- --ignored pictures_of_every_page"]
async fn pictures_of_every_page() {
    let (album, demo) = (Album::open(), Demo::start());
    let stranger = Browser::start(Options::desktop()).await;
    strangers(&album, &demo, &stranger).await;
    let maya = Browser::start(Options::desktop()).await;
    let _device = VirtualAuthenticator::attach(&maya, Transport::Internal).await;
    mayas(&album, &demo, &maya).await;
    let owner = Browser::start(Options::desktop()).await;
    let _device = VirtualAuthenticator::attach(&owner, Transport::Internal).await;
    owners(&album, &demo, &owner).await;
    let robin = Browser::start(Options::desktop()).await;
    let _device = VirtualAuthenticator::attach(&robin, Transport::Internal).await;
    robins(&album, &demo, &robin).await;
}

async fn strangers(album: &Album, demo: &Demo, browser: &Browser) {
    let (idp, org) = (demo.idp(), demo.org());
    browser.goto(demo.enrolment("Maya", "phone").as_str()).await;
    album.all(browser, "idp-invitation").await;
    let own = [
        ("idp-login", "/login"),
        ("idp-phone", "/phone"),
        ("idp-nothing", "/nothing"),
        ("idp-sso-bare", "/saml/sso"),
    ];
    album.pages(browser, &idp, &own).await;
    let used = format!("/invitation/{}", "A".repeat(43));
    album.pages(browser, &idp, &[("idp-invitation-unknown", &used), ("idp-set-up-wrong", "/q/none")]).await;
    let own = [
        ("org-login", "/login"),
        ("org-door", "/login/passkey"),
        ("org-nothing", "/nothing"),
        ("org-invitation-unknown", used.as_str()),
    ];
    album.pages(browser, &org, &own).await;
    browser.goto(&demo.product("jira")).await;
    type_address(browser, "maya@acme.example").await;
    browser.by_role("button", "Scan with your phone").await;
    album.all(browser, "idp-sign-in").await;
    album.pages(browser, &demo.product("jira"), &[("jira-nothing", "/nothing")]).await;
}

async fn mayas(album: &Album, demo: &Demo, browser: &Browser) {
    enrol(browser, &demo.enrolment("Maya", "computer")).await;
    album.all(browser, "idp-enrolled").await;
    let own = [
        ("idp-me", "/me"),
        ("idp-me-add", "/me/devices/new"),
        ("idp-me-qr", "/me/qr"),
        ("idp-console-refused", "/admin"),
        ("idp-step-up", "/step-up?to=%2Fme"),
    ];
    album.pages(browser, &demo.idp(), &own).await;
    for (product, path) in [
        ("jira", "/browse/ACME-42"),
        ("confluence", "/wiki/ACME/rollout-plan"),
        ("bitbucket", "/acme/storefront/pull-requests/17"),
        ("statuspage", "/incidents/slow-checkout"),
    ] {
        browser.goto(&format!("{}{path}", demo.product(product))).await;
        if product == "jira" {
            type_address(browser, "maya@acme.example").await;
        }
        browser.wait_for_url(product, |url| url.path() == path).await;
        album.all(browser, product).await;
        album.pages(browser, &demo.product(product), &[(&format!("{product}-start"), "/")]).await;
    }
    let own =
        [("org-home", "/"), ("org-admin-by-sso", "/admin"), ("org-domains-by-sso", "/admin/acme/domains")];
    album.pages(browser, &demo.org(), &own).await;
    browser.goto(&demo.product("jira")).await;
    browser.click("details.person summary, details summary").await;
    browser.click_role("button", "Sign out of Jira").await;
    browser.wait_for_text("signed out of Jira").await;
    album.all(browser, "jira-signed-out").await;
}

async fn owners(album: &Album, demo: &Demo, browser: &Browser) {
    let idp = demo.idp();
    browser.goto(demo.link(&["set up its console"]).as_str()).await;
    album.all(browser, "idp-set-up").await;
    browser.fill("input[name=first_name]", "Olga").await;
    browser.fill("input[name=last_name]", "Stern").await;
    browser.fill("input[name=email]", "olga@acme.example").await;
    browser.click("form button[type=submit]").await;
    browser.find("[data-passkey-start]").await;
    album.all(browser, "idp-set-up-passkey").await;
    browser.click("[data-passkey-start]").await;
    browser.wait_for_text("Overview").await;
    let own = [
        ("idp-admin", "/admin"),
        ("idp-people", "/admin/people"),
        ("idp-people-new", "/admin/people/new"),
        ("idp-applications", "/admin/applications"),
        ("idp-applications-add", "/admin/applications/add"),
        ("idp-groups", "/admin/groups"),
        ("idp-settings", "/admin/settings/idp"),
        ("idp-events", "/admin/events"),
        ("idp-confirmed", "/admin/confirmed"),
    ];
    album.pages(browser, &idp, &own).await;
    browser.goto(&format!("{idp}/admin/applications/add")).await;
    browser.click_role("button", "Add integration Atlassian Cloud").await;
    browser.wait_for_text("The seven steps").await;
    album.all(browser, "idp-applications-new").await;
    let to = |list: &str, word: &str| {
        format!(
            "return [...document.querySelectorAll('main a[href^=\"{list}/\"]')].map(a => a.getAttribute('href')).find(h => h.length > 40 && '{word}')"
        )
    };
    browser.goto(&format!("{idp}/admin/people")).await;
    let person = browser.script(&to("/admin/people", "x"), Vec::new()).await;
    let person = person.as_str().unwrap().to_owned();
    let edit = format!("{person}/edit");
    album.pages(browser, &idp, &[("idp-person", &person), ("idp-person-edit", &edit)]).await;
    browser.goto(&format!("{idp}{person}")).await;
    browser.click_role("button", "For a phone").await;
    browser.wait_for_text("Invitation for").await;
    album.all(browser, "idp-invitation-sheet").await;
    browser.goto(&format!("{idp}/admin/applications")).await;
    let application = browser.script(&to("/admin/applications", "x"), Vec::new()).await;
    let application = application.as_str().unwrap().to_owned();
    let delete = format!("{application}/delete");
    let own = [("idp-application", application.as_str()), ("idp-application-delete", &delete)];
    album.pages(browser, &idp, &own).await;
    browser.goto(&format!("{idp}{application}")).await;
    browser.click_role("button", "Change").await;
    browser.wait_for_text("Nothing changes before you save").await;
    album.all(browser, "idp-application-edit").await;
}

async fn robins(album: &Album, demo: &Demo, browser: &Browser) {
    browser.goto(demo.link(&["passkey, once"]).as_str()).await;
    album.all(browser, "org-invitation").await;
    browser.click("[data-passkey-start]").await;
    browser.wait_for_text("Your passkey is ready").await;
    album.all(browser, "org-enrolled").await;
    browser.clear_cookies().await;
    browser.goto(&format!("{}/login", demo.org())).await;
    type_address(browser, "robin@fallback.example").await;
    browser.click_role("button", "Use a passkey").await;
    browser.wait_for_text("Robin").await;
    let own = [
        ("org-home-robin", "/"),
        ("org-admin", "/admin"),
        ("org-identity-providers", "/admin/acme/identity-providers"),
        ("org-accounts", "/admin/acme/accounts"),
        ("org-events", "/admin/acme/events"),
    ];
    album.pages(browser, &demo.org(), &own).await;
}

const DESKTOP: (u32, u32) = (1100, 720);
const PHONE: (u32, u32) = (390, 720);
