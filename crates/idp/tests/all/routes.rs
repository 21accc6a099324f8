//! Every URL, and the headers of every answer.

use http::header::ALLOW;
use http::{HeaderMap, Method, StatusCode};
use idp::acts::invitations::Device;

use crate::house::{House, Sent};
use crate::qr_parties::Parties;

/// The addresses with their methods, as `routes.rs` spells them.
pub(crate) fn routes() -> Vec<(String, Vec<&'static str>)> {
    let source = include_str!("../../src/routes.rs");
    let constants: Vec<(&str, &str)> = source
        .lines()
        .filter_map(|line| line.strip_prefix("pub(crate) const "))
        .filter_map(|line| line.split_once(": &str = \""))
        .filter_map(|(name, rest)| rest.split_once('"').map(|(path, _)| (name, path)))
        .collect();
    let mut rest = source;
    let mut routes = Vec::new();
    let addresses = idp::addresses();
    for (number, address) in addresses.iter().enumerate() {
        let spelled = |address: &str| {
            let constant = constants.iter().find(|(_, path)| *path == address).map(|(name, _)| *name);
            let starts = match constant {
                Some(name) => [format!("({name},"), format!(" {name},")],
                None => [format!("(\"{address}\","), format!(" \"{address}\",")],
            };
            starts.iter().filter_map(|start| rest.find(start)).min()
        };
        let from = spelled(address).expect("it stands there");
        let to = addresses.get(number + 1).and_then(|next| spelled(next)).unwrap_or(rest.len());
        let verbs = [("get(", "GET"), ("post(", "POST"), ("without_head(", "no HEAD")];
        let verbs = verbs.into_iter().filter(|(call, _)| rest[from..to].contains(call));
        routes.push(((*address).to_owned(), verbs.map(|(_, verb)| verb).collect()));
        rest = &rest[to..];
    }
    routes
}

#[test]
fn every_url_once() {
    let lines: Vec<_> =
        routes().into_iter().map(|(path, verbs)| format!("{path} {}", verbs.join(" "))).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

fn assert_protected(what: &str, headers: &HeaderMap) {
    let value =
        |name: &str| headers.get(name).unwrap_or_else(|| panic!("{what}: no {name}")).to_str().expect("text");
    let policy = value("content-security-policy");
    assert!(
        policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
        "{what}: {policy}"
    );
    assert!(!policy.contains("unsafe"), "{what}: {policy}");
    assert_eq!(value("x-content-type-options"), "nosniff", "{what}");
    assert!(!value("referrer-policy").is_empty(), "{what}");
    assert!(!value("permissions-policy").is_empty(), "{what}");
    assert_eq!(value("cross-origin-opener-policy"), "same-origin", "{what}");
    assert!(!value("cache-control").is_empty(), "{what}");
}

#[tokio::test]
async fn every_answer_is_protected_whatever_its_status() {
    let house = House::new().await;
    let mut browser = house.browser();
    let id = "00000000-0000-7000-8000-000000000000";
    for (path, verbs) in routes() {
        let path = path
            .replace("{id}", id)
            .replace("{device}", id)
            .replace("{person}", id)
            .replace("{group}", id)
            .replace("{step}", "application")
            .replace("{token}", &"A".repeat(43))
            .replace("{handle}", &"A".repeat(43));
        for verb in [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::HEAD] {
            let looks = verb == Method::HEAD && verbs.contains(&"GET") && !verbs.contains(&"no HEAD");
            let offered = verbs.contains(&verb.as_str()) || looks;
            let body = if verb == Method::POST { Sent::Form(String::new()) } else { Sent::Nothing };
            let reply = browser.send(verb.clone(), &path, body).await;
            let what = format!("{verb} {path}: {}", reply.status);
            assert_protected(&what, &reply.headers);
            assert_eq!(reply.status == StatusCode::METHOD_NOT_ALLOWED, !offered, "{what}");
            assert!(!reply.status.is_server_error(), "{what}: {}", reply.body);
            if path != "/saml/metadata" && reply.status != StatusCode::METHOD_NOT_ALLOWED {
                assert_eq!(reply.headers["cache-control"], "no-store", "{what}");
            }
        }
    }
    for path in ["/nothing", "/admin/nothing", "/.well-known/nothing", "/sign-in/x", "/admin/people/x"] {
        let reply = browser.get(path).await;
        assert!(reply.status.is_client_error(), "{path}: {}", reply.status);
        assert_protected(path, &reply.headers);
    }
    let large = Sent::Form("a".repeat(300 * 1024));
    let reply = browser.send(Method::POST, "/admin/people/new", large).await;
    assert_protected("a large body", &reply.headers);
}

/// How many write transactions there have been.
fn writes(house: &House) -> u64 {
    house.store.turns().cells.iter().map(|(_, count)| count).sum()
}

/// A link checker asks with HEAD: whatever waits under an address, the person comes for it later.
#[tokio::test]
async fn head_writes_nothing_anywhere_and_takes_nothing() {
    let mut parties = Parties::new().await;
    parties.make_known().await;
    let handle = posted(&mut parties).await;
    let (code, phone) = parties.approved().await;
    let invitation = parties.house.invitation(parties.maya.id, Device::Computer).await;
    let asked = parties.sp.ask(&parties.house).url;
    let id = code.sign_in.strip_prefix("/sign-in/").expect("a sign-in");
    let Parties { house, desktop, .. } = &mut parties;

    let before = writes(house);
    for (path, verbs) in routes().into_iter().filter(|(_, verbs)| verbs.contains(&"GET")) {
        let path = match path.as_str() {
            "/saml/sso" => asked.clone(),
            "/saml/sso/{handle}" => handle.clone(),
            "/q/{handle}" => code.link.clone(),
            "/phone/{id}" => phone.clone(),
            "/invitation/{token}" => invitation.clone(),
            path if path.starts_with("/sign-in/") => path.replace("{id}", id),
            path => path.replace("{id}", "00000000-0000-7000-8000-000000000000"),
        };
        let reply = desktop.send(Method::HEAD, &path, Sent::Nothing).await;
        assert_eq!(writes(house), before, "HEAD {path}: {}", reply.status);
        let refused = reply.status == StatusCode::METHOD_NOT_ALLOWED;
        assert_eq!(refused, verbs.contains(&"no HEAD"), "HEAD {path}: {}", reply.status);
        assert!(!refused || reply.headers[ALLOW].to_str().is_ok_and(|allowed| allowed.contains("GET")));
    }

    // All of it was there to be taken.
    for path in [&asked, &handle, &format!("{}/qr", code.sign_in), &code.sign_in] {
        let before = writes(house);
        let reply = desktop.get(path).await;
        assert!(writes(house) > before, "GET {path}: {}", reply.status);
    }
}

/// A request by the POST binding, kept for the desktop: the path at which it waits.
async fn posted(parties: &mut Parties) -> String {
    let xml = parties.sp.request(&parties.house).message().encode().expect("writes");
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("SAMLRequest", &saml::binding::post::encode(&xml));
    let kept = parties.desktop.send(Method::POST, "/saml/sso", Sent::Foreign(form.finish())).await;
    kept.to().to_owned()
}
