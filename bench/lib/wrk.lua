-- Without arguments: one request again and again. With FILE: the paths in its lines, one after the other. With SIZE LENGTH: ranges
-- of so many bytes at random places.
local requests = {}
local turn = 0

function init(args)
  if #args == 0 then return end
  if #args == 1 then askForPaths(args[1]) else askForRanges(tonumber(args[1]), tonumber(args[2])) end
  request = function()
    turn = turn % #requests + 1
    return requests[turn]
  end
end

function askForPaths(file)
  for path in io.lines(file) do requests[#requests + 1] = wrk.format(nil, path) end
end

function askForRanges(size, length)
  math.randomseed(20)
  for each = 1, 1000 do
    local start = math.random(0, size - length)
    local headers = {}
    for name, value in pairs(wrk.headers) do headers[name] = value end
    headers["Range"] = string.format("bytes=%d-%d", start, start + length - 1)
    requests[each] = wrk.format(nil, nil, headers)
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"microseconds":%d,"bytes":%d,"refused":%d,"failed":%d,"p50":%d,"p99":%d}\n',
    summary.requests, summary.duration, summary.bytes, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
