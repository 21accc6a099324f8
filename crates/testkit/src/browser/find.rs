//! Finding things as people do: by what they are and what they are called.

use std::time::Instant;

use http::Method;
use thirtyfour::{
    By, RequestData, SessionId, WebElement, common::command::FormatRequestData, error::WebDriverResult,
};
use url::Url;

use super::{Browser, PATIENCE};

impl Browser {
    /// Waits for the first element that fits the CSS selector and is shown.
    pub async fn find(&self, css: &str) -> WebElement {
        self.wait_until(css, async || {
            for element in self.find_all(css).await {
                if element.is_displayed().await.unwrap_or(false) {
                    return Some(element);
                }
            }
            None
        })
        .await
    }

    /// The elements that fit the CSS selector now.
    pub async fn find_all(&self, css: &str) -> Vec<WebElement> {
        self.session.find_all(By::Css(css)).await.unwrap_or_default()
    }

    /// Whether an element fits the CSS selector now.
    pub async fn has(&self, css: &str) -> bool {
        !self.find_all(css).await.is_empty()
    }

    /// Waits for the element that has this role and this accessible name, as
    /// the browser itself computes them for a screen reader.
    pub async fn by_role(&self, role: &str, name: &str) -> WebElement {
        let what = format!("{role} {name:?}");
        self.wait_until(&what, async || {
            for element in self.find_all(candidates(role)).await {
                let same_role = self.computed(&element, "computedrole").await.ok()? == role;
                if same_role && self.computed(&element, "computedlabel").await.ok()? == name {
                    return Some(element);
                }
            }
            None
        })
        .await
    }

    /// Clicks the element that fits the CSS selector.
    pub async fn click(&self, css: &str) {
        click(css, &self.find(css).await).await;
    }

    /// Clicks the element of this role and accessible name.
    pub async fn click_role(&self, role: &str, name: &str) {
        click(name, &self.by_role(role, name).await).await;
    }

    /// Types into the field that fits the CSS selector, in place of what it has.
    pub async fn fill(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        field.clear().await.expect("a field that can be emptied");
        field.send_keys(text).await.expect("a field that takes text");
    }

    /// Types into the field with this accessible name (role `textbox`).
    pub async fn fill_label(&self, label: &str, text: &str) {
        let field = self.by_role("textbox", label).await;
        field.clear().await.expect("a field that can be emptied");
        field.send_keys(text).await.expect("a field that takes text");
    }

    /// Waits until the page shows this text.
    pub async fn wait_for_text(&self, text: &str) {
        let what = format!("the text {text:?}");
        self.wait_until(&what, async || self.text().await.contains(text).then_some(())).await;
    }

    /// Waits until the page no longer shows this text.
    pub async fn wait_until_gone(&self, text: &str) {
        let what = format!("the end of {text:?}");
        self.wait_until(&what, async || (!self.text().await.contains(text)).then_some(())).await;
    }

    /// Waits until the address is one that fits.
    pub async fn wait_for_url(&self, what: &str, fits: impl Fn(&Url) -> bool) -> Url {
        self.wait_until(what, async || Some(self.url().await).filter(&fits)).await
    }

    /// Asks again and again until there is an answer.
    ///
    /// # Panics
    /// After [`PATIENCE`], with the address and the text of the page.
    pub async fn wait_until<T>(&self, what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            if start.elapsed() > PATIENCE {
                let (url, text) = (self.url().await, self.text().await);
                panic!("waited in vain for {what} on {url}, which shows:\n{text}");
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn computed(&self, element: &WebElement, what: &'static str) -> WebDriverResult<String> {
        let asked = Computed { element: element.element_id().to_string(), what };
        self.session.cmd(asked).await?.value()
    }
}

async fn click(what: &str, element: &WebElement) {
    let _ = element.scroll_into_view().await;
    if let Err(error) = element.click().await {
        panic!("clicking {what}: {error}");
    }
}

/// Where elements of a role are looked for; the browser says whether they are.
fn candidates(role: &str) -> &'static str {
    match role {
        "button" => "button, input[type=submit], input[type=button], summary, [role=button]",
        "link" => "a[href], [role=link]",
        "heading" => "h1, h2, h3, h4, h5, h6, [role=heading]",
        "textbox" => "input, textarea, [role=textbox]",
        "checkbox" | "radio" | "switch" => "input, [role]",
        "combobox" | "listbox" => "select, [role]",
        _ => "*",
    }
}

/// `GET /session/{id}/element/{id}/computedrole` and `…/computedlabel` of
/// WebDriver Level 2.
#[derive(Debug)]
struct Computed {
    element: String,
    what: &'static str,
}

impl FormatRequestData for Computed {
    fn format_request(&self, session: &SessionId) -> RequestData {
        let Self { element, what } = self;
        RequestData::new(Method::GET, format!("session/{session}/element/{element}/{what}"))
    }
}

const PAUSE: std::time::Duration = std::time::Duration::from_millis(100);
