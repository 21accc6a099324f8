//! Where both ends and the sample products are for browsers, by the ports on which they listen.

/// The identity provider, Acme's organisation and its products, on three ports of this machine.
#[derive(Clone, Copy)]
pub(crate) struct Addresses(pub(crate) [u16; 3]);

impl Addresses {
    /// The identity provider's: `http://idp.localhost:PORT`.
    pub(crate) fn idp(self) -> String {
        format!("http://{}", self.idp_host())
    }

    /// The organisation's: `http://acme.localhost:PORT`.
    pub(crate) fn org(self) -> String {
        format!("http://{}", self.org_host())
    }

    /// The identity provider as browsers name it: `idp.localhost:PORT`.
    pub(crate) fn idp_host(self) -> String {
        format!("idp.localhost:{}", self.0[0])
    }

    /// The organisation as browsers name it: `acme.localhost:PORT`.
    pub(crate) fn org_host(self) -> String {
        format!("acme.localhost:{}", self.0[1])
    }

    /// A sample product's.
    pub(crate) fn product(self, name: &str) -> String {
        format!("http://{name}.localhost:{}", self.0[2])
    }

    /// An issue of Jira: the page that somebody wants to see.
    pub(crate) fn deep_link(self) -> String {
        format!("{}/browse/ACME-42", self.product("jira"))
    }
}
