//! What every page owes to everybody, asked of the page in a real browser: axe-core finds nothing serious, nothing sticks out of
//! a phone, and the Tab key reaches everything, with a ring to see where it is.

use serde_json::{Value, json};
use testkit::browser::Browser;

use crate::interop::Software;

/// Looks at pages and collects what is wrong with them.
pub(crate) struct Inspector {
    axe: String,
    found: Vec<String>,
    pages: usize,
}

impl Inspector {
    pub(crate) fn new(software: &Software) -> Self {
        Self { axe: software.axe(), found: Vec::new(), pages: 0 }
    }

    /// Looks at the page that the browser shows, as a phone and as a desktop show it, light and dark.
    pub(crate) async fn inspect(&mut self, browser: &Browser, what: &str) {
        self.pages += 1;
        browser.cdp("Emulation.setFocusEmulationEnabled", json!({ "enabled": true })).await;
        for (width, height) in [(390, 844), (1440, 900)] {
            let metrics =
                json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500 });
            browser.cdp("Emulation.setDeviceMetricsOverride", metrics).await;
            for scheme in ["light", "dark"] {
                // With motion the colours would be those on the way.
                let features = json!([
                    { "name": "prefers-color-scheme", "value": scheme },
                    { "name": "prefers-reduced-motion", "value": "reduce" },
                ]);
                browser.cdp("Emulation.setEmulatedMedia", json!({ "features": features })).await;
                self.note(what, &format!("{width} {scheme}"), self.by_axe(browser, scheme).await);
            }
            self.note(what, &width.to_string(), browser.script(STICKS_OUT, Vec::new()).await);
            self.note(what, &format!("{width} Tab"), by_keyboard(browser).await);
        }
        browser.cdp("Emulation.clearDeviceMetricsOverride", json!({})).await;
        browser.cdp("Emulation.setEmulatedMedia", json!({ "features": [] })).await;
    }

    /// What all inspectors found.
    ///
    /// # Panics
    /// When that is anything, with all of it.
    pub(crate) fn assert_nothing(found: &[Self]) {
        let pages: usize = found.iter().map(|one| one.pages).sum();
        let found: Vec<_> = found.iter().flat_map(|one| &one.found).map(String::as_str).collect();
        assert!(found.is_empty(), "on {pages} pages:\n{}", found.join("\n"));
    }

    /// What axe-core says; in the dark, of the colours alone, for all else is as in the light.
    async fn by_axe(&self, browser: &Browser, scheme: &str) -> Value {
        let only = if scheme == "light" { "" } else { ", runOnly: ['color-contrast', 'link-in-text-block']" };
        let script = SERIOUS.replace("ONLY", only);
        loop {
            // By the debugger, whom the page's policy does not bind.
            if browser.script("return typeof axe", Vec::new()).await == "undefined" {
                browser.cdp("Runtime.evaluate", json!({ "expression": self.axe })).await;
            }
            // None when a live page has made way for another meanwhile.
            let found = browser.script_async(&script).await;
            if !found.is_null() {
                return found;
            }
        }
    }

    fn note(&mut self, what: &str, how: &str, faults: Value) {
        let faults: Vec<String> = serde_json::from_value(faults).expect("a list of faults");
        self.found.extend(faults.into_iter().map(|fault| format!("{what} [{how}] {fault}")));
    }
}

/// Goes through the page with the Tab key until everything that can be reached has been, or long enough. A page that makes way for
/// another meanwhile, as live ones do, is begun again.
async fn by_keyboard(browser: &Browser) -> Value {
    let reached = async || browser.script("return window.left ? left.size === 0 : null", Vec::new()).await;
    'page: loop {
        let all = browser.script(KEYBOARD, Vec::new()).await.as_u64().expect("how many");
        for number in 0..(2 * all + 20) {
            let key =
                json!({ "type": "rawKeyDown", "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9 });
            browser.cdp("Input.dispatchKeyEvent", key).await;
            if number < all {
                continue;
            }
            match reached().await {
                Value::Null => continue 'page,
                all if all == true => break,
                _ => {}
            }
        }
        let found = browser.script(REACHED, Vec::new()).await;
        if !found.is_null() {
            return found;
        }
    }
}

/// Serious or critical findings, with where they are and why.
const SERIOUS: &str = "
    if (!window.axe) return null;
    const { violations } = await axe.run(document, { resultTypes: ['violations'] ONLY });
    return violations.filter(one => ['serious', 'critical'].includes(one.impact)).map(one =>
        `${one.id}: ` + one.nodes.map(node =>
            `${node.html.slice(0, 200)} ${[...node.any, ...node.all, ...node.none].map(check => check.message).join('; ')}`).join('\\n    '));";

/// What makes the page wider than its window.
const STICKS_OUT: &str = "
    const page = document.documentElement;
    if (page.scrollWidth <= page.clientWidth) return [];
    const wide = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > page.clientWidth + 1);
    return [`${page.scrollWidth} wide: ${wide.slice(0, 3).map(e => e.outerHTML.slice(0, 160)).join(' ')}`];";

/// Notes what there is to reach, and from now on what is reached and whether it can be seen that it is.
const KEYBOARD: &str = "
    document.activeElement?.blur?.();
    const group = e => e.type === 'radio' ? [...document.querySelectorAll(`input[type=radio][name='${e.name}']`)] : [e];
    const one = e => e === (group(e).find(e => e.checked) ?? group(e)[0]);
    const shown = e => e.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });
    const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')].filter(e =>
        e.tabIndex >= 0 && !e.disabled && e.type !== 'hidden' && shown(e) && one(e) && !e.closest('[inert]'));
    window.left = new Set(all);
    window.ringless = new Set();
    const ring = e => {
        for (let part = e, up = 0; part && up < 3; part = part.parentElement, up += 1) {
            const { outlineStyle, outlineWidth } = getComputedStyle(part);
            if (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) return true;
        }
        return false;
    };
    if (!window.watched) document.addEventListener('focusin', ({ target }) => {
        window.left.delete(target);
        const { width, height } = target.getBoundingClientRect();
        if (!ring(target) || !width || !height) window.ringless.add(target);
    });
    window.watched = true;
    return all.length;";

/// What was not reached, and what showed no ring.
const REACHED: &str = "
    if (!window.left) return null;
    const say = what => e => `${what} ${e.outerHTML.slice(0, 160)}`;
    return [...[...left].map(say('never reached:')), ...[...ringless].map(say('no ring:'))];";
