"""Serves one view of the docs by Django itself: `django_view.py FILE VIEW`, a request on stdin as JSON, the answer on stdout."""
import json
import sys

sys.path.insert(0, "examples/python")

import django
from django.conf import settings
from django.test import RequestFactory

settings.configure(ALLOWED_HOSTS=["*"], DEFAULT_CHARSET="utf-8")
django.setup()

asked = json.load(sys.stdin)
taken = []
names = {"take": taken.append}
exec(open(sys.argv[1]).read(), names)
factory = RequestFactory()
if asked["method"] == "POST":
    request = factory.post("/webhook", asked["body"].encode(), content_type="application/json", **{"HTTP_" + name.upper().replace("-", "_"): value for name, value in asked["headers"].items() if name != "content-type"})
else:
    request = factory.get("/back?" + asked.get("query", ""))
order = type("Order", (), {"id": asked.get("order"), "pk": asked.get("order"), "total": asked.get("total"), "name": "Two tickets", "currency": asked.get("currency"), "email": "jane@example.com", "first_name": "Jane", "last_name": "Doe", "__str__": lambda self: "Two tickets"})()
answer = names[sys.argv[2]](request, order) if asked.get("order") else names[sys.argv[2]](request)
print(json.dumps({"status": answer.status_code, "location": answer.headers.get("Location"), "text": answer.content.decode(), "taken": taken}))
