//! One browser with its own profile, and a virtual authenticator in every tab.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use chromiumoxide::browser::{Browser, BrowserConfig};
use chromiumoxide::cdp::browser_protocol::browser::{GetWindowForTargetParams, SetWindowBoundsParams};
use chromiumoxide::cdp::browser_protocol::page::{
    AddScriptToEvaluateOnNewDocumentParams, BringToFrontParams, CaptureScreenshotFormat,
    CaptureScreenshotParams, NavigateParams,
};
use chromiumoxide::cdp::browser_protocol::target::TargetId;
use chromiumoxide::cdp::browser_protocol::web_authn::{
    AddCredentialParams, AddVirtualAuthenticatorParams, AuthenticatorId, AuthenticatorProtocol,
    AuthenticatorTransport, Credential, EnableParams, GetCredentialsParams, RemoveCredentialParams,
    VirtualAuthenticatorOptions,
};
use chromiumoxide::cdp::js_protocol::runtime::EvaluateParams;
use chromiumoxide::error::CdpError;
use chromiumoxide::page::Page;
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;
use tokio::task::JoinHandle;
use url::Url;

use super::BrowserError;
use super::machine::Machine;
use super::passkeys::Passkeys;
use super::shape::Shape;

/// A browser window, what its device knows, and the authenticators in its tabs.
#[derive(Debug)]
pub(super) struct Window {
    browser: Browser,
    events: JoinHandle<()>,
    passkeys: Passkeys,
    authenticators: HashMap<TargetId, AuthenticatorId>,
    shown: Option<TargetId>,
}

impl Drop for Window {
    fn drop(&mut self) {
        self.events.abort();
    }
}

impl Window {
    /// Starts Chromium with a profile in the demo's folder and puts its window in its place.
    pub(super) async fn launch(machine: &Machine, folder: &Path, shape: Shape) -> Result<Self, BrowserError> {
        let passkeys = Passkeys::load(folder, shape)?;
        let config = configuration(machine, folder, shape)?;
        let launched = Browser::launch(config).await;
        let (browser, mut handler) = launched.map_err(|error| BrowserError::Launch(error.to_string()))?;
        let events = tokio::spawn(async move { while handler.next().await.is_some() {} });
        let mut window = Self { browser, events, passkeys, authenticators: HashMap::new(), shown: None };
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
        page.execute(BringToFrontParams::default()).await?;
        Ok(())
    }

    /// Opens an address in a tab behind.
    pub(super) async fn show_behind(&mut self, url: &Url) -> Result<(), BrowserError> {
        let front = self.first().await?;
        let page = self.browser.new_page("about:blank").await?;
        self.go(&page, url).await?;
        front.execute(BringToFrontParams::default()).await?;
        Ok(())
    }

    /// Whether the process has ended.
    pub(super) fn is_closed(&mut self) -> bool {
        self.events.is_finished() || !matches!(self.browser.try_wait(), Ok(None))
    }

    /// Closes it as its person would, so that the profile is whole; ends it if it does not go.
    pub(super) async fn close(mut self) {
        let closed = async {
            let asked = self.browser.close().await;
            asked.is_ok() && self.browser.wait().await.is_ok()
        };
        if !tokio::time::timeout(GOING, closed).await.unwrap_or(false) {
            // An error says that it is gone already.
            let _killed = self.browser.kill().await;
        }
    }

    /// Gives every new tab its authenticator, and every authenticator what the others learnt.
    pub(super) async fn keep(&mut self) -> Result<(), BrowserError> {
        let pages = self.browser.pages().await?;
        self.authenticators.retain(|tab, _| pages.iter().any(|page| page.target_id() == tab));
        let mut held = Vec::new();
        for page in &pages {
            // A tab may close at any moment; the others are kept all the same.
            if let Ok((authenticator, found)) = self.look_into(page).await {
                self.passkeys.learn(&found)?;
                held.push((page, authenticator, found));
            }
        }
        for (page, authenticator, found) in held {
            for credential in self.passkeys.missing(&found) {
                if let Err(error) = replace(page, &authenticator, (credential, &found)).await {
                    tracing::debug!(%error, "a tab did not take a passkey");
                }
            }
        }
        Ok(())
    }

    /// What is to be seen in the tabs in front. A picture of a tab behind would bring it forward.
    pub(super) async fn pictures(&self) -> Result<Vec<Vec<u8>>, BrowserError> {
        let mut pictures = Vec::new();
        for page in self.browser.pages().await? {
            if !matches!(evaluate::<bool>(&page, IS_SEEN).await, Ok(true)) {
                continue;
            }
            let png = CaptureScreenshotParams::builder().format(CaptureScreenshotFormat::Png).build();
            if let Ok(taken) = page.execute(png).await {
                pictures.push(base64_of(&taken.result.data));
            }
        }
        Ok(pictures)
    }

