//! One browser with its own profile, and a virtual authenticator in every tab.

use std::collections::HashMap;
use std::path::Path;

use chromiumoxide::browser::{Browser, BrowserConfig};
use chromiumoxide::cdp::browser_protocol::page::CaptureScreenshotFormat;
use chromiumoxide::cdp::browser_protocol::target::TargetId;
use chromiumoxide::cdp::browser_protocol::web_authn::{
    AddCredentialParams, AddVirtualAuthenticatorParams, AuthenticatorId, AuthenticatorProtocol,
    AuthenticatorTransport, Credential, EnableParams, GetCredentialsParams, RemoveCredentialParams,
    VirtualAuthenticatorOptions,
};
use chromiumoxide::page::{Page, ScreenshotParams};
use futures_util::StreamExt as _;
use tokio::task::JoinHandle;
use url::Url;

use super::BrowserError;
use super::passkeys::Passkeys;

/// What a window stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A computer.
    Desktop,
    /// A phone.
    Phone,
}

impl Shape {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Phone => "phone",
        }
    }

    const fn size(self) -> (u32, u32) {
        match self {
            Self::Desktop => (1180, 860),
            Self::Phone => (430, 860),
        }
    }

    /// Side by side.
    const fn place(self) -> &'static str {
        match self {
            Self::Desktop => "20,40",
            Self::Phone => "1220,40",
        }
    }
}

/// A browser window and the authenticators in its tabs.
#[derive(Debug)]
pub(super) struct Window {
    browser: Browser,
    events: JoinHandle<()>,
    authenticators: HashMap<TargetId, AuthenticatorId>,
}

impl Drop for Window {
    fn drop(&mut self) {
        self.events.abort();
    }
}

impl Window {
    /// Starts Chromium with a profile in the demo's folder.
    pub(super) async fn launch(folder: &Path, shape: Shape) -> Result<Self, BrowserError> {
        let (width, height) = shape.size();
        let mut config = BrowserConfig::builder()
            .with_head()
            .user_data_dir(folder.join(format!("browser-{}", shape.name())))
            .window_size(width, height)
            .viewport(None)
            .arg(("window-position", shape.place()))
            .arg("no-first-run")
            .arg("disable-background-networking")
            .arg("disable-component-update")
            .arg("disable-sync");
        if is_root() {
            // Chromium's own sandbox refuses to run as root.
            config = config.no_sandbox();
        }
        let config = config.build().map_err(BrowserError::Launch)?;
        let launched = Browser::launch(config).await;
        let (browser, mut handler) = launched.map_err(|error| BrowserError::Launch(error.to_string()))?;
        let events = tokio::spawn(async move { while handler.next().await.is_some() {} });
        Ok(Self { browser, events, authenticators: HashMap::new() })
    }

    /// Opens an address in a tab of its own, in front, its authenticator attached before the page
    /// can ask for it.
    pub(super) async fn show(&mut self, url: &Url) -> Result<(), BrowserError> {
        let page = self.browser.new_page("about:blank").await?;
        self.attach(&page).await?;
        page.goto(url.as_str()).await?;
        page.bring_to_front().await?;
        Ok(())
    }

    /// Whether the process has ended.
    pub(super) fn is_closed(&mut self) -> bool {
        self.events.is_finished() || !matches!(self.browser.try_wait(), Ok(None))
    }

    /// Gives every new tab its authenticator, and every authenticator what the others learnt.
    pub(super) async fn keep(&mut self, passkeys: &mut Passkeys) -> Result<(), BrowserError> {
        let pages = self.browser.pages().await?;
        let mut held = Vec::new();
        for page in &pages {
            let authenticator = self.attach(page).await?;
            let found = page.execute(GetCredentialsParams::new(authenticator.clone())).await?;
            passkeys.learn(&found.result.credentials)?;
            held.push((page, authenticator, found.result.credentials));
        }
        for (page, authenticator, found) in held {
            for credential in passkeys.missing(&found) {
                replace(page, &authenticator, (credential, &found)).await?;
            }
        }
        Ok(())
    }

    /// What is to be seen in each tab.
    pub(super) async fn pictures(&self) -> Result<Vec<Vec<u8>>, BrowserError> {
        let mut pictures = Vec::new();
        for page in self.browser.pages().await? {
            let web = page.url().await?.is_some_and(|url| url.starts_with("http"));
            if web {
                let png = ScreenshotParams::builder().format(CaptureScreenshotFormat::Png).build();
                pictures.push(page.screenshot(png).await?);
            }
        }
        Ok(pictures)
    }

    async fn attach(&mut self, page: &Page) -> Result<AuthenticatorId, BrowserError> {
        if let Some(known) = self.authenticators.get(page.target_id()) {
            return Ok(known.clone());
        }
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

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}
