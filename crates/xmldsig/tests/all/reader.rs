//! The table of the reader: documents that are read, and documents that are refused, with
//! the name of the rule. The octets of the second column are exactly what arrives.

use xmldsig::XmlRule as Rule;
use xmldsig::{Document, Limits};

use crate::support::parse;

fn rule(bytes: &[u8], limits: &Limits) -> Option<Rule> {
    Document::parse(bytes, limits).err().map(|error| error.rule)
}

#[test]
fn well_formed_documents_are_read() {
    let rows: &[(&str, &[u8])] = &[
        ("an empty element", b"<a/>"),
        ("a start and an end", b"<a></a>"),
        ("space in tags", b"<a\n b = '1'\t></a >"),
        ("both quotes", br#"<a b="'" c='"'/>"#),
        ("a declaration", b"<?xml version=\"1.0\"?><a/>"),
        ("a declaration in full", b"<?xml version='1.0' encoding='utf-8' standalone='yes' ?>\n<a/>\n"),
        ("upper case encoding", b"<?xml version=\"1.0\" encoding=\"UTF-8\"?><a/>"),
        ("space around the root", b" \r\n\t<a/> \n"),
        ("five entities", b"<a b=\"&lt;&gt;&amp;&apos;&quot;\">&lt;&gt;&amp;&apos;&quot;</a>"),
        ("character references", b"<a b='&#x1F600;&#10;'>&#65;&#x41;&#13;</a>"),
        ("a section", b"<a><![CDATA[<&]]></a>"),
        ("an empty section", b"<a><![CDATA[]]></a>"),
        ("brackets in a section", b"<a><![CDATA[]] > ]]]]></a>"),
        ("greater-than in text and value", b"<a b='>'>></a>"),
        ("brackets apart", b"<a>]] ></a>"),
        ("a referenced section end", b"<a>]]&gt; &#93;]></a>"),
        ("other letters in text", "<a b='\u{e9}'>\u{1F600}\u{FFFD}\u{85}</a>".as_bytes()),
        ("a default namespace", b"<a xmlns='urn:a'><b xmlns=''/></a>"),
        ("a prefix used before its declaration", b"<p:a p:b='1' xmlns:p='urn:p'/>"),
        ("one local name in two namespaces", b"<a xmlns:p='urn:p' p:b='1' b='2'/>"),
        ("the prefix xml", b"<a xml:lang='en' xml:space='preserve'/>"),
        ("the prefix xml, declared", b"<a xmlns:xml='http://www.w3.org/XML/1998/namespace' xml:lang='en'/>"),
        ("one ID each", b"<a ID='_1'><b ID='x.y-z'/></a>"),
        ("names that begin with id", b"<a IDs='1' Identifier='1' did='1'/>"),
        ("a dangling prefix in a value", b"<a t='xs:string'>xs:string</a>"),
    ];
    for (what, bytes) in rows {
        assert_eq!(rule(bytes, &Limits::MESSAGE), None, "{what}");
    }
}

#[test]
fn everything_else_is_refused_by_name() {
    for table in [ENCODING, MARKUP, TEXT, NAMES, NAMESPACES, IDS] {
        for (what, bytes, expected) in table {
            assert_eq!(rule(bytes, &Limits::MESSAGE), Some(*expected), "{what}");
        }
    }
    assert!([ENCODING, MARKUP, TEXT, NAMES, NAMESPACES, IDS].concat().len() >= 90);
}

type Table = &'static [(&'static str, &'static [u8], Rule)];

const ENCODING: Table = &[
    ("a byte order mark", b"\xEF\xBB\xBF<a/>", Rule::ByteOrderMark),
    ("a byte order mark inside", b" \xEF\xBB\xBF<a/>", Rule::TextOutsideRoot),
    ("UTF-16, little endian", b"\xFF\xFE<\0a\0/\0>\0", Rule::NotUtf8),
    ("UTF-16, big endian", b"\xFE\xFF\0<\0a\0/\0>", Rule::NotUtf8),
    ("UTF-16 without a mark", b"<\0a\0/\0>\0", Rule::IllegalCharacter),
    ("Latin-1", b"<a>\xE9</a>", Rule::NotUtf8),
    ("an overlong slash", b"<a>\xC0\xAF</a>", Rule::NotUtf8),
    ("an overlong NUL", b"<a>\xC0\x80</a>", Rule::NotUtf8),
    ("a surrogate", b"<a>\xED\xA0\x80</a>", Rule::NotUtf8),
    ("beyond Unicode", b"<a>\xF4\x90\x80\x80</a>", Rule::NotUtf8),
    ("a character cut off", b"<a>\xE2\x82</a>", Rule::NotUtf8),
    ("NUL", b"<a>\0</a>", Rule::IllegalCharacter),
    ("a control character", b"<a>\x01</a>", Rule::IllegalCharacter),
    ("escape in a value", b"<a b='\x1B'/>", Rule::IllegalCharacter),
    ("U+FFFE", b"<a>\xEF\xBF\xBE</a>", Rule::IllegalCharacter),
    ("U+FFFF", b"<a>\xEF\xBF\xBF</a>", Rule::IllegalCharacter),
    ("UTF-7", b"<?xml version='1.0' encoding='UTF-7'?><a/>", Rule::Encoding),
    ("UTF-16 declared", b"<?xml version='1.0' encoding='UTF-16'?><a/>", Rule::Encoding),
    ("Latin-1 declared", b"<?xml version='1.0' encoding='ISO-8859-1'?><a/>", Rule::Encoding),
    ("XML 1.1", b"<?xml version='1.1'?><a/>", Rule::Version),
    ("XML 1.00", b"<?xml version='1.00'?><a/>", Rule::Version),
    ("no version", b"<?xml encoding='UTF-8'?><a/>", Rule::Declaration),
    ("version without quotes", b"<?xml version=1.0?><a/>", Rule::Declaration),
    ("encoding before version", b"<?xml encoding='UTF-8' version='1.0'?><a/>", Rule::Declaration),
    ("standalone perhaps", b"<?xml version='1.0' standalone='perhaps'?><a/>", Rule::Declaration),
    ("a declaration with more", b"<?xml version='1.0' more='1'?><a/>", Rule::Declaration),
    ("a declaration cut off", b"<?xml version='1.0'><a/>", Rule::Declaration),
    ("a late declaration", b" <?xml version='1.0'?><a/>", Rule::Declaration),
    ("a second declaration", b"<?xml version='1.0'?><?xml version='1.0'?><a/>", Rule::Declaration),
];

const MARKUP: Table = &[
    ("nothing", b"", Rule::NoRoot),
    ("white space", b" \n", Rule::NoRoot),
    ("text alone", b"a", Rule::TextOutsideRoot),
    ("a section alone", b"<![CDATA[a]]>", Rule::TextOutsideRoot),
    ("a reference alone", b"&lt;a/&gt;", Rule::TextOutsideRoot),
    ("a document type", b"<!DOCTYPE a><a/>", Rule::DocumentType),
    ("a document type with entities", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", Rule::DocumentType),
    (
        "an external entity",
        b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
        Rule::DocumentType,
    ),
    ("an external subset", b"<!DOCTYPE a SYSTEM 'http://evil.example/a.dtd'><a/>", Rule::DocumentType),
    (
        "a parameter entity",
        b"<!DOCTYPE a [<!ENTITY % b SYSTEM 'http://evil.example/'> %b;]><a/>",
        Rule::DocumentType,
    ),
    ("a document type in lower case", b"<!doctype a><a/>", Rule::DocumentType),
    ("a document type inside", b"<a><!DOCTYPE a></a>", Rule::DocumentType),
    ("a document type after the root", b"<a/><!DOCTYPE a>", Rule::DocumentType),
    ("an entity declaration inside", b"<a><!ENTITY b 'c'></a>", Rule::DocumentType),
    ("a conditional section", b"<a><![INCLUDE[b]]></a>", Rule::DocumentType),
    ("a stylesheet", b"<?xml-stylesheet href='x.xsl'?><a/>", Rule::ProcessingInstruction),
    ("an instruction inside", b"<a><?b?></a>", Rule::ProcessingInstruction),
    ("an instruction after the root", b"<a/><?b?>", Rule::ProcessingInstruction),
    ("an instruction without a name", b"<a><? b?></a>", Rule::ProcessingInstruction),
    ("a comment before the root", b"<!-- b --><a/>", Rule::Comment),
    ("a comment inside", b"<a>b<!-- c -->d</a>", Rule::Comment),
    ("a comment after the root", b"<a/><!-- b -->", Rule::Comment),
    ("markup of no kind", b"<a><!></a>", Rule::Markup),
    ("a lone less-than", b"<a>1 < 2</a>", Rule::Name),
    ("two roots", b"<a/><b/>", Rule::SecondRoot),
    ("text after the root", b"<a/>b", Rule::TextOutsideRoot),
    ("a section after the root", b"<a/><![CDATA[b]]>", Rule::TextOutsideRoot),
    ("an end after the root", b"<a/></a>", Rule::EndTag),
    ("an end first", b"</a>", Rule::EndTag),
    ("another end", b"<a></b>", Rule::EndTag),
    ("an end in other case", b"<a></A>", Rule::EndTag),
    ("an end with another prefix", b"<p:a xmlns:p='urn:a' xmlns:q='urn:a'></q:a>", Rule::EndTag),
    ("an end that goes on", b"<a></ab>", Rule::EndTag),
    ("an end with an attribute", b"<a></a b='1'>", Rule::EndTag),
    ("an end with a space first", b"<a></ a>", Rule::EndTag),
    ("crossed elements", b"<a><b></a></b>", Rule::EndTag),
    ("no end", b"<a>", Rule::UnexpectedEnd),
    ("no end of text", b"<a>b", Rule::UnexpectedEnd),
    ("no end of the end", b"<a></a", Rule::UnexpectedEnd),
    ("no end of the start", b"<a ", Rule::UnexpectedEnd),
    ("no end of a value", b"<a b='", Rule::UnexpectedEnd),
    ("no end of a section", b"<a><![CDATA[b</a>", Rule::UnexpectedEnd),
    ("a slash alone", b"<a / >", Rule::Markup),
];

const TEXT: Table = &[
    ("a section end in text", b"<a>]]></a>", Rule::SectionEnd),
    ("a section end after text", b"<a>b]]]>c</a>", Rule::SectionEnd),
    ("an unknown entity", b"<a>&nbsp;</a>", Rule::UnknownEntity),
    ("an unknown entity in a value", b"<a b='&copy;'/>", Rule::UnknownEntity),
    ("an entity in upper case", b"<a>&AMP;</a>", Rule::UnknownEntity),
    ("a lone ampersand", b"<a>b & c</a>", Rule::Reference),
    ("no semicolon", b"<a>&amp</a>", Rule::Reference),
    ("a reference to NUL", b"<a>&#0;</a>", Rule::IllegalCharacter),
    ("a reference to a control character", b"<a b='&#x1;'/>", Rule::IllegalCharacter),
    ("a reference to a surrogate", b"<a>&#xD83D;</a>", Rule::IllegalCharacter),
    ("a reference beyond Unicode", b"<a>&#x110000;</a>", Rule::IllegalCharacter),
    ("a reference with X", b"<a>&#X41;</a>", Rule::Reference),
    ("a less-than in a value", b"<a b='<'/>", Rule::AttributeAngle),
    ("a value without quotes", b"<a b=1/>", Rule::AttributeValue),
    ("an attribute without value", b"<a b/>", Rule::AttributeValue),
    ("attributes without space", b"<a b='1'c='2'/>", Rule::AttributeSpace),
    ("an attribute twice", b"<a b='1' b='1'/>", Rule::DuplicateAttribute),
];

const NAMES: Table = &[
    ("a digit first", b"<1/>", Rule::Name),
    ("a hyphen first", b"<-a/>", Rule::Name),
    ("a colon first", b"<:a/>", Rule::Name),
    ("a colon last", b"<a:/>", Rule::Name),
    ("two colons", b"<a:b:c xmlns:a='urn:a'/>", Rule::Name),
    ("a letter beyond ASCII", "<\u{e9}/>".as_bytes(), Rule::Name),
    ("a letter beyond ASCII later", "<a\u{e9}/>".as_bytes(), Rule::Name),
    ("an attribute beyond ASCII", "<a \u{e9}='1'/>".as_bytes(), Rule::Name),
    ("an attribute with a digit first", b"<a 1='1'/>", Rule::Name),
    ("a slash in a name", b"<a/b>", Rule::Markup),
];

const NAMESPACES: Table = &[
    ("an undeclared prefix", b"<p:a/>", Rule::UndeclaredPrefix),
    ("an undeclared prefix of an attribute", b"<a p:b='1'/>", Rule::UndeclaredPrefix),
    ("a prefix declared in a sibling", b"<a><b xmlns:p='urn:p'/><p:c/></a>", Rule::UndeclaredPrefix),
    ("a prefix declared in a closed child", b"<a><b xmlns:p='urn:p'></b><p:c/></a>", Rule::UndeclaredPrefix),
    ("the prefix xmlns on an element", b"<xmlns:a/>", Rule::UndeclaredPrefix),
    ("a relative namespace", b"<a xmlns='b'/>", Rule::NamespaceName),
    ("a relative path", b"<a xmlns:p='../b'/>", Rule::NamespaceName),
    ("a host alone", b"<a xmlns='//host/b'/>", Rule::NamespaceName),
    ("a namespace with a space", b"<a xmlns='urn:b c'/>", Rule::NamespaceName),
    ("a namespace with an ampersand", b"<a xmlns='http://h/?b&amp;c'/>", Rule::NamespaceName),
    ("a namespace with a line end", b"<a xmlns='urn:b&#10;'/>", Rule::NamespaceName),
    ("an undeclared prefix by empty name", b"<a xmlns:p=''/>", Rule::EmptyNamespace),
    ("xml bound to another", b"<a xmlns:xml='urn:a'/>", Rule::ReservedNamespace),
    ("another bound to xml's", b"<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>", Rule::ReservedNamespace),
    ("the default bound to xml's", b"<a xmlns='http://www.w3.org/XML/1998/namespace'/>", Rule::ReservedNamespace),
    ("xmlns declared", b"<a xmlns:xmlns='urn:a'/>", Rule::ReservedNamespace),
    ("xmlns' namespace", b"<a xmlns:p='http://www.w3.org/2000/xmlns/'/>", Rule::ReservedNamespace),
    ("a prefix declared twice", b"<a xmlns:p='urn:1' xmlns:p='urn:1'/>", Rule::DuplicateAttribute),
    ("the default declared twice", b"<a xmlns='urn:1' xmlns='urn:2'/>", Rule::DuplicateAttribute),
    ("xml declared twice", b"<a xmlns:xml='http://www.w3.org/XML/1998/namespace' xmlns:xml='http://www.w3.org/XML/1998/namespace'/>", Rule::DuplicateAttribute),
    ("one expanded name by two prefixes", b"<a xmlns:p='urn:1' xmlns:q='urn:1' p:b='1' q:b='2'/>", Rule::DuplicateAttribute),
];

const IDS: Table = &[
    ("Id", b"<a Id='_1'/>", Rule::IdSpelling),
    ("id", b"<a id='_1'/>", Rule::IdSpelling),
    ("iD", b"<a iD='_1'/>", Rule::IdSpelling),
    ("xml:id", b"<a xml:id='_1'/>", Rule::IdSpelling),
    ("a prefixed ID", b"<a xmlns:p='urn:p' p:ID='_1'/>", Rule::IdSpelling),
    ("a prefixed Id", b"<a xmlns:p='urn:p' p:Id='_1'/>", Rule::IdSpelling),
    ("an ID beside a prefixed one", b"<a xmlns:p='urn:p' ID='_1' p:ID='_1'/>", Rule::IdSpelling),
    (
        "an Id of SignedInfo",
        b"<SignedInfo xmlns='http://www.w3.org/2000/09/xmldsig#' Id='_1'/>",
        Rule::IdSpelling,
    ),
    ("an Id of somebody else's Signature", b"<Signature xmlns='urn:a' Id='_1'/>", Rule::IdSpelling),
    (
        "an id of a signature",
        b"<Signature xmlns='http://www.w3.org/2000/09/xmldsig#' id='_1'/>",
        Rule::IdSpelling,
    ),
    (
        "a prefixed Id of a signature",
        b"<p:Signature xmlns:p='http://www.w3.org/2000/09/xmldsig#' p:Id='_1'/>",
        Rule::IdSpelling,
    ),
    (
        "a signature's Id that is no name",
        b"<Signature xmlns='http://www.w3.org/2000/09/xmldsig#' Id='1'/>",
        Rule::IdValue,
    ),
    (
        "an ID that is a signature's Id",
        b"<a ID='_1'><Signature xmlns='http://www.w3.org/2000/09/xmldsig#' Id='_1'/></a>",
        Rule::DuplicateId,
    ),
    (
        "a signature's Id that is its own ID",
        b"<Signature xmlns='http://www.w3.org/2000/09/xmldsig#' Id='_1' ID='_1'/>",
        Rule::DuplicateId,
    ),
    (
        "an Id of two signatures",
        b"<a xmlns:s='http://www.w3.org/2000/09/xmldsig#'><s:Signature Id='_1'/><s:Signature Id='_1'/></a>",
        Rule::DuplicateId,
    ),
    ("an ID with a digit first", b"<a ID='1'/>", Rule::IdValue),
    ("an ID with a colon", b"<a ID='a:b'/>", Rule::IdValue),
    ("an ID with a space", b"<a ID=' _1'/>", Rule::IdValue),
    ("an empty ID", b"<a ID=''/>", Rule::IdValue),
    ("an ID with a quote", b"<a ID='_&quot;1'/>", Rule::IdValue),
    ("an ID twice", b"<a ID='_1'><b ID='_1'/></a>", Rule::DuplicateId),
    ("an ID twice by reference", b"<a ID='_1'><b ID='_&#49;'/></a>", Rule::DuplicateId),
];

#[test]
fn the_id_of_a_signature_leads_nowhere() {
    let bytes = b"<a ID='_1'><Signature xmlns='http://www.w3.org/2000/09/xmldsig#' Id='_2'/></a>";
    let document = Document::parse(bytes, &Limits::MESSAGE).unwrap();
    assert_eq!(document.by_id("_1"), Some(document.root()));
    assert_eq!(document.by_id("_2"), None);
}

#[test]
fn metadata_may_hold_comments_and_begin_with_a_mark() {
    let bytes = b"\xEF\xBB\xBF<!-- 1 --><a>b<!-- 2 - -->c<!----></a><!-- 3 -->\n";
    let document = Document::parse(bytes, &Limits::METADATA).unwrap();
    assert_eq!(document.root().text().unwrap(), "bc");
    let rows: &[(&[u8], Rule)] = &[
        (b"<a><!-- -- --></a>", Rule::CommentForm),
        (b"<a><!-- b ---></a>", Rule::CommentForm),
        (b"<a><!--></a>", Rule::UnexpectedEnd),
        (b"<a><!-- b </a>", Rule::UnexpectedEnd),
        (b"\xEF\xBB\xBF\xEF\xBB\xBF<a/>", Rule::TextOutsideRoot),
        (b"<a><?b?></a>", Rule::ProcessingInstruction),
        (b"<!DOCTYPE a><a/>", Rule::DocumentType),
    ];
    for (bytes, expected) in rows {
        assert_eq!(rule(bytes, &Limits::METADATA), Some(*expected), "{}", bytes.escape_ascii());
    }
}

#[test]
fn a_limit_is_the_last_that_passes() {
    let limits = Limits { bytes: 200, depth: 3, nodes: 5, attributes: 2, namespaces: 2, ..Limits::MESSAGE };
    let rows: &[(&str, Option<Rule>)] = &[
        ("<a><b><c/></b></a>", None),
        ("<a><b><c><d/></c></b></a>", Some(Rule::TooDeep)),
        ("<a>1<b/>2<c/></a>", None),
        ("<a>1<b/>2<c/>3</a>", Some(Rule::TooManyNodes)),
        ("<a b='' c=''/>", None),
        ("<a b='' c='' d=''/>", Some(Rule::TooManyAttributes)),
        ("<a xmlns:b='u:b' xmlns:c='u:c'/>", None),
        ("<a xmlns:b='u:b' c='' d=''/>", Some(Rule::TooManyAttributes)),
        ("<a xmlns:b='u:b'><c xmlns:d='u:d'/><e xmlns:f='u:f'/></a>", None),
        ("<a xmlns:b='u:b' xmlns:c='u:c'><d xmlns='u:d'/></a>", Some(Rule::TooManyNamespaces)),
    ];
    for (xml, expected) in rows {
        assert_eq!(rule(xml.as_bytes(), &limits), *expected, "{xml}");
    }
    assert_eq!(rule(format!("<a>{}</a>", "b".repeat(193)).as_bytes(), &limits), None);
    assert_eq!(rule(format!("<a>{}</a>", "b".repeat(194)).as_bytes(), &limits), Some(Rule::TooLarge));
}

#[test]
fn text_and_values_are_what_the_specification_says() {
    let xml = "<a b='1\t2\r\n3\r4&#9;&#10;&#13;5' c='&amp;lt;'>x\r\ny\rz&#13;<![CDATA[<&amp;\r\n]]>&gt;</a>";
    let document = parse(xml);
    assert_eq!(document.root().attribute("b"), Some("1 2 3 4\t\n\r5"));
    assert_eq!(document.root().attribute("c"), Some("&lt;"));
    assert_eq!(document.root().text().unwrap(), "x\ny\nz\r<&amp;\n>");
}

#[test]
fn elements_are_found_by_namespace_name_and_id() {
    let xml = "<a xmlns='urn:a' xmlns:p='urn:p' p:v='1' v='2'><p:b ID='_b'>1</p:b> <c xmlns=''><d/>x</c><p:b ID='_a'/></a>";
    let document = parse(xml);
    let a = document.root();
    assert!(a.is("urn:a", "a") && !a.is("urn:p", "a") && !a.is("", "a"));
    let children: Vec<_> = a.elements().map(|child| (child.namespace(), child.local_name())).collect();
    assert_eq!(children, [(Some("urn:p"), "b"), (None, "c"), (Some("urn:p"), "b")]);
    assert_eq!(document.by_id("_b").and_then(|b| b.parent()), Some(a));
    assert_eq!(document.by_id("_b").map(|b| b.text().unwrap().into_owned()), Some("1".to_owned()));
    assert_eq!(document.by_id("_a"), a.elements().nth(2));
    assert_eq!(document.by_id("_c"), None);
    assert_eq!(a.parent(), None);
    assert_eq!((a.attribute("v"), a.attribute("p:v"), a.attribute("b")), (Some("2"), None, None));
    let attributes: Vec<_> = a.attributes().map(|v| (v.namespace, v.local_name, v.value)).collect();
    assert_eq!(attributes, [(None, "v", "2"), (Some("urn:p"), "v", "1")]);
    assert!(!a.has_stray_text());
    let c = a.elements().nth(1).unwrap();
    assert!(c.has_stray_text());
    let error = c.text().unwrap_err();
    assert_eq!((error.rule, error.line, error.column), (Rule::ElementInText, 1, 70));
    assert_ne!(a, parse(xml).root());
    assert_eq!(format!("{document:?} {a:?}"), "Document { root: \"a\", .. } Element { name: \"a\", .. }");
}
