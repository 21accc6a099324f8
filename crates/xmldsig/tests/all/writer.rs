//! The writer: what it writes is canonical, whatever it is told in whatever order.

use xmldsig::{
    Canonical, Document, Limits, Name, Namespace, SignError, WriteError, Writer, canonicalize, sign,
};

use crate::support::{A, FALSE, R, TRUE, assertion, rng, text};

const D: Namespace<'static> = Namespace::new("", "urn:d");
const XML: Namespace<'static> = Namespace::new("xml", "http://www.w3.org/XML/1998/namespace");

#[test]
fn what_is_written() {
    let mut w = Writer::new();
    w.open(R.name("a")).attribute("b", "2").attribute(A.name("z"), "3").attribute("a", "1\t\"<");
    w.attribute(XML.name("lang"), "en");
    w.text("x>\r").open(D.name("d")).leaf(Name::plain("p"), "").close();
    w.leaf(A.name("e"), "&").close();
    assert_eq!(
        text(&w.finish().unwrap()),
        "<r:a xmlns:a=\"urn:a\" xmlns:r=\"urn:r\" a=\"1&#x9;&quot;&lt;\" b=\"2\" xml:lang=\"en\" a:z=\"3\">x&gt;&#xD;\
         <d xmlns=\"urn:d\"><p xmlns=\"\"></p></d><a:e>&amp;</a:e></r:a>"
    );
}

