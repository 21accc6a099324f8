//! What is posted must come from our own page, made for this browser (T047, T091, T124).

use http::StatusCode;

use crate::support::{self, COOKIE_NAME, open_form, post_form, service};

#[tokio::test]
async fn our_own_page_may_post() {
    let router = service(support::OUR_ORIGIN);
    let (cookie, token) = open_form(&router).await;
    assert!(cookie.starts_with("__Host-idp-browser="));
    let answer =
        post_form(&router, "/form", &[(COOKIE_NAME, &cookie)], &format!("csrf={token}&name=Maya")).await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "Maya"));
    assert_eq!(answer.cookie(), "", "the browser has its cookie");
}

#[tokio::test]
async fn nobody_else_may() {
    let router = service(support::OUR_ORIGIN);
    let (cookie, token) = open_form(&router).await;
    let (other_cookie, other_token) = open_form(&router).await;
    assert_ne!(cookie, other_cookie);
    let good = format!("csrf={token}&name=Maya");
    let mine = (COOKIE_NAME, cookie.as_str());
    for (what, headers, body, status) in [
        ("no cookie", vec![], good.clone(), 403),
        ("another browser", vec![(COOKIE_NAME, other_cookie.as_str())], good.clone(), 403),
        ("another's token", vec![mine], format!("csrf={other_token}&name=Maya"), 403),
        ("no token", vec![mine], "name=Maya".to_owned(), 403),
        ("empty token", vec![mine], "csrf=&name=Maya".to_owned(), 403),
        ("two tokens", vec![mine], format!("csrf={token}&csrf={token}&name=Maya"), 400),
        ("two names", vec![mine], format!("{good}&name=Eve"), 400),
        ("mis-cased", vec![mine], format!("csrf={token}&Name=Maya"), 400),
        ("foreign origin", vec![mine, ("origin", "https://evil.example")], good.clone(), 403),
        ("null origin", vec![mine, ("origin", "null")], good.clone(), 403),
        ("no proof", vec![mine, ("origin", ""), ("sec-fetch-site", "")], good.clone(), 403),
        ("same site", vec![mine, ("sec-fetch-site", "same-site")], good.clone(), 403),
        ("text/plain", vec![mine, ("content-type", "text/plain")], good.clone(), 415),
        ("multipart", vec![mine, ("content-type", "multipart/form-data; boundary=x")], good.clone(), 415),
        ("json", vec![mine, ("content-type", "application/json")], good.clone(), 415),
        ("too large", vec![mine], format!("{good}{}", "a".repeat(1000)), 413),
    ] {
        let answer = post_form(&router, "/form", &headers, &body).await;
        assert_eq!(answer.status.as_u16(), status, "{what}: {}", answer.body);
    }
}

#[tokio::test]
async fn an_announced_giant_is_not_read() {
    let router = service(support::OUR_ORIGIN);
    let answer = post_form(&router, "/foreign", &[("content-length", "99999999999")], "name=x").await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn scripts_carry_the_token_in_a_header() {
    let router = service(support::OUR_ORIGIN);
    let (cookie, token) = open_form(&router).await;
    let json = ("content-type", "application/json");
    let mine = (COOKIE_NAME, cookie.as_str());
    let good = "{\"name\":\"Maya\"}";
    let sent = post_form(&router, "/json", &[mine, json, ("x-csrf-token", &token)], good).await;
    assert_eq!((sent.status.as_u16(), sent.body.as_str()), (200, "Maya"));
    for (what, headers, body, status) in [
        ("no token", vec![mine, json], good, 403),
        ("no cookie", vec![json, ("x-csrf-token", token.as_str())], good, 403),
        ("a form", vec![mine, ("x-csrf-token", token.as_str())], "name=Maya", 415),
        (
            "text/plain",
            vec![mine, ("x-csrf-token", token.as_str()), ("content-type", "text/plain")],
            good,
            415,
        ),
        (
            "foreign",
            vec![mine, json, ("x-csrf-token", token.as_str()), ("origin", "https://evil.example")],
            good,
            403,
        ),
        ("twice", vec![mine, json, ("x-csrf-token", token.as_str())], "{\"name\":\"a\",\"name\":\"b\"}", 400),
        ("cut", vec![mine, json, ("x-csrf-token", token.as_str())], "{\"name\":", 400),
    ] {
        let answer = post_form(&router, "/json", &headers, body).await;
        assert_eq!(answer.status.as_u16(), status, "{what}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_foreign_form_is_read_but_strictly() {
    let router = service(support::OUR_ORIGIN);
    let foreign = [("origin", "https://idp.example"), ("sec-fetch-site", "cross-site")];
    assert_eq!(post_form(&router, "/foreign", &foreign, "name=Maya").await.body, "Maya");
    for body in ["", "name=a&name=b", "name[]=a", "NAME=a", "name=%00"] {
        assert_eq!(post_form(&router, "/foreign", &foreign, body).await.status, 400, "{body}");
    }
    assert_eq!(support::get_path(&router, "/query?name=Maya").await.body, "Maya");
    for query in ["", "?name=a&name=b", "?name[]=a", "?Name=a"] {
        let answer = support::get_path(&router, &format!("/query{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
    }
}

#[tokio::test]
async fn a_cookie_of_another_name_names_no_browser() {
    let router = service(support::OUR_ORIGIN);
    let (cookie, token) = open_form(&router).await;
    let value = cookie.split_once('=').expect("pair").1;
    let body = format!("csrf={token}&name=Maya");
    for line in [
        format!("__Host-org-browser={value}"),
        format!("idp-browser={value}"),
        format!("__Secure-idp-browser={value}"),
        format!("__Host-idp-browser={value}; __Host-idp-browser={}", "A".repeat(43)),
        format!("__Host-idp-browser={value}A"),
    ] {
        let answer = post_form(&router, "/form", &[(COOKIE_NAME, &line)], &body).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{line}");
    }
}
