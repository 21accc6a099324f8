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
    let issue = || idp::issue(reply.clone(), &statement, &issuer, &sample::fresh(&rng)).unwrap();
    let issued = issue();
    println!("response: {} bytes", issued.xml().len());
    let sign = || {
        let mut signature = vec![0; bare.public_modulus_len()];
        bare.sign(&RSA_PKCS1_SHA256, &rng, b"octets", &mut signature).unwrap();
        signature
    };
    pair("issue", "bare RSA-2048 sign", issue, sign);
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
    let verify = || {
        let xml = binding::post::decode_value(issued.saml_response()).unwrap();
        let received = sp::Received::parse(&xml).unwrap();
        sp::verify(&received, &expected).unwrap()
    };
    let public = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, bare.public_key()).unwrap();
    let check = || public.verify_sig(b"octets", &signature).unwrap();
    pair("verify", "bare RSA-2048 verify", verify, check);
}

/// Measures two closures in turns and prints the medians and the median of the
/// differences.
fn pair<A, B>(name: &str, bare_name: &str, whole: impl Fn() -> A, bare: impl Fn() -> B) {
    let time = |f: &dyn Fn()| {
        let start = Instant::now();
        f();
        start.elapsed().as_nanos() as f64 / 1000.0
    };
    let round = || {
        let whole = time(&|| drop(black_box(whole())));
        let bare = time(&|| drop(black_box(bare())));
        (whole, bare)
    };
    for _ in 0..200 {
        round();
    }
    let rounds: Vec<(f64, f64)> = (0..4000).map(|_| round()).collect();
    let whole = median(rounds.iter().map(|(whole, _)| *whole));
    let bare = median(rounds.iter().map(|(_, bare)| *bare));
    let over = median(rounds.iter().map(|(whole, bare)| whole - bare));
    println!("{name}: {whole:.1} µs, {bare_name}: {bare:.1} µs, over it: {over:.1} µs");
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
