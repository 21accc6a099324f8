<?php
// The two values that an administrator copies from the organisation's console.
$sp = json_decode(file_get_contents(getenv('COUNTERSIGN_FOLDER') . '/sp.json'), true);
$metadata[$sp['entity_id']] = [
    'AssertionConsumerService' => $sp['acs_url'],
    'NameIDFormat' => 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
    'saml20.sign.assertion' => true,
    'saml20.sign.response' => false,
];
