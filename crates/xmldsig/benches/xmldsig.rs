//! What the crate adds to the bare cryptography, and what hostile input costs.
//!
//! `cargo bench -p xmldsig` prints microseconds: for signing and verifying a 6 KB response,
//! in pairs with the bare RSA operation, interleaved so that both see the same machine; and
//! for each hostile document the longest of several runs. Nothing may take 50 ms.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench prints and stops at the first error")]

use std::hint::black_box;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use xmldsig::{
    Canonical, Document, KeyKind, Keys, Limits, Namespace, SignatureAlgorithm, SigningKey, Writer,
    canonicalize, sign, verify,
};

const R: Namespace<'static> = Namespace::new("samlp", "urn:oasis:names:tc:SAML:2.0:protocol");
const A: Namespace<'static> = Namespace::new("saml", "urn:oasis:names:tc:SAML:2.0:assertion");

fn main() {
    #[expect(clippy::disallowed_methods, reason = "a bench draws its own randomness")]
    let rng = SystemRandom::new();
    let (key, _) = SigningKey::generate(KeyKind::Rsa2048).unwrap();
    let keys = Keys::new(key.verifying_key().unwrap(), []);
    signing(&key, &rng);
    verifying(&key, &keys, &rng);
    hostile(&key, &keys, &rng);
}

/// Writing, digesting and signing, beside the bare signature.
fn signing(key: &SigningKey, rng: &SystemRandom) {
    let bytes = response(key, rng).octets().len();
    println!("a response of {bytes} octets, RSA-2048");
    pair("issue", || response(key, rng), || key.sign_octets(b"x", rng));
    alone("  of it: write", || assertion().finish_unsigned());
}

/// Parsing, canonicalising, digesting and verifying, beside the bare verification.
fn verifying(key: &SigningKey, keys: &Keys, rng: &SystemRandom) {
    let posted = response(key, rng).into_octets();
    let signature = key.sign_octets(b"x", rng).unwrap();
    let whole = || {
        let document = Document::parse(&posted, &Limits::MESSAGE).unwrap();
        let assertion = document.root().elements().last().unwrap();
        verify(assertion, keys).unwrap().document().unwrap()
    };
    let bare = || keys.verify_octets(SignatureAlgorithm::RsaSha256, b"x", &signature);
    pair("verify, read again", whole, bare);
    let document = Document::parse(&posted, &Limits::MESSAGE).unwrap();
    alone("  of it: read", || Document::parse(&posted, &Limits::MESSAGE));
    alone("  of it: canonicalise", || canonicalize(document.root(), &[], None));
    alone("  of it: digest", || digest(&SHA256, &posted));
}

/// The longest of five readings, canonicalisations and verifications of each document.
fn hostile(key: &SigningKey, keys: &Keys, rng: &SystemRandom) {
    println!("hostile documents of 1 MiB: the longest of 5, in ms of the processor");
    for (what, xml) in hostile_documents(key, rng) {
        let runs = (0..5).map(|_| {
            let start = on_processor();
            if let Ok(document) = Document::parse(xml.as_bytes(), &Limits::MESSAGE) {
                let _ = black_box(canonicalize(document.root(), &[], None));
                let _ = black_box(verify(document.root(), keys));
            }
            on_processor() - start
        });
        let longest = runs.max().unwrap_or_default();
        println!("  {what:<44}{:>8.2}", longest.as_secs_f64() * 1e3);
        assert!(longest < Duration::from_millis(50), "{what}");
    }
}

/// How long this thread has run; where Linux does not say, what the clock says.
fn on_processor() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let ran = statistics.and_then(|line| line.split(' ').next()?.parse().ok());
    ran.map_or_else(|| START.elapsed(), Duration::from_nanos)
}

