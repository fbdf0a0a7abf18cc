-- For wrk: asks for numbered links in turn, and prints what came of it as JSON.
-- Arguments: the path with %d for the number, the first number, how many.
local path, first, count, asked

function init(args)
  path, first, count, asked = args[1], tonumber(args[2]), tonumber(args[3]), 0
end

function request()
  local number = first + asked % count
  asked = asked + 1
  return "GET " .. path:format(number) .. " HTTP/1.1\r\nHost: bench\r\n\r\n"
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"microseconds":%d,"errors":%d,"p50":%.1f,"p99":%.1f}\n',
    summary.requests, summary.duration, e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50), latency:percentile(99)))
end
