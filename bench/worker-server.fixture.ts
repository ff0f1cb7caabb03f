// The cheapest S3 and STS a whole worker can run against, in a process of its own: object calls get 200 and nothing else, the few others what they ask.
import { type AddressInfo, createServer } from "node:net";

const [account = "", canonicalId = ""] = process.argv.slice(2);
const end = Buffer.from("\r\n\r\n");
const put = Buffer.from("PUT ");

const reply = (body: string): Buffer =>
  Buffer.from(
    `HTTP/1.1 200 OK\r\nx-amz-request-id: 0123456789ABCDEF\r\ncontent-type: application/xml\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
const nothing = reply("");
const identity = reply(
  `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::${account}:user/bench</Arn><UserId>U</UserId><Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
);
const buckets = reply(`<ListAllMyBucketsResult><Owner><ID>${canonicalId}</ID></Owner><Buckets/></ListAllMyBucketsResult>`);
const acl = reply(
  `<AccessControlPolicy xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>${canonicalId}</ID></Owner><AccessControlList><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>${canonicalId}</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant></AccessControlList></AccessControlPolicy>`,
);
const controls = reply("<OwnershipControls><Rule><ObjectOwnership>BucketOwnerPreferred</ObjectOwnership></Rule></OwnershipControls>");

function answer(head: Buffer): Buffer {
  if (head.subarray(0, 4).equals(put)) return nothing;
  const line = head.toString("latin1", 0, head.indexOf("\r\n"));
  if (line.startsWith("POST ")) return identity;
  if (line.includes("acl")) return acl;
  return line.includes("ownershipControls") ? controls : buckets;
}

const server = createServer((socket) => {
  socket.setNoDelay(true);
  let rest = Buffer.alloc(0);
  let body = 0;
  socket.on("data", (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let from = Math.min(body, bytes.length);
    body -= from;
    for (let at = bytes.indexOf(end, from); at >= 0 && body === 0; at = bytes.indexOf(end, from)) {
      const head = bytes.subarray(from, at);
      const length = /content-length: *(\d+)/i.exec(head.toString("latin1"));
      from = at + end.length;
      if (length !== null) {
        const wanted = Number(length[1]);
        const here = Math.min(wanted, bytes.length - from);
        from += here;
        body = wanted - here;
      }
      socket.write(answer(head));
    }
    rest = Buffer.from(bytes.subarray(from));
  });
  // A client that ends its measurement cuts its connections.
  socket.on("error", () => socket.destroy());
});
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
process.on("disconnect", () => process.exit(0));
