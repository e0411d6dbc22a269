"""What examples/python says of the vectors on stdin: a line for each."""
import json
import sys

sys.path.insert(0, "examples/python")
from countersign import CountersignError, verify_return, verify_webhook

for vector in json.load(sys.stdin)["vectors"]:
    try:
        if vector["what"] == "webhook":
            print(verify_webhook(vector["headers"], vector["body"].encode(), vector["secrets"], vector["now"])["type"])
        else:
            print(verify_return(vector["query"], vector["secrets"], vector["now"])["reference"])
    except CountersignError:
        print("refused")