fn hostile_documents(key: &SigningKey, rng: &SystemRandom) -> Vec<(&'static str, String)> {
    let fill = |open: &str, piece: &str, close: &str| {
        let count = ((1 << 20) - open.len() - close.len()) / piece.len();
        [open, &piece.repeat(count), close].concat()
    };
    let at_most = |open: &str, piece: &str, close: &str, count: usize| {
        let count = count.min(((1 << 20) - open.len() - close.len()) / piece.len());
        [open, &piece.repeat(count), close].concat()
    };
    let long = format!("urn:{}", "n".repeat(508));
    let declared: String = (0..31).map(|at| format!(" xmlns:n{at}=\"{}{at:02}\"", &long[..510])).collect();
    let used: String = (0..64).map(|at| format!(" n{}:a{at}=\"\"", at % 31)).collect();
    let attributes: String = (0..64).rev().map(|at| format!(" a{at}=''")).collect();
    let ids: String = (0..9_990).map(|at| format!("<b ID='{}{at:05}'/>", "_".repeat(80))).collect();
    let deep: String = (0..63).map(|_| "<a>").collect();
    let listed = format!("{}{}", signed_text(key, rng), " ".repeat(1 << 10));
    vec![
        ("text", fill("<a>", "t", "</a>")),
        ("greater-thans", fill("<a>", ">", "</a>")),
        ("brackets", fill("<a>", "]", "</a>")),
        ("references in text", fill("<a>", "&lt;", "</a>")),
        ("references in a value", fill("<a b='", "&#9;", "'/>")),
        ("line ends", fill("<a>", "\r", "</a>")),
        ("ampersands", fill("<a>", "&", "</a>")),
        ("open elements", fill("", "<a>", "")),
        ("elements", at_most("<a>", "<b/>", "</a>", 9_990)),
        ("deep rows of elements", at_most(&deep, "<b></b>", &"</a>".repeat(63), 9_900)),
        ("sections", at_most("<a>", "<![CDATA[b]]>", "</a>", 9_990)),
        ("a section of brackets", fill("<a><![CDATA[", "]]", "]]></a>")),
        ("attributes in the wrong order", at_most("<a>", &format!("<b{attributes}/>"), "</a>", 9_990)),
        (
            "attributes under 31 long namespaces",
            at_most(&format!("<a{declared}>"), &format!("<b{used}/>"), "</a>", 9_990),
        ),
        (
            "one long namespace, declared again",
            at_most(&format!("<a xmlns:p='{long}'>"), "<p:b/>", "</a>", 9_990),
        ),
        ("IDs that begin alike", format!("<a>{ids}</a>")),
        ("a signature and a long tail", listed),
    ]
}

fn signed_text(key: &SigningKey, rng: &SystemRandom) -> String {
    String::from_utf8(response(key, rng).into_octets()).unwrap()
}

/// A response such as services get, around a signed assertion.
fn response(key: &SigningKey, rng: &SystemRandom) -> Canonical<'static> {
    let assertion = sign(assertion().finish_unsigned().unwrap(), key, None, rng).unwrap();
    let mut w = Writer::new();
    w.open(R.name("Response")).attribute("ID", "_fedcba9876543210fedcba9876543210");
    w.attribute("Destination", "https://sp.example/login/callback?connection=saml-1")
        .attribute("Version", "2.0");
    w.leaf(A.name("Issuer"), "https://idp.example/saml/metadata").embed(&assertion).close();
    w.finish().unwrap()
}

/// An assertion of twenty attributes, to be signed.
fn assertion() -> Writer<'static> {
    let mut w = Writer::new();
    w.open(A.name("Assertion")).attribute("ID", "_0123456789abcdef0123456789abcdef");
    w.attribute("IssueInstant", "2026-11-23T12:00:00Z").attribute("Version", "2.0");
    w.leaf(A.name("Issuer"), "https://idp.example/saml/metadata").signature_here();
    w.open(A.name("Subject")).leaf(A.name("NameID"), "maya@acme.example").close();
    w.open(A.name("AttributeStatement"));
    for _ in 0..20 {
        w.open(A.name("Attribute")).attribute("Name", "http://schemas.example/claims/emailaddress");
        w.attribute("NameFormat", "urn:oasis:names:tc:SAML:2.0:attrname-format:uri");
        w.leaf(A.name("AttributeValue"), "maya@acme.example").close();
    }
    w.close().close();
    w
}

/// Prints the medians of `ours` and of `bare`, which is part of it, and their difference.
fn pair<A, B>(what: &str, mut ours: impl FnMut() -> A, mut bare: impl FnMut() -> B) {
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..2_000 {
        with.push(time(&mut ours));
        without.push(time(&mut bare));
    }
    let (with, without) = (median(with), median(without));
    println!("{what:<24}{with:>8.1} µs, bare RSA {without:>8.1} µs, difference {:>6.1} µs", with - without);
}

fn alone<A>(what: &str, mut act: impl FnMut() -> A) {
    let times = (0..2_000).map(|_| time(&mut act)).collect();
    println!("{what:<24}{:>8.1} µs", median(times));
}

fn time<A>(act: &mut impl FnMut() -> A) -> f64 {
    let start = Instant::now();
    black_box(act());
    start.elapsed().as_secs_f64() * 1e6
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