/// Tells a new writer something and returns what comes of it.
fn written(tell: impl FnOnce(&mut Writer<'static>)) -> Result<Canonical<'static>, WriteError> {
    let mut w = Writer::new();
    tell(&mut w);
    w.finish()
}

#[test]
fn mistakes_have_names() {
    use WriteError as E;
    type Tell = fn(&mut Writer<'static>);
    let rows: &[(&str, Tell, E)] = &[
        ("nothing", |_| {}, E::Unfinished),
        (
            "no end",
            |w| {
                w.open(R.name("a"));
            },
            E::Unfinished,
        ),
        (
            "no end of the root",
            |w| {
                w.open(R.name("a")).open(R.name("b")).close();
            },
            E::Unfinished,
        ),
        (
            "two roots",
            |w| {
                w.open(R.name("a")).close().open(R.name("b")).close();
            },
            E::SecondRoot,
        ),
        (
            "text after the root",
            |w| {
                w.open(R.name("a")).close().text("b");
            },
            E::OutsideRoot,
        ),
        (
            "text before the root",
            |w| {
                w.text("b").open(R.name("a")).close();
            },
            E::OutsideRoot,
        ),
        (
            "one end too many",
            |w| {
                w.open(R.name("a")).close().close();
            },
            E::OutsideRoot,
        ),
        (
            "an attribute after text",
            |w| {
                w.open(R.name("a")).text("").attribute("b", "").close();
            },
            E::AttributePlace,
        ),
        (
            "an attribute first",
            |w| {
                w.attribute("b", "").open(R.name("a")).close();
            },
            E::AttributePlace,
        ),
        (
            "an attribute twice",
            |w| {
                w.open(R.name("a")).attribute("b", "").attribute("b", "").close();
            },
            E::DuplicateAttribute,
        ),
        (
            "a name with a space",
            |w| {
                w.open(R.name("a b")).close();
            },
            E::Name,
        ),
        (
            "a name with a colon",
            |w| {
                w.open(Name::plain("r:a")).close();
            },
            E::Name,
        ),
        (
            "an empty name",
            |w| {
                w.open(R.name("")).close();
            },
            E::Name,
        ),
        (
            "xmlns by hand",
            |w| {
                w.open(Name::plain("a")).attribute("xmlns:b", "urn:b").close();
            },
            E::Name,
        ),
        (
            "the default by hand",
            |w| {
                w.open(Name::plain("a")).attribute("xmlns", "urn:b").close();
            },
            E::Name,
        ),
        (
            "a prefix without namespace",
            |w| {
                w.open(Namespace::new("p", "").name("a")).close();
            },
            E::Namespace,
        ),
        (
            "a relative namespace",
            |w| {
                w.open(Namespace::new("p", "b").name("a")).close();
            },
            E::Namespace,
        ),
        (
            "the prefix xmlns",
            |w| {
                w.open(Namespace::new("xmlns", "urn:b").name("a")).close();
            },
            E::Namespace,
        ),
        (
            "the prefix xml",
            |w| {
                w.open(Namespace::new("xml", "urn:b").name("a")).close();
            },
            E::Namespace,
        ),
        (
            "a malformed prefix",
            |w| {
                w.open(Namespace::new("p q", "urn:b").name("a")).close();
            },
            E::Namespace,
        ),
        (
            "an attribute in the default",
            |w| {
                w.open(D.name("a")).attribute(D.name("b"), "").close();
            },
            E::Namespace,
        ),
        (
            "one prefix, two namespaces",
            |w| {
                w.open(R.name("a")).attribute(Namespace::new("r", "urn:x").name("b"), "").close();
            },
            E::PrefixTwice,
        ),
        (
            "one prefix, two namespaces, one of them in force",
            |w| {
                let other = Namespace::new("r", "urn:x");
                w.open(R.name("a")).open(R.name("b")).attribute(other.name("c"), "").close().close();
            },
            E::PrefixTwice,
        ),
        (
            "NUL",
            |w| {
                w.open(R.name("a")).text("\0").close();
            },
            E::IllegalCharacter,
        ),
        (
            "a control character in a value",
            |w| {
                w.open(R.name("a")).attribute("b", "\u{1}").close();
            },
            E::IllegalCharacter,
        ),
        (
            "U+FFFF",
            |w| {
                w.open(R.name("a")).text("\u{FFFF}").close();
            },
            E::IllegalCharacter,
        ),
        (
            "Id",
            |w| {
                w.open(R.name("a")).attribute("Id", "_1").close();
            },
            E::Id,
        ),
        (
            "a prefixed ID",
            |w| {
                w.open(R.name("a")).attribute(R.name("ID"), "_1").close();
            },
            E::Id,
        ),
        (
            "an ID that is no name",
            |w| {
                w.open(R.name("a")).attribute("ID", "1").close();
            },
            E::Id,
        ),
        (
            "a place not used",
            |w| {
                w.open(R.name("a")).signature_here().close();
            },
            E::Unsigned,
        ),
    ];
    for (what, tell, expected) in rows {
        assert_eq!(written(tell).map(|w| text(&w)), Err(*expected), "{what}");
    }
}

#[test]
fn what_is_to_be_signed_needs_an_id_and_one_place_in_the_root() {
    let unsigned = |tell: fn(&mut Writer<'static>)| {
        let mut w = Writer::new();
        tell(&mut w);
        w.finish_unsigned().map(|enveloped| enveloped.id().to_owned())
    };
    let root = |w: &mut Writer<'static>| {
        w.open(R.name("a")).attribute("ID", "_1");
    };
    assert_eq!(
        unsigned(|w| {
            w.open(R.name("a")).attribute("ID", "_1").signature_here().close();
        }),
        Ok("_1".to_owned())
    );
    assert_eq!(
        unsigned(|w| {
            w.open(R.name("a")).signature_here().close();
        }),
        Err(WriteError::IdMissing)
    );
    assert_eq!(
        unsigned(|w| {
            w.open(R.name("a")).open(R.name("b")).attribute("ID", "_1").close().signature_here().close();
        }),
        Err(WriteError::IdMissing)
    );
    let mut w = Writer::new();
    root(&mut w);
    w.close();
    assert_eq!(w.finish_unsigned().map(|_| ()), Err(WriteError::SignaturePlace));
    let mut w = Writer::new();
    root(&mut w);
    w.signature_here().signature_here().close();
    assert_eq!(w.finish_unsigned().map(|_| ()), Err(WriteError::SignaturePlace));
    let mut w = Writer::new();
    root(&mut w);
    w.open(R.name("b")).signature_here().close().close();
    assert_eq!(w.finish_unsigned().map(|_| ()), Err(WriteError::SignaturePlace));
    let ds = Namespace::new("ds", "http://www.w3.org/2000/09/xmldsig#");
    let mut w = Writer::new();
    w.open(ds.name("a")).attribute("ID", "_1").signature_here().close();
    assert_eq!(w.finish_unsigned().map(|_| ()), Err(WriteError::NotCanonicalHere));
}

#[test]
fn a_certificate_of_another_key_is_not_shown() {
    let mut w = Writer::new();
    w.open(R.name("a")).attribute("ID", "_1").signature_here().close();
    let refused = sign(w.finish_unsigned().unwrap(), &TRUE.key, Some(&FALSE.certificate), rng());
    assert_eq!(refused.map(|_| ()), Err(SignError::CertificateOfAnotherKey));
}

#[test]
fn an_embedded_element_stays_octet_for_octet_or_is_refused() {
    let inner = assertion("_a");
    let outer = written(|w| {
        w.open(R.name("r")).embed(&assertion("_a")).close();
    })
    .unwrap();
    assert_eq!(text(&outer), format!("<r:r xmlns:r=\"urn:r\">{}</r:r>", text(&inner)));
    let refused = written(|w| {
        w.open(A.name("r")).embed(&assertion("_a")).close();
    });
    assert_eq!(refused, Err(WriteError::NotCanonicalHere));
    let deep = written(|w| {
        let ds = Namespace::new("ds", "http://www.w3.org/2000/09/xmldsig#");
        w.open(R.name("r")).attribute(ds.name("b"), "").embed(&assertion("_a")).close();
    });
    assert_eq!(deep, Err(WriteError::NotCanonicalHere));
    let plain = written(|w| {
        w.leaf(Name::plain("p"), "");
    })
    .unwrap();
    let moved = written(|w| {
        w.open(D.name("d")).embed(&plain).close();
    });
    assert_eq!(moved, Err(WriteError::NotCanonicalHere));
    let other = Namespace::new("a", "urn:other");
    let fits = written(|w| {
        w.open(other.name("r")).embed(&assertion("_a")).close();
    })
    .unwrap();
    let document = Document::parse(fits.octets(), &Limits::MESSAGE).unwrap();
    assert_eq!(canonicalize(document.root(), &[], None).unwrap(), fits.octets());
    assert_eq!(
        written(|w| {
            w.embed(&assertion("_a"));
        }),
        Err(WriteError::OutsideRoot)
    );
}
