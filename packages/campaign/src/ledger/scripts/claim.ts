// Moves a batch's fence to the caller, opening the batch where it was not; a retry's claim also moves failed rows back to remaining.
import { ANSWERED } from "../noted.ts";
import type { Script } from "./script.ts";
import { CLOCK, CONTRIBUTIONS, FORGET, MOVE } from "./shared.ts";

export const CLAIM: Script = {
  name: "qcClaim",
  keys: 7,
  lua: `
-- KEYS 1 batch, 2 bits, 3 results, 4 in flight, 5 settled, 6 tally, 7 meta
-- ARGV 1 batch id, 2 token, 3 worker, 4 rows, 5 op, 6 retry (0: first run), 7 ledger entry ('' on a first run), 8... index, failed:<code> of each row to retry
-- Answers {'settled'} or {'open', number, note, number, note, ...}
${CLOCK}${CONTRIBUTIONS}${MOVE}${FORGET}
local batch, bits, results, inFlight, settled, tally, meta = unpack(KEYS)
local id, token, rows, retry = ARGV[1], ARGV[2], tonumber(ARGV[4]), tonumber(ARGV[6])
local counts, state, openRetry = contribution(batch, settled, id)
if state == 'open' and tonumber(redis.call('HGET', batch, 'rows')) ~= rows then
  return redis.error_reply('QCPLAN batch ' .. id .. ' is in flight with another number of rows')
end

if retry == 0 then
  -- Settled, or reopened by a retry: either way its ledger file exists and a first run has nothing to do.
  if state == 'settled' or (state == 'open' and openRetry > 0) then return {'settled'} end
  if state == 'unknown' then
    redis.call('DEL', batch, bits, results)
    redis.call('HSET', batch, 'retry', 0, 'finished', 0)
  end
else
  local ledger = cjson.decode(ARGV[7])
  -- What is open and not newer than the ledger file is in that file.
  if state == 'open' and openRetry <= ledger[1] then
    forget(batch, bits, results, inFlight, id)
    state = 'settled'
  end
  if state ~= 'open' then
    move(tally, counts, ledger[2])
    redis.call('HDEL', settled, id)
    redis.call('DEL', batch, bits, results)
    redis.call('HSET', batch, 'retry', retry, 'finished', rows)
    for name, n in pairs(ledger[2]) do redis.call('HSET', batch, name, n) end
    for index = 0, rows - 1 do redis.call('SETBIT', bits, index, 1) end
  elseif openRetry < retry then
    redis.call('HSET', batch, 'retry', retry)
  end
  local answered = redis.call('HGET', results, '${ANSWERED}') or ''
  local function isAnswered(index)
    local byte = string.byte(answered, math.floor(index / 8) + 1) or 0
    return bit.band(byte, bit.rshift(128, index % 8)) ~= 0
  end
  for i = 8, #ARGV, 2 do
    -- A row that a retry has answered, which is still in flight, is not put to work again.
    if redis.call('GETBIT', bits, ARGV[i]) == 1 and not isAnswered(tonumber(ARGV[i])) then
      redis.call('SETBIT', bits, ARGV[i], 0)
      add(batch, ARGV[i + 1], -1)
      add(tally, ARGV[i + 1], -1)
      redis.call('HINCRBY', tally, 'remaining', 1)
      redis.call('HINCRBY', batch, 'finished', -1)
    end
  end
end

redis.call('HDEL', batch, 'closed')
redis.call('HSET', batch, 'fence', token, 'worker', ARGV[3], 'rows', rows, 'op', ARGV[5], 'since', now)
redis.call('PERSIST', batch)
redis.call('ZADD', inFlight, now, id)
redis.call('HSETNX', meta, 'startedAt', now)
local answer = redis.call('HGETALL', results)
table.insert(answer, 1, 'open')
return answer
`,
};
