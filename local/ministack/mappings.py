"""Event source mappings of streams in MiniStack 1.5.33, which our own consumer reads; `corrections.apply` applies this and checks
the version."""

import json

from ministack.services import kinesis, lambda_svc


def leave_streams_to_our_consumer() -> None:
    """Lambda Developer Guide, "How Lambda processes records from stream and queue-based event sources": MiniStack's poller
    ignores most of a mapping's settings (see README.md), so it reads no Kinesis stream and no table's; `event-sources/streams/`
    does. The mapping itself stands in MiniStack, enabled, and answers as on AWS."""
    lambda_svc._poll_kinesis = lambda: False
    lambda_svc._poll_dynamodb_streams = lambda: False
    _map_consumers_of_streams()
    _keep_the_windows_of_mappings()
    _tell_subscribers_often()


def _map_consumers_of_streams() -> None:
    """CreateEventSourceMapping, Lambda API Reference, EventSourceArn: "The ARN of the data stream or a stream consumer".
    MiniStack takes streams only; a consumer that is registered is checked here as its stream is."""
    validate = lambda_svc._validate_event_source_arn

    def of_stream(arn):
        consumer = kinesis._consumer_from_arn(str(arn))
        return validate(consumer["StreamARN"] if consumer else arn)

    lambda_svc._validate_event_source_arn = of_stream


def _keep_the_windows_of_mappings() -> None:
    """Lambda API Reference, EventSourceMappingConfiguration: TumblingWindowInSeconds. MiniStack forgets it."""

    def keeping(handle):
        def kept(*arguments):
            status, headers, body = handle(*arguments)
            window = arguments[-1].get("TumblingWindowInSeconds")
            if status >= 300 or window is None:
                return status, headers, body
            mapping = lambda_svc._esms[json.loads(body)["UUID"]]
            mapping["TumblingWindowInSeconds"] = window
            return lambda_svc.json_response(lambda_svc._esm_response(mapping), status)

        return kept

    lambda_svc._create_esm = keeping(lambda_svc._create_esm)
    lambda_svc._update_esm = keeping(lambda_svc._update_esm)


def _tell_subscribers_often() -> None:
    """SubscribeToShard, Kinesis API Reference: records are pushed; how often an event without any is, AWS does not say.
    MiniStack sends one every five seconds, here each time it looks (200 ms), for nothing else tells that nothing waits."""
    kinesis._SUBSCRIPTION_IDLE_SECONDS = 0
