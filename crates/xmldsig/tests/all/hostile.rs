//! What wants time or memory instead of entry. How long each takes is measured by the
//! bench of this crate; here it must be refused, or read, without fuss.

use xmldsig::{C14nError, Document, Limits, XmlRule as Rule, canonicalize};

fn rule(xml: &str) -> Option<Rule> {
    Document::parse(xml.as_bytes(), &Limits::MESSAGE).err().map(|error| error.rule)
}

#[test]
fn whatever_grows_without_end_is_refused() {
    let many = |piece: &str| piece.repeat((1 << 20) / piece.len() - 20);
    let laughs = "<!DOCTYPE a [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;'>]><a>&b;</a>";
    let attributes: String = (0..65).map(|at| format!(" a{at}=''")).collect();
    let namespaces: String = (0..33).map(|at| format!(" xmlns:n{at}='urn:{at}'")).collect();
    let rows: &[(&str, String, Rule)] = &[
        ("a billion laughs", laughs.to_owned(), Rule::DocumentType),
        ("open elements", many("<a>"), Rule::TooDeep),
        ("empty elements", format!("<a>{}</a>", many("<b/>")), Rule::TooManyNodes),
        ("text between elements", format!("<a>{}</a>", many("<b/>c")), Rule::TooManyNodes),
        ("sections", format!("<a>{}</a>", many("<![CDATA[b]]>")), Rule::TooManyNodes),
        ("attributes", format!("<a{attributes}/>"), Rule::TooManyAttributes),
        ("attributes without end", format!("<a {}", many("b='' ")), Rule::TooManyAttributes),
        ("namespaces", format!("<a{namespaces}/>"), Rule::TooManyNamespaces),
        ("ampersands", format!("<a>{}</a>", many("&")), Rule::Reference),
        ("a reference without end", format!("<a>&#{}</a>", many("0")), Rule::Reference),
        ("a comment without end", format!("<a><!--{}", many("-")), Rule::Comment),
        ("a section without end", format!("<a><![CDATA[{}", many("]]")), Rule::UnexpectedEnd),
        ("a value without end", format!("<a b='{}", many("&amp;")), Rule::UnexpectedEnd),
        ("a name without end", format!("<{}", many("a")), Rule::UnexpectedEnd),
        ("a namespace name", format!("<a xmlns='urn:{}'/>", many("a")), Rule::NamespaceName),
        ("a message too large", format!("<a>{}</a>", "b".repeat(1 << 20)), Rule::TooLarge),
    ];
    for (what, xml, expected) in rows {
        assert_eq!(rule(xml), Some(*expected), "{what}");
    }
}

#[test]
fn what_is_large_but_honest_is_read() {
    let text = format!("<a>{}</a>", "&lt;".repeat((1 << 18) - 10));
    let document = Document::parse(text.as_bytes(), &Limits::MESSAGE).unwrap();
    assert_eq!(document.root().text().unwrap().len(), (1 << 18) - 10);
    let deep = "<a>".repeat(64) + &"</a>".repeat(64);
    let document = Document::parse(deep.as_bytes(), &Limits::MESSAGE).unwrap();
    assert_eq!(canonicalize(document.root(), &[], None).unwrap(), deep.as_bytes());
}

#[test]
fn a_canonical_form_that_outgrows_its_document_is_refused() {
    let name = format!("urn:{}", "n".repeat(500));
    let xml = format!("<a xmlns:p='{name}'>{}</a>", "<p:b/>".repeat(9_000));
    let document = Document::parse(xml.as_bytes(), &Limits::MESSAGE).unwrap();
    assert_eq!(canonicalize(document.root(), &[], None), Err(C14nError::TooLarge));
    let child = document.root().elements().next().unwrap();
    assert_eq!(
        canonicalize(child, &[], None).unwrap(),
        format!("<p:b xmlns:p=\"{name}\"></p:b>").into_bytes()
    );
}
