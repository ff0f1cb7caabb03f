// Closes a batch whose ledger file is written: its counters become that file's, its state in flight is forgotten.
import type { Script } from "./script.ts";
import { CONTRIBUTIONS, FORGET, MOVE } from "./shared.ts";

export const FINISH: Script = {
  name: "qcFinish",
  keys: 6,
  lua: `
-- KEYS 1 batch, 2 bits, 3 results, 4 in flight, 5 settled, 6 tally
-- ARGV 1 batch id, 2 token, 3 ledger entry found, or '' where this holder wrote the file from what it noted
-- Answers finished or fenced
${CONTRIBUTIONS}${MOVE}${FORGET}
local batch, bits, results, inFlight, settled, tally = unpack(KEYS)
if redis.call('HGET', batch, 'fence') ~= ARGV[2] then
  if redis.call('HGET', batch, 'closed') == ARGV[2] then return 'finished' end
  return 'fenced'
end
local counts, entry = openCounts(batch), ARGV[3]
if entry ~= '' then
  move(tally, counts, cjson.decode(entry)[2])
else
  local finished, rows = redis.call('HGET', batch, 'finished'), redis.call('HGET', batch, 'rows')
  if finished ~= rows then
    return redis.error_reply('QCUNNOTED batch ' .. ARGV[1] .. ': ' .. finished .. ' of ' .. rows .. ' rows were noted')
  end
  local parts = {}
  for name, n in pairs(counts) do table.insert(parts, cjson.encode(name) .. ':' .. n) end
  entry = '[' .. redis.call('HGET', batch, 'retry') .. ',{' .. table.concat(parts, ',') .. '}]'
end
forget(batch, bits, results, inFlight, ARGV[1])
redis.call('HSET', settled, ARGV[1], entry)
return 'finished'
`,
};

export const SETTLE: Script = {
  name: "qcSettle",
  keys: 6,
  lua: `
-- For reconcile, which found a ledger file.
-- KEYS 1 batch, 2 bits, 3 results, 4 in flight, 5 settled, 6 tally
-- ARGV 1 batch id, 2 ledger entry
-- Answers settled (it was not), mended (the counters differed), same, or superseded (a newer retry is in flight or settled)
${CONTRIBUTIONS}${MOVE}${FORGET}
local batch, bits, results, inFlight, settled, tally = unpack(KEYS)
local entry = cjson.decode(ARGV[2])
local counts, state, retry = contribution(batch, settled, ARGV[1])
if retry > entry[1] then return 'superseded' end
local moved = move(tally, counts, entry[2])
if state == 'settled' and not moved and retry == entry[1] then return 'same' end
if state == 'open' then forget(batch, bits, results, inFlight, ARGV[1]) end
redis.call('HSET', settled, ARGV[1], ARGV[2])
if state == 'settled' then return 'mended' end
return 'settled'
`,
};

export const REOPEN: Script = {
  name: "qcReopen",
  keys: 3,
  lua: `
-- For reconcile, which found that a settled batch has no ledger file: its rows remain to be done.
-- KEYS 1 batch, 2 settled, 3 tally
-- ARGV 1 batch id
-- Answers 1 where the batch was settled
${CONTRIBUTIONS}${MOVE}
local counts, state = contribution(KEYS[1], KEYS[2], ARGV[1])
if state ~= 'settled' then return 0 end
move(KEYS[3], counts, {})
redis.call('HDEL', KEYS[2], ARGV[1])
return 1
`,
};
