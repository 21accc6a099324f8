//! A small reverse proxy, as stands before a deployment: real connections, one request each.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A proxy on a port of its own. Dropping it ends it and every connection through it.
pub(crate) struct Proxy {
    address: SocketAddr,
    way: Arc<Way>,
    accepting: JoinHandle<()>,
}

/// Where requests go, and what becomes of them on the way.
struct Way {
    to: SocketAddr,
    place: Mutex<Place>,
    requests: AtomicUsize,
    lost: Mutex<Option<&'static str>>,
}

/// From where a proxy connects, and what it says in `X-Forwarded-For`, if it says anything.
pub(crate) type Place = ([u8; 4], Option<&'static str>);

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Proxy {
    /// Hands every request on to a port of this machine, as itself.
    pub(crate) async fn to(port: u16) -> Self {
        Self::at(port, (Ipv4Addr::LOCALHOST.octets(), None)).await
    }

    /// Hands every request on to a port of this machine, from this place.
    pub(crate) async fn at(port: u16, place: Place) -> Self {
        let to = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let way = Way { to, place: Mutex::new(place), requests: AtomicUsize::new(0), lost: Mutex::new(None) };
        let way = Arc::new(way);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let accepting = tokio::spawn(accept(listener, Arc::clone(&way)));
        Self { address, way, accepting }
    }

    /// From now on it stands in another place.
    pub(crate) fn moves(&self, place: Place) {
        *self.way.place.lock().unwrap() = place;
    }

    /// Where it listens, as `127.0.0.1:PORT`.
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// How many requests it has handed on.
    pub(crate) fn requests(&self) -> usize {
        self.way.requests.load(Ordering::Relaxed)
    }

    /// Of the next request whose path begins so, the server's answer gets lost: the browser is told of a timeout.
    pub(crate) fn lose_answer(&self, path: &'static str) {
        *self.way.lost.lock().unwrap() = Some(path);
    }
}

async fn accept(listener: TcpListener, way: Arc<Way>) {
    let mut open = JoinSet::new();
    loop {
        let (browser, _) = listener.accept().await.unwrap();
        // Whoever breaks off does so on either side: the other side learns it.
        open.spawn(carry(browser, Arc::clone(&way)));
        while open.try_join_next().is_some() {}
    }
}

async fn carry(mut browser: TcpStream, way: Arc<Way>) -> io::Result<()> {
    let Some((head, mut body)) = head(&mut browser).await? else { return Ok(()) };
    way.requests.fetch_add(1, Ordering::Relaxed);
    let loses = way.loses(&head);
    let (from, client) = *way.place.lock().unwrap();
    let socket = TcpSocket::new_v4()?;
    socket.bind((IpAddr::from(from), 0).into())?;
    let Ok(mut server) = socket.connect(way.to).await else {
        return browser.write_all(&answer("502 Bad Gateway", "the proxy reached nobody")).await;
    };
    server.write_all(rewritten(&head, client).as_bytes()).await?;
    if loses {
        let already = body.len();
        body.resize(content_length(&head).max(already), 0);
        browser.read_exact(&mut body[already..]).await?;
        server.write_all(&body).await?;
        server.read_to_end(&mut Vec::new()).await?;
        return browser.write_all(&answer("504 Gateway Timeout", "the proxy lost the answer")).await;
    }
    server.write_all(&body).await?;
    copy_bidirectional(&mut browser, &mut server).await.map(|_| ())
}

/// The head of a request, and what of its body came with it; none when nothing comes.
async fn head(browser: &mut TcpStream) -> io::Result<Option<(String, Vec<u8>)>> {
    let mut read = Vec::new();
    loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            let body = read.split_off(end + 4);
            return Ok(String::from_utf8(read).ok().map(|head| (head, body)));
        }
        if browser.read_buf(&mut read).await? == 0 {
            return Ok(None);
        }
    }
}

impl Way {
    fn loses(&self, head: &str) -> bool {
        let path = head.split(' ').nth(1).unwrap_or_default();
        self.lost.lock().unwrap().take_if(|lost| path.starts_with(*lost)).is_some()
    }
}

/// One request a connection, so that each gets its own line about the client.
fn rewritten(head: &str, client: Option<&str>) -> String {
    let kept = head.trim_end().split("\r\n").filter(|line| !named(line, "connection"));
    let mut lines: Vec<&str> = kept.collect();
    let client = client.map(|client| format!("X-Forwarded-For: {client}"));
    lines.extend(client.as_deref());
    lines.push("Connection: close");
    lines.join("\r\n") + "\r\n\r\n"
}

fn content_length(head: &str) -> usize {
    let line = head.split("\r\n").find(|line| named(line, "content-length"));
    line.and_then(|line| line.split_once(':')?.1.trim().parse().ok()).unwrap_or_default()
}

fn named(line: &str, name: &str) -> bool {
    line.split_once(':').is_some_and(|(found, _)| found.eq_ignore_ascii_case(name))
}

fn answer(status: &str, text: &str) -> Vec<u8> {
    let length = text.len();
    let head = "Content-Type: text/plain\r\nCache-Control: no-store\r\nConnection: close";
    format!("HTTP/1.1 {status}\r\n{head}\r\nContent-Length: {length}\r\n\r\n{text}").into_bytes()
}
