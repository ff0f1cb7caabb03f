// Notes finished rows and what was counted besides; counters, rate and history move only where a row's bit does.
import { ANSWERED } from "../noted.ts";
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

const BITMAPS = `
-- Bits that are set in a number below 16.
local ones = { [0] = 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4 }
-- A bitmap with the bits of another set, and how many of them were not.
local function add(bitmap, more)
  local bytes, added = {}, 0
  for i = 1, math.max(#bitmap, #more) do
    local before, with = string.byte(bitmap, i) or 0, string.byte(more, i) or 0
    local new = bit.band(with, bit.bnot(before))
    added = added + ones[bit.band(new, 15)] + ones[bit.rshift(new, 4)]
    bytes[i] = string.char(before + new)
  end
  return table.concat(bytes), added
end
`;

export const NOTE: Script = {
  name: "qcNote",
  keys: 7,
  lua: `
-- KEYS 1 batch, 2 bits, 3 results, 4 tally, 5 samples, 6 history, 7 meta
-- ARGV 1 token, 2 counts as JSON or '', 3 the note ('' without results), 4... done:<outcome> or failed:<code>, bitmap of its rows
-- Answers noted or fenced. Requests are counted either way: they were sent.
${CLOCK}${COUNTS}${BITMAPS}
local batch, bits, results, tally, samples, history, meta = unpack(KEYS)
if ARGV[2] ~= '' then countRequests(tally, samples, ARGV[2]) end
if redis.call('HGET', batch, 'fence') ~= ARGV[1] then return 'fenced' end
local moved = 0
if #ARGV > 3 then
  local done, given = redis.call('GET', bits) or '', ''
  for i = 4, #ARGV, 2 do
    local more, n = add(done, ARGV[i + 1])
    if n > 0 then
      done = more
      redis.call('HINCRBY', batch, ARGV[i], n)
      redis.call('HINCRBY', tally, ARGV[i], n)
      moved = moved + n
    end
    given = add(given, ARGV[i + 1])
  end
  if moved > 0 then
    redis.call('SET', bits, done)
    redis.call('HSET', results, redis.call('HLEN', results), ARGV[3])
    if redis.call('HGET', batch, 'retry') ~= '0' then
      given = add(redis.call('HGET', results, '${ANSWERED}') or '', given)
      redis.call('HSET', results, '${ANSWERED}', given)
    end
  end
end
if moved > 0 then
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
