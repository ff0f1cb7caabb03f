// A worker's heartbeat by Redis's clock; workers that fell silent an hour ago are forgotten.
import type { Script } from "./script.ts";
import { CLOCK } from "./shared.ts";

export const SEEN: Script = {
  name: "qcSeen",
  keys: 1,
  lua: `
-- KEYS 1 workers
-- ARGV 1 id, 2 host, 3 pid, 4 started at, 5 batches in flight
${CLOCK}
redis.call('HSET', KEYS[1], ARGV[1], cjson.encode({
  id = ARGV[1], host = ARGV[2], pid = tonumber(ARGV[3]), startedAt = tonumber(ARGV[4]), seenAt = now, batchesInFlight = tonumber(ARGV[5])
}))
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  if cjson.decode(all[i + 1]).seenAt < now - 3600000 then redis.call('HDEL', KEYS[1], all[i]) end
end
return 'seen'
`,
};
