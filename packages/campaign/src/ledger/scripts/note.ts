// Notes finished rows and what was counted besides; counters, rate and history move only where a row's bit does.
import type { Script } from "./script.ts";
import { CLOCK } from "./shared.ts";

export const HISTORY_SLOT_S = 10;
/** Twelve hours of slots. */
export const HISTORY_SLOTS_MAX = 4_320;
/** Seconds of samples kept; rates look back over fewer. */
const SAMPLES_S = 20;

const COUNTS = `
local function countRequests(tally, samples, text)
  for name, n in pairs(cjson.decode(text)) do
    redis.call('HINCRBY', tally, 'count:' .. name, n)
    if name == 'requests' then redis.call('HINCRBY', samples, 'r' .. second, n) end
    if name == 'throttled' then redis.call('HINCRBY', samples, 't' .. second, n) end
  end
end
local function trimSamples(samples)
  redis.call('EXPIRE', samples, ${SAMPLES_S * 2})
  if redis.call('HLEN', samples) < ${SAMPLES_S * 6} then return end
  for _, field in ipairs(redis.call('HKEYS', samples)) do
    local at = tonumber(string.match(field, '%d+$'))
    if at < second - ${SAMPLES_S} then redis.call('HDEL', samples, field) end
  end
end
`;

export const NOTE: Script = {
  name: "qcNote",
  keys: 7,
  lua: `
-- KEYS 1 batch, 2 bits, 3 results, 4 tally, 5 samples, 6 history, 7 meta
-- ARGV 1 token, 2 counts as JSON or '', 3... index, done:<outcome> or failed:<code>, row as JSON
-- Answers noted or fenced. Requests are counted either way: they were sent.
${CLOCK}${COUNTS}
local batch, bits, results, tally, samples, history, meta = unpack(KEYS)
if ARGV[2] ~= '' then countRequests(tally, samples, ARGV[2]) end
if redis.call('HGET', batch, 'fence') ~= ARGV[1] then return 'fenced' end
local counts, moved = {}, 0
for i = 3, #ARGV, 3 do
  if redis.call('SETBIT', bits, ARGV[i], 1) == 0 then
    redis.call('HSET', results, ARGV[i], ARGV[i + 2])
    counts[ARGV[i + 1]] = (counts[ARGV[i + 1]] or 0) + 1
    moved = moved + 1
  end
end
if moved > 0 then
  for name, n in pairs(counts) do
    redis.call('HINCRBY', batch, name, n)
    redis.call('HINCRBY', tally, name, n)
  end
  redis.call('HINCRBY', batch, 'finished', moved)
  redis.call('HINCRBY', tally, 'remaining', -moved)
  redis.call('HINCRBY', samples, second, moved)
  local slot = math.floor(second / ${HISTORY_SLOT_S})
  redis.call('HINCRBY', history, slot, moved)
  if redis.call('HLEN', history) > ${HISTORY_SLOTS_MAX + 360} then
    for _, field in ipairs(redis.call('HKEYS', history)) do
      if tonumber(field) <= slot - ${HISTORY_SLOTS_MAX} then redis.call('HDEL', history, field) end
    end
  end
end
trimSamples(samples)
redis.call('HSET', meta, 'checkpointAt', now)
return 'noted'
`,
};

export const COUNT: Script = {
  name: "qcCount",
  keys: 2,
  lua: `
-- KEYS 1 tally, 2 samples
-- ARGV 1 counts as JSON
${CLOCK}${COUNTS}
countRequests(KEYS[1], KEYS[2], ARGV[1])
trimSamples(KEYS[2])
return 'counted'
`,
};
