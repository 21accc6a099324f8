//! `kill -9` at random moments under sign-ins: what a browser was answered is still there after the
//! restart, and no response that was accepted is accepted again.
//!
//! `COUNTERSIGN_KILL_ROUNDS` says how many rounds (20), `COUNTERSIGN_KILL_SEED` repeats a run as
//! far as chance goes.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use store::testing::{TestDatabase, databases};
use store::{Migration, ReadTx, Value};
use testkit::{OsEntropy, SeededEntropy};

use crate::served::{Browser, Deployment, Form, Gone};

store::statements! {
    COUNT_EVENTS = "select count(*) from event where kind = $1";
    LIST_ISSUED = "select data from event where kind = 'assertion.issued'";
    FIND_SIGN_IN = "select stage from sign_in where request_id = $1";
    FIND_PENDING = "select id from pending_request where id = $1";
    FIND_ARRIVAL = "select request from arrival where request = $1";
    FIND_USED = "select id from used_assertion where id = $1";
    COUNT_ENTERED = "select count(*) from arrival where session is not null";
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn long_kills_under_sign_ins() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let rounds = number("COUNTERSIGN_KILL_ROUNDS").unwrap_or(20);
    let seed = number("COUNTERSIGN_KILL_SEED").unwrap_or_else(|| u64::from_be_bytes(OsEntropy.array()));
    println!("COUNTERSIGN_KILL_SEED={seed} COUNTERSIGN_KILL_ROUNDS={rounds}");
    for (idp, org) in databases().await.into_iter().zip(databases().await) {
        let engine = idp.engine();
        let binary = Path::new(env!("CARGO_BIN_EXE_countersign"));
        let mut deployment = Arc::new(Deployment::start((idp, org), (binary, &[]), TASKS).await);
        let chance = SeededEntropy::new(seed);
        let mut done = Done::default();
        for round in 0..rounds {
            let journeys = sign_in_until_killed(&mut deployment, wait(&chance)).await;
            nothing_is_lost(&deployment, &journeys).await;
            Arc::get_mut(&mut deployment).expect("every task has ended").run(&[]);
            go_on(&deployment, journeys, &mut done).await.unwrap_or_else(|gone| {
                panic!("{engine}, round {round}: the server does not answer: {gone:?}")
            });
        }
        println!("{engine}: {done:?}");
        // Kills that never struck anything would prove nothing.
        assert!(done.signed_in >= rounds && done.interrupted >= rounds / 2, "{engine}: {done:?}");
        assert!(done.replays_refused >= rounds / 2, "{engine}: {done:?}");
    }
}

/// What was seen, over all rounds.
#[derive(Debug, Default)]
struct Done {
    signed_in: u64,
    /// Sign-ins that a kill cut, and that went on after the restart.
    interrupted: u64,
    replays_refused: u64,
}

/// A sign-in, as far as it was acknowledged.
struct Journey {
    browser: Browser,
    person: usize,
    /// Hop 1: the request is remembered, and this is where it goes.
    asked: Option<String>,
    /// Hop 4: the identity provider knows who sits at this browser.
    proven: bool,
    /// Hop 5: the response is issued.
    form: Option<Form>,
    /// Hop 6: the response is accepted, and waits here.
    arrival: Option<String>,
    /// Hop 8: the session is open.
    home: bool,
    /// And its cookie came: the answer that brings it may be the one that was cut.
    in_hand: bool,
}

/// From 30 to 430 ms: into the first sign-in or after many.
fn wait(chance: &SeededEntropy) -> Duration {
    Duration::from_millis(30 + u64::from(u16::from_be_bytes(chance.array())) % 400)
}

/// Signs people in, each at a browser after the other, kills the server in the middle of it, and
/// gives what it had acknowledged.
async fn sign_in_until_killed(deployment: &mut Arc<Deployment>, after: Duration) -> Vec<Journey> {
    let killed = Arc::new(AtomicBool::new(false));
    let tasks: Vec<_> = (0..TASKS)
        .map(|person| {
            let (deployment, killed) = (Arc::clone(deployment), Arc::clone(&killed));
            tokio::spawn(async move { sign_in_on_and_on(&deployment, &killed, person).await })
        })
        .collect();
    tokio::time::sleep(after).await;
    killed.store(true, Ordering::SeqCst);
    deployment.process().kill();
    let mut journeys = Vec::new();
    for task in tasks {
        journeys.extend(task.await.unwrap());
    }
    Arc::get_mut(deployment).expect("every task has ended").kill();
    journeys
}

