"""Drives the sandbox with boto3, which signs, encodes and parses on its own. Reads the endpoint and keys as JSON from argv."""
import json
import sys

import boto3
from botocore.client import Config
from botocore.exceptions import ClientError

given = json.loads(sys.argv[1])


def client(account):
    return boto3.client(
        "s3",
        endpoint_url=given["endpoint"],
        region_name=given["region"],
        aws_access_key_id=account["accessKeyId"],
        aws_secret_access_key=account["secretAccessKey"],
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}, retries={"max_attempts": 0}),
    )


def code(call, **arguments):
    try:
        call(**arguments)
        return "ok"
    except ClientError as error:
        return error.response["Error"]["Code"]


owner, uploader = client(given["owner"]), client(given["uploader"])
bucket = "boto"
owner.create_bucket(Bucket=bucket)
policy = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::%s:root" % given["uploader"]["accountId"]},
            "Action": "s3:PutObject",
            "Resource": "arn:aws:s3:::boto/*",
        }
    ],
}
owner.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))

keys = ["plain", "a b+c", "ü/日本", "100%", "../up", "//x", "😀", "~!*'()"]
for key in keys:
    uploader.put_object(Bucket=bucket, Key=key, Body=key.encode(), Metadata={"k": "v"})

listed = owner.list_objects_v2(Bucket=bucket, FetchOwner=True)
version_owners = {v["Owner"]["ID"] for v in owner.list_object_versions(Bucket=bucket)["Versions"]}
denied = code(owner.get_object, Bucket=bucket, Key="plain")
uploader.put_object_acl(Bucket=bucket, Key="plain", ACL="bucket-owner-full-control")
granted = owner.get_object(Bucket=bucket, Key="plain")["Body"].read().decode()
grants = len(uploader.get_object_acl(Bucket=bucket, Key="plain")["Grants"])
self_copy = code(owner.copy_object, Bucket=bucket, Key="plain", CopySource={"Bucket": bucket, "Key": "plain"})
owner.copy_object(Bucket=bucket, Key="plain", CopySource={"Bucket": bucket, "Key": "plain"}, StorageClass="STANDARD")
owner.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
refused = code(uploader.put_object, Bucket=bucket, Key="late", Body=b"x", ACL="private")
readable = [owner.get_object(Bucket=bucket, Key=key)["Body"].read().decode() for key in keys]
url = owner.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a b+c"})
deleted = owner.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys]})

print(
    json.dumps(
        {
            "keys": sorted(one["Key"] for one in listed["Contents"]),
            "sent": sorted(keys),
            "foreign": version_owners == {given["uploader"]["canonicalId"]},
            "denied": denied,
            "granted": granted,
            "grants": grants,
            "selfCopy": self_copy,
            "refused": refused,
            "readable": readable == keys,
            "deleted": len(deleted["Deleted"]),
            "url": url,
        }
    )
)
