"""Resharding of MiniStack 1.5.33's Kinesis as AWS documents it; `corrections.apply` applies it and checks the version.

Kinesis Data Streams Developer Guide, "Resharding, data routing, data persistence, and shard state": a parent is closed, and
"data records that were in the parent shards before the reshard remain in those shards", until they expire. MiniStack deletes
the parent with what nobody has read of it, and rebuilds every shard, empty, at UpdateShardCount.
A closed shard is one that has `ending_sequence_number`. It stays listed for as long as the run lasts.
"""

import contextvars
import json

from ministack.core.responses import StreamingResponse
from ministack.services import kinesis

CLOSED_AT = "ending_sequence_number"


def keep_parents() -> None:
    kinesis._split_shard = _keeping_parents(kinesis._split_shard, ("ShardToSplit",))
    kinesis._merge_shards = _keeping_parents(kinesis._merge_shards, ("ShardToMerge", "AdjacentShardToMerge"))
    kinesis._update_shard_count = _update_shard_count
    _route_to_open_shards()
    _describe_closed_shards()
    _end_closed_shards()
    _end_subscriptions()


def _open(stream: dict) -> dict:
    """The stream's open shards by id, in the order of their hash keys."""
    shards = [(sid, shard) for sid, shard in stream["shards"].items() if CLOSED_AT not in shard]
    return dict(sorted(shards, key=lambda one: int(one[1]["starting_hash_key"])))


def _keeping_parents(reshard, fields):
    def kept(data):
        name, stream = kinesis._resolve_stream(data)
        if not stream:
            return reshard(data)
        before, parents = dict(stream["shards"]), [data.get(field) for field in fields]
        mistake = _mistake(name, before, parents)
        if mistake:
            return kinesis.error_response_json("InvalidArgumentException", mistake, 400)
        ending = kinesis._next_sequence_number()  # after the parents' last record, before the children's first
        answer = reshard(data)
        for sid in before.keys() - stream["shards"].keys():
            stream["shards"][sid] = {**before[sid], CLOSED_AT: ending}
        stream["shards"] = _Shards(stream["shards"])
        return answer

    return kept


def _mistake(stream_name: str, shards: dict, parents: list) -> str | None:
    """What AWS refuses and MiniStack does not: a closed parent ("ShardToMerge ... must be in the OPEN state"), a merge of
    shards that are not adjacent (MergeShards, API reference). Shards that do not exist meet MiniStack's own check."""
    known = [(sid, shards[sid]) for sid in parents if sid in shards]
    for sid, shard in known:
        if CLOSED_AT in shard:
            return f"Shard {sid} in stream {stream_name} has already been merged or split."
    if len(known) == 2:
        lower, upper = sorted((shard for _, shard in known), key=lambda shard: int(shard["starting_hash_key"]))
        if int(lower["ending_hash_key"]) + 1 != int(upper["starting_hash_key"]):
            return f"Shards {parents[0]} and {parents[1]} in stream {stream_name} are not adjacent."
    return None


def _update_shard_count(data):
    """UpdateShardCount, API reference: "Kinesis Data Streams performs splits or merges on individual shards. This can cause
    short-lived shards to be created, in addition to the final shards." Here: a split at each boundary of the shards that are
    to be, then merges within each of them. The limits on how far one call may go are not enforced."""
    name, stream = kinesis._resolve_stream(data)
    if not stream:
        return kinesis.error_response_json("ResourceNotFoundException", f"Stream {name} not found", 400)
    target, current = int(data.get("TargetShardCount") or 0), len(_open(stream))
    if target < 1:
        return kinesis.error_response_json("ValidationException", "TargetShardCount must be >= 1", 400)
    place = {"StreamName": stream["StreamName"]}
    ranges = [(int(start), int(end)) for start, end in kinesis._compute_hash_ranges(target)]
    for start, _ in ranges:
        for sid, shard in _open(stream).items():
            if int(shard["starting_hash_key"]) < start <= int(shard["ending_hash_key"]):
                kinesis._split_shard({**place, "ShardToSplit": sid, "NewStartingHashKey": str(start)})
    for start, end in ranges:
        while len(within := _within(stream, start, end)) > 1:
            kinesis._merge_shards({**place, "ShardToMerge": within[0], "AdjacentShardToMerge": within[1]})
    return kinesis.json_response(
        {**place, "CurrentShardCount": current, "TargetShardCount": target, "StreamARN": stream["StreamARN"]}
    )


