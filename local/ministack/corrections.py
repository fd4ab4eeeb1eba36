"""Where MiniStack 1.5.33 differs from AWS in a way that would mislead a run, and how each difference is put right.

Every correction wraps a function of MiniStack and names the page of AWS that says what is right. `apply` refuses any other
version: a wrapped function may have changed its meaning, or the difference may be gone.
"""

import contextvars
import importlib.metadata
import json
import re

from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudwatch, dynamodb_streams, eventbridge

import mappings
import networks
import resharding
import rotation
import schedules

VERSION = "1.5.33"


def apply() -> None:
    found = importlib.metadata.version("ministack")
    if found != VERSION:
        raise SystemExit(f"MiniStack is {found}; corrections.py is for {VERSION}: check each correction, then change VERSION.")
    correct_condition_keys()
    check_what_is_asked()
    evaluate_bus_policies()
    keep_the_time_of_entries()
    replay_to_chosen_rules()
    list_dashboards_readably()
    mappings.leave_streams_to_our_consumer()
    networks.keep_prefix_lists()
    resharding.keep_parents()
    rotation.leave_rotation_to_our_driver()
    schedules.leave_functions_to_our_schedules()


def correct_condition_keys() -> None:
    """IAM User Guide, "AWS global condition context keys".

    aws:SecureTransport: AWS is reached over TLS; here the loopback address stands for that.
    aws:PrincipalArn: "For IAM roles, the request context returns the ARN of the role, not the ARN of the user that assumed
    the role"; a call of an AWS service itself has none.
    """
    resolve = iam_evaluator._resolve_condition_key
    session = re.compile(r"arn:(aws[a-z-]*):sts::(\d{12}):assumed-role/([^/]+)/.*")

    def corrected(key, ctx):
        name = key.lower()
        if name == "aws:securetransport":
            return "true"
        if name != "aws:principalarn":
            return resolve(key, ctx)
        if ctx.principal_type == "Service":
            return None
        return session.sub(r"arn:\1:iam::\2:role/\3", ctx.principal_arn)

    iam_evaluator._resolve_condition_key = corrected


_checks: contextvars.ContextVar = contextvars.ContextVar("what the request has to be allowed", default=())


