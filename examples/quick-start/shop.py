import json, os, time, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from countersign import CountersignError, verify_return, verify_webhook

KEY, SECRET = os.environ["COUNTERSIGN_API_KEY"], os.environ["COUNTERSIGN_WEBHOOK_SECRET"]
orders = {}  # a database, in your shop

class Shop(BaseHTTPRequestHandler):
    def answer(self, status, text="", **headers):
        self.send_response(status)
        for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(text.encode())

    def do_GET(self):
        path, _, query = self.path.partition("?")
        if path == "/back":
            try: back = verify_return(query, SECRET)
            except CountersignError as error: return self.answer(401, str(error))
            return self.answer(200, f"<h1>Thank you</h1><p>{back['reference']}: {orders.get(back['reference'], {'status': 'open'})['status']}</p>")
        if path == "/orders":
            return self.answer(200, json.dumps(orders), Content_Type="application/json")
        self.answer(200, '<form method="post" action="/order"><button>Buy for 19.99 EUR</button></form>')

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        if self.path == "/webhook":
            try: data = verify_webhook(self.headers, body, SECRET)["data"]
            except CountersignError as error: return self.answer(401, str(error))
            if data["version"] > orders.get(data["reference"], {"version": 0})["version"]:
                orders[data["reference"]] = {"status": data["status"], "version": data["version"]}  # here goods go out
            return self.answer(204)
        order = {"reference": f"order-{time.time_ns()}", "amount": 1999, "currency": "EUR"}
        request = urllib.request.Request("http://localhost:8787/v1/payments", json.dumps(order).encode(), {"Authorization": f"Bearer {KEY}"})
        payment = json.load(urllib.request.urlopen(request))
        self.answer(303, Location=payment["checkoutUrl"], X_Payment=payment["id"])

ThreadingHTTPServer(("", 3000), Shop).serve_forever()
