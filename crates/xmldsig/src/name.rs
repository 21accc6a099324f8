//! Names as they are written: a prefix is part of them, and means one namespace.

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

    /// The name `local` in this namespace.
    #[must_use]
    pub const fn name(self, local: &'n str) -> Name<'n> {
        Name { namespace: self, local }
    }

    /// The namespace name.
    #[must_use]
    pub const fn uri(self) -> &'n str {
        self.uri
    }
}

/// The name of an element, or of an attribute that is in a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Name<'n> {
    pub(crate) namespace: Namespace<'n>,
    pub(crate) local: &'n str,
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
