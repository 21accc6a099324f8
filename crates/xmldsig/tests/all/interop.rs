//! What other people's software says: Debian's xmlsec1 and xmllint (libxml2), and bergshamra.

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bergshamra::c14n::{C14nMode, canonicalize as bergshamra_c14n};
use bergshamra::keys::loader::{load_rsa_private_pem, load_x509_cert_pem};
use bergshamra::{DsigContext, KeysManager};
use xmldsig::{Document, Limits, canonicalize, verify};

use crate::generate::{document, mutilated};
use crate::support::{DS, ENVELOPED, EXCLUSIVE, Pair, TRUE, assertion, parse, response, text};

/// A folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn private_pem(pair: &Pair) -> String {
    let base64 = STANDARD.encode(&pair.pkcs8);
    let lines: Vec<_> = base64.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
}

/// Runs a tool that must succeed; returns what it printed.
fn run(tool: &str, arguments: &[&str], files: &[PathBuf]) -> Vec<u8> {
    let done = Command::new(tool).args(arguments).args(files).output();
    let done = done.unwrap_or_else(|error| panic!("{tool} is needed for this test: {error}"));
    assert!(done.status.success(), "{tool} {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    done.stdout
}

#[test]
fn canonical_forms_agree_with_libxml2_on_a_thousand_documents() {
    let folder = folder("c14n");
    let (mut files, mut ours) = (Vec::new(), Vec::new());
    for seed in 0..1000 {
        let (source, _) = document(seed, true);
        let file = folder.join(format!("{seed}.xml"));
        std::fs::write(&file, &source).unwrap();
        files.push(file);
        ours.push(canonicalize(parse(&source).root(), &[], None).unwrap());
    }
    let theirs = run("xmllint", &["--exc-c14n"], &files);
    let mut rest = theirs.as_slice();
    for (seed, ours) in ours.iter().enumerate() {
        let end = ours.len().min(rest.len());
        let shown = String::from_utf8_lossy(&rest[..end]);
        assert_eq!(String::from_utf8_lossy(ours), shown, "seed {seed}: {}", document(seed as u64, true).0);
        rest = &rest[end..];
    }
    assert!(rest.is_empty());
}

/// Whatever of broken documents we read, libxml2 reads as the same document.
#[test]
fn what_we_read_of_mutilated_documents_libxml2_reads_alike() {
    let folder = folder("mutilated");
    let (mut files, mut ours) = (Vec::new(), Vec::new());
    for seed in 0..6000 {
        let source = mutilated(seed);
        let Ok(document) = Document::parse(source.as_bytes(), &Limits::MESSAGE) else {
            continue;
        };
        let file = folder.join(format!("{seed}.xml"));
        std::fs::write(&file, &source).unwrap();
        files.push(file);
        ours.push((source, canonicalize(document.root(), &[], None).unwrap()));
    }
    assert!(ours.len() > 300, "{}", ours.len());
    let theirs = run("xmllint", &["--exc-c14n"], &files);
    let mut rest = theirs.as_slice();
    for (source, ours) in &ours {
        let (theirs, after) = rest.split_at(ours.len().min(rest.len()));
        assert_eq!(String::from_utf8_lossy(ours), String::from_utf8_lossy(theirs), "{source}");
        rest = after;
    }
    assert!(rest.is_empty());
}

/// Its reader keeps some white space in values (against XML 1.0, section 3.3.3) and carriage
/// returns in sections (against section 2.11): so it gets documents without these. They are
/// compared with libxml2 only.
#[test]
fn canonical_forms_agree_with_bergshamra_on_a_thousand_documents() {
    let mut listed = 0;
    for seed in 0..1000 {
        let (source, prefixes) = document(seed, false);
        let source = source.replace("\r\n", "\n").replace('\r', "\n");
        let mut prefixes: Vec<&str> = prefixes.into_iter().filter(|prefix| !prefix.is_empty()).collect();
        if seed.is_multiple_of(2) {
            prefixes.clear();
        }
        listed += usize::from(!prefixes.is_empty());
        let ours = canonicalize(parse(&source).root(), &prefixes, None).unwrap();
        let theirs = bergshamra_c14n(&source, C14nMode::Exclusive, None, &prefixes).unwrap();
        assert_eq!(String::from_utf8_lossy(&ours), String::from_utf8_lossy(&theirs), "seed {seed}: {source}");
    }
    assert!(listed > 100);
}

#[test]
fn what_we_sign_verifies_with_xmlsec1() {
    let folder = folder("ours");
    let certificate = folder.join("certificate.pem");
    std::fs::write(&certificate, TRUE.certificate.pem()).unwrap();
    let (alone, both) = (folder.join("assertion.xml"), folder.join("response.xml"));
    std::fs::write(&alone, assertion("_a").octets()).unwrap();
    std::fs::write(&both, response(&assertion("_a")).octets()).unwrap();
    let certificate = certificate.to_str().unwrap();
    let ids = ["--id-attr:ID", "urn:r:Response", "--id-attr:ID", "urn:a:Assertion"];
    let keys = ["--verify", "--pubkey-cert-pem", certificate, "--trusted-pem", certificate];
    run("xmlsec1", &[&keys[..], &ids].concat(), &[alone, both.clone()]);
    let inner = ["--node-xpath", "//*[local-name()='Assertion']/*[local-name()='Signature']"];
    run("xmlsec1", &[&keys[..], &ids, &inner].concat(), &[both]);
}

fn bergshamra_context(key: bergshamra::Key) -> DsigContext {
    let mut manager = KeysManager::new();
    manager.add_key(key);
    DsigContext::new(manager)
}

#[test]
fn what_we_sign_verifies_with_bergshamra() {
    let context = bergshamra_context(load_x509_cert_pem(TRUE.certificate.pem().as_bytes()).unwrap());
    for xml in [text(&assertion("_a")), text(&response(&assertion("_a")))] {
        let results = bergshamra::verify_all(&context, &xml).unwrap();
        assert_eq!(results.len(), xml.matches("<ds:Signature ").count());
        assert!(
            results.iter().all(|result| result.is_valid() && result.all_reference_digests_verified()),
            "{results:?}"
        );
    }
}

/// A template as signers take it, around a generated document: the signed element is the
/// root, or stands inside another that declares its namespaces.
fn template(seed: u64, raw: bool) -> String {
    let (source, _) = document(seed, raw);
    let content = source.trim_start_matches("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    let list = match seed % 3 {
        0 => "",
        1 => {
            "<e:InclusiveNamespaces xmlns:e=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"xs w\"/>"
        }
        _ => {
            "<e:InclusiveNamespaces xmlns:e=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"#default xs\"/>"
        }
    };
    let signature = format!(
        "<ds:Signature xmlns:ds=\"{DS}\">
  <ds:SignedInfo>
    <ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\"/>
    <ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"/>
    <ds:Reference URI=\"#_s\">
      <ds:Transforms>
        <ds:Transform Algorithm=\"{ENVELOPED}\"/>
        <ds:Transform Algorithm=\"{EXCLUSIVE}\">{list}</ds:Transform>
      </ds:Transforms>
      <ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>
      <ds:DigestValue></ds:DigestValue>
    </ds:Reference>
  </ds:SignedInfo>
  <ds:SignatureValue></ds:SignatureValue>
</ds:Signature>"
    );
    let declared = "xmlns=\"urn:d\" xmlns:xs=\"urn:xs\"";
    if seed.is_multiple_of(2) {
        format!("<w:doc xmlns:w=\"urn:w\" {declared} ID=\"_s\">\n{signature}\n{content}</w:doc>")
    } else {
        format!(
            "<o:outer xmlns:o=\"urn:o\" xmlns:w=\"urn:w\" {declared}>\n<w:doc ID=\"_s\">{signature}{content}\n</w:doc></o:outer>"
        )
    }
}

fn assert_verifies(signed: &str, seed: u64) {
    let document = parse(signed);
    let element = document.by_id("_s").unwrap();
    let proof =
        verify(element, &TRUE.keys()).unwrap_or_else(|error| panic!("seed {seed}: {error}\n{signed}"));
    assert!(proof.document().unwrap().root().is("urn:w", "doc"));
}

#[test]
fn what_xmlsec1_signs_verifies_with_ours() {
    let folder = folder("theirs");
    let key = folder.join("key.pem");
    std::fs::write(&key, private_pem(&TRUE)).unwrap();
    for seed in 0..30 {
        let file = folder.join(format!("{seed}.xml"));
        std::fs::write(&file, template(seed, true)).unwrap();
        let arguments = ["--sign", "--privkey-pem", key.to_str().unwrap(), "--id-attr:ID", "urn:w:doc"];
        let signed = run("xmlsec1", &arguments, &[file]);
        assert_verifies(&String::from_utf8(signed).unwrap(), seed);
    }
}

#[test]
fn what_bergshamra_signs_verifies_with_ours() {
    let context = bergshamra_context(load_rsa_private_pem(private_pem(&TRUE).as_bytes()).unwrap());
    for seed in 0..30 {
        let signed = bergshamra::sign(&context, &template(seed, false).replace('\r', "")).unwrap();
        assert_verifies(&signed, seed);
    }
}
