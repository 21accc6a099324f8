//! The demo as a newcomer starts it: the binary, a process of its own, read by what it prints.

use std::io::{BufRead as _, BufReader};
use std::ops::Deref;
use std::process::{Command, Stdio};

use store::events::{Filter, list};
use store::{Store, StoreUrl};
use testkit::browser::{Browser, Options, Transport, VirtualAuthenticator};
use url::Url;

use crate::addresses::Addresses;
use crate::served::{Running, free_ports};

/// A running demo in a folder of its own. Dropping it ends it.
pub(crate) struct Demo {
    child: Running,
    printed: Vec<String>,
    folder: tempfile::TempDir,
    addresses: Addresses,
}

impl Deref for Demo {
    type Target = Addresses;

    fn deref(&self) -> &Addresses {
        &self.addresses
    }
}

impl Demo {
    /// Starts it with empty folders and waits until it has printed everything.
    pub(crate) fn start() -> Self {
        Self::start_on(None)
    }

    /// Starts it with `--browser` on an X display, as above.
    pub(crate) fn start_in_windows(display: &str) -> Self {
        Self::start_on(Some(display))
    }

    fn start_on(display: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let addresses = Addresses(free_ports());
        let (child, printed) = run(folder.path(), addresses, display);
        Self { child, printed, folder, addresses }
    }

    /// Stops it with the signal of Ctrl-C, and says how it ended.
    pub(crate) fn stop(&mut self) -> std::process::ExitStatus {
        let id = self.child.0.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        self.child.0.wait().unwrap()
    }

    /// Starts it again with `--browser` on what it left.
    pub(crate) fn restart_in_windows(&mut self, display: &str) {
        for name in ["desktop", "phone"] {
            std::fs::remove_file(self.port_file(name)).unwrap();
        }
        (self.child, self.printed) = run(self.folder.path(), self.addresses, Some(display));
    }

