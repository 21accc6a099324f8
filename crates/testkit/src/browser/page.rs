//! Where the browser is and what it shows.

use std::path::Path;

use serde_json::{Value, json};
use thirtyfour::WindowHandle;
use url::Url;

use super::Browser;
use crate::qr;

impl Browser {
    /// Opens an address and waits until it has loaded.
    ///
    /// # Panics
    /// When nothing answers there.
    pub async fn goto(&self, url: &str) {
        if let Err(error) = self.session.goto(url).await {
            panic!("{url}: {error}");
        }
    }

    /// One page back.
    ///
    /// # Panics
    /// When the browser refuses, as all below.
    pub async fn back(&self) {
        self.session.back().await.expect("goes back");
    }

    /// Loads the page again; a form that was posted is posted again.
    pub async fn refresh(&self) {
        self.session.refresh().await.expect("loads again");
    }

    /// The address of the page.
    pub async fn url(&self) -> Url {
        self.session.current_url().await.expect("an address")
    }

    /// Its title.
    pub async fn title(&self) -> String {
        self.session.title().await.expect("a title")
    }

    /// The text that a reader sees.
    pub async fn text(&self) -> String {
        let script = "return document.body ? document.body.innerText : ''";
        let text = self.script(script, Vec::new()).await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// The source of the page as it is now.
    pub async fn source(&self) -> String {
        self.session.source().await.expect("a source")
    }

    /// Runs the body of a function in the page and gives what it returns.
    pub async fn script(&self, body: &str, arguments: Vec<Value>) -> Value {
        match self.session.execute(body, arguments).await {
            Ok(result) => result.json().clone(),
            Err(error) => panic!("script {body:?}: {error}"),
        }
    }

    /// Runs the body of an async function in the page and gives what its
    /// promise resolves to.
    pub async fn script_async(&self, body: &str) -> Value {
        let parameters = json!({
            "expression": format!("(async () => {{ {body} }})()"),
            "awaitPromise": true,
            "returnByValue": true,
            "userGesture": true,
        });
        let answer = self.cdp("Runtime.evaluate", parameters).await;
        assert!(answer.get("exceptionDetails").is_none(), "script {body:?}: {answer}");
        answer["result"]["value"].clone()
    }

    /// What the window shows, as PNG.
    pub async fn screenshot(&self) -> Vec<u8> {
        self.session.screenshot_as_png().await.expect("a picture")
    }

    /// Writes what the window shows to a PNG file.
    pub async fn screenshot_to(&self, path: &Path) {
        std::fs::write(path, self.screenshot().await).expect("writes the picture");
    }

    /// Waits until the pixels show a QR code and reads it.
    pub async fn qr(&self) -> String {
        self.wait_until("a QR code", async || qr::read(&self.screenshot().await)).await
    }

    /// Opens an address in a new tab and goes there. It has no virtual
    /// authenticator until one is attached.
    pub async fn open_tab(&self, url: &str) -> WindowHandle {
        let tab = self.session.new_tab().await.expect("a new tab");
        self.switch_to(&tab).await;
        self.goto(url).await;
        tab
    }

    /// The tabs, in no order.
    pub async fn tabs(&self) -> Vec<WindowHandle> {
        self.session.windows().await.expect("the tabs")
    }

    /// The tab in which all this happens.
    pub async fn tab(&self) -> WindowHandle {
        self.session.window().await.expect("the tab")
    }

    /// Goes on in another tab.
    pub async fn switch_to(&self, tab: &WindowHandle) {
        self.session.switch_to_window(tab.clone()).await.expect("the tab is open");
    }

    /// Closes the tab. Switch to another one then.
    pub async fn close_tab(&self) {
        self.session.close_window().await.expect("closes");
    }
}
