//! What every measurement needs: cores, bare signatures, times of the processor, rows of the table.

use std::process::Command;
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};

/// The core of the server, and that of the load.
pub(crate) struct Cores {
    pub(crate) server: String,
    pub(crate) load: String,
}

impl Cores {
    /// The first two on which this process may run; on a machine with one, both share it.
    pub(crate) fn find() -> Self {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap();
        let mut cores = list.trim().split(',').flat_map(|range| {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            first.parse::<u32>().unwrap()..=last.parse::<u32>().unwrap()
        });
        let server = cores.next().unwrap();
        let load = cores.next().unwrap_or(server);
        Self { server: server.to_string(), load: load.to_string() }
    }

    pub(crate) fn under_server(&self) -> [&str; 3] {
        ["taskset", "-c", &self.server]
    }
}

pub(crate) fn pin(arguments: &[&str]) {
    let pinned = Command::new("taskset").args(arguments).output().expect("taskset (util-linux) is here");
    assert!(pinned.status.success(), "{pinned:?}");
}

/// A row of the table that `scripts/bench` prints.
pub(crate) fn row(what: &str, value: &str, bar: Option<(&str, bool)>) {
    let bar = match bar {
        None => String::new(),
        Some((bar, true)) => format!("{bar}: held"),
        Some((bar, false)) => format!("{bar}: MISSED"),
    };
    println!("| {what:<58} | {value:>16} | {bar:<24} |");
}

/// How many signatures a process on the server's core makes in a second, and how long the processor
/// is at one.
pub(crate) fn bare_signatures(cores: &Cores, seconds: f64) -> (f64, f64) {
    let milliseconds = format!("{:.0}", seconds * 1e3);
    let [program, arguments @ ..] = cores.under_server();
    let me = std::env::current_exe().unwrap();
    let signed = Command::new(program).args(arguments).arg(me).args(["--sign-for", &milliseconds]).output();
    let said = String::from_utf8(signed.unwrap().stdout).unwrap();
    let (rate, seconds) = said.trim().split_once(' ').unwrap();
    (rate.parse().unwrap(), seconds.parse().unwrap())
}

pub(crate) fn signatures_in(time: Duration) -> (f64, f64) {
    let (key, rng) = (RsaKeyPair::generate(KeySize::Rsa2048).unwrap(), SystemRandom::new());
    let mut signature = vec![0; key.public_modulus_len()];
    let mut sign = || key.sign(&RSA_PKCS1_SHA256, &rng, b"octets", &mut signature).unwrap();
    (0..100).for_each(|_| sign());
    let me = std::process::id();
    let (began, used, mut count) = (Instant::now(), processor_time(me), 0.0);
    while began.elapsed() < time {
        (0..10).for_each(|_| sign());
        count += 10.0;
    }
    let (wall, now) = (began.elapsed().as_secs_f64(), processor_time(me));
    (count / wall, (now.0 + now.1 - used.0 - used.1) / count)
}

/// Seconds of the processor that a process has used: in itself, in the kernel for it.
pub(crate) fn processor_time(process: u32) -> (f64, f64) {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    // Fields 14 and 15, counted from 1; the third comes first here. In hundredths of a second.
    let mut ticks = fields.split_whitespace().skip(11).map(|field| field.parse::<f64>().unwrap() / 100.0);
    (ticks.next().unwrap(), ticks.next().unwrap())
}

/// Megabytes that a process holds in memory.
pub(crate) fn resident(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() * 1024.0 / 1e6
}

pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
