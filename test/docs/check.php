<?php
// What examples/php says of the vectors on stdin: a line for each.
require 'examples/php/countersign.php';

foreach (json_decode(stream_get_contents(STDIN), true)['vectors'] as $vector) {
    try {
        echo $vector['what'] === 'webhook'
            ? Countersign\verifyWebhook($vector['headers'], $vector['body'], $vector['secrets'], $vector['now'])['type']
            : Countersign\verifyReturn($vector['query'], $vector['secrets'], $vector['now'])['reference'], "\n";
    } catch (Countersign\CountersignError) {
        echo "refused\n";
    }
}
