// The bucket-wide rate as one Redis script: every process of every account leases its next slice of requests here.
//
// It lives in one hash, so one call reads and writes all of it:
//   permitted   what S3 bears now, requests a second: what the dashboard shows
//   tokens, at  a token bucket that fills at that rate and holds BURST_MS of it; so all leases together can never exceed it
//   knee        what S3 is known to bear, from when it last said SlowDown; climbing is fast well below it, slow around it, quicker far beyond
//   cool        until then (ms) SlowDowns belong to the burst that the rate came down for, and it neither falls nor climbs
//   sent, thr   answers and SlowDowns since the echoes of the last decrease died away: the share that S3 refused
//   p:<id>      a process: when it last leased, what it could use a second, and the credit of its fair share
//
// Additive increase only while somebody wants more than there is; multiplicative decrease, to between one half and nine tenths:
//   a burst begins    SlowDowns come late (S3 lends what was left unused) and say little of how far to come down: back to the knee, if the rate
//                     had climbed well past it, otherwise to nine tenths
//   it persists       every answer counted was to the rate since, so what S3 took of it is what it bears: to a little below that
// Shares are max-min fair by demand: nobody gets less than an equal share while another gets more than it.

/** Bounds of the decrease and of the climb, for the tests and the reader; the script has them as text. */
export const RATE = {
  /** Requests a second below which nothing is lowered. */
  floor: 1,
  /** Of the ceiling, to begin with. */
  start: 0.5,
  burst_ms: 100,
  cooldown_ms: 750,
  /** From a decrease to the last answer to what was sent before it: held tokens, a call and a lease. */
  echo_ms: 500,
  /** From the end of the cooldown to the first climb; SlowDowns meanwhile are still the same burst's. */
  settle_ms: 400,
  /** A process that has not leased for this long has no share: what a dead one leaves unused, S3 lends later, and is overrun the further. */
  absent_ms: 500,
  decrease_min: 0.5,
  decrease_max: 0.9,
} as const;

/**
 * KEYS: limiter hash. ARGV: now ("" for Redis's own clock, otherwise epoch ms), process, wanted tokens, demand a second, answers and
 * SlowDowns since the last call, ceiling. Answers { tokens granted, permitted rate, this process's share of it }, the last two as text.
 */
export const LEASE = `
local key = KEYS[1]
local now = tonumber(ARGV[1])
if not now then
  local t = redis.call('TIME')
  now = t[1] * 1000 + math.floor(t[2] / 1000)
end
local me, want, demand = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local answers, slow, ceiling = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])

local h = { p = {} }
local all = redis.call('HGETALL', key)
for i = 1, #all, 2 do
  local field, value = all[i], all[i + 1]
  if string.sub(field, 1, 2) == 'p:' then h.p[string.sub(field, 3)] = value else h[field] = tonumber(value) end
end

local rate = math.min(h.permitted or ceiling * ${RATE.start}, ceiling)
local at = h.at or now
local knee, cool = h.knee or 0, h.cool or 0
local sent, thr = h.sent or 0, h.thr or 0
local dt = math.max(0, math.min(now - at, 1000))
local tokens = math.min((h.tokens or 0) + rate * dt / 1000, math.max(1, rate * ${RATE.burst_ms} / 1000))

local demands, total = {}, demand
for id, value in pairs(h.p) do
  local seen, wants = string.match(value, '^(%d+) ([%d.]+)')
  if now - tonumber(seen) > ${RATE.absent_ms} then
    redis.call('HDEL', key, 'p:' .. id)
  elseif id ~= me then
    demands[#demands + 1] = tonumber(wants)
    total = total + tonumber(wants)
  end
end

if now >= cool - ${RATE.cooldown_ms} + ${RATE.echo_ms} then sent, thr = sent + answers, thr + slow end
if slow > 0 and now >= cool then
  local known, nine, half = knee, rate * ${RATE.decrease_max}, rate * ${RATE.decrease_min}
  local borne = math.max(half, rate * (1 - thr / math.max(sent, thr, 1)))
  if now < cool + ${RATE.settle_ms} then
    knee, rate = borne, math.max(half, math.min(nine, borne * 0.95))
  elseif known > half and known < nine then
    knee, rate = (rate + known) / 2, known
  else
    knee, rate = rate, math.min(nine, borne)
  end
  rate = math.max(${RATE.floor}, rate)
  cool = now + ${RATE.cooldown_ms}
  sent, thr = 0, 0
elseif now >= cool + ${RATE.settle_ms} and total > rate * 0.95 then
  local step = ceiling * 0.1
  if knee > 0 then
    if rate < knee * 0.9 then step = knee * 0.25
    elseif rate < knee then step = knee * 0.02
    else step = knee * 0.01 + math.max(0, rate - knee * 1.1) * 0.3 end
  end
  rate = math.min(ceiling, rate + step * dt / 1000)
  if rate >= ceiling then knee = 0 end
end

demands[#demands + 1] = demand
table.sort(demands)
local left, share = rate, 0
for i, d in ipairs(demands) do
  local equal = left / (#demands - i + 1)
  local given = math.min(d, equal)
  left = left - given
  if d >= demand then share = math.max(share, math.min(demand, equal)) break end
end

local seen, credit = now, 0
if h.p[me] then
  local s, _, c = string.match(h.p[me], '^(%d+) ([%d.]+) ([%d.]+)')
  seen, credit = tonumber(s), tonumber(c)
end
credit = math.min(credit + share * math.max(0, now - seen) / 1000, math.max(1, share * ${RATE.burst_ms} * 2 / 1000))
local granted = math.floor(math.min(want, tokens, credit))
redis.call('HSET', key, 'permitted', string.format('%.3f', rate), 'at', now, 'tokens', string.format('%.3f', tokens - granted),
  'knee', string.format('%.3f', knee), 'cool', cool, 'sent', sent, 'thr', thr,
  'p:' .. me, string.format('%d %.3f %.3f', now, demand, credit - granted))
return { granted, string.format('%.3f', rate), string.format('%.3f', share) }
`;

/** Takes a process out of the sharing at once. KEYS: limiter hash. ARGV: process. */
export const LEAVE = `return redis.call('HDEL', KEYS[1], 'p:' .. ARGV[1])`;
