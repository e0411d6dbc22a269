"""Serves the Flask example of the docs by Flask itself: `flask_view.py FILE`, a request on stdin as JSON, the answer on stdout."""
import json
import sys

sys.path.insert(0, "examples/python")

asked = json.load(sys.stdin)
taken = []
names = {"take": taken.append, "__name__": "shop"}
exec(open(sys.argv[1]).read(), names)
answer = names["app"].test_client().post("/webhook", data=asked["body"].encode(), headers=asked["headers"])
print(json.dumps({"status": answer.status_code, "taken": taken}))
