//! Every page of both ends, looked at by axe-core, at the width of a phone, and by keyboard. The pages are found by following
//! the links; whatever address the two services have and no link led to must be named below, with its reason.

use std::collections::{BTreeSet, HashSet, VecDeque};

use testkit::browser::{Browser, Options, Transport, VirtualAuthenticator};
use url::Url;

use crate::demo::{Demo, enrol, type_address};
use crate::inspector::Inspector;
use crate::interop::{Software, ask};
use crate::two_screens::Screens;

#[tokio::test]
#[ignore = "a script sometimes meets a live page on its way to the next, and chromedriver then times out"]
async fn journey_axe_finds_nothing_serious_on_any_page() {
    let Some(software) = Software::installed() else {
        return;
    };
    let demo = Demo::start();
    let (by_strangers, by_maya, by_owner, by_robin, by_phone) = tokio::join!(
        strangers(&demo, Walk::of(&demo, &software)),
        mayas(&demo, Walk::of(&demo, &software)),
        owners(&demo, Walk::of(&demo, &software)),
        robins(&demo, Walk::of(&demo, &software)),
        phones(&demo, Walk::of(&demo, &software)),
    );
    let walks = [by_strangers, by_maya, by_owner, by_robin, by_phone];
    let seen: HashSet<_> = walks.iter().flat_map(|walk| walk.seen.iter().copied()).collect();
    let unseen: Vec<_> = walks[0].addresses().filter(|page| !seen.contains(page)).collect();
    let unseen: Vec<_> = unseen.into_iter().filter(|page| page.is_a_page(&demo)).collect();
    Inspector::assert_nothing(&walks.map(|walk| walk.inspector));
    assert!(unseen.is_empty(), "no link leads to {unseen:?}");
}

