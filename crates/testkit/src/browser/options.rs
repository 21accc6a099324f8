//! How a browser is to be.

use std::path::Path;

use serde_json::{Value, json};

/// How a browser is to be.
#[derive(Debug, Clone)]
pub struct Options {
    pub(super) color_scheme: ColorScheme,
    size: (u32, u32),
    phone: bool,
    arguments: Vec<String>,
    host_rules: Vec<String>,
}

/// What its person prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorScheme {
    /// `prefers-color-scheme: light`.
    Light,
    /// `prefers-color-scheme: dark`.
    Dark,
}

impl ColorScheme {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

impl Options {
    /// A desktop's window of 1280 × 900.
    #[must_use]
    pub fn desktop() -> Self {
        Self {
            color_scheme: ColorScheme::Light,
            size: (1280, 900),
            phone: false,
            arguments: Vec::new(),
            host_rules: Vec::new(),
        }
    }

    /// A phone: 390 × 844 points, touch, the user agent of Chrome on Android.
    #[must_use]
    pub fn phone() -> Self {
        Self { size: (390, 844), phone: true, ..Self::desktop() }
    }

    /// Prefers dark pages.
    #[must_use]
    pub fn dark(mut self) -> Self {
        self.color_scheme = ColorScheme::Dark;
        self
    }

    /// A window of another size.
    #[must_use]
    pub fn size(mut self, width: u32, height: u32) -> Self {
        self.size = (width, height);
        self
    }

    /// Sends whatever goes to `host` (a name, or `name:port`) to `target`
    /// (`127.0.0.1:8081`), so that two nodes are one origin.
    #[must_use]
    pub fn map_host(mut self, host: &str, target: &str) -> Self {
        self.host_rules.push(format!("MAP {host} {target}"));
        self
    }

    /// One more argument for Chromium.
    #[must_use]
    pub fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    pub(super) fn capabilities(&self, profile: &Path) -> Value {
        let mut chrome = json!({
            "binary": CHROMIUM,
            "args": self.command_line(profile),
            // Else it opens its new-tab page: eighty requests of its own.
            "prefs": { "session": { "restore_on_startup": 4, "startup_urls": ["about:blank"] } },
            "perfLoggingPrefs": { "enableNetwork": true, "enablePage": false },
        });
        if self.phone {
            let (width, height) = self.size;
            chrome["mobileEmulation"] = json!({
                "deviceMetrics": {
                    "width": width, "height": height, "pixelRatio": 2.0,
                    "mobile": true, "touch": true,
                },
                "userAgent": PHONE_AGENT,
            });
        }
        json!({
            "browserName": "chrome",
            "goog:chromeOptions": chrome,
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        })
    }

    fn command_line(&self, profile: &Path) -> Vec<String> {
        let mut arguments: Vec<String> = FLAGS.iter().map(|&flag| flag.to_owned()).collect();
        arguments.push(format!("--user-data-dir={}", profile.display()));
        arguments.push(format!("--window-size={},{}", self.size.0, self.size.1));
        if !self.host_rules.is_empty() {
            arguments.push(format!("--host-resolver-rules={}", self.host_rules.join(",")));
        }
        arguments.extend(self.arguments.iter().cloned());
        arguments
    }
}

const CHROMIUM: &str = "/usr/bin/chromium";

/// What Debian's Chromium needs in a container without internet.
const FLAGS: [&str; 12] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--disable-extensions",
    "--hide-scrollbars",
    "--lang=en-US",
];

const PHONE_AGENT: &str = "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 \
    (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36";
