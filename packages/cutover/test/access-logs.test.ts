// Requests that only an ACL lets in, found in access logs.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { done, finding, look, planned, scene, usesScene } from "./support/preflight.ts";

usesScene();

let logs: string;
beforeAll(async () => {
  logs = await mkdtemp(join(tmpdir(), "quitclaim-logs-"));
});
afterAll(() => rm(logs, { recursive: true, force: true }));

describe("access logs", () => {
  const line = (bucket: string, requester: string, operation: string, key: string, aclRequired: string): string =>
    `79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be ${bucket} [06/Feb/2026:00:00:38 +0000] 192.0.2.3 ${requester} 3E57427F3EXAMPLE ${operation} ${key} ` +
    `"GET /${key} HTTP/1.1" 200 - 113 113 7 5 "-" "S3Console/0.4 \\"x\\" y" - s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234= SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader b.s3.us-west-1.amazonaws.com TLSv1.2 - ${aclRequired}`;

  it("are a note with the way to check them where none are given", async () => {
    const place = await scene.bucket();
    await planned(place, [done]);
    expect(await finding(place, "acl-required-unchecked")).toMatchObject({
      severity: "note",
      fix: expect.stringContaining("--access-logs"),
    });
  });

  it("show who is let in by an ACL, from either kind of log, gzipped or not", async () => {
    const place = await scene.bucket();
    await planned(place, [done]);
    const folder = await mkdtemp(join(logs, "both-"));
    await writeFile(
      join(folder, "2026-02-06-00-00-38-EXAMPLE"),
      [
        line(place.name, "arn:aws:iam::444455556666:user/reader", "REST.GET.OBJECT", "a%20b", "Yes"),
        line(place.name, "arn:aws:iam::444455556666:user/reader", "REST.GET.OBJECT", "c", "Yes"),
        line(place.name, "arn:aws:iam::444455556666:user/reader", "REST.GET.OBJECT", "d", "-"),
        line(place.name, "arn:aws:sts::222233334444:assumed-role/quitclaim/quitclaim-lake", "REST.PUT.ACL", "c", "Yes"),
        line("another-bucket", "-", "REST.GET.OBJECT", "e", "Yes"),
        "not a record",
      ].join("\n"),
    );
    const record = {
      eventSource: "s3.amazonaws.com",
      eventName: "PutObject",
      eventTime: "2026-02-07T01:02:03Z",
      userIdentity: { arn: "arn:aws:sts::777788889999:assumed-role/writer/x" },
      requestParameters: { bucketName: place.name, key: "w" },
      additionalEventData: { aclRequired: "Yes" },
    };
    await writeFile(join(folder, "trail.json.gz"), gzipSync(JSON.stringify({ Records: [record, { ...record, additionalEventData: {} }] })));
    const found = await finding(place, "acl-required-requests", { accessLogs: folder });
    expect(found).toMatchObject({ severity: "blocking", acceptable: true });
    expect(found?.evidence[0]).toBe(`6 requests on ${place.name} in 2 files, 2026-02-06T00:00:38Z to 2026-02-07T01:02:03Z`);
    expect(found?.evidence.slice(1)).toEqual([
      "2 times REST.GET.OBJECT by arn:aws:iam::444455556666:user/reader, e.g. a%20b",
      "1 time PutObject by arn:aws:sts::777788889999:assumed-role/writer/x, e.g. w",
    ]);
  });

  it("are a clean bill where nobody needed an ACL, and an error where the folder holds no logs", async () => {
    const place = await scene.bucket();
    await planned(place, [done]);
    const folder = await mkdtemp(join(logs, "clean-"));
    await writeFile(join(folder, "log.gz"), gzipSync(line(place.name, "-", "REST.GET.OBJECT", "a", "-")));
    expect(await finding(place, "acl-required-requests", { accessLogs: folder })).toMatchObject({ severity: "note" });
    const empty = await mkdtemp(join(logs, "empty-"));
    await writeFile(join(empty, "readme.txt"), "hello");
    await expect(look(place, { accessLogs: empty })).rejects.toThrow(/none of its 1 files/);
    await expect(look(place, { accessLogs: join(logs, "missing") })).rejects.toThrow(/cannot be read/);
  });
});
