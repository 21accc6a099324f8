//! The prefixes we write, and elements that stand in several messages.

use xmldsig::{Namespace, Writer};

use super::names::{ASSERTION, DSIG, METADATA, PROTOCOL};
use crate::core::NameId;

pub(crate) const SAML: Namespace<'static> = Namespace::new("saml", ASSERTION);
pub(crate) const SAMLP: Namespace<'static> = Namespace::new("samlp", PROTOCOL);
pub(crate) const MD: Namespace<'static> = Namespace::new("md", METADATA);
pub(crate) const DS: Namespace<'static> = Namespace::new("ds", DSIG);

/// Writes a `NameID`.
pub(crate) fn name_id(w: &mut Writer<'static>, name_id: &NameId) {
    w.open(SAML.name("NameID"));
    w.attribute("Format", name_id.format().as_str());
    if let Some(qualifier) = name_id.name_qualifier() {
        w.attribute("NameQualifier", qualifier);
    }
    if let Some(qualifier) = name_id.sp_name_qualifier() {
        w.attribute("SPNameQualifier", qualifier);
    }
    w.text(name_id.value()).close();
}
