//! The browser of pending requests: named by a cookie that also comes with a
//! cross-site POST, and that opens nothing.

use std::time::Duration;

use web::{Cookie, Cookies, Entropy, SetCookie, Token, TokenHash};

/// `__Host-org-pending`, `SameSite=None`.
const COOKIE: Cookie = Cookie::cross_site("pending").kept_for(Duration::from_secs(70 * 60));

/// The browser that a request came from, if it has requests pending here.
pub(super) fn of(cookies: &Cookies) -> Option<TokenHash> {
    secret(cookies).map(|secret| secret.hash())
}

/// Names a browser that is about to leave with a request: the same one again,
/// or a new one. The cookie is set anew, so that it lives as long as the row.
pub(super) fn name(cookies: &Cookies, entropy: &dyn Entropy) -> (TokenHash, SetCookie) {
    let secret = secret(cookies).unwrap_or_else(|| Token::new(entropy));
    (secret.hash(), cookies.set(&COOKIE, &secret.expose()))
}

fn secret(cookies: &Cookies) -> Option<Token> {
    cookies.get(&COOKIE).and_then(Token::parse)
}
