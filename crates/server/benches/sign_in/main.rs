//! What a sign-in costs over HTTP, and what the program costs before anybody comes.
//!
//! The server runs on one core of its own, the load (this process) on another, together with
//! PostgreSQL if `scripts/bench` started one. People sign in once by software authenticators; then
//! 64 connections send fresh requests with their live sessions, and each is answered with the form
//! that carries a signed response whose event is durable. Bare RSA-2048 signatures are counted on
//! the server's core between the rounds, while nobody signs in.
//!
//! `COUNTERSIGN_BINARY` names the binary to measure; without it, it is the one built with this.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench stops at the first error, prints, and measures time"
)]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use load::Load;
use measure::{Cores, bare_signatures, median, pin, processor_time, resident, row, signatures_in};
use served::{Deployment, Process, free_ports};
use store::testing::databases;

mod arrive;
mod load;
mod measure;
#[allow(dead_code, unused_imports, unreachable_pub, reason = "the tests need other parts")]
#[path = "../../tests/all/served/mod.rs"]
mod served;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--sign-for") {
        let time = Duration::from_millis(arguments[at + 1].parse().unwrap());
        let (rate, seconds) = signatures_in(time);
        return println!("{rate} {seconds}");
    }
    // `cargo test --benches` only wants to know that it runs.
    let quick = !arguments.iter().any(|argument| argument == "--bench");
    let cores = Cores::find();
    pin(&["-a", "-p", "-c", &cores.load, &std::process::id().to_string()]);
    let binary = std::env::var_os("COUNTERSIGN_BINARY")
        .map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_countersign")), PathBuf::from);
    at_rest(&binary);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(under_load(&binary, &cores, quick));
    runtime.block_on(arrive::under_load(&binary, &cores, quick));
}

/// Size, starts and memory, with both ends on SQLite as a bare `serve` has them.
fn at_rest(binary: &Path) {
    let folder = tempfile::tempdir().unwrap();
    let ports = free_ports();
    let text = format!(
        "data = \".\"\nkey_file = \"master.key\"\n[log]\nfilter = \"error\"\n\
         [idp]\npublic_url = \"http://idp.localhost:{0}\"\nlisten = \"127.0.0.1:{0}\"\n\
         [org]\npublic_url = \"http://org.localhost:{1}\"\nlisten = \"127.0.0.1:{1}\"\n",
        ports[0], ports[1]
    );
    std::fs::write(folder.path().join("countersign.toml"), text).unwrap();
    let megabytes = std::fs::metadata(binary).unwrap().len() as f64 / 1e6;
    row("binary", &format!("{megabytes:.1} MB"), Some(("under 25 MB", megabytes < 25.0)));
    let start = || Process::start((binary, &[]), folder.path(), ports);
    let first = start().ready_after.as_secs_f64();
    row("first start to ready (keys and tables are made)", &format!("{first:.3} s"), None);
    let again = median((0..9).map(|_| start().ready_after.as_secs_f64()));
    row("start to ready on existing data", &format!("{again:.3} s"), Some(("under 0.3 s", again < 0.3)));
    let process = start();
    std::thread::sleep(Duration::from_secs(1));
    let idle = resident(process.id());
    row("idle memory, both ends", &format!("{idle:.1} MB"), Some(("under 30 MB", idle < 30.0)));
}

async fn under_load(binary: &Path, cores: &Cores, quick: bool) {
    let (rounds, time) = if quick { (1, 0.2) } else { (7, 3.0) };
    for (idp, org) in databases().await.into_iter().zip(databases().await) {
        let engine = idp.engine();
        let pinned = cores.under_server();
        let mut deployment = Deployment::start((idp, org), (binary, &pinned), PEOPLE).await;
        let mut load = Load::connect(&deployment, CONNECTIONS).await;
        load.run(Duration::from_secs_f64(time)).await;
        let (mut measured, mut answered) = (Vec::new(), load.answered);
        for _ in 0..rounds {
            let (bare, signature) = bare_signatures(cores, time / 3.0);
            let used = [processor_time(deployment.process().id()), processor_time(std::process::id())];
            let began = Instant::now();
            load.run(Duration::from_secs_f64(time)).await;
            let wall = began.elapsed().as_secs_f64();
            let [server, own] = [deployment.process().id(), std::process::id()].map(processor_time);
            let number = (load.answered - answered) as f64;
            answered = load.answered;
            measured.push(Round {
                bare,
                signature,
                rate: number / wall,
                user: (server.0 - used[0].0) / number,
                system: (server.1 - used[0].1) / number,
                busy: (server.0 + server.1 - used[0].0 - used[0].1) / wall,
                load: (own.0 + own.1 - used[1].0 - used[1].1) / wall,
            });
        }
        report(engine, &measured, &load);
        let memory = resident(deployment.process().id());
        row(&format!("{engine}: memory after {answered} sign-ins"), &format!("{memory:.1} MB"), None);
        deployment.kill();
        load.is_written(&deployment).await;
    }
}

/// One round: rates are per second, times in seconds per sign-in.
struct Round {
    bare: f64,
    /// Of the processor, for a bare signature.
    signature: f64,
    rate: f64,
    user: f64,
    system: f64,
    busy: f64,
    load: f64,
}

fn report(engine: &str, rounds: &[Round], load: &Load) {
    let of = |value: fn(&Round) -> f64| median(rounds.iter().map(value));
    let share = of(|round| round.rate / round.bare) * 100.0;
    let bar = (engine == "SQLite").then_some(("at least 50 %", share >= 50.0));
    let rate = of(|round| round.rate);
    row(&format!("{engine}: bare RSA-2048 signatures, one core"), &format!("{:.0}/s", of(|r| r.bare)), None);
    row(&format!("{engine}: sign-ins over HTTP, one core"), &format!("{rate:.0}/s"), None);
    row(&format!("{engine}: of bare signing"), &format!("{share:.0} %"), bar);
    let micros = |seconds: f64| format!("{:.0} µs", seconds * 1e6);
    row(&format!("{engine}: a sign-in in all"), &micros(of(|r| 1.0 / r.rate)), None);
    row(&format!("{engine}:   of it the signature"), &micros(of(|r| r.signature)), None);
    row(&format!("{engine}:   of it else in the program"), &micros(of(|r| r.user - r.signature)), None);
    row(&format!("{engine}:   of it in the kernel (sockets, files)"), &micros(of(|r| r.system)), None);
    let idle = of(|round| (1.0 - round.busy) / round.rate);
    row(&format!("{engine}:   of it the core does nothing, or something else"), &micros(idle), None);
    let used = of(|round| round.signature / (round.user + round.system)) * 100.0;
    row(&format!("{engine}: the signature's share of the processor time"), &format!("{used:.0} %"), None);
    let percent = |part: f64| format!("{:.0} %", part * 100.0);
    row(&format!("{engine}: the server's core is busy"), &percent(of(|round| round.busy)), None);
    row(&format!("{engine}: the load's process is busy"), &percent(of(|round| round.load)), None);
    let [half, most] = load.latencies();
    row(&format!("{engine}: answered within, half / 99 %"), &format!("{half:.1} / {most:.1} ms"), None);
    row(&format!("{engine}: the page that is answered"), &format!("{} bytes", load.page), None);
}

const PEOPLE: usize = 32;
const CONNECTIONS: usize = 64;
