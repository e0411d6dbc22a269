<?php
// Serves the Symfony example of the docs by Symfony's own Request and Response: `symfony.php FILE`, a request on stdin as JSON.
require 'examples/php/countersign.php';
foreach (['Symfony/Component/HttpFoundation/autoload.php', 'Symfony/Component/HttpFoundation/Request.php'] as $file) {
    if (stream_resolve_include_path($file)) {
        require_once $file;
        break;
    }
}
$taken = [];
function take(array $data): void
{
    $GLOBALS['taken'][] = $data;
}
require $argv[1];
$asked = json_decode(stream_get_contents(STDIN), true);
$server = ['REQUEST_METHOD' => 'POST'];
foreach ($asked['headers'] as $name => $value) {
    $server[($name === 'content-type' ? '' : 'HTTP_') . strtoupper(strtr($name, '-', '_'))] = $value;
}
$request = Symfony\Component\HttpFoundation\Request::create('/webhook', 'POST', [], [], [], $server, $asked['body']);
$response = (new WebhookController())($request);
echo json_encode(['status' => $response->getStatusCode(), 'taken' => $taken]);
