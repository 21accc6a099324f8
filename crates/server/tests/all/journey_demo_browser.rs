//! `demo --browser`: the newcomer who has neither a fingerprint reader nor a phone does what the
//! demo prints, in the two windows that it opened.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use testkit::browser::Browser;

use crate::demo::{Demo, type_address};
use crate::served::Running;

/// A screen that nobody sees. What is shown on it ends with it.
struct Screen {
    _server: Running,
    display: String,
}

impl Screen {
    fn start() -> Self {
        let server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut server = Running(server.expect("Xvfb is installed"));
        let mut number = String::new();
        BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut number).unwrap();
        Self { _server: server, display: format!(":{}", number.trim()) }
    }
}

#[tokio::test]
async fn journey_demo_browser_by_qr_and_by_passkey_in_two_minutes() {
    let began = Instant::now();
    let screen = Screen::start();
    let mut demo = Demo::start_in_windows(&screen.display);
    let phone = demo.window("phone").await;
    let desktop = demo.window("desktop").await;

    // The steps as they are printed: the phone's passkey, and the code for it.
    phone.click_role("button", "Create a passkey").await;
    phone.wait_for_text("This device is ready").await;
    tab(&desktop, "Sign in").await;
    type_address(&desktop, "maya@acme.example").await;
    desktop.click_role("button", "Scan with your phone").await;
    phone.click_role("button", "Show me").await;
    let digits = desktop.find(".digits").await.text().await.unwrap();
    phone.fill("#digits", &digits).await;
    phone.click_role("button", "Continue").await;
    phone.click_role("button", "Confirm with this phone").await;
    desktop.click_role("button", "Continue as Maya Okafor").await;
    signed_in_to_the_page_asked_for(&desktop, &demo).await;

    // The computer's own passkey, and no session left to come in by.
    tab(&desktop, "Set up this device").await;
    desktop.click_role("button", "Create a passkey").await;
    desktop.wait_for_text("This device is ready").await;
    sign_out(&desktop, &demo).await;
    by_passkey(&desktop, &demo).await;
    assert!(began.elapsed() < Duration::from_secs(120), "a newcomer has two minutes: {:?}", began.elapsed());

    // Ctrl-C closes the windows too; what their devices hold is there again afterwards.
    sign_out(&desktop, &demo).await;
    assert!(demo.stop().success());
    drop((desktop, phone));
    demo.restart_in_windows(&screen.display);
    let (phone, desktop) = (demo.window("phone").await, demo.window("desktop").await);
    phone.wait_for_text("Sign in with this phone").await;
    by_passkey(&desktop, &demo).await;
    for step in ["Create a passkey", "maya@acme.example", "Scan with your phone", "Sign in with a passkey"] {
        assert!(demo.printed().contains(step), "no {step:?} in {}", demo.printed());
    }
    assert!(demo.stop().success());
}

#[test]
fn demo_browser_without_a_display_says_so_and_starts_nothing() {
    refused(&[("DISPLAY", None), ("WAYLAND_DISPLAY", Some(""))], "this machine has no display");
}

#[test]
fn demo_browser_without_chromium_says_so_and_starts_nothing() {
    refused(&[("DISPLAY", Some(":1")), ("PATH", Some("/nowhere"))], "apt install chromium");
}

fn refused(variables: &[(&str, Option<&str>)], sentence: &str) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.args(["demo", "--browser", "--products-port", "0"]).current_dir(folder.path());
    for (name, value) in variables {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && said.contains(sentence), "{said}");
    assert_eq!((output.stdout.len(), std::fs::read_dir(folder.path()).unwrap().count()), (0, 0));
}

async fn by_passkey(desktop: &Browser, demo: &Demo) {
    desktop.goto(&demo.deep_link()).await;
    type_address(desktop, "maya@acme.example").await;
    desktop.click_role("button", "Sign in with a passkey").await;
    signed_in_to_the_page_asked_for(desktop, demo).await;
}

async fn signed_in_to_the_page_asked_for(desktop: &Browser, demo: &Demo) {
    let asked = demo.deep_link();
    desktop.wait_for_url("Jira", |url| url.as_str() == asked).await;
    assert!(desktop.source().await.contains("Signed in as Maya Okafor"));
}

/// By the buttons that the demo names: one at each end.
async fn sign_out(desktop: &Browser, demo: &Demo) {
    for page in [demo.org(), format!("{}/me", demo.idp())] {
        desktop.goto(&page).await;
        desktop.click_role("button", "Sign out").await;
        let form = "form[action='/logout'], form[action='/sign-out']";
        desktop.wait_until("the end", async || (!desktop.has(form).await).then_some(())).await;
    }
}

/// Goes on in the tab whose title begins so.
async fn tab(browser: &Browser, title: &str) {
    browser
        .wait_until(title, async || {
            for tab in browser.tabs().await {
                browser.switch_to(&tab).await;
                if browser.title().await.starts_with(title) {
                    return Some(());
                }
            }
            None
        })
        .await;
}
