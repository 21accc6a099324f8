//! What the OASIS schemas say of a message: Debian's opensaml-schemas, with the
//! W3C's from xmltooling-schemas, read by xmllint without network.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

/// The schema that a document is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// Requests and responses.
    Protocol,
    /// Metadata.
    Metadata,
}

impl Schema {
    fn file(self) -> &'static str {
        match self {
            Self::Protocol => "saml-schema-protocol-2.0.xsd",
            Self::Metadata => "saml-schema-metadata-2.0.xsd",
        }
    }
}

/// Holds a document against a schema.
///
/// # Panics
/// When it is not valid, with xmllint's words and the document.
pub fn assert_valid(xml: &[u8], schema: Schema) {
    if let Err(words) = validate(xml, schema) {
        panic!("{words}\n{}", String::from_utf8_lossy(xml));
    }
}

/// Holds a document against a schema.
///
/// # Errors
/// What xmllint says of a document that is not valid.
///
/// # Panics
/// When xmllint or a schema is not installed.
pub fn validate(xml: &[u8], schema: Schema) -> Result<(), String> {
    let schema = Path::new(OASIS).join(schema.file());
    assert!(schema.exists(), "{} is missing: install opensaml-schemas", schema.display());
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = folder.path().join("catalog.xml");
    std::fs::write(&catalog, CATALOG).expect("writes the catalog");
    let mut xmllint = Command::new("xmllint")
        .args(["--nonet", "--noout", "--schema"])
        .arg(schema)
        .arg("-")
        .env("XML_CATALOG_FILES", &catalog)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("xmllint of libxml2-utils is installed");
    xmllint.stdin.take().expect("its input is piped").write_all(xml).expect("it reads");
    let output = xmllint.wait_with_output().expect("it ends");
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

const OASIS: &str = "/usr/share/xml/opensaml";

/// The schemas name those of the W3C by their addresses there.
const CATALOG: &str = r#"<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">
<system systemId="http://www.w3.org/TR/2002/REC-xmldsig-core-20020212/xmldsig-core-schema.xsd" uri="file:///usr/share/xml/xmltooling/xmldsig-core-schema.xsd"/>
<system systemId="http://www.w3.org/TR/2002/REC-xmlenc-core-20021210/xenc-schema.xsd" uri="file:///usr/share/xml/xmltooling/xenc-schema.xsd"/>
<system systemId="http://www.w3.org/2001/xml.xsd" uri="file:///usr/share/xml/xmltooling/xml.xsd"/>
</catalog>"#;
