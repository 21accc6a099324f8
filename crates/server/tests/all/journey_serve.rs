//! A bare `serve`: no configuration, an empty folder, and one-time links on the terminal that are the
//! only way to the consoles.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use testkit::browser::{Browser, Options, Transport, VirtualAuthenticator};

use crate::served::{Running, free_ports};

/// A running `serve`. Dropping it ends it.
struct Serve {
    _process: Running,
    printed: Vec<String>,
}

impl Serve {
    /// Starts it in `folder`; only the ports are not the usual ones, for tests run side by side.
    fn start(folder: &Path, [idp, org]: [u16; 2]) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_countersign"))
            .arg("serve")
            .current_dir(folder)
            .env("COUNTERSIGN_IDP_PUBLIC_URL", format!("http://idp.localhost:{idp}"))
            .env("COUNTERSIGN_IDP_LISTEN", format!("127.0.0.1:{idp}"))
            .env("COUNTERSIGN_ORG_PUBLIC_URL", format!("http://org.localhost:{org}"))
            .env("COUNTERSIGN_ORG_LISTEN", format!("127.0.0.1:{org}"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut process = Running(child.unwrap());
        let lines = BufReader::new(process.0.stdout.take().unwrap()).lines().map_while(Result::ok);
        let printed = lines.take_while(|line| !line.starts_with("Stop with")).collect();
        Self { _process: process, printed }
    }

    /// The set-up link below the line that begins so.
    fn set_up_link(&self, service: &str) -> Option<&str> {
        let at = self.printed.iter().position(|line| line.starts_with(service)).unwrap();
        self.printed[at + 1].split_once("set it up within an hour, once: ").map(|(_, link)| link)
    }
}

#[tokio::test]
async fn journey_serve_bare_is_set_up_by_its_links_and_by_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let ports @ [idp_port, org_port] = free_ports();
    let (idp, org) = (format!("http://idp.localhost:{idp_port}"), format!("http://org.localhost:{org_port}"));
    let serve = Serve::start(folder.path(), ports);
    let mode = |name: &str| folder.path().join(name).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("countersign.key"), mode("countersign-data")), (0o600, 0o700));
    let owners = serve.set_up_link("identity provider").expect("a link for the owner").to_owned();
    let administrators = serve.set_up_link("organisation").expect("a link for the administrator").to_owned();
    assert!(owners.starts_with(&idp) && administrators.starts_with(&org));

    // A stranger with a passkey of their own, and every door.
    let stranger = Browser::start(Options::desktop()).await;
    let _theirs = VirtualAuthenticator::attach(&stranger, Transport::Internal).await;
    for path in ["/admin", "/admin/people", "/admin/settings/idp", "/admin/events"] {
        stranger.goto(&format!("{idp}{path}")).await;
        assert_eq!(stranger.url().await.path(), "/login", "{path}");
    }
    for path in ["/admin", "/admin/main", "/admin/main/accounts", "/admin/main/domains"] {
        stranger.goto(&format!("{org}{path}")).await;
        assert!(stranger.url().await.path().starts_with("/login"), "{path}");
    }
    for link in [owners.replace(&idp, &org), administrators.replace(&org, &idp)] {
        stranger.goto(&link).await;
        assert!(!stranger.has("[data-passkey-start], form input[name=email]").await, "{link}");
    }

    // The links: each a passkey, and into the console.
    let owner = Browser::start(Options::desktop()).await;
    let _device = VirtualAuthenticator::attach(&owner, Transport::Internal).await;
    owner.goto(&owners).await;
    owner.fill("input[name=first_name]", "Olga").await;
    owner.fill("input[name=last_name]", "Lind").await;
    owner.fill("input[name=email]", "olga@acme.example").await;
    owner.click("main button[type=submit]").await;
    owner.click("[data-passkey-start]").await;
    owner.wait_for_url("the console", |url| url.as_str() == format!("{idp}/admin")).await;
    owner.wait_for_text("Olga Lind").await;
    owner.goto(&administrators).await;
    owner.click("[data-passkey-start]").await;
    owner.wait_for_text("Your passkey is ready").await;
    owner.goto(&format!("{org}/admin")).await;
    owner.wait_for_text("SAML single sign-on").await;

    // Used once; a restart prints none, and the passkeys are what opens the consoles.
    for link in [&owners, &administrators] {
        stranger.goto(link).await;
        assert!(!stranger.has("[data-passkey-start], form input[name=email]").await, "{link}");
    }
    drop(serve);
    let serve = Serve::start(folder.path(), ports);
    assert_eq!((serve.set_up_link("identity provider"), serve.set_up_link("organisation")), (None, None));
    owner.clear_cookies().await;
    owner.goto(&format!("{idp}/admin")).await;
    owner.wait_for_url("the console", |url| url.path() == "/admin").await;
    owner.wait_for_text("Olga Lind").await;
    owner.goto(&format!("{org}/login/passkey")).await;
    owner.click("[data-passkey-start]").await;
    owner
        .wait_until("a session", async || (!owner.url().await.path().starts_with("/login")).then_some(()))
        .await;
    owner.goto(&format!("{org}/admin")).await;
    owner.wait_for_text("SAML single sign-on").await;
    stranger.quit().await;
    owner.quit().await;
}