    /// The tab in which the demo shows things: the one of before, else any.
    async fn first(&mut self) -> Result<Page, BrowserError> {
        for _ in 0..STARTING {
            let pages = self.browser.pages().await?;
            let known = pages.iter().find(|page| Some(page.target_id()) == self.shown.as_ref());
            if let Some(page) = known.or(pages.first()) {
                self.shown = Some(page.target_id().clone());
                return Ok(page.clone());
            }
            tokio::time::sleep(PAUSE).await;
        }
        let page = self.browser.new_page("about:blank").await?;
        self.shown = Some(page.target_id().clone());
        Ok(page)
    }

    async fn go(&mut self, page: &Page, url: &Url) -> Result<(), BrowserError> {
        let (authenticator, found) = self.look_into(page).await?;
        for credential in self.passkeys.missing(&found) {
            replace(page, &authenticator, (credential, &found)).await?;
        }
        page.execute(NavigateParams::new(url.as_str())).await?;
        Ok(())
    }

    async fn place(&self, page: &Page, shape: Shape) -> Result<(), BrowserError> {
        let screen = evaluate::<(i64, i64)>(page, SCREEN).await?;
        let asked = GetWindowForTargetParams { target_id: Some(page.target_id().clone()) };
        let window = self.browser.execute(asked).await?.result.window_id;
        self.browser.execute(SetWindowBoundsParams::new(window, shape.place(screen))).await?;
        Ok(())
    }

    /// A tab's authenticator and what it holds.
    async fn look_into(&mut self, page: &Page) -> Result<(AuthenticatorId, Vec<Credential>), BrowserError> {
        let authenticator = self.attach(page).await?;
        if let Ok(found) = page.execute(GetCredentialsParams::new(authenticator.clone())).await {
            return Ok((authenticator, found.result.credentials));
        }
        // Whoever else looks at the tab by this protocol (its developer tools, a test) ends the
        // authenticators of all when they go.
        self.authenticators.remove(page.target_id());
        let authenticator = self.attach(page).await?;
        let found = page.execute(GetCredentialsParams::new(authenticator.clone())).await?;
        Ok((authenticator, found.result.credentials))
    }

    async fn attach(&mut self, page: &Page) -> Result<AuthenticatorId, BrowserError> {
        if let Some(known) = self.authenticators.get(page.target_id()) {
            return Ok(known.clone());
        }
        page.execute(AddScriptToEvaluateOnNewDocumentParams::new(NO_AUTOFILL)).await?;
        page.execute(EnableParams::default()).await?;
        let mut options =
            VirtualAuthenticatorOptions::new(AuthenticatorProtocol::Ctap2, AuthenticatorTransport::Internal);
        options.has_resident_key = Some(true);
        options.has_user_verification = Some(true);
        options.is_user_verified = Some(true);
        options.automatic_presence_simulation = Some(true);
        let added = page.execute(AddVirtualAuthenticatorParams::new(options)).await?;
        let id = added.result.authenticator_id;
        self.authenticators.insert(page.target_id().clone(), id.clone());
        Ok(id)
    }
}

fn configuration(machine: &Machine, folder: &Path, shape: Shape) -> Result<BrowserConfig, BrowserError> {
    // Chromium reads a relative folder from wherever it pleases.
    let profile = std::path::absolute(folder.join(format!("browser-{}", shape.name())))?;
    let mut config = BrowserConfig::builder()
        .chrome_executable(&machine.chromium)
        .with_head()
        .user_data_dir(profile)
        .viewport(None)
        .request_timeout(ANSWER)
        // Those of the library announce a robot.
        .disable_default_args();
    for flag in FLAGS {
        config = config.arg(flag);
    }
    for argument in shape.arguments() {
        config = config.arg(*argument);
    }
    if is_root() {
        // Chromium's own sandbox refuses to run as root; the second flag keeps it from saying so.
        config = config.no_sandbox().arg("test-type");
    }
    config.build().map_err(BrowserError::Launch)
}

async fn replace(
    page: &Page,
    authenticator: &AuthenticatorId,
    (credential, found): (Credential, &[Credential]),
) -> Result<(), BrowserError> {
    if found.iter().any(|c| c.credential_id == credential.credential_id) {
        let id = credential.credential_id.clone();
        page.execute(RemoveCredentialParams::new(authenticator.clone(), id)).await?;
    }
    page.execute(AddCredentialParams::new(authenticator.clone(), credential)).await?;
    Ok(())
}

/// What an expression is worth in a tab.
async fn evaluate<T: DeserializeOwned>(page: &Page, expression: &str) -> Result<T, BrowserError> {
    let mut asked = EvaluateParams::new(expression);
    asked.return_by_value = Some(true);
    let answer = page.execute(asked).await?.result.result.value.unwrap_or_default();
    Ok(serde_json::from_value(answer).map_err(CdpError::from)?)
}

/// The protocol carries bytes in Base64; what is no Base64 is no picture either.
fn base64_of(data: &chromiumoxide::types::Binary) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(data).unwrap_or_default()
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
    "no-first-run",
    "no-default-browser-check",
    "hide-crash-restore-bubble",
    "disable-background-networking",
    "disable-component-update",
    "disable-default-apps",
    "disable-dev-shm-usage",
    "disable-search-engine-choice-screen",
    "disable-sync",
];
const ANSWER: Duration = Duration::from_secs(10);
const GOING: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(50);
const STARTING: u32 = 100;
