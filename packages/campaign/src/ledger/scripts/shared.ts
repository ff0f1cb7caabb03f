// Lua that several scripts share: what a batch contributes to its account's counters, and how a contribution is replaced.

/** How long a settled batch remembers its last holder, so that a repeated `finish` is recognised. */
const CLOSED_S = 60;

export const CLOCK = `
local time = redis.call('TIME')
local second = tonumber(time[1])
local now = second * 1000 + math.floor(tonumber(time[2]) / 1000)
`;

export const CONTRIBUTIONS = `
local function isCount(name)
  return string.sub(name, 1, 5) == 'done:' or string.sub(name, 1, 7) == 'failed:'
end
local function isOpen(batch)
  return redis.call('HEXISTS', batch, 'fence') == 1
end
local function openCounts(batch)
  local counts, all = {}, redis.call('HGETALL', batch)
  for i = 1, #all, 2 do
    if isCount(all[i]) then counts[all[i]] = tonumber(all[i + 1]) end
  end
  return counts
end
-- What the batch contributes now, and its state: open, settled or unknown.
local function contribution(batch, settled, id)
  if isOpen(batch) then return openCounts(batch), 'open', tonumber(redis.call('HGET', batch, 'retry') or '0') end
  local text = redis.call('HGET', settled, id)
  if text then
    local entry = cjson.decode(text)
    return entry[2], 'settled', entry[1]
  end
  return {}, 'unknown', 0
end
`;

export const MOVE = `
local function add(key, name, n)
  if n ~= 0 and redis.call('HINCRBY', key, name, n) == 0 then redis.call('HDEL', key, name) end
end
-- Replaces one batch's contribution; remaining follows. Answers whether anything moved.
local function move(tally, from, to)
  local delta, total, moved = {}, 0, false
  for name, n in pairs(from) do delta[name] = -n end
  for name, n in pairs(to) do delta[name] = (delta[name] or 0) + n end
  for name, n in pairs(delta) do
    if n ~= 0 then moved = true end
    add(tally, name, n)
    total = total + n
  end
  if total ~= 0 then redis.call('HINCRBY', tally, 'remaining', -total) end
  return moved
end
`;

export const FORGET = `
-- The batch is no longer in flight; its last holder may ask again.
local function forget(batch, bits, results, inFlight, id)
  local holder = redis.call('HGET', batch, 'fence')
  redis.call('DEL', batch, bits, results)
  redis.call('ZREM', inFlight, id)
  if holder then
    redis.call('HSET', batch, 'closed', holder)
    redis.call('EXPIRE', batch, ${CLOSED_S})
  end
end
`;
