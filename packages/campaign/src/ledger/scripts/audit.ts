// Recounts an account from its batches, settled and open, and puts the counters right where they differ.
import type { Script } from "./script.ts";
import { CONTRIBUTIONS } from "./shared.ts";

export const AUDIT: Script = {
  name: "qcAudit",
  keys: 3,
  lua: `
-- KEYS 1 tally, 2 settled, 3 in flight
-- ARGV 1 planned rows, 2 prefix of batch keys
-- Answers name, counter before, counter now for each counter that was wrong. A tally that did not exist is made, and is not wrong.
${CONTRIBUTIONS}
local tally, settled, inFlight = unpack(KEYS)
local planned = tonumber(ARGV[1])
local want = {}
local function include(counts)
  for name, n in pairs(counts) do want[name] = (want[name] or 0) + n end
end
for _, text in ipairs(redis.call('HVALS', settled)) do include(cjson.decode(text)[2]) end
for _, id in ipairs(redis.call('ZRANGE', inFlight, 0, -1)) do
  if isOpen(ARGV[2] .. id) then include(openCounts(ARGV[2] .. id)) end
end
local remaining = planned
for _, n in pairs(want) do remaining = remaining - n end
want.planned = planned
want.remaining = remaining

local had, fresh = {}, redis.call('HEXISTS', tally, 'planned') == 0
local all = redis.call('HGETALL', tally)
for i = 1, #all, 2 do
  if isCount(all[i]) or all[i] == 'planned' or all[i] == 'remaining' then had[all[i]] = tonumber(all[i + 1]) end
end
local wrong = {}
local function mend(name, before, after)
  if before == after then return end
  if not fresh then
    table.insert(wrong, name)
    table.insert(wrong, tostring(before))
    table.insert(wrong, tostring(after))
  end
  if after == 0 and isCount(name) then redis.call('HDEL', tally, name) else redis.call('HSET', tally, name, after) end
end
for name, n in pairs(had) do mend(name, n, want[name] or 0) end
for name, n in pairs(want) do
  if had[name] == nil then mend(name, 0, n) end
end
-- mend leaves a zero that was never there alone.
redis.call('HSETNX', tally, 'planned', planned)
redis.call('HSETNX', tally, 'remaining', remaining)
return wrong
`,
};
