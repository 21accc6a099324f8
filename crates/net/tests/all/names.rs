//! Names, asked of a real name server on loopback.

use std::net::IpAddr;
use std::time::Instant;

use net::{Client, FetchError, Inside, Limits, LookupError, NameServers, Outside, Resolver};
use testkit::https::HttpsServer;
use testkit::name_server::{Mood, NameServer};
use url::Url;

fn resolver(server: &NameServer) -> Resolver {
    Resolver::new(&these(server)).expect("resolver")
}

fn these(server: &NameServer) -> NameServers {
    NameServers::These(vec![server.address()])
}

fn ip(text: &str) -> IpAddr {
    text.parse().expect("address")
}

#[tokio::test]
async fn text_records_are_read_as_they_are_now() {
    let server = NameServer::start().await;
    let resolver = resolver(&server);
    let read = async || resolver.text_records("acme.example").await.expect("an answer");
    assert_eq!(read().await, [""; 0], "a name that does not exist");
    server.set_texts("acme.example", &["v=spf1 -all", "token=1"]);
    assert_eq!(read().await, ["v=spf1 -all", "token=1"]);
    server.set_texts("acme.example", &["token=2"]);
    assert_eq!(read().await, ["token=2"], "nothing is remembered");
    server.set_texts("acme.example", &[]);
    assert_eq!(read().await, [""; 0], "a name without such records");
}

#[tokio::test]
async fn long_and_many_records_come_whole() {
    let server = NameServer::start().await;
    let long = "x".repeat(700);
    let mut texts = vec![long.as_str(); 1];
    let others: Vec<String> = (0..80).map(|number| format!("another record, the {number}th")).collect();
    texts.extend(others.iter().map(String::as_str));
    server.set_texts("acme.example", &texts);
    let read = resolver(&server).text_records("ACME.example").await.expect("an answer");
    assert_eq!(read, texts, "over TCP, for UDP has no room");
}

#[tokio::test]
async fn an_alias_proves_nothing() {
    let server = NameServer::start().await;
    server.set_texts("somebody-else.example", &["token=1"]);
    server.set_alias("acme.example", "somebody-else.example");
    let read = resolver(&server).text_records("acme.example").await.expect("an answer");
    assert_eq!(read, [""; 0]);
    let theirs = resolver(&server).text_records("somebody-else.example").await.expect("an answer");
    assert_eq!(theirs, ["token=1"]);
}

#[tokio::test]
async fn not_knowing_is_not_knowing_that_there_is_nothing() {
    let server = NameServer::start().await;
    server.set_texts("acme.example", &["token=1"]);
    let resolver = resolver(&server);
    for mood in [Mood::Failing, Mood::Silent] {
        server.set_mood(mood);
        let began = Instant::now();
        let read = resolver.text_records("acme.example").await;
        assert!(matches!(read, Err(LookupError::Unanswered)), "{mood:?}: {read:?}");
        assert!(began.elapsed().as_secs() < 6, "{mood:?}");
    }
    server.set_mood(Mood::Well);
    assert_eq!(resolver.text_records("acme.example").await.expect("an answer"), ["token=1"]);
    assert!(server.asked() >= 3);
    let wrong = resolver.text_records(&"a.".repeat(200)).await;
    assert!(matches!(wrong, Err(LookupError::NotAName)), "{wrong:?}");
}

/// A client whose names the server tells, to which loopback is opened or not.
fn client(names: &NameServer, site: &HttpsServer, inside: Inside) -> Client {
    let outside = Outside {
        inside,
        name_servers: these(names),
        authorities: site.authority().as_bytes().to_vec(),
        https_port: Some(site.address().port()),
    };
    Client::open(&outside).expect("client")
}

#[tokio::test]
async fn a_file_is_fetched_from_the_address_that_was_judged() {
    let (names, site) = (NameServer::start().await, HttpsServer::start(&["acme.example"]).await);
    site.set_file("/file", "hello");
    let url = Url::parse("https://acme.example/file").expect("url");
    let opened = || Inside::networks(["127.0.0.1"]).expect("network");
    let read = async |inside| client(&names, &site, inside).get(&url, Limits::ORDINARY).await;

    assert!(matches!(read(opened()).await, Err(FetchError::Unresolved)));
    names.set_addresses("acme.example", &[&[ip("127.0.0.1")]]);
    assert_eq!(read(opened()).await.expect("fetched").body(), b"hello");
    let visits = site.visits();

    let refused = read(Inside::default()).await;
    assert!(matches!(refused, Err(FetchError::Inside)), "{refused:?}");
    for other in ["::1", "::ffff:127.0.0.1", "10.0.0.1", "169.254.169.254"] {
        names.set_addresses("acme.example", &[&[ip("8.8.8.8"), ip(other)]]);
        let refused = read(Inside::default()).await;
        assert!(matches!(refused, Err(FetchError::Inside)), "{other}: {refused:?}");
    }
    assert_eq!(site.visits(), visits, "nobody was there");
}

/// First a public address, then loopback: whoever asked twice, once to judge and once to connect,
/// would arrive at loopback.
#[tokio::test]
async fn a_name_bound_anew_leads_nowhere() {
    let (names, site) = (NameServer::start().await, HttpsServer::start(&["acme.example"]).await);
    site.set_file("/file", "secret");
    // 192.0.2.1 is nobody's, but judged as public where its network is opened.
    let inside = Inside::networks(["192.0.2.0/24"]).expect("network");
    names.set_addresses("acme.example", &[&[ip("192.0.2.1")], &[ip("127.0.0.1")]]);
    let url = Url::parse("https://acme.example/file").expect("url");
    let soon = Limits { time: std::time::Duration::from_secs(1), ..Limits::ORDINARY };
    let refused = client(&names, &site, inside).get(&url, soon).await;
    assert!(matches!(refused, Err(FetchError::TimedOut | FetchError::Failed(_))), "{refused:?}");
    assert_eq!(site.visits(), 0);
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let (names, site) = (NameServer::start().await, HttpsServer::start(&["other.example"]).await);
    names.set_addresses("acme.example", &[&[ip("127.0.0.1")]]);
    site.set_file("/file", "hello");
    let url = Url::parse("https://acme.example/file").expect("url");
    let inside = Inside::networks(["127.0.0.1"]).expect("network");
    let refused = client(&names, &site, inside).get(&url, Limits::ORDINARY).await;
    assert!(matches!(refused, Err(FetchError::Failed(_))), "{refused:?}");
}
