// The cheapest S3 there can be: every request without a body is answered 200 and nothing else. In a process of its own, so that only clients are measured.

import type { AddressInfo } from "node:net";
import { createServer } from "node:net";

const answer = Buffer.from("HTTP/1.1 200 OK\r\nx-amz-request-id: 0123456789ABCDEF\r\ncontent-length: 0\r\n\r\n");
const end = Buffer.from("\r\n\r\n");

const server = createServer((socket) => {
  socket.setNoDelay(true);
  let rest = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let at = bytes.indexOf(end, from); at >= 0; at = bytes.indexOf(end, from)) {
      socket.write(answer);
      from = at + end.length;
    }
    rest = Buffer.from(bytes.subarray(from));
  });
  // A client that ends its measurement cuts its connections.
  socket.on("error", () => socket.destroy());
});
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
process.on("disconnect", () => process.exit(0));
