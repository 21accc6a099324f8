//! One browser with its own profile, and a virtual authenticator in every tab.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use url::Url;

use super::BrowserError;
use super::devtools::{DevTools, DevToolsError, Session, Target};
use super::machine::Machine;
use super::passkeys::{Credential, Passkeys};
use super::shape::Shape;

/// A browser window, what its device knows, and the authenticators in its tabs.
#[derive(Debug)]
pub(super) struct Window {
    browser: DevTools,
    passkeys: Passkeys,
    tabs: HashMap<Target, Tab>,
    shown: Option<Target>,
}

/// A tab that is kept: its session, and the authenticator in it.
#[derive(Debug, Clone)]
struct Tab {
    session: Session,
    authenticator: AuthenticatorId,
}

/// The browser's name of a virtual authenticator.
type AuthenticatorId = String;

impl Window {
    /// Starts Chromium with a profile in the demo's folder and puts its window in its place.
    pub(super) async fn launch(machine: &Machine, folder: &Path, shape: Shape) -> Result<Self, BrowserError> {
        let passkeys = Passkeys::load(folder, shape)?;
        let browser = DevTools::start(&machine.chromium, &arguments(folder, shape)?)?;
        // One that finds its profile in use by another hands over to that one and ends.
        browser.browser::<Value>("Browser.getVersion", json!({})).await.map_err(BrowserError::Launch)?;
        let mut window = Self { browser, passkeys, tabs: HashMap::new(), shown: None };
        let first = window.first().await?;
        window.place(&first, shape).await?;
        Ok(window)
    }

    /// What this window's device knows.
    pub(super) const fn passkeys(&self) -> &Passkeys {
        &self.passkeys
    }

    /// Opens an address in the window's own tab, in front, its authenticator attached before the
    /// page can ask for it.
    pub(super) async fn show(&mut self, url: &Url) -> Result<(), BrowserError> {
        let page = self.first().await?;
        self.go(&page, url).await?;
        self.bring_forward(&page).await
    }

    /// Opens an address in a tab behind.
    pub(super) async fn show_behind(&mut self, url: &Url) -> Result<(), BrowserError> {
        let front = self.first().await?;
        let page = self.browser.open().await?;
        self.go(&page, url).await?;
        self.bring_forward(&front).await
    }

    /// Whether the process has ended.
    pub(super) fn is_closed(&mut self) -> bool {
        self.browser.is_closed()
    }

    /// Closes it as its person would, so that the profile is whole.
    pub(super) async fn close(self) {
        self.browser.close().await;
    }

    /// Gives every new tab its authenticator, and every authenticator what the others learnt.
    pub(super) async fn keep(&mut self) -> Result<(), BrowserError> {
        let pages = self.browser.tabs().await?;
        self.tabs.retain(|target, _| pages.contains(target));
        let mut held = Vec::new();
        for page in &pages {
            // A tab may close at any moment; the others are kept all the same.
            if let Ok((tab, found)) = self.look_into(page).await {
                self.passkeys.learn(&found)?;
                held.push((tab, found));
            }
        }
        for (tab, found) in held {
            for credential in self.passkeys.missing(&found) {
                if let Err(error) = self.replace(&tab, (credential, &found)).await {
                    tracing::debug!(%error, "a tab did not take a passkey");
                }
            }
        }
        Ok(())
    }

    /// What is to be seen in the tabs in front. A picture of a tab behind would bring it forward.
    pub(super) async fn pictures(&self) -> Result<Vec<Vec<u8>>, BrowserError> {
        #[derive(Deserialize)]
        struct Taken {
            data: String,
        }
        let mut pictures = Vec::new();
        for Tab { session, .. } in self.tabs.values() {
            if !matches!(self.evaluate::<bool>(session, IS_SEEN).await, Ok(true)) {
                continue;
            }
            let png = json!({ "format": "png" });
            let taken = self.browser.tab::<Taken>(session, "Page.captureScreenshot", png).await;
            if let Some(picture) = taken.ok().and_then(|taken| STANDARD.decode(taken.data).ok()) {
                pictures.push(picture);
            }
        }
        Ok(pictures)
    }

    /// The tab in which the demo shows things: the one of before, else any.
    async fn first(&mut self) -> Result<Target, BrowserError> {
        for _ in 0..STARTING {
            let pages = self.browser.tabs().await?;
            let known = pages.iter().find(|page| Some(*page) == self.shown.as_ref());
            if let Some(page) = known.or(pages.first()) {
                self.shown = Some(page.clone());
                return Ok(page.clone());
            }
            tokio::time::sleep(PAUSE).await;
        }
        let page = self.browser.open().await?;
        self.shown = Some(page.clone());
        Ok(page)
    }

    async fn go(&mut self, page: &Target, url: &Url) -> Result<(), BrowserError> {
        let (tab, found) = self.look_into(page).await?;
        for credential in self.passkeys.missing(&found) {
            self.replace(&tab, (credential, &found)).await?;
        }
        self.browser.tab::<Value>(&tab.session, "Page.navigate", json!({ "url": url })).await?;
        Ok(())
    }

    async fn bring_forward(&mut self, page: &Target) -> Result<(), BrowserError> {
        let tab = self.attach(page).await?;
        self.browser.tab::<Value>(&tab.session, "Page.bringToFront", json!({})).await?;
        Ok(())
    }

