//! 64 browsers that are signed in and ask again and again, each on its own connection.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::{Duration, Instant};

use http::Request;
use http::header::{COOKIE, HOST};
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use saml::core::{RelayState, RequestId};
use saml::sp::RequestToSend;
use testkit::OsEntropy;
use tokio::net::TcpStream;
use tokio::task::LocalSet;

use super::served::Deployment;

store::statements! {
    COUNT_ISSUED = "select count(*) from event where kind = 'assertion.issued'";
}

/// The load, and what came of it.
pub(crate) struct Load {
    clients: Vec<Client>,
    /// Forms with a signed response that came, those of the first sign-ins included.
    pub(crate) answered: u64,
    /// Octets of one.
    pub(crate) page: usize,
    latencies: Vec<Duration>,
}

struct Client {
    connection: SendRequest<String>,
    /// The cookies of a browser that is signed in.
    cookies: String,
    host: String,
    party: Party,
}

/// What makes a request.
#[derive(Clone)]
struct Party {
    us: org::model::ServiceProvider,
    sso_url: saml::core::SsoUrl,
    relay_state: RelayState,
}

impl Load {
    /// Signs everybody in, by passkey, and connects their browsers.
    pub(crate) async fn connect(deployment: &Deployment, connections: usize) -> Load {
        let party = Party {
            us: deployment.service_provider.clone(),
            sso_url: deployment.sso_url.clone(),
            relay_state: RelayState::parse("0123456789abcdefghijklmnopqrstuvwxyzABCDEFG").unwrap(),
        };
        let host = deployment.idp_origin().trim_start_matches("http://").to_owned();
        let (mut clients, mut answered) = (Vec::new(), 0);
        for number in 0..connections {
            let person = &deployment.people[number % deployment.people.len()];
            let mut browser = deployment.browser();
            let page = browser.visit(&party.ask()).await.expect("the server answers");
            let go = browser.prove(&page, &person.authenticator).await.expect("the server answers");
            let page = browser.get(&go).await.expect("the server answers");
            assert!(page.form().is_some(), "{page:?}");
            answered += 1;
            let connection = connect(deployment.address()).await;
            let cookies = browser.cookies("idp.localhost");
            clients.push(Client { connection, cookies, host: host.clone(), party: party.clone() });
        }
        Load { clients, answered, page: 0, latencies: Vec::new() }
    }

    /// Every browser asks, and asks again once it is answered, until the time is over.
    pub(crate) async fn run(&mut self, time: Duration) {
        let until = Instant::now() + time;
        let tasks = LocalSet::new();
        let asking: Vec<_> =
            self.clients.drain(..).map(|client| tasks.spawn_local(client.ask_until(until))).collect();
        tasks.await;
        self.latencies.clear();
        for task in asking {
            let (client, latencies, page) = task.await.unwrap();
            self.answered += latencies.len() as u64;
            self.page = page;
            self.latencies.extend(latencies);
            self.clients.push(client);
        }
    }

    /// The time within which half of the last round, and 99 of 100, were answered, in milliseconds.
    pub(crate) fn latencies(&self) -> [f64; 2] {
        let mut all = self.latencies.clone();
        all.sort();
        [all.len() / 2, all.len() * 99 / 100].map(|at| all[at].as_secs_f64() * 1e3)
    }

    /// After the server was killed: every form that came has its event.
    pub(crate) async fn is_written(&self, deployment: &Deployment) {
        let store = deployment.idp.store(&idp::migrations()).await;
        let row = store.read().await.unwrap().query_opt(COUNT_ISSUED, []).await.unwrap().unwrap();
        assert_eq!(row.get::<i64>(0).unwrap(), i64::try_from(self.answered).unwrap());
    }
}

impl Client {
    async fn ask_until(mut self, until: Instant) -> (Self, Vec<Duration>, usize) {
        let (mut latencies, mut page) = (Vec::new(), 0);
        while Instant::now() < until {
            let asked = Instant::now();
            page = self.ask().await;
            latencies.push(asked.elapsed());
        }
        (self, latencies, page)
    }

    async fn ask(&mut self) -> usize {
        let address = self.party.ask();
        let path = address.split_once(&self.host).unwrap().1;
        let request = Request::get(path)
            .header(HOST, &self.host)
            .header(COOKIE, &self.cookies)
            .header("user-agent", "Mozilla/5.0 (X11; Linux x86_64) Chrome/142.0 Safari/537.36")
            .body(String::new())
            .unwrap();
        self.connection.ready().await.unwrap();
        let (parts, body) = self.connection.send_request(request).await.unwrap().into_parts();
        let body = read(body).await;
        let form = body.windows(FIELD.len()).any(|window| window == FIELD);
        assert!(parts.status == 200 && form, "{parts:?} {}", String::from_utf8_lossy(&body));
        body.len()
    }
}

impl Party {
    /// The address that a fresh request goes to.
    fn ask(&self) -> String {
        let request = RequestToSend {
            id: RequestId::from_random(OsEntropy.array::<20>()),
            now: jiff::Timestamp::now(),
            issuer: &self.us.entity_id,
            acs_url: &self.us.acs_url,
            sso_url: &self.sso_url,
            name_id_format: None,
            requested_authn_context: None,
            force_authn: false,
        };
        request.redirect(Some(&self.relay_state)).unwrap()
    }
}

/// A connection of HTTP/1.1 that is kept.
pub(crate) async fn connect(address: SocketAddr) -> SendRequest<String> {
    let stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (client, connection) = handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(async move {
        // It ends when the server is killed.
        let _ended = connection.await;
    });
    client
}

/// A body, whole.
pub(crate) async fn read(mut body: Incoming) -> Vec<u8> {
    let mut octets = Vec::new();
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        if let Ok(part) = frame.unwrap().into_data() {
            octets.extend_from_slice(&part);
        }
    }
    octets
}

const FIELD: &[u8] = b"name=\"SAMLResponse\"";