async fn sign_in_on_and_on(deployment: &Deployment, killed: &AtomicBool, person: usize) -> Vec<Journey> {
    let mut journeys = Vec::new();
    loop {
        // Every other sign-in is by the session that the one before it left at the identity provider.
        let before = journeys.last().filter(|_| journeys.len() % 2 == 1);
        let browser = before.map_or_else(|| deployment.browser(), |last: &Journey| last.browser.clone());
        let mut journey = Journey::new(browser, person);
        let ended = journey.go(deployment).await;
        assert!(ended.is_err() || journey.in_hand, "no session was opened");
        journeys.push(journey);
        if let Err(gone) = ended {
            assert!(killed.load(Ordering::SeqCst), "nobody killed the server: {gone:?}");
            return journeys;
        }
    }
}

impl Journey {
    fn new(browser: Browser, person: usize) -> Self {
        Self {
            browser,
            person,
            asked: None,
            proven: false,
            form: None,
            arrival: None,
            home: false,
            in_hand: false,
        }
    }

    /// Goes on from where it is until the person is signed in.
    async fn go(&mut self, deployment: &Deployment) -> Result<(), Gone> {
        let person = &deployment.people[self.person];
        if self.asked.is_none() {
            self.browser.forget_session("acme.localhost");
            self.asked = Some(self.browser.type_address(&person.address).await?);
        }
        if self.form.is_none() {
            let asked = self.asked.clone().unwrap_or_default();
            let mut page = self.browser.visit(&asked).await?;
            if page.form().is_none() {
                let go = self.browser.prove(&page, &person.authenticator).await?;
                self.proven = true;
                page = self.browser.get(&go).await?;
            }
            self.form = Some(page.form().unwrap_or_else(|| panic!("nothing was issued: {page:?}")));
        }
        if let (None, Some(form)) = (&self.arrival, &self.form) {
            let posted = self.browser.post_form(form).await?;
            let accepted = posted.location.clone().filter(|to| to.contains("/login/arrival/"));
            self.arrival = Some(accepted.unwrap_or_else(|| panic!("not accepted: {posted:?}")));
        }
        if let (false, Some(arrival)) = (self.home, &self.arrival) {
            let home = self.browser.get(arrival).await?;
            assert_eq!(home.location, Some(format!("{}/", deployment.org_origin())), "{home:?}");
            (self.home, self.in_hand) = (true, home.opens_session);
        }
        Ok(())
    }

    /// The IDs of request, response and assertion.
    fn ids(&self) -> Option<[String; 3]> {
        self.form.as_ref().map(Form::ids)
    }
}

/// Reads both databases as the kill left them.
async fn nothing_is_lost(deployment: &Deployment, journeys: &[Journey]) {
    let idp = read(&deployment.idp, &idp::migrations()).await;
    let issued: HashSet<String> = idp
        .query(LIST_ISSUED, [])
        .await
        .unwrap()
        .iter()
        .map(|row| serde_json::from_str::<serde_json::Value>(&row.get::<String>(0).unwrap()).unwrap())
        .map(|data| data["response"].as_str().unwrap().to_owned())
        .collect();
    for [request, response, _] in journeys.iter().filter_map(Journey::ids) {
        assert!(issued.contains(&response), "{}: the event of {response} is lost", deployment.idp.engine());
        let stage = idp.query_opt(FIND_SIGN_IN, [Value::from(&request)]).await.unwrap();
        let stage: Option<String> = stage.map(|row| row.get(0).unwrap());
        assert_eq!(stage.as_deref(), Some("finished"), "the request {request} could be answered again");
    }
    let org = read(&deployment.org, &org::migrations()).await;
    let there = async |sql, id: &str| org.query_opt(sql, [Value::from(id)]).await.unwrap().is_some();
    for journey in journeys {
        let Some(request) = journey.asked.as_deref().map(request_of) else { continue };
        let (pending, arrival) = (there(FIND_PENDING, &request).await, there(FIND_ARRIVAL, &request).await);
        // A post whose answer the kill cut may have taken it all the same, but whole.
        assert!(pending != arrival, "the request {request}: pending {pending}, arrived {arrival}");
        if journey.arrival.is_some() {
            assert!(arrival, "the request {request} is open again");
            let [_, _, assertion] = journey.ids().unwrap();
            assert!(there(FIND_USED, &assertion).await, "{assertion} would be accepted again");
        }
    }
    let count =
        async |sql, args: Vec<Value>| org.query_opt(sql, args).await.unwrap().unwrap().get::<i64>(0).unwrap();
    let succeeded = count(COUNT_EVENTS, vec![Value::from("sign_in.succeeded")]).await;
    assert_eq!(succeeded, count(COUNT_ENTERED, vec![]).await, "an event for each request that got in");
}