/// An address of one of the two ends, as its router spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Page {
    Idp(&'static str),
    Org(&'static str),
}

impl Page {
    /// Whether a browser gets something to look at there: it answers GET, and is none of [`NOT_PAGES`].
    /// The list of organisations leads whoever administers only one on to it.
    fn is_a_page(self, demo: &Demo) -> bool {
        let (base, path) = match self {
            Self::Idp(path) => (demo.idp(), path),
            Self::Org(path) => (demo.org(), path),
        };
        // Whatever stands in braces, the method is judged first.
        let anything = path.replace(['{', '}'], "");
        self != Self::Org("/admin")
            && !NOT_PAGES.iter().any(|(not, _)| *not == path)
            && ask(&format!("{base}{anything}")).0 != 405
    }
}

/// One browser's way through the pages.
struct Walk {
    inspector: Inspector,
    seen: BTreeSet<Page>,
    idp: String,
    org: String,
}

impl Walk {
    fn of(demo: &Demo, software: &Software) -> Self {
        let inspector = Inspector::new(software);
        Self { inspector, seen: BTreeSet::new(), idp: demo.idp(), org: demo.org() }
    }

    /// Looks at what the browser shows.
    async fn look(&mut self, browser: &Browser, what: &str) {
        let url = browser.url().await;
        self.seen.extend(self.page(&url));
        self.inspector.inspect(browser, what).await;
    }

    /// Looks at the page of an address.
    async fn at(&mut self, browser: &Browser, url: &str) {
        browser.goto(url).await;
        self.look(browser, url).await;
    }

    /// Looks at these pages, and at one of each kind that links lead to from there and whose path begins so.
    async fn follow(&mut self, browser: &Browser, within: &str, from: &[&str]) {
        let mut waiting: VecDeque<_> = from.iter().map(|path| format!("{within}{path}")).collect();
        let mut asked = BTreeSet::new();
        while let Some(url) = waiting.pop_front() {
            self.at(browser, &url).await;
            let links = browser.script(LINKS, Vec::new()).await;
            for link in links.as_array().into_iter().flatten().filter_map(|link| link.as_str()) {
                let page = Url::parse(link).ok().and_then(|url| self.page(&url));
                if let Some(page) = page.filter(|page| !self.seen.contains(page))
                    && link.starts_with(within)
                    && asked.insert(page)
                {
                    waiting.push_back(link.to_owned());
                }
            }
        }
    }

    fn addresses(&self) -> impl Iterator<Item = Page> {
        let idp = idp::addresses().into_iter().map(Page::Idp);
        idp.chain(org::addresses().into_iter().map(Page::Org))
    }

    /// The address that a URL is of: the one with the fewest braces that fits.
    fn page(&self, url: &Url) -> Option<Page> {
        let origin = url.origin().ascii_serialization();
        let real: Vec<_> = url.path().split('/').collect();
        let fits = |spelled: &str| {
            let spelled: Vec<_> = spelled.split('/').collect();
            let mut pairs = spelled.iter().zip(&real);
            spelled.len() == real.len() && pairs.all(|(part, real)| part == real || part.starts_with('{'))
        };
        let all = self.addresses().filter(|page| match page {
            Page::Idp(spelled) => origin == self.idp && fits(spelled),
            Page::Org(spelled) => origin == self.org && fits(spelled),
        });
        all.min_by_key(|(Page::Idp(spelled) | Page::Org(spelled))| spelled.matches('{').count())
    }
}

/// Whoever is signed in nowhere.
async fn strangers(demo: &Demo, mut walk: Walk) -> Walk {
    let browser = Browser::start(Options::desktop()).await;
    let (idp, org) = (demo.idp(), demo.org());
    let unknown = format!("/invitation/{}", "A".repeat(43));
    for path in ["/login", "/phone", "/nothing", "/saml/sso", "/q/none", "/step-up?to=%2Fme", &unknown] {
        walk.at(&browser, &format!("{idp}{path}")).await;
    }
    for path in ["/login", "/login/passkey", "/nothing", &unknown] {
        walk.at(&browser, &format!("{org}{path}")).await;
    }
    walk.at(&browser, demo.enrolment("Maya", "phone").as_str()).await;
    browser.goto(&demo.product("jira")).await;
    type_address(&browser, "maya@acme.example").await;
    browser.by_role("button", "Scan with your phone").await;
    walk.look(&browser, "the sign-in").await;
    browser.quit().await;
    walk
}

/// A member: her own pages, the products, and consoles that are not hers.
async fn mayas(demo: &Demo, mut walk: Walk) -> Walk {
    let browser = Browser::start(Options::desktop()).await;
    let _passkey = VirtualAuthenticator::attach(&browser, Transport::Internal).await;
    enrol(&browser, &demo.enrolment("Maya", "computer")).await;
    walk.look(&browser, "a device is ready").await;
    for (product, path) in PRODUCTS {
        browser.goto(&format!("{}{path}", demo.product(product))).await;
        if product == "jira" {
            type_address(&browser, "maya@acme.example").await;
        }
        browser.wait_for_url(product, |url| url.path() == path).await;
        walk.look(&browser, product).await;
    }
    walk.follow(&browser, &demo.idp(), &["/me", "/admin"]).await;
    for path in ["/", "/admin", "/admin/acme/domains"] {
        walk.at(&browser, &format!("{}{path}", demo.org())).await;
    }
    browser.goto(&demo.product("jira")).await;
    browser.click("details.person summary, details summary").await;
    browser.click_role("button", "Sign out of Jira").await;
    browser.wait_for_text("signed out of Jira").await;
    walk.look(&browser, "signed out").await;
    browser.quit().await;
    walk
}

/// The identity provider's console, from its first link.
async fn owners(demo: &Demo, mut walk: Walk) -> Walk {
    let (browser, idp) = (Browser::start(Options::desktop()).await, demo.idp());
    let _passkey = VirtualAuthenticator::attach(&browser, Transport::Internal).await;
    walk.at(&browser, demo.link(&["set up its console"]).as_str()).await;
    for (field, text) in [("first_name", "Olga"), ("last_name", "Stern"), ("email", "olga@acme.example")] {
        browser.fill(&format!("input[name={field}]"), text).await;
    }
    browser.click("form button[type=submit]").await;
    browser.find("[data-passkey-start]").await;
    walk.look(&browser, "the first owner's passkey").await;
    browser.click("[data-passkey-start]").await;
    browser.wait_for_url("the console", |url| url.path() == "/admin").await;
    drafts(&browser, &idp, &mut walk).await;
    browser.goto(&format!("{idp}/admin/groups")).await;
    browser.fill("main form:not([role=search]) input[name=name]", "Reviewers").await;
    browser.click("main form:not([role=search]) button[type=submit]").await;
    browser.wait_for_text("Reviewers").await;
    walk.follow(&browser, &idp, &["/admin", "/admin/search?q=maya", "/admin/confirmed"]).await;
    browser.goto(&format!("{idp}/admin/people?q=maya")).await;
    browser.click("a.who").await;
    browser.click_role("button", "For a phone").await;
    browser.wait_for_text("Invitation for").await;
    walk.look(&browser, "an invitation's sheet").await;
    browser.quit().await;
    walk
}

/// Both entries of the gallery page after page, with nothing typed: each page as it is found, and with its faults.
async fn drafts(browser: &Browser, idp: &str, walk: &mut Walk) {
    for integration in ["atlassian", "saml"] {
        browser.goto(&format!("{idp}/admin/applications/add")).await;
        browser.click(&format!("form:has(input[value={integration}]) button")).await;
        browser.find("ol.wizard-pages").await;
        let pages = browser
            .script("return [...document.querySelectorAll('.wizard-pages a')].map(a => a.href)", vec![])
            .await;
        for page in pages.as_array().unwrap() {
            let page = page.as_str().unwrap();
            walk.at(browser, page).await;
            walk.at(browser, &format!("{page}?faults=on")).await;
        }
    }
}

/// The organisation's console, by its fallback administrator.
async fn robins(demo: &Demo, mut walk: Walk) -> Walk {
    let (browser, org) = (Browser::start(Options::desktop()).await, demo.org());
    let _passkey = VirtualAuthenticator::attach(&browser, Transport::Internal).await;
    walk.at(&browser, demo.link(&["passkey, once"]).as_str()).await;
    browser.click("[data-passkey-start]").await;
    browser.wait_for_text("Your passkey is ready").await;
    walk.look(&browser, "the fallback administrator's passkey").await;
    browser.clear_cookies().await;
    browser.goto(&format!("{org}/login")).await;
    type_address(&browser, "robin@fallback.example").await;
    browser.click_role("button", "Use a passkey").await;
    browser.wait_for_text("Robin").await;
    browser.goto(&format!("{org}/admin/acme/groups")).await;
    browser.fill("main input[name=name]", "Reviewers").await;
    browser.click("main form:has(input[name=name]) button[type=submit]").await;
    browser.wait_for_text("Reviewers").await;
    let from = ["/", "/admin", "/admin/acme", "/admin/acme/search?q=maya", "/step-up?to=%2Fadmin"];
    walk.follow(&browser, &org, &from).await;
    // The policy whose links were followed is enforced already; of a new one that can still be asked.
    browser.goto(&format!("{org}/admin/acme/policies")).await;
    browser.fill("main input[name=name]", "Trial").await;
    let choose = "document.querySelector('select[name=directory]').selectedIndex = arguments[0]";
    browser.script(choose, vec![SAML_DIRECTORY.into()]).await;
    browser.click("main form:has(select[name=directory]) button[type=submit]").await;
    browser.wait_for_url("the new policy", |url| url.path().starts_with("/admin/acme/policies/")).await;
    walk.follow(&browser, &org, &[browser.url().await.path()]).await;
    browser.quit().await;
    walk
}

/// A sign-in by QR code on both screens to its end and beyond, and one that ends badly.
async fn phones(demo: &Demo, mut walk: Walk) -> Walk {
    let screens = Screens::of_maya(demo).await;
    let Screens { desktop, phone, .. } = &screens;
    let sign_in = screens.ask(&demo.deep_link()).await;
    let code = screens.scan().await;
    walk.look(desktop, "a code").await;
    phone.goto(&code).await;
    walk.look(phone, "a code is scanned").await;
    // A code is good for a minute only, and the pages were looked at.
    screens.open(&screens.read_code().await).await;
    walk.look(phone, "is this your sign-in?").await;
    let digits = screens.digits().await;
    walk.look(desktop, "two digits").await;
    screens.type_digits(&digits).await;
    phone.wait_for_text("Confirm it’s you").await;
    walk.look(phone, "confirm it’s you").await;
    screens.confirm().await;
    phone.wait_for_text("Confirmed").await;
    walk.look(phone, "confirmed").await;
    desktop.wait_for_text("maya@acme.example").await;
    walk.look(desktop, "a name").await;
    screens.home_as_maya(&demo.deep_link()).await;
    walk.at(desktop, sign_in.as_str()).await;

    screens.end_sessions().await;
    let code = screens.code().await;
    screens.open(&code).await;
    let digits: u8 = screens.digits().await.parse().unwrap();
    screens.type_digits(&format!("{:02}", (digits + 1) % 100)).await;
    desktop.by_role("button", "Show a new code").await;
    walk.look(desktop, "the wrong digits").await;
    walk.look(phone, "the wrong digits on the phone").await;
    walk.at(phone, &format!("{}/phone/frozen", demo.idp())).await;
    screens.close().await;
    walk
}

const PRODUCTS: [(&str, &str); 4] = [
    ("jira", "/browse/ACME-42"),
    ("confluence", "/wiki/ACME/rollout-plan"),
    ("bitbucket", "/acme/storefront/pull-requests/17"),
    ("statuspage", "/incidents/slow-checkout"),
];

/// After the local directory, the one with the identity provider.
const SAML_DIRECTORY: u8 = 1;

/// Addresses that answer GET with something else than a page.
const NOT_PAGES: &[(&str, &str)] = &[
    ("/", "at the identity provider it leads on"),
    ("/saml/metadata", "XML"),
    ("/saml/sso/{handle}", "leads on to the sign-in"),
    ("/sign-in/{id}/qr/state", "for the page's script"),
    ("/sign-in/{id}/qr/events", "for the page's script"),
    ("/admin/settings/idp/certificate.pem", "a file"),
    ("/admin/events/export", "a file"),
    ("/login/again/{what}", "leads on to the identity provider"),
    ("/login/arrival/{handle}", "leads on to the page asked for"),
    ("/saml/{unique_id}", "XML"),
    ("/admin/{organization}/tests/{test}", "there is one after a test sign-in only"),
];

/// Where the page's links lead, save what is downloaded.
const LINKS: &str =
    "return [...document.querySelectorAll('a[href]:not([download])')].map(link => link.href.split('#')[0])";
