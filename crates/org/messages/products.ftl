# What the OpenID provider says to people. Products are told in codes.

error-product-unknown = The product that sent you here is not known to this organisation.
    .title = This product is not set up
    .hint = Open the product from its own address. If that leads here again, send the reference below to its administrator.
error-product-redirect = The product wants the answer at an address that is not registered for it, so we do not send it there.
    .title = The product’s address does not match
    .hint = Nothing was told to anybody. An administrator can compare the redirect URI in the event log with the registered one.
error-product-access = You are signed in, but your account has no access to this product.
    .title = You have no access to this product
    .hint = Ask an administrator of the organisation, or sign in with another account.
error-product-switched-off = An administrator has disabled this product.
    .title = This product is disabled
    .hint = Your other products are not affected.

event-product-registered = Product added
event-product-code-issued = Signed in to a product
event-product-code-redeemed = Product told who signed in
event-product-refused = Product refused
event-product-key-made = Key for products made
