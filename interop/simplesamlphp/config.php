<?php
// SimpleSAMLphp as an identity provider, served by PHP itself. COUNTERSIGN_FOLDER is where the test keeps its key, the
// person who signs in, and what it knows of the service provider; COUNTERSIGN_BASE is the address.
$folder = getenv('COUNTERSIGN_FOLDER') . '/';
$config = [
    'baseurlpath' => getenv('COUNTERSIGN_BASE') . '/',
    'certdir' => $folder,
    'loggingdir' => $folder,
    'datadir' => $folder,
    'tempdir' => $folder,
    'logging.handler' => 'errorlog',
    'logging.level' => 3,
    'secretsalt' => 'of-a-test',
    'auth.adminpassword' => bin2hex(random_bytes(16)),
    'technicalcontact_name' => 'A test',
    'technicalcontact_email' => 'test@example.org',
    'timezone' => 'UTC',
    'enable.saml20-idp' => true,
    'module.enable' => ['exampleauth' => true, 'saml' => true, 'core' => true],
    'store.type' => 'phpsession',
    'session.phpsession.savepath' => $folder,
    'session.cookie.secure' => false,
    'metadatadir' => __DIR__ . '/metadata',
    'metadata.sources' => [['type' => 'flatfile']],
    'production' => true,
];
