//! Service providers that others wrote, connected by hand in the console: they accept the sign-in.

use std::path::Path;

use serde_json::{Value, json};
use testkit::browser::{Browser, Options};
use testkit::schema::{Schema, assert_valid};

use crate::demo::{Demo, enrolled};
use crate::idp_console::{IdpConfiguration, Owner, Typed};
use crate::interop::{Program, Software, another_certificate, base64_of, get, result};

/// The stage: the demo, its console's owner, and Maya with her passkey.
struct Stage {
    software: Software,
    owner: Owner,
    idp: IdpConfiguration,
    maya: Browser,
    folder: tempfile::TempDir,
    _demo: Demo,
}

#[tokio::test]
async fn journey_interop_service_providers_accept_the_sign_in() {
    let Some(software) = Software::installed() else {
        return;
    };
    let demo = Demo::start();
    let owner = Owner::set_up(&demo).await;
    let idp = owner.idp_configuration().await;
    let (maya, _device) = enrolled(Options::desktop(), &demo.enrolment("Maya", "computer")).await;
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage { software, owner, idp, maya, folder, _demo: demo };
    pysaml2(&stage).await;
    node_saml(&stage).await;
    stage.owner.quit().await;
    stage.maya.quit().await;
}

/// Configured from our metadata; it asks for nothing in particular.
async fn pysaml2(stage: &Stage) {
    let metadata = get(&stage.idp.metadata_url);
    assert_valid(metadata.as_bytes(), Schema::Metadata);
    let file = stage.write("idp.xml", &metadata);
    let sp = stage.software.python("sp.py", &[file.as_ref()]);
    let (entity_id, acs_url) = (sp.at("/metadata"), sp.at("/acs"));
    let typed = Typed {
        name: "pysaml2",
        entity_id: &entity_id,
        acs_url: &acs_url,
        name_id: ["unspecified", "user.lastName"],
        claims: [
            ["user.email", "email", "basic"],
            ["user.firstName", "firstname", "unspecified"],
            ["user.lastName", "lastname", "unspecified"],
        ],
        signs: "assertion",
    };
    let application = stage.owner.connect(&typed).await;
    let accepted = |first_name: &str| {
        json!({
            "accepted": true,
            "name_id": "Okafor",
            "format": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
            "attributes": { "email": ["maya@acme.example"], "firstname": [first_name], "lastname": ["Okafor"] },
            "relay_state": "a place",
        })
    };
    assert_eq!(stage.sign_in(&sp.at("/login")).await, accepted("Maya"));
    assert_valid(get(&sp.at("/last")).as_bytes(), Schema::Protocol);
    // The other binding that our metadata lists.
    assert_eq!(stage.sign_in(&sp.at("/login-post")).await, accepted("Maya"));

    stage.owner.remap(&application, 1, "user.username").await;
    assert_eq!(stage.sign_in(&sp.at("/login")).await, accepted("maya@acme.example"));

    // It is our certificate that it believes.
    let port = sp.port();
    drop(sp);
    let other = std::fs::read_to_string(another_certificate(stage.folder.path())).unwrap();
    let forged = metadata.replace(&base64_of(&stage.idp.certificate), &base64_of(&other));
    assert_ne!(forged, metadata);
    let file = stage.write("other.xml", &forged);
    let sp = stage.software.python("sp.py", &[file.as_ref(), port.as_ref()]);
    let refused = stage.sign_in(&sp.at("/login")).await;
    assert_eq!(refused["accepted"], false, "{refused}");
    assert!(refused["error"].as_str().unwrap().starts_with("SignatureError"), "{refused}");
}

/// Configured from the values on our page, and with its defaults else: it demands an e-mail address
/// as the NameID, that the person typed a password over TLS, exactly, and both signatures.
async fn node_saml(stage: &Stage) {
    let certificate = stage.write("idp.pem", &stage.idp.certificate);
    let start = |certificate: &Path, port: &str| {
        let mut command = stage.software.node("sp.mjs");
        Program::start(command.arg(&stage.idp.sso_url).arg(certificate).arg(port))
    };
    let sp = start(&certificate, "0");
    let (entity_id, acs_url) = (sp.at("/metadata"), sp.at("/acs"));
    let typed = Typed {
        name: "node-saml",
        entity_id: &entity_id,
        acs_url: &acs_url,
        name_id: ["emailAddress", "user.email"],
        claims: [
            ["user.username", "email", "unspecified"],
            ["user.firstName", "firstname", "uri"],
            ["user.lastName", "lastname", "basic"],
        ],
        signs: "both",
    };
    let application = stage.owner.connect(&typed).await;
    let accepted = |last_name: &str| {
        json!({
            "accepted": true,
            "name_id": "maya@acme.example",
            "format": "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
            "attributes": { "email": "maya@acme.example", "firstname": "Maya", "lastname": last_name },
            "relay_state": "a place",
        })
    };
    assert_eq!(stage.sign_in(&sp.at("/login")).await, accepted("Okafor"));
    let response = get(&sp.at("/last"));
    assert_valid(response.as_bytes(), Schema::Protocol);
    assert!(response.contains(">urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport<"));

    stage.owner.remap(&application, 2, "user.firstName").await;
    assert_eq!(stage.sign_in(&sp.at("/login")).await, accepted("Maya"));

    let port = sp.port();
    drop(sp);
    let sp = start(&another_certificate(stage.folder.path()), &port);
    let refused = stage.sign_in(&sp.at("/login")).await;
    assert_eq!(refused, json!({ "accepted": false, "error": "Error: Invalid document signature" }));
}

impl Stage {
    /// Maya opens the service provider's door, signs in with her passkey, and is back at its page.
    async fn sign_in(&self, door: &str) -> Value {
        self.maya.clear_cookies().await;
        self.maya.goto(door).await;
        result(&self.maya).await
    }

    fn write(&self, name: &str, text: &str) -> std::path::PathBuf {
        let file = self.folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file
    }
}
