<?php
// Whoever the test says is before the screen is believed: how it knows is not what is tested.
$person = json_decode(file_get_contents(getenv('COUNTERSIGN_FOLDER') . '/person.json'), true);
$config = [
    'person' => ['exampleauth:StaticSource', 'mail' => [$person['name_id']]] + $person['attributes'],
];
