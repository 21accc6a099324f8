//! The other end: responses that come to the organisation, until their sessions are durable.
//!
//! One sign-in is the POST to the ACS and the browser's own GET after it: two verifications of the
//! same response and two durable transactions. Requests and responses are made before the clock
//! starts, each in a browser of its own.

use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use http::Request;
use http::header::{CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE};
use hyper::client::conn::http1::SendRequest;
use store::testing::{TestDatabase, databases};
use store::{Tx, Value};
use tokio::task::LocalSet;
use url::form_urlencoded;

use super::load::{connect, read};
use super::measure::{Cores, median, processor_time, row};
use super::served::Deployment;

store::statements! {
    // SQLite alone is filled; the words are its own.
    FILL_ACCOUNTS = "with recursive n(i) as (select 1 union all select i + 1 from n where i < $1) \
        insert into account (id, address, domain, shown_as, standing, managed_by, created_at) \
        select printf('00000000-0000-7000-8000-%012x', i), 'filler-' || i || '@acme.example', 'acme.example', \
        'filler-' || i || '@acme.example', 'active', (select id from organization limit 1), 0 from n";
    FILL_MEMBERS = "insert into membership (organization, account, role, created_at) \
        select managed_by, id, 'member', 0 from account where address like 'filler-%'";
    COUNT_SESSIONS = "select count(*) from event where kind = 'session.opened'";
}

/// With a thousand accounts and, on SQLite, with a million.
pub(crate) async fn under_load(binary: &Path, cores: &Cores, quick: bool) {
    let (rounds, batch, many) = if quick { (1, 64, 2_000) } else { (7, 640, 1_000_000) };
    let mut rates = Vec::new();
    for (idp, org) in databases().await.into_iter().zip(databases().await) {
        let engine = idp.engine();
        let fillings = if engine == "SQLite" { vec![1_000, many] } else { vec![0] };
        let mut databases = Some((idp, org));
        for accounts in fillings {
            let (idp, org) = match databases.take() {
                Some(both) => both,
                None => (first_database().await, first_database().await),
            };
            let rate = measured((idp, org), (binary, cores), (accounts, rounds, batch)).await;
            let asked = (engine == "SQLite").then_some(("at least 4,000/s", rate >= 4_000.0));
            let what = format!("{engine}: sessions over HTTP, one core, {accounts} accounts");
            row(&what, &format!("{rate:.0}/s"), asked);
            rates.push(rate);
        }
    }
    if let [few, many, ..] = rates[..] {
        let ratio = few / many;
        row("SQLite: few accounts over many", &format!("{ratio:.2}"), Some(("at most 1.2", ratio <= 1.2)));
    }
}

async fn first_database() -> TestDatabase {
    databases().await.swap_remove(0)
}

/// Sessions in a second; every one of them is in the database after the server was killed.
async fn measured(
    (idp, org): (TestDatabase, TestDatabase),
    (binary, cores): (&Path, &Cores),
    (accounts, rounds, batch): (u32, usize, usize),
) -> f64 {
    let engine = idp.engine();
    let mut deployment = Deployment::start((idp, org), (binary, &cores.under_server()), PEOPLE).await;
    if accounts > 0 {
        deployment.kill();
        let store = deployment.org.store(&org::migrations()).await;
        let tx = store.begin().await.unwrap();
        fill(&tx, accounts).await;
        tx.commit().await.unwrap();
        drop(store);
        deployment.run(&cores.under_server());
    }
    let deployment = Rc::new(deployment);
    let mut rates = Vec::new();
    let mut used = Vec::new();
    // The first round is not counted: in it people get their accounts.
    for _ in 0..=rounds {
        let ready = prepare(&deployment, batch).await;
        let server = processor_time(deployment.process().id());
        let began = Instant::now();
        fire(&deployment, ready).await;
        let wall = began.elapsed().as_secs_f64();
        let now = processor_time(deployment.process().id());
        rates.push(batch as f64 / wall);
        used.push([now.0 - server.0, now.1 - server.1].map(|seconds| seconds * 1e6 / batch as f64));
    }
    let mut deployment = Rc::try_unwrap(deployment).ok().expect("every task has ended");
    deployment.kill();
    let store = deployment.org.store(&org::migrations()).await;
    let counted = store.read().await.unwrap().query_opt(COUNT_SESSIONS, []).await.unwrap().unwrap();
    assert!(counted.get::<i64>(0).unwrap() >= i64::try_from(batch * (rounds + 1)).unwrap());
    let of = |part: usize| median(used.iter().skip(1).map(|used| used[part]));
    row(
        &format!("{engine}: a session in the program / the kernel"),
        &format!("{:.0} / {:.0} µs", of(0), of(1)),
        None,
    );
    median(rates.into_iter().skip(1))
}

