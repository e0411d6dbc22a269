<?php
require 'examples/php/countersign.php';

$secret = getenv('COUNTERSIGN_WEBHOOK_SECRET');
$file = sys_get_temp_dir() . '/countersign-orders.json'; // a database, in your shop
$orders = is_file($file) ? json_decode(file_get_contents($file), true) : [];

try {
    switch (parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH)) {
        case '/order':
            $answer = file_get_contents('http://localhost:8787/v1/payments', false, stream_context_create(['http' => [
                'method' => 'POST',
                'header' => ['Authorization: Bearer ' . getenv('COUNTERSIGN_API_KEY'), 'Content-Type: application/json'],
                'content' => json_encode(['reference' => 'order-' . hrtime(true), 'amount' => 1999, 'currency' => 'EUR']),
            ]]));
            $payment = json_decode($answer, true, 512, JSON_THROW_ON_ERROR);
            header("X-Payment: {$payment['id']}");
            header("Location: {$payment['checkoutUrl']}", true, 303);
            break;
        case '/webhook':
            $data = Countersign\verifyWebhook(getallheaders(), file_get_contents('php://input'), $secret)['data'];
            if ($data['version'] > ($orders[$data['reference']]['version'] ?? 0)) {
                $orders[$data['reference']] = ['status' => $data['status'], 'version' => $data['version']]; // here goods go out
                file_put_contents($file, json_encode($orders), LOCK_EX);
            }
            http_response_code(204);
            break;
        case '/back':
            $reference = Countersign\verifyReturn($_SERVER['QUERY_STRING'] ?? '', $secret)['reference'];
            echo '<h1>Thank you</h1><p>' . htmlspecialchars($reference) . ': ' . ($orders[$reference]['status'] ?? 'open') . '</p>';
            break;
        case '/orders': echo json_encode($orders, JSON_FORCE_OBJECT); break;
        default: echo '<form method="post" action="/order"><button>Buy for 19.99 EUR</button></form>';
    }
} catch (Countersign\CountersignError $error) {
    error_log($error->getMessage());
    http_response_code(401);
}