async fn read(database: &TestDatabase, migrations: &[Migration]) -> ReadTx {
    database.store(migrations).await.read().await.unwrap()
}

/// The ID of the request in the address that carries it.
fn request_of(address: &str) -> String {
    let url = url::Url::parse(address).unwrap();
    let received = saml::binding::redirect::decode(url.query().unwrap()).unwrap();
    saml::protocol::AuthnRequest::parse(&received.xml).unwrap().id.as_str().to_owned()
}

/// After the restart: whoever was in is in, whoever was on the way arrives, nobody comes in twice.
async fn go_on(deployment: &Deployment, journeys: Vec<Journey>, done: &mut Done) -> Result<(), Gone> {
    let newest = journeys.len().saturating_sub(NEWEST);
    for (number, mut journey) in journeys.into_iter().enumerate() {
        // Only the newest can have been in danger; the older ones were looked up in the databases.
        let cut = !journey.home;
        if !cut && number < newest {
            done.signed_in += 1;
            continue;
        }
        if cut {
            if !take_up(deployment, &mut journey).await? {
                continue;
            }
            done.interrupted += 1;
        }
        is_in(deployment, &mut journey).await?;
        done.signed_in += 1;
        replays_are_refused(deployment, &mut journey).await?;
        done.replays_refused += 1;
        if journey.proven {
            answers_at_once(deployment, &journey).await?;
        }
    }
    Ok(())
}

/// Lets a sign-in that was cut go on; says whether it could. What was issued, or a session's cookie,
/// that never reached the browser is given once all the same.
async fn take_up(deployment: &Deployment, journey: &mut Journey) -> Result<bool, Gone> {
    if let (Some(asked), None) = (&journey.asked, &journey.form) {
        let page = journey.browser.visit(asked).await?;
        if page.form().is_none() && !page.body.contains("data-begin") {
            return Ok(false);
        }
        journey.form = page.form();
    }
    journey.go(deployment).await?;
    Ok(journey.in_hand)
}

async fn is_in(deployment: &Deployment, journey: &mut Journey) -> Result<(), Gone> {
    let page = journey.browser.get(&format!("{}/", deployment.org_origin())).await?;
    let address = &deployment.people[journey.person].address;
    assert!(page.status == 200 && page.body.contains(address), "{address} was signed in: {page:?}");
    Ok(())
}

/// The response once more, by the same browser and by a stranger; and the request once more.
async fn replays_are_refused(deployment: &Deployment, journey: &mut Journey) -> Result<(), Gone> {
    let (Some(form), Some(arrival), Some(asked)) = (&journey.form, &journey.arrival, &journey.asked) else {
        panic!("a sign-in that ended has them all");
    };
    let again = journey.browser.post_form(form).await?;
    assert_eq!(again.location.as_ref(), Some(arrival), "the same message leads to the same place");
    let taken = journey.browser.get(arrival).await?;
    assert!(!taken.opens_session, "one response opened two sessions: {taken:?}");
    let mut stranger = deployment.browser();
    let replayed = stranger.post_form(form).await?;
    assert!(replayed.status.is_client_error() && !replayed.opens_session, "{replayed:?}");
    let mut thief = deployment.browser();
    let stolen = thief.get(arrival).await?;
    assert!(stolen.status.is_client_error() && !stolen.opens_session, "{stolen:?}");
    let page = journey.browser.visit(asked).await?;
    assert!(page.form().is_none(), "one request was answered twice");
    Ok(())
}

/// The session at the identity provider outlived the kill: no ceremony is asked for.
async fn answers_at_once(deployment: &Deployment, journey: &Journey) -> Result<(), Gone> {
    let mut browser = journey.browser.clone();
    browser.forget_session("acme.localhost");
    let asked = browser.type_address(&deployment.people[journey.person].address).await?;
    let page = browser.visit(&asked).await?;
    assert!(page.form().is_some(), "the session at the identity provider is lost: {page:?}");
    Ok(())
}

/// People who sign in at once.
const TASKS: usize = 4;
/// Sign-ins of a round that are looked at over HTTP too.
const NEWEST: usize = 4;
