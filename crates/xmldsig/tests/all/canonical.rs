//! The table of exclusive canonicalisation: source, the element, the prefix list, the octets.

use xmldsig::{C14nError, Document, Element, Limits, canonicalize};

use crate::support::parse;

/// The element whose local name is `name`.
fn find<'d>(document: &'d Document, name: &str) -> Element<'d> {
    document.elements().find(|element| element.local_name() == name).expect("the element")
}

#[test]
fn canonical_forms() {
    let rows: &[(&str, &str, &[&str], &str)] = &[
        ("<a/>", "a", &[], "<a></a>"),
        ("<?xml version='1.0'?>\n<a />\n", "a", &[], "<a></a>"),
        ("<a  c = '2'\n b=\"1\"></a >", "a", &[], r#"<a b="1" c="2"></a>"#),
        // escapes of values and of text
        (
            "<a b='&amp;&lt;&gt;\"&apos;&#9;&#10;&#13;\t'/>",
            "a",
            &[],
            r#"<a b="&amp;&lt;>&quot;'&#x9;&#xA;&#xD; "></a>"#,
        ),
        ("<a>&amp;&lt;&gt;\"'&#9;&#10;&#13;\r\n</a>", "a", &[], "<a>&amp;&lt;&gt;\"'\t\n&#xD;\n</a>"),
        ("<a><![CDATA[<b/>&]]>c</a>", "a", &[], "<a>&lt;b/&gt;&amp;c</a>"),
        ("<a>\u{e9}&#x1F600;</a>", "a", &[], "<a>\u{e9}\u{1F600}</a>"),
        // order of attributes: no namespace first, then by namespace name, then by local name
        (
            "<a xmlns:z='urn:1' xmlns:y='urn:2' y:a='1' z:b='2' z:a='3' b='4' B='5' a='6'/>",
            "a",
            &[],
            r#"<a xmlns:y="urn:2" xmlns:z="urn:1" B="5" a="6" b="4" z:a="3" z:b="2" y:a="1"></a>"#,
        ),
        ("<a xml:lang='en' b='1'/>", "a", &[], r#"<a b="1" xml:lang="en"></a>"#),
        ("<r xml:lang='en' xml:base='urn:b'><a/></r>", "a", &[], "<a></a>"),
        ("<xml:a/>", "a", &[], "<xml:a></xml:a>"),
        // namespaces are rendered where they are used
        ("<p:a xmlns:p='urn:p' xmlns:q='urn:q'/>", "a", &[], r#"<p:a xmlns:p="urn:p"></p:a>"#),
        (
            "<r xmlns:p='urn:p' xmlns='urn:d'><p:a><b/></p:a></r>",
            "a",
            &[],
            r#"<p:a xmlns:p="urn:p"><b xmlns="urn:d"></b></p:a>"#,
        ),
        (
            "<a xmlns:p='urn:p'><p:b/><p:c/></a>",
            "a",
            &[],
            r#"<a><p:b xmlns:p="urn:p"></p:b><p:c xmlns:p="urn:p"></p:c></a>"#,
        ),
        (
            "<p:a xmlns:p='urn:p'><p:b xmlns:p='urn:p'/></p:a>",
            "a",
            &[],
            r#"<p:a xmlns:p="urn:p"><p:b></p:b></p:a>"#,
        ),
        (
            "<p:a xmlns:p='urn:1'><p:b xmlns:p='urn:2'><p:c xmlns:p='urn:1'/></p:b><p:d/></p:a>",
            "a",
            &[],
            r#"<p:a xmlns:p="urn:1"><p:b xmlns:p="urn:2"><p:c xmlns:p="urn:1"></p:c></p:b><p:d></p:d></p:a>"#,
        ),
        (
            "<a xmlns:p='urn:p' p:b='1'><c p:d='2'/></a>",
            "a",
            &[],
            r#"<a xmlns:p="urn:p" p:b="1"><c p:d="2"></c></a>"#,
        ),
        ("<a t='p:b' xmlns:p='urn:p'>p:c</a>", "a", &[], r#"<a t="p:b">p:c</a>"#),
        // the default namespace, and its end
        (
            "<a xmlns='urn:1'><b xmlns=''><c/></b></a>",
            "a",
            &[],
            r#"<a xmlns="urn:1"><b xmlns=""><c></c></b></a>"#,
        ),
        (
            "<a xmlns='urn:1'><p:b xmlns:p='urn:p' xmlns=''><c/></p:b></a>",
            "a",
            &[],
            r#"<a xmlns="urn:1"><p:b xmlns:p="urn:p"><c xmlns=""></c></p:b></a>"#,
        ),
        ("<r xmlns='urn:1'><a xmlns=''/></r>", "a", &[], "<a></a>"),
        ("<a xmlns=''><b xmlns=''/></a>", "a", &[], "<a><b></b></a>"),
        // the prefix list
        ("<a xmlns:p='urn:p'><b/></a>", "a", &["p"], r#"<a xmlns:p="urn:p"><b></b></a>"#),
        ("<r xmlns:p='urn:p'><a><p:b/></a></r>", "a", &["p"], r#"<a xmlns:p="urn:p"><p:b></p:b></a>"#),
        (
            "<a xmlns:p='urn:1'><b xmlns:p='urn:2'/><c/></a>",
            "a",
            &["p"],
            r#"<a xmlns:p="urn:1"><b xmlns:p="urn:2"></b><c></c></a>"#,
        ),
        (
            "<r xmlns='urn:1' xmlns:p='urn:p'><p:a/></r>",
            "a",
            &[""],
            r#"<p:a xmlns="urn:1" xmlns:p="urn:p"></p:a>"#,
        ),
        (
            "<p:a xmlns='urn:1' xmlns:p='urn:p'><p:b xmlns=''/></p:a>",
            "a",
            &[""],
            r#"<p:a xmlns="urn:1" xmlns:p="urn:p"><p:b xmlns=""></p:b></p:a>"#,
        ),
        (
            "<a xmlns:q='urn:q' xmlns:p='urn:p'/>",
            "a",
            &["q", "p", "q"],
            r#"<a xmlns:p="urn:p" xmlns:q="urn:q"></a>"#,
        ),
    ];
    for (source, name, prefixes, expected) in rows {
        let document = parse(source);
        let octets = canonicalize(find(&document, name), prefixes, None).unwrap();
        assert_eq!(String::from_utf8(octets).unwrap(), *expected, "{source}");
    }
}

#[test]
fn one_element_can_be_left_out() {
    let document = parse("<a xmlns:p='urn:p'>1<p:s p:x='1'>2<b/></p:s>3<p:c/></a>");
    let [a, s, b] = ["a", "s", "b"].map(|name| find(&document, name));
    let expected = br#"<a>13<p:c xmlns:p="urn:p"></p:c></a>"#;
    assert_eq!(canonicalize(a, &[], Some(s)).unwrap(), expected);
    let expected = br#"<p:s xmlns:p="urn:p" p:x="1">2</p:s>"#;
    assert_eq!(canonicalize(s, &[], Some(b)).unwrap(), expected);
    for (apex, without) in [(a, a), (b, s), (s, a), (b, b)] {
        assert_eq!(canonicalize(apex, &[], Some(without)), Err(C14nError::NotInside));
    }
    let other = parse("<a><b/></a>");
    assert_eq!(canonicalize(a, &[], Some(find(&other, "b"))), Err(C14nError::NotInside));
}

#[test]
fn a_prefix_list_is_refused_when_a_prefix_is_not_declared() {
    let document = parse("<a xmlns:p='urn:p'><b xmlns:q='urn:q' xmlns:p='urn:p'/></a>");
    for (name, prefix) in [("a", "q"), ("a", ""), ("a", "xml"), ("a", "xmlns"), ("a", "p:"), ("b", "r")] {
        let refused = canonicalize(find(&document, name), &[prefix], None);
        assert_eq!(refused, Err(C14nError::UndeclaredPrefix), "{prefix}");
    }
    let document = parse("<a xmlns='urn:a'><b xmlns=''/></a>");
    assert!(canonicalize(find(&document, "a"), &[""], None).is_ok());
    assert_eq!(canonicalize(find(&document, "b"), &[""], None), Err(C14nError::UndeclaredPrefix));
}

#[test]
fn a_prefix_list_holds_at_most_sixteen() {
    let names: Vec<String> = (0..17).map(|at| format!("p{at}")).collect();
    let declared: String = names.iter().map(|name| format!(" xmlns:{name}='urn:{name}'")).collect();
    let document = parse(&format!("<a{declared}/>"));
    let prefixes: Vec<&str> = names.iter().map(String::as_str).collect();
    assert!(canonicalize(document.root(), &prefixes[..16], None).is_ok());
    assert_eq!(canonicalize(document.root(), &prefixes, None), Err(C14nError::TooManyPrefixes));
}

#[test]
fn comments_of_metadata_are_dropped() {
    let source = b"<!-- 1 --><a>b<!-- 2 -->c</a>";
    let document = Document::parse(source, &Limits::METADATA).unwrap();
    assert_eq!(canonicalize(document.root(), &[], None).unwrap(), b"<a>bc</a>");
}

/// What is written as canonicalisation would write it is copied; each row but the first three
/// deviates in one way, and so do all elements around it.
#[test]
fn only_what_is_canonical_as_written_is_copied() {
    let rows: &[(&str, &str)] = &[
        ("<p:a>t</p:a>", "<p:a>t</p:a>"),
        ("<p:a b=\"'\" c=\">\" p:b=\"\">\"'\t\n</p:a>", "<p:a b=\"'\" c=\">\" p:b=\"\">\"'\t\n</p:a>"),
        ("<p:a><p:b><p:c></p:c></p:b></p:a>", "<p:a><p:b><p:c></p:c></p:b></p:a>"),
        // tags
        ("<p:a/>", "<p:a></p:a>"),
        ("<p:a ></p:a>", "<p:a></p:a>"),
        ("<p:a></p:a\n>", "<p:a></p:a>"),
        ("<p:a><p:b/></p:a>", "<p:a><p:b></p:b></p:a>"),
        // attributes
        ("<p:a b='1'></p:a>", "<p:a b=\"1\"></p:a>"),
        ("<p:a b =\"1\"></p:a>", "<p:a b=\"1\"></p:a>"),
        ("<p:a b= \"1\"></p:a>", "<p:a b=\"1\"></p:a>"),
        ("<p:a  b=\"1\"></p:a>", "<p:a b=\"1\"></p:a>"),
        ("<p:a\tb=\"1\"></p:a>", "<p:a b=\"1\"></p:a>"),
        ("<p:a b=\"1\" ></p:a>", "<p:a b=\"1\"></p:a>"),
        ("<p:a c=\"1\" b=\"2\"></p:a>", "<p:a b=\"2\" c=\"1\"></p:a>"),
        ("<p:a b=\"&#65;\"></p:a>", "<p:a b=\"A\"></p:a>"),
        ("<p:a b=\"1\n2\"></p:a>", "<p:a b=\"1 2\"></p:a>"),
        ("<p:a xml:b=\"1\"></p:a>", "<p:a xml:b=\"1\"></p:a>"),
        // text
        ("<p:a>></p:a>", "<p:a>&gt;</p:a>"),
        ("<p:a>&#65;</p:a>", "<p:a>A</p:a>"),
        ("<p:a>1\r\n2&#13;</p:a>", "<p:a>1\n2&#xD;</p:a>"),
        ("<p:a><![CDATA[<]]></p:a>", "<p:a>&lt;</p:a>"),
        ("<p:a>1<!-- 2 -->3</p:a>", "<p:a>13</p:a>"),
        // declarations
        ("<p:a xmlns:p=\"urn:p\"></p:a>", "<p:a></p:a>"),
        ("<p:a xmlns:u=\"urn:u\"></p:a>", "<p:a></p:a>"),
        ("<p:a xmlns:p=\"urn:o\"><p:b></p:b></p:a>", "<p:a xmlns:p=\"urn:o\"><p:b></p:b></p:a>"),
        ("<p:a><q:b></q:b></p:a>", "<p:a><q:b xmlns:q=\"urn:q\"></q:b></p:a>"),
        ("<q:a><q:b></q:b></q:a>", "<q:a xmlns:q=\"urn:q\"><q:b></q:b></q:a>"),
        ("<p:a q:b=\"1\"></p:a>", "<p:a xmlns:q=\"urn:q\" q:b=\"1\"></p:a>"),
        ("<p:a><b><c></c></b></p:a>", "<p:a><b><c></c></b></p:a>"),
        ("<b xmlns=\"urn:d\"><c></c></b>", "<b xmlns=\"urn:d\"><c></c></b>"),
    ];
    for (source, expected) in rows {
        let xml = format!("<r xmlns:p='urn:p' xmlns:q='urn:q'><p:e>1<p:f>2{source}3</p:f>4</p:e></r>");
        let document = Document::parse(xml.as_bytes(), &Limits::METADATA).unwrap();
        let form = canonicalize(find(&document, "e"), &[], None).unwrap();
        let expected = format!("<p:e xmlns:p=\"urn:p\">1<p:f>2{expected}3</p:f>4</p:e>");
        assert_eq!(String::from_utf8(form).unwrap(), expected, "{source}");
    }
}

#[test]
fn what_is_copied_has_what_must_be_added_and_lacks_what_is_left_out() {
    let document = parse("<r xmlns:u=\"urn:u\"><e><f></f></e></r>");
    let e = find(&document, "e");
    assert_eq!(canonicalize(e, &["u"], None).unwrap(), b"<e xmlns:u=\"urn:u\"><f></f></e>");
    let document = parse("<r><e><f><g></g></f><h></h></e></r>");
    let without = |name| canonicalize(document.root(), &[], Some(find(&document, name))).unwrap();
    assert_eq!(without("g"), b"<r><e><f></f><h></h></e></r>");
    assert_eq!(without("f"), b"<r><e><h></h></e></r>");
    assert_eq!(without("h"), b"<r><e><f><g></g></f></e></r>");
}
