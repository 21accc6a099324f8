//! Medians of interleaved pairs: what the library costs beside bare aws-lc-rs.
//! Run with `cargo bench -p saml`.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench stops at the first error, prints, and measures time"
)]

use std::hint::black_box;
use std::time::Instant;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair};
use saml::core::{Attribute, NameFormat, Skew};
use saml::{binding, idp, sp};
use xmldsig::{KeyKind, Keys, SigningKey, self_signed};

#[allow(dead_code, unreachable_pub, reason = "the tests need other parts")]
#[path = "../tests/all/sample.rs"]
mod sample;

fn main() {
    let rng = SystemRandom::new();
    let (key, pkcs8) = SigningKey::generate(KeyKind::Rsa2048).unwrap();
    let bare = RsaKeyPair::from_pkcs8(&pkcs8).unwrap();
    let validity = sample::now()..sample::now() + jiff::SignedDuration::from_hours(24);
    let identity = sample::IdentityProvider {
        certificate: self_signed(&key, "idp.example", validity, [1; 16], &rng).unwrap(),
        key,
        entity_id: saml::core::EntityId::parse("https://idp.example/saml").unwrap(),
    };
    let issuer = identity.issuer();
    let (reply, statement) = (sample::checked().reply(None), statement());
    let input = || (reply.clone(), sample::fresh(&rng));
    let issue = |(reply, fresh): (idp::Reply, idp::Fresh<'_>)| {
        idp::issue(reply, &statement, &issuer, &fresh).unwrap()
    };
    let issued = issue(input());
    let kilobytes = issued.xml().len() as f64 / 1e3;
    let sign = || {
        let mut signature = vec![0; bare.public_modulus_len()];
        bare.sign(&RSA_PKCS1_SHA256, &rng, b"octets", &mut signature).unwrap();
        signature
    };
    pair((&format!("issue {kilobytes:.1} KB"), (Figure::Over, 8.0)), input, issue, sign);
    verifying(&identity, &bare, &issued, sign());
}

fn verifying(
    identity: &sample::IdentityProvider,
    bare: &RsaKeyPair,
    issued: &idp::SignedResponse,
    signature: Vec<u8>,
) {
    use aws_lc_rs::signature::KeyPair;
    let parties = sample::Parties::new();
    let keys = Keys::new(identity.key.verifying_key().unwrap(), []);
    let trust = sp::Trust::new(identity.entity_id.clone(), keys, sp::SignedPart::Assertion);
    let request = sample::request().id;
    let expected = sp::Expected {
        trust: &trust,
        audience: &parties.sp,
        recipient: &parties.acs_url,
        asked: sp::Asked::Request(&request),
        encryption: &sp::Encryption::Refused,
        now: sample::now(),
        skew: Skew::default(),
    };
    let verify = |()| {
        let xml = binding::post::decode_value(issued.saml_response()).unwrap();
        let received = sp::Received::parse(&xml).unwrap();
        sp::verify(&received, &expected).unwrap()
    };
    let public = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, bare.public_key()).unwrap();
    let check = || public.verify_sig(b"octets", &signature).unwrap();
    let kilobytes = issued.xml().len() as f64 / 1e3;
    pair((&format!("verify {kilobytes:.1} KB"), (Figure::Whole, 50.0)), || (), verify, check);
}

/// Measures two closures in turns, each with its input made outside of the time, and prints the
/// medians and the median of the differences beside what is asked of it.
fn pair<I, A, B>(
    (name, asked): (&str, (Figure, f64)),
    input: impl Fn() -> I,
    whole: impl Fn(I) -> A,
    bare: impl Fn() -> B,
) {
    let round = || {
        let input = input();
        let start = Instant::now();
        drop(black_box(whole(black_box(input))));
        let whole = start.elapsed();
        let start = Instant::now();
        drop(black_box(bare()));
        (whole.as_nanos() as f64 / 1e3, start.elapsed().as_nanos() as f64 / 1e3)
    };
    for _ in 0..500 {
        round();
    }
    let rounds: Vec<(f64, f64)> = (0..10_000).map(|_| round()).collect();
    let whole = median(rounds.iter().map(|(whole, _)| *whole));
    let bare = median(rounds.iter().map(|(_, bare)| *bare));
    let over = median(rounds.iter().map(|(whole, bare)| whole - bare));
    let bar = |figure| asked.0 == figure;
    row(&format!("{name}: bare RSA-2048"), bare, None);
    row(&format!("{name}: the library"), whole, bar(Figure::Whole).then_some(asked.1));
    row(&format!("{name}: over bare RSA-2048"), over, bar(Figure::Over).then_some(asked.1));
}

/// Which figure something is asked of.
#[derive(Clone, Copy, PartialEq)]
enum Figure {
    Whole,
    Over,
}

/// A row of the table that `scripts/bench` prints.
fn row(what: &str, micros: f64, most: Option<f64>) {
    let asked = match most {
        None => String::new(),
        Some(most) if micros <= most => format!("at most {most:.0} µs: held"),
        Some(most) => format!("at most {most:.0} µs: MISSED"),
    };
    println!("| {what:<58} | {:>16} | {asked:<24} |", format!("{micros:.1} µs"));
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A statement that makes a response of about 6 KB.
fn statement() -> idp::Statement {
    let mut statement = sample::statement();
    for group in 0..10 {
        let name = format!("https://sp.example/claims/group-{group:02}");
        let value = format!("cn=engineering-{group:02},ou=groups,dc=acme,dc=test");
        let attribute = Attribute::new(name, NameFormat::Uri, [value]);
        statement.attributes.extend(attribute);
    }
    statement
}
