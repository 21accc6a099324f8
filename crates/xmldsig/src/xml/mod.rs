//! Strict XML: bytes in, a tree out, or the name of the broken rule.
//!
//! The tree is flat: nodes stand in document order, each knows where its subtree
//! ends, and strings are spans of one buffer that the document owns. [`reader`]
//! builds it in one pass, [`element`] is how it is read. There is no way to change it.

mod element;
mod error;
mod names;
mod namespaces;
mod reader;
mod references;
pub(crate) mod scan;
mod start_tag;
mod tree;

pub use element::{Attribute, Element};
pub use error::{XmlError, XmlRule};
pub use tree::Document;

pub(crate) use names::{find_illegal, is_nc_name, is_xml_space};
pub(crate) use namespaces::{XML_NAMESPACE, may_bind};
pub(crate) use tree::{ElementNode, Kind, Name};
