/**
 * Programs that create a payment of a shop and check its webhooks, with the shop's own address and ids. They hold no key: those stand in
 * the environment of the website's server. The texts are English, as programs are.
 */

/** What the programs are about. */
export interface SnippetFacts {
  /** Where the API is reached, without a slash at the end. */
  readonly url: string;
  readonly shop: string;
  /** One that the shop's accounts take, ISO 4217. */
  readonly currency: string;
}

export const SNIPPET_LANGUAGES = ['TypeScript', 'Python', 'PHP', 'curl'] as const;
export type SnippetLanguage = (typeof SNIPPET_LANGUAGES)[number];

function typescript({ url, shop, currency }: SnippetFacts): string {
  return `import { Countersign, verifyWebhook } from 'countersign/client';

// The shop ${shop}. Its API key is a secret of your server.
const countersign = new Countersign({
  url: '${url}',
  apiKey: process.env.COUNTERSIGN_API_KEY,
});

// 19.99 ${currency}, in the currency's minor unit. The same reference is the same payment.
export async function pay(): Promise<string> {
  const payment = await countersign.payments.create({
    reference: 'order-1042',
    amount: 1999,
    currency: '${currency}',
  });
  return payment.checkoutUrl; // Send the shopper there.
}

// At the address of your webhook endpoint. A message may come twice.
export async function webhook(request: Request): Promise<Response> {
  const event = await verifyWebhook(request, process.env.COUNTERSIGN_WEBHOOK_SECRET);
  if (event.type === 'payment.paid') console.log('paid:', event.data.reference);
  return new Response(null, { status: 204 });
}
`;
}

function python({ url, shop, currency }: SnippetFacts): string {
  return `import base64, hashlib, hmac, json, os, time, urllib.request

# The shop ${shop}. Its API key is a secret of your server.
API_KEY = os.environ["COUNTERSIGN_API_KEY"]


def pay():
    # 19.99 ${currency}, in the currency's minor unit. The same reference is the same payment.
    order = {"reference": "order-1042", "amount": 1999, "currency": "${currency}"}
    request = urllib.request.Request(
        "${url}/v1/payments",
        json.dumps(order).encode(),
        {"Authorization": "Bearer " + API_KEY, "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["checkoutUrl"]  # Send the shopper there.


def webhook(headers, body):
    """headers: by their names in lower case; body: the bytes as they came. A message may come twice."""
    secret = os.environ["COUNTERSIGN_WEBHOOK_SECRET"]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    genuine = any(hmac.compare_digest(expected, one) for one in headers["webhook-signature"].split())
    if not genuine or abs(time.time() - int(headers["webhook-timestamp"])) > 300:
        raise ValueError("not from countersign: answer 401 and change nothing")
    return json.loads(body)  # {"type": "payment.paid", "data": {"reference": ...}}


if __name__ == "__main__":
    print(pay())
`;
}

function php({ url, shop, currency }: SnippetFacts): string {
  return `<?php
// The shop ${shop}. Its API key is a secret of your server.
function pay(): string
{
    // 19.99 ${currency}, in the currency's minor unit. The same reference is the same payment.
    $order = ['reference' => 'order-1042', 'amount' => 1999, 'currency' => '${currency}'];
    $answer = file_get_contents('${url}/v1/payments', false, stream_context_create(['http' => [
        'method' => 'POST',
        'header' => [
            'Authorization: Bearer ' . getenv('COUNTERSIGN_API_KEY'),
            'Content-Type: application/json',
        ],
        'content' => json_encode($order),
    ]]));
    $payment = json_decode($answer, true);
    return $payment['checkoutUrl']; // Send the shopper there.
}

// $body: file_get_contents('php://input'). A message may come twice.
function webhook(array $server, string $body): array
{
    [$id, $time] = [$server['HTTP_WEBHOOK_ID'] ?? '', $server['HTTP_WEBHOOK_TIMESTAMP'] ?? '0'];
    $secret = getenv('COUNTERSIGN_WEBHOOK_SECRET');
    $key = base64_decode(preg_replace('/^whsec_/', '', $secret));
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$time.$body", $key, true));
    $genuine = false;
    foreach (explode(' ', $server['HTTP_WEBHOOK_SIGNATURE'] ?? '') as $given) {
        $genuine = hash_equals($expected, $given) || $genuine;
    }
    if (!$genuine || abs(time() - (int) $time) > 300) {
        http_response_code(401);
        exit;
    }
    return json_decode($body, true); // ['type' => 'payment.paid', 'data' => ['reference' => ...]]
}
`;
}

function curl({ url, shop, currency }: SnippetFacts): string {
  return `# The shop ${shop}. 19.99 ${currency}, in the currency's minor unit. The same reference is the same payment.
curl -sf ${url}/v1/payments \\
  -H "Authorization: Bearer $COUNTERSIGN_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"reference":"order-1042","amount":1999,"currency":"${currency}"}'

# The payment as it is now.
curl -sf "${url}/v1/payments?reference=order-1042" \\
  -H "Authorization: Bearer $COUNTERSIGN_API_KEY"
`;
}

/** The program in each language. */
export const SNIPPETS: Readonly<Record<SnippetLanguage, (facts: SnippetFacts) => string>> = {
  TypeScript: typescript,
  Python: python,
  PHP: php,
  curl,
};
