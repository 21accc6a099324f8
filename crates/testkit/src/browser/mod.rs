//! A real Chromium, driven by its chromedriver.
//!
//! Every [`Browser`] is a process of its own with a profile of its own, so two of
//! them are two people, or a desktop and a phone. Whatever is looked for is
//! waited for, at most [`PATIENCE`]; what does not come panics with the page's
//! address and text.
//!
//! ```no_run
//! # async fn example() {
//! use testkit::browser::{Browser, Options, Transport, VirtualAuthenticator};
//!
//! let desktop = Browser::start(Options::desktop()).await;
//! let passkeys = VirtualAuthenticator::attach(&desktop, Transport::Internal).await;
//! desktop.goto("http://idp.localhost:8080/").await;
//! desktop.by_role("button", "Sign in with a passkey").await.click().await.unwrap();
//! desktop.wait_for_text("Signed in").await;
//! assert_eq!(passkeys.credentials(&desktop).await.len(), 1);
//! desktop.quit().await;
//! # }
//! ```

mod authenticator;
mod driver;
mod find;
mod options;
mod page;
mod record;

use std::{ops::Deref, sync::Arc, time::Duration};

use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::{Capabilities, WebDriver};

pub use authenticator::{StoredCredential, Transport, VirtualAuthenticator};
pub use options::{ColorScheme, Options};
pub use record::{Cookie, Request};
pub use thirtyfour::{Key, WebElement};

use driver::Driver;

/// How long something on a page is waited for. Long, for the machines of the
/// tests have two cores and several browsers.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// One browser with its own profile. It ends with this value, even when the
/// test panics.
pub struct Browser {
    // In this order: the browser is gone before its profile goes, and the driver
    // ends last, unless another browser of this process uses it.
    session: Session,
    profile: TempDir,
    _driver: Arc<Driver>,
}

impl Browser {
    /// Starts a browser.
    ///
    /// # Panics
    /// When Chromium or chromedriver is not installed or does not start.
    pub async fn start(options: Options) -> Self {
        let driver = Driver::shared();
        let profile = tempfile::tempdir().expect("a folder for the profile");
        let Value::Object(capabilities) = options.capabilities(profile.path()) else {
            unreachable!("capabilities are an object")
        };
        let session = WebDriver::builder(driver.url(), Capabilities::from(capabilities))
            .request_timeout(START)
            .await
            .expect("Chromium starts");
        let browser = Self { session: Session(session), profile, _driver: driver };
        browser.set_color_scheme(options.color_scheme).await;
        browser
    }

    /// Joins a browser that somebody else has started, by its remote-debugging port. It goes on
    /// when this value ends.
    ///
    /// # Panics
    /// When nothing answers there.
    pub async fn join(port: u16) -> Self {
        let driver = Driver::shared();
        let profile = tempfile::tempdir().expect("a folder");
        let chrome = json!({ "debuggerAddress": format!("127.0.0.1:{port}") });
        let Value::Object(capabilities) = json!({ "browserName": "chrome", "goog:chromeOptions": chrome })
        else {
            unreachable!("capabilities are an object")
        };
        let session = WebDriver::builder(driver.url(), Capabilities::from(capabilities))
            .request_timeout(START)
            .await
            .expect("a browser to join");
        Self { session: Session(session), profile, _driver: driver }
    }

    /// Ends the browser as its person would, and waits until it has ended.
    /// Dropping kills it.
    ///
    /// # Panics
    /// When it does not end.
    pub async fn quit(self) {
        self.session.clone().quit().await.expect("the browser ends");
    }

    /// The folder of its profile.
    #[must_use]
    pub fn profile(&self) -> &std::path::Path {
        self.profile.path()
    }

    /// The WebDriver session, for what has no word here.
    #[must_use]
    pub fn session(&self) -> &WebDriver {
        &self.session
    }

    /// Sends one command of the Chrome DevTools Protocol to the present tab.
    ///
    /// # Panics
    /// When the browser refuses it.
    pub async fn cdp(&self, method: &str, parameters: Value) -> Value {
        match self.session.cdp().send_raw(method, parameters).await {
            Ok(result) => result,
            Err(error) => panic!("{method}: {error}"),
        }
    }

    /// Shows pages as to somebody who prefers dark or light ones.
    pub async fn set_color_scheme(&self, scheme: ColorScheme) {
        let feature = json!({ "name": "prefers-color-scheme", "value": scheme.word() });
        self.cdp("Emulation.setEmulatedMedia", json!({ "features": [feature] })).await;
    }
}

/// The session, whose browser dies with it. The library's own way to end one on
/// drop asks the browser to go and waits for its answer, on a thread that the
/// page's server may need.
struct Session(WebDriver);

impl Deref for Session {
    type Target = WebDriver;

    fn deref(&self) -> &WebDriver {
        &self.0
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let process = self.0.capabilities().get("goog:processID").and_then(Value::as_u64);
        // An error says that it has ended already.
        if self.0.clone().leak().is_ok()
            && let Some(process) = process
        {
            driver::kill(process);
        }
    }
}

const START: Duration = Duration::from_secs(120);
