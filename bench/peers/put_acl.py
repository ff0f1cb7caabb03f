"""boto3 with a thread pool: put_object_acl on many versions, as a script of the trade has it.

Arguments: endpoint, region, bucket, owner's account, objects, threads. Prints one JSON document: seconds, and seconds of processor time.
Credentials come from the environment. The client is made, and warmed up, before the clock starts.
"""

import json
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor

try:
    import boto3
    from botocore.config import Config
except ImportError:
    print("boto3 is not installed", file=sys.stderr)
    sys.exit(69)

endpoint, region, bucket, owner, objects, threads = sys.argv[1:7]
s3 = boto3.client(
    "s3",
    endpoint_url=endpoint,
    region_name=region,
    config=Config(max_pool_connections=int(threads), s3={"addressing_style": "path"}),
)


def put(n: int) -> None:
    s3.put_object_acl(
        Bucket=bucket,
        Key=f"raw/2026/10/04/part-{n} of many.parquet",
        VersionId=f"3sL4kqtJlcpXroDTDmJ.rmSpXd3d{n}",
        ACL="bucket-owner-full-control",
        ExpectedBucketOwner=owner,
    )


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


with ThreadPoolExecutor(int(threads)) as pool:
    list(pool.map(put, range(int(threads))))
    cpu_from, began = cpu(), time.perf_counter()
    list(pool.map(put, range(int(objects))))
    print(json.dumps({"seconds": time.perf_counter() - began, "cpuSeconds": cpu() - cpu_from, "version": boto3.__version__}))