def check_what_is_asked() -> None:
    """Service Authorization Reference: which resources and condition keys an action is about.

    events:PutEvents: events:source and events:detail-type are those of an entry (EventBridge User Guide, "Using IAM policy
    conditions"); a request is allowed when each of its entries is. MiniStack sets neither key.
    ssm:GetParameters: every parameter that is named. MiniStack asks for `*`.
    kinesis:SubscribeToShard, kinesis:DescribeStreamConsumer: the consumer; dynamodb:DescribeStream, GetShardIterator and
    GetRecords: the table's stream. MiniStack asks for `*`.
    logs:CreateLogStream, logs:PutLogEvents: the log stream. MiniStack asks for the group, which `<group's ARN>:*` is not.
    """
    resource_of, enforce = iam_actions.extract_resource_arn, iam_evaluator.enforce

    def remembering(service, method, path, headers, body, query_params, region, account_id):
        checks = _checks_of(service, headers.get("x-amz-target", "").rpartition(".")[2], _object_in(body), region, account_id)
        _checks.set(checks)
        return checks[0][0] if checks else resource_of(service, method, path, headers, body, query_params, region, account_id)

    def each(access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
        for resource, keys in _checks.get() or [(resource_arn, {})]:
            denied = enforce(access_key_id, iam_action, service, region, resource, {**(service_context or {}), **keys})
            if denied:
                return denied
        return None

    iam_actions.extract_resource_arn = remembering
    iam_evaluator.enforce = each


def _object_in(body) -> dict:
    """The request's JSON; a malformed request has none and meets MiniStack's own checks."""
    try:
        data = json.loads(body or b"{}")
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _checks_of(service: str, action: str, data: dict, region: str, account_id: str) -> list:
    """(resource, condition keys) that the action needs; none where MiniStack knows them."""
    place = f"{region}:{account_id}"
    if (service, action) == ("events", "PutEvents"):
        entries = [entry for entry in data.get("Entries") or [] if isinstance(entry, dict)]
        kinds = {(str(e.get("EventBusName") or "default"), str(e.get("Source")), str(e.get("DetailType"))) for e in entries}
        return [(_bus_arn(bus), {"events:source": source, "events:detail-type": type_}) for bus, source, type_ in sorted(kinds)]
    if (service, action) == ("ssm", "GetParameters"):
        return [(f"arn:aws:ssm:{place}:parameter/{str(name).lstrip('/')}", {}) for name in data.get("Names") or []]
    if (service, action) in (("kinesis", "SubscribeToShard"), ("kinesis", "DescribeStreamConsumer")):
        return [(data["ConsumerARN"], {})] if data.get("ConsumerARN") else []
    if service == "dynamodbstreams" and action in ("DescribeStream", "GetShardIterator", "GetRecords"):
        iterator = dynamodb_streams._decode_iterator(str(data.get("ShardIterator"))) or {}
        return [(str(data.get("StreamArn") or iterator.get("arn")), {})]
    if service == "logs" and action in ("CreateLogStream", "PutLogEvents"):
        stream = f"{data.get('logGroupName')}:log-stream:{data.get('logStreamName')}"
        return [(f"arn:aws:logs:{place}:log-group:{stream}", {})]
    return []


def _bus_arn(bus: str) -> str:
    return bus if bus.startswith("arn:") else f"arn:aws:events:{get_region()}:{get_account_id()}:event-bus/{bus}"


def evaluate_bus_policies() -> None:
    """EventBridge User Guide, "Permissions for event buses": a bus has a policy, set whole by PutPermission's `Policy`.
    MiniStack ignores that field (and would store "everyone may"), and evaluates no bus policy."""
    put_permission = eventbridge._put_permission

    def put_whole(data):
        if not data.get("Policy"):
            return put_permission(data)
        eventbridge._event_bus_policies[data.get("EventBusName", "default")] = json.loads(data["Policy"])
        return eventbridge.json_response({})

    def policy_of(bus_arn):
        policy = eventbridge._event_bus_policies.get(bus_arn.partition(":event-bus/")[2])
        return None if policy is None else (policy, get_account_id())

    eventbridge._put_permission = put_whole
    eventbridge.bus_policy_for_arn = policy_of
    iam_evaluator._RESOURCE_POLICY_LOOKUPS["events"] = ("eventbridge", "bus_policy_for_arn")


_entry_time: contextvars.ContextVar = contextvars.ContextVar("Time of the entry that is put", default=None)


def keep_the_time_of_entries() -> None:
    """EventBridge API Reference, PutEventsRequestEntry: `Time` is the event's time, the time of the call only "if no time
    stamp is provided". MiniStack always takes the time of the call."""
    put_events, now = eventbridge._put_events, eventbridge._now_ts

    def one_by_one(data, **options):
        entries = data.get("Entries", [])
        if len(entries) > 10 or not any("Time" in entry for entry in entries):
            return put_events(data, **options)
        failed, results = 0, []
        for entry in entries:
            token = _entry_time.set(entry.get("Time"))
            try:
                _, _, body = put_events({"Entries": [entry]}, **options)
            finally:
                _entry_time.reset(token)
            answer = json.loads(body)
            failed += answer["FailedEntryCount"]
            results += answer["Entries"]
        return eventbridge.json_response({"FailedEntryCount": failed, "Entries": results})

    eventbridge._put_events = one_by_one
    eventbridge._now_ts = lambda: now() if _entry_time.get() is None else float(_entry_time.get())


_rules_of_replay: contextvars.ContextVar = contextvars.ContextVar("rules that the replay is for", default=None)


def replay_to_chosen_rules() -> None:
    """EventBridge API Reference, ReplayDestination: `FilterArns` are "the ARNs of the rules that you want the event to be
    replayed to". MiniStack replays to every rule of the bus."""
    dispatch, matches = eventbridge._dispatch_event, eventbridge._matches_pattern_view

    def to_chosen(event, view=None):
        replay = eventbridge._replays.get(event.get("ReplayName")) or {}
        chosen = (replay.get("Destination") or {}).get("FilterArns")
        owners = {f"rule {key}" for key, rule in eventbridge._rules.items() if rule["Arn"] in chosen} if chosen else None
        token = _rules_of_replay.set(owners)
        try:
            dispatch(event, view)
        finally:
            _rules_of_replay.reset(token)

    def if_chosen(pattern, view, owner="rule"):
        owners = _rules_of_replay.get()
        return (owners is None or owner in owners) and matches(pattern, view, owner)

    eventbridge._dispatch_event = to_chosen
    eventbridge._matches_pattern_view = if_chosen


def list_dashboards_readably() -> None:
    """AWS JSON 1.0 protocol: a timestamp is a number of seconds. MiniStack answers text, which no SDK can read."""
    list_dashboards = cloudwatch._list_dashboards

    def with_numbers(params, data, is_cbor, is_json=False):
        if not is_json:
            return list_dashboards(params, data, is_cbor, is_json)
        status, headers, body = list_dashboards(params, data, is_cbor, is_json)
        entries = json.loads(body)["DashboardEntries"]
        for entry in entries:
            entry["LastModified"] = cloudwatch._dashboards[entry["DashboardName"]]["LastModified"]
        return status, headers, json.dumps({"DashboardEntries": entries}).encode()

    cloudwatch._list_dashboards = with_numbers
