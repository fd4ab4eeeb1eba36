"""Rotation of secrets in MiniStack 1.5.33, where it is a copy of the old value; `corrections.apply` applies this and checks the
version."""

import time
import uuid

from ministack.services import secretsmanager
from ministack.services.secretsmanager import error_response_json, json_response


def leave_rotation_to_our_driver() -> None:
    """Secrets Manager User Guide, "Lambda rotation functions": a rotation makes a version without a value, labelled AWSPENDING, and
    the function does the rest in four steps; MiniStack invokes no function and promotes a copy at once. `rotation/` invokes."""
    secretsmanager._rotate_secret = _rotate
    secretsmanager._get_secret_value = _knowing_empty_versions(secretsmanager._get_secret_value)
    secretsmanager._put_secret_value = _keeping_values(secretsmanager._put_secret_value)


def _rotate(data):
    """RotateSecret, API Reference: "If the AWSPENDING staging label is present but not attached to the same version as AWSCURRENT,
    then any later invocation of RotateSecret assumes that a previous rotation request is still in progress and returns an error.\""""
    _, secret = secretsmanager._resolve(data.get("SecretId"))
    if not secret or secret.get("DeletedDate"):
        return error_response_json("ResourceNotFoundException", "Secrets Manager can't find the specified secret.", 400)
    for name in ("RotationLambdaARN", "RotationRules"):
        if data.get(name):
            secret[name] = data[name]
    if not secret.get("RotationLambdaARN"):
        return error_response_json("InvalidRequestException", "No Lambda rotation function ARN is associated with this secret.", 400)
    secret["RotationEnabled"] = True
    version = data.get("ClientRequestToken") or str(uuid.uuid4())
    if data.get("RotateImmediately") is not False:
        pending, found = secretsmanager._find_stage_version(secret, "AWSPENDING")
        if found and "AWSCURRENT" not in found["Stages"]:
            return error_response_json("InvalidRequestException", f"A previous rotation isn't complete: {pending}.", 400)
        for other in secret["Versions"].values():  # a label is attached to one version at a time
            other["Stages"] = [stage for stage in other["Stages"] if stage != "AWSPENDING"]
        empty = {"SecretString": None, "SecretBinary": None, "CreatedDate": int(time.time()), "Stages": ["AWSPENDING"]}
        secret["Versions"][version] = empty
    return json_response({"ARN": secret["ARN"], "Name": secret["Name"], "VersionId": version})


def _version_of(data, version):
    _, secret = secretsmanager._resolve(data.get("SecretId"))
    return ((secret or {}).get("Versions") or {}).get(version)


def _is_empty(version):
    return version.get("SecretString") is None and version.get("SecretBinary") is None


def _knowing_empty_versions(get):
    """GetSecretValue, API Reference: a version without a value is not found."""

    def known(data):
        _, secret = secretsmanager._resolve(data.get("SecretId"))
        stage = data.get("VersionStage", "AWSCURRENT")
        version = data.get("VersionId") or (secretsmanager._find_stage_version(secret, stage)[0] if secret else None)
        found = _version_of(data, version)
        if found is None or not _is_empty(found):
            return get(data)
        text = f"Secrets Manager can't find the specified secret value for VersionId: {version}"
        return error_response_json("ResourceNotFoundException", text, 400)

    return known


def _keeping_values(put):
    """PutSecretValue, API Reference, ClientRequestToken: a version that has a value keeps it, and another value for it is refused."""

    def kept(data):
        found = _version_of(data, data.get("ClientRequestToken"))
        if found is None or _is_empty(found) or found.get("SecretString") == data.get("SecretString"):
            return put(data)
        text = "A resource with the ID you requested already exists."
        return error_response_json("ResourceExistsException", text, 400)

    return kept
