//! The demo as a newcomer starts it: the binary, a process of its own, read by what it prints.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use store::events::{Filter, list};
use store::{Store, StoreUrl};
use testkit::browser::Browser;
use url::Url;

/// A running demo in a folder of its own. Dropping it ends it.
pub(crate) struct Demo {
    child: Child,
    printed: Vec<String>,
    folder: tempfile::TempDir,
    ports: [u16; 3],
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _already_gone = self.child.kill().and_then(|()| self.child.wait());
    }
}

impl Demo {
    /// Starts it with empty folders and waits until it has printed everything.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ports = free_ports();
        let (child, printed) = run(folder.path(), ports, None);
        Self { child, printed, folder, ports }
    }

    /// Starts it with `--browser` on an X display, as above.
    pub(crate) fn start_in_windows(display: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ports = free_ports();
        let (child, printed) = run(folder.path(), ports, Some(display));
        Self { child, printed, folder, ports }
    }

    /// Stops it with the signal of Ctrl-C, and says how it ended.
    pub(crate) fn stop(&mut self) -> std::process::ExitStatus {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        self.child.wait().unwrap()
    }

    /// Starts it again with `--browser` on what it left.
    pub(crate) fn restart_in_windows(&mut self, display: &str) {
        for name in ["desktop", "phone"] {
            std::fs::remove_file(self.port_file(name)).unwrap();
        }
        (self.child, self.printed) = run(self.folder.path(), self.ports, Some(display));
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
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        (self.child, self.printed) = run(self.folder.path(), self.ports, None);
    }

    /// Ends it, and gives how often an end of it has noted this: `idp` or `org`.
    pub(crate) async fn end(mut self) -> impl AsyncFn(&str, &str) -> usize {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
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

    /// The address of the organisation.
    pub(crate) fn org(&self) -> String {
        format!("http://acme.localhost:{}", self.ports[1])
    }

    /// The organisation as browsers name it: `acme.localhost:PORT`.
    pub(crate) fn org_host(&self) -> String {
        format!("acme.localhost:{}", self.ports[1])
    }

    /// The port on which the organisation listens.
    pub(crate) fn org_port(&self) -> u16 {
        self.ports[1]
    }

    /// The address of the identity provider.
    pub(crate) fn idp(&self) -> String {
        format!("http://idp.localhost:{}", self.ports[0])
    }

    /// How a sample product is registered at the organisation, its secret included.
    pub(crate) fn registered(&self, product: &str) -> serde_json::Value {
        let file = std::fs::read(self.folder.path().join("demo/demo.json")).unwrap();
        let mut made: serde_json::Value = serde_json::from_slice(&file).unwrap();
        let products = made["products"].as_array_mut().unwrap();
        products.iter_mut().find(|found| found["name"] == product).unwrap().take()
    }

    /// The address of a sample product.
    pub(crate) fn product(&self, name: &str) -> String {
        format!("http://{name}.localhost:{}", self.ports[2])
    }
}

fn run(folder: &std::path::Path, ports: [u16; 3], display: Option<&str>) -> (Child, Vec<String>) {
    let [idp, org, products] = ports;
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    if let Some(display) = display {
        command.env("DISPLAY", display).env_remove("WAYLAND_DISPLAY");
    }
    let mut child = command
        .args(["demo", "--data"])
        .arg(folder.join("demo"))
        .arg("--key-file")
        .arg(folder.join("demo.key"))
        .args(["--idp-url", &format!("http://idp.localhost:{idp}")])
        .args(["--org-url", &format!("http://acme.localhost:{org}")])
        .args(["--products-port", &products.to_string()])
        .args(display.map(|_| "--browser"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut printed = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        printed.push(line.unwrap());
        if printed.last().is_some_and(|line| line.contains("--fresh begins anew")) {
            return (child, printed);
        }
    }
    panic!("the demo ended: {:?}\n{}", child.wait(), printed.join("\n"));
}

/// Ports that were free a moment ago.
pub(crate) fn free_ports() -> [u16; 3] {
    let sockets = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    sockets.map(|socket| socket.local_addr().unwrap().port())
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
