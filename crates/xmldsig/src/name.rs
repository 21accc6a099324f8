//! Names as they are written: a prefix is part of them, and means one namespace.

use crate::xml::is_nc_name;

/// A namespace and the prefix it is written with (empty: as the default namespace).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Namespace<'n> {
    pub(crate) prefix: &'n str,
    pub(crate) uri: &'n str,
}

impl<'n> Namespace<'n> {
    /// The namespace `uri`, written with `prefix`. Both are checked when a [`Writer`](crate::Writer) uses them.
    #[must_use]
    pub const fn new(prefix: &'n str, uri: &'n str) -> Namespace<'n> {
        Namespace { prefix, uri }
    }

    /// The name `local` in this namespace. Whether it is one is found out here, which costs
    /// nothing for a constant, and told by the [`Writer`](crate::Writer) that uses it.
    #[must_use]
    pub const fn name(self, local: &'n str) -> Name<'n> {
        Name { namespace: self, local, well_formed: is_nc_name(local) }
    }

    /// The namespace name.
    #[must_use]
    pub const fn uri(self) -> &'n str {
        self.uri
    }

    /// Whether `other` is made of the very same text; two that are not can still be equal.
    pub(crate) fn is(&self, other: Namespace<'_>) -> bool {
        std::ptr::eq(self.prefix, other.prefix) && std::ptr::eq(self.uri, other.uri)
    }
}

/// The name of an element or an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Name<'n> {
    pub(crate) namespace: Namespace<'n>,
    pub(crate) local: &'n str,
    /// Whether `local` is an ASCII `NCName`.
    pub(crate) well_formed: bool,
}

impl<'n> Name<'n> {
    /// A name in no namespace.
    #[must_use]
    pub const fn plain(local: &'n str) -> Name<'n> {
        Namespace::new("", "").name(local)
    }

    /// Its namespace name; empty when it has none.
    #[must_use]
    pub const fn namespace(self) -> &'n str {
        self.namespace.uri
    }

    /// The name without prefix.
    #[must_use]
    pub const fn local(self) -> &'n str {
        self.local
    }
}

impl<'n> From<&'n str> for Name<'n> {
    /// A name in no namespace.
    fn from(local: &'n str) -> Name<'n> {
        Name::plain(local)
    }
}