    async fn place(&mut self, page: &Target, shape: Shape) -> Result<(), BrowserError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Found {
            window_id: i64,
        }
        let tab = self.attach(page).await?;
        let screen = self.evaluate::<(i64, i64)>(&tab.session, SCREEN).await?;
        let asked = json!({ "targetId": page });
        let found: Found = self.browser.browser("Browser.getWindowForTarget", asked).await?;
        let wanted = json!({ "windowId": found.window_id, "bounds": shape.place(screen) });
        self.browser.browser::<Value>("Browser.setWindowBounds", wanted).await?;
        Ok(())
    }

    /// A tab's authenticator and what it holds.
    async fn look_into(&mut self, page: &Target) -> Result<(Tab, Vec<Credential>), BrowserError> {
        let tab = self.attach(page).await?;
        if let Ok(found) = self.credentials(&tab).await {
            return Ok((tab, found));
        }
        // Whoever else looks at the tab by this protocol (its developer tools, a test) ends the
        // authenticators of all when they go.
        self.tabs.remove(page);
        let tab = self.attach(page).await?;
        let found = self.credentials(&tab).await?;
        Ok((tab, found))
    }

    async fn attach(&mut self, page: &Target) -> Result<Tab, BrowserError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Added {
            authenticator_id: AuthenticatorId,
        }
        if let Some(known) = self.tabs.get(page) {
            return Ok(known.clone());
        }
        let session = self.browser.attach(page).await?;
        let tell = |method, parameters| self.browser.tab::<Value>(&session, method, parameters);
        tell("Page.enable", json!({})).await?;
        tell("Page.addScriptToEvaluateOnNewDocument", json!({ "source": NO_AUTOFILL })).await?;
        tell("WebAuthn.enable", json!({})).await?;
        let options = json!({
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": true,
            "hasUserVerification": true,
            "isUserVerified": true,
            "automaticPresenceSimulation": true,
        });
        let asked = json!({ "options": options });
        let added: Added = self.browser.tab(&session, "WebAuthn.addVirtualAuthenticator", asked).await?;
        let tab = Tab { session, authenticator: added.authenticator_id };
        self.tabs.insert(page.clone(), tab.clone());
        Ok(tab)
    }

    async fn credentials(&self, tab: &Tab) -> Result<Vec<Credential>, DevToolsError> {
        #[derive(Deserialize)]
        struct Held {
            credentials: Vec<Credential>,
        }
        let asked = json!({ "authenticatorId": tab.authenticator });
        let held: Held = self.browser.tab(&tab.session, "WebAuthn.getCredentials", asked).await?;
        Ok(held.credentials)
    }

    async fn replace(
        &self,
        Tab { session, authenticator }: &Tab,
        (credential, found): (Credential, &[Credential]),
    ) -> Result<(), DevToolsError> {
        if found.iter().any(|c| c.credential_id == credential.credential_id) {
            let old = json!({ "authenticatorId": authenticator, "credentialId": credential.credential_id });
            self.browser.tab::<Value>(session, "WebAuthn.removeCredential", old).await?;
        }
        let new = json!({ "authenticatorId": authenticator, "credential": credential });
        self.browser.tab::<Value>(session, "WebAuthn.addCredential", new).await?;
        Ok(())
    }

    /// What an expression is worth in a tab.
    async fn evaluate<T: DeserializeOwned>(
        &self,
        session: &Session,
        expression: &str,
    ) -> Result<T, DevToolsError> {
        #[derive(Deserialize)]
        struct Evaluated<T> {
            result: Remote<T>,
        }
        #[derive(Deserialize)]
        struct Remote<T> {
            value: T,
        }
        let asked = json!({ "expression": expression, "returnByValue": true });
        let found: Evaluated<T> = self.browser.tab(session, "Runtime.evaluate", asked).await?;
        Ok(found.result.value)
    }
}

fn arguments(folder: &Path, shape: Shape) -> Result<Vec<String>, BrowserError> {
    // Chromium reads a relative folder from wherever it pleases.
    let profile = std::path::absolute(folder.join(format!("browser-{}", shape.name())))?;
    let mut arguments = vec![format!("--user-data-dir={}", profile.display())];
    arguments.extend(FLAGS.iter().chain(shape.arguments()).map(|&flag| flag.to_owned()));
    if is_root() {
        // Chromium's own sandbox refuses to run as root; the second flag keeps it from saying so.
        arguments.extend(["--no-sandbox", "--test-type"].map(str::to_owned));
    }
    Ok(arguments)
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// A virtual authenticator accepts what the autofill offers before anybody has tapped it, so that
/// nobody would ever see a sign-in page. Without autofill a page waits for its buttons.
const NO_AUTOFILL: &str = "if (window.PublicKeyCredential) PublicKeyCredential.isConditionalMediationAvailable = async () => false;";
const IS_SEEN: &str = "document.visibilityState === 'visible' && location.protocol.startsWith('http')";
const SCREEN: &str = "[screen.availWidth, screen.availHeight]";
const FLAGS: [&str; 9] = [
    "--no-first-run",
    "--no-default-browser-check",
    "--hide-crash-restore-bubble",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-search-engine-choice-screen",
    "--disable-sync",
];
const PAUSE: Duration = Duration::from_millis(50);
const STARTING: u32 = 100;