def _within(stream: dict, start: int, end: int) -> list:
    return [sid for sid, shard in _open(stream).items() if start <= int(shard["starting_hash_key"]) <= end]


def _route_to_open_shards() -> None:
    """"All data records with hash keys in the parents' ranges are routed to the children"."""
    route = kinesis._route_to_shard
    kinesis._route_to_shard = lambda hash_key, stream: route(hash_key, {"shards": _open(stream)})


def _describe_closed_shards() -> None:
    """Shard, API reference: only a closed shard has an EndingSequenceNumber. OpenShardCount counts the others, and they are
    what ListShards answers for the filter AT_LATEST; other filters are ignored, as by MiniStack."""
    shard_out, summary, list_shards = kinesis._shard_out, kinesis._describe_stream_summary, kinesis._list_shards

    def with_end(sid, shard):
        out = shard_out(sid, shard)
        if CLOSED_AT in shard:
            out["SequenceNumberRange"]["EndingSequenceNumber"] = shard[CLOSED_AT]
        return out

    def count_open(answer, data):
        description = answer.get("StreamDescriptionSummary")
        if description:
            description["OpenShardCount"] = len(_open(kinesis._resolve_stream(data)[1]))

    def filter_open(answer, data):
        if (data.get("ShardFilter") or {}).get("Type") == "AT_LATEST":
            answer["Shards"] = [s for s in answer.get("Shards", []) if "EndingSequenceNumber" not in s["SequenceNumberRange"]]

    kinesis._shard_out = with_end
    kinesis._describe_stream_summary = _amended(summary, count_open)
    kinesis._list_shards = _amended(list_shards, filter_open)


def _end_closed_shards() -> None:
    """GetRecords, API reference: NextShardIterator is null when "the shard has been closed and the requested iterator will
    not return any more data"; ChildShards is answered "only when the end of the current shard is reached"."""

    def at_the_end(answer, data):
        following = kinesis._shard_iterators.get(answer.get("NextShardIterator"))
        stream = kinesis._streams.get(following["stream"]) if following else None
        shard = stream["shards"].get(following["shard_id"], {}) if stream else {}
        if CLOSED_AT in shard and following["position"] >= len(shard["records"]):
            del kinesis._shard_iterators[answer["NextShardIterator"]]
            answer["NextShardIterator"] = None
            answer["ChildShards"] = _children(stream, following["shard_id"])

    kinesis._get_records = _amended(kinesis._get_records, at_the_end)


_pushed: contextvars.ContextVar = contextvars.ContextVar("closed shards whose records the subscription has", default=None)


class _Shards(dict):
    """A stream's shards. A subscription looks its shard up each time it pushes; it finds a closed one once more, and then
    tells of its children, as of one that is gone."""

    def get(self, sid, default=None):
        shard, pushed = super().get(sid, default), _pushed.get()
        if pushed is None or not shard or CLOSED_AT not in shard:
            return shard
        if sid in pushed:
            return None
        pushed.add(sid)
        return shard


def _end_subscriptions() -> None:
    """SubscribeToShardEvent, API reference: ChildShards is "the list of the child shards of the current shard, returned only at
    the end of the current shard". MiniStack ends a subscription when the shard vanishes; here closed shards stay."""
    subscribe = kinesis._subscribe_to_shard

    def subscribed(data, is_cbor):
        answer = subscribe(data, is_cbor)
        if not isinstance(answer[2], StreamingResponse):
            return answer
        run = answer[2].runner

        async def until_its_end(send, receive):
            _pushed.set(set())
            await run(send, receive)

        return answer[0], answer[1], StreamingResponse(until_its_end)

    kinesis._subscribe_to_shard = subscribed


def _children(stream: dict, parent: str) -> list:
    def described(sid, shard):
        parents = [one for one in (shard["parent_shard_id"], shard["adjacent_parent_shard_id"]) if one]
        return {"ShardId": sid, "ParentShards": parents, "HashKeyRange": kinesis._shard_out(sid, shard)["HashKeyRange"]}

    children = [described(sid, shard) for sid, shard in sorted(stream["shards"].items())]
    return [child for child in children if parent in child["ParentShards"]]


def _amended(handle, amend):
    """A handler whose successful answer is changed before it goes out."""

    def amended(data):
        status, headers, body = handle(data)
        if status != 200:
            return status, headers, body
        answer = json.loads(body)
        amend(answer, data)
        return kinesis.json_response(answer)

    return amended
