//! Other people's software (see interop/README.md), started as processes of its own.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use testkit::browser::Browser;
use url::Url;

use crate::served::Running;

/// Where `scripts/interop` has put it.
pub(crate) struct Software(PathBuf);

impl Software {
    /// None, and a word about it, where nobody has installed it.
    ///
    /// # Panics
    /// When it is missing where it is demanded.
    #[expect(clippy::print_stderr, reason = "a test that did not run must not look like one that passed")]
    pub(crate) fn installed() -> Option<Self> {
        let folder = std::env::var_os("COUNTERSIGN_TEST_INTEROP").filter(|folder| !folder.is_empty());
        if folder.is_none() {
            let demanded = std::env::var_os("COUNTERSIGN_REQUIRE_INTEROP").is_some();
            assert!(!demanded, "COUNTERSIGN_TEST_INTEROP is not set, and this test is demanded");
            eprintln!(
                "NOT RUN: COUNTERSIGN_TEST_INTEROP is not set to the folder that scripts/interop prints"
            );
        }
        folder.map(|folder| Self(folder.into()))
    }

    /// Starts a program of `interop/python`.
    pub(crate) fn python(&self, program: &str, arguments: &[&OsStr]) -> Program {
        let mut command = Command::new(self.0.join("python/bin/python"));
        command.args(["-W", "ignore"]);
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../interop/python").join(program));
        Program::start(command.args(arguments))
    }

    /// The source of axe-core.
    pub(crate) fn axe(&self) -> String {
        std::fs::read_to_string(self.0.join("node/node_modules/axe-core/axe.min.js")).unwrap()
    }

    /// Starts SimpleSAMLphp as `interop/simplesamlphp` has it set up, on a port; it keeps everything in `folder`.
    pub(crate) fn simplesamlphp(&self, folder: &Path, port: u16) -> Program {
        let address = format!("http://simplesamlphp.localhost:{port}");
        let mut command = Command::new("php");
        command.args(["-S", &format!("127.0.0.1:{port}"), "-t"]);
        command.arg(self.0.join("simplesamlphp/usr/share/simplesamlphp/www"));
        let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../interop/simplesamlphp");
        command.env("SIMPLESAMLPHP_CONFIG_DIR", ours);
        command.env("COUNTERSIGN_BASE", &address).env("COUNTERSIGN_FOLDER", folder);
        Program::listening(command.stderr(Stdio::null()), &address)
    }

    /// A program of `interop/node`, beside which Node finds the libraries.
    pub(crate) fn node(&self, program: &str) -> Command {
        let mut command = Command::new("node");
        command.arg(self.0.join("node").join(program));
        command
    }
}

/// A running program. Dropping it ends it.
pub(crate) struct Program {
    _process: Running,
    /// Its address, as it printed it.
    pub(crate) address: Url,
}

impl Program {
    /// Starts it and waits until it has said where it listens.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut process = Running(command.stdout(Stdio::piped()).spawn().unwrap());
        let mut line = String::new();
        BufReader::new(process.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let Ok(address) = Url::parse(line.trim()) else {
            panic!("{command:?} said {line:?} and ended: {:?}", process.0.wait());
        };
        Self { _process: process, address }
    }

    /// Starts it and waits until it listens at this address.
    fn listening(command: &mut Command, address: &str) -> Self {
        let mut process = Running(command.stdout(Stdio::null()).spawn().unwrap());
        let address = Url::parse(address).unwrap();
        while TcpStream::connect(("127.0.0.1", address.port().unwrap())).is_err() {
            let ended = process.0.try_wait().unwrap();
            assert!(ended.is_none(), "{command:?} ended: {ended:?}");
            std::thread::sleep(Duration::from_millis(5));
        }
        Self { _process: process, address }
    }

    /// A page of it.
    pub(crate) fn at(&self, path: &str) -> String {
        self.address.join(path).unwrap().into()
    }

    pub(crate) fn port(&self) -> String {
        self.address.port().unwrap().to_string()
    }
}

/// What the program's page says of what the browser brought.
pub(crate) async fn result(browser: &Browser) -> Value {
    let shown = browser.find("#result").await.text().await.unwrap();
    serde_json::from_str(&shown).unwrap()
}

/// What stands at an address of this machine, whatever its name is: the system need not know `*.localhost`.
pub(crate) fn get(address: &str) -> String {
    let (status, body) = ask(address);
    assert_eq!(status, 200, "{address}");
    body
}

/// The status of the answer there, and its body.
pub(crate) fn ask(address: &str) -> (u16, String) {
    let url = Url::parse(address).unwrap();
    let authority = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let mut stream = TcpStream::connect(("127.0.0.1", url.port().unwrap())).unwrap();
    write!(stream, "GET {target} HTTP/1.0\r\nHost: {authority}\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.unwrap_or_else(|| panic!("{address}: {head}")), body.to_owned())
}

/// A certificate of somebody else, as PEM.
pub(crate) fn another_certificate(folder: &Path) -> PathBuf {
    another_key(folder).1
}

/// A key of somebody else and its certificate, as PEM.
pub(crate) fn another_key(folder: &Path) -> (PathBuf, PathBuf) {
    key_pair(folder, "other")
}

/// Makes `NAME.key` and its certificate `NAME.pem` in a folder.
pub(crate) fn key_pair(folder: &Path, name: &str) -> (PathBuf, PathBuf) {
    let (key, certificate) = (folder.join(format!("{name}.key")), folder.join(format!("{name}.pem")));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "30",
            "-subj",
            &format!("/CN={name}"),
        ])
        .args(["-keyout".as_ref(), key.as_os_str(), "-out".as_ref(), certificate.as_os_str()])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    (key, certificate)
}

/// The base64 of a certificate between its first and last line.
pub(crate) fn base64_of(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with("-----")).collect()
}