async fn fill(tx: &Tx, accounts: u32) {
    tx.execute(FILL_ACCOUNTS, [Value::from(accounts)]).await.unwrap();
    tx.execute(FILL_MEMBERS, []).await.unwrap();
}

/// A response in the hands of the browser that asked for it.
struct Ready {
    cookies: String,
    path: String,
    body: String,
}

/// Browsers that stand before the ACS, the identity provider's form in their hands.
async fn prepare(deployment: &Rc<Deployment>, batch: usize) -> Vec<Ready> {
    let tasks = LocalSet::new();
    let asking: Vec<_> = (0..PEOPLE)
        .map(|person| tasks.spawn_local(stand(Rc::clone(deployment), person, batch / PEOPLE)))
        .collect();
    tasks.await;
    let mut ready = Vec::new();
    for task in asking {
        ready.extend(task.await.unwrap());
    }
    ready
}

async fn stand(deployment: Rc<Deployment>, person: usize, number: usize) -> Vec<Ready> {
    let person = &deployment.people[person];
    let mut signed_in = deployment.browser();
    let go = signed_in.type_address(&person.address).await.expect("the server answers");
    let page = signed_in.visit(&go).await.expect("the server answers");
    let go = signed_in.prove(&page, &person.authenticator).await.expect("the server answers");
    signed_in.get(&go).await.expect("the server answers");
    let mut ready = Vec::new();
    for _ in 0..number {
        // The session is the identity provider's; the organisation sees a new browser.
        let mut browser = signed_in.clone();
        browser.forget("acme.localhost");
        let go = browser.type_address(&person.address).await.expect("the server answers");
        let page = browser.visit(&go).await.expect("the server answers");
        let form = page.form().expect("the identity provider answers at once");
        let fields = [("SAMLResponse", &form.response), ("RelayState", &form.relay_state)];
        ready.push(Ready {
            cookies: browser.cookies("acme.localhost"),
            path: form.acs_url.split_once(".localhost").unwrap().1.split_once('/').unwrap().1.to_owned(),
            body: form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish(),
        });
    }
    ready
}

/// All of them post, on 64 connections, and follow to where their session is opened.
async fn fire(deployment: &Rc<Deployment>, ready: Vec<Ready>) {
    let host = deployment.org_origin().trim_start_matches("http://").to_owned();
    let mut queues: Vec<Vec<Ready>> = (0..CONNECTIONS).map(|_| Vec::new()).collect();
    for (number, one) in ready.into_iter().enumerate() {
        queues[number % CONNECTIONS].push(one);
    }
    let tasks = LocalSet::new();
    let mut firing = Vec::new();
    for queue in queues {
        let connection = connect(deployment.org_address()).await;
        firing.push(tasks.spawn_local(post_all(connection, queue, host.clone())));
    }
    tasks.await;
    for task in firing {
        task.await.unwrap();
    }
}

async fn post_all(mut connection: SendRequest<String>, queue: Vec<Ready>, host: String) {
    for Ready { cookies, path, body } in queue {
        let post = Request::post(format!("/{path}"))
            .header(HOST, &host)
            .header(COOKIE, &cookies)
            .header(ORIGIN, "http://idp.localhost")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body)
            .unwrap();
        let answer = send(&mut connection, post).await;
        let arrival = answer.get(LOCATION).expect("it is accepted").to_str().unwrap().to_owned();
        assert!(arrival.starts_with("/login/arrival/"), "{arrival}");
        let get = Request::get(arrival).header(HOST, &host).header(COOKIE, &cookies).body(String::new());
        let answer = send(&mut connection, get.unwrap()).await;
        let opened =
            answer.get_all(SET_COOKIE).iter().any(|line| line.to_str().unwrap().contains("-session="));
        assert!(opened, "{answer:?}");
    }
}

async fn send(connection: &mut SendRequest<String>, request: Request<String>) -> http::HeaderMap {
    tokio::time::timeout(PATIENCE, async {
        connection.ready().await.unwrap();
        let (parts, body) = connection.send_request(request).await.unwrap().into_parts();
        let body = read(body).await;
        assert!(parts.status == 303, "{parts:?} {}", String::from_utf8_lossy(&body));
        parts.headers
    })
    .await
    .expect("the server answers")
}

const PEOPLE: usize = 32;
const CONNECTIONS: usize = 64;
const PATIENCE: Duration = Duration::from_secs(30);
