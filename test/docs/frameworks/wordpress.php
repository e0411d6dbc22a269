<?php
// Serves the WordPress example of the docs by WordPress's own request and response classes: `wordpress.php FILE FOLDER`.
require 'examples/php/countersign.php';
foreach (['class-wp-http-response.php', 'rest-api/class-wp-rest-response.php', 'rest-api/class-wp-rest-request.php'] as $file) {
    require $argv[2] . '/wp-includes/' . $file;
}
// What WordPress itself does with the two calls of the example.
$routes = [];
// From wp-includes/functions.php, which would want the rest of WordPress.
function absint($number): int
{
    return abs((int) $number);
}
function add_action(string $hook, callable $callback): void
{
    $hook === 'rest_api_init' && $callback();
}
function register_rest_route(string $namespace, string $route, array $args): void
{
    $GLOBALS['routes']["/$namespace$route"] = $args;
}
$taken = [];
function take(array $data): void
{
    $GLOBALS['taken'][] = $data;
}
require $argv[1];
$asked = json_decode(stream_get_contents(STDIN), true);
$request = new WP_REST_Request('POST', '/shop/v1/webhook');
$request->set_headers($asked['headers']);
$request->set_body($asked['body']);
$response = $routes['/shop/v1/webhook']['callback']($request);
echo json_encode(['status' => $response->get_status(), 'taken' => $taken]);
