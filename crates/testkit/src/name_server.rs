//! A name server on loopback, over UDP and TCP, whose zone the test writes.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hickory_server::Server;
use hickory_server::net::runtime::Time;
use hickory_server::proto::op::{Header, HeaderCounts, Metadata, ResponseCode};
use hickory_server::proto::rr::rdata::{A, AAAA, CNAME, TXT};
use hickory_server::proto::rr::{Name, RData, Record, RecordType};
use hickory_server::server::{Request, RequestHandler, ResponseHandler, ResponseInfo};
use hickory_server::zone_handler::MessageResponseBuilder;
use tokio::net::{TcpListener, UdpSocket};

/// A name server that knows what a test tells it. It answers until it is dropped.
pub struct NameServer {
    address: SocketAddr,
    zone: Arc<Mutex<Zone>>,
    _server: Server<Handler>,
}

/// How questions are met.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mood {
    /// With what the zone says.
    #[default]
    Well,
    /// With "server failure".
    Failing,
    /// Not at all.
    Silent,
}

#[derive(Default)]
struct Zone {
    /// What a name has of a type: one answer after the other, the last one for ever.
    records: BTreeMap<(String, RecordType), Vec<Vec<RData>>>,
    mood: Mood,
    asked: usize,
}

impl NameServer {
    /// Listens on a port that UDP and TCP have both free.
    pub async fn start() -> Self {
        let zone = Arc::new(Mutex::new(Zone::default()));
        let mut server = Server::new(Handler(Arc::clone(&zone)));
        let (tcp, udp) = loop {
            let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("loopback");
            let address = tcp.local_addr().expect("an address");
            if let Ok(udp) = UdpSocket::bind(address).await {
                break (tcp, udp);
            }
        };
        let address = tcp.local_addr().expect("an address");
        server.register_listener(tcp, Duration::from_secs(5), 32);
        server.register_socket(udp);
        Self { address, zone, _server: server }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Puts up the text records of a name, in place of those before; none takes them down.
    pub fn set_texts(&self, name: &str, texts: &[&str]) {
        let texts = texts.iter().map(|text| RData::TXT(TXT::new(chunks(text)))).collect();
        self.set(name, RecordType::TXT, vec![texts]);
    }

    /// Puts up an alias.
    pub fn set_alias(&self, name: &str, to: &str) {
        let alias = RData::CNAME(CNAME(parsed(to)));
        self.set(name, RecordType::CNAME, vec![vec![alias]]);
    }

    /// The addresses of a name: each list once, one after the other, and the last one for ever.
    /// More than one list is how a name is bound anew between two questions.
    pub fn set_addresses(&self, name: &str, answers: &[&[IpAddr]]) {
        let v4 = |ip: &IpAddr| match ip {
            IpAddr::V4(ip) => Some(RData::A(A(*ip))),
            IpAddr::V6(_) => None,
        };
        let v6 = |ip: &IpAddr| match ip {
            IpAddr::V6(ip) => Some(RData::AAAA(AAAA(*ip))),
            IpAddr::V4(_) => None,
        };
        let of = |kind: &dyn Fn(&IpAddr) -> Option<RData>| {
            answers.iter().map(|list| list.iter().filter_map(kind).collect()).collect()
        };
        self.set(name, RecordType::A, of(&v4));
        self.set(name, RecordType::AAAA, of(&v6));
    }

    /// How it answers from now on.
    pub fn set_mood(&self, mood: Mood) {
        self.zone().mood = mood;
    }

    /// How many questions came.
    pub fn asked(&self) -> usize {
        self.zone().asked
    }

    fn set(&self, name: &str, kind: RecordType, answers: Vec<Vec<RData>>) {
        self.zone().records.insert((key(&parsed(name)), kind), answers);
    }

    fn zone(&self) -> std::sync::MutexGuard<'_, Zone> {
        self.zone.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Zone {
    /// What is known of a name, following aliases; `None`: there is no such name.
    fn answer(&mut self, name: &Name, kind: RecordType) -> Option<Vec<Record>> {
        if !self.records.keys().any(|(known, _)| *known == key(name)) {
            return None;
        }
        if let Some(alias) = self.next(name, RecordType::CNAME).into_iter().next() {
            let RData::CNAME(to) = &alias.data else { return None };
            let to = to.0.clone();
            let mut chain = vec![alias];
            chain.extend(self.answer(&to, kind).unwrap_or_default());
            return Some(chain);
        }
        Some(self.next(name, kind))
    }

    fn next(&mut self, name: &Name, kind: RecordType) -> Vec<Record> {
        let Some(answers) = self.records.get_mut(&(key(name), kind)) else { return Vec::new() };
        let data = match answers.len() {
            0 => return Vec::new(),
            1 => answers[0].clone(),
            _ => answers.remove(0),
        };
        data.into_iter().map(|data| Record::from_rdata(name.clone(), 0, data)).collect()
    }
}

struct Handler(Arc<Mutex<Zone>>);

impl Handler {
    async fn handle(&self, request: &Request, mut to: impl ResponseHandler) -> ResponseInfo {
        let mut metadata = Metadata::response_from_request(&request.metadata);
        let unsent = ResponseInfo::from(Header { metadata, counts: HeaderCounts::default() });
        let Ok(asked) = request.request_info() else { return unsent };
        let found = {
            let mut zone = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            zone.asked += 1;
            match zone.mood {
                Mood::Silent => return unsent,
                Mood::Failing => Err(ResponseCode::ServFail),
                Mood::Well => {
                    let found = zone.answer(&Name::from(asked.query.name()), asked.query.query_type());
                    found.ok_or(ResponseCode::NXDomain)
                }
            }
        };
        metadata.recursion_available = true;
        metadata.response_code = found.as_ref().err().copied().unwrap_or(ResponseCode::NoError);
        let records = found.unwrap_or_default();
        let builder = MessageResponseBuilder::from_message_request(request);
        let response = builder.build(metadata, &records, [], [], []);
        to.send_response(response).await.unwrap_or(unsent)
    }
}

impl RequestHandler for Handler {
    // What the trait's own attribute writes for an async function.
    fn handle_request<'life0, 'life1, 'async_trait, R, T>(
        &'life0 self,
        request: &'life1 Request,
        response_handle: R,
    ) -> Pin<Box<dyn Future<Output = ResponseInfo> + Send + 'async_trait>>
    where
        R: 'async_trait + ResponseHandler,
        T: 'async_trait + Time,
        'life0: 'async_trait,
        'life1: 'async_trait,
        Self: 'async_trait,
    {
        Box::pin(self.handle(request, response_handle))
    }
}

fn parsed(name: &str) -> Name {
    let mut name = Name::from_ascii(name).expect("a name");
    name.set_fqdn(true);
    name
}

fn key(name: &Name) -> String {
    name.to_ascii().to_ascii_lowercase()
}

/// One string of a record holds 255 bytes; a longer text is several.
fn chunks(text: &str) -> Vec<String> {
    let chunks = text.as_bytes().chunks(255);
    chunks.map(|chunk| String::from_utf8_lossy(chunk).into_owned()).collect()
}
