"""Throttling on demand: MiniStack's tables and streams have no capacity that could be exceeded.

    POST /_sluice/throttles   {"table": NAME, "times": N, "share": 0..1, "seed": N, "mode": "PROVISIONED" | "PAY_PER_REQUEST"}
    POST /_sluice/throttles   {"stream": NAME, "times": N, "share": 0..1, "seed": N}
    GET  /_sluice/throttles   {"struck": {NAME: N}}

A rule fails writes of its table, or records that are put into its stream, until `times` of them have failed (left out: without end),
each with probability `share` (left out: 1). A new rule takes the place of the former one; `times` 0 ends it. A batch that writes a
failing table fails whole, as DynamoDB's does when none of its items can be processed. The route is no AWS API and asks for no
signature: it is for whoever runs the cloud.
"""

import json
import random

from ministack import app
from ministack.core.responses import error_response_json, get_account_id, get_region
from ministack.services import dynamodb, kinesis

ROUTE = "/_sluice/throttles"

# DynamoDB API Reference, TransactWriteItems, "Cancellation reasons": code and message by the table's capacity mode. The exceptions of
# single writes and their `reason`: Developer Guide, "Troubleshooting throttling in Amazon DynamoDB".
_MODES = {
    "PROVISIONED": {
        "exception": "ProvisionedThroughputExceededException",
        "reasons": "ThrottlingReasons",
        "reason": "TableWriteProvisionedThroughputExceeded",
        "code": "ProvisionedThroughputExceeded",
        "message": "The level of configured provisioned throughput for the table was exceeded. Consider increasing your "
        "provisioning level with the UpdateTable API.",
    },
    "PAY_PER_REQUEST": {
        "exception": "ThrottlingException",
        "reasons": "throttlingReasons",
        "reason": "TableWriteKeyRangeThroughputExceeded",
        "code": "ThrottlingError",
        "message": "Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your "
        "table or index so please try again shortly. If exceptions persist, check if you have a hot key: "
        "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html.",
    },
}


class Rule:
    def __init__(self, times=None, share=1.0, seed=1, mode="PAY_PER_REQUEST"):
        self.left = float("inf") if times is None else times
        self.share = share
        self.mode = _MODES[mode]
        self._random = random.Random(seed)

    def strikes(self) -> bool:
        if self.left <= 0 or self._random.random() >= self.share:
            return False
        self.left -= 1
        return True


# By kind and name.
_rules: dict = {}
_struck: dict = {}


def apply() -> None:
    handle, configure = dynamodb.handle_request, app._handle_admin_config_request

    async def throttled(method, path, headers, body, query_params):
        answer = _throttled(headers.get("x-amz-target", "").rpartition(".")[2], body) if _rules else None
        return answer or await handle(method, path, headers, body, query_params)

    async def configured(path, method, body):
        return _ruled(method, body) if path == ROUTE else await configure(path, method, body)

    dynamodb.handle_request = throttled
    app._handle_admin_config_request = configured
    kinesis._put_records = _putting_some(kinesis._put_records)
    kinesis._put_record = _putting_one(kinesis._put_record)


def _ruled(method: str, body: bytes) -> tuple:
    if method == "POST":
        _add(**json.loads(body))
    return 200, {"Content-Type": "application/json"}, json.dumps({"struck": _struck}).encode()


def _add(**settings) -> None:
    kind = "table" if "table" in settings else "stream"
    name = settings.pop(kind)
    _rules[kind, name] = Rule(**settings)


def _strikes(kind: str, name: str) -> bool:
    rule = _rules.get((kind, name))
    if rule is None or not rule.strikes():
        return False
    _struck[name] = _struck.get(name, 0) + 1
    return True


def _throttled(action: str, body: bytes):
    """The answer to a write that a rule fails; None for every other request. A transaction is one write of each of its tables."""
    tables = _written_by(action, json.loads(body or b"{}"))
    failing = [table for table in dict.fromkeys(tables) if _strikes("table", table)]
    if not failing:
        return None
    return _cancelled(tables, failing) if action == "TransactWriteItems" else _refused(failing[0])


def _written_by(action: str, data: dict) -> list:
    """The table of each item that the request writes."""
    if action in ("PutItem", "UpdateItem", "DeleteItem"):
        return [_name(data)]
    if action == "BatchWriteItem":
        return [_name({"TableName": table}) for table in data.get("RequestItems", {})]
    if action == "TransactWriteItems":
        return [_name(next(iter(item.values()))) for item in data.get("TransactItems", [])]
    return []


def _name(operation: dict) -> str:
    """By name or by ARN, as requests may give it."""
    return str(operation.get("TableName", "")).rpartition("table/")[2]


def _refused(table: str) -> tuple:
    mode = _rules["table", table].mode
    resource = f"arn:aws:dynamodb:{get_region()}:{get_account_id()}:table/{table}"
    return error_response_json(mode["exception"], mode["message"], 400, {mode["reasons"]: [{"reason": mode["reason"], "resource": resource}]})


def _cancelled(tables: list, failing: list) -> tuple:
    modes = [_rules["table", table].mode if table in failing else None for table in tables]
    reasons = [{"Code": mode["code"], "Message": mode["message"]} if mode else {"Code": "None"} for mode in modes]
    codes = ", ".join(reason["Code"] for reason in reasons)
    message = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
    return error_response_json("TransactionCanceledException", message, 400, {"CancellationReasons": reasons})


def _putting_some(put_records):
    """Kinesis API Reference, PutRecords: "a single record failure does not stop the processing of subsequent records"; a result entry
    that failed has ErrorCode and ErrorMessage, which "includes the account ID, stream name, and shard ID"."""

    def put(data):
        name, stream = kinesis._resolve_stream(data)
        records = data.get("Records", [])
        refusals = [_rate_exceeded(name, stream, record) if stream and _strikes("stream", name) else None for record in records]
        if not any(refusals):
            return put_records(data)
        taken = [record for record, refusal in zip(records, refusals) if refusal is None]
        status, headers, body = put_records({**data, "Records": taken})
        if status != 200:
            return status, headers, body
        answer = json.loads(body)
        results = iter(answer["Records"])
        failed = sum(refusal is not None for refusal in refusals)
        return kinesis.json_response({**answer, "FailedRecordCount": failed, "Records": [one or next(results) for one in refusals]})

    return put


def _putting_one(put_record):
    def put(data):
        name, stream = kinesis._resolve_stream(data)
        if not stream or not _strikes("stream", name):
            return put_record(data)
        refusal = _rate_exceeded(name, stream, data)
        return error_response_json(refusal["ErrorCode"], refusal["ErrorMessage"], 400)

    return put


def _rate_exceeded(name: str, stream: dict, record: dict) -> dict:
    shard = kinesis._route_to_shard(kinesis._partition_key_to_hash(record.get("PartitionKey", "")), stream)
    message = f"Rate exceeded for shard {shard} in stream {name} under account {get_account_id()}."
    return {"ErrorCode": "ProvisionedThroughputExceededException", "ErrorMessage": message}
