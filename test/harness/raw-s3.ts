// Signed PUTs and GETs without a client library: for the tens of thousands of objects that a test only needs to be there.
import { Agent, request as httpRequest } from "node:http";
import { EMPTY_PAYLOAD, Signer, UNSIGNED_PAYLOAD } from "../../packages/aws/src/sign/signer.ts";

export interface RawS3 {
  put(bucket: string, key: string, body: string): Promise<number>;
  get(bucket: string, key: string): Promise<{ status: number; body: string }>;
  close(): void;
}

const encoded = (key: string): string =>
  encodeURIComponent(key)
    .replaceAll("%2F", "/")
    .replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

export function rawS3(endpoint: string, region: string, keys: { accessKeyId: string; secretAccessKey: string }): RawS3 {
  const { host, hostname, port } = new URL(endpoint);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const signer = new Signer(region);
  const send = (method: string, bucket: string, key: string, body: string): Promise<{ status: number; body: string }> => {
    const path = `/${bucket}/${encoded(key)}`;
    const headers = ["host", host, ...(method === "PUT" ? ["content-length", `${Buffer.byteLength(body)}`] : [])];
    signer.sign({ method, path, query: "", headers, payloadHash: method === "PUT" ? UNSIGNED_PAYLOAD : EMPTY_PAYLOAD }, keys, Date.now());
    return new Promise((resolve, reject) => {
      const sent = httpRequest({ agent, hostname, port, method, path, headers }, (answer) => {
        let text = "";
        answer.setEncoding("utf8");
        answer.on("data", (chunk: string) => {
          text += chunk;
        });
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body: text }));
      });
      sent.on("error", reject);
      sent.end(method === "PUT" ? body : undefined);
    });
  };
  return {
    put: async (bucket, key, body) => (await send("PUT", bucket, key, body)).status,
    get: (bucket, key) => send("GET", bucket, key, ""),
    close: () => agent.destroy(),
  };
}