    /// Joins one of its two windows, `desktop` or `phone`, by the port that Chromium wrote down.
    pub(crate) async fn window(&self, name: &str) -> Browser {
        let file = self.port_file(name);
        for _ in 0..300 {
            let port = std::fs::read_to_string(&file).unwrap_or_default();
            if let Some(port) = port.lines().next().and_then(|port| port.parse().ok()) {
                return Browser::join(port).await;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("the window {name} never opened");
    }

    fn port_file(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join("demo").join(format!("browser-{name}/DevToolsActivePort"))
    }

    /// What it has printed.
    pub(crate) fn printed(&self) -> String {
        self.printed.join("\n")
    }

    /// Kills it where it stands, and starts it again on what it left.
    pub(crate) fn kill_and_restart(&mut self) {
        self.child.kill();
        (self.child, self.printed) = run(self.folder.path(), self.addresses, None);
    }

    /// Ends it, and gives how often an end of it has noted this: `idp` or `org`.
    pub(crate) async fn end(mut self) -> impl AsyncFn(&str, &str) -> usize {
        self.child.kill();
        async move |end: &str, kind: &str| {
            let migrations = if end == "idp" { idp::migrations() } else { org::migrations() };
            let file = StoreUrl::file(self.folder.path().join("demo").join(format!("{end}.sqlite")));
            let store = Store::open(&file, &migrations).await.unwrap();
            let events = list(&store.read().await.unwrap(), Filter::All, None, 500).await.unwrap();
            events.iter().filter(|event| event.kind == kind).count()
        }
    }

    /// The link on the first printed line that has all of `words`, or on the line after it.
    pub(crate) fn link(&self, words: &[&str]) -> Url {
        let fits = |line: &String| words.iter().all(|word| line.contains(word));
        let found = self.printed.iter().position(fits);
        let line = found.unwrap_or_else(|| panic!("no line has {words:?} in\n{}", self.printed.join("\n")));
        let mut links = self.printed[line..].iter().flat_map(|line| line.split_whitespace());
        let link = links.find(|word| word.starts_with("http")).unwrap();
        Url::parse(link).unwrap()
    }

    /// The enrolment link of a person: `computer` or `phone`.
    pub(crate) fn enrolment(&self, person: &str, device: &str) -> Url {
        let from =
            self.printed.iter().position(|line| line.contains(&format!("Give {person} a passkey"))).unwrap();
        let line = self.printed[from..].iter().find(|line| line.contains(device)).unwrap();
        Url::parse(line.split_whitespace().last().unwrap()).unwrap()
    }

    /// The port on which the organisation listens.
    pub(crate) fn org_port(&self) -> u16 {
        let [_, org, _] = self.addresses.0;
        org
    }

    /// How a sample product is registered at the organisation, its secret included.
    pub(crate) fn registered(&self, product: &str) -> serde_json::Value {
        let file = std::fs::read(self.folder.path().join("demo/demo.json")).unwrap();
        let mut made: serde_json::Value = serde_json::from_slice(&file).unwrap();
        let products = made["products"].as_array_mut().unwrap();
        products.iter_mut().find(|found| found["name"] == product).unwrap().take()
    }

    /// Robin opens the one-time link of the fallback administrator and makes the passkey for the local door.
    pub(crate) async fn enrol_robin(&self, browser: &Browser) {
        browser.goto(self.link(&["passkey, once"]).as_str()).await;
        browser.click("[data-passkey-start]").await;
        browser.wait_for_text("Your passkey is ready").await;
    }
}

fn run(folder: &std::path::Path, addresses: Addresses, display: Option<&str>) -> (Running, Vec<String>) {
    let [_, _, products] = addresses.0;
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    if let Some(display) = display {
        command.env("DISPLAY", display).env_remove("WAYLAND_DISPLAY").env("PATH", joinable_chromium(folder));
    }
    let child = command
        .args(["demo", "--data"])
        .arg(folder.join("demo"))
        .arg("--key-file")
        .arg(folder.join("demo.key"))
        .args(["--idp-url", &addresses.idp()])
        .args(["--org-url", &addresses.org()])
        .args(["--products-port", &products.to_string()])
        .args(display.map(|_| "--browser"))
        .stdout(Stdio::piped())
        .spawn();
    let mut child = Running(child.unwrap());
    let mut printed = Vec::new();
    for line in BufReader::new(child.0.stdout.take().unwrap()).lines() {
        printed.push(line.unwrap());
        if printed.last().is_some_and(|line| line.contains("--fresh begins anew")) {
            return (child, printed);
        }
    }
    panic!("the demo ended: {:?}\n{}", child.0.wait(), printed.join("\n"));
}

/// A search path whose Chromium also opens a port, by which a test can join the windows that the demo drives.
fn joinable_chromium(folder: &std::path::Path) -> std::ffi::OsString {
    use std::os::unix::fs::PermissionsExt as _;
    let path = std::env::var_os("PATH").unwrap();
    let mut installed = std::env::split_paths(&path).map(|folder| folder.join("chromium"));
    let installed = installed.find(|program| program.is_file()).expect("Chromium is installed");
    let programs = folder.join("programs");
    std::fs::create_dir_all(&programs).unwrap();
    let program = programs.join("chromium");
    let text = format!("#!/bin/sh\nexec {} --remote-debugging-port=0 \"$@\"\n", installed.display());
    std::fs::write(&program, text).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    std::env::join_paths([programs].into_iter().chain(std::env::split_paths(&path))).unwrap()
}

/// A browser, and its authenticator with the passkey that an enrolment link made.
pub(crate) async fn enrolled(options: Options, link: &Url) -> (Browser, VirtualAuthenticator) {
    let browser = Browser::start(options).await;
    let device = VirtualAuthenticator::attach(&browser, Transport::Internal).await;
    enrol(&browser, link).await;
    (browser, device)
}

/// Opens an enrolment link and makes the passkey with whatever authenticator the browser has.
pub(crate) async fn enrol(browser: &Browser, link: &Url) {
    browser.goto(link.as_str()).await;
    browser.click("[data-passkey-start]").await;
    browser.wait_for_text("This device is ready").await;
}

/// Types an address on the organisation's sign-in page and goes on.
pub(crate) async fn type_address(browser: &Browser, address: &str) {
    browser.fill("input[type=email]", address).await;
    browser.click_role("button", "Continue").await;
}
