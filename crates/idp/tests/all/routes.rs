//! Every URL, and the headers of every answer.

use http::{HeaderMap, Method, StatusCode};

use crate::house::{House, Sent};

/// The addresses as `routes.rs` spells them.
fn routes() -> Vec<(String, Vec<&'static str>)> {
    let source = include_str!("../../src/routes.rs");
    let constants: Vec<(&str, &str)> = source
        .lines()
        .filter_map(|line| line.strip_prefix("pub(crate) const "))
        .filter_map(|line| line.split_once(": &str = \""))
        .filter_map(|(name, rest)| rest.split_once('"').map(|(path, _)| (name, path)))
        .collect();
    let mut routes = Vec::new();
    for part in source.split(".route(").skip(1) {
        let part = part.trim_start();
        let (path, rest) = match part.strip_prefix('"') {
            Some(part) => part.split_once('"').expect("an end"),
            None => {
                let (name, rest) = part.split_once(',').expect("a method");
                let known = constants.iter().find(|(known, _)| *known == name);
                (known.expect("a constant").1, rest)
            }
        };
        let verbs = [("get(", "GET"), ("post(", "POST")];
        let verbs = verbs.into_iter().filter(|(call, _)| rest.contains(call)).map(|(_, verb)| verb).collect();
        routes.push((path.to_owned(), verbs));
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
            .replace("{token}", &"A".repeat(43))
            .replace("{handle}", &"A".repeat(43));
        for verb in [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::HEAD] {
            let offered = verbs.contains(&verb.as_str()) || (verb == Method::HEAD && verbs.contains(&"GET"));
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
